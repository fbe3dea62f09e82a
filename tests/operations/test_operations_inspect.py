"""Reading cases works without Temporal; telling them of changes reaches those that are open."""

from datetime import UTC, datetime, timedelta

import pytest
from operations_samples import ethoca, fresh, source
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from chargebacks.contracts import CaseFile, CaseKind, CaseStatus, TimelineEntry
from chargebacks.errors import BadInput
from networks.ethoca import Ethoca
from operations.inspect import find_cases, read_case
from operations.notify import refund_changed
from operations.start import start_alert
from store import Store

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


async def keep(store: Store, case_id: str, **facts: object) -> CaseFile:
    case = CaseFile.model_validate(
        {
            "case_id": case_id,
            "kind": CaseKind.ALERT,
            "account": "shop",
            "source": "alerts-of-shop",
            "status": CaseStatus.WORKING,
            "timeline": [TimelineEntry(number=1, at=NOW, text="alert received")],
            **facts,
        }
    )
    await store.cases.save_case(case)
    return case


async def ids(store: Store, **query: object) -> list[str]:
    return [case.case_id for case in await find_cases(store, now=NOW, **query)]  # type: ignore[arg-type]


async def test_the_nearest_deadline_comes_first(store: Store) -> None:
    """Whoever works from the top answers in time; cases without a deadline come last."""
    for name, hours in (("b", 5), ("a", 30), ("c", 1)):
        await keep(store, name, respond_by=NOW + timedelta(hours=hours))
    await keep(store, "never")
    assert await ids(store) == ["c", "b", "a", "never"]


async def test_due_within_finds_what_is_near_and_what_is_overdue(store: Store) -> None:
    """An answer that is late already is more urgent than any other."""
    for name, hours in (("late", -1), ("near", 5), ("far", 7)):
        await keep(store, name, respond_by=NOW + timedelta(hours=hours))
    assert await ids(store, due_within=timedelta(hours=6)) == ["late", "near"]


async def test_cases_are_narrowed_by_status_account_and_attention(store: Store) -> None:
    """Each condition leaves out the others."""
    await keep(store, "asks", status=CaseStatus.AWAITING_PERSON, attention="approve?")
    await keep(store, "works")
    await keep(store, "elsewhere", account="other")
    assert await ids(store, status=CaseStatus.AWAITING_PERSON) == ["asks"]
    assert await ids(store, attention_only=True) == ["asks"]
    assert await ids(store, account="other") == ["elsewhere"]
    assert await ids(store, kind=CaseKind.DISPUTE) == []


async def test_a_case_is_read_with_its_story(store: Store) -> None:
    """Everything that was kept comes back."""
    assert await read_case(store, (await keep(store, "a")).case_id) == await keep(store, "a")


async def test_an_unknown_case_is_said_to_be_unknown(store: Store) -> None:
    """A mistyped id is the reader's mistake."""
    with pytest.raises(BadInput, match=r"^There is no case nope\.$"):
        await read_case(store, "nope")


async def test_a_changed_refund_wakes_the_open_cases_of_its_charge(client: Client, store: Store) -> None:
    """Closed cases, other charges and cases that ended a moment ago are left alone."""
    started = []
    for _ in range(2):
        [case] = await start_alert(client, store, source(), Ethoca(), ethoca(fresh()), datetime.now(UTC))
        started.append(case.case_id)
    open_case, ended = started
    for case_id in started:
        await keep(store, case_id, charge_id="ch_1")
    await client.get_workflow_handle(ended).terminate()
    await keep(store, "closed", charge_id="ch_1", closed_at=NOW)
    await keep(store, "other", charge_id="ch_2")

    told = await refund_changed(client, store, account="shop", charge_id="ch_1", refund_id="re_1")

    assert told == (open_case,)
    history = await client.get_workflow_handle(open_case).fetch_history()
    signals = [
        event.workflow_execution_signaled_event_attributes.signal_name
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    ]
    assert signals == ["refund_changed"]
