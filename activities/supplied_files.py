"""The bytes of a file that a supply names, and whether they are the ones that were meant."""

import base64
import binascii
import hashlib
from collections.abc import Awaitable
from typing import Protocol

from chargebacks.errors import BadInput
from chargebacks.evidence_fields import MOST_FILE_BYTES
from chargebacks.evidence_items import SuppliedFile


class Fetch(Protocol):
    """Has a file by its URL, as `activities.dispute_ports.EvidenceSources.fetch`."""

    def __call__(self, url: str, *, most_bytes: int) -> Awaitable[bytes]: ...


async def content_of(file: SuppliedFile, fetch: Fetch | None) -> bytes:
    """BadInput for a file that is not there, not readable as base64, or not the one whose hash was given.
    `fetch` raises Refused or TryLater for a URL that is not to be had."""
    if (file.url is None) == (file.content_base64 is None):
        raise BadInput("give exactly one of url and content_base64.", reason="bad_supply")
    if file.url is not None:
        if fetch is None:
            raise BadInput("files by URL are not taken here: give the file itself.", reason="bad_supply")
        content = await fetch(file.url, most_bytes=MOST_FILE_BYTES)
    else:
        try:
            content = base64.b64decode(file.content_base64 or "", validate=True)
        except binascii.Error as error:
            raise BadInput("content_base64 is not valid base64.", reason="bad_supply") from error
    if file.sha256 is not None and hashlib.sha256(content).hexdigest() != file.sha256.lower():
        raise BadInput("its bytes do not have the sha256 that was given: send it again.", reason="bad_supply")
    return content
