"""When what is due in a dispute: gathered, reviewed, filed, and shouted about, all before Stripe's end of time."""

from datetime import datetime, timedelta

import pytest
from dispute_builders import DISPUTED_AT, DUE_BY, a_dispute
from dispute_situations import INQUIRY
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.dispute_deadlines import LAST_MARGIN, dispute_priority, dispute_window
from chargebacks.disputes import DisputeStatus
from chargebacks.policy.disputes import DisputeRules
from chargebacks.representment import DisputeWindow

HOUR = timedelta(hours=1)
RULES = DisputeRules()
EMPTY = DisputeWindow()


def hours_left(moment: datetime | None, due_by: datetime = DUE_BY) -> float:
    """How long before the end."""
    assert moment is not None
    return (due_by - moment) / HOUR


@st.composite
def rules(draw: st.DrawFn) -> DisputeRules:
    """Any times that a policy may hold."""
    margin = draw(st.integers(1, 720))
    some_hours = st.lists(st.integers(1, 720), max_size=5).map(tuple)
    return DisputeRules(
        margin_hours=margin,
        review_hours=draw(st.integers(margin, 720)),
        inquiry_margin_hours=draw(st.integers(margin, 720)),
        reminder_hours=draw(some_hours),
    )


class TestPlan:
    def test_an_ordinary_chargeback(self) -> None:
        """Gathered until 72 hours before the end, filed 48 hours before it, safe until half an hour before it."""
        window = dispute_window(a_dispute(), RULES, now=DISPUTED_AT)
        assert window.due_by == DUE_BY
        assert hours_left(window.gather_until) == 72
        assert hours_left(window.submit_at) == 48
        assert window.last_safe_at == DUE_BY - LAST_MARGIN

    def test_reminders_and_attention(self) -> None:
        """Sources are reminded while evidence is gathered; an unfiled dispute is shouted about three times."""
        window = dispute_window(a_dispute(), RULES, now=DISPUTED_AT)
        assert [hours_left(moment) for moment in window.reminders] == [240, 168, 120]

    def test_inquiries_are_filed_earlier(self) -> None:
        """96 hours before the end, after the same time for review."""
        window = dispute_window(a_dispute(**INQUIRY), RULES, now=DISPUTED_AT)
        assert hours_left(window.submit_at) == 96
        assert hours_left(window.gather_until) == 120

    def test_a_short_time_is_shared(self) -> None:
        """Of three days, the first half is for gathering; review and margin keep their proportion."""
        due_by = DISPUTED_AT + 72 * HOUR
        window = dispute_window(a_dispute(due_by=due_by), RULES, now=DISPUTED_AT)
        assert hours_left(window.gather_until, due_by) == 36
        assert hours_left(window.submit_at, due_by) == 24

    def test_a_few_hours_are_still_used(self) -> None:
        """Of four hours, two are for gathering, and the packet is filed in time."""
        due_by = DISPUTED_AT + 4 * HOUR
        window = dispute_window(a_dispute(due_by=due_by), RULES, now=DISPUTED_AT)
        assert hours_left(window.gather_until, due_by) == 2
        assert hours_left(window.submit_at, due_by) == pytest.approx(4 / 3)
        assert window.last_safe_at == due_by - LAST_MARGIN

    def test_late_is_at_once(self) -> None:
        """A dispute that is read again after its time to file is filed now; nothing is planned for the past."""
        now = DUE_BY - 5 * HOUR
        window = dispute_window(a_dispute(), RULES, now=now)
        assert window.gather_until == window.submit_at == now
        assert window.reminders == ()

    def test_a_case_that_came_late_still_gathers(self) -> None:
        """Taken over twenty hours before the end, ten of them are left to ask for evidence, and the plan stays."""
        taken_over = DUE_BY - 20 * HOUR
        early, later = (
            dispute_window(a_dispute(), RULES, now=taken_over + wait, known_since=taken_over)
            for wait in (0 * HOUR, 9 * HOUR)
        )
        assert hours_left(early.gather_until) == 10
        assert (later.gather_until, later.submit_at) == (early.gather_until, early.submit_at)

    def test_the_last_minutes(self) -> None:
        """Ten minutes before the end, filing starts now and may be repeated once."""
        now = DUE_BY - timedelta(minutes=10)
        window = dispute_window(a_dispute(), RULES, now=now)
        assert window.submit_at == now
        assert window.last_safe_at == DUE_BY - timedelta(minutes=5)

    @pytest.mark.parametrize(
        "changes",
        [
            {"due_by": None},
            {"status": DisputeStatus.UNDER_REVIEW},
            {"status": DisputeStatus.LOST},
            {"network_settled": True},
            {"status": "a_status_of_next_year"},
        ],
    )
    def test_no_plan_where_no_answer_is_possible(self, changes: dict[str, object]) -> None:
        """No time set, answered, decided, settled by the network, or in a status that nobody knows."""
        assert dispute_window(a_dispute(**changes), RULES, now=DISPUTED_AT) == EMPTY

    def test_only_the_end_is_told_once_it_is_over(self) -> None:
        """When the time has passed, nothing is planned any more."""
        assert dispute_window(a_dispute(), RULES, now=DUE_BY) == DisputeWindow(due_by=DUE_BY)

    @given(
        rules(),
        st.integers(1, 40 * 24 * 60),
        st.integers(0, 40 * 24 * 60),
        st.integers(0, 40 * 24 * 60),
        st.booleans(),
    )
    def test_the_order_always_holds(
        self, rules: DisputeRules, length: int, waited: int, known: int, inquiry: bool
    ) -> None:
        """Whatever the policy and the clock: from now on, in order, before the end, and twice if need be."""
        due_by = DISPUTED_AT + timedelta(minutes=length)
        now = DISPUTED_AT + timedelta(minutes=waited % length)
        window = dispute_window(
            a_dispute(due_by=due_by, **(INQUIRY if inquiry else {})),
            rules,
            now=now,
            known_since=DISPUTED_AT + timedelta(minutes=known),
        )
        assert window.gather_until is not None
        assert window.submit_at is not None
        assert window.last_safe_at is not None
        assert now <= window.gather_until <= window.submit_at <= window.last_safe_at < due_by
        assert due_by - window.last_safe_at >= min(LAST_MARGIN, (due_by - now) / 2)
        assert all(now < moment < window.gather_until for moment in window.reminders)
        assert list(window.reminders) == sorted(set(window.reminders))

    @given(rules(), st.integers(1, 40 * 24 * 60), st.integers(0, 99), st.integers(0, 99))
    def test_the_plan_does_not_creep(self, rules: DisputeRules, length: int, one: int, other: int) -> None:
        """Made again later, a plan names the same moments, or now where they are over."""
        due_by = DISPUTED_AT + timedelta(minutes=length)
        early, late = (DISPUTED_AT + (due_by - DISPUTED_AT) * share / 100 for share in sorted((one, other)))
        first, second = (dispute_window(a_dispute(due_by=due_by), rules, now=now) for now in (early, late))
        assert first.submit_at is not None
        assert second.submit_at is not None
        assert second.submit_at in (first.submit_at, late)


