"""What a scenario can do: sell, be alerted, wait for the case, and read what became of it on every side."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from chargebacks.charges import ChargeSnapshot
from chargebacks.contracts import CaseFile, CaseStatus, alert_case_id
from chargebacks.money import Money, parse_minor
from chargebacks.refunds import MoneyState
from demo.playing import TableRow
from demo.stack import Stack, post
from networks.registry import ADAPTERS
from operations.inspect import read_case
from operations.notify import refund_changed
from operations.start import start_alert
from runtime.connections import SourceSettings

_PATIENCE_SECONDS = 90.0

WORKING = {CaseStatus.WORKING, CaseStatus.AWAITING_REFUND}


@dataclass(frozen=True)
class Row(TableRow):
    """What came of an alert, in the words of the table."""

    status: str
    refunded: str = "-"
    """Money that really went back according to the sandbox's ledger, by how many refunds."""
    told: str = "-"
    """Final words that the network accepted."""
    subscription: str = "-"
    why: str = ""
    """Reason of the decision, and what was found when the money was to move, if not a plain refund."""


@dataclass(frozen=True)
class Played:
    """Which cases and which sale a scenario was about; the last case is the one the table shows."""

    cases: tuple[str, ...]
    charge: str | None = None
    subscription: str | None = None
    alerts: tuple[tuple[str, str], ...] = ()
    """(network, provider alert id)"""


