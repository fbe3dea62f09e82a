"""Sellers: one Stripe account and one source of every network each, so that many cases run side by side."""

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shops import POLICY, Shop, open_shop

from chargebacks.charges import ChargeSnapshot
from chargebacks.contracts import CaseFile, CaseStatus
from demo.stack import NETWORKS, Stack, post
from networks.registry import ADAPTERS
from operations.start import start_alert

PATIENCE_SECONDS = 240.0
_number = itertools.count(1)


@dataclass(frozen=True)
class AlertCase:
    """An alert that was taken in, and its case."""

    network: str
    alert: str
    case: str


@dataclass(frozen=True)
class Seller(Shop):
    """A shop that every network alerts."""

    async def sell(self, *, indexed: bool = True, **fields: Any) -> ChargeSnapshot:
        """A captured charge of 49.99 USD unless told otherwise; `indexed`: our index knows it."""
        body = {"account": self.account, "charges": [{"amount": 4999, **fields}]}
        made = await post(self.stack.stripe_control, "/_sandbox/charges", body)
        charge_id = made["charges"][0]["id"]
        if not indexed:
            return await self.stack.stripe.read_charge(self.name, charge_id)
        return await self.know(charge_id)

    async def subscribe(self, **fields: Any) -> tuple[ChargeSnapshot, str]:
        """A subscription's paid first charge of 15.99 USD: (charge, subscription id)."""
        body = {"account": self.account, "amount": 1599, "currency": "usd", **fields}
        made = await post(self.stack.stripe_control, "/_sandbox/subscriptions", body)
        return await self.know(made["charge"]["id"]), made["subscription"]["id"]

    async def told_of(self, network: str, charge: ChargeSnapshot | None = None, **fields: Any) -> AlertCase:
        """An alert about the charge, taken in."""
        return await self.take(network, await self.message(network, charge, **fields))

    async def message(
        self, network: str, charge: ChargeSnapshot | None = None, **fields: Any
    ) -> dict[str, Any]:
        """An alert about the charge as the provider sends it."""
        said = {**(_facts(charge) if charge is not None else {}), **fields, "network": network}
        return await post(self.stack.networks_control, "/_networks/alerts/generate", said)

    async def take(self, network: str, message: dict[str, Any]) -> AlertCase:
        """Take a provider's message in."""
        source = await self.stack.store.sources.source(f"{network}-{self.name}")
        [started] = await start_alert(
            self.stack.client,
            self.stack.store,
            source,
            ADAPTERS[source.kind],
            message["body"].encode(),
            received_at=datetime.now(UTC),
        )
        return AlertCase(network=network, alert=message["id"], case=started.case_id)

    async def warned_of(self, charge: ChargeSnapshot) -> AlertCase:
        """Stripe's early fraud warning about the charge, taken in."""
        made = await post(self.stack.stripe_control, "/_sandbox/early_fraud_warnings", {"charge": charge.id})
        return await self.take("stripe", {"id": made["id"], "body": json.dumps(made)})

    async def until(self, one: AlertCase, holds: Callable[[CaseFile], bool]) -> CaseFile:
        """The case as soon as it is so; AssertionError when patience runs out."""
        give_up = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            case = await self.stack.store.cases.case_file(one.case)
            if case is not None and holds(case):
                return case
            assert asyncio.get_running_loop().time() < give_up, f"it never came to that: {case}"
            await asyncio.sleep(0.05)

    async def status(self, one: AlertCase, status: CaseStatus) -> CaseFile:
        return await self.until(one, lambda case: case.status is status)

    async def closed(self, one: AlertCase) -> CaseFile:
        return await self.status(one, CaseStatus.CLOSED)

    async def moved(self, charge: ChargeSnapshot) -> tuple[int, int]:
        """(how many refunds the charge has, how much of it has gone back): what the stand-in's ledger says."""
        sums = await self.ledger(charge.id)
        return len(sums["refunds"]), sums["refunded"]

    async def heard(self, one: AlertCase) -> list[str]:
        """Final outcomes that the network accepted for the alert."""
        return [outcome["outcome"] for outcome in await self.told(one.alert)]

    async def attempts(self, one: AlertCase) -> list[dict[str, Any]]:
        """Every outcome the network was told of the alert, taken or not."""
        answer = await self.stack.networks_control.get("/_networks/outcomes", params={"alert_id": one.alert})
        attempts: list[dict[str, Any]] = answer.raise_for_status().json()["outcomes"]
        return attempts

    async def refund_by_hand(self, charge: ChargeSnapshot, amount: int) -> str:
        """As support staff does in Stripe's Dashboard; the refund's id."""
        made = await self.dashboard("POST", "/v1/refunds", charge=charge.id, amount=str(amount))
        return str(made["id"])

    async def dashboard(self, method: str, path: str, **form: str) -> dict[str, Any]:
        """A call of the merchant's own to Stripe, untouched by faults."""
        answer = await self.stack.stripe_control.request(
            method, path, data=form or None, headers={"Authorization": f"Bearer sk_test_sandbox_{self.name}"}
        )
        made: dict[str, Any] = answer.raise_for_status().json()
        return made

    async def dispute(self, charge: ChargeSnapshot, kind: str = "chargeback") -> str:
        made = await post(
            self.stack.stripe_control, "/_sandbox/disputes", {"charge": charge.id, "kind": kind}
        )
        return str(made["id"])

    async def calls(self, method: str, path: str) -> list[dict[str, Any]]:
        """Calls to the Stripe stand-in for this account, in order."""
        answer = await self.stack.stripe_control.get(
            "/_sandbox/requests", params={"path": path, "method": method}
        )
        return [call for call in answer.json()["requests"] if call["account"] == self.account]

    async def called(self, method: str, path: str, *, times: int = 1) -> None:
        """Wait until the stand-in has been called so often."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(await self.calls(method, path)) < times:
                await asyncio.sleep(0.02)


async def open_seller(stack: Stack, *, policy: str = POLICY) -> Seller:
    """A seller of its own, with its key, its policy and a source of every network."""
    name = f"seller{next(_number)}"
    shop = await open_shop(stack, name, policy=policy)
    for network in (*NETWORKS, "stripe"):
        pattern = await stack.store.sources.source(f"{network}-shop")
        await stack.store.sources.connect_source(
            pattern.model_copy(update={"name": f"{network}-{name}", "account": name})
        )
    return Seller(stack=stack, name=name, key=shop.key, account=shop.account)


def _facts(charge: ChargeSnapshot) -> dict[str, Any]:
    """What the card's bank knows of the sale."""
    return {
        "amount": charge.amount.major_string(),
        "currency": charge.amount.currency,
        "transaction_at": charge.created.isoformat(),
        "last4": charge.last4,
        "brand": charge.brand,
        "bin": None,
        "auth_code": charge.auth_code,
        "network_transaction_id": charge.network_transaction_id,
        "descriptor": charge.descriptor,
    }
