"""Processor time and memory by process, where the system tells them under /proc (Linux)."""

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
    if not _told():
        return {}
    return {"load generator": sum(os.times()[:2]), **{part: _seconds(of) for part, of in _parts().items()}}


def resident_bytes() -> dict[str, int]:
    """Memory that each child of this process holds now, by part. Empty without /proc."""
    return {part: _resident(of) for part, of in _parts().items()} if _told() else {}


def spent(before: dict[str, float], after: dict[str, float]) -> Counter[str]:
    return Counter({part: after[part] - before.get(part, 0.0) for part in after})


def _told() -> bool:
    return (_PROC / "self" / "stat").exists()


def _parts() -> dict[str, Path]:
    """Part → its folder under /proc."""
    found = {}
    for folder in _children():
        words = (folder / "cmdline").read_text().split("\0")
        if part := next((_PART_OF[word] for word in words if word in _PART_OF), None):
            found[part] = folder
    return found


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


def _resident(folder: Path) -> int:
    return int(_fields(folder)[21]) * os.sysconf("SC_PAGE_SIZE")


def _fields(folder: Path) -> list[str]:
    """Fields of `stat` from the state on (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html)."""
    return (folder / "stat").read_text().rpartition(")")[2].split()
