"""Cases live for weeks: today's workflow code must still fit every history that was recorded."""

import json
from pathlib import Path

import pytest
from commands import all_commands
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

import worker
from runtime.codec import data_converter
from runtime.settings import Settings

HISTORIES = Path(__file__).resolve().parent.parent / "histories"
FINGERPRINT = HISTORIES / "commands.json"

RECORDED = sorted(HISTORIES.glob("*/*.json"))
AT_LEAST = {"alert": 25, "dispute": 30}
"""Histories of each kind of case."""

ADVICE = """
The commands of a workflow have changed. Cases that are open now will not replay with this code.
 - A new, removed or moved step goes behind `workflow.patched("what-changed")`
   (https://docs.temporal.io/develop/python/versioning); then record new histories beside the old ones:
       python -m scripts.record_histories
 - When the change cannot reach an open case (only renamed, or proven by replay), accept the new order:
       python tests/replay/accept_commands.py
"""


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_recorded_history_replays(path: Path) -> None:
    """The history gives the same commands today as on the day it was recorded."""
    replayer = Replayer(
        workflows=worker.WORKFLOWS,
        data_converter=data_converter(Settings()),
        workflow_runner=worker.workflow_runner(),
    )
    history = WorkflowHistory.from_json(f"{path.parent.name}/replayed", path.read_text())
    await replayer.replay_workflow(history)


@pytest.mark.parametrize("kind", AT_LEAST)
def test_every_scenario_has_a_history(kind: str) -> None:
    """The corpus is there: a replay of nothing proves nothing."""
    assert len([path for path in RECORDED if path.parent.name == kind]) >= AT_LEAST[kind]


def test_histories_name_no_machine() -> None:
    """Where on somebody's machine the code stood is nobody's business."""
    homes = ("/home/", "/root/", "/Users/", "/tmp/", str(HISTORIES.parent.parent))
    assert [path.name for path in RECORDED if any(home in path.read_text() for home in homes)] == []


def test_commands_are_the_accepted_ones() -> None:
    """A changed order of steps is noticed even where no recorded history passes it."""
    assert all_commands() == json.loads(FINGERPRINT.read_text()), ADVICE
