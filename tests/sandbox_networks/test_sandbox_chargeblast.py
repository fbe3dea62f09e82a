"""What the Chargeblast stand-in takes and refuses, and what it does at 72 hours."""

from typing import Any

import pytest

HOUR = 3600


@pytest.fixture
def alert(stand: Any) -> str:
    return stand.register("chargeblast", "al_1", type="Ethoca", amount="49.99", currency="USD")


def final(stand: Any) -> list[tuple[str, str]]:
    return [(told["outcome"], told["channel"]) for told in stand.outcomes(final="true")]


def test_a_result_is_taken_once(stand, alert):
    """The second update of an alert fails."""
    answers = [stand.chargeblast(alert, {"result": result}) for result in ("Resolved", "Ineligible")]
    assert [answer.status_code for answer in answers] == [200, 400]
    assert answers[1].json()["error"] == "already_actioned"
    assert final(stand) == [("Resolved", "api")]


@pytest.mark.parametrize("result", ["WIP", "None", "", "resolved", None])
def test_a_result_outside_the_vocabulary_is_refused(stand, alert, result):
    """WIP is the state on arrival and not a result."""
    answer = stand.chargeblast(alert, {"result": result})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_result")


@pytest.mark.parametrize("subprovider", ["RDR", "TC40", "TC15", "SAFE", "Cancel"])
def test_a_notice_takes_no_result(stand, subprovider):
    """What the network resolved or only reports cannot be actioned."""
    notice = stand.register("chargeblast", "al_2", type=subprovider)
    assert stand.chargeblast(notice, {"result": "Resolved"}).json()["error"] == "not_actionable"


def test_an_unanswered_alert_is_declined_at_72_hours(stand, alert):
    """Silence is a decline, and an answer after it fails."""
    stand.post("clock", offset_seconds=71 * HOUR)
    assert final(stand) == []
    stand.post("clock", offset_seconds=72 * HOUR + 1)
    assert final(stand) == [("Unactioned", "expiry")]
    assert stand.chargeblast(alert, {"result": "Resolved"}).status_code == 400


def test_a_parked_decline_acts_at_expiration(stand, alert):
    """With action_at_expiration the decline waits until 72 hours."""
    assert (
        stand.chargeblast(alert, {"result": "EscalateChargeback", "action_at_expiration": True}).status_code
        == 200
    )
    assert final(stand) == []
    stand.post("clock", offset_seconds=72 * HOUR + 1)
    assert final(stand) == [("EscalateChargeback", "expiry")]


def test_a_real_answer_replaces_a_parked_decline(stand, alert):
    """Until it acts, a parked decline gives way to a later answer."""
    stand.chargeblast(alert, {"result": "UnmatchedGeneral", "action_at_expiration": True})
    assert stand.chargeblast(alert, {"result": "Resolved"}).status_code == 200
    assert final(stand) == [("Resolved", "api")]


def test_resolved_is_never_parked(stand, alert):
    """Resolved ignores action_at_expiration."""
    stand.chargeblast(alert, {"result": "Resolved", "action_at_expiration": True})
    assert final(stand) == [("Resolved", "api")]


def test_the_key_may_be_in_the_header_or_the_query(stand, alert):
    """Both ways to give the API key work, and another key does not."""
    key = stand.credentials["chargeblast"]["api_key"]
    assert stand.chargeblast(alert, {"result": "Resolved"}, key="another").status_code == 401
    address = f"/chargeblast/api/v2/alerts/update/{alert}"
    assert stand.http.post(address, params={"api_key": key}, json={"result": "Resolved"}).status_code == 200
