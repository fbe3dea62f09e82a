"""Dossiers, evidence and standing documents."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import text
from store_dispute_values import (
    CASE,
    PERSON,
    dispute,
    dossier,
    file_item,
    item,
    messages_item,
    sha256,
    text_item,
)
from store_values import ACCOUNT, NOW, credentials

from chargebacks.errors import BadInput, NeedsOperator
from chargebacks.evidence_items import PolicyContent, PolicyKind, Supplier
from store import Store
from store.database import open_database
from store.sealing import Sealer

DAY = timedelta(days=1)
PDF = b"%PDF \x00\xff receipt of Ada Lovelace"


def policy_item(text: str = "Refunds within 30 days."):
    return item(PolicyContent(kind=PolicyKind.REFUND, text=text), supplier=Supplier.STANDING, by="ann")


async def everything_stored(database_url: str) -> bytes:
    database = open_database(database_url)
    stored = b""
    for table in ("dossiers", "evidence_items", "documents", "standing_documents"):
        every = text(f"SELECT * FROM {table}")
        rows = await database.read(lambda connection, every=every: connection.execute(every).all())
        stored += b"".join(
            part if isinstance(part, bytes) else str(part).encode() for row in rows for part in row
        )
    await database.close()
    return stored


async def test_a_dossier_comes_back_whole_and_the_last_one_counts(store: Store) -> None:
    """A packet is built from what was read last."""
    assert await store.evidence.dossier(CASE) is None
    await store.evidence.keep_dossier(CASE, dossier())
    later = dossier(dispute=dispute(status="under_review"), read_at=NOW + DAY)
    await store.evidence.keep_dossier(CASE, later)
    assert await store.evidence.dossier(CASE) == later
    assert await store.evidence.dossier("dispute/shop/du_2") is None


async def test_evidence_comes_back_in_the_order_in_which_it_came(store: Store) -> None:
    """Whole, over several supplies; another case's is not among it."""
    first, second, third = text_item("a"), messages_item(), file_item(PDF)
    await store.evidence.add(CASE, (first, second), {})
    await store.evidence.add("dispute/shop/du_2", (text_item("else"),), {})
    await store.evidence.add(CASE, (third,), {third.sha256: PDF})
    assert await store.evidence.items(CASE) == (first, second, third)


async def test_the_same_evidence_twice_is_one_item(store: Store) -> None:
    """A source that is asked again answers again; what came first keeps its moment and its place."""
    first = text_item("a")
    again = first.model_copy(update={"provenance": first.provenance.model_copy(update={"at": NOW + DAY})})
    await store.evidence.add(CASE, (first, again, text_item("b")), {})
    await store.evidence.add(CASE, (again, text_item("c")), {})
    kept = await store.evidence.items(CASE)
    assert kept == (first, text_item("b"), text_item("c"))


async def test_evidence_that_comes_at_the_same_moment_is_all_kept(store: Store, database_url: str) -> None:
    """Sources answer at once, in several processes."""
    async with await Store.connect(database_url, None) as keyless:
        assert await keyless.evidence.item_facts(CASE) == ()
    items = [text_item(str(number)) for number in range(12)]
    await asyncio.gather(*(store.evidence.add(CASE, (each, items[0]), {}) for each in items))
    assert {each.id for each in await store.evidence.items(CASE)} == {each.id for each in items}


async def test_a_document_comes_back_byte_for_byte(store: Store) -> None:
    """By its hash, for every case that holds it; kept before, it need not be given again."""
    file = file_item(PDF)
    await store.evidence.add(CASE, (file,), {file.sha256: PDF})
    await store.evidence.add("dispute/shop/du_2", (file,), {})
    assert await store.evidence.document(file.sha256) == PDF


async def test_a_document_that_is_gone_is_named(store: Store) -> None:
    """A packet without it must not be built unnoticed."""
    with pytest.raises(NeedsOperator, match="f00d") as failure:
        await store.evidence.document("f00d")
    assert failure.value.reason == "document_gone"


async def test_bytes_under_another_hash_are_refused(store: Store) -> None:
    """One customer's document under the name of another's would be filed as evidence."""
    file = file_item(PDF)
    with pytest.raises(ValueError, match="are others"):
        await store.evidence.add(CASE, (file,), {file.sha256: b"something else"})
    assert await store.evidence.items(CASE) == ()


async def test_evidence_without_its_file_is_refused(store: Store) -> None:
    """Nothing of the supply is kept: it is given again, whole."""
    with pytest.raises(ValueError, match="never given"):
        await store.evidence.add(CASE, (text_item(), file_item(PDF)), {})
    assert await store.evidence.items(CASE) == ()


async def test_lists_of_evidence_need_no_key_and_show_nothing_personal(
    store: Store, database_url: str
) -> None:
    """What, from whom, when and how large; neither words nor names of files."""
    file = file_item(PDF)
    await store.evidence.add(CASE, (file, messages_item()), {file.sha256: PDF})
    async with await Store.connect(database_url, None) as keyless:
        facts = await keyless.evidence.item_facts(CASE)
    assert [(one.id, one.type, one.field, one.size) for one in facts] == [
        (file.id, "file", "receipt", len(PDF)),
        (messages_item().id, "messages", None, None),
    ]
    assert {(one.supplier, one.by, one.at) for one in facts} == {(Supplier.PERSON, "ann", NOW)}
    assert PERSON not in str(facts)


