"""Plays the scenarios of the demo and keeps the history of each case in tests/histories/.

    python -m scripts.record_histories [alert] [dispute]

The suite replays them with the code of the day. Record anew for a release, beside the old ones, when workflows have
changed behind `workflow.patched`; replace them only while no case of an older release can still be open.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from demo.disputes.every import DISPUTES
from demo.disputes.shops import open_shops
from demo.playing import Result, play_all
from demo.scenarios import SCENARIOS
from demo.stack import Stack, running_stack
from runtime.process import leave

REPOSITORY = Path(__file__).resolve().parent.parent
FOLDER = REPOSITORY / "tests" / "histories"
KINDS = ("alert", "dispute")


async def record(kinds: tuple[str, ...]) -> int:
    """The number of scenarios that did not come out as expected; their histories are not kept."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_stack(Path(folder)) as (stack, _), open_shops(stack) as shops:
            scenarios = {"alert": tuple(SCENARIOS), "dispute": DISPUTES.scenarios(shops)}
            return sum([await _keep(stack, kind, await play_all(stack, scenarios[kind])) for kind in kinds])


async def _keep(stack: Stack, kind: str, results: list[Result]) -> int:
    """How many were not kept."""
    good = [result for result in results if result.as_expected]
    for result in good:
        for number, case_id in enumerate(dict.fromkeys(result.outcome.cases), start=1):
            history = await stack.client.get_workflow_handle(case_id).fetch_history()
            name = result.scenario.name.replace(" ", "-").replace(":", "").replace(",", "").replace("'", "")
            save(FOLDER / kind / f"{name}.{number}.json", history.to_json())
    return len(results) - len(good)


def save(path: Path, text: str) -> None:
    """Keep the history, without where on this machine the code stood when a step failed."""
    text = text.replace(f"{REPOSITORY}/", "")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    wanted = tuple(sys.argv[1:]) or KINDS
    if unknown := set(wanted) - set(KINDS):
        print(f"unknown kind {min(unknown)}: there are {', '.join(KINDS)}", file=sys.stderr)
        leave(2)
    leave(1 if asyncio.run(record(wanted)) else 0)
