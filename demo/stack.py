"""Every part on loopback: Temporal, the stand-ins, a fresh database, the worker; connected as a merchant would."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet
from pydantic import SecretStr
from temporalio.client import Client

from chargebacks.policy import parse_policy
from demo.processes import address_in, python_process
from runtime.codec import data_converter
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
class StandIns:
    """The stand-ins for Stripe and the alert networks, by their addresses."""

    folder: Path
    stripe_url: str
    networks_url: str


@dataclass(frozen=True)
class Stack:
    """What is running, and how to reach it."""

    folder: Path
    environment: dict[str, str]
    client: Client
    store: Store
    stripe: Gateway
    stripe_control: httpx.AsyncClient
    networks_control: httpx.AsyncClient
    ingest_url: str | None = None
    """The HTTP service; None where nothing comes over HTTP."""

    def source(self, network: str, account: str) -> str:
        """Name of the alert source of that network which serves that account."""
        return f"{network}-{account}"

    def write_environment(self, folder: Path) -> Path:
        """A file to `source`, after which commands reach what runs here."""
        path = folder / "environment"
        path.write_text("".join(f"export {name}='{value}'\n" for name, value in self.environment.items()))
        return path

    def settings(self) -> Settings:
        """What a process of ours would read from the environment."""
        return _settings(self.environment)


@asynccontextmanager
async def stand_ins(folder: Path) -> AsyncIterator[StandIns]:
    """The stand-ins as processes of their own."""
    async with AsyncExitStack() as stack:
        port = os.environ.get("SANDBOX_PORT", "0")
        stripe_url = await _stand_in(stack, folder, "sandbox", ready="sandbox listening on", port=port)
        networks_url = await _stand_in(stack, folder, "sandbox.networks", ready="alert networks listening on")
        async with httpx.AsyncClient(base_url=stripe_url) as control:
            await post(control, "/_sandbox/accounts", {"id": "acct_1Broke", "name": "Broke"})
            await post(control, "/_sandbox/keys", {"key": "sk_test_broke", "account": "acct_1Broke"})
        yield StandIns(folder=folder, stripe_url=stripe_url, networks_url=networks_url)


@asynccontextmanager
async def connected(
    around: StandIns, client: Client, *, address: str, database_url: str | None = None
) -> AsyncIterator[Stack]:
    """A fresh database (a file in the folder, or this one) with every account and alert source connected to the
    stand-ins."""
    environment = _environment(around, address)
    if database_url is not None:
        environment["DATABASE_URL"] = database_url
    settings = _settings(environment)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(
            await Store.connect(settings.database_url, settings.secrets_key)
        )
        await store.migrate()
        control = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=60))
            for url in (around.stripe_url, around.networks_url)
        ]
        stripe = Gateway(credentials_of=store.accounts.stripe_credentials, settings=settings)
        stack.push_async_callback(stripe.close)
        made = Stack(
            folder=around.folder,
            environment=environment,
            client=client,
            store=store,
            stripe=stripe,
            stripe_control=control[0],
            networks_control=control[1],
        )
        await _connect_accounts(made)
        yield made


@asynccontextmanager
async def running_stack(folder: Path) -> AsyncIterator[tuple[Stack, TemporalServer]]:
    """Everything an alert or a dispute needs, worker and HTTP service included; what was started is stopped at the
    end, also on failure."""
    attributes = cli_types(SEARCH_ATTRIBUTES)
    async with (
        embedded_temporal(search_attributes=attributes, binary=Settings().temporal_bin) as temporal,
        stand_ins(folder) as around,
    ):
        client = await Client.connect(temporal.address, data_converter=data_converter(Settings()))
        async with (
            connected(around, client, address=temporal.address) as stack,
            worker_process(stack),
            ingest_process(stack, port=int(os.environ.get("INGEST_PORT", "0"))) as ingest_url,
        ):
            yield replace(stack, ingest_url=ingest_url), temporal


@asynccontextmanager
async def worker_process(stack: Stack, *, log: str = "worker.log") -> AsyncIterator[None]:
    """A worker of its own, as an operator runs it."""
    async with python_process(
        ["worker.py"], ready="worker_ready", log=stack.folder / log, environment=stack.environment
    ):
        yield


@asynccontextmanager
async def ingest_process(
    stack: Stack, *, log: str = "ingest.log", port: int = 0, **settings: str
) -> AsyncIterator[str]:
    """The HTTP service as an operator runs it; gives its address. `settings` are environment variables in lower
    case."""
    written = stack.folder / log
    written.unlink(missing_ok=True)
    async with python_process(
        ["-m", "ingest", "--port", str(port)],
        ready="ingest_ready",
        log=written,
        environment=stack.environment | {name.upper(): value for name, value in settings.items()},
    ):
        yield address_in(written)


async def listen(stack: Stack, account: str, ingest_url: str) -> str:
    """Let the stand-in Stripe send the account's events to the HTTP service, through WEBHOOKS_THROUGH where something
    stands in between; the id of the endpoint there."""
    credentials = await stack.store.accounts.stripe_credentials(account)
    url = f"{os.environ.get('WEBHOOKS_THROUGH', ingest_url)}/stripe/{account}"
    adopted = await stack.stripe.adopt_webhook_endpoint(credentials, url, replace=True)
    assert adopted.secret is not None
    await stack.store.webhooks.add(
        account, url=url, secret=adopted.secret, endpoint_id=adopted.id, at=datetime.now(UTC)
    )
    return adopted.id


async def _stand_in(stack: AsyncExitStack, home: Path, module: str, *, ready: str, port: str = "0") -> str:
    log = home / f"{module}.log"
    await stack.enter_async_context(python_process(["-m", module, "--port", port], ready=ready, log=log))
    return address_in(log)


def _environment(around: StandIns, temporal_address: str) -> dict[str, str]:
    """Exactly what a merchant would set, pointed at the stand-ins. What the caller has set already stays."""
    ours = {
        "DATABASE_URL": f"sqlite:///{around.folder / 'chargebacks.db'}",
        "SECRETS_KEY": Fernet.generate_key().decode(),
        "STRIPE_API_BASE": around.stripe_url,
        "STRIPE_FILES_BASE": around.stripe_url,
        "STRIPE_SHARE": "100",  # the stand-in has no limits
        "TEMPORAL_ADDRESS": temporal_address,
        "LOG_FORMAT": "json",
    }
    kept = ("STRIPE_API_BASE", "STRIPE_FILES_BASE", "STRIPE_SHARE", "LOG_LEVEL")
    return {**ours, **{name: os.environ[name] for name in kept if name in os.environ}}


def _settings(environment: dict[str, str]) -> Settings:
    return Settings(
        database_url=environment["DATABASE_URL"],
        secrets_key=SecretStr(environment["SECRETS_KEY"]),
        stripe_api_base=environment["STRIPE_API_BASE"],
        stripe_files_base=environment["STRIPE_FILES_BASE"],
        stripe_share=float(environment["STRIPE_SHARE"]),
    )


async def _connect_accounts(stack: Stack) -> None:
    secrets = (await stack.networks_control.get("/_networks/credentials")).raise_for_status().json()
    for account, (key, policy) in ACCOUNTS.items():
        credentials = StripeCredentials(account=account, api_key=SecretStr(key), livemode=False)
        await stack.store.accounts.connect_account(
            credentials, alert_management=True, dispute_representment=True
        )
        await activate_policy(stack, account, (POLICIES / f"{policy}.toml").read_text())
        for network in NETWORKS:
            await stack.store.sources.connect_source(_source(stack, network, account, secrets[network]))
        await stack.store.sources.connect_source(
            SourceSettings(
                name=stack.source("stripe", account),
                kind="stripe_efw",
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
        "ethoca": {
            "consumer_key": "consumer_key",
            "signing_key": "private_key_pem",
            "push_username": "push_username",
            "push_password": "push_password",
        },
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


async def post(control: httpx.AsyncClient, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A call to a stand-in's control plane."""
    answer = await control.post(path, json=body)
    answer.raise_for_status()
    result: dict[str, Any] = answer.json()
    return result
