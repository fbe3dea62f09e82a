"""A shop whose sales are disputed: what happens at Stripe, what people say, and what is to be seen afterwards."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle
from two_clocks import TwoClocks

from chargebacks.charges import ChargeSnapshot
from chargebacks.contracts import CaseFile, CaseStatus, DisputeChanged, dispute_case_id
from chargebacks.dispute_case import DisputeStory
from chargebacks.errors import BadInput
from demo.stack import Stack, activate_policy, post
from operations.disputes import dispute_changed, start_dispute
from stripe_gateway.conversion import Reading
from stripe_gateway.dispute_conversion import dispute_of
from workflows.dispute import DisputeWorkflow

PATIENCE_SECONDS = 60.0
KEY = "sk_test_sandbox"
ACCOUNT = "shop"

POLICY = """
mode = "act"
[refund]
limits = { USD = "500.00" }
[disputes]
mode = "act"
product_type = "digital"
fight_above = { USD = "1.00" }
"""
"""Acts by itself, and fights whatever can be fought."""

PERSON = {
    "name": "Jane Doe",
    "email": "jane@example.com",
    "address": {"line1": "1 Main St", "city": "Springfield", "postal_code": "12345", "country": "US"},
}


REAL_TIME: Any = None
"""The clocks of a shop on the dev server."""


@dataclass
class DisputeShop:
    """One account at the stand-in, one account here."""

    stack: Stack
    clocks: TwoClocks = field(repr=False, default=REAL_TIME)
    _delivered: set[str] = field(default_factory=set)

    async def follow_policy(self, toml: str = POLICY, *, more: str = "") -> str:
        """Cases that open from now on keep to it; its version."""
        return await activate_policy(self.stack, ACCOUNT, toml + more)

    async def sell(self, **fields: Any) -> ChargeSnapshot:
        """A captured charge of 49.99 USD to a known person unless told otherwise."""
        sale = {"amount": 4999, "billing_details": PERSON, "description": "Pro plan, 1 month", **fields}
        made = await self.at_stripe("charges", charges=[sale])
        charge = await self.stack.stripe.read_charge(ACCOUNT, made["charges"][0]["id"])
        await self.stack.store.charges.upsert(ACCOUNT, (charge,))
        return charge

    async def disputed(self, charge: ChargeSnapshot | None = None, **wishes: Any) -> str:
        """A dispute at Stripe, `product_not_received` unless told otherwise; its id."""
        sold = charge or await self.sell()
        wanted = {"charge": sold.id, "reason": "product_not_received", **wishes}
        made = await self.at_stripe("disputes", **wanted)
        return str(made["id"])

    async def opened(self, charge: ChargeSnapshot | None = None, **wishes: Any) -> str:
        """The same with its case started, as its event would; the dispute's id."""
        dispute_id = await self.disputed(charge, **wishes)
        await self.start(dispute_id)
        return dispute_id

    async def start(self, dispute_id: str) -> str:
        started = await start_dispute(
            self.stack.client, self.stack.store, account=ACCOUNT, dispute_id=dispute_id
        )
        return started.case_id

    async def at_stripe(self, path: str, /, **body: Any) -> dict[str, Any]:
        """What happens at Stripe behind the API's back."""
        return await post(self.stack.stripe_control, f"/_sandbox/{path}", body)

    async def dashboard(self, method: str, path: str, **form: str) -> dict[str, Any]:
        """A call of the merchant's own to Stripe."""
        answer = await self.stack.stripe_control.request(
            method, path, data=form or None, headers={"Authorization": f"Bearer {KEY}"}
        )
        made: dict[str, Any] = answer.raise_for_status().json()
        return made

    async def read(self, dispute_id: str) -> dict[str, Any]:
        """The dispute as Stripe's API gives it."""
        return await self.dashboard("GET", f"/v1/disputes/{dispute_id}")

    async def at_hand(self, dispute_id: str, field: str) -> Any:
        """What stands staged in a field of Stripe's, as soon as something does."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (value := (await self.read(dispute_id))["evidence"][field]) is None:
                await asyncio.sleep(0.1)
        return value

    async def submissions(self, dispute_id: str) -> list[dict[str, Any]]:
        """What went to the bank, in order."""
        answer = await self.stack.stripe_control.get(f"/_sandbox/disputes/{dispute_id}/submissions")
        made: list[dict[str, Any]] = answer.raise_for_status().json()["submissions"]
        return made

    async def written(self, path: str = "/") -> list[dict[str, Any]]:
        """Calls of ours that change something at Stripe, in order; those refused are among them."""
        answer = await self.stack.stripe_control.get("/_sandbox/requests", params={"path": path})
        return [call for call in answer.json()["requests"] if call["method"] != "GET"]

    async def refunds(self, charge_id: str) -> tuple[int, int]:
        """(how many, how much): what the stand-in's ledger says."""
        answer = await self.stack.stripe_control.get("/_sandbox/ledger", params={"charge": charge_id})
        sums = answer.raise_for_status().json()["charges"].get(charge_id, {"refunds": [], "refunded": 0})
        return len(sums["refunds"]), sums["refunded"]

    async def fees(self, dispute_id: str) -> list[int]:
        """Fees that were taken for the dispute, minor units, in order: what the stand-in's ledger says."""
        answer = await self.stack.stripe_control.get("/_sandbox/ledger")
        movements = answer.raise_for_status().json()["movements"]
        fees = [one for one in movements if one["dispute"] == dispute_id and one["kind"] == "dispute_fee"]
        return [one["amount"] for one in fees]

    async def deliver_events(self) -> int:
        """Tell every dispute's case what Stripe's webhooks would, oldest first; how many were told."""
        events = [
            event
            for event in reversed((await self.dashboard("GET", "/v1/events?limit=100"))["data"])
            if event["type"].startswith("charge.dispute.") and event["id"] not in self._delivered
        ]
        for event in events:
            self._delivered.add(event["id"])
            reading = Reading(
                as_of=datetime.fromtimestamp(event["created"], UTC), livemode=False, order_keys=()
            )
            shown = dispute_of(event["data"]["object"], reading)
            await self.tell(shown.id, DisputeChanged(event_id=event["id"], dispute=shown))
        return len(events)

    @asynccontextmanager
    async def webhooks(self) -> AsyncIterator[None]:
        """Events are delivered as they happen."""

        async def deliver() -> None:
            while True:
                await self.deliver_events()
                await asyncio.sleep(0.05)

        delivering = asyncio.create_task(deliver())
        try:
            yield
        finally:
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)
        await self.deliver_events()

    async def tell(self, dispute_id: str, change: DisputeChanged | None = None) -> None:
        """Say that the dispute changed, as one event's webhook would."""
        await dispute_changed(
            self.stack.client,
            self.stack.store,
            account=ACCOUNT,
            dispute_id=dispute_id,
            change=change or DisputeChanged(),
        )

    async def case(self, dispute_id: str) -> CaseFile:
        case = await self.stack.store.cases.case_file(case_id(dispute_id))
        assert case is not None, f"{dispute_id} has no case"
        return case

    async def until(self, dispute_id: str, holds: Callable[[CaseFile], bool]) -> CaseFile:
        """The dispute's case as soon as it is so."""
        return await self.until_case(case_id(dispute_id), holds)

    async def until_case(self, case_id: str, holds: Callable[[CaseFile], bool]) -> CaseFile:
        """The case as soon as it is so; AssertionError with its story when patience runs out."""
        give_up = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            case = await self.stack.store.cases.case_file(case_id)
            if case is not None and holds(case):
                return case
            assert asyncio.get_running_loop().time() < give_up, f"it never came to that:\n{story(case)}"
            await asyncio.sleep(0.05)

    async def status(self, dispute_id: str, status: CaseStatus) -> CaseFile:
        return await self.until(dispute_id, lambda case: case.status is status)

    async def staged(self, dispute_id: str) -> CaseFile:
        """The case when its packet stands at Stripe."""
        return await self.until(dispute_id, lambda case: has(case, lambda it: it.packet and it.packet.staged))

    async def filed(self, dispute_id: str, *, rounds: int = 1) -> CaseFile:
        return await self.until(dispute_id, lambda case: has(case, lambda it: len(it.filings) >= rounds))

    async def closed(self, dispute_id: str) -> CaseFile:
        return await self.status(dispute_id, CaseStatus.CLOSED)

    async def told(self, dispute_id: str, words: str, *, times: int = 1) -> CaseFile:
        """The case when its story says so."""
        return await self.until(dispute_id, lambda case: story(case).count(words) >= times)

    async def heard(self, say: Callable[[], Awaitable[str]]) -> str:
        """Say a word to the case, again while it is busy reading news."""
        give_up = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            try:
                return await say()
            except BadInput as refusal:
                late = asyncio.get_running_loop().time() > give_up
                if late or "not waiting for a person now" not in str(refusal):
                    raise
            await asyncio.sleep(0.1)

    def handle(self, dispute_id: str) -> WorkflowHandle[DisputeWorkflow, CaseFile]:
        return self.stack.client.get_workflow_handle_for(DisputeWorkflow.run, case_id(dispute_id))

    async def live(self, dispute_id: str) -> CaseFile:
        """The case as its workflow has it now."""
        return await self.handle(dispute_id).query(DisputeWorkflow.case_file)

    async def history(self, dispute_id: str) -> list[dict[str, Any]]:
        """The events of the case's workflow, payloads as they are."""
        return list(json.loads((await self.handle(dispute_id).fetch_history()).to_json())["events"])


def case_id(dispute_id: str) -> str:
    return dispute_case_id(account=ACCOUNT, dispute_id=dispute_id)


def has(case: CaseFile, holds: Callable[[DisputeStory], object]) -> bool:
    return case.dispute is not None and bool(holds(case.dispute))


def story_of(case: CaseFile) -> DisputeStory:
    assert case.dispute is not None
    return case.dispute


def story(case: CaseFile | None) -> str:
    """The case as it is told to people."""
    if case is None:
        return "there is no case"
    lines = [f"{line.at:%m-%d %H:%M} {line.text}" for line in case.timeline]
    return "\n".join([*lines, f"{case.status.value}, {case.attention}, waits for {case.waits_for}"])


def due_in(days: float) -> int:
    """A deadline as Stripe gives it."""
    return int((datetime.now(UTC) + timedelta(days=days)).timestamp())
