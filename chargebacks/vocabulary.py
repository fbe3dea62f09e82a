"""The final outcomes in neutral words, and each network's own words for them.

The tables are data; every code has a final word at every network. Public sources:

- Chargebackhit: https://doc.chargebackhit.com/resources/product-insights
- Ethoca: https://developer.mastercard.com/ethoca-alerts-for-merchants/documentation/ ; words, and which alert type
  takes which, by the published outcome specification (https://github.com/api-evangelist/mastercard)
- CDRN, `reason.result`: https://docs.payshield.ai/txalerts-dispute-alerts/
- Chargeblast: https://github.com/ChargeblastLLC/api-docs

No source assigns words to our ALREADY_DISPUTED, DECLINED_BY_RULE, DECLINED_3DS and NOT_SETTLED at Chargebackhit, to
DECLINED_BY_RULE at Chargeblast, or to ACKNOWLEDGED outside Chargebackhit: the nearest truthful word stands there.
"""

from enum import StrEnum
from typing import NamedTuple

from chargebacks.alerts import ReasonClass
from chargebacks.errors import BadInput


class OutcomeCode(StrEnum):
    """Neutral outcome codes. All are final: a source holds the first one for good."""

    REFUNDED = "refunded"
    REFUNDED_PARTIAL = "refunded_partial"
    ALREADY_REFUNDED = "already_refunded"
    DUPLICATE = "duplicate"
    NOT_FOUND = "not_found"
    PAYMENT_UNSUCCESSFUL = "payment_unsuccessful"
    NOT_SETTLED = "not_settled"
    """Authorised but never captured: the payment was cancelled instead of refunded."""
    ALREADY_DISPUTED = "already_disputed"
    DECLINED_BY_RULE = "declined_by_rule"
    DECLINED_3DS = "declined_3ds"
    FULFILLED_CANNOT_STOP = "fulfilled_cannot_stop"
    REFUND_FAILED = "refund_failed"
    ACKNOWLEDGED = "acknowledged"


class Speaker(StrEnum):
    """Who speaks a vocabulary; several alert sources may share one."""

    CHARGEBACKHIT = "chargebackhit"
    ETHOCA = "ethoca"
    CDRN = "cdrn"
    CHARGEBLAST = "chargeblast"


class EthocaWords(NamedTuple):
    """Ethoca's `outcome` and `refundStatus`."""

    outcome: str
    refund_status: str


class Needs(NamedTuple):
    """What a word must be accompanied by to be accepted."""

    amount: bool = False
    comment: bool = False
    other_alert: bool = False
    """The provider alert id of the earlier alert."""


_REFUNDED, _NOT_REFUNDED, _NOT_SETTLED = "REFUNDED", "NOT_REFUNDED", "NOT_SETTLED"

_CHARGEBACKHIT = {
    OutcomeCode.REFUNDED: "reversed",
    OutcomeCode.REFUNDED_PARTIAL: "reversed",
    OutcomeCode.ALREADY_REFUNDED: "previously-reversed",
    OutcomeCode.DUPLICATE: "duplicate",
    OutcomeCode.NOT_FOUND: "not-found",
    OutcomeCode.PAYMENT_UNSUCCESSFUL: "decline",
    OutcomeCode.NOT_SETTLED: "decline",
    OutcomeCode.ALREADY_DISPUTED: "error",
    OutcomeCode.DECLINED_BY_RULE: "decline",
    OutcomeCode.DECLINED_3DS: "decline",
    OutcomeCode.FULFILLED_CANNOT_STOP: "shipped",
    OutcomeCode.REFUND_FAILED: "reverse-error",
    OutcomeCode.ACKNOWLEDGED: "acknowledged",
}

