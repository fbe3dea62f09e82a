"""What is read before a packet is built: everything Stripe knows of the sale, with few calls, extras by permission."""

from typing import Any

import pytest
from dispute_support import days_ago, disputed
from gateway_support import SHOP, Sandbox, Shops, credentials, usd
from pydantic import SecretStr

from chargebacks.dossier import Dossier
from chargebacks.errors import NeedsOperator, TryLater
from chargebacks.evidence_items import Address
from stripe_gateway.ce3_prefill import ce3_filled_of
from stripe_gateway.gateway import Gateway

Calls = list[tuple[str, str]]
JANE = {
    "name": "Jane Doe",
    "email": "jane@example.com",
    "address": {"line1": "1 Main St", "city": "Reno", "postal_code": "89501", "country": "US"},
}


async def dispute_about(sandbox: Sandbox, charge: dict[str, Any], **facts: Any) -> str:
    opened: dict[str, Any] = await sandbox.control("POST", "/disputes", {"charge": charge["id"], **facts})
    return str(opened["id"])


async def customer(sandbox: Sandbox) -> str:
    made = await sandbox.api("POST", "/v1/customers", {"email": "jane@example.com", "name": "Jane Doe"})
    return str(made["id"])


async def warned_charge(sandbox: Sandbox, **facts: Any) -> dict[str, Any]:
    charge = await sandbox.charge(**facts)
    await sandbox.control("POST", "/early_fraud_warnings", {"charge": charge["id"]})
    return charge


async def test_sale(sandbox: Sandbox, gateway: Gateway) -> None:
    """Who bought, where it went, what the bank had checked, and what has gone back since."""
    charge = await sandbox.charge(
        amount=4200,
        created=days_ago(20),
        billing_details=JANE,
        shipping={**JANE, "carrier": "UPS", "tracking_number": "1Z999"},
        description="A lamp",
        receipt_email="jane@example.com",
        three_d_secure={"result": "authenticated", "version": "2.2.0", "electronic_commerce_indicator": "05"},
        metadata={"customer_ip": "203.0.113.7"},
    )
    refund = await sandbox.api("POST", "/v1/refunds", {"charge": charge["id"], "amount": 700})
    await sandbox.control("POST", f"/refunds/{refund['id']}/settle", {})
    id = await dispute_about(sandbox, charge)

    sale = (found := await gateway.read_dossier(SHOP, id)).sale

    assert (found.dispute.id, sale.charge.id, sale.charge.amount) == (id, charge["id"], usd(4200))
    assert (sale.billing.name, sale.billing.email) == ("Jane Doe", "jane@example.com")
    assert sale.billing.address is not None
    assert sale.billing.address.one_line() == "1 Main St, Reno 89501, US"
    assert sale.shipment is not None
    assert (sale.shipment.to.name, sale.shipment.carrier, sale.shipment.tracking_number) == (
        "Jane Doe",
        "UPS",
        "1Z999",
    )
    assert (sale.eci, sale.three_d_secure_result, sale.three_d_secure_version) == (
        "05",
        "authenticated",
        "2.2.0",
    )
    assert (sale.description, sale.receipt_email) == ("A lamp", "jane@example.com")
    assert sale.checks.cvc is not None
    assert found.purchase_ip == "203.0.113.7"
    assert [(one.amount_minor, one.arn is not None) for one in sale.charge.refunds] == [(700, True)]


