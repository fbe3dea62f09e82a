"""The sync's later parts: charges that no event told of, and senders that have gone quiet."""

import itertools
from datetime import UTC, datetime, timedelta

from reading_shops import Reading, ago

from activities.watching import NO_EVENTS
from chargebacks.contracts import CASES_QUEUE
from store import InboxMessage, Notice, events_of
from workflows.sync import SyncReport, SyncRequest, SyncWorkflow

_numbers = itertools.count(1)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


async def synced(shop: Reading) -> SyncReport:
    return await shop.stack.client.execute_workflow(
        SyncWorkflow.run,
        SyncRequest(account=shop.name),
        id=f"sync-{shop.name}-{next(_numbers)}",
        task_queue=CASES_QUEUE,
    )


async def received(shop: Reading, source: str, *moments: datetime) -> None:
    """Messages that came then, delivered long ago."""
    for moment in moments:
        number, _new = await shop.stack.store.inbox.accept(
            InboxMessage(
                source=source,
                provider_message_id=f"message-{next(_numbers)}",
                body=b"{}",
                received_at=moment,
                account=shop.name,
            )
        )
        await shop.stack.store.inbox.mark_done(number, at=moment)


async def notices(shop: Reading, subject: str) -> list[Notice]:
    return [one for one in await shop.stack.store.notices.open() if one.subject == subject]


async def test_charges_that_no_event_told_of_are_indexed(shop: Reading) -> None:
    """The last two days at first, and ever after what was made since the last pass; older ones are the filling's."""
    await shop.sold(0.5, 1.5, 5)
    first = await synced(shop)
    assert first.failed == {}
    assert (first.found["charges"].seen, first.found["charges"].new) == (2, 2)

    await shop.sold(0.01)
    second = await synced(shop)

    assert (second.found["charges"].seen, second.found["charges"].new) == (1, 1)
    assert await shop.indexed() == 3


async def test_a_long_absence_is_made_up_for_day_by_day(shop: Reading) -> None:
    """From where the last pass came to; a failure on the way loses nothing of the days before it."""
    await shop.stack.store.sync.advance(shop.name, "charges", ago(5))
    await shop.sold(*(day + 0.5 for day in range(5)))
    await shop.shop.fault("GET", "^/v1/charges$", "403", nth=4)

    stopped = await synced(shop)

    assert set(stopped.failed) == {"charges"}
    assert await shop.indexed() == 3
    mark = await shop.stack.store.sync.mark(shop.name, "charges")
    assert mark is not None
    assert ago(2.1) < mark < ago(1.9)
    assert (await synced(shop)).found["charges"].seen == 2
    assert await shop.indexed() == 5


async def test_a_webhook_gone_quiet_is_told_of_until_something_comes(shop: Reading) -> None:
    """Usual hours of six weeks, and then nothing for eight hours; one notice, taken back by the next event."""
    now, source = datetime.now(UTC), events_of(shop.name)
    for week in range(6):
        quarters = (now - week * WEEK - quarter * HOUR / 4 for quarter in range(96))
        await received(shop, source, *(at for at in quarters if at < now - 8 * HOUR))

    first, second = await synced(shop), await synced(shop)

    assert (first.found["senders gone quiet"].new, second.found["senders gone quiet"].new) == (1, 0)
    [notice] = await notices(shop, f"account {shop.name}")
    assert notice.kind == NO_EVENTS
    assert "5 times before, at least 2" in notice.text
    assert "endpoint is enabled" in notice.text
    await received(shop, source, datetime.now(UTC))
    await synced(shop)
    assert await notices(shop, f"account {shop.name}") == []


async def test_every_sender_is_watched_by_itself(shop: Reading) -> None:
    """Stripe's events go on; the alert source that used to be busy is the one that is named."""
    now, alerts = datetime.now(UTC), f"chargebackhit-{shop.name}"
    for week in range(6):
        hours = [now - week * WEEK - quarter * HOUR / 4 for quarter in range(96)]
        await received(shop, events_of(shop.name), *hours)
        await received(shop, alerts, *(at for at in hours if at < now - 12 * HOUR))

    report = await synced(shop)

    assert (report.found["senders gone quiet"].seen, report.found["senders gone quiet"].new) == (2, 1)
    assert [one.kind for one in await notices(shop, f"source {alerts}")] == [NO_EVENTS]
    assert await notices(shop, f"account {shop.name}") == []
