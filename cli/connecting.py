"""`starter.py connect …`: Stripe accounts, alert sources, evidence sources."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli import connection_care, reading
from cli.commands import Account, command, console
from cli.connection_care import begin_filling, set_up_account, set_up_schedules, stripe_and_store

app = typer.Typer(help="Connect Stripe accounts, alert sources and evidence sources.", no_args_is_help=True)


class EvidenceKind(StrEnum):
    """An activity on a task queue of the merchant's, or an HTTP endpoint."""

    ACTIVITY = "activity"
    ENDPOINT = "endpoint"


class What(StrEnum):
    """What an account's switches are for."""

    ALERTS = "alerts"
    DISPUTES = "disputes"


@command(app, "stripe")
async def connect_stripe_account(
    account: Annotated[str, typer.Option(metavar="NAME", help="What to call it here.")],
    key_file: Annotated[Path | None, typer.Option(help="File that holds the key; - for stdin.")] = None,
    key_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="Environment variable that holds it.")
    ] = None,
    stripe_account: Annotated[
        str | None, typer.Option(metavar="ACCT_ID", help="Act on this connected account (Connect).")
    ] = None,
    alerts: Annotated[
        bool | None,
        typer.Option("--alerts/--no-alerts", help="Alert management; on for a new account."),
    ] = None,
    disputes: Annotated[
        bool | None,
        typer.Option("--disputes/--no-disputes", help="Dispute representment; off for a new account."),
    ] = None,
    backfill_days: Annotated[
        int,
        typer.Option(
            min=0, max=3650, metavar="N", help="For alerts, read the charges of so many days; 0: none."
        ),
    ] = 120,
) -> None:
    """Connect a Stripe account, or give a connected one a new key; its switches stay unless they are given.

    The key is tried at Stripe, permission by permission, and kept sealed. What lacks a permission rests; the webhook
    endpoint is made at Stripe where PUBLIC_URL says how to reach us. The charges of the last months are read in the
    background, so that alerts find them. The key is asked for at the terminal unless a
    file or a variable has it: a command line can be read by others.

    Example: `starter.py connect stripe --account shop --key-env STRIPE_KEY`
    """
    from cli.session import read_settings
    from operations.connect import connect_stripe

    settings = read_settings()
    key = reading.stripe_key(file=key_file, variable=key_env)
    async with stripe_and_store(settings) as (stripe, store):
        found = await connect_stripe(
            store,
            stripe,
            name=account,
            api_key=key,
            stripe_account=stripe_account,
            alert_management=alerts,
            dispute_representment=disputes,
        )
        mode = "live" if found.livemode else "test"
        typer.echo(
            f"{account}  connected to {found.id}, {mode} mode. It observes until a policy says otherwise."
        )
        await set_up_account(settings, stripe, store, account)
        if backfill_days and (await store.accounts.account_facts(account)).alert_management:
            await begin_filling(settings, store, account, days=backfill_days)


@command(app, "source")
async def connect_alert_source(
    name: Annotated[str, typer.Option(metavar="NAME", help="What to call it here.")],
    kind: Annotated[str, typer.Option(help="Which provider: chargebackhit, ethoca, chargeblast, ...")],
    account: Account,
    secrets_file: Annotated[
        Path | None, typer.Option(help='TOML file of name = "secret" lines; - for stdin.')
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Where outcomes go; the real service by default.")
    ] = None,
    option: Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="May be repeated.")] = None,
) -> None:
    """Connect an alert source, or replace one. Its secrets are asked for unless a file has them, and kept sealed.

    Example: `starter.py connect source --name ethoca-shop --kind ethoca --account shop --secrets-file ethoca.toml`
    """
    from cli.session import open_store, read_settings
    from cli.sources import source_secrets
    from operations.connect import connect_source
    from operations.connections import alerts_url

    settings = read_settings()
    secrets = source_secrets(kind, secrets_file)
    async with open_store(settings) as store:
        source = await connect_source(
            store,
            name=name,
            kind=kind,
            account=account,
            secrets=secrets,
            options=reading.options(option or ()),
            base_url=base_url,
        )
        await set_up_schedules(settings, store)
    typer.echo(
        f"{source.name}  connected: {source.kind} alerts of {source.account}, outcomes to {source.base_url}"
    )
    where = alerts_url(settings.public_url or "https://YOUR-ADDRESS", source.name)
    typer.echo(f"Give the provider this address for its messages: {where}")


