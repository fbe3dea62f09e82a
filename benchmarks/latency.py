"""Time from the start to the refund, one alert at a time, against the yardstick's same span.

The span begins before the message is taken in (ours) or the workflow is started (yardstick), and ends when the server
records the refund as completed, or the yardstick's ordinary activity at the same place. One of ours and one of the
yardstick take turns, and each pair changes which goes first; the result is the median of the pairs' ratios.
"""

from dataclasses import dataclass
from time import time

from benchmarks.alert_cases import ReadyAlert, prepare_alerts, resolved, take_in
from benchmarks.both_sides import BothSides
from benchmarks.case_shape import completed_at

_WARM_UP = 3


@dataclass(frozen=True)
class LatencyPair:
    """Seconds to the refund, and to the same place in the yardstick."""

    ours: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


async def measure_latency(sides: BothSides, *, pairs: int) -> list[LatencyPair]:
    """`pairs` lone alerts and as many lone bare workflows, after a few to warm up."""
    alerts = await prepare_alerts(sides.world, pairs + _WARM_UP)
    spans = [await _pair(sides, alert, bare_first=number % 2 == 1) for number, alert in enumerate(alerts)]
    return spans[_WARM_UP:]


async def _pair(sides: BothSides, alert: ReadyAlert, *, bare_first: bool) -> LatencyPair:
    bare = await _bare(sides) if bare_first else None
    ours = await _ours(sides, alert)
    return LatencyPair(ours=ours, bare=bare if bare is not None else await _bare(sides))


async def _ours(sides: BothSides, alert: ReadyAlert) -> float:
    began = time()
    case_id = await take_in(sides.stack, alert)
    await resolved(sides.stack, case_id)
    history = await sides.stack.client.get_workflow_handle(case_id).fetch_history()
    return completed_at(history, sides.shape.refund) - began


async def _bare(sides: BothSides) -> float:
    began = time()
    handle = await sides.start_bare()
    await handle.result()
    return completed_at(await handle.fetch_history(), sides.shape.refund) - began
