"""The command line: start cases, look at them, decide, file, report, connect. A thin face over operations/.

python starter.py --help
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from chargebacks.contracts import CaseKind, CaseStatus
from cli import disputing, ending, purging, reading, reporting, setting_up
from cli.commands import CASES, AsJson, By, CaseId, Limit, Note, command, console

# What a command works with is imported inside the command: all of it takes a second to load, and `--help` needs none.

app = typer.Typer(
    help="Prevent chargebacks and fight disputes: start cases, look at them, decide what waits for a person.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


@app.callback()
def common(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")
    ] = False,
) -> None:
    if debug:
        os.environ["LOG_LEVEL"] = "debug"


@command(app, "alert", panel=CASES)
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
    from runtime.temporal import connect

    body = reading.payload(file, most=MAX_BODY_BYTES)
    async with open_store(read_settings()) as store:
        settings = await store.sources.source(source)
        received = await receive_alerts(store, settings, adapter_of(settings), body, datetime.now(UTC))
        if not received.alerts:
            typer.echo("The payload tells of no alert: it is kept, and nothing was started.")
            return
        for case in await start_cases(await connect(read_settings()), store, received):
            typer.echo(f"{case.case_id}  {'started' if case.new else 'was there already'}")


@command(app, "cases", panel=CASES)
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
    """List cases, the nearest deadline first, alerts before disputes.

    Of a dispute: how ready its evidence is in percent, how many pieces it lacks, and what the best way is expected to
    have moved on the balance in the end; once it is decided, what was moved.

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
        notices = await store.notices.open() if attention else ()
    if as_json:
        typer.echo("[" + ",\n".join(case.model_dump_json(exclude={"timeline"}) for case in found) + "]")
    else:
        show_cases(console(), found, now=now, limit=limit)
        for notice in notices:
            console().print(f"{notice.subject}: {notice.text}", style="yellow", markup=False)


@command(app, "case", panel=CASES)
async def show_one(case_id: CaseId, as_json: AsJson = False) -> None:
    """Show one case in full: what it waits for, the facts, the decision with its sum, evidence, money, timeline.

    Examples:

    `starter.py case alert/ethoca-shop/A1B2`

    `starter.py case dispute/shop/du_1A2B`
    """
    from cli.case_page import show_case
    from cli.session import open_store, read_settings
    from operations.inspect import cases_beside, read_case

    async with open_store(read_settings()) as store:
        case = await read_case(store, case_id)
        beside = await cases_beside(store, case)
        purged_at = await store.purging.purged_at(case_id)
    if as_json:
        typer.echo(case.model_dump_json(indent=2))
    else:
        show_case(console(), case, now=datetime.now(UTC), beside=beside, purged_at=purged_at)


@command(app, "approve", panel=CASES)
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
    packet: Annotated[
        str | None,
        typer.Option(
            metavar="DIGEST",
            help="Disputes: the packet you looked at; without it, the one the case shows now.",
        ),
    ] = None,
) -> None:
    """Let the act happen that a case asks for. A dispute's approval holds for the packet that was looked at only.

    Examples:

    `starter.py approve alert/ethoca-shop/A1B2 --by ana --note "known customer"`

    `starter.py approve alert/ethoca-shop/A1B2 --by ana --charge ch_3Q... --amount 12.50`

    `starter.py approve dispute/shop/du_1A2B --by ana`
    """
    from cli.session import open_store, read_settings
    from operations.decide import amount_for, approve
    from operations.inspect import read_case
    from operations.packets import present_packet
    from runtime.temporal import connect

    money = None
    if amount is not None or packet is not None or case_id.startswith("dispute/"):
        async with open_store(read_settings()) as store:
            case = await read_case(store, case_id)
        packet = present_packet(case, packet)
        money = amount_for(case, amount, charge_id=charge) if amount is not None else None
    client = await connect(read_settings())
    said = await approve(client, case_id, by=by, note=note, charge_id=charge, amount=money, packet=packet)
    with_packet = f", for packet {packet[:12]}" if packet is not None else ""
    typer.echo(f"{case_id}  {said}{with_packet}")


@command(app, "decline", panel=CASES)
async def decline_case(case_id: CaseId, by: By, note: Note = "") -> None:
    """Refuse the act that a case asks for; the alert source is answered accordingly.

    Example: `starter.py decline alert/ethoca-shop/A1B2 --by ana --note "delivered"`
    """
    from cli.session import read_settings
    from operations.decide import decline
    from runtime.temporal import connect

    said = await decline(await connect(read_settings()), case_id, by=by, note=note)
    typer.echo(f"{case_id}  {said}")


@command(app, "resume", panel=CASES)
async def resume_case(case_id: CaseId, by: By, note: Note = "") -> None:
    """Go on with a case whose step failed, once what held it is mended.

    Example: `starter.py resume alert/ethoca-shop/A1B2 --by ana --note "new API key"`
    """
    from cli.session import read_settings
    from operations.decide import resume
    from runtime.temporal import connect

    said = await resume(await connect(read_settings()), case_id, by=by, note=note)
    typer.echo(f"{case_id}  {said}")


@command(app, "refused", panel=CASES)
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
        show_messages(console(), found)
    else:
        write_body(found, body)


app.add_typer(disputing.app)
app.add_typer(reporting.app)
app.add_typer(setting_up.app)
app.add_typer(purging.app)


if __name__ == "__main__":
    ending.run(app, name="starter.py")
