"""A sandbox process for this directory's tests, and a gateway that reaches it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from gateway_support import Sandbox, Shops, Wire
from processes import sandbox_process

from runtime.settings import Settings
from stripe_gateway.gateway import Gateway


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    with sandbox_process() as url:
        yield url


@pytest.fixture
async def sandbox(sandbox_url: str) -> AsyncIterator[Sandbox]:
    """An empty sandbox."""
    async with httpx.AsyncClient(trust_env=False) as http:
        sandbox = Sandbox(sandbox_url, http)
        await sandbox.control("POST", "/reset", {})
        yield sandbox


@pytest.fixture
def shops() -> Shops:
    return Shops()


@pytest.fixture
def calls() -> list[tuple[str, str]]:
    """(method, path) of every call the gateway made."""
    return []


@pytest.fixture
async def gateway(sandbox: Sandbox, shops: Shops, calls: list[tuple[str, str]]) -> AsyncIterator[Gateway]:
    settings = Settings(
        stripe_api_base=sandbox.url,
        stripe_files_base=sandbox.url,
        stripe_timeout_seconds=2.0,
        stripe_share=100,
    )
    gateway = Gateway(shops.credentials_of, settings, observe=lambda *call: calls.append(call))
    yield gateway
    await gateway.close()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def wired(wire: Wire, shops: Shops, calls: list[tuple[str, str]]) -> AsyncIterator[Gateway]:
    """A gateway whose Stripe says what the test tells it to."""
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    settings = Settings(
        stripe_api_base=base, stripe_files_base=base, stripe_timeout_seconds=2.0, stripe_share=100
    )
    gateway = Gateway(shops.credentials_of, settings, observe=lambda *call: calls.append(call))
    yield gateway
    await gateway.close()
    server.close()
