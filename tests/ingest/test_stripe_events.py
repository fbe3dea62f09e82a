"""What Stripe sends reaches the cases it concerns: once, in whatever order and number it comes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from ingest_parts import HeardShop, Service, event, event_headers
from merchants import ACTING
from pydantic import SecretStr
from shops import open_shop
from waiting import eventually

from chargebacks.contracts import CaseFile, CaseKind, CaseStatus
from demo.stack import listen, post
from runtime.connections import SourceSettings
from store import StoredMessage, events_of


async def secret_of(heard: HeardShop) -> str:
    [newest, *_] = await heard.shop.stack.store.webhooks.of(heard.name)
    return newest.secret.get_secret_value()


async def cases(heard: HeardShop) -> list[CaseFile]:
    return list(await heard.shop.stack.store.cases.list_cases(account=heard.name))


async def deliveries(heard: HeardShop) -> list[dict[str, Any]]:
    answer = await heard.shop.stack.stripe_control.get(
        "/_sandbox/webhooks/deliveries", params={"endpoint": heard.endpoint}
    )
    found: list[dict[str, Any]] = answer.raise_for_status().json()["deliveries"]
    return found


async def waiting_for(heard: HeardShop) -> list[StoredMessage]:
    pending = await heard.shop.stack.store.inbox.pending(limit=10_000)
    return [message for message in pending if message.account == heard.name]


async def all_worked_off(heard: HeardShop) -> bool:
    sent = await deliveries(heard)
    return all(one["status"] == "succeeded" for one in sent) and not await waiting_for(heard)


async def sold(heard: HeardShop, **fields: Any) -> str:
    body = {"account": heard.shop.account, "events": True, "charges": [{"amount": 4999, **fields}]}
    made: Any = await post(heard.shop.stack.stripe_control, "/_sandbox/charges", body)
    return str(made["charges"][0]["id"])


def due_in(days: float) -> int:
    return int((datetime.now(UTC) + timedelta(days=days)).timestamp())


async def test_a_charge_enters_the_index_and_a_dispute_of_it_gets_a_case(heard: HeardShop) -> None:
    """From Stripe's own deliveries; nobody starts anything by hand."""
    charge = await sold(heard)
    store = heard.shop.stack.store

    async def known() -> bool:
        return await store.charges.count(heard.name) == 1

    assert await eventually(known)
    dispute = await heard.shop.disputed(charge, due_by=due_in(9), reason="product_not_received")

    async def case() -> CaseFile | None:
        return await store.cases.case_file(f"dispute/{heard.name}/{dispute}")

    found = await eventually(case)
    assert found.kind is CaseKind.DISPUTE
    assert await eventually(lambda: all_worked_off(heard))
    assert len(await cases(heard)) == 1


async def test_events_twice_and_in_the_wrong_order_lead_to_one_case(heard: HeardShop) -> None:
    """Each is kept once; the case reads the dispute itself."""
    shop = heard.shop
    control = shop.stack.stripe_control
    await post(control, "/_sandbox/webhooks/settings", {"duplicate": True, "reorder": True})
    try:
        dispute = await shop.disputed(await sold(heard), due_by=due_in(9), reason="fraudulent")
        await post(control, f"/_sandbox/disputes/{dispute}/decide", {"status": "lost"})
        assert await eventually(lambda: all_worked_off(heard))
    finally:
        await post(control, "/_sandbox/webhooks/settings", {"duplicate": False, "reorder": False})
    sent = await deliveries(heard)
    assert all(len(one["attempts"]) == 2 for one in sent)

    async def lost() -> bool:
        [case] = await cases(heard)
        return case.case_id.endswith(dispute) and case.status in (
            CaseStatus.WATCHING_VERDICT,
            CaseStatus.CLOSED,
        )

    assert await eventually(lost)


