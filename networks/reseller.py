"""A reseller of Verifi's CDRN and RDR: PayShield's form in, a numeric code `reason.result` out over a REST interface.

The codes are those of the appendix of https://docs.payshield.ai/txalerts-dispute-alerts/.
"""

import json
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

import httpx

from chargebacks import vocabulary
from chargebacks.alerts import Alert, AlertKind, AnswerMode, NetworkProduct
from chargebacks.outcomes import Acknowledgement, Outcome, OutcomeCode
from networks.adapter import Inbound, Reply, Setting, json_reply
from networks.http import Answer, call, held_or_refused, json_object, shortened
from networks.payshield_form import DISPUTE_PRODUCT, WEBHOOK_TOKEN, check_bearer, read_alerts
from networks.signatures import secret_of
from runtime.connections import SourceSettings

_TO_CHARGEBACK, _DUPLICATE = "957.", "940."
_OTHER_NOT_REFUNDED, _REFUNDED_BEFORE = "900.002", "951.001"
_NOTICES = (
    AlertKind.NETWORK_RESOLVED,
    AlertKind.NETWORK_DECLINED,
    AlertKind.CANCEL_ONLY,
    AlertKind.DISPUTE_NOTICE,
    AlertKind.FRAUD_REPORT,
)


class Reseller:
    """Disputes take an outcome; every notice takes an acknowledgement only."""

    kind: ClassVar[str] = "reseller"
    default_base_url: ClassVar[str] = ""
    secrets: ClassVar[tuple[Setting, ...]] = (
        Setting(name="api_token", help="Bearer token for the reseller's interface."),
        WEBHOOK_TOKEN,
    )
    options: ClassVar[tuple[Setting, ...]] = (DISPUTE_PRODUCT,)

    def authenticate(self, request: Inbound, source: SourceSettings) -> None:
        check_bearer(request, source)

    def parse(self, body: bytes, source: SourceSettings, *, received_at: datetime) -> tuple[Alert, ...]:
        return read_alerts(body, source, received_at=received_at, notices=AnswerMode.CALLBACK)

    def reply(self, alerts: tuple[Alert, ...]) -> Reply:
        return json_reply({"status": "received"})

    async def report(
        self, http: httpx.AsyncClient, source: SourceSettings, alert: Alert, outcome: Outcome
    ) -> Acknowledgement:
        """`POST /alerts/{id}/outcome`, or `/acknowledge` for what takes no outcome."""
        if alert.kind in _NOTICES:
            answer = await _post(http, source, alert, "acknowledge", {})
            code = OutcomeCode.ACKNOWLEDGED.value
        else:
            body = outcome_body(alert, outcome)
            answer, code = await _post(http, source, alert, "outcome", body), body["code"]
        if not answer.accepted:
            return held_or_refused(source, answer, code=code)
        status = json_object(source, answer).get("status")
        return Acknowledgement(provider_code=code, answer=shortened(source, str(status or "")))


def outcome_body(alert: Alert, outcome: Outcome) -> dict[str, str]:
    """The code with what it needs: 101 the amount, 940 the other alert, 900 a comment."""
    body = {"code": code_of(alert, outcome), "comment": outcome.comment or outcome.code.replace("_", " ")}
    if outcome.refunded is not None:
        body |= {"amount": outcome.refunded.major_string(), "currency": outcome.refunded.currency}
    if outcome.duplicate_of:
        body["duplicate_of"] = outcome.duplicate_of
    return body


def code_of(alert: Alert, outcome: Outcome) -> str:
    """`reason.result`. Ethoca's column of the matrix has no 957 (proceed to chargeback): there it is 900 with words."""
    code = vocabulary.cdrn(outcome.code)
    if alert.product is NetworkProduct.ETHOCA and code.startswith(_TO_CHARGEBACK):
        return _OTHER_NOT_REFUNDED
    if code.startswith(_DUPLICATE) and not outcome.duplicate_of:
        return _REFUNDED_BEFORE
    return code


async def _post(
    http: httpx.AsyncClient, source: SourceSettings, alert: Alert, act: str, body: dict[str, str]
) -> Answer:
    return await call(
        http,
        source,
        method="POST",
        path=f"/alerts/{quote(alert.provider_alert_id, safe='')}/{act}",
        headers={
            "Authorization": f"Bearer {secret_of(source, 'api_token')}",
            "Content-Type": "application/json",
        },
        content=json.dumps(body).encode(),
        credentials="the secret api_token",
    )