async def test_no_personal_data_is_stored_in_the_clear(store: Store, database_url: str) -> None:
    """A stolen database without SECRETS_KEY tells nothing about a customer."""
    file = file_item(PDF)
    await store.evidence.keep_dossier(CASE, dossier())
    await store.evidence.add(CASE, (file, text_item(), messages_item()), {file.sha256: PDF})
    await store.evidence.add_standing(ACCOUNT, file, {})
    stored = await everything_stored(database_url)
    assert CASE.encode() in stored
    assert PERSON.encode() not in stored


async def test_without_a_key_no_evidence_is_kept(store: Store, database_url: str) -> None:
    """The refusal says how to make one, and nothing is left half kept."""
    file = file_item(PDF)
    async with await Store.connect(database_url, None) as keyless:
        for refused in (
            keyless.evidence.keep_dossier(CASE, dossier()),
            keyless.evidence.add(CASE, (file,), {file.sha256: PDF}),
            keyless.evidence.add(CASE, (text_item(),), {}),
            keyless.evidence.add_standing(ACCOUNT, policy_item(), {}),
        ):
            with pytest.raises(NeedsOperator, match=r"Fernet.generate_key.*SECRETS_KEY"):
                await refused
    assert await store.evidence.items(CASE) == ()
    assert await store.evidence.list_standing(ACCOUNT) == ()


async def test_sealed_evidence_opens_for_its_case_only(store: Store, database_url: str) -> None:
    """A row copied to another case would put one customer's words into another's packet."""
    await store.evidence.add(CASE, (text_item(),), {})
    swap = text("UPDATE evidence_items SET case_id = 'dispute/shop/du_2'")
    database = open_database(database_url)
    await database.write(lambda connection: connection.execute(swap))
    await database.close()
    with pytest.raises(NeedsOperator, match=f"is evidence {text_item().id} of {CASE}"):
        await store.evidence.items("dispute/shop/du_2")


async def test_standing_documents_count_for_the_time_in_force(store: Store) -> None:
    """From the first moment, up to the end and not at it; open ends are always."""
    always, old, new = policy_item("always"), policy_item("old"), policy_item("new")
    await store.evidence.add_standing(ACCOUNT, new, {}, in_force_from=NOW)
    await store.evidence.add_standing(ACCOUNT, old, {}, in_force_from=NOW - DAY, in_force_until=NOW)
    await store.evidence.add_standing(ACCOUNT, always, {})
    assert await store.evidence.standing(ACCOUNT, at=NOW - 2 * DAY) == (always,)
    assert await store.evidence.standing(ACCOUNT, at=NOW - DAY) == (always, old)
    assert await store.evidence.standing(ACCOUNT, at=NOW) == (always, new)
    assert [one.item for one in await store.evidence.list_standing(ACCOUNT)] == [always, old, new]


async def test_a_standing_document_brings_its_file(store: Store) -> None:
    """Its bytes are read like any other document's."""
    file = file_item(PDF, field="refund_policy", supplier=Supplier.STANDING)
    await store.evidence.add_standing(ACCOUNT, file, {file.sha256: PDF})
    [standing] = await store.evidence.standing(ACCOUNT, at=NOW)
    assert await store.evidence.document(standing.sha256) == PDF
    with pytest.raises(ValueError, match="never given"):
        await store.evidence.add_standing(ACCOUNT, file_item(b"another"), {})


async def test_a_standing_document_added_again_has_its_new_time(store: Store) -> None:
    """That is how a policy is ended."""
    await store.evidence.add_standing(ACCOUNT, policy_item(), {})
    await store.evidence.add_standing(ACCOUNT, policy_item(), {}, in_force_until=NOW)
    [standing] = await store.evidence.list_standing(ACCOUNT)
    assert (standing.in_force_from, standing.in_force_until) == (None, NOW)


async def test_a_removed_standing_document_is_no_longer_used(store: Store) -> None:
    """Removing what is not there is told, with its id and account."""
    await store.evidence.add_standing(ACCOUNT, policy_item(), {})
    await store.evidence.remove_standing(ACCOUNT, policy_item().id)
    assert await store.evidence.standing(ACCOUNT, at=NOW) == ()
    with pytest.raises(BadInput, match=f"shop has no standing document {policy_item().id}"):
        await store.evidence.remove_standing(ACCOUNT, policy_item().id)


async def test_standing_documents_are_the_accounts_own(store: Store) -> None:
    """Another shop's refund policy proves nothing."""
    await store.accounts.connect_account(credentials("other"))
    await store.evidence.add_standing("other", policy_item(), {})
    assert await store.evidence.standing(ACCOUNT, at=NOW) == ()
    with pytest.raises(BadInput, match=r'"shpo", which is not connected \(connected: other, shop\)'):
        await store.evidence.add_standing("shpo", policy_item(), {})


async def test_a_time_in_force_that_ends_before_it_begins_is_refused(store: Store) -> None:
    """It would silently never be used."""
    with pytest.raises(BadInput, match="the end must lie after the beginning"):
        await store.evidence.add_standing(ACCOUNT, policy_item(), {}, in_force_from=NOW, in_force_until=NOW)


@settings(deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_survive_sealing(secrets_key: SecretStr, content: bytes) -> None:
    """Files hold every byte there is, the one that parts owner and content included."""
    sealer = Sealer(secrets_key)
    owner = f"document {sha256(content)}"
    assert sealer.unseal_content(owner, sealer.seal_content(owner, content)) == content
