"""Two or more candidates: when the best is clear of the others, and what the analyst reads."""

from datetime import timedelta

import pytest
from matching_samples import A_MONTH, AMBIGUOUS, CHARGE, MATCHED, NOT_FOUND, by_card, charge, found, told, usd
from strategies import ALERTED_AT, SOLD_AT

from chargebacks.alerts import TimePrecision
from chargebacks.charges import ChargeStatus, SnapshotOrigin
from chargebacks.matching import Commonness, MatchRules


def test_renewals_a_month_apart() -> None:
    """Same card, same amount: the date tells which month is meant."""
    earlier, later = (
        charge("ch_may", created=SOLD_AT - A_MONTH),
        charge("ch_july", created=SOLD_AT + A_MONTH),
    )
    result = found(by_card(), earlier, CHARGE, later)

    assert result.charge == CHARGE
    assert "refused" in result.explanation


def test_renewals_and_a_bare_date() -> None:
    """A day is exact enough for months."""
    day = by_card(at=SOLD_AT.replace(hour=0, minute=0, second=0), at_precision=TimePrecision.DATE)

    assert found(day, CHARGE, charge("ch_july", created=SOLD_AT + A_MONTH)).charge == CHARGE


def test_renewals_without_a_date() -> None:
    """Nothing tells them apart."""
    result = found(by_card(at=None), CHARGE, charge("ch_july", created=SOLD_AT - A_MONTH))

    assert result.verdict is AMBIGUOUS
    assert "date" in result.missing


def test_renewals_when_the_alerts_date_lies_between() -> None:
    """Five days from one, twenty-five from the other: neither is meant for certain."""
    result = found(
        by_card(at=SOLD_AT + timedelta(days=5)), CHARGE, charge("ch_july", created=SOLD_AT + A_MONTH)
    )

    assert result.verdict is not MATCHED


@pytest.mark.parametrize("apart", [timedelta(hours=3), timedelta(hours=30), timedelta(days=2, hours=-1)])
def test_two_sales_too_close_for_their_dates(apart: timedelta) -> None:
    """Second best hours apart, same digits, same amount: refused, even to the minute."""
    result = found(by_card(), CHARGE, charge("ch_2", created=SOLD_AT + apart, auth_code=None))

    assert result.verdict is AMBIGUOUS
    assert len(result.candidates) == 2


def test_a_local_time_widens_the_doubt() -> None:
    """Two and a half days between them, but the clock may have been anywhere: the dates do not tell."""
    about = by_card(at_precision=TimePrecision.LOCAL)
    near = charge("ch_2", created=SOLD_AT - timedelta(days=2, hours=10))

    assert found(about, CHARGE, near).verdict is AMBIGUOUS
    assert found(by_card(), CHARGE, near).verdict is MATCHED


@pytest.mark.parametrize(
    "identifier",
    [
        {"auth_code": "A1B2C3"},
        {"network_transaction_id": "123456789012345"},
        {"merchant_order_id": "order-1001"},
    ],
)
def test_an_identifier_tells_two_sales_of_one_evening_apart(identifier: dict[str, str]) -> None:
    """Same card, same amount, same minute."""
    twin = charge(
        "ch_2", auth_code="Q9Q8Q7", network_transaction_id="555555555555555", order_ids=("order-2002",)
    )

    assert found(by_card(**identifier), CHARGE, twin).charge == CHARGE


def test_one_order_paid_by_two_equal_charges() -> None:
    """An order id alone does not say which half is meant."""
    twin = charge("ch_2", auth_code="Q9Q8Q7", network_transaction_id="555555555555555")

    assert found(by_card(merchant_order_id="order-1001"), CHARGE, twin).verdict is AMBIGUOUS


