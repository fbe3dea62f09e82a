"""Generated merchants: charges as Stripe would hold them, for a shop with few prices, a marketplace with many, and a
game with many small equal amounts. The same seed gives the same merchant."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from chargebacks.charges import ChargeSnapshot, ChargeStatus, SnapshotOrigin
from chargebacks.money import Money

OPENING = datetime(2026, 1, 1, tzinfo=UTC)
_BRANDS = ("visa",) * 55 + ("mastercard",) * 35 + ("amex",) * 7 + ("discover",) * 3
_ALPHANUMERIC = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, kw_only=True)
class Card:
    """A customer's card. A wallet pays with a device number of its own, which Stripe shows most of the time."""

    customer: str
    brand: str
    last4: str
    wallet: str | None
    device_last4: str | None
    device_shown: bool


@dataclass(frozen=True, kw_only=True)
class Sale:
    """One attempt to pay."""

    card: Card
    at: datetime
    amount: Money
    paid: bool = True


@dataclass(frozen=True, kw_only=True)
class Merchant:
    """A generated merchant. `foreign_sale` draws a sale of the same habits that is not among the charges."""

    name: str
    descriptor: str
    charges: tuple[ChargeSnapshot, ...]
    foreign_sale: Callable[[Random], ChargeSnapshot]


