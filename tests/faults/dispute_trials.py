"""Disputes that something goes wrong with, and what must hold of each of them afterwards: asked of every side."""

import asyncio
import hashlib
import io
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from happenings import PATIENCE_SECONDS, Fault
from pydantic import SecretStr
from pypdf import PdfWriter
from shops import Shop

from chargebacks.contracts import CaseFile, CaseStatus, DisputeChanged
from chargebacks.dispute_case import DisputeStory
from chargebacks.errors import CaseError
from chargebacks.evidence_items import Supplier, Supply
from demo.stack import post
from evidence_sources.folder import GivenFile
from operations.disputes import dispute_changed, start_dispute, submit
from operations.evidence import add_evidence
from packets.intake import Intake
from runtime.connections import EvidenceSourceSettings

POLICY = """
mode = "act"

[disputes]
mode = "act"
product_type = "digital"
fight_above = { USD = "1.00" }

[disputes.inquiries]
limits = { USD = "500.00" }

[[disputes.rule]]
name = "duplicates"
when = { reason = ["duplicate"], stage = ["chargeback"] }
then = "accept"

[[disputes.rule]]
name = "inquiries"
when = { stage = ["inquiry"] }
then = "refund"
"""
"""Fights every chargeback but duplicates, which are given up; gives an inquiry's money back."""

AT_ONCE = 29 * 60
"""Seconds to answer that leave no time to gather: the plan acts at once."""
SOON = 40 * 60
"""Seconds to answer that leave ten minutes to the sources and to people."""

PERSON = "Ada"

_INTAKE = Intake()


@dataclass(frozen=True)
class Ending:
    """How a dispute comes out when nothing is lost and nothing is done twice."""

    wishes: dict[str, str]
    """What the stand-in is told when it opens the dispute."""
    status: str
    verdict: str
    filings: int = 0
    refunds: int = 0


FOUGHT = Ending({"reason": "product_not_received"}, status="won", verdict="won", filings=1)
GIVEN_UP = Ending({"reason": "duplicate"}, status="lost", verdict="accepted")
REFUNDED = Ending({"kind": "inquiry"}, status="warning_closed", verdict="refunded", refunds=1)


@dataclass(frozen=True, kw_only=True)
class Source:
    """An evidence source of the merchant's, as it is connected."""

    kind: Literal[Supplier.ACTIVITY, Supplier.ENDPOINT]
    url: str | None = None
    secret: SecretStr | None = None
    task_queue: str | None = None

    async def connect(self, shop: Shop) -> str:
        """Its name."""
        name = f"orders-of-{shop.name}"
        settings = EvidenceSourceSettings(name=name, account=shop.name, **vars(self))
        await shop.stack.store.evidence_sources.connect(settings)
        return name


