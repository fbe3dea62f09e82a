"""Filling the charge index: how fast pages are read and kept, and how many calls a charge costs.

Without a pace, against the stand-in on the same machine: what we can do, of which Stripe's latency and the pace (five
calls a second unless told otherwise) leave a part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter

from pydantic import SecretStr

from activities.backfilling import Backfilling, LegOrder, ListKind, PlanOrder, Task
from benchmarks.report import Line
from chargebacks.charge_index import Backfill, Pace, Span
from demo.stack import Stack, post
from runtime.connections import StripeCredentials

_ACCOUNT = "filled"
_STRIPE_ACCOUNT = "acct_1Filled"
_KEY = "sk_test_filled"
_DAYS = 120
_UNPACED = 1_000_000.0
_PAGES = 20


@dataclass(frozen=True, kw_only=True)
class Filling:
    """One list read through."""

    list: ListKind
    objects: int
    calls: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.objects / self.seconds


async def measure_backfill(stack: Stack, *, charges: int, subscriptions: int) -> list[Filling]:
    """Charges, then the links of those that are subscriptions'. Each list is read to its end."""
    now = datetime.now(UTC)
    wanted = Span(since=now - timedelta(days=_DAYS), until=now)
    await _sold(stack, wanted, charges=charges, subscriptions=subscriptions)
    store = stack.store
    backfilling = Backfilling(
        index=store.charges, stripe=stack.stripe, records=store.backfills, notices=store.notices
    )
    plan = await backfilling.plan_backfill(PlanOrder(account=_ACCOUNT, wanted=wanted, again=True))
    backfill, fillings = plan.backfill, list[Filling]()
    for task in plan.tasks:
        before, began = backfill, perf_counter()
        left: Task | None = task
        while left is not None:
            order = LegOrder(
                backfill=backfill,
                task=left,
                then_reached=backfill.since,
                pages=_PAGES,
                calls_per_second=_UNPACED,
            )
            leg = await backfilling.read_leg(order)
            backfill, left = leg.backfill, leg.task
        fillings.append(_filling(task.list, before, backfill, perf_counter() - began))
    return fillings


def backfill_lines(fillings: Sequence[Filling]) -> list[Line]:
    """The last line is reckoned, not measured."""
    name = "filling the charge index"
    lines = [
        Line(
            benchmark=name,
            case=f"{one.list.value}, without a pace",
            measured=f"{one.per_second:,.0f}/s ({one.objects:,} by {one.calls:,} calls in {one.seconds:.1f} s)",
        )
        for one in fillings
    ]
    charges = next(one for one in fillings if one.list is ListKind.CHARGES)
    calls = 1_000_000 * charges.calls / charges.objects
    minutes = calls / Pace().calls_per_second / 60
    measured = f"{calls:,.0f} calls, {minutes:.0f} min at the default pace"
    return [*lines, Line(benchmark=name, case="a million charges, reckoned", measured=measured)]


async def _sold(stack: Stack, within: Span, *, charges: int, subscriptions: int) -> None:
    control = stack.stripe_control
    await post(control, "/_sandbox/accounts", {"id": _STRIPE_ACCOUNT, "name": "Filled"})
    await post(control, "/_sandbox/keys", {"key": _KEY, "account": _STRIPE_ACCOUNT})
    await stack.store.accounts.connect_account(
        StripeCredentials(account=_ACCOUNT, api_key=SecretStr(_KEY), livemode=False)
    )
    since, until = int(within.since.timestamp()) + 1, int(within.until.timestamp()) - 1
    body = {"account": _STRIPE_ACCOUNT, "count": charges, "from": since, "to": until}
    await post(control, "/_sandbox/charges", body)
    for number in range(subscriptions):
        created = until - number * (until - since) // subscriptions
        sold = {"account": _STRIPE_ACCOUNT, "amount": 1999, "currency": "usd", "created": created}
        await post(control, "/_sandbox/subscriptions", sold)


def _filling(list: ListKind, before: Backfill, after: Backfill, seconds: float) -> Filling:
    charges = list is ListKind.CHARGES
    objects = after.charges - before.charges if charges else after.linked - before.linked
    return Filling(list=list, objects=objects, calls=after.calls - before.calls, seconds=seconds)
