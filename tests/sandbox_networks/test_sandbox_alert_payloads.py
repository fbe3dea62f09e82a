"""Alerts in each provider's format, and the signatures they come with."""

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs

import pytest

NEUTRAL = {
    "amount": "49.99",
    "currency": "USD",
    "last4": "1234",
    "auth_code": "A12345",
    "network_transaction_id": "tid-1",
    "arn": "7" * 23,
    "descriptor": "SHOP*TEA",
    "order_id": "order-1",
    "alert_at": "2026-11-20T10:30:00Z",
    "transaction_at": "2026-11-18T08:00:00Z",
}
CHARGEBACKHIT_TYPES = [
    ("init-refund", "ethoca", "ethoca"),
    ("init-refund", "cdrn", "verifi"),
    ("inquiry", "oi", "verifi"),
    ("resolved", "rdr", "verifi"),
    ("prevented", "oi", "verifi"),
    ("fraud-notification", "visa-fraud", "verifi"),
    ("dispute-notification", "visa-dispute", "verifi"),
]


def generate(stand: Any, network: str, **fields: Any) -> dict[str, Any]:
    return stand.post("alerts/generate", network=network, **{**NEUTRAL, **fields})


@pytest.mark.parametrize(("kind", "product", "provider"), CHARGEBACKHIT_TYPES)
def test_chargebackhit_sends_its_webhook(stand, kind, product, provider):
    """Every type has its product and provider, decimal strings and UTC times."""
    alert = json.loads(generate(stand, "chargebackhit", type=kind, product=product)["body"])
    assert (kind, product, provider) == tuple(
        alert["alert"][name] for name in ("type", "product", "provider")
    )
    assert tuple(alert["alert"][n] for n in ("amount", "currency", "date")) == (
        "49.99",
        "USD",
        "2026-11-20T10:30:00Z",
    )
    names = ("transaction_merchant_id", "transaction_id", "date", "last_four", "auth_code", "arn")
    expected = ("order-1", "tid-1", "2026-11-18T08:00:00Z", "1234", "A12345", "7" * 23)
    assert expected == tuple(alert["transaction"][name] for name in names)


def test_chargebackhit_signs_the_raw_body(stand):
    """Signature is base64 of the hex of HMAC-SHA512 over key, body, key."""
    made = generate(stand, "chargebackhit")
    keys = stand.credentials["chargebackhit"]
    message = (keys["public_key"] + made["body"] + keys["public_key"]).encode()
    hexadecimal = hmac.new(keys["secret_key"].encode(), message, hashlib.sha512).hexdigest()
    assert keys["public_key"] == made["headers"]["public_key"]
    assert hexadecimal == base64.b64decode(made["headers"]["Signature"]).decode()


def test_ethoca_push_speaks_in_major_units_and_utc(stand):
    """The push body carries numbers with the currency beside them, offsets in its times, and Basic auth."""
    made = generate(stand, "ethoca", type="CUSTOMERDISPUTE", amount="20.00", transaction_amount="49.99")
    alert = json.loads(made["body"])
    assert (made["id"], "CUSTOMERDISPUTE", 50) == (alert["alertId"], alert["alertType"], alert["age"])
    assert len(made["id"]) == 25
    assert alert["amount"] == {"value": 49.99, "currencyCode": "USD"}
    assert alert["chargebackAmount"] == {"value": 20, "currencyCode": "USD"}
    assert (alert["alertTimestamp"], alert["cardNumber"]) == ("2026-11-20T10:30:00+00:00", "424242xxxxxx1234")
    keys = stand.credentials["ethoca"]
    basic = base64.b64encode(f"{keys['push_username']}:{keys['push_password']}".encode()).decode()
    assert f"Basic {basic}" == made["headers"]["Authorization"]


