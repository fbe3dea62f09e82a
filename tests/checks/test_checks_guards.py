"""The guards of `make check` find what they are there for."""

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LOCK = runpy.run_path(str(ROOT / "scripts" / "check_lock.py"))
PURITY = runpy.run_path(str(ROOT / "scripts" / "check_purity.py"))

SOUND = "stripe==16.1.0 \\\n    --hash=sha256:" + "a" * 64 + "\n    # via chargebacks\n"
CHARGEBACKS, WORKFLOWS = PURITY["RULES"]


def lock_problems(lock: str) -> list[str]:
    return list(LOCK["problems"](lock))


def impurities(source: str, rule: Any = CHARGEBACKS) -> list[str]:
    return list(PURITY["problems"](source, rule=rule, name="m.py"))


def test_a_lock_of_pinned_and_hashed_packages_is_sound() -> None:
    """The shape that `uv export` writes, markers and extras included."""
    with_marker = SOUND.replace("16.1.0 ", "16.1.0 ; python_full_version < '3.12' ")
    assert lock_problems(SOUND) == lock_problems(with_marker) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://packages.invalid/simple",
        "--extra-index-url file:///srv/packages",
        "--find-links wheels",
        "-e .",
        "chargebacks @ file:///home/somebody/chargebacks",
        "./wheels/stripe-16.1.0-py3-none-any.whl",
        "# uv export --cache-dir /home/somebody/.cache",
        "stripe>=16",
        "httpx==0.28.1",
    ],
)
def test_a_lock_that_names_a_machine_or_pins_nothing_is_refused(line: str) -> None:
    """Each such line is named."""
    assert any(line in problem for problem in lock_problems(f"{SOUND}{line}\n"))


def test_an_empty_lock_is_refused() -> None:
    """A lock that locks nothing would let every installation pass."""
    assert lock_problems("") == ["no package is locked"]


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "import random",
        "from os import environ",
        "import urllib.request",
        "from pathlib import Path",
        "import sqlalchemy",
        "import structlog",
        "from runtime.settings import Settings",
        "at = datetime.now(UTC)",
        "at = datetime.datetime.utcnow()",
        "day = date.today()",
        "text = open('policy.toml').read()",
        "print('refunded')",
    ],
)
def test_what_could_differ_between_two_runs_is_refused_in_the_trade(line: str) -> None:
    """No clock, no chance, no world in `chargebacks/`."""
    assert len(impurities(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "asyncio.sleep(5)",
        "asyncio.wait(tasks)",
        "import httpx",
        "from store import Store",
        "at = datetime.now(UTC)",
        "import uuid",
    ],
)
def test_what_could_differ_on_replay_is_refused_in_workflows(line: str) -> None:
    """A workflow takes time, chance and the world from Temporal."""
    assert len(impurities(line, WORKFLOWS)) == 1


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("from datetime import UTC, datetime", CHARGEBACKS),
        ("from pydantic import Field", CHARGEBACKS),
        ("import hashlib, json, tomllib", CHARGEBACKS),
        ("at = workflow.now()", WORKFLOWS),
        ("task = asyncio.create_task(wait())", WORKFLOWS),
        ("from activities.refunds import Refunds", WORKFLOWS),
    ],
)
def test_what_is_the_same_on_every_run_is_allowed(line: str, rule: Any) -> None:
    """The guard stands in nobody's way."""
    assert impurities(line, rule) == []
