"""A packet as files: exactly what is filed, with a manifest that proves it."""

import hashlib
import json

import pytest
from dispute_samples import keep_dispute, weighed_story

from chargebacks.compelling_evidence import Ce3Payload, Ce3Transaction
from chargebacks.contracts import CaseFile
from chargebacks.dispute_case import PacketRef
from chargebacks.errors import BadInput
from chargebacks.evidence_items import Supplier
from chargebacks.packet import BuiltPacket, LeftOut, Manifest, ManifestEntry, PacketFile, Source
from operations.packets import packet_copy, present_packet
from store import Store

CE3_FIELD = "enhanced_evidence.visa_compelling_evidence_3"
NAME = "Ada Lovelace, née Byron"
PDF = b"%PDF-1.7 receipt"


def built(text: str = NAME, *, ce3: Ce3Payload | None = None) -> BuiltPacket:
    source = Source(supplier=Supplier.STRIPE, reference="charge ch_1, billing_details.name")
    entries = [
        ManifestEntry(field="receipt", kind="file", sha256=_sha(PDF), size=len(PDF), pages=1, exhibits=(1,)),
        ManifestEntry(
            field="customer_name", kind="text", sha256=_sha(text.encode()), size=len(text), sources=(source,)
        ),
    ]
    if ce3 is not None:
        said = ce3.model_dump_json()
        entries.append(
            ManifestEntry(field=CE3_FIELD, kind="text", sha256=_sha(said.encode()), size=len(said))
        )
    manifest = Manifest(
        dispute_id="du_1",
        entries=tuple(entries),
        exhibits=("Receipt",),
        left_out=(LeftOut(what="Usage log", why="too long"),),
        findings=("look here",),
        pages=1,
        size=len(PDF),
    )
    file = PacketFile(field="receipt", name="receipt.pdf", media_type="application/pdf", content=PDF)
    return BuiltPacket(
        manifest=manifest, texts={"customer_name": text}, files=(file,), reading_copy=b"%PDF all"
    )


async def keep_packet(
    store: Store, case: CaseFile, packet: BuiltPacket, ce3: Ce3Payload | None = None
) -> str:
    await store.packets.keep(case.case_id, packet, ce3)
    return packet.manifest.digest


async def test_the_files_are_those_that_are_filed(store: Store) -> None:
    """The manifest's hashes are those of the bytes on disk, field by field, with sources and exhibits."""
    case = await keep_dispute(store)
    priors = (Ce3Transaction(charge="ch_a"), Ce3Transaction(charge="ch_b"))
    ce3 = Ce3Payload(disputed=Ce3Transaction(), merchandise_or_services="services", priors=priors)
    digest = await keep_packet(store, case, built(ce3=ce3), ce3)
    copy = await packet_copy(store, case.case_id)
    assert copy.digest == digest
    told = json.loads(copy.files["manifest.json"])
    assert (told["case"], told["dispute"], told["digest"]) == (case.case_id, "du_1", digest)
    assert [entry["field"] for entry in told["fields"]] == ["customer_name", CE3_FIELD, "receipt"]
    for entry in told["fields"]:
        assert _sha(copy.files[entry["path"]]) == entry["sha256"]
    assert told["fields"][0]["sources"] == [
        {"supplier": "stripe", "reference": "charge ch_1, billing_details.name", "sha256": None}
    ]
    assert told["fields"][2]["exhibits"] == [{"number": 1, "title": "Receipt"}]
    assert (told["left_out"], told["findings"]) == ([{"what": "Usage log", "why": "too long"}], ["look here"])
    assert copy.files["texts/customer_name.txt"].decode() == NAME
    assert _sha(copy.files["packet.pdf"]) == told["reading_copy"]["sha256"]
    assert {entry["path"] for entry in told["fields"]} | {"packet.pdf", "manifest.json"} == set(copy.files)
    assert list(copy.files)[-1] == "manifest.json"


async def test_the_packet_in_the_case_file_comes_before_the_one_kept_last(store: Store) -> None:
    """A person reads what is going to be filed; an earlier one is had by its first digits."""
    old, new = built(), built("Ada")
    ref = PacketRef.model_validate(
        {
            "digest": old.manifest.digest,
            "evidence_digest": "e" * 64,
            "pages": 1,
            "size": 9,
            "fields": ("receipt",),
            "built_at": "2026-11-23T12:00:00Z",
        }
    )
    case = await keep_dispute(store, dispute=weighed_story("du_1", packet=ref))
    for packet in (old, new):
        await keep_packet(store, case, packet)
    assert (await packet_copy(store, case.case_id)).digest == old.manifest.digest
    by_digits = await packet_copy(store, case.case_id, digest=new.manifest.digest[:8].upper())
    assert by_digits.digest == new.manifest.digest
    assert present_packet(case, None) == old.manifest.digest
    assert present_packet(case, old.manifest.digest[:12]) == old.manifest.digest
    with pytest.raises(BadInput, match=f"is now {old.manifest.digest[:12]}: look again"):
        present_packet(case, new.manifest.digest)


async def test_a_packet_that_is_not_there_is_said_not_to_be(store: Store) -> None:
    """With what the case waits for, or with the ones there are."""
    case = await keep_dispute(store, waits_for="more evidence")
    with pytest.raises(BadInput, match=r"has no packet yet\. It waits for more evidence\."):
        await packet_copy(store, case.case_id)
    digest = await keep_packet(store, case, built())
    for wrong in ("ffffffffffff", digest[:4]):
        with pytest.raises(BadInput, match=f"there are {digest[:12]}"):
            await packet_copy(store, case.case_id, digest=wrong)
    assert present_packet(case, None) is None
    with pytest.raises(BadInput, match="has no packet: leave --packet out"):
        present_packet(case, digest)


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
