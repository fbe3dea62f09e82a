"""Cases in a list: nearest deadline first, what a person must know under each."""

from collections.abc import Sequence
from datetime import datetime

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chargebacks.contracts import CaseFile
from cli.wording import clock, money, plain, status_text, time_left


def show_cases(console: Console, cases: Sequence[CaseFile], *, now: datetime, limit: int) -> None:
    """Print the list, or that nothing was found."""
    if not cases:
        console.print("No case fits.")
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", expand=False)
    table.add_column("due (UTC)", no_wrap=True)
    table.add_column("left", no_wrap=True, justify="right")
    table.add_column("amount", no_wrap=True, justify="right")
    table.add_column("case", overflow="fold", ratio=1)
    for case in cases:
        due = clock(case.respond_by) if case.respond_by is not None else "-"
        left = time_left(case.respond_by, now=now, over=_answered(case))
        table.add_row(due, left, money(case.amount), _about(case))
    console.print(table)
    more = f" There may be more: raise --limit above {limit}." if len(cases) == limit else ""
    console.print(f"{len(cases)} {'case' if len(cases) == 1 else 'cases'}.{more}")


def _answered(case: CaseFile) -> bool:
    return case.outcome_sent_at is not None or case.closed_at is not None


def _about(case: CaseFile) -> Text:
    """The id by itself on a line, to be copied; then what it is and how it stands."""
    about = Text(case.case_id, style="bold")
    about.append_text(Text("\n"))
    about.append_text(status_text(case.status))
    words = [case.account]
    if case.alert is not None:
        words.append(f"{case.alert.product.value} {plain(case.alert.kind)}")
    if case.outcome is not None:
        words.append(f"outcome {plain(case.outcome.code)}")
    about.append_text(Text(", " + ", ".join(words), style="not bold"))
    if case.attention is not None:
        about.append_text(Text(f"\n{case.attention}", style="not bold yellow"))
    return about
