"""Operations on real parts: a Temporal server without a worker, a store on disk, the Stripe stand-in."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from processes import sandbox_process
from pydantic import SecretStr
from temporalio.client import Client

from runtime.codec import data_converter
from runtime.connections import StripeCredentials
from runtime.embedded_temporal import embedded_temporal
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from store import Store
from stripe_gateway.gateway import Gateway
from workflows.attributes import ALL as SEARCH_ATTRIBUTES

KEY = "sk_test_sandbox"


@pytest.fixture(scope="session")
async def client() -> AsyncIterator[Client]:
    """Connected to a Temporal server on which nobody works: cases stay as they were started."""
    async with embedded_temporal(search_attributes=cli_types(SEARCH_ATTRIBUTES)) as server:
        yield await Client.connect(server.address, data_converter=data_converter(Settings()))


@pytest.fixture(scope="session")
def stripe_url() -> Iterator[str]:
    with sandbox_process() as url:
        yield url


@pytest.fixture(scope="session")
async def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with its tables, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "store.db"
    async with await Store.connect(f"sqlite:///{file}", None) as store:
        await store.migrate()
    return file


@pytest.fixture
async def store(tmp_path: Path, migrated: Path) -> AsyncIterator[Store]:
    """A fresh store that knows the account `shop`, in test mode."""
    key = SecretStr(Fernet.generate_key().decode())
    file = shutil.copy(migrated, tmp_path / "store.db")
    async with await Store.connect(f"sqlite:///{file}", key) as store:
        await store.accounts.connect_account(
            StripeCredentials(account="shop", api_key=SecretStr(KEY), livemode=False)
        )
        yield store


@pytest.fixture
async def stripe(store: Store, stripe_url: str) -> AsyncIterator[Gateway]:
    gateway = Gateway(
        credentials_of=store.accounts.stripe_credentials,
        settings=Settings(stripe_api_base=stripe_url, stripe_files_base=stripe_url, stripe_share=100),
    )
    yield gateway
    await gateway.close()
