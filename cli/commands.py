"""What every command of `starter.py` shares: how it is registered, its common options, the console it prints on."""

import asyncio
import functools
import os
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, ParamSpec

import typer
from rich.console import Console

P = ParamSpec("P")

CaseId = Annotated[str, typer.Argument(metavar="ID", help="Case id, such as alert/ethoca-shop/A1B2.")]
DisputeCaseId = Annotated[str, typer.Argument(metavar="CASE", help="Case id, such as dispute/shop/du_1A2B.")]
By = Annotated[str, typer.Option(metavar="NAME", help="Who says so; kept with the case.")]
Note = Annotated[str, typer.Option(metavar="TEXT", help="Why; kept with the case.")]
Account = Annotated[str, typer.Option(metavar="NAME", help="Name of the connected account.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")]

CASES, DISPUTES, SET_UP = "Cases", "Disputes", "Set up"
"""Headings of `--help`."""

_WIDTH_WITHOUT_TERMINAL = 120


def command(
    group: typer.Typer, name: str, *, panel: str | None = None
) -> Callable[[Callable[P, Coroutine[Any, Any, None]]], Callable[P, None]]:
    """Register an async function as a command; `panel` is its heading in `--help`."""

    def register(function: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
        @group.command(name, rich_help_panel=panel)
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            asyncio.run(function(*args, **kwargs))

        return run

    return register


def console() -> Console:
    """As wide as the terminal; 120 columns into a file or a pipe, unless COLUMNS says otherwise."""
    piped = not Console().is_terminal and "COLUMNS" not in os.environ
    return Console(width=_WIDTH_WITHOUT_TERMINAL if piped else None, highlight=False)
