"""Disputes that something goes wrong with, and what must hold of each of them afterwards: asked of every side."""

import asyncio
import hashlib
import io
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
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
from operations.decide import approve
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


Sale = Callable[[Shop, int], Awaitable[str]]
"""Sells for so many cents of a dollar; the id of the charge."""


async def to_a_subscriber(shop: Shop, amount: int) -> str:
    charge, _ = await shop.subscribed(amount, metadata={"order_id": "1001"})
    return charge


async def to_a_regular(shop: Shop, amount: int) -> str:
    """The third order of a customer who is known by address and account: what CE 3.0 asks for."""
    card = {
        "amount": amount,
        "last4": f"{amount % 10_000:04}",
        "description": "Studio, 12 months",
        "receipt_email": "jane@example.com",
        "billing_details": {"name": "Jane Doe", "email": "jane@example.com"},
        "metadata": {"order_id": "1001", "customer_ip": "203.0.113.9", "account_id": "user-1"},
    }
    days = [timedelta(days=before) for before in (240, 170, 10)]
    charges = [{**card, "created": (datetime.now(UTC) - ago).isoformat()} for ago in days]
    made: Any = await post(
        shop.stack.stripe_control, "/_sandbox/charges", {"account": shop.account, "charges": charges}
    )
    return str(made["charges"][-1]["id"])


@dataclass(frozen=True)
class Ending:
    """How a dispute comes out when nothing is lost and nothing is done twice."""

    wishes: dict[str, Any]
    """What the stand-in is told when it opens the dispute."""
    status: str
    verdict: str
    filings: int = 0
    refunds: int = 0
    sale: Sale = to_a_subscriber
    appealed: bool = False
    """Lost at first, and appealed on a person's word."""
    on_a_persons_word: bool = False
    """Never filed by the policy alone."""


FOUGHT = Ending({"reason": "product_not_received"}, status="won", verdict="won", filings=1)
GIVEN_UP = Ending({"reason": "duplicate"}, status="lost", verdict="accepted")
WITH_CE3 = replace(
    FOUGHT,
    wishes={"reason": "fraudulent", "enhanced_eligibility_types": ["visa_compelling_evidence_3"]},
    sale=to_a_regular,
)
COMPLIANCE = replace(FOUGHT, wishes={"reason": "noncompliant", "kind": "compliance"}, on_a_persons_word=True)
APPEALED = replace(FOUGHT, filings=2, appealed=True)
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
        if self.ending.on_a_persons_word:
            order = self._order
        if self.ending.filings and await self._until(_is_filed, meanwhile=order):
            if self.ending.appealed:
                await self._appeal()
            await self._happens("decide", status=self.ending.status)
        await self._until(lambda case: case.status is CaseStatus.CLOSED)

    async def _appeal(self) -> None:
        await self._happens("decide", status="lost")
        await self._until(lambda case: _story(case).verdict is not None)
        await self._happens("appeal", due_by=int(time.time()) + SOON)
        await self._until(lambda case: len(_story(case).filings) == 2, meanwhile=self._approve)

    async def _happens(self, what: str, **body: Any) -> None:
        await post(self.shop.stack.stripe_control, f"/_sandbox/disputes/{self.dispute}/{what}", body)
        await self._tell()

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
            ("closed at Stripe", len(events["data"]), 1 + self.ending.appealed),
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
        by_person = self.source is not None or self.ending.on_a_persons_word
        whose = [PERSON if by_person else f"policy {case.policy_version}", PERSON]
        digests = [*(one.digest for one in _story(case).filings[:-1]), packet.digest if packet else None]
        once = self.ending.filings
        approved = [await self._approved(one, appeal=number > 0) for number, one in enumerate(digests)]
        return [
            ("calls without submit", [call for call in posts if "submit" not in call["parameters"]], []),
            ("sent", [_sending(one) for one in sent], [("api", "manual", "manual", False)] * once),
            ("asked for", [one["request"] in asked for one in sent], [True] * once),
            ("a new key only after a stored failure", len(keys) <= once + stored_failures, True),
            ("in time", [one["at"] < self.due_by for one in sent], [True] * once),
            ("filed", filed, [("us", *pair) for pair in zip(digests, whose, strict=False)][:once]),
            (
                "reserved",
                [(one.state.value, one.digest, one.approved_by) for one in reserved],
                [("filed", *pair) for pair in zip(digests, whose, strict=False)][:once],
            ),
            ("content", [_received(one) for one in sent], approved[:once]),
            (
                "CE 3.0",
                [
                    "visa_compelling_evidence_3" in one["evidence"].get("enhanced_evidence", ())
                    for one in sent
                ],
                [self.ending is WITH_CE3] * once,
            ),
            ("files", [len(one["files"]) >= 2 for one in sent], [True] * once),
        ]

    async def _approved(self, digest: str | None, *, appeal: bool) -> dict[str, str]:
        """Field → sha256 by the packet's manifest; of a file with the id that Stripe gave us for it. An appeal takes a
        text and files without fields."""
        if digest is None:
            return {}
        packets = self.shop.stack.store.packets
        manifest, ids = await packets.manifest(self.case, digest), await packets.file_ids(self.case)
        content = {
            entry.field: f"{entry.sha256} {ids.get(entry.sha256)}" if entry.kind == "file" else entry.sha256
            for entry in manifest.entries
            if not entry.field.startswith("enhanced_evidence.")
        }
        return _as_appeal(content, content["uncategorized_text"]) if appeal else content

    async def _order(self, case: CaseFile) -> None:
        """A person has the packet filed that they see; once more where it changed meanwhile or no worker answered."""
        packet = _story(case).packet
        try:
            await submit(
                self.shop.stack.client, self.case, by=PERSON, packet=packet.digest if packet else None
            )
        except CaseError:
            return

    async def _approve(self, case: CaseFile) -> None:
        """A person lets the appeal go out that they see."""
        packet = _story(case).packet
        try:
            await approve(
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
    """A charge, disputed, with a document that the merchant has added; the case goes on when a worker is
    there."""
    charge = await ending.sale(shop, amount)
    at_once = source is None and not ending.on_a_persons_word
    due_by = int(time.time()) + (AT_ONCE if at_once else SOON)
    dispute = await shop.disputed(charge, due_by=due_by, **ending.wishes)
    named = None if source is None else await source.connect(shop)
    for fault in faults:
        await shop.fault(**vars(fault))
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
    if submission["stage"] == "appeal_needs_response":
        ours = {field: file for field, file in files.items() if field.startswith("appeal.")}
        reason = submission["evidence"]["appeal"]["card"]["reason_for_filing"]
        return _as_appeal(ours, hashlib.sha256(reason.encode()).hexdigest())
    said = submission["evidence"].items()
    texts = {field: text for field, text in said if field not in files and isinstance(text, str)}
    return files | {field: hashlib.sha256(text.encode()).hexdigest() for field, text in texts.items()}


def _as_appeal(files: dict[str, str], reason: str) -> dict[str, str]:
    return {"reason": reason, "files": ", ".join(sorted(file for file in files.values() if " " in file))}
