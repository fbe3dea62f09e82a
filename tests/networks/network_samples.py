"""Alerts as the providers document them, written by hand, and sources with obviously fake secrets."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from runtime.connections import SourceSettings

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def source(kind: str, *, base_url: str = "https://alerts.invalid", **options: str) -> SourceSettings:
    """A configured source of this kind with every secret it may need."""
    return SourceSettings(
        name=f"{kind}-shop",
        kind=kind,
        account="shop",
        base_url=base_url,
        secrets={name: SecretStr(value) for name, value in SECRETS[kind].items()},
        options=options,
    )


SECRETS: dict[str, dict[str, str]] = {
    "chargebackhit": {"public_key": "cbh_public_test", "secret_key": "cbh_secret_test"},
    "ethoca": {
        "consumer_key": "ethoca-consumer-test",
        "signing_key": "not a key",
        "push_username": "ethoca-test",
        "push_password": "ethoca-password-test",
    },
    "reseller": {"api_token": "reseller-api-test", "webhook_token": "reseller-webhook-test"},
    "payshield": {"api_token": "payshield-api-test", "webhook_token": "payshield-webhook-test"},
    "chargeblast": {"api_key": "cb-key-test", "webhook_secret": "whsec_dGVzdC1zZWNyZXQtdGVzdC1zZWNyZXQ="},
    "stripe_efw": {"webhook_secret": "whsec_test_fake"},
}


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def as_form(fields: dict[str, str]) -> bytes:
    return urlencode(fields).encode()


def chargebackhit(**alert: Any) -> dict[str, Any]:
    """SchemaWebhookAlert of https://api-docs.chargebackhit.com/, with these alert fields changed."""
    return {
        "alert": {
            "id": "a1b2c3d4-0000-4000-8000-000000000001",
            "card_acceptor_id": "123456789012",
            "date": "2026-11-23T10:30:00Z",
            "provider": "ethoca",
            "product": "ethoca",
            "type": "init-refund",
            "outcome": "",
            "acquirer_bin": "411111",
            "amount": "49.99",
            "currency": "USD",
            "mcc": "5732",
            "descriptor": "MYSTORE*PURCHASE",
            "reason_group": "fraud",
            "reason_code": "10.4",
            **alert,
        },
        "transaction": {
            "transaction_merchant_id": "order-12345",
            "transaction_id": "465112233445566",
            "date": "2026-11-20T08:00:00Z",
            "amount": "49.99",
            "currency": "USD",
            "type": "sale",
            "card_brand": "visa",
            "bin": "424242",
            "last_four": "4242",
            "auth_code": "A12345",
            "arn": "74537604221222132710572",
        },
        "merchant": {
            "id": "497f6eca",
            "internal_id": "mid_1",
            "descriptor": "mystore.com",
            "name": "MyStore",
        },
    }


def ethoca_push(**fields: Any) -> dict[str, Any]:
    """A push body under the names of the public Outcome schema."""
    return {
        "alertId": "ABCDEFGHIJKLMNOPQRSTUVWX1",
        "alertType": "CONFIRMEDFRAUD",
        "alertTimestamp": "2026-11-23T05:30:00-05:00",
        "issuer": "Sandbox Bank",
        "cardNumber": "424242xxxxxx4242",
        "acquirerReferenceNumber": "74537604221222132710572",
        "transactionTimestamp": "2026-11-20T08:00:00+00:00",
        "merchantDescriptor": "MYSTORE*PURCHASE",
        "mcc": "5732",
        "amount": {"value": 49.99, "currencyCode": "USD"},
        "is3DSecure": "no",
        "authCode": "A12345",
        "transactionId": "465112233445566",
        **fields,
    }


def ethoca_legacy(**fields: Any) -> dict[str, Any]:
    """The older XML schema's names and its local times, as JSON."""
    return {
        "EthocaID": "ABCDEFGHIJKLMNOPQRSTUVWX2",
        "Type": "customerdispute_alert",
        "AlertTimestamp": "2026-11-23T05:30:00.000",
        "Age": 70,
        "Issuer": "Sandbox Bank",
        "CardNumber": "4242424242424242",
        "ARN": "",
        "TransactionTimestamp": "2026-11-20T03:00:00.000",
        "MerchantDescriptor": "MYSTORE*PURCHASE",
        "MemberID": 1001,
        "Amount": "49.990",
        "Currency": "USD",
        "Is3DSecure": "not_available",
        "AuthCode": "A12345",
        "ChargebackAmount": "20.000",
        "ChargebackCurrency": "USD",
        **fields,
    }


def payshield(**fields: str) -> dict[str, str]:
    """A new alert of https://docs.payshield.ai/txalerts-dispute-alerts/webhooks/notification-of-a-new-alert."""
    return {
        "card": "424242******4242",
        "transaction_timestamp": "2026-11-20T08:00:23.000Z",
        "descriptor": "MYSTORE*PURCHASE",
        "amount": "49.99",
        "currency": "USD",
        "arn": "",
        "alert_id": "10001",
        "alert_type": "DISPUTE",
        "alert_action": "REFUND",
        "auth_code": "A12345",
        "descriptor_id": "mid_1",
        "txdetails": '{"order_id": "order-12345"}',
        **fields,
    }


def chargeblast(**fields: Any) -> dict[str, Any]:
    """A webhook body of https://docs.chargeblast.com/api-reference/webhooks/setup."""
    return {
        "id": "al_4xUCdBXVs23u03i51cpQBJ",
        "alertId": "al_4xUCdBXVs23u03i51cpQBJ",
        "alertType": "FRAUD",
        "amount": 49.99,
        "arn": "74537604221222132710572",
        "authCode": "021413",
        "card": "424242xxxxxx4242",
        "cardBrand": "Visa",
        "createdAt": "2026-11-23 10:30:00.601000Z",
        "creditAppealed": False,
        "creditStatus": "None",
        "currency": "usd",
        "descriptor": "GENERIC TXN12345",
        "issuer": "Generic Bank, Inc.",
        "provider": "ethoca",
        "reasonCode": "WIP",
        "subprovider": "Ethoca",
        "transactionDate": "2026-11-20 00:00:00.000000Z",
        **fields,
    }


def warning(**fields: Any) -> dict[str, Any]:
    """A radar.early_fraud_warning as https://docs.stripe.com/api/radar/early_fraud_warnings/object shows it."""
    return {
        "id": "issfr_123",
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": "ch_123",
        "created": 1795429800,
        "fraud_type": "unauthorized_use_of_card",
        "livemode": False,
        "payment_intent": "pi_123",
        **fields,
    }


def event(given: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A Stripe event around an object."""
    return {
        "id": "evt_123",
        "object": "event",
        "type": "radar.early_fraud_warning.created",
        "livemode": given.get("livemode", False),
        "data": {"object": given},
        **fields,
    }
