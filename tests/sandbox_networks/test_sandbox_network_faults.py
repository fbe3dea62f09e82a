"""How a network can be made slow, failing, torn or unreachable."""

import time
from typing import Any

import httpx
import pytest

DECLINE = {"outcome": "decline"}


@pytest.fixture
def alert(stand: Any) -> str:
    return stand.register("chargebackhit", "alert-1", type="init-refund")


def tell(stand: Any, alert: str, *, patience: float = 10) -> httpx.Response:
    return stand.chargebackhit("POST", f"{alert}/update-outcome", DECLINE, patience=patience)


@pytest.mark.parametrize("action", [429, 500, 503, 401])
def test_a_failing_network_does_no_work(stand, alert, action):
    """The status is answered, the outcome is not taken, and the next call goes through."""
    stand.post("faults", network="chargebackhit", action=action, nth=1, seconds=7)
    failed, taken = tell(stand, alert), tell(stand, alert)
    assert (action, 200) == (failed.status_code, taken.status_code)
    assert ("7" if action in (429, 503) else None) == failed.headers.get("Retry-After")
    assert [(f"fault: {action}", False), (None, True)] == [
        (o["reason"], o["accepted"]) for o in stand.outcomes()
    ]


def test_a_reset_before_the_work_leaves_the_alert_open(stand, alert):
    """The caller sees a broken connection and can tell the outcome again."""
    stand.post("faults", network="chargebackhit", action="reset_before", nth=1)
    with pytest.raises(httpx.TransportError):
        tell(stand, alert)
    assert tell(stand, alert).status_code == 200
    assert [told["accepted"] for told in stand.outcomes()] == [False, True]


@pytest.mark.parametrize("action", ["reset_after", "torn"])
def test_a_lost_answer_leaves_the_outcome_told(stand, alert, action):
    """The caller sees a broken connection although the outcome was taken."""
    stand.post("faults", network="chargebackhit", action=action, nth=1)
    with pytest.raises(httpx.TransportError):
        tell(stand, alert)
    assert [(alert, "decline", True)] == [(o["alert_id"], o["outcome"], o["final"]) for o in stand.outcomes()]
    assert tell(stand, alert).status_code == 409


def test_an_unreachable_network_hears_nothing_until_it_is_back(stand, alert):
    """Every call fails and none is on record as an outcome; lifting the fault brings the network back."""
    stand.post("faults", network="chargebackhit", action="unreachable")
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            tell(stand, alert)
    assert stand.outcomes() == []
    assert [fault["hits"] for fault in stand.get("faults")["faults"]] == [2]
    stand.http.delete("/_networks/faults").raise_for_status()
    assert tell(stand, alert).status_code == 200


def wait_until_told(stand: Any) -> None:
    """Look until an outcome is on record, for ten seconds at most."""
    deadline = time.monotonic() + 10
    while not stand.outcomes():
        assert time.monotonic() < deadline, "no outcome was told"


def test_a_slow_network_takes_the_outcome_after_the_caller_gave_up(stand, alert):
    """With a delay before the work, the outcome is told although nobody waits for the answer any more."""
    stand.post("faults", network="chargebackhit", action="delay", nth=1, seconds=1)
    with pytest.raises(httpx.ReadTimeout):
        tell(stand, alert, patience=0.2)
    wait_until_told(stand)
    assert [told["final"] for told in stand.outcomes()] == [True]


def test_a_slow_answer_comes_after_the_work(stand, alert):
    """With a delay after the work, the outcome is on record before the request has its answer."""
    stand.post("faults", network="chargebackhit", action="delay_after", nth=1, seconds=5)
    with pytest.raises(httpx.ReadTimeout):
        tell(stand, alert, patience=0.2)
    wait_until_told(stand)
    assert [request["status"] for request in stand.get("requests")["requests"]] == [None]


@pytest.mark.parametrize(
    ("which", "failed"),
    [
        ({"nth": 2}, [False, True, False, False]),
        ({"from_nth": 3}, [False, False, True, True]),
        ({"every": 2}, [False, True, False, True]),
        ({}, [True, True, True, True]),
    ],
)
def test_a_fault_hits_the_calls_it_names(stand, alert, which, failed):
    """Calls are counted from one since the fault was set."""
    stand.post("faults", network="chargebackhit", action=500, **which)
    assert failed == [stand.chargebackhit("GET", alert).status_code == 500 for _ in range(4)]


def test_a_fault_counts_only_the_calls_it_matches(stand, alert):
    """Reading goes through while telling fails, and other networks are not touched."""
    stand.post("faults", network="chargebackhit", action=503, match="update-outcome")
    stand.register("chargeblast", "al_1", type="CDRN")
    assert (stand.chargebackhit("GET", alert).status_code, tell(stand, alert).status_code) == (200, 503)
    assert stand.chargeblast("al_1", {"result": "Resolved"}).status_code == 200


def test_an_ethoca_fault_speaks_ethocas_error_form(stand):
    """A fault answers in the network's own envelope, and every alert of the batch is on record."""
    stand.post("faults", network="ethoca", action=429)
    batch = {"outcomes": [{"alertId": letter * 25} for letter in "AB"]}
    answer = stand.ethoca("POST", "merchants/outcomes", batch)
    error = answer.json()["Errors"]["Error"][0]
    assert (answer.status_code, error["ReasonCode"], error["Recoverable"]) == (429, "RATE_LIMITED", True)
    assert [told["alert_id"] for told in stand.outcomes()] == ["A" * 25, "B" * 25]


def test_every_request_is_on_record_with_its_fault(stand, alert):
    """The request log shows method, path, status and what was done to the call."""
    stand.post("faults", network="chargebackhit", action="reset_after", nth=1)
    with pytest.raises(httpx.TransportError):
        tell(stand, alert)
    tell(stand, alert)
    path = f"/chargebackhit/api/v2/alerts/{alert}/update-outcome"
    seen = [(r["method"], r["path"], r["status"], r["fault"]) for r in stand.get("requests")["requests"]]
    assert [("POST", path, None, "reset_after"), ("POST", path, 409, None)] == seen


def test_a_wrong_control_call_says_what_is_wrong(stand):
    """A fault with two numbers, or an unknown action, is a 400 with the reason."""
    for call in ({"action": 418}, {"action": 500, "nth": 1, "every": 2}):
        answer = stand.http.post("/_networks/faults", json={"network": "ethoca", **call})
        assert answer.status_code == 400
        assert answer.json()["error"]


def test_a_patient_caller_gets_the_late_answer(stand, alert):
    """A caller that waits longer than the delay is answered as usual."""
    stand.post("faults", network="chargebackhit", action="delay_after", nth=1, seconds=0.1)
    assert tell(stand, alert).status_code == 200


def test_an_unreachable_network_comes_back_by_itself(stand, alert):
    """When its seconds are over, the fault no longer acts."""
    stand.post("faults", network="chargebackhit", action="unreachable", seconds=0)
    assert tell(stand, alert).status_code == 200
