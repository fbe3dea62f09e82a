"""What the Ethoca stand-in takes and refuses; requests are signed by Mastercard's own signer."""

import time
from decimal import Decimal
from typing import Any

import pytest

FRAUD_ID = "A4IM9K2MIYL9F2BPF9TWUIXTU"
DISPUTE_ID = "B5JN0L3NJZM0G3CQG0UXVJYUV"


def outcome(alert_id: str = FRAUD_ID, **changes: Any) -> dict[str, Any]:
    """A complete outcome of a refunded fraud alert."""
    return {
        "alertId": alert_id,
        "outcome": "STOPPED",
        "refundStatus": "REFUNDED",
        "refund": {
            "amount": {"value": 49.99, "currencyCode": "USD"},
            "timestamp": "2026-11-20T10:00:00+00:00",
            "type": "REFUND",
            "transactionId": "re_123",
            "acquirerReferenceNumber": "74537604221222132710572",
        },
        "amountStopped": {"value": 49.99, "currencyCode": "USD"},
        **changes,
    }


def not_found(alert_id: str = FRAUD_ID) -> dict[str, Any]:
    nothing = {"value": 0, "currencyCode": "USD"}
    refund = {"amount": nothing, "timestamp": "2026-11-20"}
    return outcome(
        alert_id, outcome="NOT_FOUND", refundStatus="NOT_REFUNDED", refund=refund, amountStopped=nothing
    )


@pytest.fixture
def alerts(stand: Any) -> None:
    stand.register("ethoca", FRAUD_ID, type="CONFIRMEDFRAUD", amount="49.99", currency="USD")
    stand.register("ethoca", DISPUTE_ID, type="CUSTOMERDISPUTE", amount="49.99", currency="USD")


def send(stand: Any, *items: dict[str, Any]) -> list[dict[str, Any]]:
    answer = stand.ethoca("POST", "merchants/outcomes", {"outcomes": list(items)})
    assert answer.status_code == 200, answer.text
    return answer.json()["outcomeResponses"]


def faults(response: dict[str, Any]) -> str:
    return "; ".join(error["Description"] for error in response["errors"]["Error"])


@pytest.mark.usefixtures("alerts")
def test_a_batch_succeeds_item_by_item(stand):
    """One wrong code in a batch fails its own item only, and each alert is remembered by itself."""
    responses = send(stand, outcome(), outcome(DISPUTE_ID))
    assert [(r["alertId"], r["status"]) for r in responses] == [
        (FRAUD_ID, "SUCCESS"),
        (DISPUTE_ID, "FAILURE"),
    ]
    assert "outcome must be one of RESOLVED" in faults(responses[1])
    assert [(o["alert_id"], o["final"]) for o in stand.outcomes()] == [(FRAUD_ID, True), (DISPUTE_ID, False)]


@pytest.mark.usefixtures("alerts")
def test_the_first_final_outcome_stands(stand):
    """In-transit outcomes may come first; after a final one, even the same is a FAILURE."""
    in_transit = outcome(outcome="IN_PROGRESS", refundStatus="NOT_REFUNDED")
    told = [send(stand, item)[0] for item in (in_transit, in_transit, outcome(), outcome(), not_found())]
    assert [response["status"] for response in told] == [
        "SUCCESS",
        "SUCCESS",
        "SUCCESS",
        "FAILURE",
        "FAILURE",
    ]
    assert {"OUTCOME_ALREADY_FINAL"} == {
        response["errors"]["Error"][0]["ReasonCode"] for response in told[3:]
    }
    assert [attempt["outcome"] for attempt in stand.outcomes(final="true")] == ["STOPPED"]


