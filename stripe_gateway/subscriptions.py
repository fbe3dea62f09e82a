"""Subscriptions: which one a charge paid for, which ones still run, and ending them."""

from datetime import UTC, datetime
from urllib.parse import quote

from chargebacks.charge_index import LinkPage
from chargebacks.charges import ChargeSnapshot, SubscriptionSnapshot
from chargebacks.errors import Refused
from stripe_gateway.charges import created_filter, reading_now
from stripe_gateway.clients import AccountClient
from stripe_gateway.conversion import ENDED, subscription_link, subscription_snapshot


async def behind(client: AccountClient, charge: ChargeSnapshot) -> SubscriptionSnapshot | None:
    """The subscription that the charge paid for. Among several (one payment can pay several invoices) one that
    still runs goes first. A charge without a payment intent predates 2019 and has no link that could be followed
    (https://docs.stripe.com/api/invoice-payment/object#invoice_payment_object-payment-payment_intent)."""
    if charge.subscription_known:
        ids = [charge.subscription] if charge.subscription else []
    else:
        ids = await _linked(client, charge.payment_intent)
    live = {one.id: one for one in charge.live_subscriptions or ()}
    found = [live[id] for id in ids if id in live]
    return found[0] if found else await _first_running(client, ids)


async def _linked(client: AccountClient, payment_intent: str | None) -> list[str]:
    if payment_intent is None:
        return []
    query = {
        "payment": {"type": "payment_intent", "payment_intent": payment_intent},
        "expand": ["data.invoice"],
    }
    reading = reading_now(client)
    links = [subscription_link(one, reading) async for one in client.items("/v1/invoice_payments", query)]
    return list(dict.fromkeys(link.subscription for link in links if link.subscription))


async def _first_running(client: AccountClient, ids: list[str]) -> SubscriptionSnapshot | None:
    found: SubscriptionSnapshot | None = None
    for id in ids:
        found = await read(client, id)
        if found.status not in ENDED:
            break
    return found


async def links_page(
    client: AccountClient, *, since: datetime, until: datetime, after: str | None
) -> LinkPage:
    """One page of the paid invoice payments made in [since, until), newest first, after this one."""
    query = {
        "created": created_filter(since=since, until=until),
        "status": "paid",
        "expand": ["data.invoice"],
    }
    reading = reading_now(client)
    listed = await client.page("/v1/invoice_payments", query, after)
    links = [subscription_link(one, reading) for one in listed.items]
    pairs = ((link.payment_intent, link.subscription) for link in links)
    return LinkPage(
        links=tuple((intent, found) for intent, found in pairs if intent is not None and found is not None),
        oldest=datetime.fromtimestamp(listed.items[-1]["created"], UTC) if listed.items else None,
        after=listed.after,
    )


async def running(client: AccountClient, customer: str) -> tuple[SubscriptionSnapshot, ...]:
    """Stripe leaves out cancelled ones by itself, but not expired ones."""
    reading = reading_now(client)
    found = [one async for one in client.items("/v1/subscriptions", {"customer": customer})]
    subscriptions = [subscription_snapshot(one, reading) for one in found]
    return tuple(one for one in subscriptions if one.status not in ENDED)


async def read(client: AccountClient, id: str) -> SubscriptionSnapshot:
    reading = reading_now(client)
    return subscription_snapshot(await client.get(_path(id)), reading)


async def cancel(
    client: AccountClient, subscription: SubscriptionSnapshot, *, at_period_end: bool, case_id: str
) -> None:
    """End it now without a last invoice or proration, or at the end of the paid period.

    Whatever is refused on the way is success if the subscription turns out to end as asked. Repeating does no
    harm, so no stored answer may stand in the way: no key of ours.
    """
    if _ends(subscription, at_period_end=at_period_end):
        return
    try:
        if subscription.schedule is not None:
            await _release(client, subscription)
        if at_period_end:
            body = {"cancel_at_period_end": True, "cancellation_details": _details(case_id)}
            await client.post(_path(subscription.id), body)
        else:
            await _cancel_now(client, subscription.id, case_id=case_id)
    except Refused:
        if not _ends(await read(client, subscription.id), at_period_end=at_period_end):
            raise


async def _release(client: AccountClient, subscription: SubscriptionSnapshot) -> None:
    """A schedule would start its next phase; cancelling the schedule itself would invoice and prorate by default
    (https://docs.stripe.com/api/subscription_schedules/cancel), releasing it leaves the subscription alone.
    A schedule that an earlier attempt has released is refused; the subscription no longer names it then."""
    assert subscription.schedule is not None
    try:
        await client.post(f"/v1/subscription_schedules/{quote(subscription.schedule, safe='')}/release")
    except Refused:
        if (await read(client, subscription.id)).schedule is not None:
            raise


async def _cancel_now(client: AccountClient, id: str, *, case_id: str) -> None:
    """The parameters of a DELETE travel in the URL, which proxies log: nothing about a person may be in them."""
    query = {"invoice_now": False, "prorate": False, "cancellation_details": _details(case_id)}
    await client.delete(_path(id), query)


def _details(case_id: str) -> dict[str, str]:
    return {"comment": f"Chargeback case {case_id}"}


def _ends(subscription: SubscriptionSnapshot, *, at_period_end: bool) -> bool:
    return subscription.status in ENDED or (at_period_end and subscription.cancel_at_period_end)


def _path(id: str) -> str:
    return f"/v1/subscriptions/{quote(id, safe='')}"
