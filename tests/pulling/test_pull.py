"""Alerts that are pulled: each is kept and has its case before the network hears that we have it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pulled_shops import Pulled, open_pulled, starter

from activities.pulling import PULL_FAILED
from chargebacks.errors import BadInput, NeedsOperator
from chargebacks.pulls import PulledAlert, TakenIn
from demo.stack import Stack
from networks.pulling import pull_interval
from operations.pulling import Change, PulledIntake, ensure_schedules, pull_now


@pytest.fixture
async def pulled(stack: Stack) -> Pulled:
    return await open_pulled(stack)


async def test_what_is_listed_gets_a_case_and_is_listed_no_more(pulled: Pulled) -> None:
    """More than a page of it, of both types; the next pull finds nothing."""
    ids = await pulled.raised(27) + await pulled.raised(1, type="CONFIRMEDFRAUD")

    report = await pulled.pull()

    assert report.pulled is not None
    assert (report.pulled.listed, report.pulled.new) == (28, 28)
    assert await pulled.cases() == sorted(ids)
    assert await pulled.unacknowledged() == []
    again = await pulled.pull()
    assert again.pulled is not None
    assert again.pulled.listed == 0


@pytest.mark.parametrize("action", ["500", "reset_before", "reset_after", "torn"])
async def test_a_lost_acknowledgement_repeats_and_doubles_nothing(pulled: Pulled, action: str) -> None:
    """The alert has its case whatever became of the acknowledgement; it is listed and acknowledged again."""
    [alert] = await pulled.raised()
    await pulled.fault(action, match="/acknowledges", nth=1)

    report = await pulled.pull()

    assert report.failed is None
    assert await pulled.cases() == [alert]
    assert await pulled.unacknowledged() == []


async def test_nothing_is_acknowledged_before_it_is_kept(pulled: Pulled) -> None:
    """As long as the network takes no acknowledgement it lists the alert, which has been kept and has its case."""
    [alert] = await pulled.raised()
    await pulled.fault("401", match="/acknowledges")

    report = await pulled.pull()

    assert report.failed is not None
    assert await pulled.unacknowledged() == [alert]
    assert await pulled.cases() == [alert]
    await pulled.stack.networks_control.delete("/_networks/faults")
    later = await pulled.pull()
    assert later.pulled is not None
    assert (later.pulled.known, later.pulled.new) == (1, 0)
    assert await pulled.unacknowledged() == []


async def test_what_means_nothing_to_us_is_kept_with_the_reason(pulled: Pulled) -> None:
    """It is acknowledged all the same, or it would stand before every alert that follows; a person can read it."""
    intake = PulledIntake(pulled.stack.client, pulled.stack.store)
    alert = PulledAlert(
        id="B" * 25, body=b'{"alertId": "BBBBBBBBBBBBBBBBBBBBBBBBB", "alertType": "CONFIRMEDFRAUD"}'
    )

    first = await intake.take(pulled.source.name, alert, received_at=datetime.now(UTC))
    second = await intake.take(pulled.source.name, alert, received_at=datetime.now(UTC))

    assert (first, second) == (TakenIn.REFUSED, TakenIn.REFUSED)
    kept = [one for one in await pulled.stack.store.inbox.refused() if one.source == pulled.source.name]
    assert [one.provider_message_id for one in kept] == ["B" * 25]
    assert kept[0].body == alert.body


async def test_a_source_that_cannot_be_asked_is_told_of(pulled: Pulled) -> None:
    """One notice however often it fails; the next pull that succeeds takes it back."""
    await pulled.reconnect(signing_key="not a key")
    await pulled.pull()
    report = await pulled.pull()
    assert report.failed is not None
    [notice] = await pulled.notices()
    assert (notice.kind, "signing_key" in notice.text) == (PULL_FAILED, True)

    await pulled.reconnect()
    assert (await pulled.pull()).failed is None
    assert await pulled.notices() == []


async def test_the_schedules_follow_the_connections(pulled: Pulled) -> None:
    """Made, then kept, changed with the option, left paused by whoever paused it, and removed with the wish."""
    client, store = pulled.stack.client, pulled.stack.store
    mine = f"pull/{pulled.source.name}"

    async def change() -> Change | None:
        return {state.id: state.change for state in await ensure_schedules(client, store)}.get(mine)

    assert await change() is Change.MADE
    assert await change() is Change.KEPT
    handle = client.get_schedule_handle(mine)
    await handle.pause(note="holidays")
    await pulled.options(pull_every="15")
    assert await change() is Change.CHANGED
    described = (await handle.describe()).schedule
    assert (described.state.paused, described.state.note) == (True, "holidays")
    assert described.spec.intervals[0].every == timedelta(minutes=15)
    assert await change() is Change.KEPT
    await pulled.options(pull_every="never")
    while await change() is not Change.REMOVED:  # Temporal lists a new schedule with a delay
        await asyncio.sleep(0.1)
    assert await change() is None


async def test_the_schedule_pulls_by_itself(pulled: Pulled) -> None:
    """Nobody asks; the alert has its case."""
    client, store = pulled.stack.client, pulled.stack.store
    [alert] = await pulled.raised()
    await ensure_schedules(client, store)
    handle = client.get_schedule_handle(f"pull/{pulled.source.name}")
    await handle.trigger()
    async with asyncio.timeout(30):
        while await pulled.cases() != [alert]:
            await asyncio.sleep(0.05)
    await handle.delete()


async def test_a_source_that_sends_by_itself_is_not_pulled(stack: Stack) -> None:
    """Asked for by hand, it says so."""
    with pytest.raises(BadInput, match="not pulled"):
        await pull_now(stack.client, stack.store, "chargebackhit-shop")
    with pytest.raises(NeedsOperator, match="nobody"):
        await pull_now(stack.client, stack.store, "nobody")


async def test_how_often_a_source_is_asked(pulled: Pulled) -> None:
    """Every five minutes where pushes could not be proven, never where they can, and as the option says."""

    def every(*secrets: str, **options: str) -> timedelta | None:
        given = {**pulled.source.secrets, **dict.fromkeys(secrets, pulled.source.secrets["consumer_key"])}
        return pull_interval(pulled.source.model_copy(update={"secrets": given, "options": options}))

    assert every() == timedelta(minutes=5)
    assert every("push_username") is None
    assert every("proxy_secret") is None
    assert every("proxy_secret", pull_every="60") == timedelta(hours=1)
    assert every(pull_every="never") is None
    for wrong in ("0", "61", "-5", "soon", "1.5", "٣", ""):
        with pytest.raises(BadInput, match="pull_every"):
            every(pull_every=wrong)


async def test_the_commands_say_what_they_did(pulled: Pulled) -> None:
    """One line for each schedule; one for a pull, with the reason when there was none."""
    await pulled.raised(2)
    code, said = await starter(pulled.stack, "pull", "--source", pulled.source.name)
    assert (code, said) == (
        0,
        f"{pulled.source.name}  2 listed: 2 with a new case, 0 known, 0 refused, 0 waiting\n",
    )
    code, said = await starter(pulled.stack, "schedules")
    assert code == 0
    assert f"pull/{pulled.source.name}  made, every 5 min\n" in said
    assert f"sync/{pulled.shop.name}  made, every 6 h 0 min\n" in said
    await pulled.reconnect(signing_key="not a key")
    code, said = await starter(pulled.stack, "pull", "--source", pulled.source.name)
    assert code == 1
    assert "signing_key" in said
