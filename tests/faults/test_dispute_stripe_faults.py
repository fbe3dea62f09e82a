"""Stripe fails at every call a dispute's case makes, one fault at a time and in the pairs that matter."""

import itertools
from dataclasses import dataclass, replace

import pytest
from dispute_trials import (
    APPEALED,
    COMPLIANCE,
    FOUGHT,
    GIVEN_UP,
    POLICY,
    REFUNDED,
    WITH_CE3,
    Ending,
    begin_dispute,
)
from happenings import Fault, all_problems, stripe_is_idle
from shops import open_shop

from demo.stack import Stack, worker_process

DISPUTE = "^/v1/disputes/[^/]+$"
CLOSING = "^/v1/disputes/[^/]+/close$"
FILES = "^/v1/files$"
REFUNDS = "^/v1/refunds$"
CHARGE = "^/v1/charges/"

READ, PROTECTING_READ, DOSSIER, STAGING_READ, SUBMITTING_READ, VERDICT_READ = range(1, 7)
"""Which GET of the dispute is for what, when nothing has gone wrong before."""
CLOSING_READ = 4
"""The same of a dispute that is given up."""
METHOD, STAGE, STAGE_AGAIN, SUBMIT = range(1, 5)
"""Which POST to the dispute is for what."""
CE3_STAGE, CE3_AGAIN, SUBMIT_WITH_CE3 = 3, 5, 6
"""The same where CE 3.0 is staged by a call of its own."""
SUBMIT_AT_ONCE = 3
"""The same where nothing is staged before a person has it filed."""
APPEAL = SUBMIT + 1
LETTER, LAST_EXHIBIT = 1, 3
"""Which file goes up when."""

SALE = (
    "^/v1/disputes$",
    "^/v1/account$",
    "^/v1/customers/",
    "^/v1/invoice_payments$",
    "^/v1/radar/early_fraud_warnings$",
    "^/v1/charges$",
    "^/v1/invoices$",
    "^/v1/subscriptions/",
)
"""What is read of the sale beside the dispute."""

NOT_DONE = ("429", "409", "500", "503", "reset_before")
DONE = ("reset_after", "torn")
"""Stripe did the work; only its answer was lost."""
EVERY = (*NOT_DONE, *DONE)
OF_READS = ("429", "500", "reset_before", "torn")
"""A read that was done and one that was not are alike."""
WORST = ("500", "torn")
"""A failure that the idempotency key keeps, and an answer that breaks off after the work."""


@dataclass(frozen=True)
class Plan:
    """What goes wrong with one dispute."""

    faults: tuple[Fault, ...]
    ending: Ending = FOUGHT

    @property
    def name(self) -> str:
        return " + ".join(f"{one.action} at {one.nth}. {one.method} {one.path}" for one in self.faults)


def alone() -> list[Plan]:
    """Every call fails; those that change something in every way there is."""
    reads = [
        Fault("GET", DISPUTE, action, nth) for nth in range(READ, VERDICT_READ + 1) for action in OF_READS
    ]
    sale = [Fault("GET", path, action) for path in SALE for action in WORST]
    writes = [Fault("POST", DISPUTE, action, nth) for nth in range(METHOD, SUBMIT + 1) for action in EVERY]
    files = [Fault("POST", FILES, action, nth) for nth in (LETTER, LAST_EXHIBIT) for action in EVERY]
    return [
        *(Plan((fault,)) for fault in (*reads, *sale, *writes, *files)),
        *(Plan((Fault("POST", CLOSING, action),), GIVEN_UP) for action in EVERY),
        *(Plan((Fault("POST", REFUNDS, action),), REFUNDED) for action in EVERY),
        *_alone(WITH_CE3, CE3_STAGE, EVERY),
        *(plan for nth in (CE3_AGAIN, SUBMIT_WITH_CE3) for plan in _alone(WITH_CE3, nth, WORST)),
        *_alone(COMPLIANCE, SUBMIT_AT_ONCE, EVERY),
        *_alone(APPEALED, APPEAL, EVERY),
        Plan((_losing(STAGE),)),
        Plan((_losing(STAGE), _losing(STAGE_AGAIN))),
    ]


def _alone(ending: Ending, nth: int, actions: tuple[str, ...]) -> list[Plan]:
    return [Plan((Fault("POST", DISPUTE, action, nth),), ending) for action in actions]


