"""What the Verifi-style reseller takes and refuses."""

from typing import Any

import pytest

HOUR = 3600


@pytest.fixture
def cdrn(stand: Any) -> str:
    return stand.register("reseller", "10001", type="DISPUTE", product="cdrn", amount="49.99", currency="USD")


def test_a_final_code_closes_the_alert(stand, cdrn):
    """100.001 is taken once; anything after it gets 409."""
    statuses = [
        stand.reseller(f"{cdrn}/outcome", {"code": code}).status_code
        for code in ("100.001", "902.002", "100.001")
    ]
    assert statuses == [200, 409, 409]
    assert [told["outcome"] for told in stand.outcomes(final="true")] == ["100.001"]


def test_work_in_progress_is_not_final(stand, cdrn):
    """999.002 may be told again, and a real code follows."""
    codes = ["999.002", "999.002", "902.002"]
    assert [stand.reseller(f"{cdrn}/outcome", {"code": code}).status_code for code in codes] == [
        200,
        200,
        200,
    ]


@pytest.mark.parametrize(
    ("product", "code", "taken"),
    [
        ("cdrn", "957.002", True),
        ("ethoca", "957.002", False),
        ("ethoca", "103.002", True),
        ("cdrn", "103.002", False),
        ("ethoca", "100.003", True),
        ("cdrn", "100.003", False),
        ("cdrn", "951.003", True),
        ("cdrn", "951.002", False),
        ("cdrn", "100", False),
        ("cdrn", 100.001, False),
        ("cdrn", "954.001", False),
        ("ethoca", "954.001", True),
    ],
)
def test_the_matrix_of_the_product_decides(stand, product, code, taken):
    """A reason takes only the results its network lists."""
    alert = stand.register("reseller", "10002", type="DISPUTE", product=product)
    answer = stand.reseller(f"{alert}/outcome", {"code": code})
    assert answer.status_code == (200 if taken else 422)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"code": "101.001"}, "amount"),
        ({"code": "101.001", "amount": "10.00"}, "currency"),
        ({"code": "101.001", "amount": 10, "currency": "USD"}, "amount"),
        ({"code": "940.001"}, "duplicate_of"),
        ({"code": "940.001", "duplicate_of": "10001"}, "duplicate_of"),
        ({"code": "900.002"}, "comment"),
        ({"code": "902.002", "reason": "none"}, "reason"),
    ],
)
def test_what_a_reason_needs_must_be_there(stand, cdrn, body, field):
    """Partial refunds name the amount, duplicates the other alert, other reasons a comment."""
    answer = stand.reseller(f"{cdrn}/outcome", body)
    assert answer.status_code == 422
    assert field in answer.json()["error"]["fields"]


@pytest.mark.parametrize(
    "body",
    [
        {"code": "101.001", "amount": "10.00", "currency": "USD"},
        {"code": "940.001", "duplicate_of": "20001"},
        {"code": "900.002", "comment": "the customer withdrew"},
    ],
)
def test_a_complete_outcome_is_taken(stand, cdrn, body):
    """With what the reason needs, the outcome closes the alert and is remembered as sent."""
    assert stand.reseller(f"{cdrn}/outcome", body).status_code == 200
    assert [body] == [told["body"] for told in stand.outcomes(final="true")]


@pytest.mark.parametrize("kind", ["DISPUTE_RDR", "RDR_DELETE", "DISPUTE_NOTICE", "CANCEL", "FRAUD_NOTICE"])
def test_a_notice_takes_the_acknowledgement_only(stand, kind):
    """An outcome for a notice is refused; its acknowledgement is taken, and may be repeated."""
    alert = stand.register("reseller", "10003", type=kind)
    assert stand.reseller(f"{alert}/outcome", {"code": "100.001"}).status_code == 422
    assert [stand.reseller(f"{alert}/acknowledge").status_code for _ in range(2)] == [200, 200]
    assert [(o["channel"], o["outcome"]) for o in stand.outcomes(accepted="true")] == [
        ("acknowledge", "acknowledged")
    ]


def test_a_refund_request_cannot_be_acknowledged_away(stand, cdrn):
    """DISPUTE needs an outcome."""
    assert stand.reseller(f"{cdrn}/acknowledge").status_code == 422


def test_a_cdrn_case_expires_after_72_hours(stand, cdrn):
    """Unanswered, the case closes as 910, and an outcome that comes later is refused."""
    stand.post("clock", offset_seconds=72 * HOUR + 1)
    answer = stand.reseller(f"{cdrn}/outcome", {"code": "100.001"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "alert_expired")
    assert [(told["outcome"], told["channel"]) for told in stand.outcomes(final="true")] == [
        ("910", "expiry")
    ]


def test_an_outcome_inside_72_hours_is_not_late(stand, cdrn):
    """An hour before the window closes, the outcome is taken and in time."""
    stand.post("clock", offset_seconds=71 * HOUR)
    assert stand.reseller(f"{cdrn}/outcome", {"code": "100.001"}).status_code == 200
    assert [told["late"] for told in stand.outcomes()] == [False]


def test_a_wrong_token_is_refused(stand, cdrn):
    """Another bearer token gets 401."""
    assert stand.reseller(f"{cdrn}/outcome", {"code": "100.001"}, token="another").status_code == 401