async def test_a_refund_that_settles_is_told_to_the_case_that_waits(service: Service) -> None:
    """`refund.updated` wakes the alert's case, which reads the refund and then reports it."""
    shop = await open_shop(service.stack, "heard-refunds")
    heard = HeardShop(shop=shop, endpoint=await listen(service.stack, shop.name, service.url))
    await post(shop.stack.stripe_control, "/_sandbox/settings", {"refund_settles_after": 3600})
    try:
        charge = await shop.know(await sold(heard, last4="4242"))
        case_id, alert_id = await shop.alert(charge)

        async def refund() -> str | None:
            refunds = (await shop.ledger(charge.id))["refunds"]
            return str(refunds[0]) if refunds else None

        made = await eventually(refund)
        await post(shop.stack.stripe_control, f"/_sandbox/refunds/{made}/settle", {})
    finally:
        await post(shop.stack.stripe_control, "/_sandbox/settings", {"refund_settles_after": 0})
    [told] = await eventually(lambda: shop.told(alert_id))
    assert told["accepted"]
    assert (await shop.ledger(charge.id))["refunded"] == 4999
    assert await eventually(lambda: all_worked_off(heard))
    case = await shop.stack.store.cases.case_file(case_id)
    assert case is not None


async def test_an_early_fraud_warning_starts_an_alert_case(service: Service) -> None:
    """Through the account's source for them, as an import finds it; the dispute is prevented by a refund."""
    shop = await open_shop(service.stack, "heard-warnings", policy=ACTING)
    heard = HeardShop(shop=shop, endpoint=await listen(service.stack, shop.name, service.url))
    await service.stack.store.sources.connect_source(
        SourceSettings(
            name="warnings-heard",
            kind="stripe_efw",
            account=shop.name,
            base_url=service.stack.environment["STRIPE_API_BASE"],
            secrets={"webhook_secret": SecretStr("whsec_unused")},
        )
    )
    charge = await shop.know(await sold(heard))
    made = await post(shop.stack.stripe_control, "/_sandbox/early_fraud_warnings", {"charge": charge.id})

    async def refunded() -> bool:
        return bool((await shop.ledger(charge.id))["refunded"] == 4999)

    assert await eventually(refunded)
    [case] = await cases(heard)
    assert case.case_id == f"alert/warnings-heard/{made['id']}"


async def test_a_subscription_ended_by_hand_lets_its_case_go_on(service: Service) -> None:
    """The case could not end it and asks a person; who ends it in the Dashboard need not tell us."""
    shop = await open_shop(service.stack, "heard-subscriptions")
    heard = HeardShop(shop=shop, endpoint=await listen(service.stack, shop.name, service.url))
    charge_id, subscription = await shop.subscribed(4999)
    for attempt in (1, 2):
        await shop.fault("DELETE", "^/v1/subscriptions/", "403", nth=attempt)
    case_id, _alert = await shop.alert(await shop.know(charge_id))

    async def stands(status: CaseStatus) -> bool:
        case = await shop.stack.store.cases.case_file(case_id)
        return case is not None and case.status is status

    assert await eventually(lambda: stands(CaseStatus.NEEDS_ATTENTION))
    by_hand = await shop.stack.stripe_control.delete(
        f"/v1/subscriptions/{subscription}",
        headers={"Authorization": f"Bearer sk_test_sandbox_{shop.name}"},
    )
    by_hand.raise_for_status()
    assert await eventually(lambda: stands(CaseStatus.CLOSED))
    assert (await shop.ledger(charge_id))["refunded"] == 4999
    assert await eventually(lambda: all_worked_off(heard))


async def test_a_review_of_a_disputed_payment_is_gathered(heard: HeardShop) -> None:
    """What staff and Radar know of the buyer comes into the evidence while it can still be filed."""
    shop, charge = heard.shop, await sold(heard)
    dispute = await shop.disputed(charge, due_by=due_in(9), reason="fraudulent")
    case_id, store = f"dispute/{shop.name}/{dispute}", heard.shop.stack.store

    async def reviews() -> int | None:
        dossier = await store.evidence.dossier(case_id)
        return len(dossier.reviews) if dossier is not None else None

    async def gathering() -> bool:
        case = await store.cases.case_file(case_id)
        return case is not None and case.status is CaseStatus.GATHERING

    assert await eventually(gathering)
    assert await reviews() == 0
    await post(
        shop.stack.stripe_control, "/_sandbox/reviews", {"charge": charge, "ip_address": "203.0.113.77"}
    )

    async def gathered() -> bool:
        return await reviews() == 1

    assert await eventually(gathered)
    assert await eventually(lambda: all_worked_off(heard))


