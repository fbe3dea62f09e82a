"""What must hold after any fault: asked of every side, for every case."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shops import Shop

from chargebacks.contracts import CaseStatus
from chargebacks.money import Money

PATIENCE_SECONDS = 420


class Case(Protocol):
    """A case that something goes wrong with."""

    @property
    def case(self) -> str:
        """Its id."""
        ...

    async def closed(self) -> None:
        """Wait until it is closed, or patience runs out."""
        ...

    async def problems(self) -> list[str]:
        """What is not as it must be, a sentence each."""
        ...


@dataclass(frozen=True)
class Trial:
    """One alert's case that something goes wrong with."""

    name: str
    shop: Shop
    charge: str
    subscription: str
    amount: int
    case: str
    alert: str

    async def problems(self) -> list[str]:
        """What is not as it must be: one refund of the right amount, one outcome, nothing left hanging."""
        case = await self.shop.stack.store.cases.case_file(self.case)
        sums = await self.shop.ledger(self.charge)
        told = [outcome["outcome"] for outcome in await self.shop.told(self.alert)]
        found = {
            "case": case.status.value if case else "never opened",
            "attention": case.attention if case else None,
            "refunds": (len(sums["refunds"]), sums["refunded"]),
            "told": told,
            "subscription": await self.shop.subscription_status(self.subscription),
            "ledger": [entry.state.value for entry in await self._entries()],
        }
        wanted = {
            "case": "closed",
            "attention": None,
            "refunds": (1, self.amount),
            "told": ["reversed"],
            "subscription": "canceled",
            "ledger": ["succeeded"],
        }
        return [
            f"{self.name}: {key} is {found[key]}, not {wanted[key]}"
            for key in wanted
            if found[key] != wanted[key]
        ]

    async def closed(self) -> None:
        """Wait until the case is closed, or patience runs out."""
        give_up = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < give_up:
            case = await self.shop.stack.store.cases.case_file(self.case)
            if case is not None and case.status is CaseStatus.CLOSED:
                return
            await asyncio.sleep(0.5)

    async def _entries(self) -> tuple:
        return await self.shop.stack.store.ledger.entries(account=self.shop.name, charge_id=self.charge)


@dataclass(frozen=True)
class Fault:
    """The `nth` call that matches, counted from the start of the case, goes wrong; None: every one."""

    method: str
    path: str
    action: str
    nth: int | None = 1
    seconds: float = 0
    parameter: str = ""
    """Which parameter is lost, of the action `loses`."""


async def begin(
    shop: Shop, name: str, *, amount: int, faults: tuple[Fault, ...] = (), disputed: int | None = None
) -> Trial:
    """A subscriber's charge and the alert about it, or about a part; the case starts when a worker is there."""
    charge_id, subscription = await shop.subscribed(amount)
    charge = await shop.know(charge_id)
    for fault in faults:
        await shop.fault(**vars(fault))
    refunded = disputed or amount
    case, alert = await shop.alert(charge, amount=Money(amount_minor=refunded, currency="USD"))
    return Trial(
        name=name,
        shop=shop,
        charge=charge_id,
        subscription=subscription,
        amount=refunded,
        case=case,
        alert=alert,
    )


async def all_problems(trials: Sequence[Case]) -> list[str]:
    """Wait for every case, then ask every side."""
    await asyncio.gather(*(trial.closed() for trial in trials))
    found = [await trial.problems() for trial in trials]
    return [problem for problems in found for problem in problems]


async def stripe_is_idle(shop: Shop, path: str) -> None:
    """Wait until Stripe has finished every call it was asked for, also those nobody waits for any more."""
    while any(call["status"] is None for call in await shop.posts(path)):
        await asyncio.sleep(0.1)