@dataclass
class World:
    """One per scenario run."""

    stack: Stack
    alerts: list[tuple[str, str]] = field(default_factory=list)

    async def sell(self, *, account: str = "shop", indexed: bool = True, **fields: Any) -> ChargeSnapshot:
        """Make a charge at the stand-in; `indexed` tells our index of it, as a `charge.*` event would."""
        stripe_account = "acct_1Broke" if account == "broke" else "acct_1Sandbox"
        body = {"account": stripe_account, "charges": [fields]}
        made: Any = await post(self.stack.stripe_control, "/_sandbox/charges", body)
        return await self.read(account, made["charges"][0]["id"], indexed=indexed)

    async def subscribe(self, **fields: Any) -> tuple[ChargeSnapshot, str]:
        """A subscription's paid first charge, known to our index: (charge, subscription id)."""
        made = await self.stripe("subscriptions", fields)
        return await self.read("shop", made["charge"]["id"]), made["subscription"]["id"]

    async def read(self, account: str, charge_id: str, *, indexed: bool = True) -> ChargeSnapshot:
        charge = await self.stack.stripe.read_charge(account, charge_id)
        if indexed:
            await self.stack.store.charges.upsert(account, (charge,))
        return charge

    async def alert(self, network: str, charge: ChargeSnapshot | None = None, **fields: Any) -> str:
        """Have the network make an alert about the charge, and send it to us."""
        message = await self.message(network, charge, **fields)
        return await self.receive(network, fields.get("account", "shop"), message)

    async def message(
        self, network: str, charge: ChargeSnapshot | None = None, **fields: Any
    ) -> dict[str, Any]:
        """The alert as the provider would send it."""
        said = {**(_facts_of(charge) if charge is not None else {}), **fields}
        said.pop("account", None)
        said["network"] = network
        return await post(self.stack.networks_control, "/_networks/alerts/generate", said)

    async def warning(self, charge: ChargeSnapshot, *, account: str = "shop") -> str:
        """Stripe's early fraud warning about the charge, as its webhook would bring it."""
        made = await self.stripe("early_fraud_warnings", {"charge": charge.id})
        return await self.receive("stripe", account, {"id": made["id"], "body": json.dumps(made)})

    async def receive(self, network: str, account: str, message: dict[str, Any]) -> str:
        """Take a provider's message in; the id of its case."""
        self.alerts.append((network, message["id"]))
        source = await self.stack.store.sources.source(self.stack.source(network, account))
        if self.stack.ingest_url is not None and "headers" in message:
            return await self._post(source, message)
        started = await start_alert(
            self.stack.client,
            self.stack.store,
            source,
            ADAPTERS[source.kind],
            message["body"].encode(),
            received_at=datetime.now(UTC),
        )
        return started[0].case_id

    async def _post(self, source: SourceSettings, message: dict[str, Any]) -> str:
        """The message to the HTTP service, as the network sends it; the id of its case once that is there."""
        body = message["body"].encode()
        async with httpx.AsyncClient(timeout=60) as http:
            answer = await http.post(
                f"{self.stack.ingest_url}/alerts/{source.name}", content=body, headers=message["headers"]
            )
        answer.raise_for_status()
        [alert] = ADAPTERS[source.kind].parse(body, source, received_at=datetime.now(UTC))
        case_id = alert_case_id(source=alert.source, provider_alert_id=alert.provider_alert_id)
        return (await self.until(case_id, lambda case: True)).case_id

    async def until(self, case_id: str, holds: Callable[[CaseFile], bool]) -> CaseFile:
        """The case file as soon as it says so; the one of the moment when patience runs out."""
        give_up = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while True:
            case = await self.stack.store.cases.case_file(case_id)
            if case is not None and (holds(case) or asyncio.get_running_loop().time() > give_up):
                return case
            await asyncio.sleep(0.1)

    async def rest(self, case_id: str) -> CaseFile:
        """The case when it neither works nor waits for a payment any more."""
        return await self.until(case_id, lambda case: case.status not in WORKING)

    async def status(self, case_id: str, status: CaseStatus) -> CaseFile:
        return await self.until(case_id, lambda case: case.status is status)

    async def tell_refund(self, account: str, charge_id: str, refund_id: str) -> None:
        """What the ingest service does when Stripe says that a refund changed."""
        await refund_changed(
            self.stack.client, self.stack.store, account=account, charge_id=charge_id, refund_id=refund_id
        )

    async def stripe(self, path: str, body: dict[str, Any]) -> Any:
        return await post(self.stack.stripe_control, f"/_sandbox/{path}", body)

    async def networks(self, path: str, body: dict[str, Any]) -> Any:
        return await post(self.stack.networks_control, f"/_networks/{path}", body)

    async def row(self, played: Played) -> Row:
        """What every side says of the last case."""
        case = await read_case(self.stack.store, played.cases[-1])
        return Row(
            status=case.status.value,
            refunded=await self._refunded(played.charge),
            told=", ".join(told["outcome"] for told in await self.told()) or "-",
            subscription=await self._subscription(played.subscription),
            why=_why(case),
        )

    async def _refunded(self, charge_id: str | None) -> str:
        if charge_id is None:
            return "-"
        answer = await self.stack.stripe_control.get("/_sandbox/ledger", params={"charge": charge_id})
        sums = answer.raise_for_status().json()["charges"].get(charge_id)
        if sums is None or not sums["refunds"]:
            return "-"
        money = parse_minor(sums["refunded"], sums["currency"].upper())
        return f"{len(sums['refunds'])} x {_major(money)}"

    async def told(self) -> list[dict[str, Any]]:
        """Final outcomes that the networks accepted for this world's alerts, in order of the alerts."""
        told: list[dict[str, Any]] = []
        for network, alert_id in dict.fromkeys(self.alerts):
            if network == "stripe":
                continue  # takes no outcomes
            answer = await self.stack.networks_control.get(
                "/_networks/outcomes",
                params={"network": network, "alert_id": alert_id, "accepted": "true", "final": "true"},
            )
            told += answer.raise_for_status().json()["outcomes"]
        return told

    async def refunds(self, charge_id: str, *, key: str | None = None) -> list[dict[str, Any]]:
        """The charge's refunds as Stripe's API lists them, newest first."""
        keys = [key] if key else ["sk_test_sandbox", "sk_test_broke"]
        found: list[dict[str, Any]] = []
        for each in keys:
            answer = await self.stack.stripe_control.get(
                "/v1/refunds", params={"charge": charge_id}, headers={"Authorization": f"Bearer {each}"}
            )
            if answer.status_code == 200:
                found += answer.json()["data"]
        return found

    async def _subscription(self, subscription_id: str | None) -> str:
        if subscription_id is None:
            return "-"
        answer = await self.stack.stripe_control.get(
            f"/v1/subscriptions/{subscription_id}", headers={"Authorization": "Bearer sk_test_sandbox"}
        )
        found = answer.raise_for_status().json()
        return "ends with the period" if found["cancel_at_period_end"] else str(found["status"])


def hours_ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


def _facts_of(charge: ChargeSnapshot) -> dict[str, Any]:
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


def _major(money: Money) -> str:
    return f"{money.major_string()} {money.currency}"


def _why(case: CaseFile) -> str:
    reason = case.decision.reason if case.decision is not None else ""
    found = case.money.state if case.money is not None else MoneyState.REFUNDED
    return reason if found is MoneyState.REFUNDED else f"{reason}: {found.value}"
