"""Waiting for what other processes do, with an end to patience."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")
PATIENCE_SECONDS = 60.0


async def eventually(look: Callable[[], Awaitable[Found]], *, seconds: float = PATIENCE_SECONDS) -> Found:
    """What `look` finds once it is something; the test fails when patience runs out."""
    give_up = asyncio.get_running_loop().time() + seconds
    while True:
        found = await look()
        if found:
            return found
        assert asyncio.get_running_loop().time() < give_up, f"still {found!r} after {seconds:g} s"
        await asyncio.sleep(0.05)