@dataclass(frozen=True)
class DisputeTrial:
    """A dispute, its case, and how it must end."""

    name: str
    shop: Shop
    charge: str
    dispute: str
    case: str
    amount: int
    due_by: int
    ending: Ending
    source: str | None
    """The evidence source that is asked; when it has answered, a person has the packet filed."""

    async def closed(self) -> None:
        """See it through: filed, decided by the bank, closed here; or until patience runs out."""
        if self.source is not None:
            await self._until(_has_answers)
        order = self._order if self.source is not None else None
        if self.ending.filings and await self._until(_is_filed, meanwhile=order):
            decided = f"/_sandbox/disputes/{self.dispute}/decide"
            await post(self.shop.stack.stripe_control, decided, {"status": self.ending.status})
            await self._tell()
        await self._until(lambda case: case.status is CaseStatus.CLOSED)

    async def problems(self) -> list[str]:
        """What is not as it must be."""
        case = await self.shop.stack.store.cases.case_file(self.case)
        if case is None:
            return [f"{self.name}: never opened"]
        told = [
            *await self._wrong_here(case),
            *await self._wrong_at_stripe(),
            *await self._wrong_submission(case),
        ]
        return [
            f"{self.name}: {key} is {found}, not {wanted}" for key, found, wanted in told if found != wanted
        ]

    async def _wrong_here(self, case: CaseFile) -> list[tuple[str, Any, Any]]:
        store, story = self.shop.stack.store, _story(case)
        results = await store.results.results(account=self.shop.name)
        suppliers = {item.by for item in await store.evidence.item_facts(self.case)}
        entries = await store.ledger.entries(account=self.shop.name, charge_id=self.charge)
        return [
            ("case", case.status.value, "closed"),
            ("attention", case.attention, None),
            ("verdict", story.verdict, self.ending.verdict),
            ("recorded", [one.verdict for one in results], [self.ending.verdict]),
            ("ledger", [entry.state.value for entry in entries], ["succeeded"] * self.ending.refunds),
            ("supplied by", suppliers, {PERSON, self.source} - {None}),
            ("never met", await self.shop.unfired(), []),
        ]

    async def _wrong_at_stripe(self) -> list[tuple[str, Any, Any]]:
        dispute = await self.shop.read(f"/v1/disputes/{self.dispute}")
        events = await self.shop.read("/v1/events?type=charge.dispute.closed&limit=100")
        sums = await self.shop.ledger(self.charge)
        refunded = self.amount * self.ending.refunds
        return [
            ("status", dispute["status"], self.ending.status),
            ("method", dispute["intended_submission_method"], "manual"),
            ("submissions", dispute["evidence_details"]["submission_count"], self.ending.filings),
            ("closed at Stripe", len(events["data"]), 1),
            ("refunds", (len(sums["refunds"]), sums["refunded"]), (self.ending.refunds, refunded)),
        ]

    async def _wrong_submission(self, case: CaseFile) -> list[tuple[str, Any, Any]]:
        """One packet went to the bank: the one that was approved, field by field, in time, and by intention."""
        posts = await self.shop.posts(f"^/v1/disputes/{self.dispute}$")
        asking = [call for call in posts if call["parameters"].get("submit") == "true"]
        asked, keys = {call["id"] for call in asking}, {call["idempotency_key"] for call in asking}
        stored_failures = sum(call["status"] == 500 and not call["replayed"] for call in asking)
        sent, packet = await self.shop.submissions(self.dispute), _story(case).packet
        filed = [(one.filed_by.value, one.digest, one.approved_by) for one in _story(case).filings]
        reserved = await self.shop.stack.store.submissions.of_case(self.case)
        whose = PERSON if self.source is not None else f"policy {case.policy_version}"
        digest = packet.digest if packet is not None else None
        once = self.ending.filings
        return [
            ("calls without submit", [call for call in posts if "submit" not in call["parameters"]], []),
            ("sent", [_sending(one) for one in sent], [("api", "manual", "manual", False)] * once),
            ("asked for", [one["request"] in asked for one in sent], [True] * once),
            ("a new key only after a stored failure", len(keys) <= once + stored_failures, True),
            ("in time", [one["at"] < self.due_by for one in sent], [True] * once),
            ("filed", filed, [("us", digest, whose)] * once),
            (
                "reserved",
                [(one.state.value, one.digest, one.approved_by) for one in reserved],
                [("filed", digest, whose)] * once,
            ),
            ("content", [_received(one) for one in sent], [await self._approved(digest)] * once),
            ("files", [len(one["files"]) >= 2 for one in sent], [True] * once),
        ]

    async def _approved(self, digest: str | None) -> dict[str, str]:
        """Field → sha256 by the packet's manifest; of a file with the id that Stripe gave us for it."""
        if digest is None:
            return {}
        packets = self.shop.stack.store.packets
        manifest, ids = await packets.manifest(self.case, digest), await packets.file_ids(self.case)
        return {
            entry.field: f"{entry.sha256} {ids.get(entry.sha256)}" if entry.kind == "file" else entry.sha256
            for entry in manifest.entries
        }

    async def _order(self, case: CaseFile) -> None:
        """A person has the packet filed that they see; once more where it changed meanwhile or no worker answered."""
        packet = _story(case).packet
        try:
            await submit(
                self.shop.stack.client, self.case, by=PERSON, packet=packet.digest if packet else None
            )
        except CaseError:
            return

    async def _tell(self) -> None:
        """As the event's webhook would."""
        await dispute_changed(
            self.shop.stack.client,
            self.shop.stack.store,
            account=self.shop.name,
            dispute_id=self.dispute,
            change=DisputeChanged(),
        )

    async def _until(
        self,
        holds: Callable[[CaseFile], bool],
        *,
        meanwhile: Callable[[CaseFile], Awaitable[None]] | None = None,
    ) -> bool:
        give_up = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < give_up:
            case = await self.shop.stack.store.cases.case_file(self.case)
            if case is not None and holds(case):
                return True
            if case is not None and meanwhile is not None:
                await meanwhile(case)
            await asyncio.sleep(1)
        return False


async def begin_dispute(
    shop: Shop,
    name: str,
    *,
    amount: int,
    ending: Ending = FOUGHT,
    faults: tuple[Fault, ...] = (),
    source: Source | None = None,
) -> DisputeTrial:
    """A subscriber's charge, disputed, with a document that the merchant has added; the case goes on when a worker is
    there."""
    charge, _ = await shop.subscribed(amount, metadata={"order_id": "1001"})
    due_by = int(time.time()) + (AT_ONCE if source is None else SOON)
    dispute = await shop.disputed(charge, due_by=due_by, **ending.wishes)
    named = None if source is None else await source.connect(shop)
    for fault in faults:
        await shop.fault(fault.method, fault.path, fault.action, nth=fault.nth, seconds=fault.seconds)
    stack = shop.stack
    started = await start_dispute(stack.client, stack.store, account=shop.name, dispute_id=dispute)
    await add_evidence(
        stack.store,
        stack.client,
        _INTAKE,
        started.case_id,
        by=PERSON,
        at=datetime.now(UTC),
        supply=Supply(fields={"access_activity_log": f"Used on 2026-11-01, {name}"}),
        files=(GivenFile(field="service_documentation", name="use.pdf", content=document(name)),),
    )
    return DisputeTrial(
        name=name,
        shop=shop,
        charge=charge,
        dispute=dispute,
        case=started.case_id,
        amount=amount,
        due_by=due_by,
        ending=ending,
        source=named,
    )


def document(title: str) -> bytes:
    """A PDF that no other title has."""
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.add_metadata({"/Title": title})
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _story(case: CaseFile) -> DisputeStory:
    return case.dispute or DisputeStory()


def _has_answers(case: CaseFile) -> bool:
    return any(source.answered_at is not None for source in _story(case).sources)


def _is_filed(case: CaseFile) -> bool:
    return bool(_story(case).filings)


def _sending(submission: dict[str, Any]) -> tuple[str, str, str, bool]:
    """Who sent it, as what, as what it was meant, and whether too late."""
    return (
        submission["by"],
        submission["submission_method"],
        submission["intended_submission_method"],
        submission["past_due"],
    )


def _received(submission: dict[str, Any]) -> dict[str, str]:
    """Field → sha256 of what the bank has; of a file with its id."""
    files = {field: f"{file['sha256']} {file['id']}" for field, file in submission["files"].items()}
    texts = {field: text for field, text in submission["evidence"].items() if field not in files}
    return files | {field: hashlib.sha256(text.encode()).hexdigest() for field, text in texts.items()}
