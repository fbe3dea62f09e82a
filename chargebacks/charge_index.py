"""What of an account's charges is indexed, what is still to be read, and how many reads that may take."""

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from chargebacks.charges import ChargeSnapshot
from chargebacks.values import Instant, Value

READS_PER_CHARGE = 500
LEAST_READS = 10_000
READ_WINDOW = timedelta(days=30)
"""Stripe grants 500 reads for each transaction, over thirty days, and 10,000 in any case
(https://docs.stripe.com/rate-limits)."""


class Span(Value):
    """[since, until)."""

    since: Instant
    until: Instant

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since >= self.until:
            raise ValueError("since must lie before until")
        return self

    def touches(self, other: "Span") -> bool:
        """They overlap, or one begins where the other ends."""
        return self.since <= other.until and other.since <= self.until


class Backfill(Value):
    """The last or present filling of one account. Charges come newest first: from `reached` on all are indexed."""

    account: str
    since: Instant
    until: Instant
    reached: Instant
    charges: int = 0
    linked: int = 0
    """Charges whose subscription it made known."""
    calls: int = 0
    """List calls made at Stripe."""
    finished_at: Instant | None = None

    @property
    def indexed(self) -> Span | None:
        return Span(since=self.reached, until=self.until) if self.reached < self.until else None


class Pace(Value):
    """How fast Stripe's lists are read, and how much of them."""

    calls_per_second: float = Field(default=5.0, ge=0.1, le=20)
    """Of the 25 that Stripe allows per endpoint (https://docs.stripe.com/rate-limits): cases go first."""
    calls_in_thirty_days: int | None = Field(default=None, ge=1)
    """None: half of what Stripe grants the account, by the charges it makes."""


class ChargePage(Value):
    """One page of Stripe's list, newest first. `after` continues it; None: this was the last one."""

    charges: tuple[ChargeSnapshot, ...]
    after: str | None


class LinkPage(Value):
    """One page of paid invoice payments: (payment intent, subscription) where there are both."""

    links: tuple[tuple[str, str], ...]
    oldest: Instant | None
    """When the last payment of the page was made; None: the page is empty."""
    after: str | None


def missing(wanted: Span, known: Span | None) -> tuple[Span, ...]:
    """What of `wanted` lies outside of `known`, newest first."""
    if known is None or not (known.since < wanted.until and wanted.since < known.until):
        return (wanted,)
    newer = (known.until, wanted.until)
    older = (wanted.since, known.since)
    return tuple(Span(since=since, until=until) for since, until in (newer, older) if since < until)


def joined(wanted: Span, known: Span | None) -> Span:
    """What is indexed once `wanted` is: with what is known already, where no gap lies between the two."""
    if known is None or not wanted.touches(known):
        return wanted
    return Span(since=min(wanted.since, known.since), until=max(wanted.until, known.until))


def read_allowance(charges_in_window: int) -> int:
    """List calls that a filling may make within `READ_WINDOW`, of an account that made so many charges in it.

    Half of what Stripe grants: the other half is for the cases.
    """
    return max(LEAST_READS, READS_PER_CHARGE * charges_in_window) // 2


def links_of(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Payment intent to subscription, where a payment was for one and only one."""
    found: dict[str, set[str]] = {}
    for payment_intent, subscription in pairs:
        found.setdefault(payment_intent, set()).add(subscription)
    return {intent: next(iter(ids)) for intent, ids in found.items() if len(ids) == 1}
