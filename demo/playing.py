"""Scenarios: played side by side, and told as a table of what each must come to beside what it came to."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import astuple, dataclass

from rich.box import SIMPLE_HEAD
from rich.progress import Progress
from rich.table import Table

from demo.stack import Stack

AT_ONCE = 6
"""Scenarios played side by side."""


@dataclass(frozen=True)
class TableRow:
    """What a scenario is expected to come to: one text per column, in the order of the table's headings."""

    def cells(self) -> tuple[str, ...]:
        return astuple(self)


@dataclass(frozen=True)
class Outcome:
    """What a scenario came to. A problem makes it fail, whatever its row says."""

    got: TableRow
    cases: tuple[str, ...]
    """The last one is the one that the table shows."""
    measured: str = ""
    """Not expected beforehand: stands in the table below the workflow's id."""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    name: str
    expected: TableRow
    play: Callable[[Stack], Awaitable[Outcome]]


@dataclass(frozen=True)
class Result:
    scenario: Scenario
    outcome: Outcome

    @property
    def as_expected(self) -> bool:
        return self.outcome.got == self.scenario.expected and not self.outcome.problems


async def play_all(
    stack: Stack, scenarios: Sequence[Scenario], progress: Progress | None = None
) -> list[Result]:
    """Play the scenarios side by side; results in the order of the list."""
    gate = asyncio.Semaphore(AT_ONCE)
    bar = progress.add_task("scenarios", total=len(scenarios)) if progress is not None else None

    async def one(scenario: Scenario) -> Result:
        async with gate:
            result = Result(scenario, await scenario.play(stack))
        if progress is not None and bar is not None:
            progress.update(bar, advance=1, description=scenario.name)
        return result

    return await asyncio.gather(*(one(scenario) for scenario in scenarios))


def table_of(results: Sequence[Result], *, title: str, headings: Sequence[str]) -> Table:
    """One row per scenario; what differs from what was expected is shown as `expected -> got`."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    table.add_column("scenario, workflow id", overflow="fold")
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    for result in results:
        want, got = result.scenario.expected.cells(), result.outcome.got.cells()
        table.add_row(
            "[green]ok[/]" if result.as_expected else "[red]NO[/]",
            _named(result),
            *(_compared(*pair) for pair in zip(want, got, strict=True)),
        )
    return table


def _named(result: Result) -> str:
    outcome = result.outcome
    lines = [result.scenario.name, f"[dim]{outcome.cases[-1]}[/]"]
    lines += [f"[dim]{outcome.measured}[/]"] if outcome.measured else []
    return "\n".join([*lines, *(f"[red]{problem}[/]" for problem in outcome.problems)])


def _compared(want: str, got: str) -> str:
    shown = got if want == got else f"[red]{want or '(none)'} -> {got or '(none)'}[/]"
    return shown.replace("_", " ")
