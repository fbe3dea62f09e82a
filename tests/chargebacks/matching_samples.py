"""One charge, alerts that tell some of it, and what the rules make of them."""

from datetime import timedelta

from strategies import SOLD_AT, alert

from chargebacks.alerts import Alert
from chargebacks.charges import ChargeSnapshot, ChargeStatus, SnapshotOrigin
from chargebacks.matching import Agreement, Candidates, Commonness, Match, MatchRules, MatchVerdict, match
from chargebacks.money import Money

MATCHED, AMBIGUOUS, NOT_FOUND = MatchVerdict.MATCHED, MatchVerdict.AMBIGUOUS, MatchVerdict.NOT_FOUND
QUIET_SHOP = Commonness(window_charges=40, same_amount=1)
A_MONTH = timedelta(days=30)


def usd(minor: int) -> Money:
    return Money(amount_minor=minor, currency="USD")


CHARGE = ChargeSnapshot(
    id="ch_1",
    payment_intent="pi_1",
    customer="cus_1",
    amount=usd(4999),
    captured_minor=4999,
    captured=True,
    status=ChargeStatus.SUCCEEDED,
    created=SOLD_AT,
    livemode=True,
    last4="4242",
    fingerprint="fp_1",
    brand="visa",
    auth_code="A1B2C3",
    network_transaction_id="123456789012345",
    descriptor="STREAMBOX* PLAN",
    order_ids=("order-1001",),
    origin=SnapshotOrigin.INDEX,
    as_of=SOLD_AT,
)


def charge(charge_id: str, **differences: object) -> ChargeSnapshot:
    return ChargeSnapshot.model_validate(
        {**CHARGE.model_dump(), "id": charge_id, "payment_intent": None, **differences}
    )


def told(disputed: object = CHARGE.amount, **transaction: object) -> Alert:
    """An alert about 49.99 USD that tells only what is named here of the sale."""
    return alert(amount=disputed, transaction=transaction)


def by_card(**transaction: object) -> Alert:
    """An alert that tells the card, the day and the descriptor, and what is named here."""
    return told(
        **{
            "at": SOLD_AT,
            "last4": "4242",
            "brand": "visa",
            "descriptor": "STREAMBOX",
            **transaction,
        }
    )


def found(
    about: Alert,
    *charges: ChargeSnapshot,
    common: Commonness = QUIET_SHOP,
    complete: bool = True,
    rules: MatchRules | None = None,
) -> Match:
    return match(
        about, Candidates(charges=charges, commonness=common, complete=complete), rules or MatchRules()
    )


def agreement(result: Match, key: str) -> Agreement | None:
    """What the best candidate's evidence says of one identifier."""
    return next((one.agreement for one in result.candidates[0].evidence if one.key == key), None)
