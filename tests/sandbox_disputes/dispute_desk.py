"""A merchant who answers disputes: uploads, evidence, and documents to upload."""

import io
import struct
import zlib
from typing import Any

import stripe
from sandbox_clients import Control, Shop

DAY = 86_400
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def pdf(pages: int = 1, *, filler: int = 0) -> bytes:
    """A PDF with so many empty pages, one object after another."""
    kids = " ".join(f"{n + 3} 0 R" for n in range(pages))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        *["<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"] * pages,
    ]
    body = "".join(f"{number} 0 obj\n{text}\nendobj\n" for number, text in enumerate(objects, 1))
    padding = b"%" + b"x" * filler + b"\n"
    return b"%PDF-1.7\n" + padding + body.encode() + b"trailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"


def packed_pdf(pages: int) -> bytes:
    """The same, its objects in one compressed object stream, as current writers make them."""
    kids = " ".join(f"{n + 3} 0 R" for n in range(pages))
    texts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {pages}>>".encode(),
        *[b"<</Type/Page/Parent 2 0 R>>"] * pages,
    ]
    table, offset = [], 0
    for number, text in enumerate(texts, 1):
        table.append(f"{number} {offset}")
        offset += len(text) + 1
    head = " ".join(table).encode() + b" "
    data = zlib.compress(head + b" ".join(texts))
    stream = (
        f"900 0 obj\n<</Type/ObjStm/N {len(texts)}/First {len(head)}/Filter/FlateDecode"
        f"/Length {len(data)}>>\nstream\n".encode()
        + data
        + b"\nendstream\nendobj\n"
    )
    return b"%PDF-1.7\n" + stream + b"901 0 obj\n<</Type/XRef/Root 1 0 R>>\nendobj\nstartxref\n0\n%%EOF\n"


def png() -> bytes:
    """One white pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return PNG_HEAD + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\xff")) + chunk(b"IEND", b"")


class Desk(Shop):
    """A merchant's client for disputes, beside the control plane that opens them."""

    def __init__(self, control: Control) -> None:
        super().__init__(control.url)
        self.control = control

    def dispute(self, **wishes: Any) -> str:
        """A new dispute on a new charge."""
        charge = wishes.pop("charge", None) or self.control.charge()["id"]
        return str(self.control.post("disputes", charge=charge, **wishes)["id"])

    def read(self, id: str) -> stripe.Dispute:
        return self.v1.disputes.retrieve(id)

    def update(self, id: str, **given: Any) -> stripe.Dispute:
        return self.v1.disputes.update(id, given)  # type: ignore[arg-type]

    def upload(
        self,
        content: bytes | None = None,
        *,
        name: str = "packet.pdf",
        key: str = "",
        account: str = "",
        **given: Any,
    ) -> stripe.File:
        file = io.BytesIO(pdf() if content is None else content)
        file.name = name
        parameters: Any = {"purpose": "dispute_evidence", "file": file, **given}
        options = {"idempotency_key": key, "stripe_account": account}
        return self.v1.files.create(parameters, {name: value for name, value in options.items() if value})

    def submissions(self, id: str) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = self.control.get(f"disputes/{id}/submissions")["submissions"]
        return made

    def pass_time(self, seconds: float) -> None:
        self.control.post("clock", advance=seconds)

    def pass_deadline(self, id: str) -> None:
        due = self.read(id).evidence_details.due_by
        self.control.post("clock", set=int(due or 0) + 1)

    def balance_changes(self, id: str) -> list[tuple[str, int, int]]:
        """Everything the dispute did to the balance: type, amount and fee, oldest first."""
        found = self.v1.balance_transactions.list({"source": id, "limit": 100}).data
        return [(one.type, one.amount, one.fee) for one in reversed(found)]
