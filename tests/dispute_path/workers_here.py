"""The real worker inside the test's process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import worker
from demo.stack import Stack


@asynccontextmanager
async def running_worker(stack: Stack) -> AsyncIterator[None]:
    """Every queue's worker until the block ends: then what runs finishes, and nothing is polled any more."""
    settings = stack.settings()
    async with AsyncExitStack() as open_parts:
        parts = await worker.assemble(settings, open_parts)
        for each in worker.workers(stack.client, parts, settings):
            await open_parts.enter_async_context(each)
        yield
