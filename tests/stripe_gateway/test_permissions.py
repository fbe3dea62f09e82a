"""Trying out what a key may do: the truth about every permission, and not a trace at Stripe."""

from typing import Any

import pytest
from gateway_support import Sandbox, Wire, credentials
from pydantic import SecretStr

from chargebacks.errors import NeedsOperator
from chargebacks.permissions import Permission, Probe, Standing
from stripe_gateway.gateway import Gateway

SCOPES = {
    Permission.CHARGES_READ: "charge_read",
    Permission.CHARGES_WRITE: "charge_write",
    Permission.PAYMENT_INTENTS_READ: "payment_intent_read",
    Permission.PAYMENT_INTENTS_WRITE: "payment_intent_write",
    Permission.SUBSCRIPTIONS_READ: "subscription_read",
    Permission.SUBSCRIPTIONS_WRITE: "subscription_write",
    Permission.DISPUTES_READ: "dispute_read",
    Permission.DISPUTES_WRITE: "dispute_write",
    Permission.FILES_WRITE: "file_write",
    Permission.CUSTOMERS_READ: "customer_read",
    Permission.INVOICES_READ: "invoice_read",
    Permission.CREDIT_NOTES_READ: "credit_note_read",
    Permission.PAYMENT_METHODS_READ: "payment_method_read",
    Permission.EVENTS_READ: "event_read",
    Permission.EARLY_FRAUD_WARNINGS_READ: "early_fraud_warning_read",
    Permission.REVIEWS_READ: "review_read",
    Permission.BALANCE_TRANSACTIONS_READ: "balance_transaction_read",
    Permission.ACCOUNT_READ: "accounts_kyc_basic_read",
    Permission.WEBHOOK_ENDPOINTS_WRITE: "webhook_write",
}
"""What the stand-in calls each of them."""

RESTRICTED = credentials(api_key=SecretStr("rk_test_probed"))


async def probed(sandbox: Sandbox, gateway: Gateway, *scopes: str) -> dict[Permission, Probe]:
    """What is found out about a restricted key with these scopes."""
    key = {"key": "rk_test_probed", "account": "acct_1Sandbox", "scopes": list(scopes)}
    await sandbox.control("POST", "/keys", key)
    return {probe.permission: probe for probe in await gateway.probe_permissions(RESTRICTED)}


def that(state: Standing, found: dict[Permission, Probe]) -> set[Permission]:
    return {permission for permission, probe in found.items() if probe.state is state}


async def test_a_key_with_everything(sandbox: Sandbox, gateway: Gateway) -> None:
    """Every permission is told, in the table's order, and all are there."""
    found = await probed(sandbox, gateway, *SCOPES.values())

    assert list(found) == list(Permission)
    assert that(Standing.HAS, found) == set(Permission)


async def test_a_key_with_nothing(sandbox: Sandbox, gateway: Gateway) -> None:
    """Each missing one carries what Stripe calls it."""
    found = await probed(sandbox, gateway)

    assert that(Standing.LACKS, found) == set(Permission)
    assert {
        name: f"rak_{scope}" in (found[name].note or "") for name, scope in SCOPES.items()
    } == dict.fromkeys(Permission, True)


@pytest.mark.parametrize("missing", list(Permission))
async def test_each_missing_permission_is_found(
    sandbox: Sandbox, gateway: Gateway, missing: Permission
) -> None:
    """By itself, with nothing else mistaken; a key that may only read keeps the reading."""
    scope = SCOPES[missing]
    granted = [other for other in SCOPES.values() if other not in (scope, scope.replace("_read", "_write"))]
    if scope.endswith("_write"):
        granted.append(scope.replace("_write", "_read"))

    found = await probed(sandbox, gateway, *granted)

    lacking = {name for name, other in SCOPES.items() if other in (scope, scope.replace("_read", "_write"))}
    assert that(Standing.LACKS, found) == lacking
    assert that(Standing.HAS, found) == set(Permission) - lacking


async def test_nothing_is_done(sandbox: Sandbox, gateway: Gateway) -> None:
    """With every permission, among real charges, disputes and subscriptions: not one event, object or movement."""
    charge = await sandbox.charge()
    await sandbox.control("POST", "/disputes", {"charge": charge["id"], "reason": "fraudulent"})
    await sandbox.control("POST", "/subscriptions", {"amount": 1999})
    before = await everything(sandbox)

    await probed(sandbox, gateway, *SCOPES.values())

    assert await everything(sandbox) == before
    writes = [call for call in await sandbox.requests() if call["key"] == "obed" and call["method"] != "GET"]
    assert len(writes) == 6
    assert all(call["status"] >= 400 for call in writes)


async def everything(sandbox: Sandbox) -> list[Any]:
    lists = ("events", "charges", "refunds", "disputes", "subscriptions", "files", "payment_intents")
    seen = [await sandbox.api("GET", f"/v1/{name}?limit=100") for name in (*lists, "webhook_endpoints")]
    return [*seen, await sandbox.control("GET", "/ledger")]


