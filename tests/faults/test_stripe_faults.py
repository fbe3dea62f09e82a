"""Stripe fails at every call a case makes, one fault at a time and in pairs."""

import itertools
from dataclasses import replace

import pytest
from happenings import Fault, all_problems, begin, stripe_is_idle
from shops import open_shop

from demo.stack import Stack, worker_process

CALLS = (
    ("GET", "^/v1/charges/"),
    ("GET", "^/v1/disputes$"),
    ("POST", "^/v1/refunds$"),
    ("GET", "^/v1/invoice_payments$"),
    ("DELETE", "^/v1/subscriptions/"),
)

PAIRED = ("429", "500", "torn", "reset_after")
ALONE = (*PAIRED, "503", "409", "reset_before")


def single_faults() -> list[tuple[Fault, ...]]:
    return [(Fault(*call, action),) for call in CALLS for action in ALONE]


def pairs_of_faults() -> list[tuple[Fault, ...]]:
    """Every two different faults; two at the same call hit it and its repetition, in both orders."""
    at_once = [Fault(*call, action) for call in CALLS for action in PAIRED]
    apart = [
        (one, two)
        for one, two in itertools.combinations(at_once, 2)
        if (one.method, one.path) != (two.method, two.path)
    ]
    repeated = [
        (Fault(*call, first), Fault(*call, second, nth=2))
        for call in CALLS
        for first, second in itertools.product(PAIRED, repeat=2)
    ]
    return [*apart, *repeated]


@pytest.mark.parametrize("faults", [single_faults(), pairs_of_faults()], ids=["alone", "pairs"])
async def test_faults_of_stripe_move_money_once(stack: Stack, faults: list[tuple[Fault, ...]]) -> None:
    """Throttled, failing, torn or cut off after the work: one refund, one outcome, subscription ended, case closed."""
    word = "alone" if len(faults[0]) == 1 else "pair"
    async with worker_process(stack, log=f"{word}.log"):
        trials = []
        for number, plan in enumerate(faults):
            shop = await open_shop(stack, f"{word}{number}")
            name = " + ".join(f"{fault.action} at {fault.nth}. {fault.method} {fault.path}" for fault in plan)
            trials.append(await begin(shop, name, amount=1000 + number, faults=plan))
        problems = await all_problems(trials)
    assert problems == []


async def test_a_refund_that_is_still_running_at_stripe_is_not_made_twice(stack: Stack) -> None:
    """Stripe takes longer than we wait, and a part of a charge could be refunded twice: the key holds it to once."""
    shop = await open_shop(stack, "impatient")
    hasty = replace(stack, environment={**stack.environment, "STRIPE_TIMEOUT_SECONDS": "1"})
    slow = (Fault("POST", "^/v1/refunds$", "delay", nth=None, seconds=4),)
    async with worker_process(hasty, log="impatient.log"):
        trial = await begin(shop, "slow refund of a part", amount=9000, disputed=3000, faults=slow)
        await trial.closed()
        await stripe_is_idle(shop, "^/v1/refunds$")
    assert await trial.problems() == []
