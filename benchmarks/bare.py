"""The yardstick: a workflow that makes the same activity calls as an alert's case, in order, and does nothing else.

Of ours this module imports nothing: it is loaded anew for every workflow, inside the workflow sandbox.
"""

from datetime import timedelta

from temporalio import activity, workflow

LOCAL = "local"
"""A local activity, where the other calls name the queue of an ordinary one."""

_TIMEOUT = timedelta(seconds=30)


def queue_of(call: str) -> str:
    """The yardstick has queues of its own, split as ours are."""
    return f"bare-{call}"


BARE_CASES_QUEUE = queue_of("cases")


@activity.defn
async def do_nothing(number: int) -> int:
    return number


@workflow.defn
class BareWorkflow:
    """One call after another, a number in and out."""

    @workflow.run
    async def run(self, calls: list[str]) -> int:
        for number, call in enumerate(calls):
            if call == LOCAL:
                await workflow.execute_local_activity(do_nothing, number, start_to_close_timeout=_TIMEOUT)
            else:
                await workflow.execute_activity(
                    do_nothing, number, task_queue=queue_of(call), start_to_close_timeout=_TIMEOUT
                )
        return len(calls)
