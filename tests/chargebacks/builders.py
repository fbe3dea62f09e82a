"""Plain facts for tests of the rules: one alert, one charge, and what a test says differs."""

from datetime import UTC, datetime, timedelta

from chargebacks.alerts import Alert, AlertKind, NetworkProduct, ReasonClass
from chargebacks.charges import (
    ChargeSnapshot,
    ChargeStatus,
    DisputeSnapshot,
    RefundSnapshot,
    SnapshotOrigin,
)
from chargebacks.contracts import alert_case_id
from chargebacks.decisions import Mode, Situation
from chargebacks.matching import Match, MatchVerdict
from chargebacks.money import Money
from chargebacks.policy import Policy, parse_policy
from chargebacks.refunds import EntryState, LedgerEntry

SOLD_AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ALERTED_AT = SOLD_AT + timedelta(days=10)
CASE_ID = alert_case_id(source="hit", provider_alert_id="alert-1")
OTHER_CASE_ID = alert_case_id(source="hit", provider_alert_id="alert-0")

ALERT = Alert(
    source="hit",
    provider="chargebackhit",
    provider_alert_id="alert-1",
    product=NetworkProduct.CDRN,
    kind=AlertKind.REFUND_REQUEST,
    reason_class=ReasonClass.DISPUTE,
    alerted_at=ALERTED_AT,
    received_at=ALERTED_AT + timedelta(minutes=5),
    amount=Money(amount_minor=10_000, currency="USD"),
    livemode=None,
    raw_sha256="0" * 64,
)

CHARGE = ChargeSnapshot(
    id="ch_1",
    payment_intent="pi_1",
    customer="cus_1",
    amount=Money(amount_minor=10_000, currency="USD"),
    captured_minor=10_000,
    captured=True,
    status=ChargeStatus.SUCCEEDED,
    created=SOLD_AT,
    livemode=False,
    brand="visa",
    funding="credit",
    card_country="US",
    origin=SnapshotOrigin.STRIPE,
    as_of=ALERTED_AT,
)

MATCHED = Match(verdict=MatchVerdict.MATCHED, charge=CHARGE, explanation="One charge fits.")
AMBIGUOUS = Match(verdict=MatchVerdict.AMBIGUOUS, explanation="Two charges fit equally well.")
NOT_FOUND = Match(verdict=MatchVerdict.NOT_FOUND, explanation="No charge fits.")

ACTING = parse_policy(
    """
    mode = "act"
    [refund.limits]
    USD = "150.00"
    JPY = "15000"
    """
)


def usd(minor: int) -> Money:
    return Money(amount_minor=minor, currency="USD")


def acting(text: str = "") -> Policy:
    """A policy that acts, with `text` added; keys of `text` may not repeat what is set here."""
    policy = parse_policy(text)
    limits = policy.refund.limits or ACTING.refund.limits
    refund = policy.refund.model_copy(update={"limits": limits})
    return policy.model_copy(update={"mode": Mode.ACT, "refund": refund})


def alert(**differences: object) -> Alert:
    return Alert.model_validate({**ALERT.model_dump(), **differences})


def charge(**differences: object) -> ChargeSnapshot:
    return ChargeSnapshot.model_validate({**CHARGE.model_dump(), **differences})


def refund(
    minor: int,
    *,
    status: str = "succeeded",
    refund_id: str = "re_1",
    ledger_key: str | None = None,
    case_id: str | None = None,
    days_after_sale: int = 5,
) -> RefundSnapshot:
    return RefundSnapshot(
        id=refund_id,
        status=status,
        amount_minor=minor,
        currency="USD",
        created=SOLD_AT + timedelta(days=days_after_sale),
        ledger_key=ledger_key,
        case_id=case_id,
    )


def refunded(*refunds: RefundSnapshot) -> ChargeSnapshot:
    """The charge as Stripe tells it after these refunds."""
    gone = sum(made.amount_minor for made in refunds if made.status not in ("failed", "canceled"))
    return CHARGE.model_copy(update={"refunds": refunds, "refunded_minor": gone})


def dispute(
    *, refundable: bool = False, settled: bool = False, case_type: str | None = None
) -> DisputeSnapshot:
    return DisputeSnapshot(
        id="du_1",
        status="prevented" if settled else "needs_response",
        amount_minor=10_000,
        currency="USD",
        reason="fraudulent",
        case_type=case_type,
        is_charge_refundable=refundable,
        network_settled=settled,
    )


def entry(
    *,
    sequence: int = 1,
    state: EntryState = EntryState.RESERVED,
    case_id: str = CASE_ID,
    provider_alert_id: str = "alert-1",
    minor: int = 10_000,
    refund_id: str | None = None,
) -> LedgerEntry:
    return LedgerEntry(
        account="shop",
        charge_id="ch_1",
        sequence=sequence,
        case_id=case_id,
        provider_alert_id=provider_alert_id,
        amount_minor=minor,
        currency="USD",
        state=state,
        refund_id=refund_id,
        created_at=ALERTED_AT,
    )


def others_entry(*, state: EntryState = EntryState.SUCCEEDED, refund_id: str | None = "re_1") -> LedgerEntry:
    """The ledger line of an earlier case on the same charge."""
    return entry(state=state, case_id=OTHER_CASE_ID, provider_alert_id="alert-0", refund_id=refund_id)


def situation(
    about: Alert = ALERT,
    at: ChargeSnapshot | None = CHARGE,
    *,
    disputes: tuple[DisputeSnapshot, ...] = (),
    ledger: tuple[LedgerEntry, ...] = (),
    match: Match | None = None,
    account_livemode: bool = False,
) -> Situation:
    found = MATCHED.model_copy(update={"charge": at}) if at else NOT_FOUND
    return Situation(
        alert=about,
        match=match or found,
        charge=at,
        disputes=disputes,
        ledger=ledger,
        account_livemode=account_livemode,
    )
