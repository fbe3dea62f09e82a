"""The worker process dies at every boundary of a sync: what it had found by then is neither lost nor taken in twice."""

import asyncio
import itertools
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deaths import die_everywhere
from dispute_trials import AT_ONCE
from happenings import PATIENCE_SECONDS
from pydantic import SecretStr
from shops import Shop, open_shop

from chargebacks.contracts import CASES_QUEUE, CaseFile, CaseStatus, dispute_case_id
from chargebacks.dispute_case import FiledBy
from demo.stack import Stack, post
from runtime.connections import SourceSettings
from workflows.sync import SyncReport, SyncRequest, SyncWorkflow

POLICY = """
mode = "act"
watch_refund_days = 0

[fraud_report]
refund = true
limits = { USD = "500.00" }

[disputes]
mode = "act"
product_type = "digital"
fight_above = { USD = "1.00" }
"""

FINDING_DISPUTES = (
    "find_disputes",
    "stripe.disputes_created",
    "cases.case_file in find_disputes",
    "cases.begin in find_disputes",
    "temporal.start_workflow in find_disputes",
)
FINDING_WARNINGS = (
    "find_warnings",
    "sync.mark in find_warnings",
    "stripe.early_fraud_warnings_created",
    "inbox.accept in find_warnings",
    "cases.open_case in find_warnings",
    "temporal.start_workflow in find_warnings",
    "inbox.mark_done in find_warnings",
    "sync.advance in find_warnings",
)
FINDING_EVENTS = (
    "find_missed_events",
    "stripe.missed_events",
    "stripe.read_dispute in find_missed_events",
    "sync.advance in find_missed_events",
)
INDEXING = (
    "index_charges",
    "charges.count in index_charges",
    "stripe.list_charges in index_charges",
    "charges.upsert in index_charges",
    "sync.advance in index_charges",
)
WATCHING = ("find_silence",)
POINTS = [
    f"{when} {name}"
    for name in (*FINDING_DISPUTES, *FINDING_WARNINGS, *FINDING_EVENTS, *INDEXING, *WATCHING)
    for when in ("before", "after")
]


@dataclass(frozen=True)
class SyncTrial:
    """A shop of which no webhook told anything: one disputed charge, one that a warning is about. Its first sync."""

    name: str
    shop: Shop
    dispute: str
    warning: str
    warned: str
    amount: int

    @property
    def case(self) -> str:
        return f"sync/{self.shop.name}"

    async def closed(self) -> None:
        """Until the sync is over, the dispute filed and the warning's case closed, or patience runs out."""
        handle = self.shop.stack.client.get_workflow_handle(self.case)
        await asyncio.wait_for(handle.result(), PATIENCE_SECONDS)
        give_up = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < give_up:
            disputed, warned = await self._cases()
            filed = disputed is not None and disputed.dispute is not None and disputed.dispute.filings
            if filed and warned is not None and warned.status is CaseStatus.CLOSED:
                return
            await asyncio.sleep(0.5)

    async def problems(self) -> list[str]:
        handle = self.shop.stack.client.get_workflow_handle(self.case, result_type=SyncReport)
        report, (disputed, warned) = await handle.result(), await self._cases()
        filings = disputed.dispute.filings if disputed is not None and disputed.dispute is not None else ()
        sums = await self.shop.ledger(self.warned)
        told = [
            ("not looked at", report.failed, {}),
            ("disputes seen", report.found["disputes"].seen, 1),
            ("missed events", report.found["missed events"].seen, 1),
            ("charges seen", report.found["charges"].seen, 2),
            ("charges indexed", await self.shop.stack.store.charges.count(self.shop.name), 2),
            ("filed by", [one.filed_by for one in filings], [FiledBy.US]),
            ("submissions", len(await self.shop.submissions(self.dispute)), 1),
            ("warning's case", warned.status if warned is not None else None, CaseStatus.CLOSED),
            ("refunds", (len(sums["refunds"]), sums["refunded"]), (1, self.amount)),
            ("messages left", await self._left(), []),
        ]
        return [f"{self.name}: {key} is {is_}, not {wanted}" for key, is_, wanted in told if is_ != wanted]

    async def _cases(self) -> tuple[CaseFile | None, CaseFile | None]:
        cases = self.shop.stack.store.cases
        disputed = dispute_case_id(account=self.shop.name, dispute_id=self.dispute)
        return await cases.case_file(disputed), await cases.case_file(
            f"alert/warnings-{self.shop.name}/{self.warning}"
        )

    async def _left(self) -> list[str]:
        waiting = await self.shop.stack.store.inbox.pending()
        return [one.provider_message_id for one in waiting if one.account == self.shop.name]


async def begin_sync(stack: Stack, point: str, numbers: "itertools.count[int]") -> SyncTrial:
    number = next(numbers)
    shop = await open_shop(stack, f"mortal-sync{number}", policy=POLICY, disputes=True)
    await stack.store.sources.connect_source(
        SourceSettings(
            name=f"warnings-{shop.name}",
            kind="stripe_efw",
            account=shop.name,
            base_url=stack.environment["STRIPE_API_BASE"],
            secrets={"webhook_secret": SecretStr("whsec_mortal_sync_fake")},
        )
    )
    await _deaf_endpoint(shop)
    amount = 3000 + number
    disputed, _ = await shop.subscribed(amount)
    warned, _ = await shop.subscribed(amount)
    dispute = await shop.disputed(disputed, due_by=int(time.time()) + AT_ONCE, reason="product_not_received")
    warning = await post(stack.stripe_control, "/_sandbox/early_fraud_warnings", {"charge": warned})
    await stack.client.start_workflow(
        SyncWorkflow.run, SyncRequest(account=shop.name), id=f"sync/{shop.name}", task_queue=CASES_QUEUE
    )
    return SyncTrial(
        name=point, shop=shop, dispute=dispute, warning=str(warning["id"]), warned=warned, amount=amount
    )


async def _deaf_endpoint(shop: Shop) -> None:
    """Nobody listens at the discard port (RFC 863) of this machine: Stripe's events stay undelivered."""
    answer = await shop.stack.stripe_control.post(
        "/v1/webhook_endpoints",
        data={"url": "https://127.0.0.1:9/", "enabled_events[]": "charge.dispute.created"},
        headers={"Authorization": f"Bearer sk_test_sandbox_{shop.name}"},
    )
    answer.raise_for_status()


async def test_death_at_every_boundary_of_a_sync(stack: Stack, tmp_path: Path) -> None:
    """Whatever the worker was doing when it died: every dispute and warning has its one case, which acts once, and the
    charges are indexed."""
    numbers = itertools.count()
    points = {point: partial(begin_sync, stack, point, numbers) for point in POINTS}
    assert await die_everywhere(stack, tmp_path, points) == []
