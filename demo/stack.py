"""Every part on loopback: Temporal, the stand-ins, a fresh database, the worker; connected as a merchant would."""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from cryptography.fernet import Fernet
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from chargebacks.policy import parse_policy
from demo.processes import address_in, python_process
from runtime.connections import SourceSettings, StripeCredentials
from runtime.embedded_temporal import TemporalServer, embedded_temporal
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from store import Store
from stripe_gateway.gateway import Gateway
from workflows.attributes import ALL as SEARCH_ATTRIBUTES

POLICIES = Path(__file__).resolve().parent / "policies"

ACCOUNTS = {
    "shop": ("sk_test_sandbox", "acting"),
    "careful": ("sk_test_sandbox", "proposing"),
    "curious": ("sk_test_sandbox", "observing"),
    "broke": ("sk_test_broke", "acting"),
}
"""Account name → (Stripe key of the sandbox, policy file). The last one has no balance to refund from."""

NETWORKS = ("chargebackhit", "ethoca", "reseller", "chargeblast")


@dataclass(frozen=True)
class Stack:
    """What is running, and how to reach it."""

    folder: Path
    environment: dict[str, str]
    temporal: TemporalServer
    client: Client
    store: Store
    stripe: Gateway
    stripe_control: httpx.AsyncClient
    networks_control: httpx.AsyncClient

    def source(self, network: str, account: str) -> str:
        """Name of the alert source of that network which serves that account."""
        return f"{network}-{account}"


@asynccontextmanager
async def running_stack(*, folder: Path | None = None, with_worker: bool = True) -> AsyncIterator[Stack]:
    """Start everything and connect the accounts; stop what was started at the end, also on failure."""
    async with AsyncExitStack() as stack:
        home = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chargebacks-")))
        temporal = await stack.enter_async_context(
            embedded_temporal(search_attributes=cli_types(SEARCH_ATTRIBUTES), binary=Settings().temporal_bin)
        )
        stripe_url = await _stand_in(stack, home, "sandbox", ready="sandbox listening on")
        networks_url = await _stand_in(stack, home, "sandbox.networks", ready="alert networks listening on")
        environment = _environment(home, temporal, stripe_url)
        settings = _settings(environment)
        store = await stack.enter_async_context(
            await Store.connect(settings.database_url, settings.secrets_key)
        )
        await store.migrate()
        running = Stack(
            folder=home,
            environment=environment,
            temporal=temporal,
            client=await Client.connect(temporal.address, data_converter=pydantic_data_converter),
            store=store,
            stripe=Gateway(credentials_of=store.accounts.stripe_credentials, settings=settings),
            stripe_control=await stack.enter_async_context(
                httpx.AsyncClient(base_url=stripe_url, timeout=60)
            ),
            networks_control=await stack.enter_async_context(
                httpx.AsyncClient(base_url=networks_url, timeout=60)
            ),
        )
        await _connect_accounts(running)
        if with_worker:
            await stack.enter_async_context(worker_process(running))
        yield running


@asynccontextmanager
async def worker_process(stack: Stack, *, log: str = "worker.log") -> AsyncIterator[None]:
    """A worker of its own, as an operator runs it."""
    async with python_process(
        ["worker.py"], ready="worker_ready", log=stack.folder / log, environment=stack.environment
    ):
        yield


async def _stand_in(stack: AsyncExitStack, home: Path, module: str, *, ready: str) -> str:
    log = home / f"{module}.log"
    await stack.enter_async_context(python_process(["-m", module, "--port", "0"], ready=ready, log=log))
    return address_in(log)


def _environment(home: Path, temporal: TemporalServer, stripe_url: str) -> dict[str, str]:
    """Exactly what a merchant would set, pointed at the stand-ins. What the caller has set already stays."""
    ours = {
        "DATABASE_URL": f"sqlite+aiosqlite:///{home / 'chargebacks.db'}",
        "SECRETS_KEY": Fernet.generate_key().decode(),
        "STRIPE_API_BASE": stripe_url,
        "STRIPE_FILES_BASE": stripe_url,
        "TEMPORAL_ADDRESS": temporal.address,
        "LOG_FORMAT": "json",
    }
    kept = ("STRIPE_API_BASE", "STRIPE_FILES_BASE", "LOG_LEVEL")
    return {**ours, **{name: os.environ[name] for name in kept if name in os.environ}}


def _settings(environment: dict[str, str]) -> Settings:
    return Settings(
        database_url=environment["DATABASE_URL"],
        secrets_key=SecretStr(environment["SECRETS_KEY"]),
        stripe_api_base=environment["STRIPE_API_BASE"],
        stripe_files_base=environment["STRIPE_FILES_BASE"],
    )


async def _connect_accounts(stack: Stack) -> None:
    await post(stack.stripe_control, "/_sandbox/accounts", {"id": "acct_1Broke", "name": "Broke"})
    await post(stack.stripe_control, "/_sandbox/keys", {"key": "sk_test_broke", "account": "acct_1Broke"})
    secrets = (await stack.networks_control.get("/_networks/credentials")).raise_for_status().json()
    for account, (key, policy) in ACCOUNTS.items():
        credentials = StripeCredentials(account=account, api_key=SecretStr(key), livemode=False)
        await stack.store.accounts.connect_account(credentials, alert_management=True)
        await activate_policy(stack, account, (POLICIES / f"{policy}.toml").read_text())
        for network in NETWORKS:
            await stack.store.sources.connect_source(_source(stack, network, account, secrets[network]))
        await stack.store.sources.connect_source(
            SourceSettings(
                name=stack.source("stripe-warnings", account),
                kind="stripe_early_fraud_warnings",
                account=account,
                base_url=stack.environment["STRIPE_API_BASE"],
                secrets={"webhook_secret": SecretStr("whsec_sandbox")},
            )
        )


async def activate_policy(stack: Stack, account: str, toml: str) -> str:
    """Make this policy the account's; cases that are open keep the one they opened with."""
    version = parse_policy(toml).version
    await stack.store.accounts.activate_policy(account, toml, by="demo", at=datetime.now(UTC))
    return version


def _source(stack: Stack, network: str, account: str, secrets: dict[str, str]) -> SourceSettings:
    paths = {"ethoca": ""}
    named = {
        "chargebackhit": {"public_key": "public_key", "secret_key": "secret_key"},
        "ethoca": {"consumer_key": "consumer_key", "signing_key": "private_key_pem"},
        "reseller": {"api_token": "api_token", "webhook_token": "webhook_token"},
        "chargeblast": {"api_key": "api_key", "webhook_secret": "webhook_secret"},
    }[network]
    return SourceSettings(
        name=stack.source(network, account),
        kind=network,
        account=account,
        base_url=f"{str(stack.networks_control.base_url).rstrip('/')}/{paths.get(network, network)}".rstrip(
            "/"
        ),
        secrets={ours: SecretStr(secrets[theirs]) for ours, theirs in named.items()},
    )


async def post(control: httpx.AsyncClient, path: str, body: dict[str, object]) -> dict[str, object]:
    """A call to a stand-in's control plane."""
    answer = await control.post(path, json=body)
    answer.raise_for_status()
    result: dict[str, object] = answer.json()
    return result
