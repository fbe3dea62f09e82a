"""The sandbox's clock: real time plus an offset, and the things that fall due on it."""

import heapq
import itertools
import time
from collections.abc import Callable

Job = Callable[[], None]


class Clock:
    """Tells the time in whole Unix seconds and runs scheduled jobs, each at its own time.

    While a job runs, `now()` is the moment it was due, so that a jump of a month leaves objects and events
    dated as if the month had passed.
    """

    def __init__(self) -> None:
        self._offset = 0.0
        self._as_of: int | None = None
        self._due: list[tuple[int, int, Job]] = []
        self._order = itertools.count()

    def now(self) -> int:
        if self._as_of is not None:
            return self._as_of
        return int(time.time() + self._offset)

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds` and run what fell due on the way."""
        if seconds < 0:
            raise ValueError("the sandbox clock only moves forward")
        self._offset += seconds
        self.run_due()

    def schedule(self, at: int, job: Job) -> None:
        heapq.heappush(self._due, (at, next(self._order), job))

    def run_due(self) -> None:
        """Run every job whose time has come, including those that the jobs themselves schedule."""
        if self._as_of is not None:
            return
        now = self.now()
        while self._due and self._due[0][0] <= now:
            at, _, job = heapq.heappop(self._due)
            self._as_of = at
            try:
                job()
            finally:
                self._as_of = None
