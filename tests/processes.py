"""Processes that tests start: wait for a ready line, stop by pid whatever happens."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_SECONDS = 60
STOP_SECONDS = 15


@contextmanager
def sandbox_process(*, seed: int = 1) -> Iterator[str]:
    """`python -m sandbox` on a free port; gives its base URL."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--seed", str(seed)]
    with started(command, ready=r"sandbox listening on (\S+)") as url:
        yield url


@contextmanager
def started(command: list[str], *, ready: str) -> Iterator[str]:
    """Run a command from the project's root until the block ends; gives the first group of the ready line."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield _ready(process, re.compile(ready))
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _ready(process: subprocess.Popen[str], pattern: re.Pattern[str]) -> str:
    """Read the output until the ready line; the rest is drained so that the process never blocks on it."""
    assert process.stdout is not None
    deadline = time.monotonic() + START_SECONDS
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    try:
        for line in process.stdout:
            if (match := pattern.search(line)) is not None:
                threading.Thread(target=_drain, args=(process,), daemon=True).start()
                return match[1]
    finally:
        watchdog.cancel()
    late = " in time" if time.monotonic() >= deadline else ""
    raise RuntimeError(f"{' '.join(process.args)} did not become ready{late}")  # type: ignore[arg-type]


def _drain(process: subprocess.Popen[str]) -> None:
    with suppress(ValueError):
        for _ in process.stdout or ():
            pass
