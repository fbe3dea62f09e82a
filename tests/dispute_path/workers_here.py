"""The real worker inside the test's process."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import worker
from demo.stack import Stack

Rewiring = Callable[[worker.Parts], worker.Parts]


def as_wired(parts: worker.Parts) -> worker.Parts:
    return parts


@asynccontextmanager
async def running_worker(stack: Stack, rewired: Rewiring = as_wired) -> AsyncIterator[None]:
    """Every queue's worker until the block ends: then what runs finishes, and nothing is polled any more. `rewired` may
    put another part in the place of a real one."""
    settings = stack.settings()
    async with AsyncExitStack() as open_parts:
        parts = rewired(await worker.assemble(settings, open_parts))
        open_parts.push_async_callback(parts.stripe.close)
        for each in worker.workers(stack.client, parts, settings):
            await open_parts.enter_async_context(each)
        yield
