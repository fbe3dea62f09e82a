"""The table that a run ends with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Line:
    """One measurement. `met` is None where there is no aim."""

    benchmark: str
    case: str
    measured: str
    aim: str = ""
    met: bool | None = None


def markdown(facts: Sequence[tuple[str, str]], lines: Iterable[Line]) -> str:
    """The machine, then the table."""
    about = [f"- {what}: {value}" for what, value in facts]
    rows = [
        f"| {line.benchmark} | {line.case} | {line.measured} | {line.aim} | {_VERDICTS[line.met]} |"
        for line in lines
    ]
    heading = ["| benchmark | case | measured | aim | |", "|---|---|---|---|---|"]
    return "\n".join(["# Benchmarks", "", *about, "", *heading, *rows, ""])


_VERDICTS = {None: "", True: "met", False: "**missed**"}


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Lower quartile, median and upper quartile."""
    ordered = sorted(values)
    last = len(ordered) - 1
    low, middle, high = (ordered[round(last * part)] for part in (0.25, 0.5, 0.75))
    return low, middle, high


def percentile(values: Sequence[float], percent: int) -> float:
    """By rank, as a value that was measured."""
    ordered = sorted(values)
    return ordered[round((len(ordered) - 1) * percent / 100)]