def subscription_shop(random: Random, *, days: int = 60, customers: int = 9000) -> Merchant:
    """Three plans, charged every thirty days; one renewal in twenty fails first, one in two hundred is billed twice."""
    prices = [_usd(999), _usd(1999), _usd(4999)]

    def sales() -> Iterator[Sale]:
        for number in range(customers):
            card, price = _card(random, f"cus_s{number}", wallets=0.25), random.choice(prices)
            for renewal in range(days // 30):
                at = _moment(random, 30) + timedelta(days=30 * renewal)
                yield from _attempts(random, card, at, price, fails=0.05, twice=0.005)

    return _merchant(random, "subscription shop", "STREAMBOX*PLAN", sales, prices)


def marketplace(random: Random, *, days: int = 60, orders: int = 30_000) -> Merchant:
    """Prices of all kinds in four currencies; every fifth order is by a returning customer."""
    returning = [_card(random, f"cus_r{number}", wallets=0.35) for number in range(1500)]
    prices = [_price(random) for _ in range(orders)]

    def sales() -> Iterator[Sale]:
        for number, price in enumerate(prices):
            known = random.random() < 0.2
            card = random.choice(returning) if known else _card(random, f"cus_m{number}", wallets=0.35)
            yield from _attempts(random, card, _moment(random, days), price, fails=0.04, twice=0.002)

    return _merchant(random, "marketplace", "BAZAAR* ORDER", sales, prices)


def game(random: Random, *, days: int = 20, players: int = 12_000) -> Merchant:
    """Five prices; a player buys one to thirty times, often the same thing several times in an evening."""
    prices = [_usd(99), _usd(499), _usd(999), _usd(1999), _usd(9999)]

    def sales() -> Iterator[Sale]:
        for number in range(players):
            card = _card(random, f"cus_g{number}", wallets=0.6)
            evening = _moment(random, days)
            for _ in range(min(1 + int(random.expovariate(0.25)), 30)):
                if random.random() < 0.4:
                    evening = _moment(random, days)
                at = evening + timedelta(seconds=random.randrange(4 * 3600))
                price = random.choices(prices, weights=(30, 40, 15, 10, 5))[0]
                yield from _attempts(random, card, at, price, fails=0.03, twice=0.002)

    return _merchant(random, "game", "PIXELQUEST COINS", sales, prices)


def _attempts(
    random: Random, card: Card, at: datetime, amount: Money, *, fails: float, twice: float
) -> Iterator[Sale]:
    if random.random() < fails:
        yield Sale(
            card=card, at=at - timedelta(seconds=random.randrange(20, 3600)), amount=amount, paid=False
        )
        if random.random() < 0.3:
            return
    yield Sale(card=card, at=at, amount=amount)
    if random.random() < twice:
        yield Sale(card=card, at=at + timedelta(seconds=random.randrange(5, 900)), amount=amount)


def _merchant(
    random: Random, name: str, descriptor: str, sales: Callable[[], Iterator[Sale]], prices: list[Money]
) -> Merchant:
    charges = tuple(_charge(random, f"ch_{number}", sale, descriptor) for number, sale in enumerate(sales()))
    days = (max(charge.created for charge in charges) - OPENING).days

    def foreign_sale(chance: Random) -> ChargeSnapshot:
        card = _card(chance, "cus_foreign", wallets=0.35)
        sale = Sale(card=card, at=_moment(chance, days), amount=chance.choice(prices))
        return _charge(chance, "ch_foreign", sale, descriptor)

    return Merchant(name=name, descriptor=descriptor, charges=charges, foreign_sale=foreign_sale)


def _card(random: Random, customer: str, *, wallets: float) -> Card:
    wallet = random.choice(("apple_pay", "google_pay")) if random.random() < wallets else None
    return Card(
        customer=customer,
        brand=random.choice(_BRANDS),
        last4=_digits(random, 4),
        wallet=wallet,
        device_last4=_digits(random, 4) if wallet else None,
        device_shown=random.random() < 0.7,
    )


def _charge(random: Random, charge_id: str, sale: Sale, descriptor: str) -> ChargeSnapshot:
    card, amount = sale.card, sale.amount
    localised = amount.currency == "USD" and random.random() < 0.03
    return ChargeSnapshot(
        id=charge_id,
        payment_intent=charge_id.replace("ch_", "pi_"),
        customer=card.customer,
        amount=amount,
        captured_minor=amount.amount_minor if sale.paid else 0,
        captured=sale.paid,
        status=ChargeStatus.SUCCEEDED if sale.paid else ChargeStatus.FAILED,
        created=sale.at,
        livemode=True,
        presentment=Money(amount_minor=amount.amount_minor * 92 // 100, currency="EUR")
        if localised
        else None,
        last4=card.last4,
        dynamic_last4=card.device_last4 if card.device_shown else None,
        wallet=card.wallet,
        fingerprint=f"fp_{card.customer}",
        brand=card.brand,
        auth_code=_auth_code(random) if sale.paid and random.random() < 0.97 else None,
        network_transaction_id=_network_id(random, card.brand, sale.at) if sale.paid else None,
        descriptor=descriptor,
        order_ids=(f"order-{charge_id}-{_digits(random, 4)}",),
        origin=SnapshotOrigin.INDEX,
        as_of=sale.at,
    )


def _auth_code(random: Random) -> str:
    if random.random() < 0.8:
        return _digits(random, 6)
    return "".join(random.choices(_ALPHANUMERIC, k=6))


def _network_id(random: Random, brand: str, at: datetime) -> str:
    if brand != "mastercard":
        return _digits(random, 15)
    return "MCC" + "".join(random.choices(_ALPHANUMERIC, k=6)) + f"{at:%m%d}"


def _price(random: Random) -> Money:
    currency = random.choices(("USD", "EUR", "JPY", "KWD"), weights=(85, 10, 3, 2))[0]
    euros = random.lognormvariate(3.4, 0.9)
    if currency == "JPY":
        return Money(amount_minor=max(round(euros) * 150, 50), currency=currency)
    if currency == "KWD":
        return Money(amount_minor=max(round(euros * 33) * 10, 100), currency=currency)
    round_price = random.random() < 0.4
    return Money(
        amount_minor=max(round(euros) * 100 - 1 if round_price else round(euros * 100), 99), currency=currency
    )


def _moment(random: Random, days: int) -> datetime:
    return OPENING + timedelta(seconds=random.randrange(days * 86_400))


def _digits(random: Random, count: int) -> str:
    return "".join(random.choices("0123456789", k=count))


def _usd(minor: int) -> Money:
    return Money(amount_minor=minor, currency="USD")
