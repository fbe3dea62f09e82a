"""The HTTP service as a process of its own, before everything that it starts and tells: Temporal, worker, stand-ins."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from ingest_parts import HeardShop, Service
from merchants import ACTING, OpenMerchant, open_merchant
from pydantic import SecretStr
from shops import open_shop
from temporalio.client import Client

import worker
from demo.stack import Stack, connected, ingest_process, listen, stand_ins
from demo.world import World
from runtime.codec import data_converter
from runtime.embedded_temporal import embedded_temporal
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from store import ApiToken
from workflows.attributes import ALL as SEARCH_ATTRIBUTES


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Everything behind the service, a worker included."""
    folder = tmp_path_factory.mktemp("ingest")
    async with (
        embedded_temporal(search_attributes=cli_types(SEARCH_ATTRIBUTES)) as temporal,
        stand_ins(folder) as around,
    ):
        client = await Client.connect(temporal.address, data_converter=data_converter(Settings()))
        async with connected(around, client, address=temporal.address) as made, AsyncExitStack() as parts:
            settings = made.settings()
            for each in worker.workers(client, await worker.assemble(settings, parts), settings):
                await parts.enter_async_context(each)
            yield made


@pytest.fixture(scope="session")
async def service(stack: Stack) -> AsyncIterator[Service]:
    async with (
        ingest_process(stack, ingest_requests_per_second="100000") as url,
        httpx.AsyncClient(base_url=url, timeout=60) as http,
    ):
        yield Service(stack=stack, url=url, http=http)


@pytest.fixture
def merchant(stack: Stack) -> OpenMerchant:
    """Opens a merchant with one alert source of the given kind."""
    return lambda kind: open_merchant(stack, kind)


@pytest.fixture
def world(stack: Stack) -> World:
    return World(stack)


_numbers = iter(range(1, 10_000))


@pytest.fixture
async def heard(service: Service) -> HeardShop:
    policy = ACTING + '\n[disputes]\nmode = "act"\n'
    shop = await open_shop(service.stack, f"heard-{next(_numbers)}", policy=policy, disputes=True)
    return HeardShop(shop=shop, endpoint=await listen(service.stack, shop.name, service.url))


NewToken = Callable[..., Awaitable[str]]


@pytest.fixture
def new_token(stack: Stack) -> NewToken:
    """Makes a token with these scopes; gives its secret."""

    async def make(*scopes: str, **fields: Any) -> str:
        secret = secrets.token_urlsafe(32)
        token = ApiToken(
            name=f"token-{next(_numbers)}",
            scopes=scopes,
            created_by="test",
            created_at=datetime.now(UTC),
            expires_at=fields.get("expires_at"),
        )
        await stack.store.tokens.add(token, SecretStr(secret))
        if "revoked_at" in fields:
            await stack.store.tokens.revoke(token.name, at=fields["revoked_at"])
        return secret

    return make
