"""Subscription schedules: they take a subscription over, let it go, or cancel it with their own defaults."""

from typing import Any

from billing_shop import BillingShop
from sandbox_clients import refusal


def scheduled(shop: BillingShop) -> tuple[Any, Any]:
    subscription = shop.subscribe()
    return subscription, shop.v1.subscription_schedules.create({"from_subscription": subscription.id})


def test_a_schedule_takes_over_a_subscription(shop: BillingShop) -> None:
    """The schedule starts active with the current period as its phase; the subscription names it."""
    subscription, schedule = scheduled(shop)
    read: Any = shop.v1.subscriptions.retrieve(subscription.id, {"expand": ["schedule"]})
    assert (schedule.status, schedule.subscription) == ("active", subscription.id)
    assert read.schedule.id == schedule.id
    assert schedule.phases[0].end_date == read["items"].data[0].current_period_end


def test_one_schedule_at_a_time(shop: BillingShop) -> None:
    """A subscription with a schedule takes no second one."""
    subscription, schedule = scheduled(shop)
    error = refusal(shop.v1.subscription_schedules.create, {"from_subscription": subscription.id})
    assert error.http_status == 400
    assert schedule.id in str(error)


def test_a_schedule_guards_the_end(shop: BillingShop) -> None:
    """The end of a scheduled subscription cannot be changed past its schedule."""
    subscription, schedule = scheduled(shop)
    error = refusal(shop.v1.subscriptions.update, subscription.id, {"cancel_at_period_end": True})
    assert error.http_status == 400
    assert f"managed by the subscription schedule `{schedule.id}`" in str(error)


def test_releasing_a_schedule(shop: BillingShop) -> None:
    """A released schedule lets go of the subscription, which runs on and can be ended."""
    subscription, schedule = scheduled(shop)
    released = shop.v1.subscription_schedules.release(schedule.id)
    assert (released.status, released.subscription, released.released_subscription) == (
        "released",
        None,
        subscription.id,
    )
    ending = shop.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert (ending.status, ending.schedule, ending.cancel_at_period_end) == ("active", None, True)


def test_releasing_twice_is_refused(shop: BillingShop) -> None:
    """What was released cannot be released or cancelled again."""
    _, schedule = scheduled(shop)
    shop.v1.subscription_schedules.release(schedule.id)
    for act in (shop.v1.subscription_schedules.release, shop.v1.subscription_schedules.cancel):
        assert "`released` status" in str(refusal(act, schedule.id))


def test_cancelling_a_schedule_invoices_and_prorates(shop: BillingShop) -> None:
    """Unlike a subscription's own cancellation, a schedule's makes a last invoice unless told not to."""
    subscription, schedule = scheduled(shop)
    assert shop.v1.subscription_schedules.cancel(schedule.id).status == "canceled"
    assert shop.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert [reason for reason, _ in shop.bills(subscription)] == [
        "subscription_create",
        "subscription_update",
    ]


def test_cancelling_a_schedule_quietly(shop: BillingShop) -> None:
    """With both switched off, cancelling a schedule leaves no further invoice."""
    subscription, schedule = scheduled(shop)
    shop.v1.subscription_schedules.cancel(schedule.id, {"invoice_now": False, "prorate": False})
    assert shop.bills(subscription) == [("subscription_create", 1999)]


def test_cancelling_the_subscription_ends_its_schedule(shop: BillingShop) -> None:
    """A cancelled subscription takes its schedule with it."""
    subscription, schedule = scheduled(shop)
    shop.v1.subscriptions.cancel(subscription.id)
    assert shop.v1.subscription_schedules.retrieve(schedule.id).status == "canceled"
