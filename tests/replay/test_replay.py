"""Cases live for weeks: today's workflow code must still fit every history that was recorded."""

import json
from pathlib import Path

import pytest
from commands import all_commands
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

import worker

HISTORIES = Path(__file__).resolve().parent.parent / "histories"
FINGERPRINT = HISTORIES / "commands.json"

RECORDED = sorted(HISTORIES.glob("*/*.json"))

ADVICE = """
The commands of a workflow have changed. Cases that are open now will not replay with this code.
 - A new, removed or moved step goes behind `workflow.patched("what-changed")`
   (https://docs.temporal.io/develop/python/versioning); then record new histories beside the old ones:
       python scripts/record_histories.py
 - When the change cannot reach an open case (only renamed, or proven by replay), accept the new order:
       python tests/replay/accept_commands.py
"""


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_recorded_history_replays(path: Path) -> None:
    """The history gives the same commands today as on the day it was recorded."""
    replayer = Replayer(
        workflows=worker.WORKFLOWS,
        data_converter=pydantic_data_converter,
        workflow_runner=worker.workflow_runner(),
    )
    history = WorkflowHistory.from_json("alert/replayed", path.read_text())
    await replayer.replay_workflow(history)


def test_every_scenario_has_a_history() -> None:
    """The corpus is there: a replay of nothing proves nothing."""
    assert len(RECORDED) >= 25


def test_commands_are_the_accepted_ones() -> None:
    """A changed order of steps is noticed even where no recorded history passes it."""
    assert all_commands() == json.loads(FINGERPRINT.read_text()), ADVICE
