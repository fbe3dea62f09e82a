"""The command line: start cases, look at them, decide, connect accounts and sources. A thin face over operations/.

python starter.py --help
"""

import asyncio
import functools
import os
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import typer
from rich.console import Console

from chargebacks.contracts import CaseKind, CaseStatus
from cli import ending, reading

# What a command works with is imported inside the command: all of it takes a second to load, and `--help` needs none.

P = ParamSpec("P")

app = typer.Typer(
    help="Prevent chargebacks: start alert cases, look at them, decide what waits for a person.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
connect = typer.Typer(help="Connect Stripe accounts and alert sources.", no_args_is_help=True)
policy = typer.Typer(help="Check and activate policy files.", no_args_is_help=True)
app.add_typer(connect, name="connect")
app.add_typer(policy, name="policy")

CaseId = Annotated[str, typer.Argument(metavar="ID", help="Case id, such as alert/ethoca-shop/A1B2.")]
By = Annotated[str, typer.Option(metavar="NAME", help="Who says so; kept with the case.")]
Note = Annotated[str, typer.Option(metavar="TEXT", help="Why; kept with the case.")]
Account = Annotated[str, typer.Option(metavar="NAME", help="Name of the connected account.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")]


def command(
    group: typer.Typer, name: str
) -> Callable[[Callable[P, Coroutine[Any, Any, None]]], Callable[P, None]]:
    """Register an async function as a command."""

    def register(function: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
        @group.command(name)
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            asyncio.run(function(*args, **kwargs))

        return run

    return register


@app.callback()
def common(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")
    ] = False,
) -> None:
    if debug:
        os.environ["LOG_LEVEL"] = "debug"


@command(app, "alert")
async def start_from_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The payload as the provider sends it, or -.")],
    source: Annotated[str, typer.Option(metavar="NAME", help="The connected alert source it came from.")],
) -> None:
    """Start a case from a payload file.

    The file is trusted: no signature is asked for. Repeating is harmless: an alert keeps the case it has.

    Example: `starter.py alert payload.json --source ethoca-shop`
    """
    from cli.session import open_store, read_settings
    from networks.adapter import MAX_BODY_BYTES
    from networks.registry import adapter_of
    from operations.start import receive_alerts, start_cases
    from runtime.temporal import connect as connect_temporal

    body = reading.payload(file, most=MAX_BODY_BYTES)
    async with open_store(read_settings()) as store:
        settings = await store.sources.source(source)
        received = await receive_alerts(store, settings, adapter_of(settings), body, datetime.now(UTC))
        if not received.alerts:
            typer.echo("The payload tells of no alert: it is kept, and nothing was started.")
            return
        for case in await start_cases(await connect_temporal(), store, received):
            typer.echo(f"{case.case_id}  {'started' if case.new else 'was there already'}")


