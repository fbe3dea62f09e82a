"""Messages of alert sources that led to no case."""

import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chargebacks.errors import BadInput
from cli.wording import clock
from store import StoredMessage


def show_messages(console: Console, messages: Sequence[StoredMessage]) -> None:
    """Print the list, or that there is none."""
    if not messages:
        console.print("No message was refused.")
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for heading, justify in (("number", "right"), ("received (UTC)", "left"), ("bytes", "right")):
        table.add_column(heading, no_wrap=True, justify="right" if justify == "right" else "left")
    table.add_column("source", overflow="fold")
    table.add_column("why nothing was started", overflow="fold", ratio=1)
    for message in messages:
        table.add_row(
            str(message.id),
            clock(message.received_at),
            str(len(message.body)),
            Text(message.source),
            Text(message.refused_reason or ""),
        )
    console.print(table)


def write_body(messages: Sequence[StoredMessage], number: int) -> None:
    """The body as received, to standard output. BadInput when it is not among the messages."""
    wanted = next((message for message in messages if message.id == number), None)
    if wanted is None:
        raise BadInput(
            f"Message {number} is not among the last {len(messages)} refused: raise --limit.",
            reason="no_message",
        )
    if not wanted.body:
        raise BadInput(f"The body of message {number} was erased by `purge`.", reason="erased")
    sys.stdout.buffer.write(wanted.body)
