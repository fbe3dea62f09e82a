"""Evidence that a person adds: all of it or nothing, checked on arrival, and its case is told."""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from dispute_samples import a_dispute, keep_dispute, weighed_story
from operations_samples import ethoca, fresh, source
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from chargebacks.contracts import CaseFile
from chargebacks.dispute_case import DisputeStory
from chargebacks.errors import BadInput, Refused, TryLater
from chargebacks.evidence_items import PolicyContent, PolicyKind, SuppliedFile, Supplier, Supply
from evidence_sources.folder import GivenFile
from networks.ethoca import Ethoca
from operations.disputes import start_dispute
from operations.evidence import EvidenceReceipt, add_evidence, list_evidence, remove_evidence
from operations.standing import (
    add_standing_file,
    add_standing_text,
    end_standing,
    list_standing,
    remove_standing,
)
from operations.start import start_alert
from packets.intake import Intake
from store import Store

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CARRIER = Supply(fields={"shipping_carrier": "UPS"})
MAIL = GivenFile(field="customer_communication", name="mail.txt", content=b"Thank you, it has arrived.")
BROKEN = GivenFile(field="receipt", name="scan.bin", content=bytes(range(256)) * 4)


@pytest.fixture(scope="session")
def checks() -> Intake:
    return Intake()


@pytest.fixture
async def weighed(store: Store) -> CaseFile:
    return await keep_dispute(store, dispute=weighed_story("du_1"))


async def add(store: Store, client: Client, checks: Intake, case_id: str, **given: Any) -> EvidenceReceipt:
    arguments: dict[str, Any] = {"by": "ana", "at": NOW, "supply": Supply()}
    return await add_evidence(store, client, checks, case_id, **(arguments | given))


async def started(client: Client, store: Store) -> str:
    """A case whose workflow nobody works on."""
    return (await start_dispute(client, store, account="shop", dispute_id=f"du_{fresh()}")).case_id


async def signals(client: Client, case_id: str) -> list[str]:
    history = await client.get_workflow_handle(case_id).fetch_history()
    return [
        event.workflow_execution_signaled_event_attributes.signal_name
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    ]


async def test_what_is_added_is_kept_and_its_case_is_told(
    store: Store, client: Client, checks: Intake
) -> None:
    """Texts and files with who gave them and when; the running case weighs them."""
    case_id = await started(client, store)
    done = await add(store, client, checks, case_id, supply=CARRIER, files=(MAIL,), by=" ana ")
    assert done.told
    assert done.already_there == ()
    assert [(one.type, one.field, one.supplier, one.by) for one in done.added] == [
        ("text", "shipping_carrier", Supplier.PERSON, "ana"),
        ("file", "customer_communication", Supplier.PERSON, "ana"),
    ]
    assert "mail.txt: text turned into a PDF" in done.notes
    assert await signals(client, case_id) == ["evidence_added"]
    [_, file] = await store.evidence.items(case_id)
    document = await store.evidence.document(file.sha256)
    assert hashlib.sha256(document).hexdigest() == file.sha256
    assert document.startswith(b"%PDF-")


async def test_the_same_again_adds_nothing(store: Store, client: Client, checks: Intake) -> None:
    """Whoever is not sure repeats the command."""
    case_id = await started(client, store)
    first = await add(store, client, checks, case_id, supply=CARRIER, files=(MAIL,))
    again = await add(store, client, checks, case_id, supply=CARRIER, files=(MAIL,))
    assert again.added == ()
    assert again.already_there == first.added
    assert len(await store.evidence.items(case_id)) == 2


async def test_one_bad_file_refuses_all_of_them(store: Store, client: Client, checks: Intake) -> None:
    """Each bad file is named with its reason; nothing is kept and nobody is told."""
    case_id = await started(client, store)
    empty = GivenFile(field="customer_signature", name="sign.pdf", content=b"")
    with pytest.raises(Refused) as refusal:
        await add(store, client, checks, case_id, supply=CARRIER, files=(MAIL, BROKEN, empty))
    first, second, last = str(refusal.value).splitlines()
    assert first.startswith("receipt: scan.bin is of a kind")
    assert second.startswith("customer_signature: sign.pdf is empty")
    assert last == "Nothing was added."
    assert await store.evidence.item_facts(case_id) == ()
    assert await signals(client, case_id) == []


async def test_files_inside_a_supply_are_checked_like_all_others(
    store: Store, client: Client, checks: Intake
) -> None:
    """A supply.json may hold files, and name others by URL."""
    inside = SuppliedFile(field="receipt", name="a.txt", content_base64=base64.b64encode(b"Paid.").decode())
    named = SuppliedFile(field="refund_policy", name="b.txt", url="https://shop.example/b.txt")

    async def fetch(url: str, *, most_bytes: int) -> bytes:
        assert (url, most_bytes > 1_000_000) == ("https://shop.example/b.txt", True)
        return b"Refunds within 14 days."

    case_id = await started(client, store)
    done = await add(store, client, checks, case_id, supply=Supply(files=(inside, named)), fetch=fetch)
    assert [one.field for one in done.added] == ["receipt", "refund_policy"]
    other = inside.model_copy(update={"sha256": "0" * 64})
    with pytest.raises(Refused, match=r"receipt: a\.txt: its bytes do not have the sha256"):
        await add(store, client, checks, case_id, supply=Supply(files=(other,)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "There is nothing to add."),
        ({"supply": CARRIER, "by": " "}, "Say who adds the evidence"),
        ({"supply": Supply(fields={"shipping_carier": "UPS"})}, "did you mean shipping_carrier"),
        ({"supply": Supply(files=(SuppliedFile(field="receipt", name="a"),))}, "exactly one of url"),
    ],
)
async def test_what_cannot_be_evidence_is_refused(
    store: Store, client: Client, checks: Intake, given: dict[str, Any], said: str
) -> None:
    """One sentence, before anything is kept."""
    case = await keep_dispute(store)
    with pytest.raises(BadInput, match=said):
        await add(store, client, checks, case.case_id, **given)
    assert await store.evidence.item_facts(case.case_id) == ()


