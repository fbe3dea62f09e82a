"""Three merchants with accounts, policies and standing documents of their own, and one endpoint that knows orders."""

import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from chargebacks.evidence_items import PolicyContent, Supplier
from demo.disputes.terms import TERMS
from demo.processes import address_in, python_process
from demo.stack import POLICIES, Stack, activate_policy, listen, post
from operations.standing import add_standing_text
from packets.intake import Intake
from runtime.connections import EvidenceSourceSettings, StripeCredentials


@dataclass(frozen=True)
class Shop:
    """A merchant. `account` is its name here and the name of its policy file."""

    account: str
    stripe_account: str
    key: str
    name: str
    smart_disputes: bool = False
    """On at Stripe, as Stripe switches it on by itself."""


OAK = Shop("oak", "acct_1ElmOak", "sk_test_oak", "Elm & Oak Furniture")
PLANWELL = Shop("planwell", "acct_1Planwell", "sk_test_planwell", "Planwell Software", smart_disputes=True)
HARBOUR = Shop("harbour", "acct_1Harbour", "sk_test_harbour", "Harbour House")
SHOPS = (OAK, PLANWELL, HARBOUR)


@dataclass(frozen=True)
class OrderDesk:
    """What the merchants' endpoint knows: a folder for each order."""

    orders: Path

    def knows(self, order: str, supply: Mapping[str, Any], files: Mapping[str, bytes] | None = None) -> None:
        """`files`: evidence field and name with a slash between them → bytes."""
        folder = self.orders / order
        folder.mkdir(parents=True)
        (folder / "supply.json").write_text(json.dumps(supply, ensure_ascii=False))
        for place, content in (files or {}).items():
            (folder / place).parent.mkdir(exist_ok=True)
            (folder / place).write_bytes(content)


@dataclass(frozen=True)
class Shops:
    """The open shops, and who looks at files that people hand in."""

    stack: Stack
    desk: OrderDesk
    checks: Intake
    heard: frozenset[str] = frozenset()
    """Accounts whose events Stripe sends to the HTTP service."""


@asynccontextmanager
async def open_shops(stack: Stack) -> AsyncIterator[Shops]:
    """Accounts at the stand-in and here, policies, terms, and the endpoint as a process of its own."""
    desk, secret = OrderDesk(stack.folder / "orders"), secrets.token_hex(16)
    desk.orders.mkdir()
    log = stack.folder / "evidence_endpoint.log"
    # Whoever missed the deadline stays there to be seen: the stand-in would close the dispute as lost at once.
    await post(stack.stripe_control, "/_sandbox/settings", {"lose_at_deadline": False})
    async with python_process(
        ["examples/evidence_endpoint.py", "--orders", str(desk.orders), "--port", "0"],
        ready="evidence endpoint on",
        log=log,
        environment={"EVIDENCE_SECRETS": secret},
    ):
        for shop in SHOPS:
            await _open(stack, shop)
            await stack.store.evidence_sources.connect(
                EvidenceSourceSettings(
                    name=f"orders-{shop.account}",
                    account=shop.account,
                    kind=Supplier.ENDPOINT,
                    url=address_in(log),
                    secret=SecretStr(secret),
                )
            )
        if stack.ingest_url is not None:
            for shop in SHOPS:
                await listen(stack, shop.account, stack.ingest_url)
        heard = frozenset(shop.account for shop in SHOPS if stack.ingest_url is not None)
        yield Shops(stack=stack, desk=desk, checks=Intake(), heard=heard)


async def _open(stack: Stack, shop: Shop) -> None:
    account = {"id": shop.stripe_account, "name": shop.name, "smart_disputes": shop.smart_disputes}
    await post(stack.stripe_control, "/_sandbox/accounts", account)
    await post(stack.stripe_control, "/_sandbox/keys", {"key": shop.key, "account": shop.stripe_account})
    credentials = StripeCredentials(account=shop.account, api_key=SecretStr(shop.key), livemode=False)
    await stack.store.accounts.connect_account(credentials, alert_management=True, dispute_representment=True)
    await activate_policy(stack, shop.account, (POLICIES / f"{shop.account}.toml").read_text())
    for terms in TERMS[shop.account]:
        await add_standing_text(
            stack.store, shop.account, PolicyContent(**terms), by="demo", at=datetime.now(UTC)
        )
