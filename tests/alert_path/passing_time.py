"""Letting time pass on the time-skipping server."""

from datetime import timedelta

from temporalio.testing import WorkflowEnvironment

_STEP = timedelta(hours=2)


async def pass_time(skipping: WorkflowEnvironment, span: timedelta) -> None:
    """Step by step: one long leap outlasts the server's answer when much is retried on the way."""
    while span > timedelta(0):
        step = min(span, _STEP)
        await skipping.sleep(step)
        span -= step
