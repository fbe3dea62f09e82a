"""What is known of a running dispute case: what is pinned, what was read, and the moments of the plan."""

from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow

from activities.disputes import DisputeOrder, OpenedDispute
from activities.evidence import SaleFacts
from chargebacks.contracts import DisputeRequest
from chargebacks.decisions import Mode
from chargebacks.dispute_case import DisputeStory, PacketRef
from chargebacks.dispute_deadlines import LAST_MARGIN, dispute_priority
from chargebacks.disputes import Dispute
from chargebacks.evidence_items import SourceRef
from chargebacks.refunds import MoneyState
from chargebacks.representment import Assessment, DisputeWindow
from workflows.case_record import CaseRecord
from workflows.running_case import RunningCase

_NO_DEADLINE = timedelta(days=30)
_MONEY_IS_BACK = (MoneyState.REFUNDED, MoneyState.PENDING, MoneyState.ALREADY_REFUNDED, MoneyState.DUPLICATE)


class KnownDispute(RunningCase):
    """The facts that the chapters of a dispute's story rest on."""

    def __init__(self, request: DisputeRequest, record: CaseRecord) -> None:
        super().__init__(id=request.case_id, account=request.account, record=record)
        self.dispute_id = request.dispute_id
        self.sale: SaleFacts | None = None
        self.sources: tuple[SourceRef, ...] = ()
        self.gathered_at: datetime | None = None
        self.left_in: tuple[int, str] | None = None
        """The round and status in which the dispute was left unanswered."""
        self.edited: str | None = None
        """What somebody changed at Stripe of the packet that we had staged, for a person."""
        self.began_at = workflow.now()
        """When the case, or a later round of it, began here."""
        self._opened: OpenedDispute | None = None

    @property
    def opened(self) -> OpenedDispute:
        """What was pinned when the case opened; asking before that is a bug."""
        if self._opened is None:
            raise RuntimeError("the case has not been opened yet")
        return self._opened

    @property
    def observes(self) -> bool:
        return self.opened.mode is Mode.OBSERVE

    @property
    def story(self) -> DisputeStory:
        return self.record.case.dispute or DisputeStory()

    @property
    def dispute(self) -> Dispute:
        """As last read; asking before the first reading is a bug."""
        if self.story.dispute is None:
            raise RuntimeError("the dispute has not been read yet")
        return self.story.dispute

    @property
    def assessment(self) -> Assessment:
        if self.story.assessment is None:
            raise RuntimeError("the dispute has not been assessed yet")
        return self.story.assessment

    @property
    def window(self) -> DisputeWindow:
        return self.story.assessment.window if self.story.assessment is not None else DisputeWindow()

    @property
    def packet(self) -> PacketRef | None:
        return self.story.packet

    @property
    def order(self) -> DisputeOrder:
        return DisputeOrder(case_id=self.id, account=self.account, dispute_id=self.dispute_id)

    @property
    def last_safe(self) -> datetime:
        """Until when the outside is waited for. After the deadline reading is still worth a while."""
        due = self.story.dispute.due_by if self.story.dispute is not None else None
        if due is None or due <= workflow.now():
            return workflow.now() + _NO_DEADLINE
        return due

    @property
    def plan_ends_at(self) -> datetime:
        """When the plan acts by itself: at once where the time is over, after a month where none is set (appeals).
        What somebody has edited at Stripe waits for that person to the last safe moment."""
        window = self.window
        if self.edited is not None and window.due_by is not None:
            return window.due_by - LAST_MARGIN
        if window.submit_at is not None:
            return window.submit_at
        return self.began_at + (_NO_DEADLINE if self.dispute.due_by is None else timedelta(0))

    @property
    def prepare_until(self) -> datetime:
        """How long protecting, building and staging are tried: then what stands must do, or a person must look."""
        if self.packet is not None and self.window.submit_at is not None:
            return self.window.submit_at
        moments = (self.window.submit_at, self.window.last_safe_at)
        return next((one for one in moments if one is not None and one > workflow.now()), self.last_safe)

    @property
    def is_filed(self) -> bool:
        """Somebody has spent the round's submission."""
        return any(filing.round == self.story.round for filing in self.story.filings)

    @property
    def refunded(self) -> bool:
        """An inquiry's money went back, or had gone back before."""
        return self.story.refund is not None and self.story.refund.state in _MONEY_IS_BACK

    @property
    def refund_is_ours(self) -> bool:
        """It was made for this case, and may still fail."""
        made = (MoneyState.REFUNDED, MoneyState.PENDING)
        return self.story.refund is not None and self.story.refund.state in made

    @property
    def refund_pending(self) -> bool:
        return self.story.refund is not None and self.story.refund.state is MoneyState.PENDING

    @property
    def is_left(self) -> bool:
        """Left unanswered in the state that it is still in."""
        return self.left_in == (self.story.round, self.dispute.status)

    @property
    def protected(self) -> bool:
        """Whether Stripe knows who is to file. Without Smart Disputes (null) nobody else can."""
        return self.dispute.intended_submission_method in (None, self.opened.submission_method)

    def priority_key(self) -> int:
        return dispute_priority(workflow.now(), self.window)

    def tell(self, **facts: Any) -> None:
        """Set facts of the dispute's story by name."""
        self.record.set(dispute=self.story.model_copy(update=facts))
