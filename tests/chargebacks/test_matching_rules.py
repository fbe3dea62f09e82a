"""What holds for every alert and every set of charges, by Hypothesis."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import alerts_about, charges, commonness

from chargebacks import identifiers
from chargebacks.alerts import Alert
from chargebacks.charges import ChargeSnapshot, ChargeStatus
from chargebacks.ladder import Rung, contend
from chargebacks.matching import Candidates, Commonness, Match, MatchRules, MatchVerdict, match
from chargebacks.money import Money
from chargebacks.scene import scene_of

RULES = MatchRules()


@st.composite
def situations(draw: st.DrawFn) -> tuple[Alert, tuple[ChargeSnapshot, ...], Commonness]:
    """An alert about the first of some charges, several of which may be renewals of it or sales to the same card."""
    meant = draw(charges())
    others = []
    for number in range(draw(st.integers(0, 4))):
        shared: dict[str, object] = draw(
            st.sampled_from(
                (
                    {},
                    {"last4": meant.last4, "fingerprint": meant.fingerprint},
                    {"last4": meant.last4, "amount": meant.amount, "captured_minor": meant.captured_minor},
                    {
                        "amount": meant.amount,
                        "captured_minor": meant.captured_minor,
                        "created": meant.created,
                    },
                )
            )
        )
        others.append(draw(charges(f"ch_{number + 2}", **shared)))
    return draw(alerts_about(meant)), (meant, *others), draw(commonness())


def judge(
    about: Alert, offered: tuple[ChargeSnapshot, ...], common: Commonness, *, complete: bool = True
) -> Match:
    return match(about, Candidates(charges=offered, commonness=common, complete=complete), RULES)


def score(about: Alert, charge: ChargeSnapshot, common: Commonness) -> float:
    return contend(scene_of(about, RULES, common), charge).score


def telling(about: Alert, **identifier: object) -> Alert:
    return about.model_copy(update={"transaction": about.transaction.model_copy(update=identifier)})


@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_candidates_does_not_matter(
    situation: tuple[Alert, tuple[ChargeSnapshot, ...], Commonness], random: Random
) -> None:
    """The index and Stripe list as they please."""
    about, offered, common = situation
    shuffled = list(offered)
    random.shuffle(shuffled)

    assert judge(about, tuple(shuffled), common) == judge(about, offered, common)


@given(situations())
def test_an_identical_twin_never_leaves_a_match(
    situation: tuple[Alert, tuple[ChargeSnapshot, ...], Commonness],
) -> None:
    """Two charges that cannot be told apart are never acted on."""
    about, offered, common = situation
    result = judge(about, offered, common)
    if result.charge is None:
        return
    twin = result.charge.model_copy(update={"id": "ch_twin"})

    assert judge(about, (*offered, twin), common).verdict is not MatchVerdict.MATCHED


@given(situations(), charges("ch_more"))
def test_another_candidate_never_turns_doubt_into_a_match_of_the_old_ones(
    situation: tuple[Alert, tuple[ChargeSnapshot, ...], Commonness], more: ChargeSnapshot
) -> None:
    """More candidates can only add doubt about those that were there."""
    about, offered, common = situation
    before, after = judge(about, offered, common), judge(about, (*offered, more), common)

    assert after.charge in (None, more, before.charge)


@given(situations())
def test_a_match_meets_every_condition(
    situation: tuple[Alert, tuple[ChargeSnapshot, ...], Commonness],
) -> None:
    """The score, the lead over all that are possible, the rung, and the amount that would be refunded."""
    about, offered, common = situation
    result = judge(about, offered, common)
    if result.charge is None:
        return
    scene = scene_of(about, RULES, common)
    best, *others = sorted(
        (contend(scene, charge) for charge in offered), key=lambda one: one.charge != result.charge
    )

    assert result.verdict is MatchVerdict.MATCHED
    assert result.candidates[0].charge_id == result.charge.id
    assert best.score >= RULES.accept_score
    assert best.rung is not None
    assert best.contradictions == ()
    assert about.amount is None or about.amount <= result.charge.amount
    assert all(other.impossible or best.score - other.score >= RULES.clear_margin for other in others)


@given(situations())
def test_a_cut_list_matches_only_by_an_id_that_is_unique_by_itself(
    situation: tuple[Alert, tuple[ChargeSnapshot, ...], Commonness],
) -> None:
    """Auth codes and card numbers repeat."""
    about, offered, common = situation
    result = judge(about, offered, common, complete=False)
    if result.charge is None:
        return

    assert contend(scene_of(about, RULES, common), result.charge).rung in (Rung.NAMED, Rung.NETWORK_ID)


@given(situations())
def test_a_charge_of_the_other_mode_is_not_even_shown(
    situation: tuple[Alert, tuple[ChargeSnapshot, ...], Commonness],
) -> None:
    """Every charge here is live."""
    about, offered, common = situation

    assert judge(about.model_copy(update={"livemode": False}), offered, common).candidates == ()
    assert judge(about.model_copy(update={"livemode": True}), offered, common) == judge(
        about, offered, common
    )


@given(situations(), st.integers(1, 10**6))
def test_more_money_than_the_charge_never_matches(
    situation: tuple[Alert, tuple[ChargeSnapshot, ...], Commonness], more: int
) -> None:
    """Whatever else agrees."""
    about, offered, common = situation
    most = max(charge.amount.amount_minor for charge in offered)
    amount = Money(amount_minor=most + more, currency=offered[0].amount.currency)

    assert judge(about.model_copy(update={"amount": amount}), offered, common).charge is None


@given(situations(), st.integers(1, 10**6))
def test_a_currency_in_which_no_charge_is_known_never_matches(
    situation: tuple[Alert, tuple[ChargeSnapshot, ...], Commonness], minor: int
) -> None:
    """There is no rate in the rules."""
    about, offered, common = situation
    foreign = telling(about, amount=None).model_copy(
        update={"amount": Money(amount_minor=minor, currency="CHF")}
    )

    assert judge(foreign, offered, common).charge is None


@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("network_transaction_id", "000000000000001"),
        ("auth_code", "QQQQQ1"),
        ("last4", "QQQQ"),
        ("brand", "jcb"),
        ("descriptor", "SOMEBODY ELSE"),
        ("merchant_order_id", "order-of-somebody"),
        ("stripe_id", "ch_of_somebody"),
        ("bin", "999999"),
        ("is_3ds", None),
        ("amount", Money(amount_minor=1, currency="USD")),
        ("amount", Money(amount_minor=10**9, currency="USD")),
        ("amount", Money(amount_minor=1, currency="CHF")),
    ],
)
@settings(max_examples=40)
@given(charge=charges(bin="424242"), data=st.data(), common=commonness())
def test_an_identifier_that_differs_never_raises_the_score(
    key: str, other: object, charge: ChargeSnapshot, data: st.DataObject, common: Commonness
) -> None:
    """Silence is never worse than being told something else."""
    about = data.draw(alerts_about(charge)).model_copy(update={"amount": None})
    if key == "is_3ds":
        other = not charge.three_d_secure
    if key == "last4":
        other = "0000" if "0000" not in (charge.last4, charge.dynamic_last4) else "0001"

    assert score(telling(about, **{key: other}), charge, common) <= score(
        telling(about, **{key: None}), charge, common
    )


@given(charges(), st.data(), commonness(), st.integers(0, 2500), st.integers(0, 2500))
def test_rarer_values_never_lower_the_score(
    charge: ChargeSnapshot, data: st.DataObject, common: Commonness, fewer: int, fewer_alike: int
) -> None:
    """What few sales share says more than what many share."""
    about = data.draw(alerts_about(charge))
    rarer = Commonness(
        window_charges=max(common.window_charges - fewer, 1),
        same_amount=max(common.same_amount - fewer_alike, 0),
    )

    assert score(about, charge, rarer) >= score(about, charge, common)


@given(charges(), st.data(), commonness(), st.integers(-10 * 86_400, 10 * 86_400), st.floats(0, 1))
def test_nearer_in_time_never_scores_less(
    charge: ChargeSnapshot, data: st.DataObject, common: Commonness, seconds: int, share: float
) -> None:
    """Moving a sale towards the time that the alert names only helps it."""
    about = data.draw(alerts_about(charge))
    if about.transaction.at is None:
        return
    away = timedelta(seconds=seconds)
    far = charge.model_copy(update={"created": about.transaction.at + away})
    near = charge.model_copy(update={"created": about.transaction.at + away * share})

    assert score(about, near, common) >= score(about, far, common)


@given(charges(), st.data(), commonness(), st.integers(0, 3600))
def test_a_failed_attempt_beside_it_never_unsettles_a_paid_charge(
    charge: ChargeSnapshot, data: st.DataObject, common: Commonness, seconds: int
) -> None:
    """Retrying a declined card is how people pay."""
    about = data.draw(alerts_about(charge))
    failed = charge.model_copy(
        update={
            "id": "ch_failed",
            "created": charge.created - timedelta(seconds=seconds),
            "status": ChargeStatus.FAILED,
            "auth_code": None,
            "network_transaction_id": None,
            "order_ids": (),
        }
    )

    alone, beside = judge(about, (charge,), common), judge(about, (charge, failed), common)
    assert beside.verdict is alone.verdict
    assert beside.charge == alone.charge


@given(situations())
def test_a_match_explains_itself(
    situation: tuple[Alert, tuple[ChargeSnapshot, ...], Commonness],
) -> None:
    """Whatever the verdict, an analyst finds the charge named and a score, and no internal word of ours."""
    about, offered, common = situation
    result = judge(about, offered, common)

    assert result.candidates[0].charge_id in result.explanation
    assert f"{result.candidates[0].score:.1f}" in result.explanation
    assert "_id" not in result.explanation.replace("ch_", "")
    assert len(result.explanation) < 1500


@given(st.text(max_size=40), st.text(max_size=40))
def test_spellings_are_brought_to_one_form_once(one: str, other: str) -> None:
    """Normalising twice changes nothing, and comparing does not depend on who is first."""
    for normal in (identifiers.network_id, identifiers.auth_code, identifiers.order_id, identifiers.last4):
        plain = normal(one)
        assert plain is None or normal(plain) == plain
    assert identifiers.same_descriptor(one, other) == identifiers.same_descriptor(other, one)
    first, second = identifiers.network_id(one), identifiers.network_id(other)
    if first and second:
        assert identifiers.same_network_id(first, second) == identifiers.same_network_id(second, first)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("STREAMBOX* PLAN", "streambox *4711", True),
        ("STREAMBOX", "StreamBox.com", True),
        ("PIXELQUEST COINS AND GEMS SHOP", "PIXELQUEST COINS AND G", True),
        ("SQ *CORNER CAFE", "CORNER CAFE", False),
        ("STREAMBOX", "BAZAAR", False),
        ("*", "STREAMBOX", None),
        (None, "STREAMBOX", None),
        ("  ", "STREAMBOX", None),
    ],
)
def test_descriptors_are_compared_by_the_merchants_name(
    one: str | None, other: str, same: bool | None
) -> None:
    """The part before the asterisk, cut at 22 characters, without case, spaces and punctuation."""
    assert identifiers.same_descriptor(one, other) is same