@pytest.mark.usefixtures("alerts")
@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"outcome": "RESOLVED"}, "outcome must be one of STOPPED"),
        ({"refundStatus": "DONE"}, "refundStatus must be one of"),
        ({"refund": None}, "refund is required"),
        ({"amountStopped": None}, "amountStopped is required"),
        (
            {"amountStopped": {"value": "49.99", "currencyCode": "USD"}},
            "amountStopped.value must be a number",
        ),
        (
            {"amountStopped": {"value": 1_000_000, "currencyCode": "USD"}},
            "amountStopped.value must be between",
        ),
        ({"amountStopped": {"value": 49.99, "currencyCode": "JPY"}}, "amountStopped.value has more decimals"),
        ({"amountStopped": {"value": 49, "currencyCode": "usd"}}, "amountStopped.currencyCode must be"),
        ({"outcome": "OTHER"}, "comments must be a text"),
        ({"comments": "x" * 1025}, "comments must be a text"),
        ({"actionTimestamp": "2026-11-20T10:00:00"}, "actionTimestamp must be ISO 8601"),
        ({"note": "x"}, "note is not a field"),
    ],
)
def test_a_malformed_item_fails_with_the_field_at_fault(stand, changes, fault):
    """Every documented field rule has its own failure."""
    (response,) = send(stand, outcome(**changes))
    assert response["status"] == "FAILURE"
    assert fault in faults(response)


@pytest.mark.usefixtures("alerts")
@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"timestamp": "20 November"}, "refund.timestamp"),
        ({"timestamp": "2026-11-20T10:00:00.000000+00:00"}, "refund.timestamp"),
        ({"type": "CASH"}, "refund.type"),
        ({"transactionId": "x" * 65}, "refund.transactionId"),
        ({"acquirerReferenceNumber": "x" * 25}, "refund.acquirerReferenceNumber"),
        ({"amount": {"value": 0, "currencyCode": "USD"}}, "refund.amount.value must be above 0"),
        ({"stripe": "re_1"}, "refund.stripe is not a field"),
    ],
)
def test_a_malformed_refund_fails_with_the_field_at_fault(stand, changes, fault):
    """The refund's own fields are held to the schema."""
    (response,) = send(stand, outcome(refund=outcome()["refund"] | changes))
    assert fault in faults(response)


@pytest.mark.usefixtures("alerts")
def test_zero_amounts_pass_unless_the_schemas_minimum_is_switched_on(stand):
    """NOT_FOUND with zero amounts is taken by default and refused by the schema's minimum of 1."""
    stand.post("settings", network="ethoca", amount_minimum="1")
    (strict,) = send(stand, not_found())
    stand.post("settings", network="ethoca", amount_minimum="0")
    (lenient,) = send(stand, not_found())
    assert (strict["status"], lenient["status"]) == ("FAILURE", "SUCCESS")


@pytest.mark.parametrize(
    "body",
    [
        {"outcomes": []},
        {"outcomes": [outcome(f"{number:025d}") for number in range(26)]},
        {"outcomes": [outcome("short")]},
        {"outcome": []},
    ],
)
def test_a_batch_that_cannot_be_answered_item_by_item_is_a_bad_request(stand, body):
    """None, more than 25, or an alert id that is not 25 characters: 400 in Mastercard's error envelope."""
    answer = stand.ethoca("POST", "merchants/outcomes", body)
    error = answer.json()["Errors"]["Error"][0]
    assert (
        answer.status_code,
        error["ReasonCode"],
        error["Recoverable"],
    ) == (400, "VALIDATION_FAILURE", False)


def test_an_unknown_alert_fails_its_item(stand):
    """An outcome for an alert Ethoca never sent is a FAILURE in a 200."""
    (response,) = send(stand, outcome())
    assert (response["status"], response["errors"]["Error"][0]["ReasonCode"]) == ("FAILURE", "NOT_FOUND")


def test_amounts_are_remembered_to_the_last_digit(stand):
    """Three-decimal amounts come back as they were sent."""
    stand.register("ethoca", FRAUD_ID, type="CONFIRMEDFRAUD")
    amount = {"value": 12.345, "currencyCode": "KWD"}
    refund = outcome()["refund"] | {"amount": amount}
    send(stand, outcome(refund=refund, amountStopped=amount))
    (told,) = stand.outcomes(final="true")
    assert Decimal("12.345") == Decimal(str(told["body"]["refund"]["amount"]["value"]))


