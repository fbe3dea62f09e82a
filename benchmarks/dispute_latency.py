"""Time from `charge.dispute.created` to a packet that stands at Stripe, and where it goes.

The span begins before the news is taken in (`operations.disputes.dispute_changed`, as the ingest service calls it), and
ends when the server records that the packet is staged, read back and compared. The shares come from the history: of an
ordinary activity from its scheduling to its completion, of everything between two of them (workflow tasks, local
activities such as the verdict, the case file written to the store) as one.
"""

from dataclasses import dataclass
from time import time

from benchmarks.alert_cases import in_lanes
from benchmarks.case_shape import ordinary_calls
from benchmarks.dispute_cases import check_at_stripe, disputes_at_stripe, staged, take_in_dispute
from demo.stack import Stack

BEFORE, BETWEEN = "start", "between the steps"
_LAST = "stage_packet"
_WARM_UP = 3


@dataclass(frozen=True)
class StagedIn:
    """Seconds to the staged packet, and the shares of them: until the first ordinary activity is scheduled, each such
    activity by its name, and what lies between them."""

    seconds: float
    steps: dict[str, float]


@dataclass(frozen=True)
class DisputeLatency:
    in_flight: int
    spans: list[StagedIn]


async def measure_dispute_latency(stack: Stack, *, disputes: int, in_flight: int) -> DisputeLatency:
    """`disputes` of them with `in_flight` at any time, after a few to warm up."""
    ready = await disputes_at_stripe(stack, disputes + _WARM_UP)
    for dispute_id in ready[:_WARM_UP]:
        await _taken_in(stack, dispute_id)
    measured = ready[_WARM_UP:]
    begun = await in_lanes(measured, lambda dispute_id: _taken_in(stack, dispute_id), lanes=in_flight)
    for dispute_id in measured:
        await check_at_stripe(stack, dispute_id)
    return DisputeLatency(in_flight=in_flight, spans=[await _span(stack, *one) for one in begun])


async def _taken_in(stack: Stack, dispute_id: str) -> tuple[str, float]:
    """The id of the case, and when it all began."""
    began = time()
    case_id = await take_in_dispute(stack, dispute_id)
    await staged(stack, case_id)
    return case_id, began


async def _span(stack: Stack, case_id: str, began: float) -> StagedIn:
    calls = ordinary_calls(await stack.client.get_workflow_handle(case_id).fetch_history())
    ours = calls[: [call.name for call in calls].index(_LAST) + 1]
    steps = {BEFORE: ours[0].scheduled_at - began}
    for call in ours:
        steps[call.name] = steps.get(call.name, 0.0) + call.completed_at - call.scheduled_at
    seconds = ours[-1].completed_at - began
    return StagedIn(seconds=seconds, steps={**steps, BETWEEN: seconds - sum(steps.values())})
