"""Until when an alert must be answered, whatever the source's clock shows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import ALERTED_AT, alert, instants, offsets, precisions

from chargebacks.alerts import AlertKind, NetworkProduct, TimePrecision
from chargebacks.deadlines import Window, priority_of, window_of
from chargebacks.decisions import ResponseTimes

HOUR = timedelta(hours=1)
TIMES = ResponseTimes()
ANSWERABLE = (AlertKind.REFUND_REQUEST, AlertKind.CANCEL_ONLY, AlertKind.UNKNOWN)

response_times = st.builds(
    ResponseTimes,
    aim_percent=st.integers(1, 99),
    attention_percent=st.integers(1, 99),
    last_margin_minutes=st.integers(20, 720),
)
products = st.sampled_from(NetworkProduct)


@pytest.mark.parametrize(
    ("provider", "product", "hours"),
    [
        ("chargebackhit", NetworkProduct.ETHOCA, 24),
        ("chargebackhit", NetworkProduct.CDRN, 72),
        ("ethoca", NetworkProduct.ETHOCA, 24),
        ("chargeblast", NetworkProduct.ETHOCA, 24),
        ("chargeblast", NetworkProduct.CDRN, 48),
        ("chargeblast", NetworkProduct.AMEX, 48),
        ("reseller", NetworkProduct.CDRN, 72),
        ("reseller", NetworkProduct.PAYPAL, 20),
        ("somebody", NetworkProduct.UNKNOWN, 24),
    ],
)
def test_the_window_is_the_products_and_names_its_source(
    provider: str, product: NetworkProduct, hours: int
) -> None:
    """Twenty-four hours at Ethoca, seventy-two at CDRN; what is unknown gets the shortest of a card network."""
    window = window_of(alert(provider=provider, product=product), TIMES)

    assert window.respond_by == ALERTED_AT + hours * HOUR
    assert window.source


def test_the_clock_starts_when_the_alert_was_raised() -> None:
    """A webhook that arrives twenty hours late leaves four."""
    window = window_of(alert(product=NetworkProduct.ETHOCA, received_at=ALERTED_AT + 20 * HOUR), TIMES)

    assert window.respond_by == ALERTED_AT + 24 * HOUR


def test_shares_of_the_window_by_policy() -> None:
    """Aim at half, attention at three quarters, the last answer half an hour before the end."""
    window = window_of(alert(product=NetworkProduct.CDRN), TIMES)

    assert window.aim_at == ALERTED_AT + 36 * HOUR
    assert window.attention_at == ALERTED_AT + 54 * HOUR
    assert window.last_safe_at == ALERTED_AT + 72 * HOUR - timedelta(minutes=30)


@pytest.mark.parametrize("kind", sorted(set(AlertKind) - set(ANSWERABLE)))
def test_informative_alerts_have_no_deadline(kind: AlertKind) -> None:
    """An early fraud warning or a notice of RDR may be acted on, but nobody waits for an answer."""
    window = window_of(alert(kind=kind, respond_by=ALERTED_AT + HOUR), TIMES)

    assert (window.respond_by, window.aim_at, window.attention_at, window.last_safe_at) == (None,) * 4


@given(
    st.sampled_from((NetworkProduct.ETHOCA, NetworkProduct.CDRN, NetworkProduct.PAYPAL)),
    st.integers(1, 60 * 24 * 5),
)
def test_a_deadline_that_the_source_states_can_only_shorten_a_known_window(
    product: NetworkProduct, minutes: int
) -> None:
    """The earlier of the two holds."""
    derived = window_of(alert(product=product), TIMES).respond_by
    stated = ALERTED_AT + timedelta(minutes=minutes)

    window = window_of(alert(product=product, respond_by=stated), TIMES)

    assert derived is not None
    assert window.respond_by == min(stated, derived)


def test_a_stated_deadline_holds_where_no_length_is_known() -> None:
    """An unknown product that names its own three days gets them."""
    stated = ALERTED_AT + 72 * HOUR
    window = window_of(alert(product=NetworkProduct.UNKNOWN, respond_by=stated), TIMES)

    assert window.respond_by == stated
    assert "stated" in window.source


def test_a_deadline_before_the_alert_is_none() -> None:
    """Sources write zero dates such as 1899-11-30 where they know nothing."""
    window = window_of(alert(respond_by=datetime(1899, 11, 30, tzinfo=UTC)), TIMES)

    assert window.respond_by == ALERTED_AT + 72 * HOUR


@given(
    st.sampled_from(ANSWERABLE),
    products,
    precisions,
    instants,
    st.integers(-60, 60 * 24 * 30),
    st.none() | instants,
    response_times,
)
def test_a_window_is_always_in_order(
    kind: AlertKind,
    product: NetworkProduct,
    precision: TimePrecision,
    raised: datetime,
    minutes_late: int,
    stated: datetime | None,
    times: ResponseTimes,
) -> None:
    """Whatever arrives, and however late, the instants follow each other and nothing is planned past the end."""
    window = window_of(
        alert(
            kind=kind,
            product=product,
            alerted_at=raised,
            alerted_at_precision=precision,
            received_at=raised + timedelta(minutes=minutes_late),
            respond_by=stated,
        ),
        times,
    )

    assert window.aim_at is not None
    assert window.attention_at is not None
    assert window.last_safe_at is not None
    assert window.respond_by is not None
    assert window.opened_at <= window.aim_at <= window.attention_at <= window.last_safe_at
    assert window.last_safe_at <= window.respond_by


@given(instants, offsets, st.integers(0, 60 * 9))
def test_no_time_zone_makes_an_answer_late(raised: datetime, offset: timedelta, minutes: int) -> None:
    """A local time read in the strictest zone ends no later than the true window, if it arrived in time to matter."""
    shown = raised + offset
    window = window_of(
        alert(
            product=NetworkProduct.ETHOCA,
            alerted_at=shown,
            alerted_at_precision=TimePrecision.LOCAL,
            received_at=raised + timedelta(minutes=minutes),
        ),
        TIMES,
    )

    assert window.respond_by is not None
    arrived_in_time = raised + timedelta(minutes=minutes) < shown - 14 * HOUR + 24 * HOUR
    assert window.respond_by <= raised + 24 * HOUR or not arrived_in_time


@given(instants, offsets)
def test_a_bare_date_is_read_as_the_first_moment_it_may_mean(raised: datetime, offset: timedelta) -> None:
    """The date of a city fourteen hours ahead begins while it is still yesterday in UTC."""
    local = raised + offset
    date = local.replace(hour=0, minute=0, second=0, microsecond=0)
    window = window_of(
        alert(alerted_at=date, alerted_at_precision=TimePrecision.DATE, received_at=raised), TIMES
    )

    assert window.opened_at <= raised
    assert window.respond_by is not None
    assert window.respond_by <= raised + 72 * HOUR


def test_an_alert_late_by_the_strictest_reading_only_still_gets_some_time() -> None:
    """A day's alert that arrives in the afternoon is handled at once, not given up on arrival."""
    date = ALERTED_AT.replace(hour=0, minute=0, second=0)
    received = date + 15 * HOUR
    window = window_of(
        alert(
            product=NetworkProduct.ETHOCA,
            alerted_at=date,
            alerted_at_precision=TimePrecision.DATE,
            received_at=received,
        ),
        TIMES,
    )

    assert window.last_safe_at is not None
    assert received < window.last_safe_at <= received + 2 * HOUR


