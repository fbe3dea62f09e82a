"""What a filling has still to read, and how much it may."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chargebacks.charge_index import Span, joined, links_of, missing, read_allowance

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
hours = st.integers(0, 40)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    since, length = draw(hours), draw(st.integers(1, 20))
    return Span(since=EPOCH + timedelta(hours=since), until=EPOCH + timedelta(hours=since + length))


def hours_of(*several: Span) -> list[int]:
    """Every hour in the spans, in their order."""
    return [
        hour
        for span in several
        for hour in range(61)
        if span.since <= EPOCH + timedelta(hours=hour) < span.until
    ]


@given(spans(), st.none() | spans())
def test_exactly_what_is_unknown_is_read(wanted: Span, known: Span | None) -> None:
    """No hour is left out, none is read twice, and newer ones come first."""
    to_read = missing(wanted, known)

    unknown = set(hours_of(wanted)) - set(hours_of(known) if known else ())
    assert sorted(hours_of(*to_read)) == sorted(unknown)
    assert list(to_read) == sorted(to_read, key=lambda span: span.since, reverse=True)


@given(spans(), st.none() | spans())
def test_what_is_indexed_afterwards_has_no_gap(wanted: Span, known: Span | None) -> None:
    """The record claims what was read and what was known, and never an hour that was neither."""
    claimed = set(hours_of(joined(wanted, known)))

    assert set(hours_of(wanted)) <= claimed
    assert claimed <= set(hours_of(wanted)) | set(hours_of(known) if known else ())


@given(st.integers(0, 10_000_000))
def test_half_of_the_grant_is_left_to_the_cases(charges: int) -> None:
    """Never less than half of the floor, however small the shop."""
    allowance = read_allowance(charges)

    assert allowance >= 5_000
    assert 2 * allowance <= max(10_000, 500 * charges)


pairs = st.lists(st.tuples(st.sampled_from(["pi_1", "pi_2", "pi_3"]), st.sampled_from(["sub_1", "sub_2"])))


@given(pairs)
def test_a_payment_for_several_subscriptions_is_for_none(found: list[tuple[str, str]]) -> None:
    """What cannot be told apart stays unknown."""
    links = links_of(tuple(found))

    for intent, subscription in links.items():
        assert {other for one, other in found if one == intent} == {subscription}
    assert set(links) == {one for one, _ in found if len({sub for pi, sub in found if pi == one}) == 1}
