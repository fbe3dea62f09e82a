"""Dossiers, evidence and packets to store, with as little said as a test needs."""

import hashlib
from typing import Any

from store_values import NOW, SOLD, charge, usd

from chargebacks.compelling_evidence import Ce3Payload, Ce3Transaction
from chargebacks.disputes import Dispute
from chargebacks.dossier import Dossier, Party, Sale
from chargebacks.evidence_items import (
    Content,
    EvidenceItem,
    FileContent,
    Message,
    MessagesContent,
    Provenance,
    Supplier,
    TextContent,
    item_of,
)
from chargebacks.packet import BuiltPacket, Manifest, ManifestEntry, PacketFile

CASE = "dispute/shop/du_1"
PERSON = "Ada Lovelace"
"""Must never be found in the clear."""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def dispute(dispute_id: str = "du_1", **changes: Any) -> Dispute:
    given = {"id": dispute_id, "status": "needs_response", "reason": "fraudulent", "amount": usd(4999)}
    given |= {"charge_id": "ch_1", "created": NOW, "livemode": False, "as_of": NOW}
    return Dispute.model_validate(given | changes)


def dossier(**changes: Any) -> Dossier:
    sale = Sale(charge=charge("ch_1"), billing=Party(name=PERSON))
    return Dossier.model_validate({"dispute": dispute(), "sale": sale, "read_at": NOW} | changes)


def item(content: Content, *, by: str = "ann", supplier: Supplier = Supplier.PERSON) -> EvidenceItem:
    return item_of(content, Provenance(supplier=supplier, by=by, at=NOW))


def text_item(text: str = f"Sent to {PERSON}", **changes: Any) -> EvidenceItem:
    return item(TextContent(field="shipping_address", text=text), **changes)


def messages_item() -> EvidenceItem:
    message = Message(at=SOLD, sender=PERSON, recipient="shop", text=f"{PERSON} is happy")
    return item(MessagesContent(messages=(message,)))


def file_item(content: bytes, *, field: str = "receipt", **changes: Any) -> EvidenceItem:
    name, media_type = f"{PERSON}.pdf", "application/pdf"
    file = FileContent(
        field=field, name=name, sha256=sha256(content), media_type=media_type, size=len(content)
    )
    return item(file, **changes)


def packet(*files: bytes, findings: tuple[str, ...] = (), reading_copy: bytes = b"all of it") -> BuiltPacket:
    """Each file in a slot of its own, and one text."""
    texts = {"customer_name": PERSON}
    slots = [(f"slot_{number}", content) for number, content in enumerate(files)]
    entries = [
        ManifestEntry(field=field, kind="file", sha256=sha256(content), size=len(content))
        for field, content in slots
    ]
    text_entry = ManifestEntry(field="customer_name", kind="text", sha256=sha256(PERSON.encode()), size=12)
    return BuiltPacket(
        manifest=Manifest(dispute_id="du_1", entries=(*entries, text_entry), findings=findings),
        texts=texts,
        files=tuple(
            PacketFile(field=field, name=f"{field}.pdf", media_type="application/pdf", content=content)
            for field, content in slots
        ),
        reading_copy=reading_copy,
    )


def ce3() -> Ce3Payload:
    priors = (Ce3Transaction(charge="ch_a"), Ce3Transaction(charge="ch_b"))
    return Ce3Payload(
        disputed=Ce3Transaction(email=PERSON), merchandise_or_services="services", priors=priors
    )
