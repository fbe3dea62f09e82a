"""What ends with a refund: exactly the subscriptions that the policy names, however they stand at Stripe."""

from collections.abc import AsyncIterator

import pytest
from sellers import Seller
from shops import POLICY
from stories import Stories, Telling

from chargebacks.contracts import CaseStatus
from demo.stack import Stack, post
from demo.world import hours_ago
from operations.decide import resume

told = Stories()


def ending(rules: str) -> str:
    return f"{POLICY}\n[subscription]\n{rules}\n"


async def another_subscription(seller: Seller, customer: str | None) -> str:
    body = {"account": seller.account, "amount": 900, "currency": "usd", "customer": customer}
    made = await post(seller.stack.stripe_control, "/_sandbox/subscriptions", body)
    return str(made["subscription"]["id"])


@told.story
async def a_subscription_with_a_schedule(seller: Seller) -> None:
    """The schedule is released first, or it would go on with its next phase."""
    charge, subscription = await seller.subscribe()
    schedule = await seller.dashboard("POST", "/v1/subscription_schedules", from_subscription=subscription)
    one = await seller.told_of("chargebackhit", charge)
    await seller.closed(one)
    after = await seller.dashboard("GET", f"/v1/subscription_schedules/{schedule['id']}")
    assert (after["status"], await seller.subscription_status(subscription)) == ("released", "canceled")


@told.story
async def a_subscription_that_ended_already(seller: Seller) -> None:
    """The customer was faster: nothing to do, nobody to trouble."""
    charge, subscription = await seller.subscribe()
    await seller.dashboard("DELETE", f"/v1/subscriptions/{subscription}")
    one = await seller.told_of("chargebackhit", charge)
    case = await seller.closed(one)
    assert (await seller.heard(one), case.attention) == (["reversed"], None)


@told.story
async def a_customer_that_was_deleted(seller: Seller) -> None:
    """Deleting a customer ends their subscriptions; the refund goes through all the same."""
    charge, subscription = await seller.subscribe()
    await seller.dashboard("DELETE", f"/v1/customers/{charge.customer}")
    one = await seller.told_of("chargebackhit", charge)
    case = await seller.closed(one)
    assert (await seller.moved(charge), case.attention) == ((1, 1599), None)
    assert await seller.subscription_status(subscription) == "canceled"


@told.story
async def a_subscription_that_was_to_end_with_its_period(seller: Seller) -> None:
    """Now means now."""
    charge, subscription = await seller.subscribe()
    await seller.dashboard("POST", f"/v1/subscriptions/{subscription}", cancel_at_period_end="true")
    one = await seller.told_of("chargebackhit", charge)
    await seller.closed(one)
    assert await seller.subscription_status(subscription) == "canceled"


@told.under(ending('moment = "period_end"'))
async def a_subscription_that_may_run_out(seller: Seller) -> None:
    """It stays until its paid period is over, and is not renewed."""
    charge, subscription = await seller.subscribe()
    one = await seller.told_of("chargebackhit", charge)
    await seller.closed(one)
    after = await seller.dashboard("GET", f"/v1/subscriptions/{subscription}")
    assert (after["status"], after["cancel_at_period_end"]) == ("active", True)


@told.under(ending('never_cancel = ["plan=team"]'))
async def a_subscription_that_is_never_cancelled(seller: Seller) -> None:
    """The refund is made, the contract stays."""
    charge, subscription = await seller.subscribe(subscription_metadata={"plan": "team"})
    one = await seller.told_of("chargebackhit", charge)
    case = await seller.closed(one)
    assert await seller.moved(charge) == (1, 1599)
    assert (await seller.subscription_status(subscription), case.subscriptions) == ("active", ())


