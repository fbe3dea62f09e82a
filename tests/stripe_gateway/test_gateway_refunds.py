"""Refunds and voids against the sandbox: the right amount, once, and the truth about it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from gateway_support import SHOP, Sandbox, ledger_entry, usd

from chargebacks.charges import ChargeSnapshot, RefundSnapshot
from chargebacks.errors import CaseError, Refused, StoredFailure, TryLater
from chargebacks.money import Money
from chargebacks.refunds import RefundReason
from stripe_gateway.gateway import Gateway

Calls = list[tuple[str, str]]


async def refund(
    gateway: Gateway, charge: ChargeSnapshot, amount_minor: int = 4999, *, revision: int = 1
) -> RefundSnapshot:
    return await gateway.create_refund(
        SHOP,
        charge,
        amount=Money(amount_minor=amount_minor, currency=charge.amount.currency),
        reason=RefundReason.REQUESTED_BY_CUSTOMER,
        entry=ledger_entry(charge.id, revision=revision),
    )


async def charged(sandbox: Sandbox, gateway: Gateway, **fields: Any) -> ChargeSnapshot:
    return await gateway.read_charge(SHOP, (await sandbox.charge(**fields))["id"])


async def refunded(sandbox: Sandbox, charge: ChargeSnapshot) -> int:
    """What the sandbox's ledger says went back, in minor units."""
    ledger = await sandbox.control("GET", f"/ledger?charge={charge.id}")
    total: int = ledger["charges"][charge.id]["refunded"]
    return total


async def test_refund(sandbox: Sandbox, gateway: Gateway, calls: Calls) -> None:
    """One call; the refund carries whose it is, for the next reading to find it."""
    charge = await charged(sandbox, gateway)
    entry = ledger_entry(charge.id)

    made = await refund(gateway, charge)
    seen = (await gateway.read_charge(SHOP, charge.id)).refunds[0]

    assert calls[1:2] == [("POST", "/v1/refunds")]
    assert (made.status, made.amount_minor) == ("succeeded", 4999)
    assert (seen.ledger_key, seen.case_id) == (entry.ledger_key, entry.case_id)
    assert (await gateway.read_refund(SHOP, made.id)).id == made.id


async def test_what_is_sent(sandbox: Sandbox, gateway: Gateway) -> None:
    """The amount is always explicit, the key is the ledger's, and nothing reverses where nothing went on."""
    charge = await charged(sandbox, gateway)
    await refund(gateway, charge, 1200)

    sent = next(one for one in await sandbox.requests() if one["path"] == "/v1/refunds")

    assert sent["idempotency_key"] == f"refund:shop:{charge.id}:1:v1"
    assert set(sent["parameters"]) == {"charge", "amount", "reason", "metadata"}
    assert (int(sent["parameters"]["amount"]), sent["parameters"]["reason"]) == (
        1200,
        "requested_by_customer",
    )


async def test_partial_refunds(sandbox: Sandbox, gateway: Gateway) -> None:
    """A part is a part: the rest stays refundable."""
    charge = await charged(sandbox, gateway)
    await refund(gateway, charge, 1200)

    assert (await gateway.read_charge(SHOP, charge.id)).remaining_minor == 3799


async def test_currencies_are_not_mixed(sandbox: Sandbox, gateway: Gateway, calls: Calls) -> None:
    """An amount in another currency than the charge's never reaches Stripe."""
    charge = await charged(sandbox, gateway, currency="jpy", amount=500)

    with pytest.raises(ValueError, match="JPY"):
        await gateway.create_refund(
            SHOP, charge, amount=usd(500), reason=RefundReason.DUPLICATE, entry=ledger_entry(charge.id)
        )

    assert ("POST", "/v1/refunds") not in calls


async def test_destination_charge(sandbox: Sandbox, gateway: Gateway) -> None:
    """Money that went on to a connected account comes back from there, and the fee with it."""
    await sandbox.control("POST", "/accounts", {"id": "acct_2Sandbox", "platform": "acct_1Sandbox"})
    charge = await charged(
        sandbox, gateway, transfer_data={"destination": "acct_2Sandbox"}, application_fee_amount=500
    )
    await refund(gateway, charge)

    sent = next(one for one in await sandbox.requests() if one["path"] == "/v1/refunds")["parameters"]

    assert (sent["reverse_transfer"], sent["refund_application_fee"]) == ("true", "true")


@pytest.mark.parametrize("action", ["reset_after", "torn", "reset_before", "409", "429", "503"])
async def test_lost_answers(sandbox: Sandbox, gateway: Gateway, action: str) -> None:
    """Whether or not the work was done: asking again under the same key makes one refund in all."""
    charge = await charged(sandbox, gateway)
    await sandbox.fault("POST", "^/v1/refunds$", action, nth=1)

    with pytest.raises(TryLater):
        await refund(gateway, charge)
    made = await refund(gateway, charge)

    assert made.status == "succeeded"
    assert await refunded(sandbox, charge) == 4999


async def test_answer_too_late(sandbox: Sandbox, gateway: Gateway) -> None:
    """An answer after our timeout is a lost answer."""
    charge = await charged(sandbox, gateway)
    await sandbox.fault("POST", "^/v1/refunds$", "delay_after", seconds=3, nth=1)

    with pytest.raises(TryLater) as late:
        await refund(gateway, charge)

    assert late.value.reason == "unreachable"
    assert "ReadTimeout" in str(late.value)
    assert await refunded(sandbox, charge) == 4999


