"""The heart of it: a dispute is answered once, before its deadline, with exactly what was shown beforehand."""

import hashlib
from datetime import UTC, datetime, timedelta

from dispute_shop import POLICY, DisputeShop, due_in, has, story_of

from chargebacks.contracts import Asks, CaseStatus
from chargebacks.dispute_case import FiledBy
from operations.decide import resume

HOURS = timedelta(hours=1)
OBSERVING = POLICY.replace('[disputes]\nmode = "act"', '[disputes]\nmode = "observe"')


async def test_a_dispute_is_filed_by_itself_two_days_before_its_deadline(shop: DisputeShop) -> None:
    """Nobody does anything: what the bank receives is, hash by hash, what the manifest showed."""
    version = await shop.follow_policy()
    due = due_in(10)
    dispute = await shop.opened(due_by=due)
    await shop.staged(dispute)
    await shop.clocks.pass_until(datetime.fromtimestamp(due, UTC) - 49 * HOURS)
    assert await shop.submissions(dispute) == []
    await shop.clocks.pass_time(2 * HOURS)
    case = await shop.filed(dispute)
    [sent] = await shop.submissions(dispute)
    assert (sent["by"], sent["submission_method"], sent["past_due"]) == ("api", "manual", False)
    assert sent["idempotency_key"].startswith(f"dispute-submit:{dispute}:1:")
    [filing] = story_of(case).filings
    assert (filing.filed_by, filing.approved_by) == (FiledBy.US, f"policy {version}")
    manifest = await shop.stack.store.packets.manifest(case.case_id, filing.digest or "")
    shown = {entry.field: entry.sha256 for entry in manifest.entries}
    texts = {name: text for name, text in sent["evidence"].items() if name not in sent["files"]}
    received = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    assert received | {name: file["sha256"] for name, file in sent["files"].items()} == shown
    assert (await shop.read(dispute))["evidence_details"]["submission_count"] == 1


async def test_smart_disputes_files_by_itself_where_nobody_protects(shop: DisputeShop) -> None:
    """The trap: in observe mode we write nothing, and Stripe spends the only submission at the deadline."""
    await shop.follow_policy(OBSERVING)
    await shop.at_stripe("smart_disputes", enabled=True)
    dispute = await shop.opened(due_by=due_in(6))
    await shop.status(dispute, CaseStatus.GATHERING)
    await shop.clocks.pass_time(timedelta(days=6, hours=8))
    case = await shop.filed(dispute)
    [sent] = await shop.submissions(dispute)
    assert (sent["by"], sent["stripe_packet"]) == ("smart_disputes", True)
    assert [filing.filed_by for filing in story_of(case).filings] == [FiledBy.SMART_DISPUTES]
    assert await shop.written() == []


async def test_smart_disputes_is_kept_from_filing(shop: DisputeShop) -> None:
    """The same dispute with a case that acts: filing is made manual at once, and only our packet goes out."""
    await shop.follow_policy()
    await shop.at_stripe("smart_disputes", enabled=True)
    dispute = await shop.opened(due_by=due_in(6))
    await shop.staged(dispute)
    assert (await shop.read(dispute))["intended_submission_method"] == "manual"
    assert (await shop.written())[0]["parameters"]["intended_submission_method"] == "manual"
    await shop.clocks.pass_time(timedelta(days=6, hours=8))
    [sent] = await shop.submissions(dispute)
    assert (sent["by"], sent["submission_method"], sent["stripe_packet"]) == ("api", "manual", False)


async def test_where_filing_cannot_be_made_manual_the_evidence_is_prepared_all_the_same(
    shop: DisputeShop,
) -> None:
    """The person is told, and the packet stands at Stripe meanwhile."""
    await shop.follow_policy()
    await shop.at_stripe("smart_disputes", enabled=True)
    await shop.at_stripe("faults", method="POST", path="^/v1/disputes/", action="403", nth=1)
    await shop.at_stripe("faults", method="POST", path="^/v1/disputes/", action="403", nth=2)
    dispute = await shop.opened(due_by=due_in(6))
    case = await shop.status(dispute, CaseStatus.NEEDS_ATTENTION)
    assert has(case, lambda it: it.packet and it.packet.staged)
    await shop.heard(lambda: resume(shop.stack.client, case.case_id, by="olaf"))
    await shop.status(dispute, CaseStatus.GATHERING)
    assert (await shop.read(dispute))["intended_submission_method"] == "manual"


