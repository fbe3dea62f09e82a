"""Hypothesis strategies for situations, ledgers and policies, the impossible-looking ones included."""

from datetime import timedelta
from typing import Any

from builders import ALERT, ALERTED_AT, CASE_ID, CHARGE, OTHER_CASE_ID, SOLD_AT, dispute, entry
from hypothesis import strategies as st

from chargebacks.alerts import Alert, AlertKind, AnswerMode, CardTransaction, NetworkProduct, ReasonClass
from chargebacks.charges import ChargeSnapshot, ChargeStatus, DisputeSnapshot, RefundSnapshot, SnapshotOrigin
from chargebacks.decisions import CancelScope, Mode, Situation
from chargebacks.ledger import EntryState, LedgerEntry
from chargebacks.matching import Match, MatchVerdict
from chargebacks.money import Money
from chargebacks.outcomes import OutcomeCode
from chargebacks.policy import Policy
from chargebacks.policy.model import (
    Approval,
    Conditions,
    DenyList,
    FraudReports,
    Marks,
    RefundRules,
    Rule,
    SilenceBand,
    SubscriptionRules,
    Then,
    Unmatched,
)

MOST = 30_000

minor_units = st.integers(0, MOST)


def mostly(usual: object, *rare: object) -> st.SearchStrategy[Any]:
    """The usual value four times out of five, so that the deeper branches are reached."""
    return st.sampled_from([*[usual] * (4 * len(rare)), *rare])


currencies = mostly("USD", "EUR", "JPY", "KWD", "XBT")
moneys = st.builds(Money, amount_minor=minor_units, currency=currencies)
case_ids = mostly(None, CASE_ID, OTHER_CASE_ID)
booleans = st.booleans()

transactions = st.builds(
    CardTransaction, amount=st.none() | moneys, is_3ds=st.sampled_from([None, True, False])
)


@st.composite
def alerts(draw: st.DrawFn) -> Alert:
    """Any alert: every kind, product and class, with or without an amount, in any currency."""
    return ALERT.model_copy(
        update={
            "kind": draw(mostly(AlertKind.REFUND_REQUEST, *AlertKind)),
            "product": draw(mostly(NetworkProduct.CDRN, *NetworkProduct)),
            "reason_class": draw(st.sampled_from(ReasonClass)),
            "answer_mode": draw(st.sampled_from(AnswerMode)),
            "amount": draw(moneys | moneys | st.none()),
            "transaction": draw(transactions),
            "livemode": draw(mostly(None, None, None, True, False)),
            "alerted_at": ALERTED_AT + timedelta(days=draw(mostly(0, 109, 110, 111, -5))),
        }
    )


metadata = st.sampled_from(
    [{}, {"plan": "monthly", "note": "for Jane"}, {"product_id": "p1"}, {"product_id": "p2"}]
)


@st.composite
def refund_snapshots(draw: st.DrawFn, most: int, number: int) -> RefundSnapshot:
    status = draw(
        st.sampled_from(["succeeded", "pending", "failed", "canceled", "requires_action", "new_word"])
    )
    owner = draw(case_ids)
    return RefundSnapshot(
        id=f"re_{number}",
        status=status,
        amount_minor=draw(st.integers(1, max(most, 1))),
        currency="USD",
        created=SOLD_AT + timedelta(days=draw(st.integers(0, 9))),
        ledger_key=draw(mostly(None, entry().ledger_key, entry(sequence=2).ledger_key)),
        case_id=owner,
    )


@st.composite
def charges(draw: st.DrawFn) -> ChargeSnapshot:
    """A charge in any state that Stripe could show: what is refunded never exceeds what was captured."""
    amount = draw(st.integers(1, MOST))
    captured = draw(mostly(True, False))
    captured_minor = draw(st.integers(0, amount) | st.just(amount)) if captured else 0
    refunds: list[RefundSnapshot] = []
    left = captured_minor
    for number in range(draw(mostly(0, 1, 2, 3))):
        made = draw(refund_snapshots(left, number))
        dead = made.status in ("failed", "canceled")
        if dead or made.amount_minor <= left:
            refunds.append(made)
            left -= 0 if dead else made.amount_minor
    unlisted = draw(st.integers(0, left)) if draw(mostly(False, True)) else 0
    return CHARGE.model_copy(
        update={
            "amount": Money(amount_minor=amount, currency="USD"),
            "captured": captured,
            "captured_minor": captured_minor,
            "refunded_minor": captured_minor - left + unlisted,
            "refunds": tuple(refunds),
            "status": draw(mostly(ChargeStatus.SUCCEEDED, *ChargeStatus)),
            "disputed": draw(mostly(False, True)),
            "presentment": draw(st.none() | moneys),
            "payment_intent": draw(mostly("pi_1", None)),
            "liability_shift": draw(st.sampled_from([None, True, False])),
            "three_d_secure": draw(st.sampled_from([None, True, False])),
            "customer": draw(st.sampled_from([None, "cus_1", "cus_2"])),
            "metadata": draw(metadata),
            "origin": draw(st.sampled_from(SnapshotOrigin)),
        }
    )


