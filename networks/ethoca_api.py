"""Calls to Ethoca's merchant API: outcomes, and alerts to pull and acknowledge. OAuth 1.0a, RSA-SHA256, body hash.

https://developer.mastercard.com/ethoca-alerts-for-merchants/documentation/api-reference/outcome-api-ref/ and
https://developer.mastercard.com/ethoca-alerts-for-merchants/documentation/api-reference/pull-api-ref/
"""

import base64
import json
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from oauth1.oauth import OAuth

from chargebacks import vocabulary
from chargebacks.alerts import Alert
from chargebacks.errors import NeedsOperator, TryLater
from chargebacks.money import Money
from chargebacks.outcomes import Acknowledgement, Outcome
from networks.http import (
    Answer,
    already_final,
    call,
    error_in,
    json_object,
    reason_of,
    refuse,
    shortened,
    torn,
    words_of,
)
from networks.signatures import optional_secret, secret_of
from runtime.connections import SourceSettings

OUTCOMES = "/ethoca/alerts/merchants/outcomes"
ALERTS = "/ethoca/alerts/merchant/alerts"
"""As in the API reference; the tutorial writes `merchants`."""
LONGEST_COMMENT = 1024
LONGEST_ARN = 24
REFUNDED = "REFUNDED"


async def send_outcome(
    http: httpx.AsyncClient, source: SourceSettings, alert: Alert, outcome: Outcome
) -> Acknowledgement:
    """One outcome in a batch of one: the answer to the batch says nothing, the answer to the item does."""
    item = outcome_item(source, alert, outcome)
    content = to_json({"outcomes": [item]}).encode()
    answer = await _signed(http, source, method="POST", path=OUTCOMES, content=content)
    if not answer.accepted:
        _refuse_or_retry(source, answer.body, status=answer.status)
    said = _item_answer(source, json_object(source, answer), alert.provider_alert_id)
    if str(said.get("status")).upper() == "SUCCESS":
        return Acknowledgement(provider_code=item["outcome"], answer="SUCCESS")
    words = words_of(said)
    if already_final(words):
        held = shortened(source, ": ".join(words))
        return Acknowledgement(provider_code=item["outcome"], already_known=True, answer=held)
    _refuse_or_retry(source, said, status=None)


async def pull(
    http: httpx.AsyncClient, source: SourceSettings, *, alert_type: str | None = None, size: int = 25
) -> tuple[bytes, ...]:
    """Alerts not yet acknowledged, each as a payload of its own for the inbox and for `Ethoca.parse`."""
    query = {"alert_type": alert_type, "size": str(size)}
    path = f"{ALERTS}?{urlencode({name: value for name, value in query.items() if value is not None})}"
    answer = await _signed(http, source, method="GET", path=path, content=b"")
    if not answer.accepted:
        _refuse_or_retry(source, answer.body, status=answer.status)
    alerts = answer.body if isinstance(answer.body, list) else json_object(source, answer).get("alerts")
    if not isinstance(alerts, list):
        raise torn(source, "holds no list of alerts")
    return tuple(json.dumps(item, default=str).encode() for item in alerts)


async def acknowledge(http: httpx.AsyncClient, source: SourceSettings, alert_ids: Sequence[str]) -> None:
    """Tell Ethoca that pulled alerts are stored, so that it lists them no more. Only after they really are."""
    content = json.dumps({"acknowledges": [{"alertId": alert_id} for alert_id in alert_ids]}).encode()
    answer = await _signed(http, source, method="POST", path=f"{ALERTS}/acknowledges", content=content)
    if not answer.accepted:
        _refuse_or_retry(source, answer.body, status=answer.status)


def outcome_item(source: SourceSettings, alert: Alert, outcome: Outcome) -> dict[str, Any]:
    """One element of `outcomes`. `refund` and `amountStopped` are required whatever happened."""
    code, refund_status = vocabulary.ethoca(outcome.code, alert.reason_class)
    amount = _amount(source, alert, outcome, paid_back=refund_status == REFUNDED)
    refund: dict[str, Any] = {
        "amount": amount,
        "timestamp": _timestamp(outcome.refunded_at or alert.received_at),
    }
    if outcome.refunded is not None:
        refund["type"] = "REFUND"
    if outcome.refund_id:
        refund["transactionId"] = outcome.refund_id[:64]
    if outcome.refund_arn and len(outcome.refund_arn) <= LONGEST_ARN:
        refund["acquirerReferenceNumber"] = outcome.refund_arn
    return {
        "alertId": alert.provider_alert_id,
        "outcome": code,
        "refundStatus": refund_status,
        "refund": refund,
        "amountStopped": amount,
        "comments": _comment(outcome),
    }


