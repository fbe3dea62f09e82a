"""`starter.py connect …` for what is connected: check, enable, disable, rotate, remove, and the webhook endpoint."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chargebacks.errors import BadInput, CaseError, NeedsOperator
from cli import reading
from cli.commands import Account, command, console

if TYPE_CHECKING:
    from runtime.settings import Settings
    from store import Store
    from stripe_gateway.gateway import Gateway

app = typer.Typer()

KeyFile = Annotated[Path | None, typer.Option(help="File that holds the key; - for stdin.")]
KeyVariable = Annotated[
    str | None, typer.Option(metavar="VARIABLE", help="Environment variable that holds it.")
]
Overlap = Annotated[
    timedelta | None,
    typer.Option(
        parser=reading.duration,
        metavar="TIME",
        help="How long the secrets before are still taken: 30m, 7d; 24h by default.",
    ),
]


@asynccontextmanager
async def stripe_and_store(settings: "Settings") -> "AsyncIterator[tuple[Gateway, Store]]":
    """What most of these commands work with."""
    from cli.session import open_store
    from stripe_gateway.gateway import Gateway

    async with open_store(settings) as store:
        stripe = Gateway(credentials_of=store.accounts.stripe_credentials, settings=settings)
        try:
            yield stripe, store
        finally:
            await stripe.close()


async def set_up_account(settings: "Settings", stripe: "Gateway", store: "Store", account: str) -> None:
    """After a key was given: what it may do, the source of warnings, the webhook endpoint. Each prints a line."""
    from cli.permission_table import show_permissions
    from operations.connections import check_permissions, ensure_warnings_source

    show_permissions(console(), await check_permissions(store, stripe, account, at=datetime.now(UTC)))
    facts = await store.accounts.account_facts(account)
    if facts.alert_management:
        made = await ensure_warnings_source(store, account, base_url=settings.stripe_api_base)
        if made is not None:
            typer.echo(f"{made}  takes Stripe's early fraud warnings.")
    await set_up_webhook(settings, stripe, store, account)
    await set_up_schedules(settings, store)


async def set_up_webhook(settings: "Settings", stripe: "Gateway", store: "Store", account: str) -> None:
    """Make or adopt the endpoint where that can be done; else say what to do."""
    from operations.connections import ensure_webhook

    by_hand = f"starter.py connect webhook --account {account}"
    if settings.public_url is None:
        typer.echo(
            f"No webhook endpoint was made: set PUBLIC_URL to the address of the HTTP service, then run `{by_hand}`."
        )
        return
    try:
        adopted = await ensure_webhook(
            store, stripe, account, public_url=settings.public_url, at=datetime.now(UTC)
        )
    except NeedsOperator as refusal:
        typer.echo(f"{refusal}\nThen give its signing secret: `{by_hand}`.")
        return
    typer.echo(f"{adopted.id}  webhook endpoint {adopted.change.value}: Stripe sends its events here.")
    for left in adopted.left:
        typer.echo(f"{left}  still sends here, too, and could not be removed: remove it in the Dashboard.")


async def set_up_schedules(settings: "Settings", store: "Store") -> None:
    """What looks at Stripe and the networks by itself; Temporal may be away while somebody connects."""
    from operations.pulling import ensure_schedules
    from runtime.temporal import connect

    try:
        await ensure_schedules(await connect(settings), store)
    except CaseError as error:
        typer.echo(f"The schedules were not set: {error} Run `starter.py schedules` later.")


async def begin_filling(settings: "Settings", store: "Store", account: str, *, days: int) -> None:
    """Have the charge index filled in the background; what is indexed already is not read again."""
    from operations.backfill import start_backfill
    from runtime.temporal import connect

    again, now = f"`starter.py backfill --account {account} --days {days}`", datetime.now(UTC)
    try:
        await start_backfill(
            await connect(settings), store, account=account, since=now - timedelta(days=days), until=now
        )
    except CaseError as error:
        typer.echo(f"Its charges are not being read: {error} Run {again} later.")
    else:
        typer.echo(
            f"Its charges of {days} days are being read in the background; {again} shows how far it is."
        )


@command(app, "check")
async def check_account(account: Account) -> None:
    """Try out what the account's key may do. A feature that lacks a permission rests; one that has it all goes on.

    Example: `starter.py connect check --account shop`
    """
    from cli.permission_table import show_permissions
    from cli.session import read_settings
    from operations.connections import check_permissions

    async with stripe_and_store(read_settings()) as (stripe, store):
        show_permissions(console(), await check_permissions(store, stripe, account, at=datetime.now(UTC)))


@command(app, "webhook")
async def connect_webhook(
    account: Account,
    secret_file: Annotated[
        Path | None, typer.Option(help="File with the endpoint's signing secret; - for stdin.")
    ] = None,
    secret_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="Environment variable that holds it.")
    ] = None,
    paste: Annotated[
        bool, typer.Option("--paste", help="Ask for the signing secret at the terminal.")
    ] = False,
    overlap: Overlap = None,
) -> None:
    """Make or adopt the account's webhook endpoint at Stripe, or take the signing secret of one made by hand.

    Examples:

    `starter.py connect webhook --account shop`

    `starter.py connect webhook --account shop --paste`
    """
    from cli.session import read_settings
    from operations.connections import OVERLAP, add_webhook_secret

    settings = read_settings()
    given = secret_file is not None or secret_env is not None or paste
    async with stripe_and_store(settings) as (stripe, store):
        if not given:
            await set_up_webhook(settings, stripe, store, account)
            return
        secret = reading.secret("secret", "Signing secret (whsec_…)", file=secret_file, variable=secret_env)
        await add_webhook_secret(
            store,
            account,
            secret,
            public_url=settings.public_url,
            at=datetime.now(UTC),
            overlap=OVERLAP if overlap is None else overlap,
        )
    typer.echo(f"{account}  takes events signed with this secret.")


@command(app, "enable")
async def enable_account(account: Account) -> None:
    """Let the account's cases act again, as its switches and policies say.

    Example: `starter.py connect enable --account shop`
    """
    await _set_enabled(account, enabled=True)


@command(app, "disable")
async def disable_account(account: Account) -> None:
    """Stop everything for the account within seconds: messages and cases are still kept, and nothing is done.

    Example: `starter.py connect disable --account shop`
    """
    await _set_enabled(account, enabled=False)


async def _set_enabled(account: str, *, enabled: bool) -> None:
    from cli.session import open_store, read_settings
    from operations.connections import set_enabled

    async with open_store(read_settings()) as store:
        await set_enabled(store, account, enabled=enabled)
    typer.echo(f"{account}  {'acts again' if enabled else 'is disabled: nothing is done for it'}.")


@command(app, "rotate")
async def rotate_secrets(
    account: Annotated[str | None, typer.Option(metavar="NAME", help="Give this account a new key.")] = None,
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="Give this alert source new secrets.")
    ] = None,
    key_file: KeyFile = None,
    key_env: KeyVariable = None,
    secrets_file: Annotated[
        Path | None, typer.Option(help='TOML file of name = "secret" lines; - for stdin.')
    ] = None,
    overlap: Overlap = None,
) -> None:
    """Replace an account's key or an alert source's secrets.

    A new key must reach the same Stripe account; the old one stays valid at Stripe until you revoke it there. What an
    alert source signs with its old secrets is taken for the overlap.

    Examples:

    `starter.py connect rotate --account shop --key-env NEW_KEY`

    `starter.py connect rotate --source ethoca-shop --secrets-file new.toml --overlap 7d`
    """
    if (account is None) == (source is None):
        raise BadInput("Give --account or --source, one of them.", reason="one_of_two")
    if account is not None:
        await _rotate_key(account, key_file, key_env)
    if source is not None:
        await _rotate_source(source, secrets_file, overlap)


async def _rotate_key(account: str, key_file: Path | None, key_env: str | None) -> None:
    from cli.permission_table import show_permissions
    from cli.session import read_settings
    from operations.connections import check_permissions, rotate_key

    async with stripe_and_store(read_settings()) as (stripe, store):
        await store.accounts.account_facts(account)
        key = reading.stripe_key(file=key_file, variable=key_env)
        compared = await rotate_key(store, stripe, account=account, api_key=key)
        show_permissions(console(), await check_permissions(store, stripe, account, at=datetime.now(UTC)))
    typer.echo(f"{account}  has its new key. Revoke the old one at Stripe.")
    if not compared:
        typer.echo("The old key is refused already: that both are of one account could not be compared.")


async def _rotate_source(name: str, secrets_file: Path | None, overlap: timedelta | None) -> None:
    from cli.session import open_store, read_settings
    from cli.sources import source_secrets
    from networks.registry import check_settings
    from operations.connections import OVERLAP

    async with open_store(read_settings()) as store:
        present = await store.sources.source(name)
        secrets = source_secrets(present.kind, secrets_file)
        check_settings(present.model_copy(update={"secrets": secrets}))
        until = datetime.now(UTC) + (OVERLAP if overlap is None else overlap)
        await store.sources.rotate(name, secrets, previous_until=until)
    typer.echo(f"{name}  has its new secrets; the old ones are taken until {until:%Y-%m-%d %H:%M} UTC.")


@command(app, "remove")
async def remove_connection(
    account: Annotated[str | None, typer.Option(metavar="NAME", help="This account and its sources.")] = None,
    source: Annotated[str | None, typer.Option(metavar="NAME", help="This alert source.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask at the terminal.")] = False,
) -> None:
    """Erase the secrets of an account or an alert source; cases, ledger and charges stay. Asks first.

    Example: `starter.py connect remove --account shop`
    """
    from cli.filing_page import confirm
    from cli.session import read_settings
    from operations.connections import remove_account, remove_source

    if (account is None) == (source is None):
        raise BadInput("Give --account or --source, one of them.", reason="one_of_two")
    settings, now = read_settings(), datetime.now(UTC)
    async with stripe_and_store(settings) as (stripe, store):
        confirm(f"Erase the secrets of {account or source}?", yes=yes)
        if source is not None:
            await remove_source(store, source, at=now)
        if account is not None:
            for left in await remove_account(store, stripe, account, at=now):
                typer.echo(f"{left}  is left at Stripe: the key may not remove it. Do it in the Dashboard.")
        await set_up_schedules(settings, store)
    typer.echo(f"{account or source}  removed: its secrets are erased, its history is kept.")
