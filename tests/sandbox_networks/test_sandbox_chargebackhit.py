"""What the Chargebackhit stand-in takes and refuses."""

from typing import Any

import pytest

REVERSED = {
    "outcome": "reversed",
    "order": {"order_id": "o-1", "refund": {"amount": "49.99", "currency": "USD"}},
}
INQUIRY_ANSWER = {
    "outcome": "acknowledged",
    "order": {"order_id": "o-1"},
    "customer": {"customer_id": "c-1"},
    "transactions": [{"amount": "49.99"}],
    "products": [{"name": "Tea"}],
}


@pytest.fixture
def alert(stand: Any) -> str:
    return stand.register("chargebackhit", "alert-1", type="init-refund", amount="49.99", currency="USD")


def test_a_reversal_with_its_refund_closes_the_alert(stand, alert):
    """A reversed outcome with the refunded amount is taken, shown on the alert and remembered as final."""
    answer = stand.chargebackhit("POST", f"{alert}/update-outcome", REVERSED)
    assert (answer.status_code, answer.json()["alert"]["outcome"]) == (200, "reversed")
    (told,) = stand.outcomes(network="chargebackhit")
    assert (told["alert_id"], told["body"], told["accepted"], told["final"]) == (alert, REVERSED, True, True)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"outcome": "reversed"}, "order"),
        ({"outcome": "reversed", "order": {"order_id": "o-1"}}, "order.refund"),
        (
            {"outcome": "reversed", "order": {"refund": {"amount": 49.99, "currency": "USD"}}},
            "order.refund.amount",
        ),
        (
            {"outcome": "reversed", "order": {"refund": {"amount": "4999.5", "currency": "JPY"}}},
            "order.refund.amount",
        ),
        (
            {"outcome": "reversed", "order": {"refund": {"amount": "0.00", "currency": "USD"}}},
            "order.refund.amount",
        ),
        (
            {"outcome": "reversed", "order": {"refund": {"amount": "49.99", "currency": "usd"}}},
            "order.refund.currency",
        ),
        ({"outcome": "decline", "order": {"amount": "4 9", "currency": "USD"}}, "order.amount"),
        ({"outcome": "decline", "order": {"date": "2024-01-15T10:30:00"}}, "order.date"),
        ({"outcome": "refunded"}, "outcome"),
        ({"outcome": "decline", "comment": "3DS"}, "comment"),
    ],
)
def test_a_malformed_outcome_is_refused_with_the_field_at_fault(stand, alert, body, field):
    """A refused outcome names the field, leaves the alert open and is remembered with the reason."""
    answer = stand.chargebackhit("POST", f"{alert}/update-outcome", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")
    assert field in answer.json()["error"]["constraints"]
    (told,) = stand.outcomes()
    assert (told["accepted"], told["final"]) == (False, False)
    assert f"{field}: " in told["reason"]


def test_pending_may_be_repeated_until_the_real_outcome(stand, alert):
    """Pending is temporary: it can be told again and a final outcome still follows."""
    told = [{"outcome": "pending"}, {"outcome": "pending"}, REVERSED]
    statuses = [stand.chargebackhit("POST", f"{alert}/update-outcome", body).status_code for body in told]
    assert statuses == [200, 200, 200]
    assert [attempt["final"] for attempt in stand.outcomes()] == [False, False, True]


@pytest.mark.parametrize("second", [REVERSED, {"outcome": "decline"}, {"outcome": "pending"}])
def test_nothing_follows_a_final_outcome(stand, alert, second):
    """A second outcome is refused, whether it is the same, another or pending."""
    stand.chargebackhit("POST", f"{alert}/update-outcome", REVERSED)
    answer = stand.chargebackhit("POST", f"{alert}/update-outcome", second)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "outcome_already_final")
    assert [attempt["accepted"] for attempt in stand.outcomes()] == [True, False]


