"""Evidence that a person adds to a dispute's case, and what the case has and lacks."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from temporalio.client import Client

from activities.dispute_ports import DocumentChecks
from activities.supplied_files import Fetch, content_of
from chargebacks.contracts import CaseFile
from chargebacks.errors import BadInput, CaseError, Refused, TryLater
from chargebacks.evidence import Completeness
from chargebacks.evidence_items import (
    EvidenceItem,
    Provenance,
    SuppliedFile,
    Supplier,
    Supply,
    item_of,
)
from chargebacks.supplies import file_mistakes, items_of, refuse
from chargebacks.values import Value
from evidence_sources.folder import GivenFile
from operations.disputes import evidence_added
from operations.packets import read_dispute
from store import ItemFacts, Store


class EvidenceReceipt(Value):
    """What became of an addition. Ids are those of evidence items."""

    case_id: str
    added: tuple[ItemFacts, ...]
    already_there: tuple[ItemFacts, ...]
    notes: tuple[str, ...] = ()
    """What was done to files on arrival."""
    told: bool
    """The running case weighs it now."""


class EvidenceList(Value):
    case: CaseFile
    items: tuple[ItemFacts, ...]
    """In the order in which they came; the account's standing documents and Stripe's own facts are not among them."""
    completeness: Completeness | None = None
    """As last weighed; None before."""


async def add_evidence(
    store: Store,
    client: Client,
    checks: DocumentChecks,
    case_id: str,
    *,
    by: str,
    at: datetime,
    supply: Supply,
    files: Sequence[GivenFile] = (),
    fetch: Fetch | None = None,
) -> EvidenceReceipt:
    """Check everything, keep all of it at once, and tell the case. The same thing twice is one item: repeating is
    harmless.

    Refused ("evidence_refused") with a line per file that cannot be used; BadInput for an unknown or closed case, no
    name, nothing to add, or a supply that breaks its contract. Nothing is kept then. TryLater when the evidence is
    kept and Temporal could not be told.
    """
    by = by.strip()
    if not by:
        raise BadInput("Say who adds the evidence: the name is kept with it.", reason="no_name")
    case = await read_dispute(store, case_id)
    if case.closed_at is not None:
        raise BadInput(f"The case {case_id} is closed: it takes no evidence any more.", reason="case_closed")
    refuse(file_mistakes(supply.files))
    items = list(items_of(supply, supplier=Supplier.PERSON, by=by, at=at))
    documents: dict[str, bytes] = {}
    notes: list[str] = []
    for item, content, note in await _checked(checks, supply.files, files, by=by, at=at, fetch=fetch):
        items.append(item)
        documents[item.sha256] = content
        notes += [note] if note else []
    if not items:
        raise BadInput("There is nothing to add.", reason="no_evidence")
    return await _kept(store, client, case_id, items, documents, notes)


async def remove_evidence(store: Store, client: Client, case_id: str, item_id: str) -> bool:
    """Take an item back, such as another customer's document, and have the case weigh what is left. Packets that were
    built with it keep it. True when the running case was told. BadInput when the case has no such item."""
    case = await read_dispute(store, case_id)
    if not await store.evidence.remove(case_id, item_id):
        raise BadInput(
            f"{case_id} has no evidence {item_id}: `starter.py evidence {case_id}` lists what it has.",
            reason="unknown_evidence",
        )
    return case.closed_at is None and await evidence_added(client, case_id, (item_id,))


async def list_evidence(store: Store, case_id: str) -> EvidenceList:
    """What was added to the case, and what it lacks. BadInput when it is no dispute's."""
    case = await read_dispute(store, case_id)
    assessment = case.dispute.assessment if case.dispute is not None else None
    return EvidenceList(
        case=case,
        items=await store.evidence.item_facts(case_id),
        completeness=assessment.completeness if assessment is not None else None,
    )


async def _kept(
    store: Store,
    client: Client,
    case_id: str,
    items: Sequence[EvidenceItem],
    documents: Mapping[str, bytes],
    notes: Sequence[str],
) -> EvidenceReceipt:
    known = {facts.id for facts in await store.evidence.item_facts(case_id)}
    await store.evidence.add(case_id, tuple(items), documents)
    given = {item.id for item in items}
    facts = [one for one in await store.evidence.item_facts(case_id) if one.id in given]
    try:
        told = await evidence_added(client, case_id, tuple(one.id for one in facts))
    except TryLater as silence:
        raise TryLater(
            f"The evidence is kept, but its case does not know yet. {silence} Repeat the command: it adds nothing "
            "twice.",
            reason=silence.reason,
        ) from silence
    return EvidenceReceipt(
        case_id=case_id,
        added=tuple(one for one in facts if one.id not in known),
        already_there=tuple(one for one in facts if one.id in known),
        notes=tuple(notes),
        told=told,
    )


async def _checked(
    checks: DocumentChecks,
    named: Sequence[SuppliedFile],
    given: Sequence[GivenFile],
    *,
    by: str,
    at: datetime,
    fetch: Fetch | None,
) -> list[tuple[EvidenceItem, bytes, str]]:
    """Every file as an item, with the bytes that are kept of it and what was done to them. Refused when a single one
    cannot be used, with each of those named."""
    kept: list[tuple[EvidenceItem, bytes, str]] = []
    refused: list[str] = []
    files: tuple[GivenFile | SuppliedFile, ...] = (*given, *named)
    for file in files:
        try:
            arrived = file.content if isinstance(file, GivenFile) else await content_of(file, fetch)
            content, document = await asyncio.to_thread(
                checks.check, field=file.field, name=file.name, content=arrived
            )
        except CaseError as refusal:
            said = str(refusal)
            refused.append(f"{file.field}: {said if said.startswith(file.name) else f'{file.name}: {said}'}")
            continue
        provenance = Provenance(supplier=Supplier.PERSON, by=by, at=at, reference=f"file {content.name}")
        note = f"{content.name}: {content.note}" if content.note else ""
        kept.append((item_of(content, provenance), document, note))
    if refused:
        joint = " " if len(refused) == 1 else "\n"
        raise Refused(joint.join([*refused, "Nothing was added."]), reason="evidence_refused")
    return kept