class TestSignatures:
    """OAuth 1.0a with RSA-SHA256 and a body hash."""

    def test_a_used_nonce_is_refused(self, stand):
        """The same signed request cannot be sent twice."""
        first = stand.ethoca("GET", "merchants/alerts?size=1")
        again = stand.ethoca(
            "GET", "merchants/alerts?size=1", authorization=first.request.headers["Authorization"]
        )
        assert (first.status_code, again.status_code) == (200, 401)
        assert "nonce" in again.json()["Errors"]["Error"][0]["Description"]

    def test_an_old_timestamp_is_refused(self, stand, monkeypatch):
        """A request signed ten minutes ago is not taken."""
        ten_minutes_ago = time.time() - 600
        monkeypatch.setattr("oauth1.coreutils.time.time", lambda: ten_minutes_ago)
        answer = stand.ethoca("GET", "merchants/alerts")
        assert answer.status_code == 401
        assert "timestamp" in answer.json()["Errors"]["Error"][0]["Description"]

    def test_the_body_hash_covers_the_bytes(self, stand):
        """A signature of one body does not carry another."""
        url = f"{stand.base_url}/ethoca/alerts/merchants/outcomes"
        authorization = stand.ethoca_authorization("POST", url, '{"outcomes": []}')
        answer = stand.ethoca(
            "POST", "merchants/outcomes", {"outcomes": [outcome()]}, authorization=authorization
        )
        assert answer.status_code == 401
        assert "body hash" in answer.json()["Errors"]["Error"][0]["Description"]

    def test_the_signature_covers_method_and_query(self, stand):
        """A signature of one query does not carry another."""
        url = f"{stand.base_url}/ethoca/alerts/merchants/alerts?size=1"
        authorization = stand.ethoca_authorization("GET", url, "")
        answer = stand.ethoca("GET", "merchants/alerts?size=2", authorization=authorization)
        assert answer.status_code == 401
        assert "signature" in answer.json()["Errors"]["Error"][0]["Description"]

    def test_a_key_of_ones_own_can_be_registered(self, stand):
        """After registering another public key, the one made at start is no longer taken."""
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        listed = stand.post("credentials", network="ethoca", public_key_pem=pem.decode())
        assert (pem.decode(), None) == (listed["public_key_pem"], listed["private_key_pem"])
        assert stand.ethoca("GET", "merchants/alerts").status_code == 401

    @pytest.mark.parametrize("authorization", ["Bearer x", "OAuth nonsense", 'OAuth oauth_consumer_key="x"'])
    def test_anything_else_is_unauthorised(self, stand, authorization):
        """Other schemes and incomplete headers get 401."""
        assert stand.ethoca("GET", "merchants/alerts", authorization=authorization).status_code == 401


@pytest.mark.parametrize("word", ["merchant", "merchants"])
def test_pull_gives_alerts_until_they_are_acknowledged(stand, word):
    """Both documented paths list what was queued, filtered by type, until it is acknowledged."""
    made = stand.post(
        "alerts/generate", network="ethoca", type="CUSTOMERDISPUTE", form="pull", amount="12.50"
    )
    stand.post("alerts/generate", network="ethoca", type="CONFIRMEDFRAUD", form="pull")
    pulled = stand.ethoca("GET", f"{word}/alerts?alert_type=CUSTOMERDISPUTE&size=10").json()["alerts"]
    assert [(made["id"], 12.5)] == [(alert["alertId"], alert["amount"]["value"]) for alert in pulled]
    answer = stand.ethoca("POST", f"{word}/alerts/acknowledges", {"acknowledges": [{"alertId": made["id"]}]})
    assert [{"alertId": made["id"], "status": "SUCCESS"}] == answer.json()["acknowledgeResponses"]
    assert stand.ethoca("GET", f"{word}/alerts?alert_type=CUSTOMERDISPUTE").json()["alerts"] == []
