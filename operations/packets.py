"""A built packet as files for people: what is filed, a copy to read, a manifest that says where it comes from."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from chargebacks.contracts import CaseFile, CaseKind
from chargebacks.errors import BadInput
from chargebacks.packet import BuiltPacket, Manifest, ManifestEntry
from operations.inspect import read_case
from store import Store

READING_COPY = "packet.pdf"
MANIFEST = "manifest.json"
TEXTS = "texts"

_SHORTEST_DIGEST = 8
"""Digits that name one packet of a case beyond doubt."""


class PacketCopy(NamedTuple):
    """`files`: path within a folder, with `/`, → bytes; the manifest comes last."""

    case: CaseFile
    digest: str
    manifest: Manifest
    files: dict[str, bytes]


async def packet_copy(store: Store, case_id: str, *, digest: str | None = None) -> PacketCopy:
    """The case's present packet, or the one of that digest (its first 8 digits do).

    BadInput when there is no such case or packet. NeedsOperator when SECRETS_KEY does not fit.
    """
    case = await read_dispute(store, case_id)
    wanted = await _wanted(store, case, digest)
    packet = await store.packets.packet(case_id, wanted)
    ce3 = await store.packets.ce3(case_id, wanted)
    said = ce3.model_dump_json().encode() if ce3 is not None else None
    return PacketCopy(case, wanted, packet.manifest, _files(case_id, packet, said))


async def read_dispute(store: Store, case_id: str) -> CaseFile:
    """The case of a dispute. BadInput for an unknown case and for one of another kind."""
    case = await read_case(store, case_id)
    if case.kind is not CaseKind.DISPUTE:
        raise BadInput(
            f"{case_id} is an {case.kind.value} case: only disputes have evidence and packets.",
            reason="not_a_dispute",
        )
    return case


def present_packet(case: CaseFile, given: str | None) -> str | None:
    """Digest of the packet that stands in the case file, which a person's word is bound to; None where there is none.

    `given` is the one that was looked at, or its first 8 digits. BadInput when another one stands there now.
    """
    packet = case.dispute.packet if case.dispute is not None else None
    present = packet.digest if packet is not None else None
    if given is None:
        return present
    if present is None:
        raise BadInput(f"{case.case_id} has no packet: leave --packet out.", reason="no_packet")
    return _named(
        given, (present,), otherwise=f"The packet of {case.case_id} is now {present[:12]}: look again."
    )


async def _wanted(store: Store, case: CaseFile, digest: str | None) -> str:
    digests = await store.packets.digests(case.case_id)
    if digest is not None:
        there = ", ".join(one[:12] for one in digests) or "none"
        return _named(digest, digests, otherwise=f"{case.case_id} has no packet {digest}: there are {there}.")
    present = present_packet(case, None) or (digests[-1] if digests else None)
    if present is None:
        waits = f" It waits for {case.waits_for}." if case.waits_for is not None else ""
        raise BadInput(f"{case.case_id} has no packet yet.{waits}", reason="no_packet")
    return present


def _named(given: str, digests: Sequence[str], *, otherwise: str) -> str:
    meant = [one for one in digests if len(given) >= _SHORTEST_DIGEST and one.startswith(given.lower())]
    if len(meant) != 1:
        raise BadInput(otherwise, reason="unknown_packet")
    return meant[0]


def _files(case_id: str, packet: BuiltPacket, ce3: bytes | None) -> dict[str, bytes]:
    paths: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for file in packet.files:
        paths[file.field] = PurePosixPath(file.name).name
        files[paths[file.field]] = file.content
    for entry in packet.manifest.entries:
        if entry.kind == "text":
            text = packet.texts.get(entry.field)
            said = text.encode() if text is not None else ce3
            paths[entry.field] = f"{TEXTS}/{entry.field}.{'txt' if text is not None else 'json'}"
            if said is not None:
                files[paths[entry.field]] = said
    files[READING_COPY] = packet.reading_copy
    told = _manifest(case_id, packet.manifest, paths, reading_copy=packet.reading_copy)
    files[MANIFEST] = (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()
    return files


def _manifest(
    case_id: str, manifest: Manifest, paths: dict[str, str], *, reading_copy: bytes
) -> dict[str, Any]:
    return {
        "case": case_id,
        "dispute": manifest.dispute_id,
        "digest": manifest.digest,
        "pages": manifest.pages,
        "size": manifest.size,
        "fields": [
            _entry(entry, manifest, paths[entry.field])
            for entry in sorted(manifest.entries, key=lambda entry: entry.field)
        ],
        "exhibits": [
            {"number": number, "title": title} for number, title in enumerate(manifest.exhibits, start=1)
        ],
        "left_out": [one.model_dump() for one in manifest.left_out],
        "findings": list(manifest.findings),
        "reading_copy": {
            "path": READING_COPY,
            "sha256": hashlib.sha256(reading_copy).hexdigest(),
            "size": len(reading_copy),
        },
    }


def _entry(entry: ManifestEntry, manifest: Manifest, path: str) -> dict[str, Any]:
    return {
        "field": entry.field,
        "kind": entry.kind,
        "path": path,
        "sha256": entry.sha256,
        "size": entry.size,
        "unit": "characters" if entry.kind == "text" else "bytes",
        "pages": entry.pages,
        "exhibits": [
            {"number": number, "title": manifest.exhibits[number - 1]}
            for number in entry.exhibits
            if 0 < number <= len(manifest.exhibits)
        ],
        "sources": [source.model_dump(mode="json") for source in entry.sources],
    }
