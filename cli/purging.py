"""`starter.py purge`: retention."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli import reading
from cli.commands import SET_UP, command, console
from cli.wording import plural

if TYPE_CHECKING:
    from operations.purging import Purge
    from store.purging import Erased

app = typer.Typer()


@command(app, "purge", panel=SET_UP)
async def purge_personal_data(
    older_than: Annotated[
        timedelta,
        typer.Option(parser=reading.duration, metavar="TIME", help="Closed for longer than 30d or more."),
    ],
    account: Annotated[str | None, typer.Option(metavar="NAME", help="Only this account.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many cases it would be.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask at the terminal.")] = False,
) -> None:
    """Erase personal data of cases that are closed for long; cannot be undone. Asks first. Safe to interrupt.

    Erased are dossiers, evidence, packets and raw messages. Kept are the case file and its timeline, refunds, outcomes,
    submissions, hashes of what was filed, results.

    Example: `starter.py purge --older-than 400d`
    """
    from cli.filing_page import confirm
    from cli.session import open_store, read_settings
    from operations.purging import carry_out_purge, plan_purge

    now = datetime.now(UTC)
    async with open_store(read_settings()) as store:
        purge = await plan_purge(store, older_than=older_than, account=account, now=now)
        typer.echo(_planned(purge))
        if dry_run:
            return
        confirm("Erase their personal data?", yes=yes)
        with _bar(console()) as bar:
            task = bar.add_task("erasing", total=len(purge.cases))
            erased = await carry_out_purge(
                store, purge, now=now, progress=lambda done: bar.update(task, completed=done)
            )
    typer.echo(_told(erased))


def _planned(purge: "Purge") -> str:
    whose = f" of {purge.account}" if purge.account is not None else ""
    cases, before = plural(len(purge.cases), "case"), f"{purge.closed_before:%Y-%m-%d %H:%M} UTC"
    return f"{cases}{whose}, closed before {before}, with personal data."


def _bar(shown_on: Console) -> Progress:
    columns = (TextColumn("erasing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=shown_on, transient=True)


def _told(erased: "Erased") -> str:
    evidence = plural(erased.evidence, "piece of evidence", "pieces of evidence")
    return (
        f"Erased of {plural(erased.cases, 'case')}: {evidence}, {plural(erased.packets, 'packet')}, "
        f"{plural(erased.documents, 'file')}. Also {plural(erased.messages, 'raw message')} and "
        f"{plural(erased.answers, 'kept answer')} of the API.\n"
        "Still there: what Temporal keeps until its own retention, what was filed with Stripe, your backups."
    )
