"""Evidence: gathered from Stripe and from the merchant's own sources, kept sealed, and weighed.

What a case knows of persons stays in the store; only ids, field names, hashes and verdicts come back.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Protocol

from temporalio import activity

from activities.dispute_ports import DisputeGateway, DocumentChecks, EvidenceSources, EvidenceStore
from activities.disputes import DisputeOrder
from activities.supplied_files import content_of
from chargebacks.compelling_evidence import prior_candidates
from chargebacks.contracts import CaseFile
from chargebacks.disputes import Dispute, LinkedAlert
from chargebacks.errors import BadInput, CaseError, Refused
from chargebacks.evidence_fields import FILE_FIELDS
from chargebacks.evidence_items import (
    Content,
    EvidenceItem,
    Provenance,
    SourceRef,
    SuppliedFile,
    Supplier,
    Supply,
    SupplyRequest,
    item_of,
)
from chargebacks.linking import NO_ALERT, linked_alert
from chargebacks.money import Money
from chargebacks.supplies import items_of
from chargebacks.supply_reading import read_supply
from chargebacks.values import Instant, Value

_PRIORS_ASKED = 20
"""For so many earlier charges a source is asked for identifiers."""


class SaleFacts(Value):
    """What the workflow may know of the sale: no personal data beyond ids."""

    charged_at: Instant
    amount: Money
    payment_intent: str | None = None
    customer: str | None = None
    subscription: str | None = None
    order_ids: tuple[str, ...] = ()
    refunded_minor: int = 0
    prior_charges: tuple[str, ...] = ()
    """Earlier charges of the same card that may serve for CE 3.0, newest first."""


class Gathered(Value):
    dispute: Dispute
    sale: SaleFacts
    alert: LinkedAlert | None = None
    no_alert: str | None = None
    sources: tuple[SourceRef, ...] = ()


class AskOrder(Value):
    source: str
    request: SupplyRequest


class SupplyOrder(Value):
    """A supply that an activity of the merchant's has given."""

    case_id: str
    source: str
    supply: dict[str, Any]
    """As the activity gave it: read, and refused where it breaks the contract, when it is kept."""


class SupplyReceipt(Value):
    """What was kept of a supply, and what was refused with the reason."""

    source: str
    items: tuple[str, ...]
    refused: tuple[str, ...] = ()
    at: Instant


class CasesOfCharge(Protocol):
    async def cases_of_charge(self, account: str, charge_id: str) -> tuple[CaseFile, ...]: ...


class SourceList(Protocol):
    async def refs_of_account(self, account: str) -> tuple[SourceRef, ...]: ...


class Evidence:
    def __init__(
        self,
        *,
        stripe: DisputeGateway,
        evidence: EvidenceStore,
        cases: CasesOfCharge,
        source_list: SourceList,
        sources: EvidenceSources,
        checks: DocumentChecks,
    ) -> None:
        self._stripe = stripe
        self._evidence = evidence
        self._cases = cases
        self._source_list = source_list
        self._sources = sources
        self._checks = checks

    @activity.defn
    async def gather_from_stripe(self, order: DisputeOrder) -> Gathered:
        """Read everything Stripe knows of the sale, link the alert, keep it sealed."""
        dossier = await self._stripe.read_dossier(order.account, order.dispute_id)
        cases = await self._cases.cases_of_charge(order.account, dossier.dispute.charge_id)
        alert = linked_alert(cases, dossier.dispute)
        known = await self._evidence.dossier(order.case_id)
        # What stood there at the first reading is Stripe's or a person's; later ones hold what we staged, too.
        first = {**dossier.prefilled, **_files_of(dossier.dispute)}
        kept = dossier.model_copy(
            update={
                "alert": alert,
                "prefilled": known.prefilled if known is not None else first,
                "ce3_filled": (known.ce3_filled if known is not None else None) or dossier.ce3_filled,
            }
        )
        await self._evidence.keep_dossier(order.case_id, kept)
        charge = dossier.sale.charge
        return Gathered(
            dispute=dossier.dispute,
            sale=SaleFacts(
                charged_at=charge.created,
                amount=charge.amount,
                payment_intent=charge.payment_intent,
                customer=charge.customer,
                subscription=dossier.subscription.id if dossier.subscription else None,
                order_ids=charge.order_ids,
                refunded_minor=charge.refunded_minor,
                prior_charges=tuple(one.id for one in prior_candidates(dossier)[:_PRIORS_ASKED]),
            ),
            alert=alert,
            no_alert=NO_ALERT if alert is None else None,
            sources=await self._source_list.refs_of_account(order.account),
        )

    @activity.defn
    async def ask_endpoint(self, order: AskOrder) -> SupplyReceipt:
        """Ask a merchant's HTTP endpoint and keep what it gives. The charge's metadata goes along, past the history."""
        dossier = await self._evidence.dossier(order.request.case_id)
        metadata = dossier.sale.charge.metadata if dossier is not None else {}
        supply = await self._sources.ask(
            order.source, order.request.model_copy(update={"metadata": metadata})
        )
        return await self._keep(order.request.case_id, order.source, Supplier.ENDPOINT, supply)

    @activity.defn
    async def keep_supply(self, order: SupplyOrder) -> SupplyReceipt:
        """Keep what an activity of the merchant's has given; files are fetched and checked here."""
        return await self._keep(order.case_id, order.source, Supplier.ACTIVITY, read_supply(order.supply))

    async def _keep(self, case_id: str, source: str, supplier: Supplier, supply: Supply) -> SupplyReceipt:
        now = datetime.now(UTC)
        items = list(items_of(supply, supplier=supplier, by=source, at=now))
        documents: dict[str, bytes] = {}
        refused: list[str] = []
        async for file, outcome in self._checked(supply.files):
            if isinstance(outcome, CaseError):
                refused.append(f"{file.name}: {outcome}")
                continue
            content, kept = outcome
            provenance = Provenance(supplier=supplier, by=source, at=now, reference=f"file {file.name}")
            item = item_of(content, provenance)
            documents[item.sha256] = kept
            items.append(item)
        await self._evidence.add(case_id, tuple(items), documents)
        return SupplyReceipt(
            source=source, items=tuple(item.id for item in items), refused=tuple(refused), at=now
        )

    async def _checked(
        self, files: tuple[SuppliedFile, ...]
    ) -> "AsyncIterator[tuple[SuppliedFile, CaseError | tuple[Content, bytes]]]":
        """Each file with what is kept of it, or why it cannot be used. What may yet be had is raised as TryLater."""
        for file in files:
            try:
                content = await content_of(file, self._sources.fetch)
                yield (
                    file,
                    await asyncio.to_thread(
                        self._checks.check, field=file.field, name=file.name, content=content
                    ),
                )
            except (BadInput, Refused) as refusal:
                yield file, refusal


def _files_of(dispute: Dispute) -> dict[str, str]:
    """File fields that are filled, such as Stripe's own receipt: field → file id."""
    return {field: file_id for field, file_id in dispute.staged.items() if field in FILE_FIELDS}


def digest_of(dossier_json: str, items: tuple[EvidenceItem, ...], *extra: str) -> str:
    """Identity of the evidence at hand: an equal one needs no new packet."""
    parts = [dossier_json, *sorted(item.id for item in items), *extra]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
