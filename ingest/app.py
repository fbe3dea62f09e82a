"""The service, wired: routes, limits, errors, and the relay that works off what was accepted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from temporalio.client import Client

from chargebacks.errors import CaseError
from ingest import api, health, webhooks
from ingest.codec import offer_codec
from ingest.errors import on_bug, on_case_error, on_http_error, on_wrong_form
from ingest.limits import LimitBodies, RateLimits
from ingest.metrics import Metrics
from ingest.parts import Parts
from operations.delivery import Delivery
from operations.relay import Relay
from runtime.settings import Settings
from runtime.temporal import connect
from store import Store

_ABOUT = """
Takes in what Stripe and the alert networks send, and lets your own systems start, read and decide cases.

Every error is `{"error": {"reason": …, "message": …}}`: `reason` is a stable word, `message` says what to do.
"""


def create_app(parts: Parts) -> FastAPI:
    """The routes over these parts; the caller runs the relay."""
    app = FastAPI(title="Chargebacks", description=_ABOUT, version="1", docs_url="/docs", redoc_url=None)
    app.state.parts = parts
    app.include_router(webhooks.router)
    app.include_router(api.router)
    app.include_router(health.router)
    app.add_exception_handler(CaseError, on_case_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_wrong_form)
    app.add_exception_handler(Exception, on_bug)
    app.add_middleware(LimitBodies)
    offer_codec(app, parts.settings)
    return app


def made_of(store: Store, client: Client, settings: Settings) -> Parts:
    """The parts of one process."""
    metrics = Metrics()
    relay = Relay(store.inbox, Delivery(client, store), delivered=metrics.delivered)
    return Parts(
        store=store,
        client=client,
        settings=settings,
        relay=relay,
        rates=RateLimits(settings.ingest_requests_per_second),
        metrics=metrics,
    )


@asynccontextmanager
async def running_app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The service on its own store and Temporal client, its relay at work until the block ends."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(
            await Store.connect(settings.database_url, settings.secrets_key)
        )
        await store.check_schema()
        parts = made_of(store, await connect(settings, lazy=True), settings)
        relaying = asyncio.create_task(parts.relay.run())
        stack.push_async_callback(_ended, relaying)
        yield create_app(parts)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