_ETHOCA_STATUS = {
    OutcomeCode.REFUNDED: _REFUNDED,
    OutcomeCode.REFUNDED_PARTIAL: _REFUNDED,
    OutcomeCode.ALREADY_REFUNDED: _REFUNDED,
    OutcomeCode.DUPLICATE: _REFUNDED,
    OutcomeCode.NOT_FOUND: _NOT_REFUNDED,
    OutcomeCode.PAYMENT_UNSUCCESSFUL: _NOT_SETTLED,
    OutcomeCode.NOT_SETTLED: _NOT_SETTLED,
    OutcomeCode.ALREADY_DISPUTED: _NOT_REFUNDED,
    OutcomeCode.DECLINED_BY_RULE: _NOT_REFUNDED,
    OutcomeCode.DECLINED_3DS: _NOT_REFUNDED,
    OutcomeCode.FULFILLED_CANNOT_STOP: _NOT_REFUNDED,
    OutcomeCode.REFUND_FAILED: _NOT_REFUNDED,
    OutcomeCode.ACKNOWLEDGED: _NOT_REFUNDED,
}

# By alert type: what is not listed is OTHER, which both types take.
_ETHOCA_FRAUD = {
    OutcomeCode.REFUNDED: "STOPPED",
    OutcomeCode.REFUNDED_PARTIAL: "PARTIALLY_STOPPED",
    OutcomeCode.ALREADY_REFUNDED: "PREVIOUSLY_CANCELLED",
    OutcomeCode.NOT_FOUND: "NOT_FOUND",
    OutcomeCode.PAYMENT_UNSUCCESSFUL: "PREVIOUSLY_CANCELLED",
    OutcomeCode.NOT_SETTLED: "STOPPED",
    OutcomeCode.FULFILLED_CANNOT_STOP: "MISSED",
}
_ETHOCA_DISPUTE = {
    OutcomeCode.REFUNDED: "RESOLVED",
    OutcomeCode.REFUNDED_PARTIAL: "RESOLVED",
    OutcomeCode.ALREADY_REFUNDED: "RESOLVED_PREVIOUSLY_REFUNDED",
    OutcomeCode.NOT_FOUND: "NOT_FOUND",
    OutcomeCode.PAYMENT_UNSUCCESSFUL: "RESOLVED",
    OutcomeCode.NOT_SETTLED: "RESOLVED",
    OutcomeCode.ALREADY_DISPUTED: "UNRESOLVED_DISPUTE",
    OutcomeCode.DECLINED_BY_RULE: "UNRESOLVED_DISPUTE",
    OutcomeCode.DECLINED_3DS: "UNRESOLVED_DISPUTE",
    OutcomeCode.FULFILLED_CANNOT_STOP: "UNRESOLVED_DISPUTE",
}
# Words that both types take, for an alert that does not say its type.
_ETHOCA_EITHER = {OutcomeCode.NOT_FOUND: "NOT_FOUND"}

_ETHOCA = {
    ReasonClass.FRAUD: _ETHOCA_FRAUD,
    ReasonClass.DISPUTE: _ETHOCA_DISPUTE,
    ReasonClass.UNKNOWN: _ETHOCA_EITHER,
}
_OTHER = "OTHER"

_CDRN = {
    OutcomeCode.REFUNDED: "100.001",
    OutcomeCode.REFUNDED_PARTIAL: "101.001",
    OutcomeCode.ALREADY_REFUNDED: "951.001",
    OutcomeCode.DUPLICATE: "940.001",
    OutcomeCode.NOT_FOUND: "902.002",
    OutcomeCode.PAYMENT_UNSUCCESSFUL: "102.003",
    OutcomeCode.NOT_SETTLED: "951.003",
    OutcomeCode.ALREADY_DISPUTED: "952.002",
    OutcomeCode.DECLINED_BY_RULE: "957.002",
    OutcomeCode.DECLINED_3DS: "954.002",
    OutcomeCode.FULFILLED_CANNOT_STOP: "956.002",
    OutcomeCode.REFUND_FAILED: "950.002",
    OutcomeCode.ACKNOWLEDGED: "900.002",
}

