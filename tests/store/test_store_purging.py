"""Erasing the personal data of closed cases: what goes, what stays, and what others still need."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from store_dispute_values import CASE, PERSON, ce3, dossier, file_item, packet, sha256, text_item
from store_values import ACCOUNT, NOW, case_file, credentials

from chargebacks.contracts import CaseStatus, TimelineEntry
from chargebacks.errors import NeedsOperator
from store import InboxMessage, Store
from store.database import open_database
from store.purging import Erased

DAY = timedelta(days=1)
OTHER = "dispute/shop/du_2"
LABEL, LETTER, POLICY = b"%PDF label of Ada Lovelace", b"%PDF letter of Ada Lovelace", b"%PDF refund policy"


async def closed(store: Store, case_id: str = CASE, *, days_ago: float = 400) -> None:
    """A case that was closed so long ago, with everything that it may hold."""
    told = (TimelineEntry(number=1, at=NOW - 500 * DAY, text="dispute received"),)
    await store.cases.save_case(
        case_file(case_id, status=CaseStatus.CLOSED, closed_at=NOW - days_ago * DAY, timeline=told)
    )
    await store.evidence.keep_dossier(case_id, dossier())
    label = file_item(LABEL)
    await store.evidence.add(case_id, (text_item(), label), {label.sha256: LABEL})
    await store.packets.keep(case_id, packet(LETTER, reading_copy=case_id.encode()), ce3())


async def message(store: Store, name: str, *, case_id: str | None, days_ago: float = 450) -> int:
    at = NOW - days_ago * DAY
    number, _new = await store.inbox.accept(
        InboxMessage(
            source="network-shop",
            provider_message_id=name,
            body=PERSON.encode(),
            headers={"x-told": "something"},
            received_at=at,
            account=ACCOUNT,
        )
    )
    await store.inbox.mark_done(number, at=at, case_id=case_id)
    return number


async def erase(store: Store, *, older_than: timedelta = 365 * DAY) -> Erased:
    before, erased = NOW - older_than, Erased()
    for case_id in await store.purging.due(closed_before=before):
        erased += await store.purging.erase(case_id, closed_before=before, at=NOW)
    return erased + await store.purging.erase_messages(before=before)


async def bodies(database_url: str) -> dict[str, tuple[int, str]]:
    """By the provider's id: the length of the body, and the headers."""
    database = open_database(database_url)
    every = text("SELECT provider_message_id, body, headers FROM inbox")
    rows = await database.read(lambda connection: connection.execute(every).all())
    await database.close()
    return {row.provider_message_id: (len(row.body), row.headers) for row in rows}


async def test_the_personal_goes_and_the_audit_facts_stay(store: Store) -> None:
    """What was filed can still be proved by its hashes; its content cannot be had back."""
    await closed(store)
    [digest] = await store.packets.digests(CASE)
    facts, manifest = await store.evidence.item_facts(CASE), await store.packets.manifest(CASE, digest)
    case = await store.cases.case_file(CASE)

    erased = await erase(store)

    assert erased == Erased(cases=1, evidence=2, packets=1, documents=3)
    assert await store.evidence.dossier(CASE) is None
    assert await store.evidence.items(CASE) == ()
    for gone in (LABEL, LETTER, CASE.encode()):
        with pytest.raises(NeedsOperator, match="not in the database"):
            await store.evidence.document(sha256(gone))
    with pytest.raises(NeedsOperator, match="was erased with the case's personal data"):
        await store.packets.texts(CASE, digest)
    assert await store.evidence.item_facts(CASE) == facts
    assert await store.packets.manifest(CASE, digest) == manifest
    assert await store.cases.case_file(CASE) == case
    assert await store.purging.purged_at(CASE) == NOW