@command(app, "evidence")
async def connect_evidence(
    name: Annotated[str, typer.Option(metavar="NAME", help="What to call it here.")],
    account: Account,
    kind: Annotated[
        EvidenceKind, typer.Option(help="An activity on a task queue of yours, or an HTTP endpoint.")
    ],
    queue: Annotated[
        str | None, typer.Option(metavar="QUEUE", help="Of an activity: where your worker listens.")
    ] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Of an endpoint: where it is asked.")] = None,
    secret_file: Annotated[
        Path | None, typer.Option(help="Of an endpoint: file with the secret that signs; - for stdin.")
    ] = None,
    secret_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="Environment variable that holds it.")
    ] = None,
    timeout: Annotated[int, typer.Option(min=1, max=600, metavar="SECONDS", help="For one answer.")] = 30,
) -> None:
    """Connect an evidence source of yours, or replace one: it is asked about every dispute of the account.

    An endpoint's secret is asked for at the terminal unless a file or a variable has it, and kept sealed.

    Examples:

    `starter.py connect evidence --account shop --name orders --kind activity --queue evidence`

    `starter.py connect evidence --account shop --name orders --kind endpoint --url https://shop.example/evidence`
    """
    from chargebacks.evidence_items import Supplier
    from cli.session import open_store, read_settings
    from operations.connect import connect_evidence_source

    endpoint = kind is EvidenceKind.ENDPOINT
    given = secret_file is not None or secret_env is not None
    secret = None
    if given or (endpoint and url is not None):
        secret = reading.secret(
            "secret", "Secret that signs the questions", file=secret_file, variable=secret_env
        )
    async with open_store(read_settings()) as store:
        source = await connect_evidence_source(
            store,
            name=name,
            account=account,
            kind=Supplier.ENDPOINT if endpoint else Supplier.ACTIVITY,
            task_queue=queue,
            url=url,
            secret=secret,
            timeout_seconds=timeout,
        )
    where = f"at {source.url}" if endpoint else f"on task queue {source.task_queue}"
    typer.echo(f"{source.name}  connected: asked about disputes of {source.account}, {where}")


@command(app, "switch")
async def switch_account(
    account: Account,
    on: Annotated[
        bool,
        typer.Option(
            "--on/--off", help="Off: alerts or disputes are recorded, and nothing is done about them."
        ),
    ],
    what: Annotated[What, typer.Option(help="Which of the two.")] = What.ALERTS,
) -> None:
    """Switch an account's alert management or dispute representment on or off. Holds at once, for running cases, too.

    Examples:

    `starter.py connect switch --account shop --off`

    `starter.py connect switch --account shop --what disputes --on`
    """
    from cli.session import open_store, read_settings
    from operations.connect import switch_alert_management, switch_dispute_representment

    async with open_store(read_settings()) as store:
        if what is What.ALERTS:
            await switch_alert_management(store, account, on=on)
        else:
            await switch_dispute_representment(store, account, on=on)
    named = "alert management" if what is What.ALERTS else "dispute representment"
    typer.echo(f"{account}  {named} is {'on' if on else 'off'}.")


@command(app, "list")
async def list_connections() -> None:
    """List connected accounts, alert sources and evidence sources, without their secrets."""
    from cli.session import open_store, read_settings
    from cli.sources import show_connections

    async with open_store(read_settings()) as store:
        await show_connections(console(), store)


app.add_typer(connection_care.app)