def to_json(value: Any) -> str:
    """JSON with Decimals as exact numbers, which `json.dumps` can only write as floats."""
    match value:
        case dict():
            fields = (f"{json.dumps(str(name))}:{to_json(part)}" for name, part in value.items())
            return "{" + ",".join(fields) + "}"
        case list():
            return "[" + ",".join(map(to_json, value)) + "]"
        case Decimal():
            return format(value, "f")
        case _:
            return json.dumps(value)


def _amount(source: SourceSettings, alert: Alert, outcome: Outcome, *, paid_back: bool) -> dict[str, Any]:
    """What went back, exactly; what was asked for where another refund is known without its amount; else nothing."""
    asked: Money | None = alert.amount or alert.transaction.amount
    refunded = outcome.refunded or (asked if paid_back else None)
    if refunded is not None:
        return {"value": Decimal(refunded.major_string()), "currencyCode": refunded.currency}
    given = source.options.get("amount_when_not_refunded", "0")
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", given):
        raise NeedsOperator(
            f"The option amount_when_not_refunded of {source.name} must be an amount, not {given!r}.",
            reason="bad_option",
        )
    return {"value": Decimal(given), "currencyCode": asked.currency if asked else "USD"}


def _timestamp(moment: datetime) -> str:
    """ISO 8601 with an offset in at most 25 characters, so without fractions."""
    return moment.replace(microsecond=0).isoformat()


def _comment(outcome: Outcome) -> str:
    words = outcome.comment or outcome.code.replace("_", " ")
    if outcome.duplicate_of:
        words = f"{words} (duplicate of {outcome.duplicate_of})"
    return words[:LONGEST_COMMENT]


def _item_answer(source: SourceSettings, body: dict[str, Any], alert_id: str) -> dict[str, Any]:
    """What Ethoca says about our item: matched by id, because order is promised nowhere."""
    responses = body.get("outcomeResponses")
    for said in responses if isinstance(responses, list) else ():
        if isinstance(said, dict) and said.get("alertId") == alert_id:
            return said
    raise torn(source, f"does not mention the alert {alert_id}")


def _refuse_or_retry(source: SourceSettings, body: Any, *, status: int | None) -> NoReturn:
    """`Recoverable` is trusted only for what is not about the content: the documented example calls an invalid date
    recoverable (https://developer.mastercard.com/ethoca-alerts-for-merchants/documentation/code-and-formats)."""
    words = words_of(body)
    if _recoverable(body) and "validation" not in words.code.lower():
        raise TryLater(
            f"{source.name} asks to try again: {shortened(source, ': '.join(words))}",
            reason=reason_of(source, words),
        )
    refuse(source, words, status=status)


def _recoverable(body: Any) -> bool:
    return error_in(body).get("Recoverable") is True


async def _signed(
    http: httpx.AsyncClient, source: SourceSettings, *, method: str, path: str, content: bytes
) -> Answer:
    uri = source.base_url.rstrip("/") + path
    consumer_key, signing_key = secret_of(source, "consumer_key"), _signing_key(source)
    headers = {
        "Authorization": OAuth.get_authorization_header(uri, method, content, consumer_key, signing_key),
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    credentials = "the secrets consumer_key and signing_key, and this machine's clock,"
    return await call(
        http, source, method=method, path=path, headers=headers, content=content, credentials=credentials
    )


def _signing_key(source: SourceSettings) -> RSAPrivateKey:
    """The private key from PEM, or from a .p12 file in base64 as Mastercard Developers hands it out."""
    given = secret_of(source, "signing_key").strip()
    password = optional_secret(source, "signing_key_password")
    try:
        key = _read_key(given, password.encode() if password else None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise NeedsOperator(
            f"The secret signing_key of {source.name} is not an RSA key in PEM or a .p12 file in base64, or its "
            "password does not fit.",
            reason="bad_secret",
        )
    return key


def _read_key(given: str, password: bytes | None) -> object:
    if given.startswith("-----BEGIN"):
        return load_pem_private_key(given.encode(), password=password)
    return pkcs12.load_key_and_certificates(base64.b64decode(given, validate=True), password)[0]
