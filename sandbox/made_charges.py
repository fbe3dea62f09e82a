"""Charges made by the control plane: single ones with every identifier chosen, or a hundred thousand at once."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sandbox import funds, test_cards
from sandbox.errors import invalid
from sandbox.resources import balance_transactions, charges, customers, payment_intents, payment_methods
from sandbox.resources.charges import CHARGES
from sandbox.shapes import CARD_FACTS, Json
from sandbox.state import Account, Sandbox
from sandbox.tables import Object, Recipe

BRANDS, BRAND_WEIGHTS = ("visa", "mastercard", "amex", "discover"), (60, 30, 7, 3)
FIELDS = frozenset(
    (
        "id", "amount", "currency", "created", "status", "captured", "amount_captured", "customer",
        "payment_method", "payment_intent", "billing_details", "failure_code", "outcome",
        *charges.REPLACEABLE, *CARD_FACTS,
    )
)  # fmt: skip
"""What may be given for a single charge."""


def make_one(sandbox: Sandbox, account: Account, given: Json, *, emit: bool) -> Object:
    """One charge with exactly the given fields, its payment method and, unless refused, its payment intent."""
    token = given.get("payment_method", "pm_card_visa")
    card = test_cards.by_token(token)
    if card is None:
        raise invalid(f"No such test token: {token}", param="payment_method")
    if (customer := given.get("customer")) is not None:
        customers.living(account, customer)
    method = payment_methods.make(sandbox, account, card, billing=given.get("billing_details"))
    if customer is not None:
        payment_methods.PAYMENT_METHODS.rows(account).set(method, "customer", customer)
    return charge_method(sandbox, account, given, method, emit=emit)


def charge_method(sandbox: Sandbox, account: Account, given: Json, method: Object, *, emit: bool) -> Object:
    """A charge on a payment method that exists, with exactly the given fields."""
    status = given.get("status", "succeeded")
    if status not in ("succeeded", "failed", "pending"):
        raise invalid(f"Invalid status: {status}", param="status")
    card = account.card_of_method.get(method["id"])
    charge = charges.shape(_facts(sandbox, account, given, method, status))
    charges.complete(sandbox, account, charge, card=card, emit=emit)
    if charge["payment_intent"] is not None:
        intent = _intent(charge)
        payment_intents.PAYMENT_INTENTS.rows(account).add(intent)
        if emit and intent["status"] == "succeeded":
            sandbox.emit(account, "payment_intent.succeeded", intent)
    return charge


def _facts(sandbox: Sandbox, account: Account, given: Json, method: Object, status: str) -> Json:
    captured = bool(given.get("captured", True)) and status == "succeeded"
    card = charges.card_facts(method) | {name: given[name] for name in CARD_FACTS if name in given}
    if "brand" in given:
        card.setdefault("network", given["brand"])
    if "last4" in given and "fingerprint" not in given:
        other = replace(test_cards.ORDINARY, number=f"{card['brand']}{given['last4']}")
        card["fingerprint"] = other.fingerprint(account.id)
    if card.get("checks"):
        card["checks"] = method["card"]["checks"] | card["checks"]
    _show_on_method(method, card)
    return {name: given[name] for name in charges.REPLACEABLE if name in given} | {
        "id": given.get("id") or sandbox.ids.next("ch"),
        "created": given.get("created", sandbox.clock.now()),
        "amount": given["amount"],
        "currency": given.get("currency", account.default_currency),
        "status": status,
        "captured": captured,
        "amount_captured": given.get("amount_captured", given["amount"]) if captured else 0,
        "payment_intent": sandbox.ids.next("pi") if given.get("payment_intent", True) else None,
        "customer": given.get("customer"),
        "payment_method": method["id"],
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "descriptor": charges.descriptor(account, given.get("statement_descriptor_suffix")),
        "card": card,
        "failure_code": given.get("failure_code", "card_declined") if status == "failed" else None,
        "outcome": given.get("outcome") or {},
    }


def _intent(charge: Object) -> Object:
    """The payment intent behind a charge that the control plane makes."""
    intent = payment_intents.shape(
        charge["payment_intent"],
        created=charge["created"],
        amount=charge["amount"],
        currency=charge["currency"],
    )
    succeeded, captured = charge["status"] == "succeeded", charge["captured"]
    intent |= {
        "amount_capturable": charge["amount"] if succeeded and not captured else 0,
        "amount_received": charge["amount_captured"],
        "capture_method": "automatic_async" if captured or not succeeded else "manual",
        "customer": charge["customer"],
        "latest_charge": charge["id"],
        "metadata": dict(charge["metadata"]),
        "payment_method": charge["payment_method"] if succeeded else None,
        "status": ("succeeded" if captured else "requires_capture")
        if succeeded
        else "requires_payment_method",
    }
    copied = (
        "description", "receipt_email", "shipping", "statement_descriptor", "statement_descriptor_suffix",
        "transfer_group", "transfer_data", "application_fee_amount", "on_behalf_of",
    )  # fmt: skip
    return intent | {name: charge[name] for name in copied}


def _show_on_method(method: Object, card: Json) -> None:
    method["card"] |= {name: card[name] for name in method["card"] if name in card and name != "wallet"}
    if card.get("wallet"):
        wallet = card["wallet"]
        method["card"]["wallet"] = {"dynamic_last4": None, wallet["type"]: {}, **wallet}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """How many charges to draw, over which time, and from which amounts, currencies and customers."""

    count: int
    first: int
    last: int
    amounts: tuple[int, ...]
    currencies: tuple[str, ...]
    customers: int
    seed: int


def make_many(sandbox: Sandbox, account: Account, bulk: Bulk) -> Json:
    """Captured charges as recipes: an object is built when somebody looks at it."""
    draw = random.Random(bulk.seed)
    people = [
        customers.make(sandbox, account, email=f"customer{n}@example.com", created=bulk.first)["id"]
        for n in range(1, bulk.customers + 1)
    ]
    cards = {person: _draw_card(draw) for person in people}
    rows = [_draw_charge(sandbox, account, bulk, draw, n, people, cards) for n in range(bulk.count)]
    CHARGES.rows(account).add_recipes(
        (f["id"], f["created"], charges.index_values(f), partial(charges.shape, f)) for f in rows
    )
    payment_intents.PAYMENT_INTENTS.rows(account).add_recipes(_intents(rows))
    transactions = balance_transactions.BALANCE_TRANSACTIONS.rows(account)
    transactions.add_recipes(_transactions(rows, now=sandbox.clock.now()))
    takings: Counter[str] = Counter()
    for facts in rows:
        takings[facts["currency"]] += facts["amount"] - funds.processing_fee(facts["amount"])
    for currency, amount in takings.items():
        account.balances.adjust(amount, currency=currency)
    return {"count": len(rows), "first": rows[0]["id"], "last": rows[-1]["id"], "customers": people}


def _draw_card(draw: random.Random) -> Json:
    brand = draw.choices(BRANDS, BRAND_WEIGHTS)[0]
    return {
        "brand": brand,
        "country": "US",
        "exp_month": draw.randint(1, 12),
        "exp_year": datetime.now(UTC).year + draw.randint(1, 4),
        "fingerprint": f"{draw.getrandbits(64):016x}",
        "funding": draw.choice(("credit", "debit")),
        "last4": f"{draw.randrange(10_000):04d}",
        "wallet": None,
    }


def _draw_charge(
    sandbox: Sandbox,
    account: Account,
    bulk: Bulk,
    draw: random.Random,
    number: int,
    people: list[str],
    cards: dict[str, Json],
) -> Json:
    person = draw.choice(people) if people else None
    amount = draw.choice(bulk.amounts)
    return {
        "id": sandbox.ids.next("ch"),
        "created": bulk.first + (bulk.last - bulk.first) * number // bulk.count,
        "amount": amount,
        "currency": draw.choice(bulk.currencies),
        "status": "succeeded",
        "captured": True,
        "amount_captured": amount,
        "payment_intent": sandbox.ids.next("pi"),
        "customer": person,
        "payment_method": None,
        "balance_transaction": sandbox.ids.next("txn"),
        "descriptor": charges.descriptor(account, None),
        "card": cards[person] if person else _draw_card(draw),
    }


def _intents(rows: list[Json]) -> Iterator[tuple[str, int, dict[str, Any], Recipe]]:
    def recipe(facts: Json) -> Object:
        return _intent(charges.shape(facts))

    for facts in rows:
        indexed = {"customer": facts["customer"]}
        yield facts["payment_intent"], facts["created"], indexed, partial(recipe, facts)


def _transactions(rows: list[Json], *, now: int) -> Iterator[tuple[str, int, dict[str, Any], Recipe]]:
    for facts in rows:
        recipe = partial(
            funds.balance_transaction,
            facts["balance_transaction"],
            type="charge",
            amount=facts["amount"],
            fee=funds.processing_fee(facts["amount"]),
            currency=facts["currency"],
            source=facts["id"],
            created=facts["created"],
            available_on=facts["created"] + 2 * 86_400,
            now=now,
        )
        indexed = {"source": facts["id"], "type": "charge"}
        yield facts["balance_transaction"], facts["created"], indexed, recipe