class TestPriority:
    @pytest.mark.parametrize(
        ("left", "priority"), [(1, 1), (6, 1), (7, 2), (24, 2), (72, 3), (168, 4), (169, 5)]
    )
    def test_the_less_time_the_more_urgent(self, left: int, priority: int) -> None:
        """Counted to the last safe moment."""
        window = DisputeWindow(due_by=DUE_BY, last_safe_at=DUE_BY)
        assert dispute_priority(DUE_BY - left * HOUR, window) == priority

    @pytest.mark.parametrize("window", [EMPTY, DisputeWindow(due_by=DUE_BY)])
    def test_what_has_no_time_waits(self, window: DisputeWindow) -> None:
        """A dispute without a time to answer, or past it, stands behind all others."""
        assert dispute_priority(DISPUTED_AT, window) == 5

    @given(st.integers(-100, 1000), st.integers(-100, 1000))
    def test_never_less_urgent_with_less_time(self, one: int, other: int) -> None:
        """Urgency only rises as time passes."""
        window = dispute_window(a_dispute(), RULES, now=DISPUTED_AT)
        early, late = sorted((one, other))
        assert dispute_priority(DISPUTED_AT + late * HOUR, window) <= dispute_priority(
            DISPUTED_AT + early * HOUR, window
        )
