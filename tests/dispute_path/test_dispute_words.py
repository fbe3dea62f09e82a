"""What people may say on a dispute: approve, decline, submit, accept; and what silence means."""

from datetime import timedelta

import pytest
from dispute_shop import ACCOUNT, POLICY, DisputeShop, case_id, due_in, story, story_of

from chargebacks.contracts import Asks, CaseFile, CaseStatus
from chargebacks.dispute_case import FiledBy, Verdict
from chargebacks.errors import BadInput
from operations.connect import switch_dispute_representment
from operations.decide import approve, decline, resume
from operations.disputes import accept, submit

ASKING = 'ask_above = { USD = "10.00" }\n'
LEAVING = POLICY.replace('fight_above = { USD = "1.00" }', 'never_fight_below = { USD = "500.00" }')
PROPOSING = POLICY.replace('[disputes]\nmode = "act"', '[disputes]\nmode = "propose"')
OBSERVING = POLICY.replace('[disputes]\nmode = "act"', '[disputes]\nmode = "observe"')


async def asked(shop: DisputeShop, *, more: str = ASKING, policy: str = POLICY) -> tuple[str, CaseFile]:
    """A dispute that waits for a person's approval, its packet staged."""
    await shop.follow_policy(policy, more=more)
    dispute = await shop.opened(due_by=due_in(6))
    return dispute, await shop.status(dispute, CaseStatus.AWAITING_PERSON)


async def test_above_the_limit_a_person_approves(shop: DisputeShop) -> None:
    """The case asks; the approval files exactly the packet that was named, at once, under the person's name."""
    dispute, case = await asked(shop)
    packet = story_of(case).packet
    assert case.asks is Asks.APPROVAL
    assert packet is not None
    assert packet.staged
    client = shop.stack.client
    await shop.heard(lambda: approve(client, case.case_id, by="ann", packet=packet.digest))
    filing = story_of(await shop.filed(dispute)).filings[0]
    assert (filing.filed_by, filing.digest, filing.approved_by) == (FiledBy.US, packet.digest, "ann")
    assert len(await shop.submissions(dispute)) == 1


async def test_an_approval_of_another_packet_is_void(shop: DisputeShop) -> None:
    """The packet changed since it was looked at: nothing is filed, and the question stays open."""
    dispute, case = await asked(shop)
    await shop.heard(lambda: approve(shop.stack.client, case.case_id, by="ann", packet="0" * 64))
    await shop.told(dispute, "void")
    assert (await shop.status(dispute, CaseStatus.AWAITING_PERSON)).asks is Asks.APPROVAL
    assert await shop.submissions(dispute) == []


async def test_a_declined_dispute_is_left_and_may_still_be_submitted(shop: DisputeShop) -> None:
    """Nothing is filed by itself after a decline; `submit` files it until it is due."""
    dispute, case = await asked(shop)
    await shop.heard(lambda: decline(shop.stack.client, case.case_id, by="ann", note="known customer"))
    left = await shop.status(dispute, CaseStatus.UNDER_REVIEW)
    assert story_of(left).left == "declined by ann"
    await shop.clocks.pass_time(timedelta(days=5))
    assert await shop.submissions(dispute) == []
    await submit(shop.stack.client, case.case_id, by="bob")
    filing = story_of(await shop.filed(dispute)).filings[0]
    assert filing.approved_by == "bob"
    assert len(await shop.submissions(dispute)) == 1


@pytest.mark.parametrize(
    ("silence", "submissions", "verdict"),
    [("file", 1, None), ("accept", 0, Verdict.ACCEPTED), ("leave", 0, None)],
)
async def test_silence(shop: DisputeShop, silence: str, submissions: int, verdict: Verdict | None) -> None:
    """Nobody answers until the moment to file: the case does what the policy says of silence."""
    dispute, _ = await asked(shop, more=f'{ASKING}silence = "{silence}"\n')
    await shop.clocks.pass_time(timedelta(days=4, hours=1))
    case = await shop.until(dispute, lambda case: case.status is not CaseStatus.AWAITING_PERSON)
    case = await shop.status(dispute, CaseStatus.CLOSED if silence == "accept" else CaseStatus.UNDER_REVIEW)
    assert len(await shop.submissions(dispute)) == submissions
    assert story_of(case).verdict is verdict


async def test_a_person_has_it_filed_days_early(shop: DisputeShop) -> None:
    """`submit` needs no question: the packet goes out at once."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(9))
    case = await shop.staged(dispute)
    packet = story_of(case).packet
    assert packet is not None
    await submit(shop.stack.client, case.case_id, by="ann", packet=packet.digest)
    assert story_of(await shop.filed(dispute)).filings[0].approved_by == "ann"


async def test_what_the_policy_leaves_a_person_may_submit(shop: DisputeShop) -> None:
    """The policy says that it is not worth it; a person says otherwise, and one packet is filed."""
    await shop.follow_policy(LEAVING)
    dispute = await shop.opened(due_by=due_in(9))
    case = await shop.until(dispute, lambda case: story_of(case).packet is not None)
    await shop.status(dispute, CaseStatus.GATHERING)
    assert (await shop.read(dispute))["evidence_details"]["has_evidence"] is False
    await submit(shop.stack.client, case.case_id, by="ann")
    await shop.filed(dispute)
    assert len(await shop.submissions(dispute)) == 1


async def test_a_person_gives_it_up(shop: DisputeShop) -> None:
    """`accept` closes it at Stripe as lost; the books call that accepted, and the case is over."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(9))
    case = await shop.staged(dispute)
    await accept(shop.stack.client, case.case_id, by="ann", note="a friend")
    case = await shop.closed(dispute)
    assert (await shop.read(dispute))["status"] == "lost"
    assert story_of(case).verdict is Verdict.ACCEPTED
    assert await shop.submissions(dispute) == []


