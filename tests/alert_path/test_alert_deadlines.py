"""What happens as hours and days pass, on a server that skips them."""

from datetime import timedelta

from passing_time import pass_time
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from chargebacks.contracts import CaseFile, CaseStatus
from demo.stack import activate_policy
from demo.world import World, hours_ago
from operations.decide import approve, resume
from operations.inspect import read_case
from workflows.alert import AlertWorkflow

Handle = WorkflowHandle[AlertWorkflow, CaseFile]


def handle_of(world: World, case_id: str) -> Handle:
    return world.stack.client.get_workflow_handle_for(AlertWorkflow.run, case_id)


async def to_the_end(world: World, skipping: WorkflowEnvironment, case_id: str) -> CaseFile:
    """Let time pass until the case is closed."""
    async with skipping.time_skipping_unlocked():
        return await handle_of(world, case_id).result()


def minutes_left(case: CaseFile, words: str) -> float:
    """Minutes between the line of the story that holds the words and the deadline."""
    assert case.respond_by is not None
    line = next(entry for entry in case.timeline if words in entry.text)
    return (case.respond_by - line.at) / timedelta(minutes=1)


async def test_not_found_is_answered_at_the_last_safe_moment(
    world: World, skipping: WorkflowEnvironment
) -> None:
    """A charge that never turns up is searched for, asked about, and reported as not found inside the window."""
    case_id = await world.alert("ethoca", last4="0011", amount="61.10")
    case = await to_the_end(world, skipping, case_id)
    assert [told["outcome"] for told in await world.told()] == ["NOT_FOUND"]
    assert case.decided_by == "silence"
    assert 0 < minutes_left(case, "reported not_found") <= 31
    assert 11 * 60 < minutes_left(case, "decided: ask") <= 24 * 60


async def test_a_charge_that_arrives_late_is_still_refunded(
    world: World, skipping: WorkflowEnvironment
) -> None:
    """The search goes on while time passes: a charge that Stripe shows an hour later is found and refunded."""
    message = await world.message(
        "ethoca", last4="0012", amount="62.10", transaction_at=hours_ago(72), descriptor="SANDBOX SHOP"
    )
    case_id = await world.receive("ethoca", "shop", message)
    await world.status(case_id, CaseStatus.SEARCHING)
    charge = await world.sell(amount=6210, last4="0012", indexed=False, created=hours_ago(72))
    await pass_time(skipping, timedelta(hours=2))
    case = await world.status(case_id, CaseStatus.WATCHING_REFUND)
    assert case.charge_id == charge.id
    assert [told["outcome"] for told in await world.told()] == ["STOPPED"]


async def test_silence_declines_by_default(world: World, skipping: WorkflowEnvironment) -> None:
    """Nobody answers above the limit: the network is told the truth at the last safe moment, no money moves."""
    charge = await world.sell(amount=30_000, last4="0013")
    case_id = await world.alert("chargebackhit", charge, product="cdrn")
    case = await to_the_end(world, skipping, case_id)
    assert [told["outcome"] for told in await world.told()] == ["decline"]
    assert await world.refunds(charge.id) == []
    assert 0 < minutes_left(case, "reported declined_by_rule") <= 31


async def test_silence_refunds_where_the_policy_says_so(world: World, skipping: WorkflowEnvironment) -> None:
    """The merchant may decide that silence means refund."""
    await activate_policy(
        world.stack,
        "shop",
        'mode = "act"\nwatch_refund_days = 0\n[refund]\nlimits = { USD = "1.00" }\n[approval]\nsilence = "refund"\n',
    )
    charge = await world.sell(amount=30_100, last4="0014")
    case_id = await world.alert("chargebackhit", charge)
    case = await to_the_end(world, skipping, case_id)
    assert [told["outcome"] for told in await world.told()] == ["reversed"]
    assert [refund["amount"] for refund in await world.refunds(charge.id)] == [30_100]
    assert case.decided_by == "silence"


async def test_an_outcome_endpoint_that_is_down_for_hours_is_told_once(
    world: World, skipping: WorkflowEnvironment
) -> None:
    """Reporting is tried until the endpoint is back; the refund is not made again, attention is raised at 75 %."""
    charge = await world.sell(amount=4310, last4="0015")
    message = await world.message("ethoca", charge)
    await world.networks("faults", {"network": "ethoca", "action": "unreachable"})
    case_id = await world.receive("ethoca", "shop", message)
    await pass_time(skipping, timedelta(hours=19))
    stuck = await read_case(world.stack.store, case_id)
    assert (stuck.status, stuck.attention is not None) == (CaseStatus.NEEDS_ATTENTION, True)
    await world.stack.networks_control.delete("/_networks/faults")
    case = await to_the_end(world, skipping, case_id)
    assert [told["outcome"] for told in await world.told()] == ["STOPPED"]
    assert len(await world.refunds(charge.id)) == 1
    assert minutes_left(case, "reported refunded") > 0
    assert case.attention is None