@pytest.mark.parametrize(("after_work", "total"), [(False, 0), (True, 4999)])
async def test_stored_server_error(sandbox: Sandbox, gateway: Gateway, after_work: bool, total: int) -> None:
    """A 500 sticks to its key whether the work was done or not; a look tells, and a new key helps."""
    charge = await charged(sandbox, gateway)
    await sandbox.fault("POST", "^/v1/refunds$", "500", nth=1, after_work=after_work)

    with pytest.raises(CaseError):
        await refund(gateway, charge)
    with pytest.raises(StoredFailure):
        await refund(gateway, charge)
    seen = await gateway.read_charge(SHOP, charge.id)
    if not seen.refunds:
        await refund(gateway, seen, revision=2)

    assert sum(one.amount_minor for one in seen.refunds) == total
    assert await refunded(sandbox, charge) == 4999


async def test_expected_refusals(sandbox: Sandbox, gateway: Gateway) -> None:
    """Refunded in full, more than is left, charged back: each is refused by its own code."""
    full, part, disputed = [await charged(sandbox, gateway) for _ in range(3)]
    await sandbox.api("POST", "/v1/refunds", {"charge": full.id})
    await sandbox.api("POST", "/v1/refunds", {"charge": part.id, "amount": 4000})
    await sandbox.control("POST", "/disputes", {"charge": disputed.id})

    reasons = []
    for charge in (full, part, disputed):
        with pytest.raises(Refused) as refused:
            await refund(gateway, charge)
        reasons.append(refused.value.reason)

    assert reasons == ["charge_already_refunded", "amount_too_large", "charge_disputed"]


async def test_key_with_other_parameters(sandbox: Sandbox, gateway: Gateway) -> None:
    """The same entry with another amount is refused, not paid a second time."""
    charge = await charged(sandbox, gateway)
    await refund(gateway, charge, 1000)

    with pytest.raises(Refused) as refused:
        await refund(gateway, charge, 2000)

    assert refused.value.reason == "idempotency_error"
    assert await refunded(sandbox, charge) == 1000


async def test_low_balance(sandbox: Sandbox, gateway: Gateway) -> None:
    """A refund that the balance does not cover exists, and is not paid."""
    charge = await charged(sandbox, gateway)
    await sandbox.control("POST", "/balance", {"available": {"usd": 0}})

    held = await refund(gateway, charge)
    await sandbox.control("POST", "/balance", {"available": {"usd": 10_000}})
    released = await gateway.read_refund(SHOP, held.id)

    assert (held.status, held.pending_reason) == ("pending", "insufficient_funds")
    assert released.status == "succeeded"


async def test_settled_refund(sandbox: Sandbox, gateway: Gateway) -> None:
    """Settled, with the bank's reference, as soon as Stripe has it. (A charge of a minute ago would be reversed
    instead, which never gets a reference.)"""
    yesterday = int((datetime.now(UTC) - timedelta(days=1)).timestamp())
    made = await refund(gateway, await charged(sandbox, gateway, created=yesterday))
    await sandbox.control("POST", f"/refunds/{made.id}/settle", {})

    settled = await gateway.read_refund(SHOP, made.id)

    assert (made.settled, settled.settled) == (False, True)
    assert settled.arn is not None


async def test_late_failure(sandbox: Sandbox, gateway: Gateway) -> None:
    """A refund that fails later says why."""
    made = await refund(gateway, await charged(sandbox, gateway))
    await sandbox.control("POST", f"/refunds/{made.id}/fail", {"failure_reason": "lost_or_stolen_card"})

    failed = await gateway.read_refund(SHOP, made.id)

    assert (failed.status, failed.failure_reason) == ("failed", "lost_or_stolen_card")


async def test_void(sandbox: Sandbox, gateway: Gateway) -> None:
    """An uncaptured payment is cancelled; cancelling it again is no error."""
    charge = await charged(sandbox, gateway, captured=False)
    assert charge.payment_intent is not None

    for _ in range(2):
        await gateway.cancel_payment_intent(SHOP, charge.payment_intent, case_id="alert/cbh/1")
    intent = await sandbox.api("GET", f"/v1/payment_intents/{charge.payment_intent}")

    assert intent["status"] == "canceled"


async def test_void_too_late(sandbox: Sandbox, gateway: Gateway) -> None:
    """A payment captured meanwhile cannot be cancelled: the caller must look again."""
    charge = await charged(sandbox, gateway)
    assert charge.payment_intent is not None

    with pytest.raises(Refused) as refused:
        await gateway.cancel_payment_intent(SHOP, charge.payment_intent, case_id="alert/cbh/1")

    assert refused.value.reason == "payment_intent_unexpected_state"


async def test_void_after_a_server_error(sandbox: Sandbox, gateway: Gateway) -> None:
    """A server error does not stick to a void: asking again does the work."""
    charge = await charged(sandbox, gateway, captured=False)
    assert charge.payment_intent is not None
    await sandbox.fault("POST", "/cancel$", "500", nth=1)

    with pytest.raises(TryLater):
        await gateway.cancel_payment_intent(SHOP, charge.payment_intent, case_id="alert/cbh/1")
    await gateway.cancel_payment_intent(SHOP, charge.payment_intent, case_id="alert/cbh/1")
