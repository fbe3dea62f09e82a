"""`make demo`: start everything, play every scenario, show expected against got, stop what was started.

    python -m demo [--keep] [--only WORDS]

Exits 0 only when every row came out as expected.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from chargebacks.errors import CaseError
from demo.disputes.every import DISPUTES
from demo.disputes.row import HEADINGS as DISPUTE_HEADINGS
from demo.disputes.scenario import PACKETS
from demo.disputes.shops import open_shops
from demo.playing import Result, Scenario, play_all, table_of
from demo.processes import REPOSITORY
from demo.scenarios import HEADINGS as ALERT_HEADINGS
from demo.scenarios import SCENARIOS
from demo.stack import Stack, running_stack
from runtime.embedded_temporal import TemporalServer
from runtime.process import leave, stop_requested

_FOOTER = (
    "Filed: on whose word, and how complete the evidence was. Argument: the line that leads the letter. What was "
    "filed was compared with what the stand-in received; every packet was looked at: limits, text, fonts, letter.\n"
    "Days that pass (a worker that is down over the moment to file, eligibility that changes overnight, evidence that "
    "is asked for again) are not played here but in tests/dispute_path, on a server that skips time."
)


@dataclass(frozen=True)
class Part:
    """One table."""

    title: str
    headings: Sequence[str]
    scenarios: tuple[Scenario, ...]


async def run(*, keep: bool, only: str) -> bool:
    console = Console(width=None if Console().is_terminal else 166)
    console.print(
        "Starting Temporal, a stand-in Stripe, stand-in alert networks, a merchant's evidence endpoint, the worker and "
        "the HTTP service on loopback ..."
    )
    with tempfile.TemporaryDirectory(prefix="chargebacks-") as folder:
        async with running_stack(Path(folder)) as (stack, temporal), open_shops(stack) as shops:
            parts = (
                Part("What each alert came to", ALERT_HEADINGS, _chosen(SCENARIOS, only)),
                Part(
                    "What each dispute came to",
                    DISPUTE_HEADINGS,
                    _chosen(DISPUTES.scenarios(shops, packets=_empty(PACKETS)), only),
                ),
            )
            results = await _show(console, stack, parts)
            if keep:
                await _keep(console, stack, temporal, results)
    return all(result.as_expected for result in results)


def _chosen(scenarios: Sequence[Scenario], only: str) -> tuple[Scenario, ...]:
    return tuple(scenario for scenario in scenarios if only.lower() in scenario.name.lower())


def _empty(folder: Path) -> Path:
    """The folder without what an earlier run left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for left_over in folder.glob("*.pdf"):
        left_over.unlink()
    return folder


async def _show(console: Console, stack: Stack, parts: Sequence[Part]) -> list[Result]:
    began = time.monotonic()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed}/{task.total} {task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        results = await play_all(stack, [one for part in parts for one in part.scenarios], progress)
    seconds = time.monotonic() - began
    for part in parts:
        shown = [result for result in results if result.scenario in part.scenarios]
        if shown:
            console.print(table_of(shown, title=part.title, headings=part.headings))
    good = sum(result.as_expected for result in results)
    console.print(_FOOTER)
    console.print(f"The packets, to read: {PACKETS.relative_to(REPOSITORY)}/", highlight=False)
    console.print(f"{good} of {len(results)} scenarios came out as expected, in {seconds:.0f} s.")
    return results


async def _keep(console: Console, stack: Stack, temporal: TemporalServer, results: list[Result]) -> None:
    here = stack.write_environment(PACKETS.parent)
    console.print(f"\nEverything stays up until Ctrl-C. Temporal UI: {temporal.ui_url}")
    console.print(f"In another terminal: source {here.relative_to(REPOSITORY)}", highlight=False)
    console.print("  .venv/bin/python starter.py cases, case ID, evidence ID, packet ID -o DIR, report\n")
    console.print("The cases there:")
    for result in results:
        url = temporal.case_url(result.outcome.cases[-1])
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
