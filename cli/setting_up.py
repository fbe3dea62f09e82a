"""The commands of an installation: the database, what Stripe has already, connections, policies, standing documents."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli import connecting, policies, reading, standing
from cli.commands import SET_UP, Account, command, console

app = typer.Typer()

_OPEN_FOR = timedelta(days=120)
"""A dispute that is older is hardly open any more."""


@command(app, "migrate", panel=SET_UP)
async def migrate_database() -> None:
    """Create the database's tables, or bring them to this version. Safe to repeat."""
    from cli.session import read_settings
    from store import Store

    settings = read_settings()
    async with await Store.connect(settings.database_url, settings.secrets_key) as store:
        await store.migrate()
    typer.echo("The database is at this version.")


@command(app, "backfill", panel=SET_UP)
async def backfill_charges(
    account: Account,
    since: Annotated[
        datetime, typer.Option(parser=reading.moment, metavar="WHEN", help="From: 120d ago, or 2026-01-31.")
    ],
    until: Annotated[
        datetime | None, typer.Option(parser=reading.moment, metavar="WHEN", help="Up to; now by default.")
    ] = None,
) -> None:
    """Fill the charge index from Stripe, newest first. Safe to repeat and to interrupt.

    Example: `starter.py backfill --account shop --since 120d`
    """
    from cli.filling import fill
    from cli.session import open_store, read_settings

    settings = read_settings()
    async with open_store(settings) as store:
        until = until or datetime.now(UTC)
        await fill(console(), store, settings, account=account, since=since, until=until)


@command(app, "import", panel=SET_UP)
async def import_disputes(
    account: Account,
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=reading.moment, metavar="WHEN", help="From: 180d ago, or 2026-01-31; 120d ago by default."
        ),
    ] = None,
    schedule: Annotated[
        bool, typer.Option("--schedule/--no-schedule", help="Look again every few hours from now on.")
    ] = True,
) -> None:
    """Start cases for the disputes and early fraud warnings that Stripe has already. Safe to repeat.

    Also has Temporal look every few hours for what webhooks missed, unless told not to.

    Example: `starter.py import --account shop --since 180d`
    """
    from cli.filling import take_in
    from cli.session import open_store, read_settings
    from runtime.temporal import connect

    settings = read_settings()
    since = since or datetime.now(UTC) - _OPEN_FOR
    client = await connect()
    async with open_store(settings) as store:
        await take_in(console(), client, store, settings, account=account, since=since, schedule=schedule)


app.add_typer(connecting.app, name="connect", rich_help_panel=SET_UP)
app.add_typer(policies.app, name="policy", rich_help_panel=SET_UP)
app.add_typer(standing.app, name="standing", rich_help_panel=SET_UP)
