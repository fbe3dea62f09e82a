"""`POST /stripe/{account}` and `POST /alerts/{source}`: kept before anything else, answered as the sender expects."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from chargebacks.errors import CaseError, NeedsOperator
from ingest.errors import TooMany
from ingest.parts import Parts, parts_of
from networks.adapter import Inbound
from operations.receiving import receive_event, receive_message

router = APIRouter(tags=["webhooks"])

_NOT_READY = "secret_missing"
_UNKNOWN = {"unknown_account", "unknown_source", "account_removed", "source_removed", _NOT_READY}

_log = structlog.get_logger(__name__)


@router.post(
    "/stripe/{account}",
    summary="Events of a connected Stripe account",
    responses={401: {"description": "No signature fits"}, 404: {"description": "No such account"}},
)
async def stripe_event(
    account: str, request: Request, parts: Annotated[Parts, Depends(parts_of)]
) -> JSONResponse:
    """Register this as the account's webhook endpoint. 200 once the event is kept; Stripe repeats anything else for
    up to three days (https://docs.stripe.com/webhooks#retries)."""
    with _received(parts, request, f"stripe/{account}"):
        body = await request.body()
        signature = request.headers.get("stripe-signature")
        received = await receive_event(parts.store, account, body, signature, now=datetime.now(UTC))
        parts.relay.wake()
    return JSONResponse({"received": True, "new": received.new})


@router.post(
    "/alerts/{source}",
    summary="Messages of a connected alert source",
    responses={401: {"description": "Nothing proves the sender"}, 404: {"description": "No such source"}},
)
async def alert_message(
    source: str, request: Request, parts: Annotated[Parts, Depends(parts_of)]
) -> Response:
    """Give this address to the alert network or reseller. The answer is the one that this provider expects, once the
    message is kept."""
    with _received(parts, request, f"alerts/{source}"):
        inbound = Inbound(
            method=request.method,
            path=request.url.path,
            headers=dict(request.headers),
            body=await request.body(),
            received_at=datetime.now(UTC),
        )
        reply = await receive_message(parts.store, source, inbound)
        parts.relay.wake()
    return Response(reply.body, status_code=reply.status, media_type=reply.content_type)


@contextmanager
def _received(parts: Parts, request: Request, receiver: str) -> Iterator[None]:
    """Limits how often one address may call one receiver, and counts what it was answered."""
    wait = parts.rates.take(receiver, request.client.host if request.client else "")
    if wait:
        parts.metrics.received("any", "rate_limited")
        raise TooMany(wait)
    try:
        yield
    except CaseError as error:
        if error.reason == _NOT_READY:
            _log.warning(
                "receiver_not_ready", receiver=receiver, error=str(error)
            )  # for us, not for the internet
        if error.reason in _UNKNOWN:
            parts.metrics.received("unknown", "refused")
            raise NeedsOperator("Nothing is connected under this name.", reason="unknown_source") from None
        parts.metrics.received(receiver, error.reason)
        raise
    parts.metrics.received(receiver, "accepted")