def test_an_equal_repeat_can_be_taken_but_never_another_outcome(stand, alert):
    """With repeat accepted, the same body succeeds without closing the alert twice; a different one does not."""
    stand.post("settings", network="chargebackhit", repeat="accept")
    bodies = [REVERSED, REVERSED, {"outcome": "decline"}]
    statuses = [stand.chargebackhit("POST", f"{alert}/update-outcome", body).status_code for body in bodies]
    assert statuses == [200, 200, 409]
    assert [(told["final"], told["repeat"]) for told in stand.outcomes(accepted="true")] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize("kind", ["resolved", "prevented", "fraud-notification", "dispute-notification"])
def test_an_informational_alert_takes_only_the_acknowledgement(stand, kind):
    """Whoever reports a refund for a notice is refused; the acknowledgement is taken."""
    alert = stand.register("chargebackhit", "notice-1", type=kind)
    assert stand.chargebackhit("POST", f"{alert}/update-outcome", REVERSED).status_code == 400
    acknowledged = {"outcome": "acknowledged", "order": {"order_id": "o-1"}}
    assert stand.chargebackhit("POST", f"{alert}/update-outcome", acknowledged).status_code == 200


def test_an_inquiry_needs_its_parts(stand):
    """An inquiry is answered with order, customer, transactions and products."""
    alert = stand.register("chargebackhit", "inquiry-1", type="inquiry")
    bare = stand.chargebackhit("POST", f"{alert}/update-outcome", {"outcome": "acknowledged"})
    assert {"order", "customer", "transactions", "products"} == set(bare.json()["error"]["constraints"])
    assert stand.chargebackhit("POST", f"{alert}/update-outcome", INQUIRY_ANSWER).status_code == 200


def test_a_wrong_signature_is_refused_and_remembered(stand, alert):
    """A signature made with another secret gets 401, and the attempt is on record."""
    answer = stand.chargebackhit("POST", f"{alert}/update-outcome", REVERSED, secret="another")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
    assert [told["reason"] for told in stand.outcomes()] == [
        "unauthorized: public_key or Signature does not fit"
    ]


def test_the_signature_covers_the_bytes_not_the_json(stand, alert):
    """A body that is serialised again after signing is refused although its JSON is equal."""
    signed = stand.chargebackhit("POST", f"{alert}/update-outcome", {"outcome": "pending"}).request
    proof = {name: signed.headers[name] for name in ("public_key", "Signature")}
    again = stand.http.post(signed.url, content=b'{ "outcome": "pending" }', headers=proof)
    assert again.status_code == 401


def test_an_unknown_alert_is_not_found(stand):
    """An outcome for an alert that was never sent gets 404."""
    answer = stand.chargebackhit("POST", "nowhere/update-outcome", {"outcome": "pending"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_reading_an_alert_leaves_out_what_the_api_leaves_out(stand):
    """GET shows the webhook's alert without the fields that only the webhook carries."""
    made = stand.post(
        "alerts/generate", network="chargebackhit", auth_code="A12345", network_transaction_id="tid-1"
    )
    shown = stand.chargebackhit("GET", made["id"]).json()
    assert tuple(shown["alert"][name] for name in ("amount", "currency", "outcome")) == ("49.99", "USD", "")
    assert not {"acquirer_bin", "mcc", "reason_group"} & set(shown["alert"])
    assert not {"transaction_id", "type", "auth_code"} & set(shown["transaction"])
    assert "name" not in shown["merchant"]


def test_listing_filters_and_pages_by_token(stand):
    """The list gives the alerts that pass the filter, page by page, until there is no token."""
    for number in range(5):
        stand.post(
            "alerts/generate", network="chargebackhit", id=f"a-{number}", currency="EUR" if number else "USD"
        )
    query = {"filter": {"currencies": ["EUR"]}, "sort": {"field": "id", "direction": "asc"}}
    first = stand.chargebackhit("POST", "list", query | {"pagination": {"limit": 3}}).json()
    token = first["pagination"]["next_page_token"]
    second = stand.chargebackhit(
        "POST", "list", query | {"pagination": {"limit": 3, "page_token": token}}
    ).json()
    pages = [[item["alert"]["id"] for item in page["items"]] for page in (first, second)]
    assert pages == [["a-1", "a-2", "a-3"], ["a-4"]]
    assert second["pagination"]["next_page_token"] is None
