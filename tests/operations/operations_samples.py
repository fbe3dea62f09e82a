"""Alert sources and payloads for operations; ids and times are fresh, so that tests share one Temporal server."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from runtime.connections import SourceSettings


def fresh() -> str:
    """An id that nobody used before."""
    return uuid.uuid4().hex[:20].upper()


def source(kind: str = "ethoca", *, name: str = "alerts-of-shop", **secrets: str) -> SourceSettings:
    return SourceSettings(
        name=name,
        kind=kind,
        account="shop",
        base_url="http://127.0.0.1:9",
        secrets={key: SecretStr(value) for key, value in secrets.items()},
    )


def ethoca(*alert_ids: str, **changed: Any) -> bytes:
    """Alerts in Ethoca's form, raised a minute ago."""
    raised = datetime.now(UTC) - timedelta(minutes=1)
    one = {
        "alertType": "CONFIRMEDFRAUD",
        "alertTimestamp": raised.isoformat(),
        "transactionTimestamp": (raised - timedelta(days=2)).isoformat(),
        "amount": {"value": 49.99, "currencyCode": "USD"},
        "cardNumber": "424242xxxxxx4242",
        "authCode": "123456",
        **changed,
    }
    return json.dumps({"alerts": [{**one, "alertId": alert_id} for alert_id in alert_ids]}).encode()


def early_fraud_warning(**changed: Any) -> bytes:
    """Stripe's early fraud warning, as its API lists them."""
    warning = {
        "id": f"issfr_{fresh()}",
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": "ch_sandbox",
        "created": int(datetime.now(UTC).timestamp()) - 60,
        "fraud_type": "made_with_stolen_card",
        "livemode": False,
        **changed,
    }
    return json.dumps(warning).encode()
