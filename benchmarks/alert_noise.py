"""Alerts as networks and resellers would send them about a sale: some identifiers missing, dates in local time, device
numbers instead of card numbers, descriptors cut and spelt anew, parts of the amount, other currencies."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from chargebacks.alerts import Alert, AlertKind, CardTransaction, NetworkProduct, TimePrecision
from chargebacks.charges import ChargeSnapshot
from chargebacks.money import Money

_TRUE_HIGHEST_OFFSET, _TRUE_LOWEST_OFFSET = 14, -12
_RATES_PERCENT = {"USD": 92, "EUR": 109, "JPY": 1, "KWD": 325}
_OTHER_CURRENCY = {"USD": "EUR", "EUR": "USD", "JPY": "USD", "KWD": "USD"}


@dataclass(frozen=True, kw_only=True)
class NoisyAlert:
    """An alert, and what its maker knows about it."""

    alert: Alert
    about: ChargeSnapshot
    card_told: bool
    """The last four digits are a number that Stripe shows for the charge."""
    amount_told: bool
    """The sale's amount is among those that Stripe shows for the charge."""
    day_told: bool
    """The date means the day of the sale, not of its posting."""
    minute_told: bool
    unspoilt: bool
    """No identifier was mistyped on the way."""


def alert_about(random: Random, charge: ChargeSnapshot, number: int) -> NoisyAlert:
    last4, card_told = _last4(random, charge)
    disputed, sale, amount_told = _amounts(random, charge)
    at, precision, day_told, minute_told = _time(random, charge.created)
    auth_code, unspoilt = _auth_code(random, charge.auth_code)
    alerted_at = charge.created + timedelta(hours=random.randrange(24 * 4, 24 * 60))
    transaction = CardTransaction(
        at=at,
        at_precision=precision,
        amount=sale,
        network_transaction_id=_network_id(random, charge.network_transaction_id),
        auth_code=auth_code,
        last4=last4,
        brand=_sometimes(random, 0.8, charge.brand),
        descriptor=_sometimes(random, 0.95, _descriptor(random, charge.descriptor or "")),
        merchant_order_id=_sometimes(random, 0.08, charge.order_ids[0]),
        stripe_id=_sometimes(random, 0.02, charge.id),
    )
    alert = Alert(
        source="generated",
        provider="chargebackhit",
        provider_alert_id=f"alert-{number}",
        product=random.choice((NetworkProduct.ETHOCA, NetworkProduct.CDRN)),
        kind=AlertKind.REFUND_REQUEST,
        alerted_at=alerted_at,
        received_at=alerted_at + timedelta(minutes=5),
        amount=disputed,
        transaction=transaction,
        raw_sha256="0" * 64,
    )
    return NoisyAlert(
        alert=alert,
        about=charge,
        card_told=card_told,
        amount_told=amount_told,
        day_told=day_told,
        minute_told=minute_told,
        unspoilt=unspoilt,
    )


def _last4(random: Random, charge: ChargeSnapshot) -> tuple[str | None, bool]:
    if random.random() < 0.03:
        return None, False
    if charge.wallet is None or random.random() < 0.6:
        return charge.last4, True
    if charge.dynamic_last4 is not None and random.random() < 0.6:
        return charge.dynamic_last4, True
    unknown = "".join(random.choices("0123456789", k=4))
    return unknown, unknown in (charge.last4, charge.dynamic_last4)


def _amounts(random: Random, charge: ChargeSnapshot) -> tuple[Money | None, Money | None, bool]:
    """The disputed amount, the sale's, and whether the alert tells the sale's."""
    shown = charge.presentment or charge.amount
    chance = random.random()
    if chance < 0.02:
        part = Money(
            amount_minor=max(shown.amount_minor * random.randrange(10, 90) // 100, 1), currency=shown.currency
        )
        told = random.random() < 0.5
        return part, shown if told else None, told or part == shown
    if chance < 0.05:
        return _in_other_currency(random, shown), None, False
    if chance < 0.06:
        return None, None, False
    return shown, shown if random.random() < 0.7 else None, True


def _in_other_currency(random: Random, amount: Money) -> Money:
    rate = _RATES_PERCENT[amount.currency] * random.randrange(985, 1015)
    other = _OTHER_CURRENCY[amount.currency]
    return Money(amount_minor=max(amount.amount_minor * rate // 100_000, 1), currency=other)


def _time(random: Random, created: datetime) -> tuple[datetime | None, TimePrecision, bool, bool]:
    """What the alert says, how exactly, whether it means the day of the sale, and whether it means the minute."""
    chance = random.random()
    if chance < 0.01:
        return None, TimePrecision.INSTANT, False, False
    posted = random.random() < 0.04
    happened = created + (timedelta(days=random.randrange(1, 5)) if posted else timedelta(0))
    offset = timedelta(hours=random.randint(_TRUE_LOWEST_OFFSET, _TRUE_HIGHEST_OFFSET))
    if chance < 0.55:
        late = random.random() < 0.1
        lag = timedelta(seconds=random.randrange(36_000) if late else random.randrange(50))
        return happened + lag, TimePrecision.INSTANT, not posted, not (posted or late)
    if chance < 0.8:
        return happened + offset, TimePrecision.LOCAL, not posted, False
    local = happened + offset
    day = datetime(local.year, local.month, local.day, tzinfo=UTC)
    as_instant = random.random() < 0.2
    return day, TimePrecision.INSTANT if as_instant else TimePrecision.DATE, not posted, False


def _auth_code(random: Random, code: str | None) -> tuple[str | None, bool]:
    if code is None or random.random() < 0.4:
        return None, True
    if random.random() < 0.003:
        position = random.randrange(len(code))
        return code[:position] + random.choice("0123456789") + code[position + 1 :], False
    spelling = random.random()
    if spelling < 0.1:
        return code.lower(), True
    return (code.lstrip("0") if spelling < 0.2 and code.isdigit() else code), True


def _network_id(random: Random, known: str | None) -> str | None:
    chance = random.random()
    if known is None or chance < 0.7:
        return None
    if chance < 0.72:
        return "".join(random.choices("0123456789abcdef", k=32))
    if known.startswith("MCC"):
        return random.choice((known, known[:9], f"{known[:9]} {known[9:]}"))
    return known


def _descriptor(random: Random, descriptor: str) -> str:
    name = descriptor.partition("*")[0].split()[0]
    return random.choice(
        (
            descriptor,
            descriptor.lower(),
            descriptor[:22],
            f"{name} *{random.randrange(10_000)}",
            name,
            f"{name}.COM"[:22],
        )
    )


def _sometimes(random: Random, share: float, text: str | None) -> str | None:
    return text if random.random() < share else None
