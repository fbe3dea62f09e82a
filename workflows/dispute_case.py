"""A running dispute case: what is pinned, what is known, and the words that people may say at any time."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.disputes import OpenedDispute
from activities.evidence import Gathered
from activities.packet_facts import filed_elsewhere
from chargebacks.contracts import (
    AcceptDispute,
    CaseFile,
    CaseKind,
    CaseStatus,
    DisputeChanged,
    DisputeRequest,
    SubmitPacket,
)
from chargebacks.dispute_case import DisputeStory, FiledBy, Filing, SourceState, Verdict
from chargebacks.disputes import Dispute, Stage
from chargebacks.representment import DisputeAction
from chargebacks.results import DisputeResult
from workflows.case_page import at
from workflows.case_record import CaseRecord
from workflows.dispute_steps import READ_DISPUTE
from workflows.known_dispute import KnownDispute
from workflows.parking import Answer, Question
from workflows.steps import StepFailed

_READING = timedelta(days=1)
"""How long one look at the dispute is tried."""
_SOURCE = "stripe"

Word = SubmitPacket | AcceptDispute
Result = TypeVar("Result")


class DisputeCase(KnownDispute):
    """Shared by the chapters of a dispute's story."""

    def __init__(self, request: DisputeRequest) -> None:
        super().__init__(request, CaseRecord(opening_file(request)))
        self.word: Word | None = None
        """What a person wants done without being asked."""
        self.changed = False
        """The dispute has to be read again."""
        self.evidence_added = False
        self.supplied = False
        """A source has answered, or will not."""
        self.missed: str | None = None
        """What could not be done in time: stays with a person to the end."""
        self.overruled: str | None = None
        """Who refused to refund or accept, so that the dispute is fought."""
        self.declined: str | None = None
        """Who refused to have the dispute fought: nobody's answer files nothing after that."""
        self.weighed_as = Stage.CHARGEBACK
        """The stage that the latest decision was about."""
        self.refund_changed = False
        """The refund of the inquiry has to be read again."""
        self.sale_changed = False
        """What Stripe knows of the sale has to be gathered again."""
        self.submissions_before = 0
        """Stripe's count when the round began."""
        self.accepted = self.story.verdict is Verdict.ACCEPTED
        self.recorded: DisputeResult | None = None
        self._as_staged: dict[str, str] = {}
        self._heard: Dispute | None = None
        """As the latest event showed it."""
        self._shown = self.record.case
        """As last published."""

    @property
    def to_be_answered(self) -> bool:
        asked = self.word is not None or self.evidence_added
        return self.dispute.awaits_answer and (asked or not self.is_left)

    def take_opening(self, opened: OpenedDispute) -> None:
        self._opened = opened
        self.record.set(policy_version=opened.account.policy_version, mode=opened.mode.value)

    def take_dispute(self, dispute: Dispute) -> bool:
        """Keep the newest reading; whether it tells anything new."""
        known = self.story.dispute
        if self._heard is not None and not dispute.differs_from(self._heard):
            # The event told of what we have just read or done ourselves.
            self._heard, self.changed = None, False
            self.news = self.supplied or self.evidence_added
        if known is not None and not (news := dispute.differs_from(known)):
            return False
        if known is None:
            self.record.note(
                f"{dispute.id}: {dispute.stage.value}, {dispute.reason}, {dispute.amount}, {dispute.status}"
            )
        elif dispute.status != known.status:
            self.record.note(f"the dispute is now {dispute.status} (was {known.status})")
        elif told := [
            name for name in news if name not in ("staged", "has_evidence", "movements", "metadata")
        ]:
            self.record.note(f"changed at Stripe: {', '.join(told)}")
        self.tell(dispute=dispute)
        self._notice_edits()
        self.record.set(charge_id=dispute.charge_id, amount=dispute.amount, respond_by=dispute.due_by)
        return True

    def take_staged(self, dispute: Dispute) -> None:
        """What stands at Stripe now is ours."""
        self.edited, self._as_staged = None, dispute.staged
        self.take_dispute(dispute)
        if self.packet is not None and dispute.awaits_answer:
            self.tell(packet=self.packet.model_copy(update={"staged": True}))
            self.record.note(f"staged packet {self.packet.digest[:12]}, read back and compared")

    def _notice_edits(self) -> None:
        """A person works on the evidence in the Dashboard: what they wrote is not replaced behind their back."""
        if self.packet is None or not self.packet.staged or not self.dispute.awaits_answer:
            return
        if not self._as_staged or self.is_filed:
            return  # staged for an earlier round, or by the case that this one goes on with
        fields = sorted({field for field, _ in self._as_staged.items() ^ self.dispute.staged.items()})
        if fields and self.edited is None:
            told = f"somebody changed {', '.join(fields)} of {self.dispute_id} at Stripe"
            self.edited = (
                f"staged_differs: {told}. Submit it in the Dashboard, or resume to put the packet back."
            )
            self.record.note(f"needs attention (staged_differs): {told}")

    def put_back(self) -> None:
        """Stage the packet anew over what somebody changed."""
        self.edited = None
        if self.packet is not None:
            self.tell(packet=self.packet.model_copy(update={"staged": False}))

    def take_gathered(self, gathered: Gathered) -> None:
        self.take_dispute(gathered.dispute)
        self.sale, self.sources, self.gathered_at = gathered.sale, gathered.sources, workflow.now()
        if gathered.alert != self.story.alert and gathered.alert is not None:
            self.record.note(f"alert {gathered.alert.case_id}: {gathered.alert.why_not_prevented}")
        self.tell(alert=gathered.alert, no_alert=gathered.no_alert)

    def take_source(self, state: SourceState) -> None:
        others = tuple(known for known in self.story.sources if known.name != state.name)
        self.tell(sources=(*others, state))

    def take_filing(
        self, *, filed_by: FiledBy, at: datetime, digest: str | None = None, approved_by: str | None = None
    ) -> None:
        """Keep who spent the round's submission, and with what: `digest` names our packet."""
        packet = self.packet if self.packet is not None and self.packet.digest == digest else None
        filing = Filing(
            round=self.story.round,
            filed_by=filed_by,
            digest=digest,
            approved_by=approved_by if digest is not None else None,
            fields=packet.fields if packet is not None else tuple(sorted(self.dispute.staged)),
            completeness=self.assessment.completeness.percent if self.story.assessment else 0,
            at=at,
        )
        self.tell(filings=(*self.story.filings, filing))
        whose = f"packet {filing.digest[:12]}, approved by {approved_by}" if filing.digest else "not by us"
        self.record.note(f"submitted by {filed_by.value.replace('_', ' ')}: {whose}")

    def notice_filing(self) -> None:
        """Somebody else may have spent the submission: noticed, recorded, respected."""
        filed_by = filed_elsewhere(self.dispute, before=self.submissions_before)
        if not self.is_filed and filed_by is not None and not self.dispute.awaits_answer:
            self.take_filing(filed_by=filed_by, at=workflow.now())

    def leave(self, why: str, *, missed: bool = False) -> None:
        """Leave the round unanswered; a person may still have it filed until it is due."""
        self.left_in = (self.story.round, self.dispute.status)
        self.tell(left=why)
        self.record.note(f"left unanswered: {why}")
        if missed:
            self.missed = f"{self.dispute_id} was not answered: {why}"

    def begin_round(self) -> None:
        """An escalated inquiry and an appeal each take an answer of their own."""
        story, dispute = self.story, self.dispute
        if not dispute.awaits_answer:
            if self.word is not None:
                self.record.note(f"too late for the word of {self.word.by}: the dispute is {dispute.status}")
                self.word = None
            return
        left = self.left_in is not None and not self.is_left
        if self.is_filed or left:
            self.tell(round=story.round + 1, left=None)
            self.began_at = workflow.now()
            due = at(dispute.due_by) if dispute.due_by is not None else "no time is set"
            self.record.note(f"round {story.round + 1}: {dispute.stage.value}, due: {due}")
            self.left_in = self.missed = self.overruled = self.declined = self.edited = None
        self.submissions_before = dispute.submission_count

    def hear(self, change: DisputeChanged) -> None:
        """News from Stripe; what only echoes what is known (our own writes, mostly) changes nothing."""
        known = self.story.dispute
        if change.of_sale and known is not None and not known.awaits_answer:
            return  # nothing is to be filed
        self.sale_changed = self.sale_changed or change.of_sale
        if change.dispute is not None and known is not None and not change.dispute.is_news_to(known):
            return
        self._heard = change.dispute
        self.changed = self.news = True

    async def publish(self, status: CaseStatus, **told: Any) -> None:
        """Show the case, where it is shown otherwise now (each time costs history events)."""
        facts = {"status": status, "attention": None, "asks": None, "waits_for": None, **told}
        if self.record.case.model_copy(update=facts) == self._shown:
            return
        await self.record.publish(status, **told)
        self._shown = self.record.case

    async def take_news(self) -> None:
        """What woke the case is taken in."""
        self.news = self.supplied = self.evidence_added = False
        if self.changed:
            await self.read_again()

    async def read_again(self) -> None:
        """Read the dispute again; where Stripe does not answer, the next look may do better."""
        self.changed = False
        try:
            dispute = await self.run(
                READ_DISPUTE,
                self.order,
                summary=f"read {self.dispute_id} again",
                until=workflow.now() + _READING,
            )
        except StepFailed as failure:
            self.record.note(f"{self.dispute_id} could not be read ({failure.reason}): {failure.message}")
            return
        self.take_dispute(dispute)

    async def wait(self, question: Question | None, *, until: datetime) -> Answer | None:
        """Until a person answers or says a word, something changes, or `until`."""
        if question is not None:
            return await self.desk.wait(question, until=until, wake=self.wakes)
        try:
            await workflow.wait_condition(
                self.wakes,
                timeout=max(until - workflow.now(), timedelta(0)),
                timeout_summary="the next moment of the plan",
            )
        except TimeoutError:
            return None
        return None

    async def persist(
        self,
        attempt: Callable[[], Awaitable[Result]],
        *,
        until: datetime,
        overtaken: Callable[[], bool] = lambda: False,
    ) -> Result | None:
        """As for every case; None also when a person's word came meanwhile, which goes first, or what `overtaken`
        tells."""
        while True:
            try:
                return await attempt()
            except StepFailed as failure:
                held = await self.hold(failure.reason, failure.message, until=until)
                if not held or self.word is not None or overtaken():
                    return None

    def wakes(self) -> bool:
        return self.news or self.word is not None

    def check_word(self, word: Word) -> None:
        """Validator: raises when this word cannot be carried out now."""
        if problem := self._problem(word):
            raise ApplicationError(problem, type="answer_refused", non_retryable=True)

    def _problem(self, word: Word) -> str | None:
        dispute = self.story.dispute
        if self._opened is None or dispute is None:
            return "The dispute has not been read yet: try again in a moment."
        if self.observes:
            return (
                "This case only observes: switch dispute representment on and let the policy act or propose."
            )
        if not dispute.awaits_answer:
            return f"The dispute takes no answer any more: it is {dispute.status}."
        if self.word is not None:
            return "Another word on this case is being carried out. Look at it again in a moment."
        if isinstance(word, AcceptDispute) and dispute.stage in (Stage.INQUIRY, Stage.APPEAL):
            return f"Only a chargeback can be given up, and this is an {dispute.stage.value}: leave it unanswered."
        if isinstance(word, SubmitPacket):
            decision = self.assessment.decision if self.story.assessment is not None else None
            if decision is not None and decision.action is DisputeAction.RECORD:
                return f"Nothing can be filed: {decision.explanation}"
            if self.packet is None or self.packet.evidence_digest != self.assessment.evidence_digest:
                return "The packet is being built: look at it when it is there, then submit it."
            if word.packet is not None and word.packet != self.packet.digest:
                return "The packet has changed since you looked at it. Look again before you submit it."
        return None


def opening_file(request: DisputeRequest) -> CaseFile:
    """The case file before the dispute was read."""
    if request.earlier is not None:
        return request.earlier.model_copy(update={"status": CaseStatus.WORKING, "closed_at": None})
    return CaseFile(
        case_id=request.case_id,
        kind=CaseKind.DISPUTE,
        account=request.account,
        source=_SOURCE,
        status=CaseStatus.WORKING,
        dispute=DisputeStory(),
    )
