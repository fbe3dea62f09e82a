"""Files that came in, each an exhibit of its own."""

from collections import Counter
from collections.abc import Iterator

from chargebacks.composing.case_facts import Case
from chargebacks.composing.lines.fulfilment import document_key
from chargebacks.evidence_items import FileContent
from chargebacks.packet import DocumentBlock, Exhibit

_DOCUMENTS = {
    "cancellation_policy": "Cancellation policy as a document",
    "customer_communication": "Communication with the customer",
    "customer_signature": "Signed document",
    "duplicate_charge_documentation": "Document about the other charge",
    "receipt": "Receipt",
    "refund_policy": "Refund policy as a document",
    "service_documentation": "Document of the service",
    "shipping_documentation": "Document of the shipment",
    "uncategorized_file": "Further document",
}
"""Slot → title of a file that came in."""


def document_exhibits(case: Case) -> Iterator[Exhibit]:
    """Named after their slots: a file's name may be somebody's, and titles stand in histories."""
    files = case.given(FileContent)
    count = Counter(one.content.field for one in files)
    shown: Counter[str] = Counter()
    for one in files:
        file = one.content
        shown[file.field] += 1
        which = f" ({shown[file.field]} of {count[file.field]})" if count[file.field] > 1 else ""
        source = one.source(f"file for {file.field}")
        document = DocumentBlock(
            sha256=file.sha256,
            name=file.name,
            media_type=file.media_type,
            pages=file.pages,
            sources=(source,),
        )
        yield Exhibit(
            key=document_key(one.item),
            title=f"{_DOCUMENTS[file.field]}{which}",
            slot=file.field,
            rank=4,
            summary="A document from the merchant's records.",
            blocks=(document,),
        )
