"""What a client may cost: bytes, seconds and requests. Beyond that it is refused, and nobody else waits for it."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KILOBYTE = 1024
_THROWN_AWAY = 16 * 1024 * KILOBYTE


@dataclass(frozen=True)
class BodyLimits:
    """How long a request's body may be, by the beginning of its path, and how many seconds it may take to arrive."""

    by_path: tuple[tuple[str, int], ...] = (
        ("/alerts/", 256 * KILOBYTE),
        ("/stripe/", 1024 * KILOBYTE),
        ("/cases", 12 * 1024 * KILOBYTE),
        ("/codec/", 16 * 1024 * KILOBYTE),
    )
    otherwise: int = 64 * KILOBYTE
    seconds: float = 15.0

    def of(self, path: str) -> int:
        return next((limit for prefix, limit in self.by_path if path.startswith(prefix)), self.otherwise)


class LimitExceeded(HTTPException):
    """Raised while a body is read. The connection ends with the answer: what is still on its way is not wanted."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(status, message, headers={"Connection": "close"})
        self.reason = reason


class LimitBodies:
    """ASGI middleware: 413 for a body that is too long, announced or not, and 408 for one that does not arrive.

    A body that nobody reads is nobody's concern.
    """

    def __init__(self, app: ASGIApp, limits: BodyLimits = BodyLimits()) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(receive, self._limits, announced=_announced(scope), path=scope["path"])
        await self._app(scope, body.receive, send)


class _Body:
    """A request's body as it arrives, cut off where it costs too much."""

    def __init__(self, receive: Receive, limits: BodyLimits, *, announced: int, path: str) -> None:
        self._receive = receive
        self._limit = limits.of(path)
        self._seconds = limits.seconds
        self._until = time.monotonic() + limits.seconds
        self._announced = announced
        self._arrived = 0
        self._complete = False

    async def receive(self) -> Message:
        if self._complete:
            return await self._receive()
        if self._announced > self._limit:
            await self._refuse()
        part = await self._part()
        if self._arrived > self._limit:
            await self._refuse()
        return part

    async def _part(self) -> Message:
        try:
            part = await asyncio.wait_for(self._receive(), self._until - time.monotonic())
        except TimeoutError:
            message = f"The body did not arrive within {self._seconds:g} seconds."
            raise LimitExceeded(408, "too_slow", message) from None
        if part["type"] == "http.request":
            self._arrived += len(part.get("body", b""))
            self._complete = not part.get("more_body", False)
        else:
            self._complete = True  # the client has gone
        return part

    async def _refuse(self) -> NoReturn:
        """What is on its way is read and thrown away, up to a point: a connection that ends with unread bytes takes
        the answer with it (RFC 9112 section 9.6), and the sender would never learn why."""
        while not self._complete and self._arrived < _THROWN_AWAY:
            await self._part()
        raise LimitExceeded(413, "too_large", f"The body may have at most {self._limit} bytes.")


def _announced(scope: Scope) -> int:
    """Content-Length; zero where it is missing or no number: the body itself is counted, too."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:19])
    return 0


class RateLimits:
    """So many requests a second for each key, in bursts of as many as come in ten seconds; the least recently seen
    keys are forgotten, so that strangers cannot fill the memory."""

    _MOST_KEYS = 10_000
    _BURST_SECONDS = 10.0

    def __init__(self, per_second: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._left: OrderedDict[tuple[str, ...], tuple[float, float]] = OrderedDict()

    def take(self, *key: str) -> float:
        """0 when the request may pass; else the seconds after which the next one may."""
        now, burst = self._clock(), self._per_second * self._BURST_SECONDS
        left, at = self._left.pop(key, (burst, now))
        left = min(burst, left + (now - at) * self._per_second)
        passes = left >= 1
        self._left[key] = (left - 1 if passes else left, now)
        if len(self._left) > self._MOST_KEYS:
            self._left.popitem(last=False)
        return 0.0 if passes else (1 - left) / self._per_second
