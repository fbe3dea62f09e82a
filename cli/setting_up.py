"""The commands of an installation: the database, what Stripe has already, connections, policies, standing documents."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli import connecting, policies, pulling, reading, standing, tokens
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
        datetime | None,
        typer.Option(
            parser=reading.moment, metavar="WHEN", help="From: 120d ago, or 2026-01-31; 120d ago by default."
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(min=1, max=3650, metavar="N", help="From so many days ago, instead of --since."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(parser=reading.moment, metavar="WHEN", help="Up to; now by default.")
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(min=0.1, max=20, metavar="CALLS", help="List calls a second at most; 5 by default."),
    ] = None,
    reads: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="CALLS",
            help="List calls in thirty days at most; half of what Stripe grants by default.",
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Read what is indexed already, too.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it is done.")] = True,
) -> None:
    """Fill the charge index from Stripe, newest first. Safe to repeat and to interrupt.

    The worker does it, and goes on when this command ends. Run again, the command shows how far it is, sets a new pace
    where one is given, and reads only what is missing.

    Examples:

    `starter.py backfill --account shop --days 120`

    `starter.py backfill --account shop --days 365 --rate 15 --reads 50000 --no-wait`
    """
    from chargebacks.charge_index import Pace
    from chargebacks.errors import BadInput
    from cli.filling import Wanted, fill
    from cli.session import open_store, read_settings
    from runtime.temporal import connect

    if since is not None and days is not None:
        raise BadInput("Give --since or --days, not both.", reason="bad_period")
    until = until or datetime.now(UTC)
    since = since or until - (timedelta(days=days) if days is not None else _OPEN_FOR)
    given = {"calls_per_second": rate, "calls_in_thirty_days": reads}
    pace = {name: value for name, value in given.items() if value is not None}
    wanted = Wanted(
        account=account,
        since=since,
        until=until,
        again=again,
        pace=Pace.model_validate(pace) if pace else None,
    )
    async with open_store(read_settings()) as store:
        await store.accounts.account_facts(account)
        await fill(console(), await connect(read_settings()), store, wanted, wait=wait)


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
    client = await connect(settings)
    async with open_store(settings) as store:
        await take_in(console(), client, store, settings, account=account, since=since, schedule=schedule)


app.add_typer(pulling.app)
app.add_typer(connecting.app, name="connect", rich_help_panel=SET_UP)
app.add_typer(policies.app, name="policy", rich_help_panel=SET_UP)
app.add_typer(standing.app, name="standing", rich_help_panel=SET_UP)
app.add_typer(tokens.app, name="token", rich_help_panel=SET_UP)
