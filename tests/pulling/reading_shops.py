"""A shop with sales at the Stripe stand-in that our index does not know yet."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shops import Shop, open_shop

from chargebacks.alerts import Alert, AlertKind, CardTransaction, NetworkProduct
from chargebacks.charge_index import Backfill, Pace
from demo.stack import Stack, post
from operations.backfill import Filling, start_backfill

NOW = datetime.now(UTC).replace(microsecond=0)
FAST = Pace(calls_per_second=20)
_numbers = itertools.count(1)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@dataclass(frozen=True)
class Reading:
    """A shop, and what it does at Stripe."""

    shop: Shop

    @property
    def name(self) -> str:
        return self.shop.name

    @property
    def stack(self) -> Stack:
        return self.shop.stack

    async def sold(self, *days_ago: float) -> list[str]:
        """Sales of that many days ago; their charge ids."""
        sales = [{"amount": 4999, "created": int(ago(days).timestamp())} for days in days_ago]
        body = {"account": self.shop.account, "charges": sales}
        made: Any = await post(self.stack.stripe_control, "/_sandbox/charges", body)
        return [charge["id"] for charge in made["charges"]]

    async def filling(
        self, *, days: float = 70, until: datetime = NOW, pace: Pace = FAST, again: bool = False
    ) -> tuple[Filling, bool]:
        return await start_backfill(
            self.stack.client,
            self.stack.store,
            account=self.name,
            since=ago(days),
            until=until,
            pace=pace,
            again=again,
        )

    async def indexed(self) -> int:
        return await self.stack.store.charges.count(self.name)

    async def subscription_of(self, charge_id: str) -> tuple[bool, str | None]:
        """Whether the index knows it, and which."""
        about = Alert(
            source="reading",
            provider="ethoca",
            provider_alert_id="1",
            product=NetworkProduct.ETHOCA,
            kind=AlertKind.REFUND_REQUEST,
            alerted_at=NOW,
            received_at=NOW,
            transaction=CardTransaction(stripe_id=charge_id),
            raw_sha256="0" * 64,
        )
        index = self.stack.store.charges
        [known] = (await index.candidates(self.name, about, date_tolerance_days=2)).charges
        return known.subscription_known, known.subscription

    async def record(self) -> Backfill:
        found = await self.stack.store.backfills.of(self.name)
        assert found is not None
        return found

    async def list_calls(self, path: str = "^/v1/charges$") -> int:
        """How often this shop's list was asked for."""
        answer = await self.stack.stripe_control.get("/_sandbox/requests", params={"path": path})
        calls = answer.raise_for_status().json()["requests"]
        return len([call for call in calls if call["account"] == self.shop.account])


async def open_reading(stack: Stack) -> Reading:
    return Reading(shop=await open_shop(stack, f"reading-{next(_numbers)}"))