_CHARGEBLAST = {
    OutcomeCode.REFUNDED: "Resolved",
    OutcomeCode.REFUNDED_PARTIAL: "ResolvedPartial",
    OutcomeCode.ALREADY_REFUNDED: "AlreadyRefunded",
    OutcomeCode.DUPLICATE: "Duplicate",
    OutcomeCode.NOT_FOUND: "UnmatchedCannotFindTransaction",
    OutcomeCode.PAYMENT_UNSUCCESSFUL: "Ineligible",
    OutcomeCode.NOT_SETTLED: "ResolvedCancelled",
    OutcomeCode.ALREADY_DISPUTED: "AlreadyChargeback",
    OutcomeCode.DECLINED_BY_RULE: "EscalateChargeback",
    OutcomeCode.DECLINED_3DS: "TDS",
    OutcomeCode.FULFILLED_CANNOT_STOP: "MatchedWillShip",
    OutcomeCode.REFUND_FAILED: "Ineligible",
    OutcomeCode.ACKNOWLEDGED: "Ineligible",
}

_ETHOCA_OLDER = {
    "stopped": "STOPPED",
    "partially_stopped": "PARTIALLY_STOPPED",
    "previously_cancelled": "PREVIOUSLY_CANCELLED",
    "missed": "MISSED",
    "notfound": "NOT_FOUND",
    "other": "OTHER",
    "shipper_contacted": "SHIPPER_CONTACTED",
    "account_suspended": "ACCOUNT_SUSPENDED",
    "in_progress": "IN_PROGRESS",
    "resolved": "RESOLVED",
    "previously_refunded": "RESOLVED_PREVIOUSLY_REFUNDED",
    "unresolved_dispute": "UNRESOLVED_DISPUTE",
}
"""From the legacy SOAP interface (`EthocaAlerts-Sandbox.wsdl`, https://github.com/Abdallah2358/ethoca)."""


def chargebackhit(code: OutcomeCode) -> str:
    """The `outcome` of an `init-refund` alert; every other type takes `acknowledged` only."""
    return _CHARGEBACKHIT[code]


def ethoca(code: OutcomeCode, reason_class: ReasonClass) -> EthocaWords:
    """The final outcome for a fraud or a dispute alert: each type takes its own words."""
    return EthocaWords(_ETHOCA[reason_class].get(code, _OTHER), _ETHOCA_STATUS[code])


def ethoca_today(word: str) -> str:
    """Today's word for an Ethoca outcome, which may come in the older lower-case vocabulary. BadInput if unknown."""
    today = _ETHOCA_OLDER.get(word.lower(), word.upper())
    if today not in _ETHOCA_OLDER.values():
        raise BadInput(f"{word[:40]!r} is not an Ethoca outcome.", reason="unknown_outcome")
    return today


def cdrn(code: OutcomeCode) -> str:
    """Verifi's `reason.result`: 001 refunded, 002 not refunded, 003 not settled."""
    return _CDRN[code]


def chargeblast(code: OutcomeCode) -> str:
    """Chargeblast's `result`."""
    return _CHARGEBLAST[code]


def accepts(speaker: Speaker, code: OutcomeCode, reason_class: ReasonClass = ReasonClass.UNKNOWN) -> Needs:
    """What must go with the word. Ethoca wants an amount in every outcome, and a comment explains OTHER."""
    match speaker:
        case Speaker.CHARGEBACKHIT:
            return Needs(amount=chargebackhit(code) == "reversed")
        case Speaker.ETHOCA:
            return Needs(amount=True, comment=ethoca(code, reason_class).outcome == _OTHER)
        case Speaker.CDRN:
            reason = cdrn(code).partition(".")[0]
            return Needs(amount=reason == "101", comment=reason == "900", other_alert=reason == "940")
        case Speaker.CHARGEBLAST:
            return Needs()
