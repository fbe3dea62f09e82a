"""Hypothesis strategies for what a dispute's decision rests on, the impossible-looking included."""

from datetime import timedelta

from dispute_builders import DISPUTED_AT, a_dispute
from hypothesis import strategies as st

from chargebacks.decisions import Mode
from chargebacks.disputes import CE3, BalanceMovement, Dispute, DisputeStatus, Stage
from chargebacks.economics import weigh
from chargebacks.evidence import Completeness, Missing, Weight
from chargebacks.evidence_fields import ProductType
from chargebacks.money import Money
from chargebacks.policy.disputes import (
    DisputeConditions,
    DisputeRule,
    DisputeRules,
    DisputeThen,
    InquiryRules,
)
from chargebacks.representment import Ce3Summary, DisputeSituation
from chargebacks.win_rates import TABLE, Band, BandRates, OwnResult

RULES = DisputeRules(mode=Mode.ACT)
INQUIRY: dict[str, object] = {
    "status": "warning_needs_response",
    "case_type": "inquiry",
    "is_charge_refundable": True,
}
COMPLIANCE: dict[str, object] = {"reason": "noncompliant", "case_type": "compliance"}
APPEAL: dict[str, object] = {"status": "appeal_needs_response"}

percents = st.integers(0, 100)
booleans = st.booleans()
minor_units = st.integers(0, 100_000)
currencies = st.sampled_from(("USD", "USD", "EUR", "JPY", "KWD", "AED", "XBT"))
reasons = st.sampled_from((*sorted(TABLE), "a_reason_of_next_year"))


def usd(minor: int) -> Money:
    return Money(amount_minor=minor, currency="USD")


def complete(percent: int, *, lacks: tuple[str, ...] = ()) -> Completeness:
    """This much of the evidence; what is named is required and missing."""
    missing = tuple(Missing(name=name, weight=Weight.REQUIRED, who=(), why="It is needed.") for name in lacks)
    return Completeness(percent=percent, have=(), missing=missing)


def situation_of(
    dispute: Dispute | None = None, rules: DisputeRules = RULES, *, percent: int = 75, **differences: object
) -> DisputeSituation:
    """A chargeback with a good packet, weighed by these rules, and what a test says differs."""
    about = dispute or a_dispute()
    refunded = differences.get("refunded_minor", 0)
    plain: dict[str, object] = {
        "dispute": about,
        "product_type": ProductType.PHYSICAL,
        "answerable": True,
        "completeness": complete(percent),
        "ce3": Ce3Summary(open=False, ready=False, why="Not listed."),
        "weighing": weigh(
            about,
            completeness_percent=percent,
            ce3_ready=False,
            liability_shift=None,
            refunded_minor=refunded if isinstance(refunded, int) else 0,
            rules=rules,
        ),
        "customer": "cus_1",
    }
    return DisputeSituation.model_validate(plain | differences)


@st.composite
def movements(draw: st.DrawFn) -> BalanceMovement:
    amount, fee = draw(st.integers(-100_000, 100_000)), draw(st.sampled_from((0, 1500, -1500)))
    return BalanceMovement(
        amount_minor=amount,
        fee_minor=fee,
        net_minor=amount - fee,
        currency=draw(currencies),
        created=DISPUTED_AT,
    )


@st.composite
def any_disputes(draw: st.DrawFn) -> Dispute:
    """Any stage, reason and amount, with or without money moved, a deadline, or a way to refund."""
    statuses = (
        DisputeStatus.NEEDS_RESPONSE,
        DisputeStatus.WARNING_NEEDS_RESPONSE,
        *DisputeStatus,
        "a_status_of_next_year",
    )
    days = st.integers(-5, 30).map(lambda count: DISPUTED_AT + timedelta(days=count))
    return a_dispute(
        status=draw(st.sampled_from(statuses)),
        reason=draw(reasons),
        amount=Money(amount_minor=draw(minor_units), currency=draw(currencies)),
        method=draw(st.sampled_from(("card", "card", "klarna", "sepa_debit"))),
        network=draw(st.sampled_from(("visa", "mastercard", "cartes_bancaires", None))),
        case_type=draw(st.sampled_from((None, "chargeback", "inquiry", "compliance", "resolution", "block"))),
        network_settled=draw(st.sampled_from((False, False, False, True))),
        is_charge_refundable=draw(booleans),
        due_by=draw(days | days | st.none()),
        past_due=draw(st.sampled_from((False, False, False, True))),
        enhanced_types=draw(st.sampled_from(((), (CE3,), ("visa_compliance",)))),
        movements=tuple(draw(st.lists(movements(), max_size=2))),
    )


