"""Plays every scenario of the demo and keeps the history of each case in tests/histories/.

    python scripts/record_histories.py

The suite replays them with the code of the day. Record anew for a release, beside the old ones, when workflows have
changed behind `workflow.patched`; replace them only while no case of an older release can still be open.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from demo.__main__ import play_all
from demo.scenarios import SCENARIOS
from demo.stack import running_stack
from runtime.process import leave

REPOSITORY = Path(__file__).resolve().parent.parent
FOLDER = REPOSITORY / "tests" / "histories" / "alert"


async def record() -> int:
    """The number of scenarios that did not come out as expected; their histories are not kept."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        async with running_stack(Path(folder)) as (stack, _):
            for result in await play_all(stack, tuple(SCENARIOS)):
                if not result.as_expected:
                    failed += 1
                    continue
                for number, case_id in enumerate(dict.fromkeys(result.played.cases), start=1):
                    history = await stack.client.get_workflow_handle(case_id).fetch_history()
                    name = f"{result.scenario.name.replace(' ', '-').replace(':', '').replace(',', '')}.{number}.json"
                    save(FOLDER / name, history.to_json())
    return failed


def save(path: Path, text: str) -> None:
    """Keep the history, without where on this machine the code stood when a step failed."""
    text = text.replace(f"{REPOSITORY}/", "")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    leave(1 if asyncio.run(record()) else 0)
