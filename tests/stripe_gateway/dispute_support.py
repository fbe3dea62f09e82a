"""What the tests of disputes share: disputed charges, documents, and the look at what reached the bank."""

import struct
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway_support import Sandbox

PNG_HEADER = b"\x89PNG\r\n\x1a\n"


async def disputed(
    sandbox: Sandbox, *, charge: dict[str, Any] | None = None, **dispute: Any
) -> dict[str, Any]:
    """A dispute about a new charge, as Stripe gives it."""
    made = await sandbox.charge(**(charge or {}))
    opened: dict[str, Any] = await sandbox.control("POST", "/disputes", {"charge": made["id"], **dispute})
    return opened


async def submissions(sandbox: Sandbox, dispute_id: str) -> list[dict[str, Any]]:
    """What went to the bank, in order."""
    read = await sandbox.control("GET", f"/disputes/{dispute_id}/submissions")
    made: list[dict[str, Any]] = read["submissions"]
    return made


async def updates(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Every POST /v1/disputes/{id} that was made."""
    logged = await sandbox.control("GET", "/requests?method=POST&path=%5E/v1/disputes/%5B%5E/%5D%2B%24")
    calls: list[dict[str, Any]] = logged["requests"]
    return calls


def days_ago(days: float) -> int:
    return int((datetime.now(UTC) - timedelta(days=days)).timestamp())


def a_pdf(*, pages: int = 1, padding: int = 0) -> bytes:
    """A PDF with empty pages; `padding` bytes make it larger."""
    kids = " ".join(f"{number} 0 R" for number in range(3, 3 + pages))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>"]
    objects += ["<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"] * pages
    written = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(written))
        written += f"{number} 0 obj\n{body}\nendobj\n".encode()
    written += b"%" + b"x" * padding + b"\n"
    start = len(written)
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    written += f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode()
    written += f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(written)


def a_png() -> bytes:
    """One black pixel."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    ]
    return PNG_HEADER + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