@st.composite
def own_results(draw: st.DrawFn) -> OwnResult:
    filed = draw(st.integers(0, 200))
    return OwnResult(
        reason=draw(reasons),
        band=draw(st.sampled_from(Band)),
        filed=filed,
        won=draw(st.integers(0, filed)),
    )


owns = st.lists(own_results(), max_size=6).map(tuple)
band_rates = st.lists(percents, min_size=4, max_size=4).map(
    lambda drawn: BandRates(**dict(zip(BandRates.model_fields, sorted(drawn), strict=True)))
)
amounts = st.dictionaries(st.sampled_from(("USD", "EUR", "JPY")), minor_units).map(
    lambda table: tuple(Money(amount_minor=minor, currency=code) for code, minor in sorted(table.items()))
)
conditions = st.builds(
    DisputeConditions,
    reason=st.sampled_from(((), ("fraudulent",))),
    stage=st.sampled_from(((), (Stage.INQUIRY,), (Stage.CHARGEBACK,))),
    customer=st.sampled_from(((), ("cus_1",))),
    metadata=st.sampled_from(((), ("plan=monthly",))),
    amount_above=st.just(()) | amounts,
    completeness_at_least=st.none() | percents,
    compelling_evidence=st.none() | booleans,
    liability_shift=st.none() | booleans,
)
named_rules = st.builds(
    DisputeRule,
    name=st.sampled_from(("a", "b")),
    when=conditions,
    then=st.sampled_from(DisputeThen),
    mode=st.sampled_from(Mode),
)
hopeless = st.sampled_from(("accept", "leave"))
ask_or_never = st.sampled_from(("ask", "never"))
dispute_rules = st.builds(
    DisputeRules,
    mode=st.sampled_from(Mode),
    submit_when_complete=booleans,
    minimum_completeness=percents,
    fight_above=st.just(()) | amounts,
    never_fight_below=st.just(()) | amounts,
    ask_above=st.just(()) | amounts,
    customers_never_fight=st.sampled_from(((), ("cus_2",))),
    silence=st.sampled_from(("file", "accept", "leave")),
    when_hopeless=hopeless,
    inquiries=st.builds(
        InquiryRules, refund=st.sampled_from(("by_value", "ask", "never")), limits=st.just(()) | amounts
    ),
    compliance=ask_or_never,
    appeals=ask_or_never,
    rule=st.lists(named_rules, max_size=2).map(tuple),
    country=st.sampled_from(("US", "MX", "DE")),
    win_rates=st.dictionaries(reasons, band_rates, max_size=2),
    rates=st.sampled_from(({}, {"EUR": "0.92"}, {"KWD": "0.307", "AED": "3.6725"})),
)


@st.composite
def situations(draw: st.DrawFn, rules: DisputeRules) -> DisputeSituation:
    """Any situation, weighed by these rules."""
    dispute = draw(any_disputes())
    percent = draw(percents)
    refunded = draw(st.sampled_from((0, 0, 0, 500, 100_000)))
    shift = draw(st.sampled_from((None, True, False)))
    ready = draw(booleans)
    return DisputeSituation(
        dispute=dispute,
        product_type=draw(st.sampled_from(ProductType)),
        answerable=draw(st.sampled_from((True, True, True, False))),
        completeness=complete(percent, lacks=draw(st.sampled_from(((), ("receipt",))))),
        ce3=Ce3Summary(open=ready, ready=ready, why="As it is."),
        weighing=weigh(
            dispute,
            completeness_percent=percent,
            ce3_ready=ready,
            liability_shift=shift,
            refunded_minor=refunded,
            rules=rules,
            own=draw(owns),
        ),
        customer=draw(st.sampled_from((None, "cus_1", "cus_2"))),
        metadata=draw(st.sampled_from(({}, {"plan": "monthly"}))),
        liability_shift=shift,
        refunded_minor=refunded,
    )
