"""The payload of each provider, field by field. A None is a field the provider leaves out.

Chargebackhit: SchemaWebhookAlert of https://api-docs.chargebackhit.com/. Ethoca: its push schema is not public, so
`push` uses the names of the public Outcome schema
(https://developer.mastercard.com/ethoca-alerts-for-merchants/documentation/) and `legacy` those of the older XML
schema. PayShield: https://docs.payshield.ai/txalerts-dispute-alerts/webhooks/notification-of-a-new-alert. Chargeblast:
https://docs.chargeblast.com/api-reference/webhooks/setup.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.networks.payloads import AlertFields

JsonObject = dict[str, Any]

_ALERT_TO_TRANSACTION = timedelta(days=3)
_LEGACY_TYPES = {"CONFIRMEDFRAUD": "issuer_alert", "CUSTOMERDISPUTE": "customerdispute_alert"}
_LEGACY_3DS = {True: "yes", False: "no", None: "not_available"}
_RESELLER_ACTIONS = {
    "DISPUTE": "REFUND",
    "DISPUTE_RDR": "RESOLVED",
    "DISPUTE_NOTICE": "REVIEW",
    "CANCEL": "CANCEL",
    "FRAUD_NOTICE": "REVIEW",
}
_CHARGEBLAST_SOURCES = {"Ethoca": "ethoca", "CDRN": "verifi", "RDR": "verifi", "TC40": "visa", "TC15": "visa"}


def chargebackhit(
    fields: AlertFields, alert_id: str, alert_type: str, product: str, alert_at: datetime
) -> JsonObject:
    """The webhook body: alert, transaction and merchant."""
    return {
        "alert": {
            "id": alert_id,
            "card_acceptor_id": fields.caid,
            "date": _utc(alert_at),
            "provider": _chargebackhit_provider(product),
            "product": product,
            "type": alert_type,
            "outcome": "",
            "acquirer_bin": fields.acquirer_bin,
            "amount": str(fields.amount),
            "currency": fields.currency,
            "mcc": fields.mcc,
            "descriptor": fields.descriptor,
            "reason_group": fields.reason,
            "reason_code": fields.reason_code,
        },
        "transaction": {
            "transaction_merchant_id": fields.order_id,
            "transaction_id": fields.network_transaction_id,
            "date": _utc(_transaction_at(fields, alert_at)),
            "amount": str(_transaction_amount(fields)),
            "currency": fields.transaction_currency or fields.currency,
            "type": fields.transaction_type or "sale",
            "card_brand": fields.brand,
            "bin": fields.bin,
            "last_four": fields.last4,
            "auth_code": fields.auth_code,
            "arn": fields.arn,
        },
        "merchant": {
            "id": fields.merchant_id,
            "internal_id": fields.merchant_label,
            "descriptor": fields.descriptor,
            "name": fields.merchant_name,
        },
    }


def ethoca(
    fields: AlertFields, alert_id: str, alert_type: str, product: str, alert_at: datetime
) -> JsonObject:
    """The push body (pull returns the same), or the older field names with the member's local times."""
    if fields.form == "legacy":
        return _ethoca_legacy(fields, alert_id, alert_type, alert_at)
    transaction_at = _transaction_at(fields, alert_at)
    return {
        "alertId": alert_id,
        "alertType": alert_type,
        "alertTimestamp": alert_at.isoformat(timespec="seconds"),
        "age": _hours(alert_at - transaction_at),
        "issuer": fields.issuer,
        "cardNumber": _masked(fields, "xxxxxx"),
        "cardBin": fields.bin,
        "cardLast4": fields.last4,
        "acquirerReferenceNumber": fields.arn,
        "transactionTimestamp": transaction_at.isoformat(timespec="seconds"),
        "merchantDescriptor": fields.descriptor,
        "memberId": 1001,
        "merchantMemberName": fields.merchant_name,
        "mcc": fields.mcc,
        "amount": {"value": _transaction_amount(fields), "currencyCode": _transaction_currency(fields)},
        "transactionType": fields.transaction_type or "eCommerce",
        "initiatedBy": fields.initiated_by,
        "is3DSecure": _LEGACY_3DS[fields.is_3ds],
        "source": "Issuer",
        "authCode": fields.auth_code,
        "transactionId": fields.network_transaction_id,
        "chargebackReasonCode": fields.reason_code,
        "chargebackAmount": {"value": fields.amount, "currencyCode": fields.currency}
        if _is_partial(fields)
        else None,
    }