async def test_a_word_that_comes_while_a_repair_is_awaited(shop: DisputeShop) -> None:
    """Filing is held up when a person gives the dispute up: that is done, and nothing is filed any more."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(6))
    case = await shop.staged(dispute)
    fault = {"method": "POST", "path": f"^/v1/disputes/{dispute}$", "action": "403"}
    made = await shop.at_stripe("faults", **fault)
    await shop.clocks.pass_time(timedelta(days=4, hours=1))
    await shop.status(dispute, CaseStatus.NEEDS_ATTENTION)
    await shop.stack.stripe_control.delete(f"/_sandbox/faults/{made['id']}")
    await accept(shop.stack.client, case.case_id, by="ann")
    assert story_of(await shop.closed(dispute)).verdict is Verdict.ACCEPTED
    assert await shop.submissions(dispute) == []


async def test_words_that_do_not_fit_are_refused_with_a_sentence(shop: DisputeShop) -> None:
    """A case that only observes, another packet, an answered dispute, an inquiry, a closed case."""
    client = shop.stack.client
    await shop.follow_policy(OBSERVING)
    watched = await shop.opened(due_by=due_in(9))
    await shop.status(watched, CaseStatus.GATHERING)
    with pytest.raises(BadInput, match="only observes"):
        await submit(client, case_id(watched), by="ann")
    await shop.follow_policy(more='inquiries = { refund = "never" }\n')
    inquiry = await shop.opened(kind="inquiry", due_by=due_in(9))
    await shop.staged(inquiry)
    with pytest.raises(BadInput, match="Only a chargeback can be given up, and this is an inquiry"):
        await accept(client, case_id(inquiry), by="ann")
    with pytest.raises(BadInput, match="The packet has changed since you looked at it"):
        await submit(client, case_id(inquiry), by="ann", packet="0" * 64)
    with pytest.raises(BadInput, match="not waiting for a person"):
        await resume(client, case_id(inquiry), by="ann")
    await submit(client, case_id(inquiry), by="ann")
    await shop.filed(inquiry)
    with pytest.raises(BadInput, match="takes no answer any more: it is warning_under_review"):
        await submit(client, case_id(inquiry), by="ann")
    await shop.at_stripe(f"disputes/{inquiry}/decide", status="warning_closed")
    await shop.tell(inquiry)
    await shop.closed(inquiry)
    with pytest.raises(BadInput, match="is closed"):
        await accept(client, case_id(inquiry), by="ann")


async def test_in_mode_propose_every_act_is_asked_for(shop: DisputeShop) -> None:
    """What would be filed by itself waits for an approval."""
    dispute, case = await asked(shop, policy=PROPOSING, more="")
    assert "propose" in (case.attention or "")
    await shop.heard(lambda: approve(shop.stack.client, case.case_id, by="ann"))
    assert story_of(await shop.filed(dispute)).filings[0].approved_by == "ann"


async def test_in_mode_observe_nothing_is_written_to_stripe(shop: DisputeShop) -> None:
    """There is an assessment and a packet to read, and no call that changes anything."""
    await shop.follow_policy(OBSERVING)
    dispute = await shop.opened(due_by=due_in(6))
    await shop.clocks.pass_time(timedelta(days=5))
    case = await shop.status(dispute, CaseStatus.UNDER_REVIEW)
    told = story_of(case)
    assert told.assessment is not None
    assert told.packet is not None
    assert (await shop.stack.store.packets.reading_copy(case.case_id, told.packet.digest))[:4] == b"%PDF"
    assert "observed only" in (told.left or "")
    assert await shop.written() == []
    assert await shop.submissions(dispute) == []


async def test_representment_that_is_switched_off_in_between(shop: DisputeShop) -> None:
    """Within seconds nothing is filed any more; switched on again and resumed, the packet goes out."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(6))
    await shop.staged(dispute)
    await switch_dispute_representment(shop.stack.store, ACCOUNT, on=False)
    await shop.clocks.pass_time(timedelta(days=4, hours=1))
    case = await shop.status(dispute, CaseStatus.NEEDS_ATTENTION)
    assert "dispute_representment_off" in (case.attention or ""), story(case)
    assert await shop.submissions(dispute) == []
    await switch_dispute_representment(shop.stack.store, ACCOUNT, on=True)
    await shop.heard(lambda: resume(shop.stack.client, case.case_id, by="olaf"))
    await shop.filed(dispute)
    assert len(await shop.submissions(dispute)) == 1
