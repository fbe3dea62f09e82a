"""How a dispute becomes a scenario: played in the shops, read on every side, and what was filed looked at."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from demo.disputes.checks import problems_of
from demo.disputes.row import DisputeRow, measured, row_of
from demo.disputes.shops import SHOPS, Shops
from demo.disputes.world import DisputeWorld
from demo.playing import Outcome, Scenario
from demo.processes import REPOSITORY
from demo.stack import ACCOUNTS, Stack
from operations.inspect import read_case

PACKETS = REPOSITORY / ".demo" / "packets"
"""Where the demo leaves the packets, for people to read."""

Play = Callable[[DisputeWorld], Awaitable[str]]
"""Returns the case's id."""


@dataclass(frozen=True)
class Part:
    """A scenario before the shops are open. Tests, workflow and file are named after `key`: it stays the same."""

    key: str
    name: str
    expected: DisputeRow
    play: Play


class Programme:
    """The list of scenarios, to be played once the shops are open."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        """In the order in which they were added."""

    def scenario(self, key: str, name: str, expected: DisputeRow) -> Callable[[Play], Play]:
        """Add the function to the list."""

        def add(play: Play) -> Play:
            self.parts.append(Part(key, name, expected, play))
            return play

        return add

    def scenarios(self, shops: Shops, *, packets: Path | None = None) -> tuple[Scenario, ...]:
        """`packets`: the folder that gets a copy of each packet to read."""
        return tuple(
            Scenario(part.name, part.expected, _playing(part, shops, packets)) for part in self.parts
        )


DISPUTES = Programme()


def _playing(part: Part, shops: Shops, packets: Path | None) -> Callable[[Stack], Awaitable[Outcome]]:
    async def outcome(stack: Stack) -> Outcome:
        world = DisputeWorld(shops, part.key)
        case_id = await part.play(world)
        case = await read_case(stack.store, case_id)
        if packets is not None:
            await _write(stack, case_id, packets / f"{part.key}.pdf")
        return Outcome(
            got=await row_of(stack, case_id, key=_key_of(case.account)),
            cases=(case_id,),
            measured=measured(case.dispute) if case.dispute is not None else "",
            problems=(*world.missed, *await problems_of(stack, case)),
        )

    return outcome


def _key_of(account: str) -> str:
    """The secret key at the stand-in."""
    keys = {name: key for name, (key, _) in ACCOUNTS.items()} | {shop.account: shop.key for shop in SHOPS}
    return keys[account]


async def _write(stack: Stack, case_id: str, path: Path) -> None:
    digest = await stack.store.packets.latest(case_id)
    if digest is not None:
        content = await stack.store.packets.reading_copy(case_id, digest)
        await asyncio.to_thread(path.write_bytes, content)