def _ethoca_legacy(fields: AlertFields, alert_id: str, alert_type: str, alert_at: datetime) -> JsonObject:
    transaction_at = _transaction_at(fields, alert_at)
    return {
        "EthocaID": alert_id,
        "Type": _LEGACY_TYPES.get(alert_type, alert_type),
        "AlertTimestamp": _local(alert_at, fields.utc_offset_minutes),
        "Age": _hours(alert_at - transaction_at),
        "Issuer": fields.issuer,
        "CardNumber": _masked(fields, "xxxxxx"),
        "CardBIN": fields.bin,
        "CardLast4": fields.last4,
        "ARN": fields.arn,
        "TransactionTimestamp": _local(transaction_at, fields.utc_offset_minutes),
        "MerchantDescriptor": fields.descriptor,
        "MemberID": 1001,
        "MerchantMemberName": fields.merchant_name,
        "MCC": fields.mcc,
        "Amount": f"{_transaction_amount(fields):.3f}",
        "Currency": _transaction_currency(fields),
        "TransactionType": fields.transaction_type or "eCommerce",
        "InitiatedBy": fields.initiated_by,
        "Is3DSecure": _LEGACY_3DS[fields.is_3ds],
        "Source": "Issuer",
        "AuthCode": fields.auth_code,
        "TransactionId": fields.network_transaction_id,
        "ChargebackReasonCode": fields.reason_code,
        "ChargebackAmount": f"{fields.amount:.3f}" if _is_partial(fields) else None,
        "ChargebackCurrency": fields.currency if _is_partial(fields) else None,
    }


def reseller(
    fields: AlertFields, alert_id: str, alert_type: str, product: str, alert_at: datetime
) -> JsonObject:
    """The form fields of a new alert, or of the status update that takes an RDR alert back."""
    if alert_type == "RDR_DELETE":
        return {"action": "statusupdate", "alert_id": alert_id, "status": "RDR_DELETE", "reason_code": ""}
    details = {"order_id": fields.order_id} if fields.order_id else {}
    return {
        "card": _masked(fields, "******"),
        "transaction_timestamp": _utc(_transaction_at(fields, alert_at), milliseconds=True),
        "descriptor": fields.descriptor,
        "amount": str(fields.amount),
        "currency": fields.currency,
        "arn": fields.arn or "",
        "alert_id": alert_id,
        "alert_type": alert_type,
        "alert_action": fields.alert_action or _RESELLER_ACTIONS[alert_type],
        "auth_code": fields.auth_code or "",
        "descriptor_id": fields.merchant_label,
        "txdetails": json.dumps(details),
    }


def chargeblast(
    fields: AlertFields, alert_id: str, alert_type: str, product: str, alert_at: datetime
) -> JsonObject:
    """The webhook body, flat; ``alert.created`` does not carry the matched charge."""
    matched = fields.charge_id if fields.event != "alert.created" else None
    by_reason = "FRAUD" if fields.reason == "fraud" else "DISPUTE"
    return {
        "id": alert_id,
        "alertId": alert_id,
        "alertType": "DISPUTE_RDR" if alert_type == "RDR" else by_reason,
        "amount": fields.amount,
        "arn": fields.arn,
        "authCode": fields.auth_code,
        "card": _masked(fields, "xxxxxx"),
        "cardBrand": fields.brand,
        "createdAt": _chargeblast_time(alert_at),
        "creditAppealed": False,
        "creditStatus": "None",
        "currency": fields.currency,
        "customerEmail": fields.customer_email,
        "customerId": fields.customer_id,
        "descriptor": fields.descriptor,
        "externalOrder": matched,
        "externalUrl": None if matched is None else f"https://dashboard.stripe.com/charges/{matched}",
        "issuer": fields.issuer,
        "merchantId": f"cb_{fields.merchant_label}",
        "networkId": fields.network_transaction_id,
        "provider": _CHARGEBLAST_SOURCES.get(alert_type, alert_type.lower()),
        "reasonCode": fields.reason_state,
        "responseAction": "",
        "acquirerAction": (fields.acquirer_action or "Resolved") if alert_type == "RDR" else None,
        "site": "",
        "subprovider": alert_type,
        "transactionDate": _chargeblast_time(_transaction_at(fields, alert_at, habit="date")),
        "attributes": {"order_number": fields.order_id} if fields.order_id else None,
    }


def _chargebackhit_provider(product: str) -> str:
    if product in ("ethoca", "consumer-clarity"):
        return "ethoca"
    return "paypal" if product == "paypal" else "verifi"


def _transaction_at(fields: AlertFields, alert_at: datetime, habit: str = "instant") -> datetime:
    at = fields.transaction_at or alert_at - _ALERT_TO_TRANSACTION
    if (fields.transaction_precision or habit) == "date":
        return at.replace(hour=0, minute=0, second=0, microsecond=0)
    return at


def _transaction_amount(fields: AlertFields) -> Decimal:
    return fields.amount if fields.transaction_amount is None else fields.transaction_amount


def _is_partial(fields: AlertFields) -> bool:
    """The alert is about another amount than the transaction's."""
    return fields.transaction_amount is not None or fields.transaction_currency is not None


def _transaction_currency(fields: AlertFields) -> str:
    return fields.transaction_currency or fields.currency


def _masked(fields: AlertFields, mask: str) -> str | None:
    if fields.last4 is None:
        return None
    return f"{fields.bin or 'xxxxxx'}{mask}{fields.last4}"


def _hours(age: timedelta) -> int:
    return max(0, int(age.total_seconds() // 3600))


def _utc(at: datetime, *, milliseconds: bool = False) -> str:
    spec = "milliseconds" if milliseconds else "seconds"
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=spec) + "Z"


def _local(at: datetime, utc_offset_minutes: int) -> str:
    local = at.astimezone(timezone(timedelta(minutes=utc_offset_minutes)))
    return local.replace(tzinfo=None).isoformat(timespec="milliseconds")


def _chargeblast_time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%fZ")
