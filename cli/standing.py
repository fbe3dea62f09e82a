"""`starter.py standing …`: documents kept for an account, such as its refund policy."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chargebacks.errors import BadInput
from chargebacks.evidence_items import PolicyKind
from cli import reading
from cli.commands import Account, command, console

if TYPE_CHECKING:
    from store import StandingDocument

app = typer.Typer(
    help="Keep documents that are evidence in every dispute of an account: policies and terms.",
    no_args_is_help=True,
)


@command(app, "add")
async def add_document(
    account: Account,
    kind: Annotated[PolicyKind, typer.Option(help="What it is.")],
    file: Annotated[Path | None, typer.Option(metavar="PATH", help="A PDF, photo or scan.")] = None,
    text: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Its text, in UTF-8; better than a scan where you have it."),
    ] = None,
    clause: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="The part of the text that matters; marked for the issuer."),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--from", parser=reading.moment, metavar="DATE", help="In force from; always by default."
        ),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            parser=reading.moment, metavar="DATE", help="In force until that date, itself not included."
        ),
    ] = None,
    shown_where: Annotated[
        str, typer.Option(metavar="TEXT", help="Where the customer saw or accepted it: checkbox at checkout.")
    ] = "",
    url: Annotated[str | None, typer.Option(metavar="URL", help="Where it can be read.")] = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who adds it.")] = "merchant",
) -> None:
    """Keep a policy or terms. It is evidence in disputes about sales that were made while it was in force.

    With `--text` the clause is marked, and where the customer saw it is told; a file is shown as it is.

    Example: `starter.py standing add --account shop --kind refund_policy --text refunds.txt --clause "within 14 days"`
    """
    from cli.session import document_checks, open_store, read_settings
    from evidence_sources.folder import read_file
    from operations.standing import SLOTS, add_standing_file, add_standing_text

    now = datetime.now(UTC)
    if (file is None) == (text is None):
        raise BadInput("Give --file or --text, one of them.", reason="no_document")
    if file is not None and (clause or shown_where or url):
        raise BadInput(
            "--clause, --shown-where and --url go with --text: a file is shown as it is.",
            reason="bad_document",
        )
    async with open_store(read_settings()) as store:
        if file is not None:
            item = await add_standing_file(
                store,
                document_checks(),
                account,
                read_file(file, field=SLOTS[kind]),
                by=by,
                at=now,
                in_force_from=since,
                in_force_until=until,
            )
        else:
            assert text is not None
            policy = reading.policy(
                text, kind=kind, clause=clause, since=since, until=until, shown_where=shown_where, url=url
            )
            item = await add_standing_text(store, account, policy, by=by, at=now)
    typer.echo(f"{item.id}  kept for {account}: {kind.value}")


@command(app, "list")
async def list_documents(account: Account) -> None:
    """List an account's standing documents.

    Example: `starter.py standing list --account shop`
    """
    from cli.session import open_store, read_settings
    from operations.standing import list_standing

    async with open_store(read_settings()) as store:
        found = await list_standing(store, account)
    if found:
        _show(found)
    else:
        typer.echo(f"{account} has no standing documents.")


@command(app, "end")
async def end_document(
    item_id: Annotated[str, typer.Argument(metavar="ID", help="As `standing list` shows it.")],
    account: Account,
    until: Annotated[
        datetime,
        typer.Option(parser=reading.moment, metavar="DATE", help="The first day on which it no longer was."),
    ],
) -> None:
    """Say until when a standing document was in force. Disputes about earlier sales go on showing it.

    Example: `starter.py standing end 9f86d081884c7d65 --account shop --until 2026-06-01`
    """
    from cli.session import open_store, read_settings
    from operations.standing import end_standing

    async with open_store(read_settings()) as store:
        await end_standing(store, account, item_id, until=until)
    typer.echo(f"{item_id}  of {account} was in force until {until:%Y-%m-%d}.")


@command(app, "remove")
async def remove_document(
    item_id: Annotated[str, typer.Argument(metavar="ID", help="As `standing list` shows it.")],
    account: Account,
) -> None:
    """Remove a standing document. Packets that were built with it keep it.

    Example: `starter.py standing remove 9f86d081884c7d65 --account shop`
    """
    from cli.session import open_store, read_settings
    from operations.standing import remove_standing

    async with open_store(read_settings()) as store:
        await remove_standing(store, account, item_id)
    typer.echo(f"{item_id}  removed from {account}.")


def _show(found: "Sequence[StandingDocument]") -> None:
    from rich.text import Text

    from chargebacks.evidence_items import FileContent, PolicyContent
    from cli.rows import table
    from cli.wording import clock, plural, size
    from operations.standing import SLOTS

    shown = table("id", "what", "holds", "in force from", "until", "by")
    for one in found:
        content, provenance = one.item.content, one.item.provenance
        what, holds = str(content.type), ""
        if isinstance(content, PolicyContent):
            clause = ", a clause marked" if content.clause else ""
            what, holds = content.kind.value, f"{plural(len(content.text), 'character')}{clause}"
        elif isinstance(content, FileContent):
            what = next((kind.value for kind, slot in SLOTS.items() if slot == content.field), content.field)
            holds = f"{content.name}, {plural(content.pages, 'page')}, {size(content.size)}"
        begins = clock(one.in_force_from) if one.in_force_from is not None else "always"
        ends = clock(one.in_force_until) if one.in_force_until is not None else "-"
        shown.add_row(one.item.id, Text(what), Text(holds), begins, ends, Text(provenance.by))
    console().print(shown)
