"""How a dispute comes out, for months; and disputes that are only followed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dispute_shop import ACCOUNT, DisputeShop, case_id, due_in, story, story_of

from chargebacks.contracts import CaseStatus, DisputeChanged
from chargebacks.dispute_case import DisputeStory, FiledBy, Verdict
from chargebacks.errors import BadInput
from chargebacks.results import DisputeResult
from operations.disputes import submit
from stripe_gateway.conversion import Reading
from stripe_gateway.dispute_conversion import dispute_of
from workflows.following import watched_until


async def filed(shop: DisputeShop, *, more: str = "") -> str:
    await shop.follow_policy(more=more)
    dispute = await shop.opened(due_by=due_in(6))
    await shop.clocks.pass_time(timedelta(days=5))
    await shop.filed(dispute)
    await shop.deliver_events()
    return dispute


async def decided(shop: DisputeShop, dispute: str, status: str) -> None:
    await shop.at_stripe(f"disputes/{dispute}/decide", status=status)
    await shop.deliver_events()


async def result(shop: DisputeShop, dispute: str) -> DisputeResult:
    found = await shop.stack.store.results.results(account=ACCOUNT)
    return next(one for one in found if one.case_id == case_id(dispute))


async def test_a_win(shop: DisputeShop) -> None:
    """The money that came back and the fees stand on the case and in the books, and the case is closed."""
    dispute = await filed(shop)
    await decided(shop, dispute, "won")
    case = await shop.closed(dispute)
    told = story_of(case)
    assert (told.verdict, told.withdrawn_minor, told.recovered_minor) == (Verdict.WON, 4999, 4999)
    booked = await result(shop, dispute)
    assert (booked.verdict, booked.recovered_minor) == (Verdict.WON, 4999)
    assert (booked.filed_by, booked.evidence) == (FiledBy.US, tuple(sorted(told.filings[0].fields)))
    assert booked.fees_minor == told.fees_minor == 1500


async def test_a_loss_that_stays_one(shop: DisputeShop) -> None:
    """It is watched for as long as the policy says, then the case is closed as lost."""
    dispute = await filed(shop, more="watch_lost_days = 30\n")
    await decided(shop, dispute, "lost")
    await shop.status(dispute, CaseStatus.WATCHING_VERDICT)
    await shop.clocks.pass_time(timedelta(days=31), step=timedelta(hours=12))
    case = await shop.closed(dispute)
    assert story_of(case).verdict is Verdict.LOST
    assert (await result(shop, dispute)).recovered_minor == 0


async def test_a_loss_that_becomes_a_win_after_weeks(shop: DisputeShop) -> None:
    """Without an event: the slow poll finds it, and the books are corrected."""
    dispute = await filed(shop)
    await decided(shop, dispute, "lost")
    await shop.status(dispute, CaseStatus.WATCHING_VERDICT)
    await shop.clocks.pass_time(timedelta(days=40), step=timedelta(hours=12))
    await shop.at_stripe(f"disputes/{dispute}/decide", status="won")
    await shop.clocks.pass_time(timedelta(days=22), step=timedelta(hours=12))
    case = await shop.closed(dispute)
    assert "verdict: won (was lost)" in story(case)
    assert (await result(shop, dispute)).verdict is Verdict.WON
    assert (await result(shop, dispute)).recovered_minor == 4999


async def test_a_win_after_the_case_was_closed(shop: DisputeShop) -> None:
    """The case goes on where it stopped: one story, and the books say won."""
    dispute = await filed(shop, more="watch_lost_days = 5\n")
    await decided(shop, dispute, "lost")
    await shop.clocks.pass_time(timedelta(days=6))
    lines = len((await shop.closed(dispute)).timeline)
    await decided(shop, dispute, "won")
    case = await shop.until(dispute, lambda case: story_of(case).verdict is Verdict.WON)
    case = await shop.closed(dispute)
    assert len(case.timeline) > lines
    assert "verdict: won (was lost)" in story(case)
    assert len(story_of(case).filings) == 1
    assert (await result(shop, dispute)).verdict is Verdict.WON


def test_the_money_of_a_win_that_comes_after_the_word() -> None:
    """Stripe may say won before it has paid: the case stays open for the money, two weeks at most."""
    decided_at = datetime(2026, 11, 25, tzinfo=UTC)
    unpaid = DisputeStory(verdict=Verdict.WON, decided_at=decided_at, withdrawn_minor=4999)
    paid = unpaid.model_copy(update={"recovered_minor": 4999})
    assert watched_until(unpaid, watch_lost_days=120) == decided_at + timedelta(days=14)
    assert watched_until(paid, watch_lost_days=120) is None


async def test_a_status_of_stripes_that_is_new(shop: DisputeShop) -> None:
    """An event with a word that is not known breaks nothing: the dispute is read, and filed when it is time."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(6))
    await shop.staged(dispute)
    reading = Reading(as_of=datetime.now(UTC), livemode=False, order_keys=())
    read = dispute_of(await shop.read(dispute), reading)
    await shop.tell(dispute, DisputeChanged(dispute=read.model_copy(update={"status": "mediation_pending"})))
    await shop.clocks.pass_time(timedelta(days=5))
    await shop.filed(dispute)
    assert len(await shop.submissions(dispute)) == 1


async def test_a_reason_that_says_little(shop: DisputeShop) -> None:
    """`general` is fought as any other."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(6), reason="general")
    await shop.staged(dispute)
    await shop.clocks.pass_time(timedelta(days=5))
    await shop.filed(dispute)
    assert len(await shop.submissions(dispute)) == 1


UNANSWERABLE: list[dict[str, Any]] = [
    {"reason": "insufficient_funds"},
    {"reason": "debit_not_authorized"},
    {"due_by": 0},
    {"due_by": due_in(-1)},
]


@pytest.mark.parametrize("wishes", UNANSWERABLE)
async def test_what_cannot_be_answered_is_recorded_and_followed(
    shop: DisputeShop, wishes: dict[str, Any]
) -> None:
    """A bank debit's reason, no time to answer, a time that is over: nothing is filed, the end is booked."""
    await shop.follow_policy()
    await shop.at_stripe("settings", lose_at_deadline=False)
    dispute = await shop.opened(**{"due_by": due_in(6), **wishes})
    case = await shop.status(dispute, CaseStatus.UNDER_REVIEW)
    assert story_of(case).assessment is not None
    assert story_of(case).left
    assert case.attention is None
    with pytest.raises(BadInput, match="Nothing can be filed"):
        await submit(shop.stack.client, case.case_id, by="ann")
    await shop.clocks.pass_time(timedelta(days=7))
    await decided(shop, dispute, "lost")
    case = await shop.status(dispute, CaseStatus.WATCHING_VERDICT)
    assert story_of(case).verdict is Verdict.LOST
    assert await shop.submissions(dispute) == []
    assert (await result(shop, dispute)).verdict is Verdict.LOST


async def test_a_dispute_that_was_over_when_it_came(shop: DisputeShop) -> None:
    """An old one, taken in after its win: recorded and closed at once."""
    await shop.follow_policy()
    dispute = await shop.opened(status="won")
    case = await shop.closed(dispute)
    assert story_of(case).verdict is Verdict.WON
    assert await shop.written() == []
