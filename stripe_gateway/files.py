"""Uploading documents: https://docs.stripe.com/file-upload, https://docs.stripe.com/api/files/create."""

import io
from pathlib import PurePath

from chargebacks.evidence_fields import MediaType
from stripe_gateway import wire
from stripe_gateway.clients import AccountClient

_SUFFIXES: dict[MediaType, tuple[str, ...]] = {
    MediaType.PDF: (".pdf",),
    MediaType.JPEG: (".jpg", ".jpeg"),
    MediaType.PNG: (".png",),
}


class _Document(io.BytesIO):
    """Bytes with the file name that the SDK puts into the part's header."""

    def __init__(self, content: bytes, *, name: str) -> None:
        super().__init__(content)
        self.name = name


async def upload(
    client: AccountClient, *, name: str, content: bytes, media_type: str, idempotency_key: str
) -> str:
    """The id of the file. ValueError for a media type that is no evidence.

    Like all of Stripe's libraries the SDK calls every part application/octet-stream: Stripe tells the type from the
    content and shows the file under its name, whose ending is therefore made to fit. The multipart boundary is drawn
    anew at each call; Stripe compares the parts, not the boundary, when a key comes again.
    """
    document = _Document(content, name=_named(name, MediaType(media_type)))
    parts = {"purpose": "dispute_evidence", "file": document}
    answer = await client.upload("/v1/files", parts, idempotency_key=idempotency_key)
    return wire.File.model_validate(answer).id


def _named(name: str, media_type: MediaType) -> str:
    suffixes = _SUFFIXES[media_type]
    return name if PurePath(name).suffix.lower() in suffixes else f"{name}{suffixes[0]}"
