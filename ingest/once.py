"""Requests that carry a key of the client's are done once: a repeated one gets the first one's answer.

The header is the one of https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from fastapi import Request, Response
from pydantic import BaseModel

from chargebacks.errors import BadInput, Refused, TryLater
from ingest.parts import Parts
from store import ApiToken

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[!-~]{1,255}")
_PATIENCE = timedelta(minutes=2)
"""Longer than any request takes: what is older was cut off, and may be made again."""


async def once(
    request: Request,
    parts: Parts,
    token: ApiToken,
    work: Callable[[], Awaitable[BaseModel]],
    *,
    status: int,
) -> Response:
    """Do the work unless it was done under this key. Only success is remembered: after an error, the key is free.

    BadInput for a key that cannot be one, Refused ("idempotency_key_reused") when it was used for another request,
    TryLater while the first request is still being worked on.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return _answer(await work(), status)
    if not _KEY.fullmatch(key):
        raise BadInput(
            f"{HEADER} may have 1 to 255 printable ASCII characters without spaces.",
            reason="bad_idempotency_key",
        )
    asked = await _fingerprint(request)
    earlier = await parts.store.api_requests.begin(
        token.name, key, request_sha256=asked, at=datetime.now(UTC), patience=_PATIENCE
    )
    if earlier is None:
        return await _first(parts, token, key, work, status)
    if earlier.request_sha256 != asked:
        raise Refused(
            f"This {HEADER} was used for another request: take a new one.", reason="idempotency_key_reused"
        )
    if earlier.status is None or earlier.answer is None:
        raise TryLater("The first request with this key is still being worked on.", reason="in_progress")
    return Response(earlier.answer, earlier.status, media_type="application/json", headers={REPLAYED: "true"})


async def _first(
    parts: Parts, token: ApiToken, key: str, work: Callable[[], Awaitable[BaseModel]], status: int
) -> Response:
    try:
        answer = _answer(await work(), status)
    except BaseException:
        await parts.store.api_requests.abandon(token.name, key)
        raise
    await parts.store.api_requests.finish(token.name, key, status=status, answer=bytes(answer.body))
    return answer


def _answer(content: BaseModel, status: int) -> Response:
    return Response(content.model_dump_json().encode(), status, media_type="application/json")


async def _fingerprint(request: Request) -> str:
    asked = hashlib.sha256(f"{request.method} {request.url.path}\n".encode())
    asked.update(await request.body())
    return asked.hexdigest()
