"""A Stripe that has learnt new words: cases go on, do nothing irrevocable on a word they do not know, and end."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from dispute_shop import DisputeShop, due_in, story, story_of
from other_parts import ForeignStripe
from temporalio.testing import WorkflowEnvironment
from two_clocks import TwoClocks
from workers_here import running_worker

from chargebacks.contracts import CaseStatus
from chargebacks.dispute_case import FiledBy, Verdict
from demo.stack import StandIns, connected

NEW_WORDS = {
    "reason": "regret",
    "network": "northern_lights",
    "network_reason_code": "77.7/b",
    "case_type": "second_thoughts",
    "method": "pay_by_wink",
    "enhanced_types": ("northern_evidence_2",),
    "submission_method": "by_carrier_pigeon",
    "ce3_status": "pondering",
}


@dataclass
class ShopAbroad(DisputeShop):
    """`words`: what its Stripe says instead, from now on."""

    words: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
async def abroad(around: StandIns, skipping: WorkflowEnvironment) -> AsyncIterator[ShopAbroad]:
    """A shop whose worker reads a Stripe of words that nobody here has seen."""
    address = str(skipping.client.service_client.config.target_host)
    async with connected(around, skipping.client, address=address) as stack:
        stripe = ForeignStripe(stack)
        async with running_worker(stack, lambda parts: replace(parts, stripe=stripe)):
            shop = ShopAbroad(
                stack=stack, clocks=TwoClocks(skipping, stack.stripe_control), words=stripe.words
            )
            await shop.follow_policy()
            yield shop


async def test_a_dispute_of_new_words_is_fought_once(abroad: ShopAbroad) -> None:
    """Reason, network, code, kind and method are all unknown: staged, filed once by itself, won, counted."""
    abroad.words.update(NEW_WORDS)
    dispute = await abroad.opened(due_by=due_in(6))
    await abroad.staged(dispute)
    await abroad.clocks.pass_time(timedelta(days=4, hours=1))
    assert [one.filed_by for one in story_of(await abroad.filed(dispute)).filings] == [FiledBy.US]
    assert len(await abroad.submissions(dispute)) == 1
    await abroad.at_stripe(f"disputes/{dispute}/decide", status="won")
    await abroad.deliver_events()
    case = await abroad.closed(dispute)
    assert story_of(case).verdict is Verdict.WON
    [result] = await abroad.stack.store.results.results(account="shop")
    assert (result.reason, result.network, result.verdict) == ("regret", "northern_lights", Verdict.WON)


async def test_an_unknown_status_is_watched_until_it_is_known(abroad: ShopAbroad) -> None:
    """Nothing is written to Stripe on a word nobody knows; when it becomes one we know, the dispute is answered."""
    abroad.words["status"] = "awaiting_second_opinion"
    dispute = await abroad.opened(due_by=due_in(9))
    await abroad.status(dispute, CaseStatus.UNDER_REVIEW)
    await abroad.clocks.pass_time(timedelta(days=1))
    assert await abroad.written() == []
    assert story_of(await abroad.live(dispute)).verdict is None
    abroad.words.clear()
    await abroad.tell(dispute)
    case = await abroad.staged(dispute)
    assert "is now needs_response (was awaiting_second_opinion)" in story(case)
    await abroad.clocks.pass_time(timedelta(days=6, hours=1))
    await abroad.filed(dispute)
    assert len(await abroad.submissions(dispute)) == 1


async def test_a_status_that_turns_unknown_before_filing(abroad: ShopAbroad) -> None:
    """The staged packet stays where it is and is not filed; the word that is known again lets it go out in time."""
    dispute = await abroad.opened(due_by=due_in(9))
    await abroad.staged(dispute)
    abroad.words["status"] = "on_hold_at_the_network"
    await abroad.tell(dispute)
    await abroad.status(dispute, CaseStatus.UNDER_REVIEW)
    await abroad.clocks.pass_time(timedelta(days=2))
    assert await abroad.submissions(dispute) == []
    abroad.words.clear()
    await abroad.tell(dispute)
    await abroad.status(dispute, CaseStatus.GATHERING)
    await abroad.clocks.pass_time(timedelta(days=5, hours=1))
    await abroad.filed(dispute)
    assert len(await abroad.submissions(dispute)) == 1


async def test_a_status_that_turns_unknown_after_filing(abroad: ShopAbroad) -> None:
    """Followed on, neither won nor lost, filed by us all the same; the verdict that comes at last is taken."""
    dispute = await abroad.opened(due_by=due_in(6))
    await abroad.staged(dispute)
    await abroad.clocks.pass_time(timedelta(days=4, hours=1))
    await abroad.filed(dispute)
    abroad.words["status"] = "in_arbitration"
    await abroad.tell(dispute)
    case = await abroad.told(dispute, "is now in_arbitration")
    await abroad.clocks.pass_time(timedelta(days=30))
    case = await abroad.live(dispute)
    assert (case.status, story_of(case).verdict) == (CaseStatus.UNDER_REVIEW, None)
    abroad.words.clear()
    await abroad.at_stripe(f"disputes/{dispute}/decide", status="lost")
    await abroad.tell(dispute)
    case = await abroad.status(dispute, CaseStatus.WATCHING_VERDICT)
    assert story_of(case).verdict is Verdict.LOST
    assert len(story_of(case).filings) == 1
