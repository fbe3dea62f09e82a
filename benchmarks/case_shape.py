"""Which activity calls a case makes and when, read from the history of one."""

from collections.abc import Iterator
from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from benchmarks.bare import LOCAL

_LOCAL_MARKER = "core_local_activity"
"""Name of the marker by which the SDK records a local activity's result."""


@dataclass(frozen=True)
class CaseShape:
    """`calls` in order: `local`, or the queue of an ordinary activity. `refund` counts the ordinary calls up to and
    with the refund. `events` is the length of the whole history."""

    calls: tuple[str, ...]
    refund: int
    events: int

    @property
    def local(self) -> int:
        return sum(call == LOCAL for call in self.calls)

    @property
    def ordinary(self) -> int:
        return len(self.calls) - self.local


def shape_of(history: WorkflowHistory, *, refund: str = "refund_charge") -> CaseShape:
    """The shape of a finished workflow in which the activity `refund` stands for the refund."""
    names = [name for call, name in _calls(history) if call != LOCAL]
    return CaseShape(
        calls=tuple(call for call, _name in _calls(history)),
        refund=names.index(refund) + 1,
        events=len(history.events),
    )


def _calls(history: WorkflowHistory) -> Iterator[tuple[str, str]]:
    """(`local` or queue, name of the activity or of the marker) of every call."""
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled = event.activity_task_scheduled_event_attributes
            yield scheduled.task_queue.name, scheduled.activity_type.name
        elif event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED:
            marker = event.marker_recorded_event_attributes.marker_name
            if marker == _LOCAL_MARKER:
                yield LOCAL, marker


def completed_at(history: WorkflowHistory, ordinary: int) -> float:
    """When the n-th ordinary activity completed, in Unix seconds by the server's clock."""
    completed: list[HistoryEvent] = [
        event for event in history.events if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
    ]
    return _moment(completed[ordinary - 1])


@dataclass(frozen=True)
class OrdinaryCall:
    """An ordinary activity that completed. Unix seconds by the server's clock."""

    name: str
    scheduled_at: float
    completed_at: float


def ordinary_calls(history: WorkflowHistory) -> list[OrdinaryCall]:
    """In the order in which they completed."""
    scheduled: dict[int, HistoryEvent] = {}
    calls = []
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled[event.event_id] = event
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            of = scheduled[event.activity_task_completed_event_attributes.scheduled_event_id]
            name = of.activity_task_scheduled_event_attributes.activity_type.name
            calls.append(OrdinaryCall(name, scheduled_at=_moment(of), completed_at=_moment(event)))
    return calls


def _moment(event: HistoryEvent) -> float:
    return event.event_time.ToNanoseconds() / 1e9
