"""One alert, from arrival to outcome: the case file told in order."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from chargebacks.contracts import (
        AlertRequest,
        Approve,
        CaseFile,
        CaseStatus,
        Decline,
        RefundChanged,
        Resume,
        SubscriptionChanged,
    )
    from chargebacks.decisions import Mode
    from workflows.answering import report, watch_the_window
    from workflows.case import Case
    from workflows.deciding import decide, settle_question
    from workflows.finding import find_charge
    from workflows.paying import (
        book_network_refund,
        cancel_owed,
        cancel_subscriptions,
        move_money,
        release_network_refund,
        watch_refund,
    )
    from workflows.steps import OPEN_CASE, run_local


@workflow.defn
class AlertWorkflow:
    """Match, decide, refund, cancel, answer, watch: each once, whatever dies in between."""

    @workflow.init
    def __init__(self, request: AlertRequest) -> None:
        self._request = request
        self._case = Case(request)

    @workflow.run
    async def run(self, request: AlertRequest) -> CaseFile:
        case = self._case
        case.record.note(f"alert received from {request.alert.source}")
        if not await self._open():
            return await self._close("closed unanswered: the account never became ready")
        window = watch_the_window(case)
        match = await find_charge(case)
        decision = await decide(case, match)
        await book_network_refund(case, decision)
        await release_network_refund(case)
        if case.opened.mode is Mode.OBSERVE:
            window.cancel()
            return await self._close("observed: nothing was touched")
        decision = await settle_question(case, match, decision)
        money = await move_money(case, decision)
        owed = await cancel_subscriptions(case, decision, money)
        await report(case, decision, money)
        window.cancel()
        await cancel_owed(case, owed)
        await watch_refund(case, decision, money)
        return await self._close("closed")

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

    @approve.validator
    def _check_approve(self, answer: Approve) -> None:
        self._case.desk.check(answer)

    @decline.validator
    def _check_decline(self, answer: Decline) -> None:
        self._case.desk.check(answer)

    @resume.validator
    def _check_resume(self, answer: Resume) -> None:
        self._case.desk.check(answer)

    @workflow.signal
    def refund_changed(self, change: RefundChanged) -> None:
        """A refund of this case changed at Stripe: read it again."""
        self._case.refund_changed = True

    @workflow.signal
    def subscription_changed(self, change: SubscriptionChanged) -> None:
        """A subscription that this case could not end changed at Stripe: try again."""
        self._case.news = True

    @workflow.query
    def case_file(self) -> CaseFile:
        """The case as it stands."""
        return self._case.record.case

    async def _open(self) -> bool:
        opened = await self._case.persist(
            lambda: run_local(OPEN_CASE, self._request, summary="record the case and pin its policy"),
            until=self._case.last_safe,
        )
        if opened is not None:
            self._case.take_opening(opened)
        return opened is not None

    async def _close(self, last_words: str) -> CaseFile:
        self._case.record.note(last_words)
        self._case.record.set(closed_at=workflow.now())
        unsettled = self._case.record.case.attention
        await self._case.record.publish(CaseStatus.CLOSED, attention=unsettled)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._case.record.case