some_disputes = st.lists(
    st.builds(
        dispute,
        refundable=booleans,
        settled=mostly(False, True),
        case_type=st.sampled_from([None, "chargeback", "inquiry", "block", "resolution"]),
    ),
    max_size=2,
).map(tuple)
disputes: st.SearchStrategy[tuple[DisputeSnapshot, ...]] = st.just(()) | some_disputes


@st.composite
def ledgers(draw: st.DrawFn, *, from_sequence: int = 1) -> tuple[LedgerEntry, ...]:
    """Lines of this case and of another, in any state."""
    count = draw(mostly(0, 1, 2))
    return tuple(
        entry(
            sequence=from_sequence + number,
            state=draw(st.sampled_from(EntryState)),
            case_id=draw(st.sampled_from([CASE_ID, OTHER_CASE_ID])),
            provider_alert_id=f"alert-{number}",
            minor=draw(minor_units),
            refund_id=draw(st.sampled_from([None, "re_0", "re_1"])),
        )
        for number in range(count)
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    charge = draw(charges()) if draw(mostly(True, False)) else None
    verdict = draw(mostly(MatchVerdict.MATCHED, *MatchVerdict))
    matched = charge if verdict is MatchVerdict.MATCHED else None
    return Situation(
        alert=draw(alerts()),
        match=Match(verdict=verdict, charge=matched, explanation="As it is."),
        charge=charge if draw(booleans) else None,
        disputes=draw(disputes),
        ledger=draw(ledgers()),
        account_livemode=draw(mostly(False, True)),
    )


amounts = st.dictionaries(mostly("USD", "EUR", "JPY"), minor_units | st.just(MOST), min_size=1).map(
    lambda table: tuple(Money(amount_minor=minor, currency=code) for code, minor in sorted(table.items()))
)
switches = mostly(Then.REFUND, Then.ASK, Then.DECLINE)
cautions = st.sampled_from([Then.ASK, Then.DECLINE])
silences = st.sampled_from([Then.REFUND, Then.DECLINE])
outcomes = st.sampled_from(
    [OutcomeCode.DECLINED_BY_RULE, OutcomeCode.DECLINED_3DS, OutcomeCode.FULFILLED_CANNOT_STOP]
)
marks = st.builds(
    Marks,
    customers=st.sampled_from([(), ("cus_1",)]),
    products=st.sampled_from([(), ("p1",)]),
    metadata=st.sampled_from([(), ("plan=monthly",)]),
)
conditions = st.builds(
    Conditions,
    product=st.sampled_from([(), (NetworkProduct.CDRN,)]),
    reason_class=st.sampled_from([(), (ReasonClass.FRAUD,)]),
    customer=st.sampled_from([(), ("cus_1",)]),
    metadata=st.sampled_from([(), ("plan=monthly",)]),
    liability_shift=st.sampled_from([None, True, False]),
    amount_above=st.just(()) | amounts,
)
rules = st.builds(
    Rule,
    name=st.sampled_from(["a", "b"]),
    when=conditions,
    then=mostly(Then.REFUND, *Then),
    outcome=outcomes,
    mode=mostly(Mode.ACT, *Mode),
)
policies = st.builds(
    Policy,
    version=st.just("0" * 16),
    mode=mostly(Mode.ACT, *Mode),
    refund=st.builds(
        RefundRules,
        limits=amounts,
        above_limit=cautions,
        other_currencies=cautions,
        currencies=mostly((), ("USD",), ("EUR",)),
        products=st.dictionaries(st.sampled_from([NetworkProduct.CDRN, NetworkProduct.ETHOCA]), switches),
        reason_classes=st.dictionaries(st.sampled_from(ReasonClass), switches),
        liability_shift=switches,
        allow=marks,
        deny=st.builds(DenyList, customers=mostly((), ("cus_2",)), then=cautions),
    ),
    rule=st.just(()) | st.lists(rules, max_size=2).map(tuple),
    fraud_report=st.builds(FraudReports, refund=booleans, limits=amounts),
    approval=st.builds(
        Approval,
        silence=silences,
        outcome=outcomes,
        band=st.lists(st.builds(SilenceBand, up_to=amounts, silence=silences), max_size=2).map(tuple),
    ),
    unmatched=st.builds(
        Unmatched,
        ambiguous=st.sampled_from(["ask", "not_found"]),
        not_found=st.sampled_from(["ask", "not_found"]),
    ),
    subscription=st.builds(
        SubscriptionRules,
        scope=st.sampled_from(CancelScope),
        never_cancel=st.sampled_from([(), ("cus_1",), ("sub_1",)]),
    ),
)
