"""Values to store, with as little said as a test needs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from chargebacks.alerts import Alert, AlertKind, CardTransaction, NetworkProduct
from chargebacks.charges import ChargeSnapshot, ChargeStatus, SnapshotOrigin
from chargebacks.contracts import AlertRequest, CaseFile, CaseKind, CaseStatus
from chargebacks.money import Money
from runtime.connections import SourceSettings, StripeCredentials

ACCOUNT = "shop"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SOLD = NOW - timedelta(days=10)


def usd(amount_minor: int) -> Money:
    return Money(amount_minor=amount_minor, currency="USD")


def credentials(account: str, **changes: Any) -> StripeCredentials:
    given = {"account": account, "api_key": SecretStr("sk_test_sandbox"), "livemode": False}
    return StripeCredentials.model_validate(given | changes)


def source(name: str, **changes: Any) -> SourceSettings:
    given = {"name": name, "kind": "ethoca", "account": ACCOUNT, "base_url": "https://alerts.test"}
    return SourceSettings.model_validate(given | changes)


def charge(charge_id: str, **changes: Any) -> ChargeSnapshot:
    given = {
        "id": charge_id,
        "amount": usd(4999),
        "captured_minor": 4999,
        "captured": True,
        "status": ChargeStatus.SUCCEEDED,
        "created": SOLD,
        "livemode": False,
        "origin": SnapshotOrigin.STRIPE,
        "as_of": NOW,
    }
    return ChargeSnapshot.model_validate(given | changes)


def alert(provider_alert_id: str = "alert-1", **changes: Any) -> Alert:
    """`transaction` may be given as a dict of its fields."""
    given = {
        "source": "network",
        "provider": "ethoca",
        "provider_alert_id": provider_alert_id,
        "product": NetworkProduct.ETHOCA,
        "kind": AlertKind.REFUND_REQUEST,
        "alerted_at": NOW,
        "received_at": NOW,
        "raw_sha256": "0" * 64,
    }
    transaction = CardTransaction.model_validate(changes.pop("transaction", {}))
    return Alert.model_validate(given | {"transaction": transaction} | changes)


def request(case_id: str = "alert/network/alert-1", **changes: Any) -> AlertRequest:
    return AlertRequest(case_id=case_id, account=ACCOUNT, alert=alert(**changes))


def case_file(case_id: str, **changes: Any) -> CaseFile:
    given = {
        "case_id": case_id,
        "kind": CaseKind.ALERT,
        "account": ACCOUNT,
        "source": "network",
        "status": CaseStatus.WORKING,
    }
    return CaseFile.model_validate(given | changes)
