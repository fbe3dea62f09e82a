"""Which calls to Stripe one alert takes, by what the charge index knows. Read from the stand-in's request log."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.alert_cases import ACCOUNT, alert_about, fill_from_stripe, resolved, sell, take_in
from benchmarks.both_sides import BothSides
from chargebacks.charges import ChargeSnapshot
from demo.stack import ACCOUNTS
from demo.world import World

_ID = re.compile(r"/(ch|pi|re|sub|in|cus|sub_sched)_[A-Za-z0-9]+")


@dataclass(frozen=True)
class StripeCalls:
    """Calls in the order in which they were made, such as `GET /v1/charges/{id}`."""

    about: str
    index_knows_charge: bool
    calls: tuple[str, ...]

    @property
    def reads(self) -> int:
        return sum(call.startswith("GET ") for call in self.calls)

    @property
    def writes(self) -> int:
        return len(self.calls) - self.reads


async def _guest(world: World) -> ChargeSnapshot:
    return await sell(world)


async def _customer(world: World) -> ChargeSnapshot:
    key = {"Authorization": f"Bearer {ACCOUNTS[ACCOUNT][0]}"}
    made = await world.stack.stripe_control.post("/v1/customers", headers=key)
    return await sell(world, customer=made.raise_for_status().json()["id"])


async def _linked(world: World) -> ChargeSnapshot:
    charge = await sell(world, subscribed=True)
    await fill_from_stripe(world.stack, since=datetime.now(UTC) - timedelta(hours=1))
    return charge


async def _unlinked(world: World) -> ChargeSnapshot:
    return await sell(world, subscribed=True)


async def _unknown(world: World) -> ChargeSnapshot:
    return await sell(world, indexed=False)


_SALES: tuple[tuple[str, Callable[[World], Awaitable[ChargeSnapshot]], bool], ...] = (
    ("one-off sale to a customer, in the index", _customer, True),
    ("one-off sale to a guest, in the index", _guest, True),
    ("subscription in the index, link known", _linked, True),
    ("subscription in the index, link unknown", _unlinked, True),
    ("one-off sale to a guest, not in the index", _unknown, False),
)


async def measure_stripe_calls(sides: BothSides) -> list[StripeCalls]:
    """One resolved alert of each sort."""
    return [
        StripeCalls(about=about, index_knows_charge=known, calls=await _calls(sides, make))
        for about, make, known in _SALES
    ]


async def _calls(sides: BothSides, make: Callable[[World], Awaitable[ChargeSnapshot]]) -> tuple[str, ...]:
    alert = await alert_about(sides.world, await make(sides.world))
    log = sides.stack.stripe_control
    (await log.delete("/_sandbox/requests")).raise_for_status()
    await resolved(sides.stack, await take_in(sides.stack, alert))
    made: list[dict[str, Any]] = (await log.get("/_sandbox/requests")).raise_for_status().json()["requests"]
    return tuple(f"{call['method']} {_ID.sub('/{id}', call['path'])}" for call in made)
