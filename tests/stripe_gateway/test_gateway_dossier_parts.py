"""The rarer shapes of what a dossier is made of, as Stripe's JSON brings them."""

from typing import Any

import pytest
from gateway_support import NOON, SHOP, Wire, a_card, a_stripe_charge, usd
from structlog.testing import capture_logs

from chargebacks.dossier import Party
from stripe_gateway import dossier_wire
from stripe_gateway.conversion import Reading
from stripe_gateway.dossier_conversion import (
    earlier_charge_of,
    invoice_of,
    merchant_of,
    sale_of,
    subscription_of,
)
from stripe_gateway.gateway import Gateway

READING = Reading(livemode=False, order_keys=(), as_of=NOON)


def a_list(*objects: Any, has_more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": list(objects), "has_more": has_more}


def a_line(description: str = "Pro plan", amount: int = 1500) -> dict[str, Any]:
    return {"description": description, "amount": amount, "currency": "usd", "quantity": 1}


def an_invoice(**changes: Any) -> dict[str, Any]:
    return {
        "id": "in_1",
        "created": 1_761_998_400,
        "total": 1500,
        "amount_paid": 1500,
        "currency": "usd",
        "lines": a_list(a_line()),
    } | changes


def a_subscription(**changes: Any) -> dict[str, Any]:
    price = {"nickname": None, "product": "prod_1"}
    return {"id": "sub_1", "status": "active", "created": 1, "items": a_list({"price": price})} | changes


def a_charge(**changes: Any) -> dict[str, Any]:
    return a_stripe_charge(paid=True) | changes


def stripe_with(wire: Wire, *, charge: dict[str, Any]) -> None:
    """One dispute about this charge; every list is empty unless the test fills it."""
    dispute = {
        "id": "du_1",
        "status": "needs_response",
        "reason": "fraudulent",
        "amount": 4999,
        "currency": "usd",
        "charge": charge,
        "payment_intent": charge["payment_intent"],
        "created": 1_761_998_400,
        "livemode": False,
        "is_charge_refundable": False,
        "evidence_details": {"submission_count": 0},
        "evidence": {},
    }
    wire.at("/v1/disputes/du_1", dispute)
    wire.at("/v1/account", {"id": "acct_1"})
    wire.says(200, a_list())


def paid_invoices(*invoices: dict[str, Any], status: str = "paid") -> dict[str, Any]:
    return a_list(*({"id": "inpay_1", "status": status, "invoice": one} for one in invoices))


async def test_no_search(wired: Gateway, wire: Wire) -> None:
    """Stripe Search does not exist everywhere: a guest's history is left out then, and the log says so."""
    card = a_card(fingerprint="fp_1")
    stripe_with(wire, charge=a_charge(customer=None, payment_method_details={"card": card}))
    refused = {"error": {"type": "invalid_request_error", "message": "Search is not available."}}
    wire.at("/v1/charges/search", refused, status=400)

    with capture_logs() as logs:
        found = await wired.read_dossier(SHOP, "du_1")

    assert found.earlier == ()
    assert [entry["event"] for entry in logs] == ["stripe_search_refused"]


async def test_guest_without_card(wired: Gateway, wire: Wire, calls: list[tuple[str, str]]) -> None:
    """Where neither customer nor card is known nobody is searched for."""
    stripe_with(wire, charge=a_charge(customer=None, payment_method_details={"type": "klarna"}))

    found = await wired.read_dossier(SHOP, "du_1")

    assert found.earlier == ()
    assert not any(path.startswith("/v1/charges") for _, path in calls)


async def test_payment_without_intent(wired: Gateway, wire: Wire, calls: list[tuple[str, str]]) -> None:
    """An old charge without a payment intent has no invoice that could be found, and its disputes hang on it."""
    stripe_with(wire, charge=a_charge(customer=None, payment_intent=None))

    found = await wired.read_dossier(SHOP, "du_1")

    assert found.invoice is None
    assert ("GET", "/v1/invoice_payments") not in calls
    assert any("GET /v1/disputes?charge=ch_1" in head for head in wire.heads)


async def test_long_invoice(wired: Gateway, wire: Wire) -> None:
    """Beyond the ten lines that come with an invoice the rest is fetched."""
    lines = [a_line(f"Item {number}", 100) for number in range(15)]
    stripe_with(wire, charge=a_charge(customer=None))
    invoice = an_invoice(lines=a_list(*lines[:10], has_more=True))
    wire.at("/v1/invoice_payments", paid_invoices(invoice))
    wire.at("/v1/invoices/in_1/lines", a_list(*lines))

    found = await wired.read_dossier(SHOP, "du_1")

    assert found.invoice is not None
    assert len(found.invoice.lines) == 15


async def test_many_refunds(wired: Gateway, wire: Wire) -> None:
    """Beyond the ten refunds that come with a charge the rest is fetched."""
    refunds = [
        {"id": f"re_{n}", "status": "succeeded", "amount": 1, "currency": "usd", "created": 1}
        for n in range(12)
    ]
    stripe_with(wire, charge=a_charge(customer=None, refunds=a_list(*refunds[:10], has_more=True)))
    wire.at("/v1/refunds", a_list(*refunds))

    assert len((await wired.read_dossier(SHOP, "du_1")).sale.charge.refunds) == 12


async def test_deleted_invoice(wired: Gateway, wire: Wire) -> None:
    """Of several invoices one that still exists counts; of a deleted one nothing is left."""
    stripe_with(wire, charge=a_charge(customer=None))
    gone = {"id": "in_0", "deleted": True}

    for invoices, id in (((gone, an_invoice()), "in_1"), ((gone,), None)):
        wire.at("/v1/invoice_payments", paid_invoices(*invoices))
        found = await wired.read_dossier(SHOP, "du_1")
        assert (found.invoice.id if found.invoice else None) == id


async def test_free_invoices_were_not_paid(wired: Gateway, wire: Wire) -> None:
    """The invoice of a free trial is `paid` and took no money: it does not count as an earlier payment."""
    stripe_with(wire, charge=a_charge(customer=None))
    parent = {"subscription_details": {"subscription": "sub_1"}}
    wire.at("/v1/invoice_payments", paid_invoices(an_invoice(parent=parent)))
    wire.at("/v1/invoices", a_list(an_invoice(id="in_0"), an_invoice(id="in_00", amount_paid=0)))
    wire.at("/v1/subscriptions/sub_1", a_subscription())

    found = await wired.read_dossier(SHOP, "du_1")

    assert found.subscription is not None
    assert found.subscription.paid_invoices == 1


def test_credits_on_an_invoice() -> None:
    """An amount has no sign: a credit is said in words."""
    lines = a_list(a_line("Pro plan", 2000), a_line("Unused time on Basic", -500))

    found = invoice_of(dossier_wire.Invoice.model_validate(an_invoice(lines=lines)))

    assert [(line.description, line.amount) for line in found.lines] == [
        ("Pro plan", usd(2000)),
        ("Credit: Unused time on Basic", usd(500)),
    ]


@pytest.mark.parametrize(
    ("prices", "description", "products"),
    [
        ([{"product": {"id": "prod_1", "name": "Pro"}, "nickname": "monthly"}], None, ("Pro",)),
        ([{"product": "prod_1", "nickname": "monthly"}], None, ("monthly",)),
        ([{"product": {"id": "prod_1", "deleted": True}, "nickname": None}], "Club", ("Club",)),
        ([{"product": "prod_1", "nickname": None}], None, ()),
        ([{"product": {"name": "Pro"}}, {"product": {"name": "Seat"}}] * 2, None, ("Pro", "Seat")),
    ],
)
def test_what_is_subscribed_to(
    prices: list[dict[str, Any]], description: str | None, products: tuple[str, ...]
) -> None:
    """By the product's name, else the price's, and by the subscription's own description; each once."""
    items = a_list(*({"price": price} for price in prices))

    found = subscription_of(a_subscription(items=items, description=description), paid_invoices=0)

    assert found.products == products


@pytest.mark.parametrize(
    ("reports", "reported"),
    [
        ({}, False),
        (None, False),
        ({"user_report": "safe"}, False),
        ({"user_report": "fraudulent"}, True),
        ({"stripe_report": "fraudulent"}, True),
    ],
)
def test_reported_by_hand(reports: dict[str, str] | None, reported: bool) -> None:
    """A charge that the merchant or Stripe marked as fraud is no prior transaction."""
    found = earlier_charge_of(a_charge(fraud_details=reports), fingerprint="fp_1")

    assert found.fraud_reported is reported


def test_unknown_cards_are_not_the_same() -> None:
    """Two charges without a fingerprint are not of the same card."""
    charge = a_charge(payment_method_details={"type": "klarna"})

    assert not earlier_charge_of(charge, fingerprint=None).same_card


def test_identifiers_kept_at_checkout() -> None:
    """What CE 3.0 wants to know and Stripe has no field for is read from the merchant's metadata."""
    kept = {"device_fingerprint": "f" * 20, "device_id": "d" * 15, "account_id": "jane", "ip": "203.0.113.7"}

    found = earlier_charge_of(a_charge(metadata=kept), fingerprint=None)

    assert (found.device_fingerprint, found.device_id) == ("f" * 20, "d" * 15)
    assert (found.account_id, found.purchase_ip) == ("jane", "203.0.113.7")


def test_empty_address_forms() -> None:
    """Stripe sends an address without a word in it: that is no address."""
    blank = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))

    found = sale_of(a_charge(billing_details={"name": None, "address": blank}), READING)

    assert found.billing == Party()
    assert found.shipment is None


@pytest.mark.parametrize(
    ("account", "name", "line"),
    [
        (
            {
                "business_profile": {"name": "Lamp Shop", "support_address": {"line1": "1 Desk St"}},
                "company": {"name": "Lamps Inc.", "address": {"line1": "9 Law St"}},
            },
            "Lamp Shop",
            "1 Desk St",
        ),
        (
            {
                "business_profile": {"name": None},
                "settings": {"dashboard": {"display_name": "Lamps"}},
                "company": {"address": {"line1": "9 Law St"}},
            },
            "Lamps",
            "9 Law St",
        ),
        ({"business_profile": None, "settings": {"dashboard": {}}}, "", None),
    ],
)
def test_who_writes(account: dict[str, Any], name: str, line: str | None) -> None:
    """The name and the address that customers see go before those of the company."""
    found, address = merchant_of(account)

    assert found == name
    assert (address.line1 if address else None) == line
