"""What a reading of a dispute tells beside another: events come late, twice and out of order."""

from datetime import timedelta

from dispute_builders import a_dispute
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.disputes import text_mark

KNOWN = a_dispute()
MINUTE = timedelta(minutes=1)


def seen(minutes: int, **changes: object) -> bool:
    """Whether a reading so many minutes after the known one is news."""
    return a_dispute(as_of=KNOWN.as_of + minutes * MINUTE, **changes).is_news_to(KNOWN)


@given(st.integers(-10_000, 10_000))
def test_what_tells_the_same_is_no_news(minutes: int) -> None:
    """The echo of our own write, whenever it arrives."""
    assert not seen(minutes)
    assert not seen(minutes, fees_beside_minor=1500)


@given(st.integers(-4, 10_000))
def test_a_change_is_news(minutes: int) -> None:
    """Also where Stripe's clock is a little behind ours."""
    assert seen(minutes, status="under_review")


@given(st.integers(6, 10_000))
def test_an_event_from_before_the_known_reading_is_no_news(minutes: int) -> None:
    """It was delivered late: what it shows has been read since."""
    assert not seen(-minutes, status="under_review")


@given(st.text(), st.text())
def test_a_text_is_known_by_its_mark_alone(one: str, other: str) -> None:
    """Line ends and trailing blanks do not count; words do, and do not show."""
    assert text_mark(f"{one}x") == text_mark(f"{one}x  \r\n")
    assert (text_mark(f"a{one}") == text_mark(f"b{other}")) is False
    assert text_mark(one).startswith("sha256:")
