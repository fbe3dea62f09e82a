"""`starter.py report`: how disputes came out, in the terminal, as a page and for spreadsheets."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from chargebacks.errors import NeedsOperator
from cli import reading
from cli.commands import DISPUTES, command, console

if TYPE_CHECKING:
    from chargebacks.reporting import Report, ReportTable

app = typer.Typer()

_STANDARD_OUTPUT = Path("-")


@command(app, "report", panel=DISPUTES)
async def report_disputes(
    account: Annotated[str | None, typer.Option(metavar="NAME", help="Only this account.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(parser=reading.moment, metavar="WHEN", help="Opened from: 90d ago, or 2026-01-01."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(parser=reading.moment, metavar="WHEN", help="Opened before: 30d ago, or 2026-04-01."),
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="NAMES", help="Which tables, with commas between them.")
    ] = "reason,network,evidence,month",
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page to this file.")] = None,
    as_csv: Annotated[
        Path | None,
        typer.Option(
            "--csv", metavar="FILE", help="Write amounts in minor units to this file; - for stdout."
        ),
    ] = None,
) -> None:
    """Report how disputes came out: filed, won, lost, given up, open, win rate, what came back, and the fees.

    The win rate is that of disputes that were filed and are won or lost. Currencies are never added.

    Examples:

    `starter.py report --since 90d`

    `starter.py report --account shop --by reason,month --html disputes.html --csv disputes.csv`
    """
    from cli.session import open_store, read_settings
    from operations.report import as_csv as csv_of
    from operations.report import build_report
    from operations.report_page import about, as_html

    now, chosen = datetime.now(UTC), reading.dimensions(by)
    async with open_store(read_settings()) as store:
        report = await build_report(store, account=account, since=since, until=until, by=chosen)
    if as_csv == _STANDARD_OUTPUT:
        sys.stdout.write(csv_of(report))
    else:
        said = about(account=account, since=since, until=until, made_at=now)
        show_report(console(), report, said)
        if as_csv is not None:
            _write(as_csv, csv_of(report))
            typer.echo(f"{as_csv}  written.")
    if html is not None:
        _write(html, as_html(report, account=account, since=since, until=until, made_at=now))
        typer.echo(f"{html}  written.", err=as_csv == _STANDARD_OUTPUT)


def show_report(console: Console, report: "Report", said: str) -> None:
    """A table per dimension, then everything in one line."""
    from operations.report_page import remark

    console.print(said)
    if not report.total.lines:
        console.print("There is none.")
        return
    for shown in report.tables:
        _show(console, shown, report)
    if (noted := remark(report.total.tally)) is not None:
        console.print(Text(noted, style="dim"))


def _show(console: Console, shown: "ReportTable", report: "Report") -> None:
    from cli.rows import table
    from operations.report_page import TITLES, cells, shown_value

    counts = ("disputes>", "filed>", "won>", "lost>", "accepted>", "other>", "open>")
    printed = table(
        shown.dimension.value, *counts, "win rate>", "recovered>", "fees>", title=TITLES[shown.dimension]
    )
    printed.padding = (0, 0)
    for group in shown.groups:
        printed.add_row(Text(shown_value(group.value)), *cells(group))
    if len(shown.groups) > 1:
        printed.add_section()
        printed.add_row(Text("all", style="bold"), *cells(report.total))
    console.print(printed)


def _write(file: Path, content: str) -> None:
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise NeedsOperator(f"{file} cannot be written: {why}.", reason="unwritable") from error
