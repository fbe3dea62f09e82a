"""Faults on demand: what the client sees, and whether the work was done."""

import time

import pytest
import stripe
from sandbox_clients import Control, Shop, refusal

PATH = "^/v1/refunds$"


def refund(shop: Shop, charge: str, key: str = "k") -> stripe.Refund:
    return shop.v1.refunds.create({"charge": charge}, {"idempotency_key": key})


@pytest.mark.parametrize(
    ("action", "error", "done"),
    [
        ("429", stripe.RateLimitError, False),
        ("500", stripe.APIError, False),
        ("503", stripe.APIError, False),
        ("409", stripe.APIError, False),
        ("401", stripe.AuthenticationError, False),
        ("403", stripe.PermissionError, False),
        ("reset_before", stripe.APIConnectionError, False),
        ("reset_after", stripe.APIConnectionError, True),
        ("torn", stripe.APIConnectionError, True),
    ],
)
def test_a_fault_hits_one_call(
    shop: Shop, control: Control, action: str, error: type[Exception], done: bool
) -> None:
    """The n-th call fails as asked, with or without having moved the money; the calls around it do not."""
    first, second, third = (shop.charge().id for _ in range(3))
    control.post("faults", method="POST", path=PATH, action=action, nth=2)
    assert refund(shop, first, "k1").status == "succeeded"
    with pytest.raises(error):
        refund(shop, second, "k2")
    assert [kind for kind, _ in control.movements(second)].count("refund_created") == done
    assert refund(shop, third, "k3").status == "succeeded"


@pytest.mark.parametrize("action", ["429", "503", "409", "reset_before", "reset_after", "torn"])
def test_the_same_key_gets_through_after_a_fault(shop: Shop, control: Control, action: str) -> None:
    """Retrying with the same key ends in exactly one refund, whether the first call did the work or not."""
    charge = shop.charge().id
    control.post("faults", method="POST", path=PATH, action=action, nth=1)
    assert refusal(refund, shop, charge) is not None
    assert refund(shop, charge).status == "succeeded"
    assert [kind for kind, _ in control.movements(charge)].count("refund_created") == 1


def test_a_stored_500_replays_until_another_key_is_used(shop: Shop, control: Control) -> None:
    """As at Stripe: the same key keeps answering 500, and nothing was done."""
    charge = shop.charge().id
    control.post("faults", method="POST", path=PATH, action="500", nth=1)
    assert refusal(refund, shop, charge).http_status == 500
    assert refusal(refund, shop, charge).http_status == 500
    assert shop.v1.refunds.list().data == []
    assert refund(shop, charge, "k2").status == "succeeded"


@pytest.mark.parametrize(("action", "replays"), [("500", 500), ("503", 200)])
def test_an_error_after_the_work_hides_a_refund(
    shop: Shop, control: Control, action: str, replays: int
) -> None:
    """after_work moves the money and answers the error; the key replays the 500, or what a 503 hid."""
    charge = shop.charge().id
    control.post("faults", method="POST", path=PATH, action=action, nth=1, after_work=True)
    assert refusal(refund, shop, charge).http_status == int(action)
    assert len(shop.v1.refunds.list().data) == 1
    if replays == 200:
        assert refund(shop, charge).status == "succeeded"
    else:
        assert refusal(refund, shop, charge).http_status == replays


def test_throttling_names_its_reason(shop: Shop, control: Control) -> None:
    """429 carries Stripe-Rate-Limited-Reason."""
    control.post("faults", path="/v1/charges", action="429", reason="global-rate")
    error = refusal(shop.v1.charges.list)
    assert error.headers["stripe-rate-limited-reason"] == "global-rate"
    assert error.error.code == "rate_limit"


def test_a_locked_object_is_worth_retrying(shop: Shop, control: Control) -> None:
    """lock_timeout: a 429 without a rate-limit reason that Stripe asks to retry."""
    control.post("faults", path="/v1/charges", action="429", reason="lock_timeout")
    error = refusal(shop.v1.charges.list)
    assert error.error.code == "lock_timeout"
    assert error.headers["stripe-should-retry"] == "true"
    assert "stripe-rate-limited-reason" not in error.headers


def test_a_delay_holds_the_answer_back(shop: Shop, control: Control) -> None:
    """A delayed call answers, later."""
    control.post("faults", method="GET", path="/v1/balance$", action="delay", seconds=0.3)
    begun = time.monotonic()
    shop.v1.balance.retrieve()
    assert time.monotonic() - begun >= 0.3


def test_faults_count_from_nth_and_every(shop: Shop, control: Control) -> None:
    """from_nth hits all later calls, every each k-th; deleting them ends it."""
    control.post("faults", path="/v1/balance$", action="503", from_nth=3)
    shop.v1.balance.retrieve()
    shop.v1.balance.retrieve()
    assert refusal(shop.v1.balance.retrieve).http_status == 503
    assert refusal(shop.v1.balance.retrieve).http_status == 503
    assert control.delete("faults") == {"deleted": 1}
    control.post("faults", path="/v1/balance$", action="503", every=2)
    shop.v1.balance.retrieve()
    assert refusal(shop.v1.balance.retrieve).http_status == 503
    assert control.get("faults")["faults"][0]["fired"] == 1