def _losing(nth: int) -> Fault:
    """Stripe takes the call and drops a field: only reading back tells."""
    return Fault("POST", DISPUTE, "loses", nth, parameter="evidence[access_activity_log]")


def pairs() -> list[Plan]:
    """Two writes in order, a write and its repetition, a write and the reading before or after it."""
    return [
        *_both(
            FOUGHT, *(_write(one, two) for one, two in itertools.combinations(range(METHOD, SUBMIT + 1), 2))
        ),
        *_both(FOUGHT, *((_file(LETTER), _dispute("POST", nth)) for nth in (STAGE, SUBMIT))),
        *_both(FOUGHT, (_file(LETTER), _file(LETTER + 1))),
        *_both(FOUGHT, (_dispute("POST", SUBMIT), _dispute("POST", SUBMIT + 2)), first=NOT_DONE),
        *_both(FOUGHT, (_dispute("GET", SUBMITTING_READ), _dispute("POST", SUBMIT)), second=("500", *DONE)),
        *_both(
            FOUGHT, (_dispute("POST", SUBMIT), _dispute("GET", SUBMITTING_READ + 1)), first=("500", *DONE)
        ),
        *_both(WITH_CE3, *(_write(CE3_STAGE, nth) for nth in (CE3_STAGE + 1, SUBMIT_WITH_CE3))),
        *_both(APPEALED, _write(SUBMIT, APPEAL), _write(APPEAL, APPEAL + 1), first=("500",)),
        *_both(COMPLIANCE, _write(STAGE, SUBMIT_AT_ONCE)),
        *_both(GIVEN_UP, (("POST", CLOSING, 1), ("POST", CLOSING, 2)), first=("500",)),
        *_both(GIVEN_UP, (("POST", CLOSING, 1), _dispute("GET", CLOSING_READ + 1))),
        *_both(REFUNDED, (("POST", REFUNDS, 1), ("GET", CHARGE, 2))),
    ]


Call = tuple[str, str, int]
"""Method, path, and which of the calls that match."""


def _both(
    ending: Ending,
    *calls: tuple[Call, Call],
    first: tuple[str, ...] = WORST,
    second: tuple[str, ...] = WORST,
) -> list[Plan]:
    return [
        Plan((_fault(one, before), _fault(two, after)), ending)
        for (one, two), before, after in itertools.product(calls, first, second)
    ]


def _fault(call: Call, action: str) -> Fault:
    method, path, nth = call
    return Fault(method, path, action, nth)


def _dispute(method: str, nth: int) -> Call:
    return method, DISPUTE, nth


def _write(one: int, two: int) -> tuple[Call, Call]:
    return _dispute("POST", one), _dispute("POST", two)


def _file(nth: int) -> Call:
    return "POST", FILES, nth


@pytest.mark.parametrize("plans", [alone(), pairs()], ids=["alone", "pairs"])
async def test_faults_of_stripe_file_once_what_was_approved(stack: Stack, plans: list[Plan]) -> None:
    """Throttled, failing, torn or cut off after the work: one submission, of the packet that was approved, in time."""
    word = "dispute-alone" if len(plans[0].faults) == 1 else "dispute-pair"
    async with worker_process(stack, log=f"{word}.log"):
        trials = []
        for number, plan in enumerate(plans):
            shop = await open_shop(stack, f"{word}{number}", policy=POLICY, disputes=True)
            trials.append(
                await begin_dispute(
                    shop, plan.name, amount=2000 + number, ending=plan.ending, faults=plan.faults
                )
            )
        problems = await all_problems(trials)
    assert problems == [], "\n".join(problems)


async def test_a_submission_that_is_still_running_at_stripe_is_not_made_twice(stack: Stack) -> None:
    """Stripe takes longer than we wait, and still awaits an answer when it is asked: one submission all the same."""
    shop = await open_shop(stack, "impatient-dispute", policy=POLICY, disputes=True)
    hasty = replace(stack, environment={**stack.environment, "STRIPE_TIMEOUT_SECONDS": "1"})
    slow = (Fault("POST", DISPUTE, "delay", nth=SUBMIT, seconds=4),)
    async with worker_process(hasty, log="impatient-dispute.log"):
        trial = await begin_dispute(shop, "slow submission", amount=9000, faults=slow)
        await trial.closed()
        await stripe_is_idle(shop, DISPUTE)
    assert await trial.problems() == []
