"""Alerts that come in and may not act by themselves: charges of other accounts, kinds and products nobody knows."""

import asyncio
from typing import Any

import pytest
from merchants import Merchant, OpenMerchant, event, warning

from chargebacks.charges import ChargeSnapshot
from chargebacks.contracts import CaseFile, CaseStatus

RESTING = (CaseStatus.CLOSED, CaseStatus.AWAITING_PERSON, CaseStatus.SEARCHING, CaseStatus.NEEDS_ATTENTION)


async def sold(merchant: Merchant) -> ChargeSnapshot:
    """A charge of this merchant's that our index knows."""
    charge_id, _ = await merchant.shop.subscribed(4999)
    return await merchant.shop.know(charge_id)


async def settled(merchant: Merchant, case_id: str) -> CaseFile:
    """The case when it does nothing by itself any more."""
    for _ in range(600):
        case = await merchant.shop.stack.store.cases.case_file(case_id)
        if case is not None and case.status in RESTING:
            return case
        await asyncio.sleep(0.05)
    raise AssertionError(f"{case_id} does not come to rest: {case}")


async def nothing_moved(merchant: Merchant, charge: ChargeSnapshot) -> bool:
    return not (await merchant.shop.ledger(charge.id))["refunds"]


def facts(charge: ChargeSnapshot) -> dict[str, Any]:
    """What a bank knows of the sale: enough for a certain match."""
    return {
        "amount": charge.amount.major_string(),
        "currency": charge.amount.currency,
        "transaction_at": charge.created.isoformat(),
        "last4": charge.last4,
        "auth_code": charge.auth_code,
        "network_transaction_id": charge.network_transaction_id,
        "descriptor": charge.descriptor,
    }


async def test_a_warning_about_another_accounts_charge(merchant: OpenMerchant) -> None:
    """An early fraud warning that names a stranger's charge finds nothing and closes."""
    mine, other = await merchant("stripe_efw"), await merchant("stripe_efw")
    charge = await sold(other)
    [case] = await mine.take_in(event(warning(charge.id)))
    closed = await settled(mine, case.case_id)
    assert (closed.status, closed.charge_id) == (CaseStatus.CLOSED, None)
    assert closed.decision is not None
    assert closed.decision.reason == "not_found"
    assert await nothing_moved(other, charge)


async def test_an_alert_that_names_another_accounts_charge(merchant: OpenMerchant) -> None:
    """The id in Chargeblast's `externalOrder` is no key to another account, even with every fact of the sale."""
    mine, other = await merchant("chargeblast"), await merchant("chargeblast")
    charge = await sold(other)
    [case] = await mine.take_in(
        await mine.letter(event="alert.updated", charge_id=charge.id, type="CDRN", **facts(charge))
    )
    waiting = await settled(mine, case.case_id)
    assert (waiting.status, waiting.charge_id) == (CaseStatus.SEARCHING, None)
    assert await nothing_moved(other, charge)


async def test_a_warning_about_our_own_charge_does_move_money(merchant: OpenMerchant) -> None:
    """The same message about a charge of this account is acted on: what is refused above is the account."""
    mine = await merchant("stripe_efw")
    charge = await sold(mine)
    [case] = await mine.take_in(event(warning(charge.id)))
    closed = await settled(mine, case.case_id)
    assert closed.status is CaseStatus.CLOSED
    assert (await mine.shop.ledger(charge.id))["refunded"] == 4999


UNKNOWN: dict[str, tuple[str, dict[str, Any], str]] = {
    "Chargebackhit: another type": (
        "chargebackhit",
        {"extra": {"alert": {"type": "claw-back"}}},
        "awaiting_person",
    ),
    "Chargebackhit: another product": (
        "chargebackhit",
        {"extra": {"alert": {"product": "mir"}}},
        "awaiting_person",
    ),
    "Chargebackhit: a refund request for RDR": (
        "chargebackhit",
        {"extra": {"alert": {"product": "rdr"}}},
        "awaiting_person",
    ),
    "Chargebackhit: answered before": (
        "chargebackhit",
        {"extra": {"alert": {"outcome": "reversed"}}},
        "closed",
    ),
    "Ethoca: another type": ("ethoca", {"extra": {"alertType": "LOYALTYDISPUTE"}}, "awaiting_person"),
    "Ethoca: no type": ("ethoca", {"extra": {"alertType": None}}, "awaiting_person"),
    "reseller: another type": ("reseller", {"extra": {"alert_type": "MYSTERY"}}, "awaiting_person"),
    "reseller: a dispute to review": ("reseller", {"alert_action": "REVIEW"}, "awaiting_person"),
    "reseller: RDR with another action": (
        "reseller",
        {"type": "DISPUTE_RDR", "alert_action": "PENDING"},
        "awaiting_person",
    ),
    "PayShield: another provider": (
        "payshield",
        {"extra": {"alert_provider": "MYSTERY"}},
        "awaiting_person",
    ),
    "PayShield: a notice": ("payshield", {"type": "DISPUTE_NOTICE"}, "closed"),
    "Chargeblast: another programme": ("chargeblast", {"type": "Unknown"}, "awaiting_person"),
    "Chargeblast: RDR with another action": (
        "chargeblast",
        {"type": "RDR", "acquirer_action": "Maybe"},
        "awaiting_person",
    ),
    "Chargeblast: answered before": ("chargeblast", {"reason_state": "EscalateChargeback"}, "closed"),
    "Chargeblast: a notice of a dispute": ("chargeblast", {"type": "TC15"}, "closed"),
}


@pytest.mark.parametrize("strange", UNKNOWN)
async def test_what_nobody_knows_moves_nothing(merchant: OpenMerchant, strange: str) -> None:
    """A certain match and a policy that acts are not enough: a person is asked, or the case closes."""
    kind, fields, status = UNKNOWN[strange]
    one = await merchant(kind)
    charge = await sold(one)
    [case] = await one.take_in(await one.letter(**{**facts(charge), **fields}))
    rested = await settled(one, case.case_id)
    assert rested.status.value == status
    assert rested.charge_id == charge.id
    assert rested.money is None
    assert await nothing_moved(one, charge)
    assert rested.subscriptions == ()
