"""Times, durations and amounts as people read and write them."""

from datetime import UTC, datetime, timedelta

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from cli.reading import duration, moment
from cli.wording import span, time_left

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (40, "40 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h 0 min"),
        (86_399, "23 h 59 min"),
        (190_000, "2 d 4 h"),
    ],
)
def test_a_length_of_time_is_said_in_its_two_largest_units(seconds: int, said: str) -> None:
    """Short enough for a column, exact enough to act on."""
    assert span(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("hours", "over", "said", "style"),
    [
        (-2, False, "2 h 0 min late", "bold red"),
        (0.5, False, "30 min", "red"),
        (5, False, "5 h 0 min", "yellow"),
        (20, False, "20 h 0 min", ""),
        (-2, True, "-", "dim"),
    ],
)
def test_the_less_time_is_left_the_louder_it_is_said(hours: float, over: bool, said: str, style: str) -> None:
    """What is late stands out, unless it has been answered."""
    shown = time_left(NOW + timedelta(hours=hours), now=NOW, over=over)
    assert (shown.plain, shown.style) == (said, style)


def test_a_case_without_a_deadline_shows_none() -> None:
    """Informative alerts ask for no answer."""
    assert time_left(None, now=NOW).plain == "-"


@given(count=st.integers(0, 99_999), unit=st.sampled_from("mhdw"))
def test_a_duration_means_what_it_says(count: int, unit: str) -> None:
    """Minutes, hours, days and weeks, in either case."""
    seconds = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}[unit]
    assert (
        duration(f"{count}{unit}")
        == duration(f" {count}{unit.upper()} ")
        == timedelta(seconds=count * seconds)
    )


@given(text=st.text(max_size=12).filter(lambda text: text.strip()[-1:].lower() not in set("mhdw")))
def test_anything_else_is_wrong_use_and_no_crash(text: str) -> None:
    """A mistyped time is said to be one, whatever was typed."""
    with pytest.raises(typer.BadParameter, match="is not a duration"):
        duration(text)


@pytest.mark.parametrize("text", ["h", "1.5h", "-1h", "1 h", "1hh", "٣h", "1e3h", "100000h"])
def test_a_unit_needs_a_whole_number_before_it(text: str) -> None:
    """Plain digits, at most five of them."""
    with pytest.raises(typer.BadParameter):
        duration(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T10:30:00Z", datetime(2026, 1, 31, 10, 30, tzinfo=UTC)),
        ("2026-01-31T10:30", datetime(2026, 1, 31, 10, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_utc_unless_it_says_otherwise(text: str, meant: datetime) -> None:
    """A date alone is its first instant."""
    assert moment(text) == meant


@pytest.mark.parametrize("text", ["", "99999w", "2026-13-01", "yesterday"])
def test_a_moment_that_is_none_is_wrong_use(text: str) -> None:
    """No guess is made, and no date before time began."""
    with pytest.raises(typer.BadParameter):
        moment(text)
