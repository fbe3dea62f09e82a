"""Cases in lists: nearest deadline first, each with its id on a line of its own, to be copied."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from chargebacks.contracts import CaseFile, CaseKind
from chargebacks.dispute_case import DisputeStory
from chargebacks.economics import Way
from chargebacks.money import signed
from cli.wording import clock, is_answered, money, plain, plural, status_text, time_left

_GAP = "  "
_MOST = 120
"""Columns."""
_SHORT = 160
"""Characters of what a person must know; the case's page has all of it."""
_RIGHT = {"left", "amount", "ready", "lacks"}


class _Kind(NamedTuple):
    """What is shown of one kind of case. `gives`: number of the column that is cut short where room is short."""

    title: str
    headings: tuple[str, ...]
    cells: Callable[[CaseFile, datetime], tuple[Text, ...]]
    gives: int


def show_cases(console: Console, cases: Sequence[CaseFile], *, now: datetime, limit: int) -> None:
    """Print a list per kind of case, or that nothing fits."""
    if not cases:
        console.print("No case fits.")
        return
    shown = {kind: [case for case in cases if case.kind is kind] for kind in _KINDS}
    titled = all(shown.values())
    for kind, some in shown.items():
        if some:
            if titled:
                console.print(Text(_KINDS[kind].title, style="bold underline"))
            _show(console, _KINDS[kind], some, now=now)
            console.print()
    more = f" There may be more: raise --limit above {limit}." if len(cases) == limit else ""
    console.print(f"{plural(len(cases), 'case')}.{more}")


def _show(console: Console, kind: _Kind, cases: Sequence[CaseFile], *, now: datetime) -> None:
    rows = [kind.cells(case, now) for case in cases]
    widths = [
        max(len(heading), *(row[column].cell_len for row in rows))
        for column, heading in enumerate(kind.headings)
    ]
    widths[kind.gives] -= max(0, sum(widths) + len(_GAP) * (len(widths) - 1) - _MOST)
    headings = tuple(Text(heading, style="bold") for heading in kind.headings)
    console.print(_line(kind, headings, widths), soft_wrap=True)
    for case, row in zip(cases, rows, strict=True):
        console.print(_line(kind, row, widths), soft_wrap=True)
        console.print(Text(f"{_GAP}{case.case_id}", style="bold"), soft_wrap=True)
        if case.attention is not None:
            style = "dim" if case.closed_at is not None else "yellow"
            console.print(Padding(Text(_shortened(case.attention), style=style), (0, 0, 0, len(_GAP))))


def _alert_cells(case: CaseFile, now: datetime) -> tuple[Text, ...]:
    about = (
        f"{case.alert.product.value} {plain(case.alert.kind)}" if case.alert is not None else case.kind.value
    )
    return (
        *_due(case, now),
        Text(money(case.amount)),
        status_text(case.status),
        Text(case.account),
        Text(f"{about}: {plain(case.outcome.code)}" if case.outcome is not None else about),
    )


def _dispute_cells(case: CaseFile, now: datetime) -> tuple[Text, ...]:
    story = case.dispute or DisputeStory()
    complete = story.assessment.completeness if story.assessment is not None else None
    return (
        *_due(case, now),
        Text(money(case.amount)),
        Text(plain(story.dispute.reason) if story.dispute is not None else "not read yet"),
        Text(f"{complete.percent} %" if complete is not None else "-"),
        Text(str(len(complete.missing)) if complete is not None else "-"),
        _prospect(story),
        status_text(case.status),
    )


def _due(case: CaseFile, now: datetime) -> tuple[Text, Text]:
    due = Text(clock(case.respond_by) if case.respond_by is not None else "-")
    return due, time_left(case.respond_by, now=now, over=is_answered(case))


def _prospect(story: DisputeStory) -> Text:
    """What the best way is expected to gain over leaving the dispute; once decided, what was really moved."""
    if story.verdict is not None:
        word = plain(story.verdict)
        moved = story.dispute.net_minor if story.dispute is not None else 0
        currency = story.settlement_currency
        return Text(f"{word} {signed(moved, currency)}" if currency is not None else word, style="bold")
    if story.assessment is None:
        return Text("-")
    weighing = story.assessment.weighing
    best, left = weighing.expected(weighing.best), weighing.expected(Way.LEAVE)
    if best is None or left is None or weighing.best is Way.LEAVE:
        return Text(weighing.best.value)
    return Text(f"{weighing.best.value} +{signed(best - left, weighing.currency)}")


_KINDS = {
    CaseKind.ALERT: _Kind(
        title="Alerts",
        headings=("due (UTC)", "left", "amount", "status", "account", "about"),
        cells=_alert_cells,
        gives=5,
    ),
    CaseKind.DISPUTE: _Kind(
        title="Disputes",
        headings=("due (UTC)", "left", "amount", "reason", "ready", "lacks", "gain or verdict", "status"),
        cells=_dispute_cells,
        gives=3,
    ),
}


def _shortened(text: str) -> str:
    return text if len(text) <= _SHORT else text[:_SHORT].rpartition(" ")[0] + " ..."


def _line(kind: _Kind, cells: Sequence[Text], widths: Sequence[int]) -> Text:
    line = Text(end="")
    for cell, width, heading in zip(cells, widths, kind.headings, strict=True):
        shown = cell.copy()
        shown.truncate(max(width, 1), overflow="ellipsis")
        filling = Text(" " * (width - shown.cell_len))
        line.append_text(filling + shown if heading in _RIGHT else shown + filling).append(_GAP)
    line.rstrip()
    return line