async def test_subscription_payment(sandbox: Sandbox, gateway: Gateway) -> None:
    """The invoice that was paid with its lines, the subscription behind it, and how often it had been paid before."""
    began = await sandbox.control(
        "POST", "/subscriptions", {"amount": 1999, "product": "Pro plan", "created": days_ago(70)}
    )
    path = f"/subscriptions/{began['subscription']['id']}"
    renewals = [
        await sandbox.control("POST", f"{path}/renew", {"created": days_ago(days)}) for days in (40, 9)
    ]
    await sandbox.control("POST", f"{path}/cancel", {"canceled_at": days_ago(5), "comment": "Too dear."})

    found = await gateway.read_dossier(SHOP, await dispute_about(sandbox, renewals[-1]["charge"]))

    assert found.customer is not None
    assert found.customer.party.email == "subscriber@example.com"
    assert found.invoice is not None
    assert (found.invoice.id, found.invoice.total) == (renewals[-1]["invoice"]["id"], usd(1999))
    assert [line.amount for line in found.invoice.lines] == [usd(1999)]
    assert found.invoice.lines[0].period_start is not None
    assert found.subscription is not None
    assert (found.subscription.status, found.subscription.products) == ("canceled", ("Pro plan",))
    assert (found.subscription.paid_invoices, found.subscription.cancellation_comment) == (2, "Too dear.")
    assert found.subscription.current_period_end is not None
    assert [one.id for one in found.earlier] == [renewals[0]["charge"]["id"], began["charge"]["id"]]


async def test_few_calls(sandbox: Sandbox, gateway: Gateway, calls: Calls) -> None:
    """Reads are rationed: nine of them for a subscription payment, each for something of its own."""
    began = await sandbox.control("POST", "/subscriptions", {"amount": 1999})
    id = await dispute_about(sandbox, began["charge"])

    await gateway.read_dossier(SHOP, id)

    assert {method for method, _ in calls} == {"GET"}
    assert sorted(path for _, path in calls) == [
        "/v1/account",
        "/v1/charges",
        f"/v1/customers/{began['subscription']['customer']}",
        "/v1/disputes",
        f"/v1/disputes/{id}",
        "/v1/invoice_payments",
        "/v1/invoices",
        "/v1/radar/early_fraud_warnings",
        f"/v1/subscriptions/{began['subscription']['id']}",
    ]


async def test_history_of_a_customer(sandbox: Sandbox, gateway: Gateway, calls: Calls) -> None:
    """The customer's earlier charges, newest first; what speaks against one as a prior transaction is known."""
    jane = await customer(sandbox)
    facts: dict[str, Any] = {"customer": jane, "fingerprint": "fp_1"}
    reported = await warned_charge(sandbox, created=days_ago(300), **facts)
    good = await sandbox.charge(created=days_ago(200), metadata={"ip": "203.0.113.7"}, **facts)
    other_card = await sandbox.charge(created=days_ago(190), customer=jane, fingerprint="fp_2")
    bad = await sandbox.charge(created=days_ago(180), **facts)
    await dispute_about(sandbox, bad)
    recent = await warned_charge(sandbox, created=days_ago(30), **facts)
    uncaptured = await sandbox.charge(created=days_ago(150), captured=False, **facts)
    sold = await sandbox.charge(created=days_ago(10), **facts)
    await sandbox.charge(created=days_ago(1), **facts)
    id = await dispute_about(sandbox, sold)
    calls.clear()

    earlier = (await gateway.read_dossier(SHOP, id)).earlier

    assert [one.id for one in earlier] == [
        one["id"] for one in (recent, uncaptured, bad, other_card, good, reported)
    ]
    by_id = {one.id: one for one in earlier}
    assert {one.id for one in earlier if one.disputed} == {bad["id"]}
    assert {one.id for one in earlier if not one.same_card} == {other_card["id"]}
    assert {one.id for one in earlier if one.validation_only} == {uncaptured["id"]}
    assert by_id[reported["id"]].fraud_reported
    assert not by_id[good["id"]].fraud_reported
    assert by_id[good["id"]].purchase_ip == "203.0.113.7"
    asked = [path for _, path in calls if path == "/v1/radar/early_fraud_warnings"]
    assert len(asked) == 1 + len((good, reported))


async def test_few_priors_are_checked(sandbox: Sandbox, gateway: Gateway, calls: Calls) -> None:
    """However long the history: the fraud reports of a few charges only are read."""
    jane = await customer(sandbox)
    for days in range(130, 139):
        await sandbox.charge(created=days_ago(days), customer=jane)
    id = await dispute_about(sandbox, await sandbox.charge(customer=jane))
    calls.clear()

    found = await gateway.read_dossier(SHOP, id)

    assert len(found.earlier) == 9
    assert sum(path == "/v1/radar/early_fraud_warnings" for _, path in calls) == 1 + 4


