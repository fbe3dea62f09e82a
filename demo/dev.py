"""`make dev`: every part on loopback until Ctrl-C, with the URLs and the commands to try next."""

import asyncio
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from chargebacks.errors import CaseError
from demo.disputes import goods, papers
from demo.disputes.people import JANE
from demo.disputes.shops import OAK, Shops, open_shops
from demo.disputes.world import DisputeWorld
from demo.processes import REPOSITORY
from demo.stack import Stack, running_stack
from demo.world import World
from runtime.embedded_temporal import TemporalServer
from runtime.process import leave, stop_requested

_FOLDER = REPOSITORY / ".dev"
_DISPUTE = "example"


@dataclass(frozen=True)
class Examples:
    """What was prepared to be tried."""

    alert: Path
    dispute: str
    """Its id at Stripe; it has no case yet."""
    evidence: Path
    """A folder that a person would hand in."""


async def run() -> None:
    """Start, explain, wait."""
    console = Console()
    console.print(
        "Starting Temporal, a stand-in Stripe, stand-in alert networks, a merchant's evidence endpoint, the worker and "
        "the HTTP service on loopback ..."
    )
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir()
    async with running_stack(_FOLDER) as (stack, temporal), open_shops(stack) as shops:
        examples = Examples(
            alert=await _example_alert(stack, _FOLDER),
            dispute=await _example_dispute(shops),
            evidence=_example_evidence(_FOLDER),
        )
        environment = stack.write_environment(_FOLDER)
        for line in _explained(stack, temporal, environment, examples):
            console.print(line, soft_wrap=True, highlight=False, markup=False)
        await stop_requested().wait()
    console.print("Stopped.")


async def _example_alert(stack: Stack, folder: Path) -> Path:
    world = World(stack)
    charge = await world.sell(amount=4999, last4="4242")
    message = await world.message("chargebackhit", charge)
    path = folder / "alert.json"
    path.write_text(json.dumps(json.loads(message["body"]), indent=2))
    return path


async def _example_dispute(shops: Shops) -> str:
    """Not received, it is said; the shop's endpoint knows of the parcel, and a person has the label."""
    world, order, product = DisputeWorld(shops, _DISPUTE), "1001", "Side table WT-45, walnut"
    sale = await world.sell(
        OAK,
        JANE,
        amount=42_000,
        days_ago=24,
        description=product,
        shipping=JANE.shipping,
        metadata={"order_id": order},
    )
    shops.desk.knows(order, goods.shipped(sale.at, JANE, order=order, product=product))
    return await world.dispute(sale, "product_not_received")


def _example_evidence(folder: Path) -> Path:
    files = folder / "evidence" / "shipping_documentation"
    files.mkdir(parents=True)
    label = papers.sheet(
        "UPS Ground", "1Z999AA10000001001", JANE.name, "12 Elm Street", "Springfield, IL 62701"
    )
    (files / "label.pdf").write_bytes(label)
    return files.parent


def _explained(
    stack: Stack, temporal: TemporalServer, environment: Path, examples: Examples
) -> tuple[str, ...]:
    case = f"dispute/{OAK.account}/{examples.dispute}"
    packet = (_FOLDER / "packet").relative_to(REPOSITORY)
    return (
        "",
        f"Temporal UI      {temporal.ui_url}",
        f"Temporal         {temporal.address}",
        f"Stripe sandbox   {stack.environment['STRIPE_API_BASE']}   (key sk_test_sandbox)",
        f"Alert networks   {stack.networks_control.base_url}",
        f"HTTP service     {stack.ingest_url}   (its API: {stack.ingest_url}/docs)",
        f"Database         {stack.environment['DATABASE_URL']}",
        "",
        "Try next, in another terminal:",
        f"  source {environment.relative_to(REPOSITORY)}",
        "  alias starter='.venv/bin/python starter.py'",
        "",
        f"  starter alert {examples.alert.relative_to(REPOSITORY)} --source chargebackhit-shop",
        "  starter cases",
        "  starter case ID",
        "",
        f"  starter dispute {examples.dispute} --account {OAK.account}      # a table that never came, it is said",
        f"  starter case {case}",
        f"  starter evidence {case} --folder {examples.evidence.relative_to(REPOSITORY)} --by ben",
        f"  starter packet {case} -o {packet}",
        f"  starter submit {case} --by ana",
        "",
        "Ctrl-C stops everything.",
    )


def main() -> None:
    try:
        asyncio.run(run())
    except CaseError as error:
        typer.echo(f"dev: {error}", err=True)
        leave(1)
    leave(0)


if __name__ == "__main__":
    main()
