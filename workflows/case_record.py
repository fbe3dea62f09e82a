"""The case file while the case runs: told in the Temporal UI, in search attributes and in the store."""

from typing import Any

from temporalio import workflow

from chargebacks.contracts import Asks, CaseFile, CaseStatus, TimelineEntry
from workflows.attributes import changes, values_of
from workflows.case_page import details_of
from workflows.steps import SAVE_CASE, run_local


class CaseRecord:
    """Facts are set freely; `publish` shows them, at lasting changes only (each costs history events)."""

    def __init__(self, case: CaseFile) -> None:
        self.case = case
        self._published = values_of(case)

    def set(self, **facts: Any) -> None:
        """Set fields of the case file by name."""
        self.case = self.case.model_copy(update=facts)

    def note(self, text: str) -> None:
        """Add a line to the case's story."""
        entry = TimelineEntry(number=len(self.case.timeline) + 1, at=workflow.now(), text=text)
        self.set(timeline=(*self.case.timeline, entry))

    async def publish(
        self,
        status: CaseStatus,
        *,
        attention: str | None = None,
        asks: Asks | None = None,
        waits_for: str | None = None,
    ) -> None:
        """Enter a status that lasts: why a person is needed, what is asked, what the case waits for until when."""
        self.set(status=status, attention=attention, asks=asks, waits_for=waits_for)
        values = values_of(self.case)
        if updates := changes(self._published, values):
            workflow.upsert_search_attributes(updates)
            self._published = values
        workflow.set_current_details(details_of(self.case))
        await run_local(SAVE_CASE, self.case, summary=f"save the case: {status.value}")