async def test_an_answer_in_the_dashboard_is_noticed_and_respected(shop: DisputeShop) -> None:
    """Somebody submits by hand: recorded as filed elsewhere, and nothing is submitted after it."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(6))
    await shop.staged(dispute)
    by_hand = {"uncategorized_text": "written by hand"}
    await shop.at_stripe(f"disputes/{dispute}/submit", evidence=by_hand, submit=True)
    await shop.deliver_events()
    case = await shop.filed(dispute)
    [filing] = story_of(case).filings
    assert (filing.filed_by, filing.digest, filing.approved_by) == (FiledBy.ELSEWHERE, None, None)
    await shop.clocks.pass_time(timedelta(days=7))
    [sent] = await shop.submissions(dispute)
    assert sent["by"] == "dashboard"
    assert not [call for call in await shop.written() if call["parameters"].get("submit") == "true"]


async def test_an_answer_in_the_dashboard_whose_event_was_lost(shop: DisputeShop) -> None:
    """It is found when the time to file has come: nothing is submitted twice."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(6))
    await shop.staged(dispute)
    await shop.at_stripe(f"disputes/{dispute}/submit", submit=True)
    await shop.clocks.pass_time(timedelta(days=5))
    case = await shop.filed(dispute)
    assert [filing.filed_by for filing in story_of(case).filings] == [FiledBy.ELSEWHERE]
    assert len(await shop.submissions(dispute)) == 1


async def edited_by_hand(shop: DisputeShop) -> str:
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(6))
    await shop.staged(dispute)
    by_hand = {"product_description": "as the support team puts it"}
    await shop.at_stripe(f"disputes/{dispute}/submit", evidence=by_hand, submit=False)
    await shop.deliver_events()
    return dispute


async def test_evidence_that_was_edited_by_hand_is_put_back_on_a_persons_word(shop: DisputeShop) -> None:
    """The case names the field and waits; after resume the packet stands there again, and that one is filed."""
    dispute = await edited_by_hand(shop)
    case = await shop.status(dispute, CaseStatus.NEEDS_ATTENTION)
    assert (case.asks, "staged_differs" in (case.attention or "")) == (Asks.REPAIR, True)
    assert "product_description" in (case.attention or "")
    await shop.heard(lambda: resume(shop.stack.client, case.case_id, by="olaf"))
    await shop.told(dispute, "staged packet", times=2)
    assert (await shop.read(dispute))["evidence"]["product_description"] == "Pro plan, 1 month"
    await shop.clocks.pass_time(timedelta(days=5))
    [sent] = await shop.submissions(dispute)
    assert sent["evidence"]["product_description"] == "Pro plan, 1 month"


async def test_evidence_that_was_edited_by_hand_waits_to_the_last_safe_moment(shop: DisputeShop) -> None:
    """Nobody resumes and nobody submits: half an hour before the end our packet is filed all the same."""
    dispute = await edited_by_hand(shop)
    case = await shop.status(dispute, CaseStatus.NEEDS_ATTENTION)
    assert case.respond_by is not None
    await shop.clocks.pass_until(case.respond_by - HOURS)
    assert await shop.submissions(dispute) == []
    await shop.clocks.pass_time(HOURS / 2 + timedelta(minutes=2), step=timedelta(minutes=10))
    await shop.filed(dispute)
    [sent] = await shop.submissions(dispute)
    assert (sent["by"], sent["past_due"]) == ("api", False)
    assert sent["evidence"]["product_description"] == "Pro plan, 1 month"
