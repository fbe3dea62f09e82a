"""Stories: tests that are told side by side, because most of their time is waiting. Each has a seller of its own.

told = Stories()

@told.story
async def something_happens(seller: Seller) -> None:
    ...

@pytest.fixture(scope="module")
async def telling(live: Stack) -> AsyncIterator[Telling]:
    async with told.beginning(live) as telling:
        yield telling

@pytest.mark.parametrize("story", told.names)
async def test_story(telling: Telling, story: str) -> None:
    await telling[story]
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sellers import Seller, open_seller
from shops import POLICY

from demo.stack import Stack

AT_ONCE = 8

Story = Callable[[Seller], Awaitable[None]]
Telling = dict[str, "asyncio.Task[None]"]
"""Running stories by name; awaiting one gives its failure."""


@dataclass
class Stories:
    """The stories of one file, in the order in which they stand there."""

    names: list[str] = field(default_factory=list)
    _stories: dict[str, tuple[Story, str]] = field(default_factory=dict)

    def story(self, tell: Story) -> Story:
        """A story of a seller that acts by itself on what is below 500 USD."""
        return self.under(POLICY)(tell)

    def under(self, policy: str) -> Callable[[Story], Story]:
        """A story of a seller with this policy."""

        def add(tell: Story) -> Story:
            name = getattr(tell, "__name__", repr(tell))
            self.names.append(name)
            self._stories[name] = (tell, policy)
            return tell

        return add

    @asynccontextmanager
    async def beginning(self, stack: Stack) -> AsyncIterator[Telling]:
        """Start them all, a few at a time; what nobody waited for is cancelled at the end."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(tell: Story, policy: str) -> None:
            async with gate:
                await tell(await open_seller(stack, policy=policy))

        telling = {name: asyncio.create_task(one(*story)) for name, story in self._stories.items()}
        yield telling
        for task in telling.values():
            task.cancel()
        await asyncio.gather(*telling.values(), return_exceptions=True)
