"""Multipart bodies, as uploads come in. https://docs.stripe.com/file-upload, RFC 7578"""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import ApiError

FORM = "multipart/form-data"
_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_PARAMETER = re.compile(r';\s*(name|filename)="((?:[^"\\]|\\.)*)"', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that came with a request."""

    filename: str
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def shown(self) -> dict[str, Any]:
        """What the request log keeps: enough to recognise the file, none of its bytes."""
        return {"filename": self.filename, "size": len(self.content), "sha256": self.sha256}


def read(body: bytes, content_type: str) -> list[tuple[str, str | Upload]]:
    """The parts as pairs of name and value; the boundary and the types that the client names do not matter."""
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise _broken("the content type names no boundary")
    delimiter = b"\r\n--" + (match[1] or match[2]).encode("latin-1")
    pieces = (b"\r\n" + body).split(delimiter)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise _broken("the body does not end with its boundary")
    return [_part(piece) for piece in pieces[1:-1]]


def shown(value: Any) -> Any:
    """Parameters as the request log and the idempotency store keep them: uploads by their digests."""
    if isinstance(value, Upload):
        return value.shown()
    if isinstance(value, dict):
        return {name: shown(item) for name, item in value.items()}
    return value


def _part(piece: bytes) -> tuple[str, str | Upload]:
    head, separator, content = piece.partition(b"\r\n\r\n")
    headers = head.decode("utf-8", "replace").split("\r\n")
    disposition = next((h for h in headers if h.lower().startswith("content-disposition:")), "")
    named = {key.lower(): value.replace('\\"', '"') for key, value in _PARAMETER.findall(disposition)}
    if not separator or "name" not in named:
        raise _broken("a part has no name")
    if "filename" in named:
        return named["name"], Upload(filename=named["filename"], content=content)
    try:
        return named["name"], content.decode()
    except UnicodeDecodeError:
        raise _broken(f"{named['name']} is not UTF-8") from None


def _broken(what: str) -> ApiError:
    return ApiError(400, f"Invalid multipart body: {what}.", stored=False)