def test_the_paid_attempt_is_meant() -> None:
    """A failed attempt minutes before does not make the paid one doubtful, and is never refunded for it."""
    failed = charge(
        "ch_f",
        created=SOLD_AT - timedelta(minutes=3),
        status=ChargeStatus.FAILED,
        captured=False,
        captured_minor=0,
        auth_code=None,
        network_transaction_id=None,
    )

    assert found(by_card(), CHARGE, failed).charge == CHARGE
    assert found(by_card(at=SOLD_AT - timedelta(minutes=3)), CHARGE, failed).charge == CHARGE


def test_a_payment_intent_with_a_failed_attempt() -> None:
    """Both charges bear the id that the alert names; only one took money."""
    failed = charge(
        "ch_f", payment_intent="pi_1", status=ChargeStatus.FAILED, captured=False, captured_minor=0
    )

    assert found(told(stripe_id="pi_1"), failed, CHARGE).charge == CHARGE
    assert found(told(stripe_id="ch_f"), failed, CHARGE).charge == failed


def test_another_amount_of_the_same_card() -> None:
    """A larger purchase the same day is no look-alike where this amount is rare."""
    larger = charge("ch_2", amount=usd(12_345), captured_minor=12_345, created=SOLD_AT + timedelta(hours=5))

    assert (
        found(by_card(), CHARGE, larger, common=Commonness(window_charges=500, same_amount=1)).charge
        == CHARGE
    )


def test_the_same_charge_read_twice_is_one() -> None:
    """From the index and from Stripe: the later reading counts."""
    fresh = CHARGE.model_copy(
        update={"origin": SnapshotOrigin.STRIPE, "as_of": ALERTED_AT, "refunded_minor": 4999}
    )

    assert found(by_card(), CHARGE, fresh).charge == fresh
    assert found(by_card(), fresh, CHARGE).charge == fresh


def test_a_refunded_look_alike_is_still_a_rival() -> None:
    """The alert may be about the one already refunded: refunding the other would be wrong."""
    refunded = charge("ch_2", refunded_minor=4999, created=SOLD_AT + timedelta(minutes=9))

    assert found(by_card(), CHARGE, refunded).verdict is AMBIGUOUS


def test_nothing_shares_an_identifier() -> None:
    """No candidates is said as such."""
    result = found(by_card())

    assert result.verdict is NOT_FOUND
    assert result.explanation == "No charge of this account shares an identifier with the alert."


def test_a_candidate_that_is_not_worth_a_look() -> None:
    """Another amount, another week: not found, and why."""
    stranger = charge(
        "ch_s", amount=usd(1), captured_minor=1, created=SOLD_AT - timedelta(days=60), auth_code=None
    )
    result = found(by_card(), stranger)

    assert result.verdict is NOT_FOUND
    assert "ch_s" in result.explanation
    assert "amount" in result.explanation


def test_the_runner_up_and_what_would_have_settled_it() -> None:
    """Three hours apart, same digits, refused; an auth code would have told."""
    result = found(by_card(), CHARGE, charge("ch_2", created=SOLD_AT + timedelta(hours=3)))

    assert "3 h from the best, refused" in result.explanation
    assert "last 4 digits" in result.explanation
    assert "network transaction id or auth code" in result.explanation
    assert set(result.missing) == {"network_transaction_id", "auth_code"}


def test_at_most_five_candidates_best_first() -> None:
    """A person compares a handful, not a page."""
    many = [charge(f"ch_{number}", created=SOLD_AT + timedelta(hours=number)) for number in range(9)]
    result = found(by_card(), *many)
    scores = [candidate.score for candidate in result.candidates]

    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)


def test_the_score_is_the_sum_of_its_parts() -> None:
    """Every bit is accounted for."""
    result = found(by_card(auth_code="A1B2C3"), CHARGE, common=Commonness(window_charges=900, same_amount=30))
    best = result.candidates[0]

    assert best.score == pytest.approx(sum(one.weight for one in best.evidence), abs=0.1)


def test_thresholds_are_policy() -> None:
    """A merchant may ask for more than the house does."""
    strict = MatchRules(accept_score=60.0)

    assert found(by_card(), CHARGE, rules=strict).verdict is AMBIGUOUS
