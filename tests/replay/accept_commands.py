"""Accepts the present commands of the workflows as the ones to guard. Read the advice in test_replay.py first."""

import json

from commands import WORKFLOWS, all_commands

if __name__ == "__main__":
    path = WORKFLOWS.parent / "tests" / "histories" / "commands.json"
    path.write_text(json.dumps(all_commands(), indent=1) + "\n")
