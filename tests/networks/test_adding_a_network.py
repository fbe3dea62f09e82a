"""The adapter in docs/adding-a-network.md works as it stands there."""

import hashlib
import hmac
import json
import re
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from network_samples import NOW, as_json
from pydantic import SecretStr

from chargebacks.alerts import AlertKind
from chargebacks.errors import BadInput, NotAuthentic
from chargebacks.money import Money
from chargebacks.outcomes import DecidedBy, Outcome, OutcomeCode
from networks.adapter import Inbound
from networks.registry import ADAPTERS, check_settings
from networks.reporting import ConfiguredNetworks
from runtime.connections import SourceSettings

GUIDE = Path(__file__).parents[2] / "docs" / "adding-a-network.md"
BODY = as_json(
    {
        "id": "ex-1",
        "type": "refund_request",
        "network": "CDRN",
        "amount": "49.99",
        "currency": "USD",
        "card": "*4242",
    }
)
SOURCE = SourceSettings(
    name="example-shop",
    kind="example",
    account="shop",
    base_url="https://alerts.example.com",
    secrets={"key": SecretStr("example-key-test")},
)


@pytest.fixture(scope="module")
def example():
    """The guide's code block as a module, and its adapter."""
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    module = ModuleType("example_alerts")
    exec(compile(code, str(GUIDE), "exec"), module.__dict__)
    return module.ExampleAlerts()


def test_it_is_connected_like_any_other(example):
    """Registered under its kind, its settings are checked."""
    check_settings(SOURCE, {**ADAPTERS, example.kind: example})
    with pytest.raises(BadInput, match="key"):
        check_settings(SOURCE.model_copy(update={"secrets": {}}), {example.kind: example})


def test_it_tells_authentic_alerts_from_others(example):
    """Signed a moment ago, or refused."""
    timestamp = str(int(NOW.timestamp()))
    mac = hmac.new(b"example-key-test", timestamp.encode() + b"." + BODY, hashlib.sha256).hexdigest()
    request = Inbound(headers={"X-Timestamp": timestamp, "X-Signature": mac}, body=BODY, received_at=NOW)
    example.authenticate(request, SOURCE)
    with pytest.raises(NotAuthentic):
        example.authenticate(request.model_copy(update={"body": BODY + b" "}), SOURCE)


def test_it_reads_alerts(example):
    """A refund request with money, and an unknown type without."""
    (alert,) = example.parse(BODY, SOURCE, received_at=NOW)
    assert (alert.kind, alert.amount) == (AlertKind.REFUND_REQUEST, Money(amount_minor=4999, currency="USD"))
    (strange,) = example.parse(as_json({"id": 7, "type": "new"}), SOURCE, received_at=NOW)
    assert strange.kind is AlertKind.UNKNOWN
    with pytest.raises(BadInput):
        example.parse(as_json({"id": 7, "type": "refund_request"}), SOURCE, received_at=NOW)


@pytest.mark.parametrize(("status", "known"), [(200, False), (409, True)])
async def test_it_reports_outcomes(example, status, known):
    """Once taken, and the second time already known."""
    made: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        made.append(request)
        return httpx.Response(status, json={"error": {"code": "already_answered"}} if known else {})

    async def settings_of(name: str) -> SourceSettings:
        return SOURCE

    (alert,) = example.parse(BODY, SOURCE, received_at=NOW)
    outcome = Outcome(code=OutcomeCode.REFUNDED, decided_by=DecidedBy.RULE, comment="Refunded.")
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        networks = ConfiguredNetworks(settings_of=settings_of, http=http, adapters={"example": example})
        taken = await networks.report("example-shop", alert, outcome)
    assert (taken.provider_code, taken.already_known) == ("refunded", known)
    assert made[0].url.path == "/alerts/ex-1/outcome"
    assert json.loads(made[0].content) == {"outcome": "refunded", "comment": "Refunded."}