def test_ethoca_legacy_has_older_names_and_local_times(stand):
    """The older form has the member's local time without an offset and amounts with three decimals."""
    made = generate(stand, "ethoca", type="CONFIRMEDFRAUD", form="legacy", is_3ds=True)
    alert = json.loads(made["body"])
    names = ("EthocaID", "Type", "AlertTimestamp", "Amount", "Is3DSecure", "AuthCode", "CardLast4")
    expected = (made["id"], "issuer_alert", "2026-11-20T05:30:00.000", "49.990", "yes", "A12345", "1234")
    assert expected == tuple(alert[name] for name in names)


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("DISPUTE", "REFUND"),
        ("DISPUTE_RDR", "RESOLVED"),
        ("DISPUTE_NOTICE", "REVIEW"),
        ("CANCEL", "CANCEL"),
        ("FRAUD_NOTICE", "REVIEW"),
    ],
)
def test_the_reseller_posts_a_form(stand, kind, action):
    """Alerts are form fields behind the bearer token the merchant supplied."""
    made = generate(stand, "reseller", type=kind)
    form = {name: values[0] for name, values in parse_qs(made["body"], strict_parsing=True).items()}
    names = ("alert_id", "alert_type", "alert_action", "amount", "currency", "auth_code", "card")
    assert (made["id"], kind, action, "49.99", "USD", "A12345", "424242******1234") == tuple(
        form[n] for n in names
    )
    assert json.loads(form["txdetails"]) == {"order_id": "order-1"}
    assert f"Bearer {stand.credentials['reseller']['webhook_token']}" == made["headers"]["Authorization"]
    assert made["headers"]["Content-Type"] == "application/x-www-form-urlencoded"


def test_the_reseller_takes_an_rdr_back_by_a_status_update(stand):
    """RDR_DELETE is a status update with the id of the RDR alert."""
    made = generate(stand, "reseller", type="RDR_DELETE", id="10077")
    form = parse_qs(made["body"], keep_blank_values=True)
    assert form == {
        "action": ["statusupdate"],
        "alert_id": ["10077"],
        "status": ["RDR_DELETE"],
        "reason_code": [""],
    }


@pytest.mark.parametrize(
    "subprovider",
    ["Ethoca", "CDRN", "RDR", "AMEX", "Discover", "JCB", "TC40", "TC15", "SAFE", "Cancel", "Unknown"],
)
def test_chargeblast_sends_each_subprovider(stand, subprovider):
    """The subprovider is named; the transaction is dated to midnight; alert.created knows no matched charge."""
    made = generate(stand, "chargeblast", type=subprovider, charge_id="ch_1")
    alert = json.loads(made["body"])
    assert (subprovider, "WIP", 49.99) == (alert["subprovider"], alert["reasonCode"], alert["amount"])
    assert alert["transactionDate"] == "2026-11-18 00:00:00.000000Z"
    assert ("Resolved" if subprovider == "RDR" else None) == alert.get("acquirerAction")
    assert "externalOrder" not in alert
    assert made["headers"]["X-Event-Type"] == "alert.created"


def test_chargeblast_signs_like_svix(stand):
    """v1 is HMAC-SHA256 over id, timestamp and body with the decoded secret."""
    made = generate(stand, "chargeblast")
    headers, secret = made["headers"], stand.credentials["chargeblast"]["webhook_secret"]
    signed = f"{headers['svix-id']}.{headers['svix-timestamp']}.{made['body']}".encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert f"v1,{expected}" == headers["svix-signature"]


def test_nulls_drop_fields_and_extras_are_merged(stand):
    """A payload can lack what a provider may leave out, and carry what it may add."""
    made = generate(stand, "chargebackhit", arn=None, last4=None, extra={"alert": {"new": 1}, "version": "9"})
    alert = json.loads(made["body"])
    assert not {"arn", "last_four"} & set(alert["transaction"])
    assert (alert["alert"]["new"], alert["version"], alert["alert"]["amount"]) == (1, "9", "49.99")


@pytest.mark.parametrize(
    ("currency", "amount"), [("JPY", "4999"), ("KWD", "12.345"), ("USD", "1000.00"), ("USD", "0.10")]
)
def test_amounts_keep_their_digits(stand, currency, amount):
    """A decimal string is written as it was given."""
    made = generate(stand, "chargebackhit", amount=amount, currency=currency)
    assert amount == json.loads(made["body"])["alert"]["amount"]


@pytest.mark.parametrize(
    "call",
    [
        {"network": "ethoca", "type": "inquiry"},
        {"network": "chargebackhit", "type": "resolved", "product": "cdrn"},
        {"network": "chargebackhit", "colour": "red"},
        {"network": "verifi"},
    ],
)
def test_what_a_provider_does_not_have_cannot_be_generated(stand, call):
    """Unknown types, products, fields and networks are refused."""
    assert stand.http.post("/_networks/alerts/generate", json=call).status_code == 400


def test_an_unregistered_alert_is_unknown_to_its_network(stand):
    """With register false the payload is made, and outcomes for it find nothing."""
    made = generate(stand, "chargeblast", register=False)
    assert stand.get("alerts")["alerts"] == []
    assert stand.chargeblast(made["id"], {"result": "Resolved"}).status_code == 404
