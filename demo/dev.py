"""`make dev`: every part on loopback until Ctrl-C, with the URLs and the commands to try next."""

import asyncio
import json
from pathlib import Path

import typer
from rich.console import Console

from chargebacks.errors import CaseError
from demo.processes import REPOSITORY
from demo.stack import Stack, running_stack
from demo.world import World
from runtime.embedded_temporal import TemporalServer
from runtime.process import leave, stop_requested

_FOLDER = REPOSITORY / ".dev"


async def run() -> None:
    """Start, explain, wait."""
    console = Console()
    console.print(
        "Starting Temporal, a stand-in Stripe, stand-in alert networks and the worker on loopback ..."
    )
    _FOLDER.mkdir(exist_ok=True)
    for left_over in _FOLDER.iterdir():
        left_over.unlink()
    async with running_stack(_FOLDER) as (stack, temporal):
        example = await _example_alert(stack, _FOLDER)
        environment = _FOLDER / "environment"
        environment.write_text(
            "".join(f"export {name}='{value}'\n" for name, value in stack.environment.items())
        )
        _explain(console, stack, temporal, environment, example)
        await stop_requested().wait()
    console.print("Stopped.")


async def _example_alert(stack: Stack, folder: Path) -> Path:
    world = World(stack)
    charge = await world.sell(amount=4999, last4="4242")
    message = await world.message("chargebackhit", charge)
    path = folder / "alert.json"
    path.write_text(json.dumps(json.loads(message["body"]), indent=2))
    return path


def _explain(
    console: Console, stack: Stack, temporal: TemporalServer, environment: Path, example: Path
) -> None:
    here = environment.relative_to(REPOSITORY)
    lines = (
        "",
        f"Temporal UI      {temporal.ui_url}",
        f"Temporal         {temporal.address}",
        f"Stripe sandbox   {stack.environment['STRIPE_API_BASE']}   (key sk_test_sandbox)",
        f"Alert networks   {stack.networks_control.base_url}",
        f"Database         {stack.environment['DATABASE_URL']}",
        "",
        "Try next, in another terminal:",
        f"  source {here}",
        f"  .venv/bin/python starter.py alert {example.relative_to(REPOSITORY)} --source chargebackhit-shop",
        "  .venv/bin/python starter.py cases",
        "  .venv/bin/python starter.py case ID",
        "",
        "Ctrl-C stops everything.",
    )
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False)


def main() -> None:
    try:
        asyncio.run(run())
    except CaseError as error:
        typer.echo(f"dev: {error}", err=True)
        leave(1)
    leave(0)


if __name__ == "__main__":
    main()
