"""What Hypothesis may draw: money, charges, alerts that tell some of a charge's identifiers, and other charges."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from chargebacks.alerts import Alert, AlertKind, CardTransaction, NetworkProduct, TimePrecision
from chargebacks.charges import ChargeSnapshot, ChargeStatus, SnapshotOrigin
from chargebacks.currencies import CURRENCIES, most_minor
from chargebacks.matching import Commonness
from chargebacks.money import Money

SOLD_AT = datetime(2026, 3, 1, 12, 34, 56, tzinfo=UTC)
ALERTED_AT = SOLD_AT + timedelta(days=20)

currencies = st.sampled_from(sorted(CURRENCIES))
precisions = st.sampled_from(TimePrecision)
offsets = st.integers(min_value=-12 * 60, max_value=14 * 60).map(lambda minutes: timedelta(minutes=minutes))
instants = st.integers(min_value=0, max_value=15 * 365 * 86_400).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
_last4 = st.text("0123456789", min_size=4, max_size=4)
_auth_codes = st.text("0123456789ABCDEF", min_size=6, max_size=6).filter(lambda code: len(set(code)) > 1)
_network_ids = st.text("0123456789", min_size=15, max_size=15)
_amounts = st.integers(min_value=100, max_value=100_000)


@st.composite
def money(draw: st.DrawFn) -> Money:
    """An amount that Stripe can move, in any currency."""
    currency = draw(currencies)
    minor = draw(st.integers(min_value=0, max_value=most_minor(currency)))
    return Money(amount_minor=minor, currency=currency).payable


@st.composite
def charges(draw: st.DrawFn, /, charge_id: str = "ch_1", **known: object) -> ChargeSnapshot:
    minor = draw(_amounts)
    wallet = draw(st.sampled_from((None, None, "apple_pay")))
    drawn: dict[str, object] = {
        "id": charge_id,
        "payment_intent": f"pi_of_{charge_id}",
        "customer": "cus_1",
        "amount": Money(amount_minor=minor, currency=draw(st.sampled_from(("USD", "EUR", "JPY", "KWD")))),
        "captured_minor": minor,
        "captured": True,
        "status": ChargeStatus.SUCCEEDED,
        "created": SOLD_AT + timedelta(seconds=draw(st.integers(-40 * 86_400, 15 * 86_400))),
        "livemode": True,
        "last4": draw(_last4),
        "wallet": wallet,
        "dynamic_last4": draw(st.none() | _last4) if wallet else None,
        "fingerprint": f"fp_of_{charge_id}",
        "brand": draw(st.sampled_from(("visa", "mastercard", "amex"))),
        "auth_code": draw(st.none() | _auth_codes),
        "network_transaction_id": draw(st.none() | _network_ids),
        "descriptor": draw(st.sampled_from(("SHOP* PLAN", "SHOP.COM", "BAZAAR"))),
        "three_d_secure": draw(st.none() | st.booleans()),
        "order_ids": draw(st.sampled_from(((), ("order-77",)))),
        "origin": SnapshotOrigin.INDEX,
        "as_of": ALERTED_AT,
    }
    return ChargeSnapshot.model_validate(drawn | known)


@st.composite
def alerts_about(draw: st.DrawFn, charge: ChargeSnapshot) -> Alert:
    """An alert that tells some of the charge's identifiers truly, and the others not at all."""

    def told(value: object) -> object:
        return draw(st.sampled_from((value, value, None)))

    precision = draw(precisions)
    shift = timedelta(0) if precision is TimePrecision.INSTANT else draw(offsets)
    at = charge.created + shift + timedelta(seconds=draw(st.integers(0, 50)))
    if precision is TimePrecision.DATE:
        at = at.replace(hour=0, minute=0, second=0)
    return alert(
        amount=told(charge.amount),
        transaction={
            "at": told(at),
            "at_precision": precision,
            "amount": told(charge.amount),
            "network_transaction_id": told(charge.network_transaction_id),
            "auth_code": told(charge.auth_code),
            "last4": told(charge.last4),
            "brand": told(charge.brand),
            "descriptor": told(charge.descriptor),
            "is_3ds": told(charge.three_d_secure),
            "merchant_order_id": told(charge.order_ids[0] if charge.order_ids else None),
        },
    )


@st.composite
def commonness(draw: st.DrawFn) -> Commonness:
    window = draw(st.integers(min_value=1, max_value=2500))
    return Commonness(window_charges=window, same_amount=draw(st.integers(min_value=0, max_value=window)))


def alert(**differences: object) -> Alert:
    """A refund request with a live merchant, and what a test says differs."""
    plain: dict[str, object] = {
        "source": "hit",
        "provider": "chargebackhit",
        "provider_alert_id": "alert-1",
        "product": NetworkProduct.CDRN,
        "kind": AlertKind.REFUND_REQUEST,
        "alerted_at": ALERTED_AT,
        "received_at": ALERTED_AT + timedelta(minutes=5),
        "transaction": CardTransaction(),
        "raw_sha256": "0" * 64,
    }
    return Alert.model_validate(plain | differences)
