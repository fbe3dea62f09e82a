"""Shops for tests that run many cases side by side: each with a Stripe account, a key and sources of its own."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from chargebacks.charges import ChargeSnapshot
from chargebacks.money import Money
from demo.stack import Stack, activate_policy, post
from networks.registry import ADAPTERS
from operations.start import start_alert
from runtime.connections import SourceSettings, StripeCredentials

POLICY = """
mode = "act"
watch_refund_days = 0

[refund]
limits = { USD = "500.00" }
"""


@dataclass(frozen=True)
class Shop:
    """One account here, one account at the stand-in."""

    stack: Stack
    name: str
    key: str
    account: str

    async def fault(self, method: str, path: str, action: str, **details: Any) -> None:
        """Let a call of this shop's key go wrong."""
        body = {"key": self.key, "method": method, "path": path, "action": action, **details}
        await post(self.stack.stripe_control, "/_sandbox/faults", body)

    async def subscribed(self, amount: int, **fields: Any) -> tuple[str, str]:
        """A subscription's paid first charge, unknown to our index: (charge id, subscription id)."""
        body = {
            "account": self.account,
            "amount": amount,
            "currency": "usd",
            "last4": f"{amount % 10_000:04}",
            **fields,
        }
        made = await post(self.stack.stripe_control, "/_sandbox/subscriptions", body)
        return made["charge"]["id"], made["subscription"]["id"]

    async def know(self, charge_id: str) -> ChargeSnapshot:
        """Read the charge and put it into our index, as its event would."""
        charge = await self.stack.stripe.read_charge(self.name, charge_id)
        await self.stack.store.charges.upsert(self.name, (charge,))
        return charge

    async def alert(self, charge: ChargeSnapshot, *, amount: Money | None = None) -> tuple[str, str]:
        """An alert about the charge, or a part of it, taken in: (case id, provider alert id)."""
        disputed = amount or charge.amount
        message = await post(
            self.stack.networks_control,
            "/_networks/alerts/generate",
            {
                "network": "chargebackhit",
                "amount": disputed.major_string(),
                "currency": disputed.currency,
                "transaction_amount": charge.amount.major_string(),
                "transaction_at": charge.created.isoformat(),
                "last4": charge.last4,
                "auth_code": charge.auth_code,
                "network_transaction_id": charge.network_transaction_id,
                "descriptor": charge.descriptor,
            },
        )
        return await self.receive(message["body"]), message["id"]

    async def receive(self, body: str) -> str:
        """Take a provider's message in; the id of its case."""
        source = await self.stack.store.sources.source(f"chargebackhit-{self.name}")
        started = await start_alert(
            self.stack.client,
            self.stack.store,
            source,
            ADAPTERS[source.kind],
            body.encode(),
            received_at=datetime.now(UTC),
        )
        return started[0].case_id

    async def ledger(self, charge_id: str) -> dict[str, Any]:
        """The stand-in's sums of the money that moved on the charge."""
        answer = await self.stack.stripe_control.get(
            "/_sandbox/ledger", params={"charge": charge_id, "account": self.account}
        )
        sums: dict[str, Any] = (
            answer.raise_for_status().json()["charges"].get(charge_id, {"refunds": [], "refunded": 0})
        )
        return sums

    async def told(self, alert_id: str) -> list[dict[str, Any]]:
        """Final outcomes the network accepted."""
        answer = await self.stack.networks_control.get(
            "/_networks/outcomes", params={"alert_id": alert_id, "accepted": "true", "final": "true"}
        )
        outcomes: list[dict[str, Any]] = answer.raise_for_status().json()["outcomes"]
        return outcomes

    async def disputed(self, charge_id: str, *, due_by: int, **wishes: Any) -> str:
        """A dispute of the charge at the stand-in, to be answered by `due_by` (Unix seconds); its id."""
        body = {"charge": charge_id, "due_by": due_by, **wishes}
        made = await post(self.stack.stripe_control, "/_sandbox/disputes", body)
        return str(made["id"])

    async def submissions(self, dispute_id: str) -> list[dict[str, Any]]:
        """What went to the bank, in order, as the stand-in received it."""
        answer = await self.stack.stripe_control.get(f"/_sandbox/disputes/{dispute_id}/submissions")
        made: list[dict[str, Any]] = answer.raise_for_status().json()["submissions"]
        return made

    async def posts(self, path: str) -> list[dict[str, Any]]:
        """This shop's POST calls whose path matches, in order, those that failed or were refused among them; not those
        that a fault cut off before they were read."""
        query = {"path": path, "method": "POST"}
        answer = await self.stack.stripe_control.get("/_sandbox/requests", params=query)
        calls = answer.raise_for_status().json()["requests"]
        return [call for call in calls if call["account"] == self.account]

    async def unfired(self) -> list[str]:
        """Faults of this shop that no call has run into."""
        answer = await self.stack.stripe_control.get("/_sandbox/faults")
        faults = answer.raise_for_status().json()["faults"]
        return [
            f"{fault['action']} at {fault['nth']}. {fault['method']} {fault['path']}"
            for fault in faults
            if fault["key"] == self.key and not fault["fired"]
        ]

    async def subscription_status(self, subscription: str) -> str:
        status: str = (await self.read(f"/v1/subscriptions/{subscription}"))["status"]
        return status

    async def read(self, path: str) -> dict[str, Any]:
        """What Stripe's API gives, by a key of the test's own."""
        headers = {"Authorization": "Bearer sk_test_sandbox_" + self.name}
        answer = await self.stack.stripe_control.get(path, headers=headers)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found


async def open_shop(stack: Stack, name: str, *, policy: str = POLICY, disputes: bool = False) -> Shop:
    """A shop of its own, with its key, policy and a Chargebackhit source.

    `disputes`: representment is switched on here, and Smart Disputes at the stand-in.
    """
    account, key = f"acct_1{name.title().replace('-', '')}", f"sk_test_{name}"
    opened = {"id": account, "name": name, "smart_disputes": disputes}
    await post(stack.stripe_control, "/_sandbox/accounts", opened)
    for each in (key, f"sk_test_sandbox_{name}"):  # the second one reads for the test, untouched by faults
        await post(stack.stripe_control, "/_sandbox/keys", {"key": each, "account": account})
    await stack.store.accounts.connect_account(
        StripeCredentials(account=name, api_key=SecretStr(key), livemode=False),
        alert_management=True,
        dispute_representment=disputes,
    )
    await activate_policy(stack, name, policy)
    pattern = await stack.store.sources.source("chargebackhit-shop")
    await stack.store.sources.connect_source(
        SourceSettings(
            name=f"chargebackhit-{name}",
            kind=pattern.kind,
            account=name,
            base_url=pattern.base_url,
            secrets=pattern.secrets,
        )
    )
    return Shop(stack=stack, name=name, key=key, account=account)