@command(app, "cases")
async def list_cases(
    kind: Annotated[CaseKind | None, typer.Option(help="Only this kind.")] = None,
    status: Annotated[CaseStatus | None, typer.Option(help="Only cases that stand so.")] = None,
    due_within: Annotated[
        timedelta | None,
        typer.Option(
            parser=reading.duration, metavar="TIME", help="Answer due within 30m, 6h, 2d; or overdue."
        ),
    ] = None,
    attention: Annotated[bool, typer.Option("--attention", help="Only cases that need a person.")] = False,
    account: Annotated[str | None, typer.Option(metavar="NAME", help="Only this account.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List cases, the nearest deadline first.

    Example: `starter.py cases --attention --due-within 6h`
    """
    from cli.case_list import show_cases
    from cli.session import open_store, read_settings
    from operations.inspect import find_cases

    now = datetime.now(UTC)
    async with open_store(read_settings()) as store:
        found = await find_cases(
            store,
            now=now,
            kind=kind,
            status=status,
            due_within=due_within,
            attention_only=attention,
            account=account,
            limit=limit,
        )
    if as_json:
        typer.echo("[" + ",\n".join(case.model_dump_json(exclude={"timeline"}) for case in found) + "]")
    else:
        show_cases(_console(), found, now=now, limit=limit)


@command(app, "case")
async def show_one(case_id: CaseId, as_json: AsJson = False) -> None:
    """Show one case in full: facts, match with its candidates, decision, money, outcome, timeline.

    Example: `starter.py case alert/ethoca-shop/A1B2`
    """
    from cli.case_page import show_case
    from cli.session import open_store, read_settings
    from operations.inspect import read_case

    async with open_store(read_settings()) as store:
        case = await read_case(store, case_id)
    if as_json:
        typer.echo(case.model_dump_json(indent=2))
    else:
        show_case(_console(), case, now=datetime.now(UTC))


@command(app, "approve")
async def approve_case(
    case_id: CaseId,
    by: By,
    note: Note = "",
    charge: Annotated[
        str | None, typer.Option(metavar="CH_ID", help="The charge that is meant, where none was matched.")
    ] = None,
    amount: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help='What to refund: 12.50, or "12.50 EUR".')
    ] = None,
) -> None:
    """Let the act happen that a case asks for.

    Examples:

    `starter.py approve alert/ethoca-shop/A1B2 --by ana --note "known customer"`

    `starter.py approve alert/ethoca-shop/A1B2 --by ana --charge ch_3Q... --amount 12.50`
    """
    from cli.session import open_store, read_settings
    from operations.decide import amount_for, approve
    from operations.inspect import read_case
    from runtime.temporal import connect as connect_temporal

    money = None
    if amount is not None:
        async with open_store(read_settings()) as store:
            money = amount_for(await read_case(store, case_id), amount, charge_id=charge)
    client = await connect_temporal()
    said = await approve(client, case_id, by=by, note=note, charge_id=charge, amount=money)
    typer.echo(f"{case_id}  {said}")


@command(app, "decline")
async def decline_case(case_id: CaseId, by: By, note: Note = "") -> None:
    """Refuse the act that a case asks for; the alert source is answered accordingly.

    Example: `starter.py decline alert/ethoca-shop/A1B2 --by ana --note "delivered"`
    """
    from operations.decide import decline
    from runtime.temporal import connect as connect_temporal

    said = await decline(await connect_temporal(), case_id, by=by, note=note)
    typer.echo(f"{case_id}  {said}")


@command(app, "resume")
async def resume_case(case_id: CaseId, by: By, note: Note = "") -> None:
    """Go on with a case whose step failed, once what held it is mended.

    Example: `starter.py resume alert/ethoca-shop/A1B2 --by ana --note "new API key"`
    """
    from operations.decide import resume
    from runtime.temporal import connect as connect_temporal

    said = await resume(await connect_temporal(), case_id, by=by, note=note)
    typer.echo(f"{case_id}  {said}")


@command(app, "refused")
async def show_refused(
    limit: Limit = 20,
    body: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Print the body of this message, byte for byte.")
    ] = None,
) -> None:
    """List messages that led to no case, with the reason, newest first.

    Example: `starter.py refused --body 17`
    """
    from cli.messages import show_messages, write_body
    from cli.session import open_store, read_settings
    from operations.inspect import refused_messages

    async with open_store(read_settings()) as store:
        found = await refused_messages(store, limit=limit)
    if body is None:
        show_messages(_console(), found)
    else:
        write_body(found, body)


@command(app, "migrate")
async def migrate_database() -> None:
    """Create the database's tables, or bring them to this version. Safe to repeat."""
    from cli.session import read_settings
    from store import Store

    settings = read_settings()
    async with await Store.connect(settings.database_url, settings.secrets_key) as store:
        await store.migrate()
    typer.echo("The database is at this version.")


@command(app, "backfill")
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
        await fill(_console(), store, settings, account=account, since=since, until=until)


@command(connect, "stripe")
async def connect_stripe_account(
    account: Annotated[str, typer.Option(metavar="NAME", help="What to call it here.")],
    key_file: Annotated[Path | None, typer.Option(help="File that holds the key; - for stdin.")] = None,
    key_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="Environment variable that holds it.")
    ] = None,
    stripe_account: Annotated[
        str | None, typer.Option(metavar="ACCT_ID", help="Act on this connected account (Connect).")
    ] = None,
) -> None:
    """Connect a Stripe account, or give a connected one a new key.

    The key is tried at Stripe and kept sealed. It is asked for at the terminal unless a file or a variable has it:
    a command line can be read by others.

    Example: `starter.py connect stripe --account shop --key-env STRIPE_KEY`
    """
    from cli.session import open_store, read_settings
    from operations.connect import connect_stripe
    from stripe_gateway.gateway import Gateway

    settings = read_settings()
    key = reading.stripe_key(file=key_file, variable=key_env)
    async with open_store(settings) as store:
        stripe = Gateway(credentials_of=store.accounts.stripe_credentials, settings=settings)
        found = await connect_stripe(store, stripe, name=account, api_key=key, stripe_account=stripe_account)
        await stripe.close()
    mode = "live" if found.livemode else "test"
    typer.echo(f"{account}  connected to {found.id}, {mode} mode. It observes until a policy says otherwise.")


@command(connect, "source")
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

    secrets = source_secrets(kind, secrets_file)
    async with open_store(read_settings()) as store:
        source = await connect_source(
            store,
            name=name,
            kind=kind,
            account=account,
            secrets=secrets,
            options=reading.options(option or ()),
            base_url=base_url,
        )
    typer.echo(
        f"{source.name}  connected: {source.kind} alerts of {source.account}, outcomes to {source.base_url}"
    )


@command(connect, "switch")
async def switch_account(
    account: Account,
    on: Annotated[bool, typer.Option("--on/--off", help="Off: alerts are recorded, and no money moves.")],
) -> None:
    """Switch an account's alert management on or off. Off holds at once, for running cases, too.

    Example: `starter.py connect switch --account shop --off`
    """
    from cli.session import open_store, read_settings
    from operations.connect import switch_alert_management

    async with open_store(read_settings()) as store:
        await switch_alert_management(store, account, on=on)
    typer.echo(f"{account}  alert management is {'on' if on else 'off'}.")


@command(connect, "list")
async def list_connections() -> None:
    """List connected accounts and alert sources, without their secrets."""
    from cli.session import open_store, read_settings
    from cli.sources import show_connections

    async with open_store(read_settings()) as store:
        await show_connections(_console(), store)


@command(policy, "check")
async def check_policy(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy file in TOML.")],
) -> None:
    """Check a policy file, and say which version it is. Nothing is changed.

    Example: `starter.py policy check shop.toml`
    """
    from chargebacks.policy import parse_policy

    checked = parse_policy(reading.text(file))
    typer.echo(f"{file} is sound: version {checked.version}, mode {checked.mode.value}.")


@command(policy, "activate")
async def activate_policy_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy file in TOML.")],
    account: Account,
    by: By,
) -> None:
    """Make a policy file the account's policy. Cases that are open keep the one they opened with.

    Example: `starter.py policy activate shop.toml --account shop --by ana`
    """
    from cli.session import open_store, read_settings
    from operations.connect import activate_policy

    toml = reading.text(file)
    async with open_store(read_settings()) as store:
        version = await activate_policy(store, account, toml, by=by, at=datetime.now(UTC))
    typer.echo(f"{account}  policy {version} holds for cases that open from now on.")


def _console() -> Console:
    """As wide as the terminal; 120 columns into a file or a pipe, unless COLUMNS says otherwise."""
    piped = not Console().is_terminal and "COLUMNS" not in os.environ
    return Console(width=120 if piped else None, highlight=False)


if __name__ == "__main__":
    ending.run(app, name="starter.py")
