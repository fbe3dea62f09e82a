"""How pages are laid out: sections of labelled rows, and tables."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = tuple[str, str | Text]

_LABEL_WIDTH = 13


def section(console: Console, title: str, rows: Iterable[Row]) -> None:
    """Print the rows under their title; nothing at all where there is no row."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True, min_width=_LABEL_WIDTH)
    grid.add_column(overflow="fold")
    for label, value in rows:
        grid.add_row(label, value if isinstance(value, Text) else Text(value))
    if not grid.row_count:
        return
    if title:
        heading(console, title)
    console.print(grid)


def heading(console: Console, title: str) -> None:
    console.print()
    console.print(Text(title, style="bold underline"))


def table(*headings: str, title: str | None = None) -> Table:
    """A table whose columns fold. A heading that ends in `>` is of a column of numbers: to the right, never folded."""
    made = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", title=title)
    made.title_justify, made.title_style = "left", "dim"
    for name in headings:
        number = name.endswith(">")
        made.add_column(
            name.removesuffix(">"), justify="right" if number else "left", no_wrap=number, overflow="fold"
        )
    return made
