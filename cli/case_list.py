"""Cases in a list: nearest deadline first, each with its id on a line of its own, to be copied."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from chargebacks.contracts import CaseFile
from cli.wording import clock, is_answered, money, plain, status_text, time_left

_HEADINGS = ("due (UTC)", "left", "amount", "status", "account", "about")
_RIGHT = {"left", "amount"}
_GAP = "  "
_SHORT = 160
"""Characters of what a person must know; the case's page has all of it."""


def show_cases(console: Console, cases: Sequence[CaseFile], *, now: datetime, limit: int) -> None:
    """Print the list, or that nothing fits."""
    if not cases:
        console.print("No case fits.")
        return
    rows = [_cells(case, now=now) for case in cases]
    widths = [
        max(len(heading), *(row[column].cell_len for row in rows)) for column, heading in enumerate(_HEADINGS)
    ]
    headings = [Text(heading, style="bold") for heading in _HEADINGS]
    console.print(_line(headings, widths), soft_wrap=True)
    for case, row in zip(cases, rows, strict=True):
        console.print(_line(row, widths), soft_wrap=True)
        console.print(Text(f"{_GAP}{case.case_id}", style="bold"), soft_wrap=True)
        if case.attention is not None:
            style = "dim" if case.closed_at is not None else "yellow"
            console.print(Padding(Text(_shortened(case.attention), style=style), (0, 0, 0, len(_GAP))))
    more = f" There may be more: raise --limit above {limit}." if len(cases) == limit else ""
    console.print(f"\n{len(cases)} {'case' if len(cases) == 1 else 'cases'}.{more}")


def _cells(case: CaseFile, *, now: datetime) -> list[Text]:
    about = (
        f"{case.alert.product.value} {plain(case.alert.kind)}" if case.alert is not None else case.kind.value
    )
    return [
        Text(clock(case.respond_by) if case.respond_by is not None else "-"),
        time_left(case.respond_by, now=now, over=is_answered(case)),
        Text(money(case.amount)),
        status_text(case.status),
        Text(case.account),
        Text(f"{about}: {plain(case.outcome.code)}" if case.outcome is not None else about),
    ]


def _shortened(text: str) -> str:
    return text if len(text) <= _SHORT else text[:_SHORT].rpartition(" ")[0] + " ..."


def _line(cells: Sequence[Text], widths: Sequence[int]) -> Text:
    line = Text(end="")
    for cell, width, heading in zip(cells, widths, _HEADINGS, strict=True):
        filling = " " * (width - cell.cell_len)
        line.append_text(Text(filling) + cell if heading in _RIGHT else cell + Text(filling)).append(_GAP)
    line.rstrip()
    return line
