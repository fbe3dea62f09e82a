"""What every running case can do: run a step, try until it works or a person gives up, wait for a repair."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from chargebacks.contracts import Asks, CaseStatus
from workflows.case_page import at
from workflows.case_record import CaseRecord
from workflows.parking import Desk, Question
from workflows.steps import Step, StepFailed, Urgency, run_step

Argument = TypeVar("Argument")
Result = TypeVar("Result")


class RunningCase(ABC):
    """Shared by the chapters of a case's story."""

    def __init__(self, *, id: str, account: str, record: CaseRecord) -> None:
        self.id = id
        self.account = account
        self.record = record
        self.desk = Desk()
        self.news = False
        """Something changed outside that may have mended what holds the case."""

    @property
    @abstractmethod
    def last_safe(self) -> datetime:
        """Until when people and the outside are waited for."""

    @abstractmethod
    def priority_key(self) -> int:
        """1 (most urgent) to 5, from the time that is left."""

    def wakes(self) -> bool:
        """Whether there is something that goes before waiting for a repair."""
        return self.news

    async def run(
        self, step: Step[Argument, Result], argument: Argument, *, summary: str, until: datetime | None = None
    ) -> Result:
        """Run a step with this case's urgency, until the last safe moment unless told otherwise."""
        urgency = Urgency(account=self.account, priority_key=self.priority_key())
        return await run_step(step, argument, summary=summary, urgency=urgency, until=until or self.last_safe)

    async def persist(self, attempt: Callable[[], Awaitable[Result]], *, until: datetime) -> Result | None:
        """Try; when a step fails, hold the case for a person and try again on their word. None: time is over."""
        while True:
            try:
                return await attempt()
            except StepFailed as failure:
                if not await self.hold(failure.reason, failure.message, until=until):
                    return None

    async def hold(self, reason: str, message: str, *, until: datetime) -> bool:
        """Park the case in needs_attention. True when a person said to go on, False when time is over."""
        self.record.note(f"needs attention ({reason}): {message}")
        await self.record.publish(
            CaseStatus.NEEDS_ATTENTION,
            attention=f"{reason}: {message}",
            asks=Asks.REPAIR,
            waits_for=f"a repair, then resume, until {at(until)}",
        )
        question = Question(asks=Asks.REPAIR, text=message)
        answer = await self.desk.wait(question, until=until, wake=self.wakes)
        if answer is None and not self.wakes():
            self.record.note("nobody repaired it in time")
            return False
        self.news = False
        if answer is not None:
            self.record.note(f"resumed by {answer.by}" + (f": {answer.note}" if answer.note else ""))
        await self.record.publish(CaseStatus.WORKING)
        return True
