"""The commands about disputes: start, add evidence, read the packet, file it, give up."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli import reading
from cli.commands import DISPUTES, Account, By, DisputeCaseId, Note, command, console

app = typer.Typer()

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask at the terminal.")]
Packet = Annotated[
    str | None,
    typer.Option(metavar="DIGEST", help="The packet you looked at; without it, the one that is shown now."),
]


@command(app, "dispute", panel=DISPUTES)
async def start_case(
    dispute: Annotated[
        str, typer.Argument(parser=reading.dispute_id, metavar="ID", help="Stripe's id, such as du_1A2B.")
    ],
    account: Account,
) -> None:
    """Start the case of a Stripe dispute, or find the one it has.

    Example: `starter.py dispute du_1A2B --account shop`
    """
    from cli.session import open_store, read_settings
    from operations.disputes import start_dispute
    from runtime.temporal import connect

    async with open_store(read_settings()) as store:
        started = await start_dispute(
            await connect(read_settings()), store, account=account, dispute_id=dispute
        )
    typer.echo(f"{started.case_id}  {'started' if started.new else 'was there already'}")


@command(app, "evidence", panel=DISPUTES)
async def add_or_list(
    case_id: DisputeCaseId,
    field: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=TEXT", help="Text for one of Stripe's fields. May be repeated."),
    ] = None,
    file: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=PATH", help="A PDF, photo or scan for a file field. May be repeated."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A folder of evidence (docs/evidence-sources.md).")
    ] = None,
    remove: Annotated[
        str | None, typer.Option(metavar="ITEM", help="Take this item back, by its id in the list.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who adds it, kept with the evidence; your login by default."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """Add evidence to a dispute's case; without options, list what it has and what it lacks.

    Files are checked first: when one cannot be used, nothing is added. A case that runs weighs what came at once.

    Examples:

    `starter.py evidence dispute/shop/du_1A2B`

    `starter.py evidence dispute/shop/du_1A2B --by ana --file receipt=scan.pdf --field shipping_carrier=UPS`
    """
    if remove is not None:
        await _remove(case_id, remove)
        return
    if field or file or folder is not None:
        await _add(case_id, tuple(field or ()), tuple(file or ()), folder, by=reading.name(by))
        return
    from cli.evidence_page import show_evidence
    from cli.session import open_store, read_settings
    from operations.evidence import list_evidence

    async with open_store(read_settings()) as store:
        listed = await list_evidence(store, case_id)
    if as_json:
        typer.echo(listed.model_dump_json(indent=2, exclude={"case"}))
    else:
        show_evidence(console(), listed)


async def _remove(case_id: str, item_id: str) -> None:
    from cli.session import open_store, read_settings
    from operations.evidence import remove_evidence
    from runtime.temporal import connect

    client = await connect(read_settings())
    async with open_store(read_settings()) as store:
        told = await remove_evidence(store, client, case_id, item_id)
    weighed = "the case weighs what is left" if told else "the case is closed"
    typer.echo(f"{case_id}  removed {item_id}: {weighed}")


async def _add(
    case_id: str, fields: tuple[str, ...], files: tuple[str, ...], folder: Path | None, *, by: str
) -> None:
    import httpx

    from cli.evidence_page import show_added
    from cli.session import document_checks, open_store, read_settings
    from evidence_sources.endpoint import ConfiguredSources
    from operations.evidence import add_evidence
    from runtime.temporal import connect

    supply, given = reading.evidence(fields, files, folder)
    settings = read_settings()
    client = await connect(settings)
    async with (
        open_store(settings) as store,
        httpx.AsyncClient(timeout=settings.network_timeout_seconds) as http,
    ):
        done = await add_evidence(
            store,
            client,
            document_checks(),
            case_id,
            by=by,
            at=datetime.now(UTC),
            supply=supply,
            files=given,
            fetch=ConfiguredSources(settings_of=store.evidence_sources.source, http=http).fetch,
        )
    show_added(console(), done)


@command(app, "packet", panel=DISPUTES)
async def write_packet(
    case_id: DisputeCaseId,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="A folder that is empty or not there yet.")
    ],
    digest: Annotated[
        str | None,
        typer.Option(
            metavar="D", help="An earlier packet, by its first 8 digits; the present one by default."
        ),
    ] = None,
) -> None:
    """Write a dispute's packet to a folder: its files, its texts, a copy to read, a manifest with hashes and sources.

    The files hold personal data in the clear.

    Example: `starter.py packet dispute/shop/du_1A2B -o packet`
    """
    from cli.packet_folder import show_packet, write_files
    from cli.session import open_store, read_settings
    from operations.packets import packet_copy

    async with open_store(read_settings()) as store:
        copy = await packet_copy(store, case_id, digest=digest)
    write_files(output, copy.files)
    show_packet(console(), output, copy)


@command(app, "submit", panel=DISPUTES)
async def submit_packet(
    case_id: DisputeCaseId, by: By, note: Note = "", packet: Packet = None, yes: Yes = False
) -> None:
    """File the packet now. Irrevocable: Stripe takes one submission.

    Shows what will be filed; asks first when run at a terminal. A packet that has changed meanwhile is not filed.

    Example: `starter.py submit dispute/shop/du_1A2B --by ana`
    """
    from cli.filing_page import confirm, show_what_is_filed
    from cli.session import open_store, read_settings
    from operations.disputes import submit
    from operations.packets import present_packet, read_dispute
    from runtime.temporal import connect

    async with open_store(read_settings()) as store:
        case = await read_dispute(store, case_id)
    shown = present_packet(case, packet)
    show_what_is_filed(console(), case)
    confirm("File it?", yes=yes)
    said = await submit(await connect(read_settings()), case_id, by=by, note=note, packet=shown)
    typer.echo(f"{case_id}  {said}")


@command(app, "accept", panel=DISPUTES)
async def accept_dispute(case_id: DisputeCaseId, by: By, note: Note = "", yes: Yes = False) -> None:
    """Give the dispute up: it is closed as lost. Irrevocable. Asks first when run at a terminal.

    Example: `starter.py accept dispute/shop/du_1A2B --by ana --note "refund promised"`
    """
    from cli.filing_page import confirm, show_what_is_given_up
    from cli.session import open_store, read_settings
    from operations.disputes import accept
    from operations.packets import read_dispute
    from runtime.temporal import connect

    async with open_store(read_settings()) as store:
        case = await read_dispute(store, case_id)
    show_what_is_given_up(console(), case)
    confirm("Give it up?", yes=yes)
    said = await accept(await connect(read_settings()), case_id, by=by, note=note)
    typer.echo(f"{case_id}  {said}")