async def test_only_an_open_disputes_case_takes_evidence(
    store: Store, client: Client, checks: Intake
) -> None:
    """An alert has none, a closed case takes none, and an unknown one is said to be unknown."""
    [alert] = await start_alert(client, store, source(), Ethoca(), ethoca(fresh()), datetime.now(UTC))
    closed = await keep_dispute(store, closed_at=NOW)
    for case_id, said in (
        (alert.case_id, "is an alert case: only disputes have evidence"),
        (closed.case_id, "is closed: it takes no evidence any more"),
        ("dispute/shop/du_nobody", "There is no case"),
    ):
        with pytest.raises(BadInput, match=said):
            await add(store, client, checks, case_id, supply=CARRIER)


async def test_a_case_that_does_not_run_keeps_what_it_was_given(
    store: Store, client: Client, checks: Intake
) -> None:
    """Whoever adds learns that nobody weighs it."""
    case = await keep_dispute(store)
    done = await add(store, client, checks, case.case_id, supply=CARRIER)
    assert not done.told
    assert len(await store.evidence.item_facts(case.case_id)) == 1


async def test_a_silent_temporal_is_said_to_leave_the_evidence_kept(
    store: Store, client: Client, checks: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Repeating the command is what to do, and is harmless."""

    async def nobody(*_: object) -> bool:
        raise TryLater("Temporal did not take the news.", reason="temporal_unreachable")

    monkeypatch.setattr("operations.evidence.evidence_added", nobody)
    case = await keep_dispute(store)
    with pytest.raises(TryLater, match=r"The evidence is kept.*Repeat the command"):
        await add(store, client, checks, case.case_id, supply=CARRIER)
    assert len(await store.evidence.item_facts(case.case_id)) == 1


async def test_the_list_tells_what_is_there_and_what_is_missing(
    store: Store, client: Client, checks: Intake, weighed: CaseFile
) -> None:
    """What is missing comes as it was weighed, the most valuable first."""
    await add(store, client, checks, weighed.case_id, supply=CARRIER)
    listed = await list_evidence(store, weighed.case_id)
    assert [one.field for one in listed.items] == ["shipping_carrier"]
    assert listed.completeness is not None
    assert [one.name for one in listed.completeness.missing] == ["access_activity_log", "receipt"]
    unread = await keep_dispute(store, dispute=DisputeStory(dispute=a_dispute("du_2")))
    assert (await list_evidence(store, unread.case_id)).completeness is None


async def test_a_policys_text_is_kept_for_the_time_it_was_in_force(store: Store) -> None:
    """A sale before or after it gets another policy, or none."""
    policy = PolicyContent(kind=PolicyKind.REFUND, text="Within 14 days.", in_force_from=NOW)
    item = await add_standing_text(store, "shop", policy, by="ana", at=NOW)
    assert item.provenance.supplier is Supplier.STANDING
    [kept] = await list_standing(store, "shop")
    assert (kept.item, kept.in_force_from, kept.in_force_until) == (item, NOW, None)
    assert await store.evidence.standing("shop", at=NOW.replace(year=2025)) == ()
    later = NOW.replace(year=2027)
    await end_standing(store, "shop", item.id, until=later)
    [ended] = await list_standing(store, "shop")
    assert (ended.item, ended.in_force_from, ended.in_force_until) == (item, NOW, later)
    with pytest.raises(BadInput, match="the end must lie after the beginning"):
        await end_standing(store, "shop", item.id, until=NOW)
    with pytest.raises(BadInput, match="no standing document nope"):
        await end_standing(store, "shop", "nope", until=later)
    await remove_standing(store, "shop", item.id)
    assert await list_standing(store, "shop") == ()


async def test_a_standing_file_is_checked_like_any_other(store: Store, checks: Intake) -> None:
    """A file that cannot be used is refused with the reason; one that can is kept as a PDF."""
    with pytest.raises(Refused, match=r"scan\.bin is of a kind.*Nothing was added\."):
        await add_standing_file(store, checks, "shop", BROKEN, by="ana", at=NOW)
    item = await add_standing_file(store, checks, "shop", MAIL, by="ana", at=NOW)
    assert (await store.evidence.document(item.sha256)).startswith(b"%PDF-")
    assert [one.item.id for one in await list_standing(store, "shop")] == [item.id]


async def test_standing_documents_belong_to_a_connected_account(store: Store) -> None:
    """A mistyped name keeps nothing."""
    policy = PolicyContent(kind=PolicyKind.TERMS, text="Terms.")
    with pytest.raises(BadInput, match="not connected"):
        await add_standing_text(store, "shpo", policy, by="ana", at=NOW)
    with pytest.raises(BadInput, match="no standing document nope"):
        await remove_standing(store, "shop", "nope")


async def test_a_wrong_item_can_be_taken_back(store: Store, client: Client, checks: Intake) -> None:
    """Another customer's document leaves the case, which weighs what is left."""
    case_id = await started(client, store)
    done = await add(store, client, checks, case_id, supply=CARRIER, files=(MAIL,))
    text, mail = done.added
    assert await remove_evidence(store, client, case_id, mail.id)
    assert [one.id for one in (await list_evidence(store, case_id)).items] == [text.id]
    assert await signals(client, case_id) == ["evidence_added", "evidence_added"]
    with pytest.raises(BadInput, match=f"has no evidence {mail.id}"):
        await remove_evidence(store, client, case_id, mail.id)
