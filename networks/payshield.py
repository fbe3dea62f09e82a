"""PayShield (TxShield): a reseller of Ethoca and Verifi with a status update of its own form.

https://docs.payshield.ai/txalerts-dispute-alerts/api-endpoints/alert-status-update. What it answers is not
documented; a 2xx with a JSON object counts as taken.
"""

import json
from datetime import UTC, datetime
from typing import Any, ClassVar

import httpx

from chargebacks.alerts import Alert, AnswerMode
from chargebacks.outcomes import Acknowledgement, Outcome, OutcomeCode
from networks.adapter import Inbound, Reply, Setting, json_reply
from networks.http import call, held_or_refused, json_object, shortened, words_of
from networks.payshield_form import DISPUTE_PRODUCT, WEBHOOK_TOKEN, check_bearer, read_alerts
from networks.reseller import code_of
from networks.signatures import secret_of
from runtime.connections import SourceSettings

_RESOLVED, _DECLINED = "RESOLVED", "DECLINED"
_SETTLED = (
    OutcomeCode.REFUNDED,
    OutcomeCode.REFUNDED_PARTIAL,
    OutcomeCode.ALREADY_REFUNDED,
    OutcomeCode.DUPLICATE,
    OutcomeCode.NOT_SETTLED,
)


class PayShield:
    """The production address is handed out by PayShield; the documentation names the test system."""

    kind: ClassVar[str] = "payshield"
    default_base_url: ClassVar[str] = "https://uat.txshield.payshield.ai"
    secrets: ClassVar[tuple[Setting, ...]] = (
        Setting(name="rcode", help="The key sent in the rcode header of status updates."),
        WEBHOOK_TOKEN,
    )
    options: ClassVar[tuple[Setting, ...]] = (DISPUTE_PRODUCT,)

    def authenticate(self, request: Inbound, source: SourceSettings) -> None:
        check_bearer(request, source)

    def parse(self, body: bytes, source: SourceSettings, *, received_at: datetime) -> tuple[Alert, ...]:
        return read_alerts(body, source, received_at=received_at, notices=AnswerMode.NONE)

    def reply(self, alerts: tuple[Alert, ...]) -> Reply:
        return json_reply({"status": "received"})

    async def report(
        self, http: httpx.AsyncClient, source: SourceSettings, alert: Alert, outcome: Outcome
    ) -> Acknowledgement:
        body = status_update(alert, outcome)
        answer = await call(
            http,
            source,
            method="POST",
            path="/secure/alert/update/v2/",
            headers={"rcode": secret_of(source, "rcode"), "Content-Type": "application/json"},
            content=json.dumps(body).encode(),
            credentials="the secret rcode",
        )
        if not answer.accepted:
            return held_or_refused(source, answer, code=body["reason_code"])
        said = words_of(json_object(source, answer)).sentence
        return Acknowledgement(provider_code=body["reason_code"], answer=shortened(source, said))


def status_update(alert: Alert, outcome: Outcome) -> dict[str, Any]:
    """`alert_outcome_*` describe the refund, where there was one."""
    body: dict[str, Any] = {
        "alert_id": alert.provider_alert_id,
        "status": _RESOLVED if outcome.code in _SETTLED else _DECLINED,
        "reason_code": code_of(alert, outcome),
        "comments": outcome.comment,
    }
    if outcome.duplicate_of:
        body["tx_details"] = {"duplicate_alertid": outcome.duplicate_of}
    if outcome.refunded is not None:
        at = outcome.refunded_at or alert.received_at
        body |= {
            "alert_outcome_amount": outcome.refunded.major_string(),
            "alert_outcome_currency": outcome.refunded.currency,
            "alert_outcome_action_date": at.astimezone(UTC).isoformat(timespec="seconds"),
        }
    return body
