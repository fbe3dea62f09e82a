"""How long the history of a dispute is that takes 75 days: a count, the same everywhere but for what coincides.

Day 0: the dispute is opened, the shop's evidence source gives a little, the packet is staged. As often as the policy
says the source is reminded; each time it gives more, and a new packet is staged. On day 18 it is submitted, on day 75
the dispute is won. Stripe's webhooks arrive as things happen, the echoes of our own writes among them; in between the
dispute is looked at by the policy's slow poll.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import EventType

from benchmarks.case_shape import ordinary_calls
from benchmarks.dispute_cases import POLICY, disputes_at_stripe, staged, take_in_dispute
from benchmarks.long_dispute import LongShop
from chargebacks.contracts import COLLECT_EVIDENCE, CaseFile
from chargebacks.dispute_case import Verdict
from demo.stack import post

DAYS = 75
ONE_REMINDER = f"{POLICY}\nreminder_hours = [240]\n"
THREE_REMINDERS = POLICY
"""The policy's defaults."""

_TO_ANSWER = timedelta(days=20)


@dataclass(frozen=True, kw_only=True)
class HistoryLength:
    """`by_type` counts events by their type, such as `TIMER_STARTED`; `size` is that of the whole history in bytes."""

    days: int
    events: int
    by_type: Counter[str]
    size: int
    calls: Counter[str]
    """Completed ordinary activities by their name, the evidence source's among them."""
    heard: int
    """Webhooks delivered."""

    @property
    def reminders(self) -> int:
        return self.calls[COLLECT_EVIDENCE] - 1


async def measure_dispute_history(shop: LongShop, *, days: int = DAYS) -> HistoryLength:
    """One dispute that is won after `days`, of which there must be more than 20. RuntimeError when it came to anything
    else."""
    async with shop.webhooks() as told:
        (dispute_id,) = await disputes_at_stripe(shop.stack, 1, due_by=datetime.now(UTC) + _TO_ANSWER)
        case_id = await take_in_dispute(shop.stack, dispute_id)
        await staged(shop.stack, case_id)
        await shop.pass_time(_TO_ANSWER)
    await shop.pass_time(timedelta(days=days) - _TO_ANSWER)
    await post(shop.stack.stripe_control, f"/_sandbox/disputes/{dispute_id}/decide", {"status": "won"})
    heard = sum(told) + await shop.deliver_events()
    return await _length(shop, case_id, days=days, heard=heard)


async def _length(shop: LongShop, case_id: str, *, days: int, heard: int) -> HistoryLength:
    handle = shop.stack.client.get_workflow_handle(case_id, result_type=CaseFile)
    story = (await handle.result()).dispute
    if story is None or story.verdict is not Verdict.WON or len(story.filings) != 1:
        raise RuntimeError(f"{case_id} should be filed once and won: {story}")
    history = await handle.fetch_history()
    types = [EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events]
    return HistoryLength(
        days=days,
        events=len(types),
        by_type=Counter(types),
        size=sum(event.ByteSize() for event in history.events),
        calls=Counter(call.name for call in ordinary_calls(history)),
        heard=heard,
    )