async def test_writes_are_about_nothing_and_would_change_nothing(sandbox: Sandbox, gateway: Gateway) -> None:
    """Ids that Stripe cannot have made, no parameter that acts, a dispute never without submit=false, no cancelling
    and no closing, and no idempotency key that a later probe would be answered from."""
    await probed(sandbox, gateway, *SCOPES.values())
    await probed(sandbox, gateway, *SCOPES.values())
    calls = [call for call in await sandbox.requests() if call["key"] == "obed" and call["method"] != "GET"]

    assert {(call["method"], call["path"]): call["parameters"] for call in calls} == {
        ("POST", "/v1/refunds"): {"charge": "ch_permission_probe"},
        ("POST", "/v1/payment_intents/pi_permission_probe"): {},
        ("POST", "/v1/subscriptions/sub_permission_probe"): {},
        ("POST", "/v1/disputes/du_permission_probe"): {"submit": "false"},
        ("POST", "/v1/files"): {"purpose": "permission_probe"},
        ("POST", "/v1/webhook_endpoints/we_permission_probe"): {},
    }
    keys = [call["idempotency_key"] for call in calls]
    assert len(set(keys)) == len(keys)


async def test_an_unrestricted_key(gateway: Gateway, calls: list[tuple[str, str]]) -> None:
    """It may do everything, which needs no call, and a person is told what would be safer."""
    found = await gateway.probe_permissions(credentials())

    assert [probe.permission for probe in found] == list(Permission)
    assert {probe.state for probe in found} == {Standing.HAS}
    assert all("restricted" in (probe.note or "") for probe in found)
    assert calls == []


async def test_either_permission_to_refund_will_do(sandbox: Sandbox, gateway: Gateway) -> None:
    """Sources differ on its name: what counts is that a refund would be taken."""
    found = await probed(sandbox, gateway, "charge_read", "refund_write")

    assert found[Permission.CHARGES_WRITE].state is Standing.HAS


async def test_what_is_throttled_or_broken_stays_unknown(sandbox: Sandbox, gateway: Gateway) -> None:
    """Neither has nor lacks, with the reason; the others are told all the same."""
    await sandbox.fault("GET", "^/v1/customers/", "429")
    await sandbox.fault("POST", "^/v1/files$", "500")

    found = await probed(sandbox, gateway, *SCOPES.values())

    assert that(Standing.UNKNOWN, found) == {Permission.CUSTOMERS_READ, Permission.FILES_WRITE}
    assert "too many requests" in (found[Permission.CUSTOMERS_READ].note or "")
    assert "server error" in (found[Permission.FILES_WRITE].note or "")


@pytest.mark.parametrize(
    ("status", "error", "state"),
    [
        (404, {"code": "resource_missing"}, Standing.HAS),
        (400, {"code": "parameter_missing"}, Standing.HAS),
        (400, {"code": "parameter_invalid_empty"}, Standing.HAS),
        (400, {}, Standing.HAS),
        (404, {}, Standing.UNKNOWN),
        (402, {"code": "card_declined"}, Standing.UNKNOWN),
        (409, {"code": "idempotency_key_in_use"}, Standing.UNKNOWN),
        (403, {"code": "more_permissions_required"}, Standing.LACKS),
        (403, {}, Standing.LACKS),
    ],
)
async def test_what_an_answer_tells(
    wired: Gateway, wire: Wire, status: int, error: dict[str, str], state: Standing
) -> None:
    """Only what Stripe says after it has looked at the permission proves it; a URL it does not know proves nothing."""
    wire.fails(status, "No.", type="invalid_request_error", **error)

    found = await wired.probe_permissions(RESTRICTED)

    assert {probe.permission for probe in found if probe.state is state} >= set(Permission) - {
        Permission.FILES_WRITE
    }


@pytest.mark.parametrize(
    ("message", "scope"),
    [
        ("Having the 'rak_dispute_write' permission would allow this request.", "rak_dispute_write"),
        ("Enabling \"Disputes Write\" ('dispute_write') permissions on this key would", "rak_dispute_write"),
        ("Enabling Webhook Endpoints, Event Destinations Read ('webhook_read') perm", "rak_webhook_read"),
    ],
)
async def test_the_missing_permission_is_named(wired: Gateway, wire: Wire, message: str, scope: str) -> None:
    """In either of Stripe's wordings, and once."""
    wire.fails(403, message, code="more_permissions_required")

    assert (await wired.probe_permissions(RESTRICTED))[0].note == f"Stripe calls it {scope}"


async def test_a_refusal_that_names_nothing(wired: Gateway, wire: Wire) -> None:
    """Stripe refuses a key from a foreign address as well."""
    wire.fails(403, "The API key provided does not allow requests from your IP address.")

    assert "IP addresses" in ((await wired.probe_permissions(RESTRICTED))[0].note or "")


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [(401, {}, "key_refused"), (403, {"code": "account_invalid"}, "account_invalid")],
)
async def test_a_useless_key_is_an_error(
    wired: Gateway, wire: Wire, status: int, error: dict[str, str], reason: str
) -> None:
    """Of a key that is refused altogether no permission can be told."""
    wire.fails(status, "No.", **error)

    with pytest.raises(NeedsOperator) as refused:
        await wired.probe_permissions(RESTRICTED)

    assert refused.value.reason == reason


async def test_a_platforms_key(sandbox: Sandbox, gateway: Gateway) -> None:
    """On a connected account; the webhook endpoint is the platform's own."""
    await sandbox.control("POST", "/accounts", {"id": "acct_2Sandbox", "platform": "acct_1Sandbox"})
    key = {"key": "rk_test_probed", "account": "acct_1Sandbox", "scopes": ["webhook_write"]}
    await sandbox.control("POST", "/keys", key)

    await gateway.probe_permissions(RESTRICTED.model_copy(update={"stripe_account": "acct_2Sandbox"}))

    asked = {call["path"]: call["account"] for call in await sandbox.requests() if call["key"] == "obed"}
    assert asked.pop("/v1/webhook_endpoints/we_permission_probe") == "acct_1Sandbox"
    assert set(asked.values()) == {"acct_2Sandbox"}
