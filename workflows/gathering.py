"""Chapter of a dispute's story: what Stripe knows, and what the merchant's own sources add, asked early and again."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from activities.evidence import AskOrder, SupplyOrder, SupplyReceipt
from chargebacks.contracts import COLLECT_EVIDENCE
from chargebacks.dispute_case import SourceState
from chargebacks.evidence_items import SourceRef, SupplyRequest
from workflows.dispute_case import DisputeCase
from workflows.dispute_steps import ASK_ENDPOINT, GATHER, KEEP_SUPPLY
from workflows.steps import StepFailed

FRESH = timedelta(hours=1)
"""How old a reading of Stripe may be when the packet is filed by the clock."""
_QUICK = timedelta(seconds=5)
"""How long the first packet waits for the sources."""
_ONE_ATTEMPT = timedelta(minutes=2)
_AT_LEAST = timedelta(minutes=10)
_KEEP_FOR = timedelta(hours=6)
_LARGEST_SUPPLY = 1_000_000
"""Bytes. Each answer stands in the history twice, and a case ends by force at a payload above 2 MB or a history above
50 MB (https://docs.temporal.io/self-hosted-guide/defaults)."""
_LONGEST_PROBLEM = 300


async def gather(case: DisputeCase, *, until: datetime) -> bool:
    """Read everything Stripe knows of the sale. False when it could not be had by `until`."""
    gathered = await case.persist(
        lambda: case.run(
            GATHER, case.order, summary=f"gather what Stripe knows of {case.dispute_id}", until=until
        ),
        until=until,
    )
    if gathered is not None:
        case.take_gathered(gathered)
    return gathered is not None


async def gather_again(case: DisputeCase, *, until: datetime) -> bool:
    """Read Stripe afresh; False where it cannot be read: what is at hand must do."""
    try:
        gathered = await case.run(GATHER, case.order, summary=f"look again at {case.dispute_id}", until=until)
    except StepFailed as failure:
        case.record.note(f"Stripe could not be read again ({failure.reason}): {failure.message}")
        return False
    case.take_gathered(gathered)
    return True


class Sources:
    """Asks the merchant's sources beside the story; what they give arrives as news."""

    def __init__(self, case: DisputeCase) -> None:
        self._case = case
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._given: dict[str, set[str]] = {}
        """What each gave last, by item id."""
        self._kept: dict[str, tuple[dict[str, Any], SupplyReceipt]] = {}
        """What each activity said last, where it was said in words alone, and what was kept of it."""

    @property
    def silent(self) -> tuple[str, ...]:
        """Sources that have not answered yet."""
        return tuple(name for name, task in self._asking.items() if not task.done())

    def ask(self, *, until: datetime) -> None:
        """Ask every source that is not being asked already. Answers count until `until`."""
        if until <= workflow.now():
            return
        for source in self._case.sources:
            if source.name not in self.silent:
                self._asking[source.name] = asyncio.create_task(self._ask(source, until))

    async def gave_at_once(self) -> bool:
        """Give those that are quick a moment, so that the first packet holds what they have. Whether there is news to
        take in before it: theirs, or Stripe's, whose events come in flocks when a dispute opens."""
        if not self.silent:
            return False
        try:
            await workflow.wait_condition(
                lambda: not self.silent or self._case.word is not None,
                timeout=_QUICK,
                timeout_summary="sources that answer at once",
            )
        except TimeoutError:
            return self._case.news
        return self._case.news

    def stop(self) -> None:
        """Nothing that they could give counts any more."""
        asking, self._asking = self._asking, {}
        for task in asking.values():
            task.cancel()

    async def _ask(self, source: SourceRef, until: datetime) -> None:
        case, asked_at = self._case, workflow.now()
        case.take_source(SourceState(name=source.name, asked_at=asked_at))
        state = SourceState(name=source.name, asked_at=asked_at)
        try:
            receipt = await self._answer(source, self._request(until), until)
        except StepFailed as failure:
            if source.name not in self._asking:
                return  # stopped, not failed
            problem = _one_line(failure.message)
            case.record.note(f"evidence source {source.name} gave nothing ({failure.reason}): {problem}")
            case.take_source(state.model_copy(update={"problem": problem}))
            case.news = case.supplied = True
            return
        for refused in receipt.refused:
            case.record.note(f"evidence source {source.name}: refused {refused}")
        new = set(receipt.items) - self._given.get(source.name, set())
        self._given[source.name] = set(receipt.items)
        case.record.note(
            f"evidence source {source.name} gave {len(receipt.items)} items, {len(new) or 'none'} of them new"
        )
        refusals = "; ".join(receipt.refused) or None
        case.take_source(
            state.model_copy(
                update={"answered_at": workflow.now(), "items": len(receipt.items), "problem": refusals}
            )
        )
        if new or receipt.refused:
            case.news = case.supplied = True

    async def _answer(self, source: SourceRef, request: SupplyRequest, until: datetime) -> SupplyReceipt:
        case = self._case
        if source.task_queue is None:
            order = AskOrder(source=source.name, request=request)
            return await case.run(ASK_ENDPOINT, order, summary=f"ask {source.name} for evidence", until=until)
        supply = await _collected(source.task_queue, request, until)
        if not isinstance(supply, dict):
            raise StepFailed(reason="bad_supply", message="the answer is not an object", needs_operator=False)
        if (size := len(json.dumps(supply))) > _LARGEST_SUPPLY:
            message = f"the answer has {size:,} bytes, of {_LARGEST_SUPPLY:,} that are taken: give files by their URL"
            raise StepFailed(reason="bad_supply", message=message, needs_operator=False)
        said, receipt = self._kept.get(source.name, (None, None))
        if receipt is not None and supply == said:
            return receipt  # most reminders bring nothing, and each keeping costs history events
        kept = SupplyOrder(case_id=case.id, source=source.name, supply=supply)
        receipt = await case.run(
            KEEP_SUPPLY, kept, summary=f"keep what {source.name} gave", until=workflow.now() + _KEEP_FOR
        )
        if not supply.get("files"):  # what lies under a file's URL may be another one next time
            self._kept[source.name] = (supply, receipt)
        return receipt

    def _request(self, until: datetime) -> SupplyRequest:
        case, sale = self._case, self._case.sale
        if sale is None:
            raise RuntimeError("sources are asked after Stripe was read")
        dispute, assessment = case.dispute, case.assessment
        return SupplyRequest(
            case_id=case.id,
            account=case.account,
            dispute_id=dispute.id,
            reason=dispute.reason,
            network=dispute.network,
            network_reason_code=dispute.network_reason_code,
            product_type=assessment.product_type,
            amount_minor=dispute.amount.amount_minor,
            currency=dispute.amount.currency,
            charge_id=dispute.charge_id,
            payment_intent=sale.payment_intent,
            customer=sale.customer,
            subscription=sale.subscription,
            order_ids=sale.order_ids,
            charged_at=sale.charged_at,
            wanted=tuple(one.name for one in assessment.completeness.missing),
            prior_charges=sale.prior_charges,
            answer_by=until,
        )


def _one_line(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= _LONGEST_PROBLEM else f"{line[: _LONGEST_PROBLEM - 1]}…"


async def _collected(task_queue: str, request: SupplyRequest, until: datetime) -> Any:
    """Call the merchant's own activity; whatever it raises is a matter of its source, never of the case.

    The answer is taken as it is and read in an activity: one that breaks the contract would fail the workflow's task.
    """
    try:
        return await workflow.execute_activity(
            COLLECT_EVIDENCE,
            request,
            task_queue=task_queue,
            start_to_close_timeout=_ONE_ATTEMPT,
            schedule_to_close_timeout=max(until - workflow.now(), _AT_LEAST),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=10), maximum_interval=timedelta(hours=1)
            ),
            summary=f"the merchant's evidence on {request.charge_id}",
        )
    except ActivityError as error:
        told: BaseException | None = error.cause
        while told is not None and not isinstance(told, ApplicationError):
            told = told.__cause__  # a timeout carries the last failure of the attempts before it
        if told is None:
            message = f"no worker answered on {task_queue}"
            raise StepFailed(reason="out_of_time", message=message, needs_operator=False) from error
        raise StepFailed(reason=told.type or "failed", message=told.message, needs_operator=True) from error
