"""How fast calls may follow one another: a token bucket that slows down when it is told to, and comes back by itself.

The clock is the caller's: seconds that only grow, such as an event loop's.
"""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Self

BURST = 0.25
"""Seconds of calls that may come at once. With the sustained rate below, no second has more than was allowed."""
SUSTAINED = 0.8
"""Of what is allowed: in a second, a burst of a quarter of this rate and the rate itself make up the whole."""
RECOVERY = 60.0
"""Seconds from nothing to the full rate: halved, it is back after half of that. Added evenly, halved at once."""
SLOWEST = 1 / 16
"""Of the full rate. Something must go out to find out that more goes again."""
ONE_CUT = 1.0
"""Seconds in which further refusals tell nothing new: they answer calls that were under way at the first one."""

_ENOUGH = 1 - 1e-6
"""A token: finer differences are lost in a clock that has run for months. What is lent so is paid back."""


class Urgency(IntEnum):
    """Who goes first where calls wait for one another."""

    ACTING = 0
    """Moves money, answers before a deadline, protects a dispute."""
    READING = 1
    """A case waits for the answer."""
    BULK = 2
    """Nobody waits: filling the index, looking for what events missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Tokens at one moment. At most max(1, full / 4) + full · t of them are given in any t seconds."""

    full: float
    """Calls per second when nothing was refused lately."""
    tokens: float
    base: float
    """Calls per second at `at`; more with every second after it, up to `full`."""
    at: float
    """When it was as described. In the future: closed until then."""
    cut_at: float = float("-inf")
    """When it was slowed last."""

    @classmethod
    def of(cls, allowed: float, *, now: float) -> Self:
        """A bucket that lets pass no more than `allowed` calls in any second (nor less than one at a time)."""
        full = allowed * SUSTAINED
        return cls(full=full, tokens=max(1.0, full * BURST), base=full, at=now)

    def rate(self, now: float) -> float:
        """Calls per second at this moment."""
        return min(self.full, self.base + max(0.0, now - self.at) * self.full / RECOVERY)

    def wait(self, now: float, calls: int = 1) -> float:
        """Seconds until so many calls could have gone; 0 when they can go now. It is never longer than said."""
        there = self._at(now)
        lacking = 0.0 if there.tokens >= calls * _ENOUGH else calls - there.tokens
        return max(0.0, there.at - now) + lacking / there.base

    def taken(self, now: float) -> Self:
        """One call goes. ValueError when none may go yet."""
        if self.wait(now) > 0:
            raise ValueError("no call may go yet")
        there = self._at(now)
        return replace(there, tokens=there.tokens - 1)

    def slowed(self, now: float, *, closed_for: float = 0.0) -> Self:
        """A call was refused for coming too soon: half as fast from here on, and nothing at all for `closed_for`."""
        there = self._at(now)
        fresh = now - self.cut_at >= ONE_CUT
        return replace(
            there,
            tokens=0.0,
            base=max(self.full * SLOWEST, there.base / 2) if fresh else there.base,
            at=max(there.at, now + closed_for),
            cut_at=now if fresh else self.cut_at,
        )

    def _at(self, now: float) -> Self:
        """The same bucket described as of now; a closed one as of when it opens."""
        if now <= self.at:
            return self
        rate = self.rate(now)
        # By the rate at the beginning: it only grows, so this is never more than what really came to be.
        tokens = min(max(1.0, rate * BURST), self.tokens + (now - self.at) * self.base)
        return replace(self, tokens=tokens, base=rate, at=now)
