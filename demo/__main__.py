"""`make demo`: start everything, play every scenario, show expected against got, stop what was started.

    python -m demo [--keep] [--only WORDS]

Exits 0 only when every row came out as expected.
"""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from chargebacks.errors import CaseError
from demo.scenarios import SCENARIOS, Scenario
from demo.stack import Stack, running_stack
from demo.world import Played, Row, World
from runtime.embedded_temporal import TemporalServer
from runtime.process import leave, stop_requested

_AT_ONCE = 6
"""Scenarios played side by side."""


@dataclass(frozen=True)
class Result:
    scenario: Scenario
    got: Row
    played: Played

    @property
    def as_expected(self) -> bool:
        return self.got == self.scenario.expected


async def play_all(
    stack: Stack, scenarios: tuple[Scenario, ...], progress: Progress | None = None
) -> list[Result]:
    """Play the scenarios side by side; results in the order of the list."""
    gate = asyncio.Semaphore(_AT_ONCE)
    bar = progress.add_task("scenarios", total=len(scenarios)) if progress is not None else None

    async def one(scenario: Scenario) -> Result:
        async with gate:
            result = await play(stack, scenario)
        if progress is not None and bar is not None:
            progress.update(bar, advance=1, description=scenario.name)
        return result

    return await asyncio.gather(*(one(scenario) for scenario in scenarios))


async def play(stack: Stack, scenario: Scenario) -> Result:
    """Play one scenario and read the row that came of it."""
    world = World(stack)
    played = await scenario.play(world)
    return Result(scenario=scenario, got=await world.row(played), played=played)


def table_of(results: list[Result]) -> Table:
    """Expected against got, one row per scenario; what differs is shown as `expected -> got`."""
    table = Table(title="What each alert came to", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    table.add_column("scenario, workflow id", overflow="fold")
    for heading in ("case status", "money back", "network was told", "subscription", "decision"):
        table.add_column(heading, no_wrap=True)
    for result in results:
        want, got = result.scenario.expected, result.got
        table.add_row(
            "[green]ok[/]" if result.as_expected else "[red]NO[/]",
            f"{result.scenario.name}\n[dim]{result.played.cases[-1]}[/]",
            _compared(want.status, got.status).replace("_", " "),
            _compared(want.refunded, got.refunded),
            _compared(want.told, got.told),
            _compared(want.subscription, got.subscription),
            _compared(want.why, got.why).replace("_", " "),
        )
    return table


def _compared(want: str, got: str) -> str:
    return got if want == got else f"[red]{want or '(none)'} -> {got or '(none)'}[/]"


async def run(*, keep: bool, only: str) -> bool:
    console = Console(width=None if Console().is_terminal else 166)
    scenarios = tuple(scenario for scenario in SCENARIOS if only.lower() in scenario.name.lower())
    console.print(
        "Starting Temporal, a stand-in Stripe, stand-in alert networks and the worker on loopback ..."
    )
    with tempfile.TemporaryDirectory(prefix="chargebacks-") as folder:
        async with running_stack(Path(folder)) as (stack, temporal):
            results = await _show(console, stack, scenarios)
            if keep:
                await _keep(console, temporal, results)
    return all(result.as_expected for result in results)


async def _show(console: Console, stack: Stack, scenarios: tuple[Scenario, ...]) -> list[Result]:
    began = time.monotonic()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed}/{task.total} {task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        results = await play_all(stack, scenarios, progress)
    console.print(table_of(results))
    good = sum(result.as_expected for result in results)
    seconds = time.monotonic() - began
    console.print(f"{good} of {len(results)} scenarios came out as expected, in {seconds:.0f} s.")
    return results


async def _keep(console: Console, temporal: TemporalServer, results: list[Result]) -> None:
    console.print(f"\nEverything stays up until Ctrl-C. Temporal UI: {temporal.ui_url}\nThe cases there:")
    for result in results:
        url = temporal.case_url(result.played.cases[-1])
        console.print(f"  {result.scenario.name}: {url}", soft_wrap=True)
    await stop_requested().wait()


def main(
    keep: Annotated[bool, typer.Option(help="Stay up afterwards and print the link of each case.")] = False,
    only: Annotated[str, typer.Option(help="Play only scenarios whose name contains these words.")] = "",
) -> None:
    """Play every scenario against real parts on loopback."""
    try:
        good = asyncio.run(run(keep=keep, only=only))
    except CaseError as error:
        typer.echo(f"demo: {error}", err=True)
        leave(1)
    leave(0 if good else 1)


if __name__ == "__main__":
    typer.run(main)