async def test_history_of_a_guest(sandbox: Sandbox, gateway: Gateway) -> None:
    """Without a customer the card's fingerprint finds the earlier charges."""
    earlier = await sandbox.charge(created=days_ago(200), fingerprint="fp_1")
    await sandbox.charge(created=days_ago(200), fingerprint="fp_2")
    id = await dispute_about(sandbox, await sandbox.charge(created=days_ago(5), fingerprint="fp_1"))

    found = await gateway.read_dossier(SHOP, id)

    assert [(one.id, one.same_card) for one in found.earlier] == [(earlier["id"], True)]
    assert found.customer is None


async def test_other_disputes(sandbox: Sandbox, gateway: Gateway) -> None:
    """The other disputes of the same payment are told, this one is not among them."""
    charge = await sandbox.charge(amount=5000)
    ids = [await dispute_about(sandbox, charge, amount=amount) for amount in (2000, 3000)]

    found = await gateway.read_dossier(SHOP, ids[0])

    assert [one.id for one in found.other_disputes] == [ids[1]]


async def test_signals(sandbox: Sandbox, gateway: Gateway) -> None:
    """An early fraud warning and a review of the charge, with the address the buyer came from."""
    charge = await warned_charge(sandbox)
    id = await dispute_about(sandbox, charge)
    review = await sandbox.control("POST", "/reviews", {"charge": charge["id"], "ip_address": "203.0.113.9"})

    found = await gateway.read_dossier(SHOP, id)

    assert [one.fraud_type for one in found.warnings] == ["unauthorized_use_of_card"]
    assert [(one.id, one.open) for one in found.reviews] == [(review["id"], True)]
    assert found.purchase_ip == "203.0.113.9"


async def test_prefilled(sandbox: Sandbox, gateway: Gateway) -> None:
    """What Stripe has filled in stands there word for word; the dispute itself shows hashes only."""
    await sandbox.control("POST", "/settings", {"prefill_evidence": True})
    made = await disputed(sandbox, charge={"billing_details": JANE})

    found = await gateway.read_dossier(SHOP, made["id"])

    assert found.prefilled["customer_name"] == "Jane Doe"
    assert set(found.dispute.staged) == set(found.prefilled)
    assert "Jane" not in found.dispute.model_dump_json()


@pytest.mark.parametrize(
    ("metadata", "filled", "ip"),
    [
        ({"ip": "203.0.113.7"}, "203.0.113.8", "203.0.113.7"),
        ({"ip": "unknown"}, "203.0.113.8", "203.0.113.8"),
        ({"purchase_ip": "2001:db8::7"}, "", "2001:db8::7"),
        ({}, "", None),
    ],
)
async def test_purchase_ip(
    sandbox: Sandbox, gateway: Gateway, metadata: dict[str, str], filled: str, ip: str | None
) -> None:
    """What the merchant kept at checkout goes before what stands in the evidence; only an IP address counts."""
    made = await disputed(sandbox, charge={"metadata": metadata})
    await gateway.stage_evidence(SHOP, made["id"], {"customer_purchase_ip": filled})

    assert (await gateway.read_dossier(SHOP, made["id"])).purchase_ip == ip


async def test_merchant(sandbox: Sandbox, gateway: Gateway) -> None:
    """The letter is the account's: under its business name."""
    made = await disputed(sandbox)
    account = await sandbox.api("GET", "/v1/account")

    found = await gateway.read_dossier(SHOP, made["id"])

    assert found.merchant_name == account["business_profile"]["name"]


async def limited(sandbox: Sandbox, shops: Shops, *scopes: str) -> None:
    await sandbox.control("POST", "/keys", {"key": "rk_test_x", "account": "acct_1Sandbox", "scopes": scopes})
    shops.by_name[SHOP] = credentials(api_key=SecretStr("rk_test_x"))


