"""Alerts really sent to a merchant's endpoint, and redelivered."""

import base64
import hashlib
import hmac
import json

import httpx
import pytest

HOUR = 3600


def test_an_alert_arrives_as_it_was_generated(stand, merchant):
    """The bytes on the wire are the ones that generate returned."""
    made = stand.post("alerts/generate", network="chargebackhit", amount="12.00")
    sent = stand.post("deliver", network="chargebackhit", alert_id=made["id"], url=merchant.url)
    headers, body = merchant.next()
    assert (made["body"], made["headers"]["Signature"]) == (body.decode(), headers["signature"])
    assert sent["delivery"]["delivered"]


def test_the_reply_to_a_chargebackhit_webhook_is_an_outcome(stand, merchant):
    """What the merchant answers in its 200 is judged and remembered as a reply."""
    merchant.answers = [(200, b'{"outcome": "pending"}')]
    alert = stand.post("deliver", network="chargebackhit", url=merchant.url)["id"]
    (told,) = stand.outcomes()
    assert (alert, "reply", "pending", False) == (
        told["alert_id"],
        told["channel"],
        told["outcome"],
        told["final"],
    )


def test_an_ethoca_push_needs_its_acknowledgement(stand, merchant):
    """A 200 without the status success counts as not delivered."""
    merchant.answers = [(200, b"{}"), (200, b'{"status": "success"}')]
    sent = stand.post("deliver", network="ethoca", url=merchant.url, schedule_seconds=[60])
    assert not sent["delivery"]["delivered"]
    merchant.next()
    stand.post("clock", offset_seconds=61)
    merchant.next()


def test_the_reseller_tries_again_every_twelve_hours(stand, merchant):
    """A failed post is repeated with the same form twelve hours later."""
    merchant.answers = [(500, b""), (200, b"")]
    stand.post("deliver", network="reseller", url=merchant.url)
    _, first = merchant.next()
    stand.post("clock", offset_seconds=12 * HOUR + 1)
    _, second = merchant.next()
    assert first == second


def test_the_reseller_stops_when_the_outcome_is_there(stand, merchant):
    """An alert that was answered meanwhile is not posted again."""
    merchant.answers = [(500, b"")]
    alert = stand.post("deliver", network="reseller", url=merchant.url)["id"]
    merchant.next()
    assert stand.reseller(f"{alert}/outcome", {"code": "902.002"}).status_code == 200
    stand.post("clock", offset_seconds=13 * HOUR)
    other = stand.post("deliver", network="reseller", url=merchant.url)["id"]
    assert f"alert_id={other}" in merchant.next()[1].decode()
    (delivery, _) = stand.get("deliveries")["deliveries"]
    assert (len(delivery["attempts"]), delivery["next_at"]) == (1, None)


def test_svix_signs_every_attempt_anew_with_the_same_id(stand, merchant):
    """A redelivered Chargeblast alert keeps its message id and verifies."""
    merchant.answers = [(503, b""), (200, b"")]
    stand.post("deliver", network="chargeblast", url=merchant.url)
    (first, _), _ = merchant.next(), stand.post("clock", offset_seconds=6)
    headers, body = merchant.next()
    key = base64.b64decode(stand.credentials["chargeblast"]["webhook_secret"].removeprefix("whsec_"))
    signed = f"{headers['svix-id']}.{headers['svix-timestamp']}.".encode() + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert (first["svix-id"], f"v1,{signature}") == (headers["svix-id"], headers["svix-signature"])


def test_copies_are_the_same_message(stand, merchant):
    """The same alert delivered twice is byte for byte the same."""
    stand.post("deliver", network="chargeblast", url=merchant.url, copies=2)
    (first, body), (second, again) = merchant.next(), merchant.next()
    assert (first["svix-id"], body) == (second["svix-id"], again)


@pytest.mark.parametrize("network", ["chargebackhit", "ethoca", "reseller", "chargeblast"])
def test_an_unsigned_alert_carries_no_proof(stand, merchant, network):
    """Forged as unsigned, the message lacks what the provider would sign with."""
    stand.post("deliver", network=network, url=merchant.url, forge="unsigned")
    headers, _ = merchant.next()
    assert not {"signature", "public_key", "authorization", "svix-signature"} & set(headers)


def test_an_altered_body_is_equal_json_in_other_bytes(stand, merchant):
    """The signature still covers the original bytes, so re-serialising would hide the change."""
    made = stand.post("alerts/generate", network="chargebackhit")
    call = {"network": "chargebackhit", "alert_id": made["id"], "url": merchant.url}
    stand.post("deliver", **call, forge="altered_body")
    headers, body = merchant.next()
    assert body != made["body"].encode()
    assert json.loads(body) == json.loads(made["body"])
    assert headers["signature"] == made["headers"]["Signature"]


def test_an_unreachable_merchant_is_on_record(stand):
    """A refused connection is an attempt with its error and no status."""
    sent = stand.post("deliver", network="reseller", url="http://127.0.0.1:9/alerts")
    (attempt,) = sent["delivery"]["attempts"]
    assert (attempt["status"], attempt["delivered"]) == (None, False)
    assert "ConnectError" in attempt["error"]


def test_reset_forgets_everything_but_the_keys(stand):
    """After a reset no alert, outcome, fault or clock offset is left, and signed calls still work."""
    before = stand.credentials["ethoca"]
    stand.register("chargeblast", "al_1", type="CDRN")
    stand.chargeblast("al_1", {"result": "Resolved"})
    stand.post("faults", network="chargeblast", action=500)
    stand.post("clock", offset_seconds=99)
    stand.post("reset")
    assert (stand.outcomes(), stand.get("alerts")["alerts"], stand.get("faults")["faults"]) == ([], [], [])
    assert (0, before) == (stand.get("clock")["offset_seconds"], stand.get("credentials")["ethoca"])


def test_the_process_answers_many_at_once(stand):
    """Outcomes told on several connections are each remembered once."""
    ids = [stand.register("chargeblast", f"al_{number}", type="CDRN") for number in range(20)]
    key = stand.credentials["chargeblast"]["api_key"]
    clients = [
        httpx.Client(base_url=stand.base_url, headers={"X-API-Key": key}, trust_env=False) for _ in range(4)
    ]
    for number, alert in enumerate(ids):
        clients[number % 4].post(f"/chargeblast/api/v2/alerts/update/{alert}", json={"result": "Resolved"})
    for client in clients:
        client.close()
    assert ids == [told["alert_id"] for told in stand.outcomes(final="true")]
