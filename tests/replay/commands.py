"""The commands that workflow code can give Temporal, in the order in which they stand in the source.

Replay compares commands, not values: a step added, removed or moved breaks every open case that has passed it.
"""

import ast
from pathlib import Path

WORKFLOWS = Path(__file__).resolve().parent.parent.parent / "workflows"

COMMANDS = {
    "create_task",
    "deprecate_patch",
    "execute_activity_method",
    "execute_local_activity_method",
    "patched",
    "sleep",
    "upsert_search_attributes",
    "wait_condition",
}
"""Calls into Temporal; calls of our own async functions count as well, because they lead to these."""

Trees = dict[str, ast.Module]
Functions = ast.FunctionDef | ast.AsyncFunctionDef


def all_commands() -> dict[str, dict[str, list[str]]]:
    """Module → function → its calls that can become commands, for everything under workflows/."""
    trees: Trees = {path.name: ast.parse(path.read_text()) for path in sorted(WORKFLOWS.glob("*.py"))}
    counted = COMMANDS | {
        node.name
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef)
    }
    found = {module: _commands_in(tree, counted) for module, tree in trees.items()}
    return {module: commands for module, commands in found.items() if commands}


def _commands_in(tree: ast.Module, counted: set[str]) -> dict[str, list[str]]:
    functions = [node for node in ast.walk(tree) if isinstance(node, Functions)]
    found = {function.name: _calls_in(function, counted) for function in functions}
    return {name: calls for name, calls in found.items() if calls}


def _calls_in(function: Functions, counted: set[str]) -> list[str]:
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    return [word for call in calls if (word := _word(call, counted)) is not None]


def _word(call: ast.Call, counted: set[str]) -> str | None:
    """The call's name, with its first argument where that names a step or a status."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
    if name not in counted:
        return None
    first = call.args[0] if call.args else None
    return f"{name}({ast.unparse(first)})" if isinstance(first, ast.Name | ast.Attribute) else name
