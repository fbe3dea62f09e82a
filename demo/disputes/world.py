"""What a dispute scenario can do: sell, be disputed, hand in evidence, let the moment come, hear the verdict."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from chargebacks.charges import ChargeSnapshot
from chargebacks.contracts import CaseFile, CaseStatus, DisputeChanged, dispute_case_id
from chargebacks.dispute_case import DisputeStory
from chargebacks.errors import BadInput
from chargebacks.evidence_items import Supply
from demo.disputes.people import Person
from demo.disputes.shops import Shop, Shops
from demo.stack import Stack, post
from evidence_sources.folder import GivenFile
from operations.disputes import dispute_changed, start_dispute
from operations.evidence import EvidenceReceipt, add_evidence
from operations.inspect import read_case

_PATIENCE_SECONDS = 90.0
_TOO_LATE_TO_WAIT = timedelta(minutes=20)
"""A deadline this near has the packet filed at once: the last half hour is kept for trouble."""


@dataclass(frozen=True)
class Sale:
    """A charge at the stand-in."""

    account: str
    charge: str
    at: datetime
    subscription: str | None = None

    @classmethod
    def of(cls, account: str, charge: ChargeSnapshot) -> Self:
        """One that was made past the shops."""
        return cls(account=account, charge=charge.id, at=charge.created)


@dataclass
class DisputeWorld:
    """One per scenario run. The dispute's id is made of `key`, so that it is the same in every run."""

    shops: Shops
    key: str
    missed: list[str] = field(default_factory=list)
    """What should have happened and did not."""

    @property
    def stack(self) -> Stack:
        return self.shops.stack

    async def sell(
        self, shop: Shop, to: Person, *, amount: int, days_ago: float, description: str, **fields: Any
    ) -> Sale:
        """A captured charge in US dollars to this person's card, at some time of that day."""
        at = _moment(days_ago)
        charge = {
            "amount": amount,
            "created": at.isoformat(),
            "description": description,
            "billing_details": to.billing,
            "receipt_email": to.email,
            "last4": f"{sum(map(ord, to.email)) % 10_000:04d}",
            "checks": {
                "cvc_check": "pass",
                "address_postal_code_check": "pass",
                "address_line1_check": "pass",
            },
            **fields,
        }
        made = await self.at_stripe("charges", account=shop.stripe_account, charges=[charge])
        return self._sold(shop, made["charges"][0], at)

    async def subscribe(
        self, shop: Shop, to: Person, *, amount: int, product: str, months: int, days_ago: float
    ) -> Sale:
        """A monthly subscription that was paid so often; the last payment is the sale."""
        first = _moment(days_ago + 30 * (months - 1))
        made = await self.at_stripe(
            "subscriptions",
            account=shop.stripe_account,
            amount=amount,
            product=product,
            created=first.isoformat(),
            billing_details=to.billing,
            receipt_email=to.email,
            last4="4477",
            metadata={"customer_ip": to.ip},
        )
        subscription, customer = made["subscription"]["id"], made["charge"]["customer"]
        await self.by_hand(shop, f"/v1/customers/{customer}", name=to.name, email=to.email)
        for month in range(1, months):
            at = first + timedelta(days=30 * month)
            made = await self.at_stripe(
                f"subscriptions/{subscription}/renew",
                created=at.isoformat(),
                receipt_email=to.email,
                metadata={"customer_ip": to.ip},
            )
        return self._sold(shop, made["charge"], _moment(days_ago), subscription)

    async def disputed(self, sale: Sale, reason: str, **wishes: Any) -> str:
        """The dispute at Stripe, and the case that its webhook starts; the case's id. Where Stripe sends nothing, the
        case is started as a person would."""
        dispute_id = await self.dispute(sale, reason, **wishes)
        if sale.account in self.shops.heard:
            case_id = dispute_case_id(account=sale.account, dispute_id=dispute_id)
            await self._appears(case_id)
            return case_id
        started = await start_dispute(
            self.stack.client, self.stack.store, account=sale.account, dispute_id=dispute_id
        )
        return started.case_id

    async def dispute(self, sale: Sale, reason: str, **wishes: Any) -> str:
        """The dispute at Stripe alone; its id."""
        wanted = {"charge": sale.charge, "reason": reason, "id": f"du_{self.key}", **wishes}
        return str((await self.at_stripe("disputes", **wanted))["id"])

    async def staged(self, case_id: str, *, having: str | None = None) -> CaseFile:
        """The case when what it has, such as `usage_log`, stands at Stripe as a packet."""

        def holds(story: DisputeStory) -> bool:
            packet, assessment = story.packet, story.assessment
            if packet is None or assessment is None or not packet.staged:
                return False
            there = having is None or having in assessment.completeness.have
            return there and packet.evidence_digest == assessment.evidence_digest

        what = f"staged with {having}" if having else "staged"
        return await self.until(case_id, lambda case: holds(_story(case)), what=what)

    async def built(self, case_id: str) -> CaseFile:
        """The case when it has a packet, staged or not."""
        return await self.until(case_id, lambda case: _story(case).packet is not None, what="built")

    async def filed(self, case_id: str, *, rounds: int = 1) -> CaseFile:
        return await self.until(
            case_id, lambda case: len(_story(case).filings) >= rounds, what=f"filed in round {rounds}"
        )

    async def status(self, case_id: str, status: CaseStatus) -> CaseFile:
        return await self.until(case_id, lambda case: case.status is status, what=status.value)

    async def told(self, case_id: str, words: str) -> CaseFile:
        """The case when its timeline says so."""
        return await self.until(
            case_id, lambda case: any(words in line.text for line in case.timeline), what=f"told: {words}"
        )

    async def until(self, case_id: str, holds: Callable[[CaseFile], bool], *, what: str) -> CaseFile:
        """The case file as soon as it is so. When patience runs out that is noted, and the row fails."""
        give_up = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while True:
            case = await read_case(self.stack.store, case_id)
            if holds(case):
                return case
            if asyncio.get_running_loop().time() > give_up:
                self.missed.append(f"never came to be: {what}")
                return case
            await asyncio.sleep(0.1)

    async def _appears(self, case_id: str) -> None:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                if await self.stack.store.cases.case_file(case_id) is not None:
                    return
                await asyncio.sleep(0.05)

    async def look_untouched(self) -> None:
        """Nothing of the dispute was written to at Stripe."""
        answer = await self.stack.stripe_control.get("/_sandbox/requests", params={"path": f"/du_{self.key}"})
        calls = answer.raise_for_status().json()["requests"]
        written = [call for call in calls if call["method"] != "GET"]
        self.missed += [f"untouched: {call['method']} {call['path']} was made" for call in written]

    async def moment_comes(self, case_id: str, *, rounds: int = 1) -> CaseFile:
        """The plan's moment to file. Real time does not wait a week: the deadline moves close instead."""
        await self.let_moment_come(case_id)
        return await self.filed(case_id, rounds=rounds)

    async def let_moment_come(self, case_id: str) -> None:
        """The same where nothing is filed then."""
        await self.on_dispute("due_by", due_by=(datetime.now(UTC) + _TOO_LATE_TO_WAIT).isoformat())
        await self.tell(case_id)

    async def decided(self, case_id: str, *verdicts: str) -> CaseFile:
        """The bank decides, and may think again."""
        for verdict in verdicts:
            await self.on_dispute("decide", status=verdict)
            await self.tell(case_id)
            await self.told(case_id, f"the dispute is now {verdict}")
        return await self.until(
            case_id, lambda case: _story(case).verdict is not None, what="a recorded verdict"
        )

    async def tell(self, case_id: str) -> None:
        """What the ingest service does when a `charge.dispute.*` event arrives."""
        _, account, dispute_id = case_id.split("/")
        await dispute_changed(
            self.stack.client,
            self.stack.store,
            account=account,
            dispute_id=dispute_id,
            change=DisputeChanged(),
        )

    async def said(self, word: Callable[[], Awaitable[str]]) -> None:
        """A person's word. An event may have the case look at Stripe at this very moment: the person looks again."""
        give_up = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while True:
            try:
                await word()
                return
            except BadInput as refusal:
                if refusal.reason != "answer_refused" or asyncio.get_running_loop().time() > give_up:
                    raise
            await asyncio.sleep(0.1)

    async def hand_in(
        self, case_id: str, *, by: str, files: Sequence[GivenFile] = (), supply: Supply | None = None
    ) -> EvidenceReceipt:
        """A person adds evidence, as with `starter.py evidence`."""
        return await add_evidence(
            self.stack.store,
            self.stack.client,
            self.shops.checks,
            case_id,
            by=by,
            at=datetime.now(UTC),
            supply=supply or Supply(),
            files=files,
        )

    async def by_hand(self, shop: Shop, path: str, **form: str) -> dict[str, Any]:
        """A call that staff makes to Stripe, past this system."""
        answer = await self.stack.stripe_control.post(
            path, data=form, headers={"Authorization": f"Bearer {shop.key}"}
        )
        made: dict[str, Any] = answer.raise_for_status().json()
        return made

    async def on_dispute(self, what: str, **body: Any) -> dict[str, Any]:
        """Something happens to the dispute at the stand-in."""
        return await self.at_stripe(f"disputes/du_{self.key}/{what}", **body)

    async def at_stripe(self, path: str, **body: Any) -> dict[str, Any]:
        return await post(self.stack.stripe_control, f"/_sandbox/{path}", body)

    @staticmethod
    def _sold(shop: Shop, charge: dict[str, Any], at: datetime, subscription: str | None = None) -> Sale:
        return Sale(account=shop.account, charge=charge["id"], at=at, subscription=subscription)


def _story(case: CaseFile) -> DisputeStory:
    return case.dispute or DisputeStory()


def _moment(days_ago: float) -> datetime:
    """In the afternoon of that day, UTC."""
    day = datetime.now(UTC) - timedelta(days=days_ago)
    return day.replace(hour=15, minute=12, second=0, microsecond=0)