async def test_a_refund_that_fails_days_later_is_made_again_on_a_persons_word(
    world: World, skipping: WorkflowEnvironment
) -> None:
    """The watch notices the late failure, a person approves, and money moves once more; the outcome stays as told."""
    charge = await world.sell(amount=4410, last4="0016")
    case_id = await world.alert("chargebackhit", charge)
    await world.status(case_id, CaseStatus.WATCHING_REFUND)
    (first,) = await world.refunds(charge.id)
    await pass_time(skipping, timedelta(days=3))
    await world.stripe(f"refunds/{first['id']}/fail", {"failure_reason": "expired_or_canceled_card"})
    await pass_time(skipping, timedelta(days=5))
    failed = await world.status(case_id, CaseStatus.NEEDS_ATTENTION)
    assert failed.attention is not None
    assert "fail" in failed.attention
    await approve(world.stack.client, case_id, by="ana", note="the customer sent a new card")
    case = await to_the_end(world, skipping, case_id)
    states = sorted(refund["status"] for refund in await world.refunds(charge.id))
    assert states == ["failed", "succeeded"]
    assert [told["outcome"] for told in await world.told()] == ["reversed"]
    assert case.money is not None
    assert case.money.state.value == "refunded"


async def test_a_refund_that_stays_pending_is_never_reported_as_refunded(
    world: World, skipping: WorkflowEnvironment
) -> None:
    """Low balance until the deadline: the source hears that the refund has not been made, at the last safe moment."""
    await world.stripe("balance", {"available": {"usd": 0}, "account": "acct_1Broke"})
    charge = await world.sell(account="broke", amount=4510, last4="0017")
    await world.stripe("balance", {"available": {"usd": 0}, "account": "acct_1Broke"})
    case_id = await world.alert("chargebackhit", charge, account="broke")
    case = await to_the_end(world, skipping, case_id)
    assert [told["outcome"] for told in await world.told()] == ["reverse-error"]
    assert 0 < minutes_left(case, "reported refund_failed") <= 31


async def test_a_missing_permission_waits_for_its_repair(world: World, skipping: WorkflowEnvironment) -> None:
    """The case says which permission is missing; once granted and resumed, the refund is made once."""
    await world.stripe("keys", {"key": "sk_test_broke", "account": "acct_1Broke", "scopes": ["charge_read"]})
    charge = await world.sell(account="broke", amount=4610, last4="0018")
    await world.stripe("balance", {"available": {"usd": None}, "account": "acct_1Broke"})
    case_id = await world.alert("chargebackhit", charge, account="broke")
    held = await world.status(case_id, CaseStatus.NEEDS_ATTENTION)
    await world.stripe("keys", {"key": "sk_test_broke", "account": "acct_1Broke"})
    assert held.attention is not None
    assert "permission" in held.attention
    await resume(world.stack.client, case_id, by="olaf", note="granted")
    case = await to_the_end(world, skipping, case_id)
    assert [refund["status"] for refund in await world.refunds(charge.id)] == ["succeeded"]
    assert [told["outcome"] for told in await world.told()] == ["reversed"]
    assert minutes_left(case, "reported refunded") > 0


async def test_a_repair_that_never_comes_is_answered_truthfully(
    world: World, skipping: WorkflowEnvironment
) -> None:
    """Nobody grants the permission: the source hears in time that no refund was made, and the ledger lets go."""
    await world.stripe("keys", {"key": "sk_test_broke", "account": "acct_1Broke", "scopes": ["charge_read"]})
    charge = await world.sell(account="broke", amount=4710, last4="0019")
    case_id = await world.alert("chargebackhit", charge, account="broke")
    case = await to_the_end(world, skipping, case_id)
    await world.stripe("keys", {"key": "sk_test_broke", "account": "acct_1Broke"})
    assert [told["outcome"] for told in await world.told()] == ["reverse-error"]
    assert await world.refunds(charge.id) == []
    assert 0 < minutes_left(case, "reported refund_failed") <= 31


async def test_a_clean_case_keeps_its_history_short(world: World, skipping: WorkflowEnvironment) -> None:
    """From arrival to the end of the 30-day watch an alert stays under 60 events."""
    charge = await world.sell(amount=4810, last4="0020")
    case_id = await world.alert("chargebackhit", charge)
    await to_the_end(world, skipping, case_id)
    history = await handle_of(world, case_id).fetch_history()
    assert len(history.events) < 60
