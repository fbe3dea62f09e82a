"""Guards what must be the same on every run: `chargebacks/` is pure, `workflows/` is deterministic.

Both may import only what is listed here, and neither may read a clock, draw a random number, or reach the world
(workflows take the time from `workflow.now()`). Temporal's own sandbox catches some of this at run time, and only on
the paths that ran; this reads every line.

python scripts/check_purity.py
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_VALUES = frozenset(
    {
        "__future__",
        "abc",
        "base64",
        "bisect",
        "calendar",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
        "enum",
        "fractions",
        "functools",
        "hashlib",
        "ipaddress",
        "itertools",
        "json",
        "math",
        "operator",
        "re",
        "statistics",
        "string",
        "textwrap",
        "tomllib",
        "types",
        "typing",
        "unicodedata",
    }
)
"""Modules of the standard library that compute and do nothing else."""


@dataclass(frozen=True)
class Rule:
    """What the modules of one package may import."""

    package: str
    allowed: frozenset[str]


RULES = (
    Rule("chargebacks", _VALUES | {"chargebacks", "pydantic", "pydantic_core"}),
    Rule(
        "workflows",
        _VALUES | {"workflows", "activities", "chargebacks", "temporalio", "asyncio", "structlog"},
    ),
)

_IMPURE_BUILTINS = frozenset(
    {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
)
_CLOCKS = frozenset({("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")})
_ASYNCIO_THAT_WAITS_OR_REACHES_OUT = frozenset(
    {
        "sleep",
        "wait_for",
        "timeout",
        "timeout_at",
        "to_thread",
        "run",
        "wait",
        "as_completed",
        "open_connection",
    }
)
"""In a workflow, waiting is `workflow.sleep` and `workflow.wait_condition`: visible in the history, with a summary.
`asyncio.wait` and `as_completed` go through sets, in no fixed order (https://docs.temporal.io/develop/python)."""


def problems(source: str, *, rule: Rule, name: str) -> list[str]:
    """One line for everything in a module that could differ between two runs; empty when there is nothing."""
    tree = ast.parse(source)
    return [f"{name}:{line}: {what}" for line, what in (*_imports(tree, rule), *_calls(tree))]


def _imports(tree: ast.AST, rule: Rule) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or rule.package]
        else:
            continue
        for module in modules:
            if module.partition(".")[0] not in rule.allowed:
                yield node.lineno, f"{rule.package} may not import {module}"


def _calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) if name in _IMPURE_BUILTINS:
                yield node.lineno, f"{name}() reaches outside"
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
                if (owner, name) in _CLOCKS:
                    yield node.lineno, f"{owner}.{name}() reads the clock: take the time as an argument"
                if owner == "asyncio" and name in _ASYNCIO_THAT_WAITS_OR_REACHES_OUT:
                    yield node.lineno, f"asyncio.{name}() is not for workflows: use temporalio.workflow"


def main() -> int:
    """0 when pure, 1 with the reasons on standard error."""
    root = Path(__file__).resolve().parents[1]
    found: list[str] = []
    for rule in RULES:
        for path in sorted((root / rule.package).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            found += problems(path.read_text(encoding="utf-8"), rule=rule, name=name)
    for problem in found:
        print(problem, file=sys.stderr)
    if not found:
        print(f"{' and '.join(rule.package for rule in RULES)}: no clock, no chance, no world.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
