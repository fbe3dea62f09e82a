"""Filling an account's charge index from Stripe, for as long as that takes: minutes, or days at a gentle pace.

One filling per account, `backfill/{account}`. It keeps to its part of the reads that Stripe grants, and waits for
more when they are spent; `set_pace` changes how fast it reads and how much it may read while it runs.
"""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.backfilling import (
        BackfillEnd,
        Backfilling,
        BackfillPlan,
        Leg,
        LegOrder,
        ListKind,
        PlanOrder,
        Task,
    )
    from chargebacks.charge_index import LEAST_READS, READ_WINDOW, Backfill, Pace, Span
    from chargebacks.values import Instant, Value
    from workflows.steps import Step, StepFailed, Urgency, on_stripe, run_step

_LEAST_URGENT = 5
_LEG_SECONDS = 10
_MOST_PAGES = 100
_MOST_LEGS = 300
"""Then the workflow continues as new: about six events each."""

PLAN: Step[PlanOrder, BackfillPlan] = on_stripe(Backfilling.plan_backfill, 60)
READ: Step[LegOrder, Leg] = on_stripe(Backfilling.read_leg, 900)
END: Step[BackfillEnd, None] = on_stripe(Backfilling.end_backfill, 60)


class BackfillState(Value):
    """What is known while it runs; carried from run to run."""

    backfill: Backfill
    tasks: tuple[Task, ...]
    seconds: float
    """What all the tasks together span."""
    allowance: int
    counted_from: Instant
    counted_at: int = 0
    """Calls before the present thirty days."""
    pace: Pace


class BackfillRequest(Value):
    """Input of BackfillWorkflow."""

    account: str
    since: Instant
    until: Instant
    again: bool = False
    pace: Pace = Pace()
    state: BackfillState | None = None
    """Of the run before this one."""


class BackfillProgress(Value):
    """Where a filling stands."""

    backfill: Backfill | None
    """None until it is known what is to be read."""
    reading: str | None = None
    done: float = 0.0
    """Of the time that is to be read through, from 0 to 1."""
    waits_until: Instant | None = None
    """The reads of these thirty days are spent; more come then."""
    stopped: str | None = None
    """Why it ended too soon."""


@workflow.defn
class BackfillWorkflow:
    """Reads the lists through, a leg of a few seconds at a time. What stops it is told in its result and a notice."""

    @workflow.init
    def __init__(self, request: BackfillRequest) -> None:
        self._urgency = Urgency(account=request.account, priority_key=_LEAST_URGENT)
        self._state = request.state
        self._pace = request.state.pace if request.state is not None else request.pace
        self._pace_changed = False
        self._waits_until: datetime | None = None
        self._stopped: str | None = None

    @workflow.run
    async def run(self, request: BackfillRequest) -> BackfillProgress:
        try:
            state = self._keep(self._state or await self._begun(request))
            legs = 0
            while state.tasks:
                if legs >= _MOST_LEGS or workflow.info().is_continue_as_new_suggested():
                    state = state.model_copy(update={"pace": self._pace})
                    workflow.continue_as_new(request.model_copy(update={"state": state}))
                state = self._keep(await self._within_budget(state))
                state = self._keep(await self._read(state))
                legs += 1
        except StepFailed as failure:
            self._stopped = failure.message
        if self._state is not None:
            await self._end(BackfillEnd(backfill=self._state.backfill, stopped=self._stopped))
        self._tell()
        return self.progress()

    @workflow.query
    def progress(self) -> BackfillProgress:
        state = self._state
        if state is None:
            return BackfillProgress(backfill=None, stopped=self._stopped)
        left = sum(task.left.total_seconds() for task in state.tasks)
        return BackfillProgress(
            backfill=state.backfill,
            reading=state.tasks[0].list.value if state.tasks else None,
            done=1 - left / state.seconds if state.seconds else 1.0,
            waits_until=self._waits_until,
            stopped=self._stopped,
        )

    @workflow.update
    def set_pace(self, pace: Pace) -> None:
        """Read as fast and as much as this from now on."""
        self._pace = pace
        self._pace_changed = True

    async def _begun(self, request: BackfillRequest) -> BackfillState:
        order = PlanOrder(
            account=request.account,
            wanted=Span(since=request.since, until=request.until),
            again=request.again,
        )
        plan = await run_step(
            PLAN, order, summary="see what is to be read", urgency=self._urgency, until=None
        )
        return BackfillState(
            backfill=plan.backfill,
            tasks=plan.tasks,
            seconds=sum(task.left.total_seconds() for task in plan.tasks),
            allowance=LEAST_READS // 2,
            counted_from=workflow.now(),
            pace=self._pace,
        )

    async def _within_budget(self, state: BackfillState) -> BackfillState:
        """Wait until the reads of these thirty days allow for another leg."""
        while True:
            spent = state.backfill.calls - state.counted_at
            if spent < (self._pace.calls_in_thirty_days or state.allowance):
                return state
            fresh_at = state.counted_from + READ_WINDOW
            if workflow.now() >= fresh_at:
                return state.model_copy(
                    update={"counted_from": workflow.now(), "counted_at": state.backfill.calls}
                )
            await self._wait(fresh_at)

    async def _wait(self, until: datetime) -> None:
        self._waits_until, self._pace_changed = until, False
        self._tell()
        try:
            await workflow.wait_condition(
                lambda: self._pace_changed,
                timeout=until - workflow.now(),
                timeout_summary="more reads are granted",
            )
        except TimeoutError:
            pass
        finally:
            self._waits_until = None

    async def _read(self, state: BackfillState) -> BackfillState:
        task, later = state.tasks[0], state.tasks[1:]
        next_charges = next((one.span.until for one in later if one.list is ListKind.CHARGES), None)
        leg = await run_step(
            READ,
            LegOrder(
                backfill=state.backfill,
                task=task,
                then_reached=next_charges or state.backfill.since,
                pages=max(1, min(_MOST_PAGES, round(self._pace.calls_per_second * _LEG_SECONDS))),
                calls_per_second=self._pace.calls_per_second,
            ),
            summary=f"read {task.list.value}, {state.backfill.reached:%Y-%m-%d} and older",
            urgency=self._urgency,
            until=None,
        )
        tasks = later if leg.task is None else (leg.task, *later)
        return state.model_copy(update={"backfill": leg.backfill, "tasks": tasks, "allowance": leg.allowance})

    async def _end(self, end: BackfillEnd) -> None:
        try:
            await run_step(END, end, summary="record how it ended", urgency=self._urgency, until=None)
        except StepFailed as failure:
            self._stopped = self._stopped or failure.message

    def _keep(self, state: BackfillState) -> BackfillState:
        self._state = state
        self._tell()
        return state

    def _tell(self) -> None:
        workflow.set_current_details(_told(self.progress()))


def _told(progress: BackfillProgress) -> str:
    backfill = progress.backfill
    lines: list[str] = []
    if backfill is not None:
        lines = [
            f"- {progress.done:.0%} read, {backfill.calls} list calls at Stripe",
            f"- {backfill.charges} charges, back to {backfill.reached:%Y-%m-%d %H:%M} UTC",
            f"- the subscription of {backfill.linked} became known",
        ]
    if progress.reading is not None:
        lines.append(f"- reads {progress.reading}")
    if progress.waits_until is not None:
        lines.append(
            f"- **waits** until {progress.waits_until:%Y-%m-%d %H:%M} UTC: the reads of these thirty days are spent"
        )
    if progress.stopped is not None:
        lines.append(f"- **stopped**: {progress.stopped}")
    return "\n".join(lines)
