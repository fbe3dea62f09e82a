"""Processor time by process, where the system tells it under /proc (Linux)."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_PART_OF = {
    "worker.py": "our worker",
    "benchmarks.bare_worker": "bare worker",
    "sandbox": "stand-in Stripe",
    "sandbox.networks": "stand-in networks",
    "start-dev": "Temporal server",
}
"""An argument of the command line → the part of the benchmark that it starts."""


def processor_seconds() -> dict[str, float]:
    """Seconds used so far by this process ("load generator") and its children, by part. Empty without /proc."""
    if not (_PROC / "self" / "stat").exists():
        return {}
    used = {"load generator": sum(os.times()[:2])}
    for folder in _children():
        words = (folder / "cmdline").read_text().split("\0")
        part = next((_PART_OF[word] for word in words if word in _PART_OF), None)
        if part is not None:
            used[part] = _seconds(folder)
    return used


def spent(before: dict[str, float], after: dict[str, float]) -> Counter[str]:
    return Counter({part: after[part] - before.get(part, 0.0) for part in after})


def _children() -> Iterator[Path]:
    for folder in _PROC.glob("[0-9]*"):
        try:
            parent = int(_fields(folder)[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended meanwhile
        if parent == os.getpid():
            yield folder


def _seconds(folder: Path) -> float:
    fields = _fields(folder)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _fields(folder: Path) -> list[str]:
    """Fields of `stat` from the state on (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html)."""
    return (folder / "stat").read_text().rpartition(")")[2].split()
