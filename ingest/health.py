"""`GET /healthz`, `/readyz` and `/metrics`."""

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from temporalio.service import RPCError

from chargebacks.errors import CaseError
from ingest.metrics import CONTENT_TYPE
from ingest.parts import Parts, parts_of

router = APIRouter(tags=["health"])

_PATIENCE = timedelta(seconds=3)


@router.get("/healthz", summary="The process lives")
async def healthz() -> dict[str, str]:
    """Says nothing about the database or Temporal: restarting this process would mend neither."""
    return {"status": "ok"}


@router.get(
    "/readyz", summary="Database and Temporal answer", responses={503: {"description": "One does not"}}
)
async def readyz(parts: Annotated[Parts, Depends(parts_of)]) -> JSONResponse:
    """503 when the database does not answer: nothing can be taken in. Temporal away is told, and no reason to send
    traffic elsewhere: messages are kept and delivered later."""
    database, temporal = await asyncio.gather(_database(parts), _temporal(parts))
    waiting = await parts.store.inbox.waiting() if database == "ok" else None
    body = {
        "database": database,
        "temporal": temporal,
        "waiting_messages": waiting.messages if waiting else None,
        "failing_messages": waiting.failing if waiting else None,
    }
    return JSONResponse(body, status_code=200 if database == "ok" else 503)


@router.get("/metrics", summary="For Prometheus", response_class=Response)
async def metrics(parts: Annotated[Parts, Depends(parts_of)]) -> Response:
    """In Prometheus' text format."""
    return Response(parts.metrics.expose(await parts.store.inbox.waiting()), media_type=CONTENT_TYPE)


async def _database(parts: Parts) -> str:
    try:
        await parts.store.check_schema()
    except CaseError as error:
        return error.reason
    return "ok"


async def _temporal(parts: Parts) -> str:
    try:
        healthy = await parts.client.service_client.check_health(timeout=_PATIENCE)
    except (RPCError, RuntimeError):
        return "unreachable"
    return "ok" if healthy else "unhealthy"