async def test_only_what_is_closed_for_long_enough(store: Store) -> None:
    """Open and lately closed cases keep everything; asked by account, the others' are left alone."""
    await closed(store, days_ago=364)
    await closed(store, OTHER)
    await store.cases.save_case(case_file("alert/network/open", status=CaseStatus.WORKING))
    assert await store.purging.due(closed_before=NOW - 365 * DAY) == (OTHER,)
    assert await store.purging.due(closed_before=NOW - 365 * DAY, account="another") == ()
    assert (await erase(store)).cases == 1
    assert len(await store.evidence.items(CASE)) == 2
    assert await store.evidence.document(sha256(LABEL)) == LABEL


async def test_twice_is_once(store: Store) -> None:
    """A purge that was interrupted is run again; nothing is counted twice."""
    await closed(store)
    await erase(store)
    assert await erase(store) == Erased()


async def test_files_that_others_need_stay(store: Store) -> None:
    """The same bytes are kept once: an open case's evidence and packets, and standing documents, keep them."""
    await store.accounts.connect_account(credentials(ACCOUNT), alert_management=True)
    await closed(store)
    policy, label = file_item(POLICY), file_item(LABEL)
    await store.evidence.add(CASE, (policy,), {policy.sha256: POLICY})
    await store.evidence.add_standing(ACCOUNT, policy, {policy.sha256: POLICY})
    await store.evidence.add(OTHER, (label,), {label.sha256: LABEL})
    await store.packets.keep(OTHER, packet(LETTER, reading_copy=b"other"), None)

    assert (await erase(store)).documents == 1  # this case's reading copy

    for content in (POLICY, LABEL, LETTER):
        assert await store.evidence.document(sha256(content)) == content


async def test_a_case_that_goes_on_is_erased_again_when_it_is_over(store: Store) -> None:
    """A loss that turned into a win gathers anew."""
    await closed(store)
    await erase(store)
    await store.cases.save_case(case_file(CASE, status=CaseStatus.WORKING))
    await store.evidence.keep_dossier(CASE, dossier())
    assert await store.purging.purged_at(CASE) is None
    assert await erase(store) == Erased()
    await store.cases.save_case(case_file(CASE, status=CaseStatus.CLOSED, closed_at=NOW - 366 * DAY))
    assert (await erase(store)).cases == 1
    assert await store.evidence.dossier(CASE) is None


async def test_a_case_that_goes_on_meanwhile_is_left_alone(store: Store) -> None:
    """Between the list and its turn it was opened again."""
    await closed(store)
    await store.cases.save_case(case_file(CASE, status=CaseStatus.WORKING))
    assert await store.purging.erase(CASE, closed_before=NOW, at=NOW) == Erased()
    assert len(await store.evidence.items(CASE)) == 2


async def test_raw_messages(store: Store, database_url: str) -> None:
    """Delivered or refused long ago, and not of a case that is still there; each is known ever after."""
    await closed(store)
    await closed(store, OTHER, days_ago=10)
    await message(store, "erased", case_id=CASE)
    await message(store, "of no case", case_id=None)
    await message(store, "late", case_id=None, days_ago=364)
    await message(store, "of a case that stays", case_id=OTHER)
    refused = await message(store, "refused", case_id=None)
    await store.inbox.refuse(refused, "unparseable: no")
    waiting, _new = await store.inbox.accept(
        InboxMessage(
            source="network-shop", provider_message_id="waiting", body=b"x", received_at=NOW - 450 * DAY
        )
    )

    assert (await erase(store)).messages == 3

    found = await bodies(database_url)
    assert {name for name, (size, _) in found.items() if size == 0} == {"erased", "of no case", "refused"}
    assert found["erased"] == (0, "{}")
    assert [one.body for one in await store.inbox.refused()] == [b""]
    [left] = await store.inbox.pending()
    assert (left.id, left.body) == (waiting, b"x")
    number, new = await store.inbox.accept(
        InboxMessage(source="network-shop", provider_message_id="erased", body=b"again", received_at=NOW)
    )
    assert (number > 0, new) == (True, False)