async def test_an_account_without_a_secret_is_nobody(service: Service) -> None:
    """Whoever asks from the internet does not learn that the account is there, or what is to be done about it."""
    shop = await open_shop(service.stack, "heard-too-early")
    async with httpx.AsyncClient() as anybody:
        answers = [
            await anybody.post(f"{service.url}/stripe/{name}", content=b"{}")
            for name in (shop.name, "nobody")
        ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


async def test_what_is_not_from_stripe_is_not_taken(service: Service, heard: HeardShop) -> None:
    """Unsigned, signed with another secret, changed on the way, kept back, or signed in advance: 401, nothing kept."""
    body, secret, now = event("charge.updated", {}), await secret_of(heard), datetime.now(UTC)
    wrong = {
        "unsigned": (body, {}),
        "another secret": (body, event_headers(body, "whsec_somebody_else")),
        "changed": (body + b" ", event_headers(body, secret)),
        "stale": (body, event_headers(body, secret, at=now - timedelta(minutes=6))),
        "early": (body, event_headers(body, secret, at=now + timedelta(minutes=6))),
    }
    for what, (sent, headers) in wrong.items():
        answer = await service.http.post(f"/stripe/{heard.name}", content=sent, headers=headers)
        assert answer.status_code == 401, what
        assert answer.json()["error"]["reason"] in (
            "unsigned",
            "wrong_signature",
            "stale_signature",
            "future_signature",
        )
    assert await service.stack.store.inbox.last_received(events_of(heard.name)) is None


async def test_both_secrets_hold_while_one_replaces_the_other(service: Service, heard: HeardShop) -> None:
    """The old one until the moment it runs out at, and not a second longer."""
    store, now = service.stack.store, datetime.now(UTC)
    await store.webhooks.add(
        heard.name, url="https://example.com", secret=SecretStr("whsec_new"), endpoint_id=None, at=now
    )
    [new, old] = await store.webhooks.of(heard.name)
    await store.webhooks.expire(heard.name, keep=new.id, at=now + timedelta(hours=24))

    async def sent(number: int, secret: SecretStr) -> int:
        body = event("balance.available", {}, id=f"evt_rotation{number}")
        headers = event_headers(body, secret.get_secret_value())
        answer = await service.http.post(f"/stripe/{heard.name}", content=body, headers=headers)
        return answer.status_code

    assert [await sent(1, new.secret), await sent(2, old.secret)] == [200, 200]
    await store.webhooks.expire(heard.name, keep=new.id, at=now)
    assert [await sent(3, new.secret), await sent(4, old.secret)] == [200, 401]


async def test_an_event_of_an_unknown_type_is_kept_and_acknowledged(
    service: Service, heard: HeardShop
) -> None:
    """Stripe would send it for three days otherwise."""
    body = event("issuing_dispute.created_next_year", {"id": "idp_1", "object": "issuing.dispute"})
    answer = await service.http.post(
        f"/stripe/{heard.name}", content=body, headers=event_headers(body, await secret_of(heard))
    )
    assert (answer.status_code, answer.json()) == (200, {"received": True, "new": True})
    assert await eventually(lambda: all_worked_off(heard))
    assert await cases(heard) == []
    again = await service.http.post(
        f"/stripe/{heard.name}", content=body, headers=event_headers(body, await secret_of(heard))
    )
    assert again.json() == {"received": True, "new": False}


async def test_an_event_of_the_other_mode_leads_to_nothing(service: Service, heard: HeardShop) -> None:
    """Acknowledged, so that it does not come again, and kept with the reason."""
    body = event("charge.dispute.created", {"id": "du_1Live", "object": "dispute"}, livemode=True)
    answer = await service.http.post(
        f"/stripe/{heard.name}", content=body, headers=event_headers(body, await secret_of(heard))
    )
    assert answer.status_code == 200
    refused = await service.stack.store.inbox.refused(limit=1000)
    [kept] = [one for one in refused if one.account == heard.name]
    assert kept.body == body
    assert (kept.refused_reason or "").startswith("livemode_mismatch:")
    assert await cases(heard) == []


@pytest.mark.parametrize("path", ["/stripe/nobody", "/alerts/nobody"])
async def test_an_address_that_belongs_to_nobody(service: Service, path: str) -> None:
    """The same answer whoever asks: names cannot be found out by trying."""
    answer = await service.http.post(path, content=b"{}")
    assert answer.status_code == 404
    assert answer.json() == {
        "error": {"reason": "unknown_source", "message": "Nothing is connected under this name."}
    }
