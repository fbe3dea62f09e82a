"""Small words for people: durations and lists."""

from collections.abc import Sequence
from datetime import timedelta

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def in_words(duration: timedelta) -> str:
    """The two largest units: `12 s`, `4 min`, `3 h 20 min`, `29 d 6 h`."""
    seconds = int(abs(duration).total_seconds())
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _DAY:
        return _two(seconds // _HOUR, "h", seconds % _HOUR // _MINUTE, "min")
    return _two(seconds // _DAY, "d", seconds % _DAY // _HOUR, "h")


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def _two(larger: int, unit: str, smaller: int, smaller_unit: str) -> str:
    return f"{larger} {unit} {smaller} {smaller_unit}" if smaller else f"{larger} {unit}"
