"""Documents kept for an account, such as its refund policy: evidence in every dispute whose sale they applied to."""

import asyncio
from datetime import datetime

from activities.dispute_ports import DocumentChecks
from chargebacks.errors import BadInput, Refused
from chargebacks.evidence_items import (
    Content,
    EvidenceItem,
    PolicyContent,
    PolicyKind,
    Provenance,
    Supplier,
    item_of,
)
from evidence_sources.folder import GivenFile
from store import StandingDocument, Store

SLOTS = {
    PolicyKind.REFUND: "refund_policy",
    PolicyKind.CANCELLATION: "cancellation_policy",
    PolicyKind.TERMS: "uncategorized_file",
}
"""Stripe's file field for each kind; it has none for terms."""


async def add_standing_text(
    store: Store, account: str, policy: PolicyContent, *, by: str, at: datetime
) -> EvidenceItem:
    """Keep a policy's text; the exhibit marks its clause. BadInput for an unknown account or a bad time in force."""
    return await _add(
        store, account, policy, {}, by=by, at=at, since=policy.in_force_from, until=policy.in_force_until
    )


async def add_standing_file(
    store: Store,
    checks: DocumentChecks,
    account: str,
    file: GivenFile,
    *,
    by: str,
    at: datetime,
    in_force_from: datetime | None = None,
    in_force_until: datetime | None = None,
) -> EvidenceItem:
    """Check a document and keep it. Refused when it cannot be used; BadInput as for a text."""
    try:
        content, document = await asyncio.to_thread(
            checks.check, field=file.field, name=file.name, content=file.content
        )
    except BadInput as refusal:
        raise Refused(f"{refusal} Nothing was added.", reason="evidence_refused") from refusal
    documents = {content.sha256: document}
    return await _add(
        store, account, content, documents, by=by, at=at, since=in_force_from, until=in_force_until
    )


async def list_standing(store: Store, account: str) -> tuple[StandingDocument, ...]:
    """By the beginning of their time in force. NeedsOperator for an unknown account."""
    await store.accounts.account_facts(account)
    return await store.evidence.list_standing(account)


async def end_standing(store: Store, account: str, item_id: str, *, until: datetime) -> None:
    """Say until when a document was in force: a newer one has taken its place. BadInput when the account has none of
    that id, or when it would end before it began."""
    found = [one for one in await list_standing(store, account) if one.item.id == item_id]
    if not found:
        raise BadInput(
            f"account {account} has no standing document {item_id}: see the list for their ids",
            reason="unknown_document",
        )
    [kept] = found
    await store.evidence.add_standing(
        account, kept.item, {}, in_force_from=kept.in_force_from, in_force_until=until
    )


async def remove_standing(store: Store, account: str, item_id: str) -> None:
    """Packets that show it keep it. BadInput when the account has no document of that id."""
    await store.accounts.account_facts(account)
    await store.evidence.remove_standing(account, item_id)


async def _add(
    store: Store,
    account: str,
    content: Content,
    documents: dict[str, bytes],
    *,
    by: str,
    at: datetime,
    since: datetime | None,
    until: datetime | None,
) -> EvidenceItem:
    item = item_of(content, Provenance(supplier=Supplier.STANDING, by=by, at=at))
    await store.evidence.add_standing(account, item, documents, in_force_from=since, in_force_until=until)
    return item