@told.under(ending('scope = "all"\nnever_cancel = ["plan=team"]'))
async def every_subscription_but_one(seller: Seller) -> None:
    """All of this customer's end, except those on the list; nobody else's do."""
    charge, first = await seller.subscribe()
    second = await another_subscription(seller, charge.customer)
    strangers = await another_subscription(seller, None)
    _, kept = await seller.subscribe(customer=charge.customer, subscription_metadata={"plan": "team"})
    one = await seller.told_of("chargebackhit", charge)
    await seller.closed(one)
    states = [await seller.subscription_status(each) for each in (first, second, kept, strangers)]
    assert states == ["canceled", "canceled", "active", "active"]


@told.under(ending('scope = "all"'))
async def a_single_sale_of_a_subscriber(seller: Seller) -> None:
    """Where all are to end, they end also when the disputed charge was not theirs."""
    subscribed, subscription = await seller.subscribe()
    charge = await seller.sell(customer=subscribed.customer)
    one = await seller.told_of("chargebackhit", charge)
    await seller.closed(one)
    assert await seller.subscription_status(subscription) == "canceled"


@told.story
async def a_single_sale_with_linked_scope(seller: Seller) -> None:
    """Where only the linked one is to end, a single sale ends nothing."""
    subscribed, subscription = await seller.subscribe()
    charge = await seller.sell(customer=subscribed.customer)
    one = await seller.told_of("chargebackhit", charge)
    await seller.closed(one)
    assert await seller.moved(charge) == (1, 4999)
    assert await seller.subscription_status(subscription) == "active"


@told.under(ending('scope = "none"'))
async def nothing_is_to_end(seller: Seller) -> None:
    """The refund is all."""
    charge, subscription = await seller.subscribe()
    one = await seller.told_of("chargebackhit", charge)
    await seller.closed(one)
    assert await seller.subscription_status(subscription) == "active"


@told.story
async def a_subscription_that_cannot_be_cancelled(seller: Seller) -> None:
    """The key may not: the source hears of the refund at once, then a person is asked; one repair later it is done."""
    charge, subscription = await seller.subscribe()
    everything_else = ["charge_write", "dispute_read", "invoice_read", "subscription_read", "customer_read"]
    await let(seller, everything_else)
    one = await seller.told_of("chargebackhit", charge)
    held = await seller.status(one, CaseStatus.NEEDS_ATTENTION)
    assert held.outcome_sent_at is not None
    assert "subscription_write" in (held.attention or "")
    assert (await seller.moved(charge), await seller.heard(one)) == ((1, 1599), ["reversed"])
    await let(seller, None)
    await resume(seller.stack.client, one.case, by="olaf", note="granted")
    case = await seller.closed(one)
    assert (await seller.subscription_status(subscription), case.attention) == ("canceled", None)
    assert await seller.moved(charge) == (1, 1599)


@told.story
async def a_renewal_is_refunded_and_the_subscription_ends(seller: Seller) -> None:
    """The alert is about the second payment: that one goes back, the first stays, the subscription ends."""
    first, subscription = await seller.subscribe(created=hours_ago(33 * 24))
    made = await post(
        seller.stack.stripe_control,
        f"/_sandbox/subscriptions/{subscription}/renew",
        {"created": hours_ago(3 * 24)},
    )
    renewal = await seller.know(made["charge"]["id"])
    one = await seller.told_of("chargebackhit", renewal)
    await seller.closed(one)
    assert (await seller.moved(first), await seller.moved(renewal)) == ((0, 0), (1, 1599))
    assert await seller.subscription_status(subscription) == "canceled"


async def let(seller: Seller, scopes: list[str] | None) -> None:
    """What the seller's key may do; None: everything."""
    body = {"key": seller.key, "account": seller.account} | ({"scopes": scopes} if scopes else {})
    await post(seller.stack.stripe_control, "/_sandbox/keys", body)


@pytest.fixture(scope="module")
async def telling(live: Stack) -> AsyncIterator[Telling]:
    async with told.beginning(live) as telling:
        yield telling


@pytest.mark.parametrize("story", told.names)
async def test_what_ends(telling: Telling, story: str) -> None:
    """Each story above, with real parts."""
    await telling[story]