async def test_missing_permissions(sandbox: Sandbox, gateway: Gateway, shops: Shops) -> None:
    """A key that reads disputes and charges is enough: everything else is left out."""
    began = await sandbox.control("POST", "/subscriptions", {"amount": 1999, "created": days_ago(150)})
    path = f"/subscriptions/{began['subscription']['id']}"
    sold = (await sandbox.control("POST", f"{path}/renew", {"created": days_ago(1)}))["charge"]
    id = await dispute_about(sandbox, sold)
    await limited(sandbox, shops, "dispute_read", "charge_read")

    found = await gateway.read_dossier(SHOP, id)

    assert (found.customer, found.invoice, found.subscription, found.merchant_name) == (None, None, None, "")
    assert (found.warnings, found.reviews) == ((), ())
    assert [one.id for one in found.earlier] == [began["charge"]["id"]]


async def test_subscription_alone_may_be_missing(sandbox: Sandbox, gateway: Gateway, shops: Shops) -> None:
    """Each extra is left out by itself."""
    began = await sandbox.control("POST", "/subscriptions", {"amount": 1999})
    id = await dispute_about(sandbox, began["charge"])
    await limited(sandbox, shops, "dispute_read", "charge_read", "invoice_read")

    found = await gateway.read_dossier(SHOP, id)

    assert found.invoice is not None
    assert found.subscription is None


async def test_disputes_must_be_readable(sandbox: Sandbox, gateway: Gateway, shops: Shops) -> None:
    """Without the dispute there is nothing to build on: a person must grant the permission."""
    made = await disputed(sandbox)
    await limited(sandbox, shops, "charge_read")

    with pytest.raises(NeedsOperator) as refused:
        await gateway.read_dossier(SHOP, made["id"])

    assert refused.value.reason == "permission_missing"


@pytest.mark.parametrize("path", ["/v1/customers", "/v1/account$", "early_fraud_warnings$", "/v1/invoice"])
async def test_failures_are_not_left_out(sandbox: Sandbox, gateway: Gateway, path: str) -> None:
    """A dossier is whole or is read again: an extra that could not be had just now is no missing permission."""
    began = await sandbox.control("POST", "/subscriptions", {"amount": 1999})
    id = await dispute_about(sandbox, began["charge"])
    await sandbox.fault("GET", path, "503", nth=1)

    with pytest.raises(TryLater):
        await gateway.read_dossier(SHOP, id)
    found = await gateway.read_dossier(SHOP, id)

    assert isinstance(found, Dossier)


async def test_deleted_customer(sandbox: Sandbox, gateway: Gateway) -> None:
    """Of a deleted customer nothing is left to tell."""
    jane = await customer(sandbox)
    id = await dispute_about(sandbox, await sandbox.charge(customer=jane))
    await sandbox.api("DELETE", f"/v1/customers/{jane}")

    assert (await gateway.read_dossier(SHOP, id)).customer is None


def test_what_stripe_filled_in_for_compelling_evidence() -> None:
    """Stripe's own CE 3.0 evidence is read, so that it can be completed and never overwritten."""
    prior = {"charge": "ch_old", "customer_purchase_ip": "203.0.113.7", "shipping_address": {"city": "Reno"}}
    given = {
        "disputed_transaction": {"merchandise_or_services": "services", "customer_email_address": None},
        "prior_undisputed_transactions": [prior],
    }

    filled = ce3_filled_of({"enhanced_evidence": {"visa_compelling_evidence_3": given}})

    assert filled is not None
    assert (filled.merchandise_or_services, filled.disputed.email) == ("services", None)
    assert [(one.charge, one.purchase_ip) for one in filled.priors] == [("ch_old", "203.0.113.7")]
    assert filled.priors[0].shipping_address == Address(city="Reno")
    assert ce3_filled_of({"enhanced_evidence": {}}) is None
