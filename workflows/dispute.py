"""One dispute, from arrival to verdict: the case file told in order."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from chargebacks.contracts import (
        AcceptDispute,
        Approve,
        CaseFile,
        CaseStatus,
        Decline,
        DisputeChanged,
        DisputeRequest,
        EvidenceAdded,
        RefundChanged,
        Resume,
        SubmitPacket,
    )
    from chargebacks.disputes import Stage
    from workflows.answering_dispute import answer_round, take_note
    from workflows.dispute_case import DisputeCase
    from workflows.dispute_steps import OPEN_DISPUTE, READ_DISPUTE
    from workflows.following import follow
    from workflows.gathering import Sources
    from workflows.steps import run_local


@workflow.defn
class DisputeWorkflow:
    """Read, protect, gather, prepare, file once, follow: for months, whatever dies in between."""

    @workflow.init
    def __init__(self, request: DisputeRequest) -> None:
        self._request = request
        self._case = DisputeCase(request)

    @workflow.run
    async def run(self, request: DisputeRequest) -> CaseFile:
        case = self._case
        case.record.note("dispute received")
        sources = Sources(case)
        if await self._open() and await self._read():
            if case.dispute.stage is Stage.PREVENTED:
                await take_note(case)
            again = True
            while again:
                case.begin_round()
                if case.to_be_answered:
                    await answer_round(case, sources)
                if not case.dispute.awaits_answer:
                    sources.stop()
                again = await follow(case)
        sources.stop()
        return await self._close()

    @workflow.update
    async def approve(self, answer: Approve) -> str:
        """Let the proposed act happen."""
        self._case.desk.put(answer)
        return f"approved by {answer.by}"

    @workflow.update
    async def decline(self, answer: Decline) -> str:
        """Refuse the proposed act."""
        self._case.desk.put(answer)
        return f"declined by {answer.by}"

    @workflow.update
    async def resume(self, answer: Resume) -> str:
        """Run the step that failed again."""
        self._case.desk.put(answer)
        return f"resumed by {answer.by}"

    @workflow.update
    async def submit(self, word: SubmitPacket) -> str:
        """File the packet now: irrevocable."""
        self._case.word = word
        return f"to be filed, on the word of {word.by}"

    @workflow.update
    async def accept(self, word: AcceptDispute) -> str:
        """Give the dispute up now: irrevocable."""
        self._case.word = word
        return f"to be accepted, on the word of {word.by}"

    @approve.validator
    def _check_approve(self, answer: Approve) -> None:
        self._case.desk.check(answer)

    @decline.validator
    def _check_decline(self, answer: Decline) -> None:
        self._case.desk.check(answer)

    @resume.validator
    def _check_resume(self, answer: Resume) -> None:
        self._case.desk.check(answer)

    @submit.validator
    def _check_submit(self, word: SubmitPacket) -> None:
        self._case.check_word(word)

    @accept.validator
    def _check_accept(self, word: AcceptDispute) -> None:
        self._case.check_word(word)

    @workflow.signal
    def dispute_changed(self, change: DisputeChanged) -> None:
        """The dispute changed at Stripe: read it again, unless the news is known."""
        self._case.hear(change)

    @workflow.signal
    def evidence_added(self, added: EvidenceAdded) -> None:
        """Evidence came in: weigh it."""
        self._case.evidence_added = self._case.news = True

    @workflow.signal
    def refund_changed(self, change: RefundChanged) -> None:
        """A refund of the charge changed: the dispute may have ended with it."""
        self._case.changed = self._case.refund_changed = self._case.news = True

    @workflow.query
    def case_file(self) -> CaseFile:
        """The case as it stands."""
        return self._case.record.case

    async def _open(self) -> bool:
        case = self._case
        opened = await case.persist(
            lambda: run_local(OPEN_DISPUTE, self._request, summary="pin the account's switches and policy"),
            until=case.last_safe,
        )
        if opened is not None:
            case.take_opening(opened)
        return opened is not None

    async def _read(self) -> bool:
        case = self._case
        dispute = await case.persist(
            lambda: case.run(READ_DISPUTE, case.order, summary=f"read {case.dispute_id}"),
            until=case.last_safe,
        )
        if dispute is not None:
            case.take_dispute(dispute)
        return dispute is not None

    async def _close(self) -> CaseFile:
        case = self._case
        verdict = case.story.verdict
        case.record.note(f"closed: {verdict.value}" if verdict is not None else "closed without a verdict")
        case.record.set(closed_at=workflow.now())
        await case.record.publish(CaseStatus.CLOSED, attention=case.missed)
        await workflow.wait_condition(workflow.all_handlers_finished)
        if case.changed:
            # News came while the case was being closed: as for any closed case, it goes on.
            workflow.continue_as_new(self._request.model_copy(update={"earlier": case.record.case}))
        return case.record.case
