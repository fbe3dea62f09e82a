"""The inbox as a relay works it off: fair between accounts, urgent first, nobody twice at once, nothing lost."""

import asyncio
from datetime import timedelta

from store_values import NOW

from store import InboxMessage, MessageKind, Store, events_of

LEASE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)


def message(name: str, *, account: str = "shop", due: int = 0) -> InboxMessage:
    return InboxMessage(
        source=f"network-{account}",
        provider_message_id=name,
        body=name.encode(),
        received_at=NOW,
        account=account,
        due_at=NOW + timedelta(minutes=due),
    )


async def claimed(store: Store, *, limit: int = 100, now=NOW) -> list[str]:
    taken = await store.inbox.claim(now=now, lease=LEASE, limit=limit)
    return [one.provider_message_id for one in taken]


async def test_what_is_due_sooner_is_delivered_sooner(store: Store) -> None:
    """In whatever order it came in."""
    for name, due in (("later", 60), ("soon", 5), ("between", 30)):
        await store.inbox.accept(message(name, due=due))
    assert await claimed(store) == ["soon", "between", "later"]


async def test_a_burst_for_one_account_leaves_the_others_their_turn(store: Store) -> None:
    """Each account in turn, although every message of the burst is due before the single one."""
    for number in range(10):
        await store.inbox.accept(message(f"burst-{number}", account="loud"))
    await store.inbox.accept(message("single", account="quiet", due=600))
    assert await claimed(store, limit=2) == ["burst-0", "single"]


async def test_two_relays_do_not_take_the_same_message(store: Store) -> None:
    """Every message goes to one of them."""
    for number in range(20):
        await store.inbox.accept(message(f"{number}"))
    shares = await asyncio.gather(*(claimed(store, limit=7) for _ in range(4)))
    assert sorted(name for share in shares for name in share) == sorted(str(number) for number in range(20))


async def test_what_a_dead_relay_had_taken_is_taken_again(store: Store) -> None:
    """Once its lease is over, and not before."""
    await store.inbox.accept(message("1"))
    assert await claimed(store) == ["1"]
    assert await claimed(store, now=NOW + LEASE / 2) == []
    assert await claimed(store, now=NOW + LEASE) == ["1"]


async def test_a_failed_delivery_waits_for_its_next_try(store: Store) -> None:
    """It says why it failed meanwhile, and how often."""
    number, _ = await store.inbox.accept(message("1"))
    await claimed(store)
    await store.inbox.mark_failed(number, next_try_at=LATER, error="Temporal is away")
    assert await claimed(store, now=LATER - LEASE) == []
    [waiting] = await store.inbox.pending()
    assert (waiting.last_error, waiting.attempts) == ("Temporal is away", 1)
    assert (await store.inbox.waiting()).failing == 1
    assert await claimed(store, now=LATER) == ["1"]


async def test_what_is_done_or_refused_is_not_delivered(store: Store) -> None:
    """With a case or without one."""
    numbers = [(await store.inbox.accept(message(name)))[0] for name in ("case", "no case", "refused")]
    await store.inbox.mark_done(numbers[0], at=NOW, case_id="alert/network/1")
    await store.inbox.mark_done(numbers[1], at=NOW)
    await store.inbox.refuse(numbers[2], "unknown_account: gone")
    assert await claimed(store) == []
    assert (await store.inbox.waiting()).messages == 0
    assert [kept.refused_reason for kept in await store.inbox.refused()] == ["unknown_account: gone"]


async def test_how_much_waits_and_since_when(store: Store) -> None:
    """For the health check and the metrics."""
    assert (await store.inbox.waiting()).oldest is None
    await store.inbox.accept(message("1"))
    late = message("2").model_copy(update={"received_at": LATER})
    await store.inbox.accept(late)
    waiting = await store.inbox.waiting()
    assert (waiting.messages, waiting.oldest, waiting.failing) == (2, NOW, 0)


async def test_when_a_source_was_heard_of_last(store: Store) -> None:
    """A refused message is a sign of life, too; another source's is not."""
    assert await store.inbox.last_received("network-shop") is None
    await store.inbox.accept(message("1"))
    refused = message("2").model_copy(update={"received_at": LATER, "refused_reason": "unparseable: no"})
    await store.inbox.accept(refused)
    await store.inbox.accept(message("3", account="other"))
    assert await store.inbox.last_received("network-shop") == LATER


async def test_stripe_events_are_told_from_alerts(store: Store) -> None:
    """By their source, which no alert source can be called."""
    event = message("evt_1").model_copy(update={"source": events_of("shop")})
    await store.inbox.accept(event)
    await store.inbox.accept(message("1"))
    kinds = {kept.provider_message_id: kept.kind for kept in await store.inbox.pending()}
    assert kinds == {"evt_1": MessageKind.STRIPE_EVENT, "1": MessageKind.ALERT}