def test_an_alert_that_arrives_after_its_window_is_due_at_once() -> None:
    """The deadline stays what it was; it is not made up anew."""
    window = window_of(
        alert(product=NetworkProduct.ETHOCA, received_at=ALERTED_AT + timedelta(days=9)), TIMES
    )

    assert window.respond_by == ALERTED_AT + 24 * HOUR
    assert priority_of(ALERTED_AT + timedelta(days=9), window) == 1


@given(instants, st.integers(0, 60 * 24 * 30), products)
def test_a_later_alert_is_never_due_earlier(raised: datetime, later: int, product: NetworkProduct) -> None:
    """Windows move with the alert."""

    def due(at: datetime) -> datetime | None:
        return window_of(alert(product=product, alerted_at=at, received_at=at), TIMES).respond_by

    first, second = due(raised), due(raised + timedelta(minutes=later))
    assert first is not None
    assert second is not None
    assert first <= second


@given(st.integers(20, 719))
def test_a_wider_margin_never_answers_later(minutes: int) -> None:
    """More caution is never less."""
    narrow, wide = (
        window_of(alert(), ResponseTimes(last_margin_minutes=margin)).last_safe_at
        for margin in (minutes, minutes + 1)
    )

    assert narrow is not None
    assert wide is not None
    assert wide <= narrow


@given(st.integers(-200, 200), st.integers(0, 200))
def test_less_time_is_never_less_urgent(hours: int, more: int) -> None:
    """Temporal takes the smallest priority first; one to five."""
    window = window_of(alert(), TIMES)
    now = ALERTED_AT + hours * HOUR

    assert 1 <= priority_of(now + more * HOUR, window) <= priority_of(now, window) <= 5


def test_priority_spreads_over_the_window() -> None:
    """Fresh CDRN cases give way to those that end within the hour."""
    window = window_of(alert(product=NetworkProduct.CDRN), TIMES)
    informed = window_of(alert(kind=AlertKind.NETWORK_RESOLVED), TIMES)

    def priority(window: Window, hours_left: float) -> int:
        return priority_of(ALERTED_AT + (71.5 - hours_left) * HOUR, window)

    assert [priority(window, left) for left in (0.5, 3, 10, 30, 60)] == [1, 2, 3, 4, 5]
    assert priority_of(ALERTED_AT, informed) == 5
