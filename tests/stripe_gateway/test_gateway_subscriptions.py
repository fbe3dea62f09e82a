"""Finding and ending subscriptions: what is asked of Stripe in which order, and what counts as done."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from gateway_support import NOON, SHOP, Wire, a_charge

from chargebacks.charges import SubscriptionSnapshot
from chargebacks.errors import Refused, TryLater
from stripe_gateway.gateway import Gateway

Calls = list[tuple[str, str]]

CASE = "alert/cbh/1"


def a_subscription(**changes: Any) -> dict[str, Any]:
    return {"id": "sub_1", "object": "subscription", "status": "active", "livemode": False} | changes


def snapshot(**changes: Any) -> SubscriptionSnapshot:
    return SubscriptionSnapshot(**({"id": "sub_1", "status": "active"} | changes))


def listed(*items: dict[str, Any], has_more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": list(items), "has_more": has_more}


def paid(subscription: str | None, *, payment_intent: str = "pi_1") -> dict[str, Any]:
    """An invoice payment with its invoice expanded."""
    parent = {"subscription_details": {"subscription": subscription}} if subscription else None
    return {
        "id": f"inpay_{subscription}",
        "created": 1,
        "status": "paid",
        "livemode": False,
        "payment": {"type": "payment_intent", "payment_intent": payment_intent},
        "invoice": {"id": "in_1", "parent": parent},
    }


def query(wire: Wire, call: int) -> dict[str, list[str]]:
    return parse_qs(urlsplit(wire.heads[call].split()[1]).query)


class TestFinding:
    async def test_the_way(self, wired: Gateway, wire: Wire, calls: Calls) -> None:
        """From the payment intent over invoice payments and the invoice to the subscription."""
        wire.says(200, listed(paid("sub_1")))
        wire.says(200, a_subscription(schedule="sub_sched_1"))

        found = await wired.subscription_of(SHOP, a_charge())

        assert found == snapshot(schedule="sub_sched_1")
        assert calls == [("GET", "/v1/invoice_payments"), ("GET", "/v1/subscriptions/sub_1")]
        assert query(wire, 0) == {
            "payment[type]": ["payment_intent"],
            "payment[payment_intent]": ["pi_1"],
            "expand[0]": ["data.invoice"],
            "limit": ["100"],
        }

    async def test_already_read(self, wired: Gateway, wire: Wire, calls: Calls) -> None:
        """A subscription that came with the charge is not read again."""
        wire.says(200, listed(paid("sub_1")))

        found = await wired.subscription_of(SHOP, a_charge(live_subscriptions=(snapshot(),)))

        assert found == snapshot()
        assert len(calls) == 1

    async def test_known_from_the_index(self, wired: Gateway, wire: Wire, calls: Calls) -> None:
        """What the index knows is not asked for: neither that there is one, nor that there is none."""
        wire.says(200, a_subscription())

        assert await wired.subscription_of(SHOP, a_charge(subscription_known=True)) is None
        found = await wired.subscription_of(SHOP, a_charge(subscription_known=True, subscription="sub_1"))

        assert found == snapshot()
        assert calls == [("GET", "/v1/subscriptions/sub_1")]

    @pytest.mark.parametrize("payments", [[], [paid(None)]])
    async def test_no_subscription(self, wired: Gateway, wire: Wire, payments: list[dict[str, Any]]) -> None:
        """A payment without an invoice, or for an invoice of its own, has no subscription."""
        wire.says(200, listed(*payments))

        assert await wired.subscription_of(SHOP, a_charge()) is None

    async def test_charge_without_payment_intent(self, wired: Gateway, calls: Calls) -> None:
        """A charge from before payment intents leads nowhere, at no cost."""
        assert await wired.subscription_of(SHOP, a_charge(payment_intent=None)) is None
        assert calls == []

    async def test_several_invoices(self, wired: Gateway, wire: Wire) -> None:
        """Of several subscriptions that one payment paid for, one that still runs counts first."""
        wire.says(200, listed(paid("sub_0"), paid("sub_0"), paid("sub_1"), has_more=False))
        wire.says(200, a_subscription(id="sub_0", status="canceled"))
        wire.says(200, a_subscription(id="sub_1"))

        assert await wired.subscription_of(SHOP, a_charge()) == snapshot()

    async def test_running_ones(self, wired: Gateway, wire: Wire) -> None:
        """What can still be cancelled: ended ones are left out, later pages are read."""
        states = ["active", "past_due", "incomplete_expired", "paused"]
        for number, status in enumerate(states):
            one = a_subscription(id=f"sub_{number}", status=status)
            wire.says(200, listed(one, has_more=number < 3))

        found = await wired.list_subscriptions(SHOP, "cus_1")

        assert [one.id for one in found] == ["sub_0", "sub_1", "sub_3"]
        assert query(wire, 1) == {"customer": ["cus_1"], "limit": ["100"], "starting_after": ["sub_0"]}

    async def test_links_for_the_index(self, wired: Gateway, wire: Wire) -> None:
        """A page of a span's invoice payments with their subscriptions, those without one left out."""
        wire.says(200, listed(paid("sub_1"), paid(None, payment_intent="pi_2")))
        until = datetime(2026, 11, 2, tzinfo=UTC)

        page = await wired.subscription_links_page(SHOP, since=NOON, until=until, after="inpay_9")

        assert (page.links, page.after) == ((("pi_1", "sub_1"),), None)
        assert page.oldest == datetime.fromtimestamp(1, UTC)
        assert query(wire, 0)["starting_after"] == ["inpay_9"]
        assert query(wire, 0)["created[gte]"] == [str(int(NOON.timestamp()))]


class TestCancelling:
    async def test_now(self, wired: Gateway, wire: Wire, calls: Calls) -> None:
        """One call; no last invoice, no proration, and nothing about a person in the URL."""
        wire.says(200, a_subscription(status="canceled"))

        await wired.cancel_subscription(SHOP, snapshot(), at_period_end=False, case_id=CASE)

        assert calls == [("DELETE", "/v1/subscriptions/sub_1")]
        assert query(wire, 0) == {
            "invoice_now": ["false"],
            "prorate": ["false"],
            "cancellation_details[comment]": ["Chargeback case alert/cbh/1"],
        }

    async def test_at_period_end(self, wired: Gateway, wire: Wire, calls: Calls) -> None:
        """The subscription is told to end with the paid period."""
        wire.says(200, a_subscription(cancel_at_period_end=True))

        await wired.cancel_subscription(SHOP, snapshot(), at_period_end=True, case_id=CASE)

        assert calls == [("POST", "/v1/subscriptions/sub_1")]

    @pytest.mark.parametrize(
        ("ended", "at_period_end"),
        [
            (snapshot(status="canceled"), False),
            (snapshot(status="incomplete_expired"), True),
            (snapshot(cancel_at_period_end=True), True),
        ],
    )
    async def test_nothing_left_to_do(
        self, wired: Gateway, calls: Calls, ended: SubscriptionSnapshot, at_period_end: bool
    ) -> None:
        """What ends already as asked costs no call."""
        await wired.cancel_subscription(SHOP, ended, at_period_end=at_period_end, case_id=CASE)

        assert calls == []

    async def test_sooner_than_planned(self, wired: Gateway, wire: Wire, calls: Calls) -> None:
        """One that would end with its period can still be ended now."""
        wire.says(200, a_subscription(status="canceled"))

        await wired.cancel_subscription(
            SHOP, snapshot(cancel_at_period_end=True), at_period_end=False, case_id=CASE
        )

        assert calls == [("DELETE", "/v1/subscriptions/sub_1")]

    async def test_schedule_first(self, wired: Gateway, wire: Wire, calls: Calls) -> None:
        """A schedule is released, not cancelled: it would invoice and prorate, or start its next phase."""
        wire.says(200, {"id": "sub_sched_1", "status": "released"})
        wire.says(200, a_subscription(status="canceled"))

        await wired.cancel_subscription(
            SHOP, snapshot(schedule="sub_sched_1"), at_period_end=False, case_id=CASE
        )

        assert calls == [
            ("POST", "/v1/subscription_schedules/sub_sched_1/release"),
            ("DELETE", "/v1/subscriptions/sub_1"),
        ]

    async def test_schedule_released_before(self, wired: Gateway, wire: Wire, calls: Calls) -> None:
        """An attempt that died after the release does not stop the next one."""
        wire.fails(400, "You cannot release a subscription schedule that is in the `released` status.")
        wire.says(200, a_subscription(schedule=None))
        wire.says(200, a_subscription(status="canceled"))

        await wired.cancel_subscription(
            SHOP, snapshot(schedule="sub_sched_1"), at_period_end=False, case_id=CASE
        )

        assert calls[-1] == ("DELETE", "/v1/subscriptions/sub_1")

    async def test_schedule_that_stays(self, wired: Gateway, wire: Wire, calls: Calls) -> None:
        """A schedule that Stripe does not release is not passed over."""
        wire.fails(400, "No.")
        wire.says(200, a_subscription(schedule="sub_sched_1"))

        with pytest.raises(Refused):
            await wired.cancel_subscription(
                SHOP, snapshot(schedule="sub_sched_1"), at_period_end=False, case_id=CASE
            )

        assert ("DELETE", "/v1/subscriptions/sub_1") not in calls

    @pytest.mark.parametrize(
        ("at_period_end", "status", "error", "state"),
        [
            (False, 404, {"code": "resource_missing"}, {"status": "canceled"}),
            (True, 400, {"code": "invalid_canceled_subscription_fields"}, {"status": "canceled"}),
            (
                True,
                400,
                {"message": "A canceled subscription can only update its cancellation_details and metadata."},
                {"status": "canceled"},
            ),
            (True, 400, {"code": "status_transition_invalid"}, {"cancel_at_period_end": True}),
        ],
    )
    async def test_somebody_was_faster(
        self,
        wired: Gateway,
        wire: Wire,
        at_period_end: bool,
        status: int,
        error: dict[str, str],
        state: dict[str, Any],
    ) -> None:
        """Refused because it has ended already, by Stripe's own rule or by a person: that is success."""
        wire.says(status, {"error": error})
        wire.says(200, a_subscription(**state))

        await wired.cancel_subscription(SHOP, snapshot(), at_period_end=at_period_end, case_id=CASE)

        assert len(wire.heads) == 2

    async def test_refused_while_it_runs(self, wired: Gateway, wire: Wire) -> None:
        """Refused while it still runs is a refusal."""
        wire.fails(404, code="resource_missing")
        wire.says(200, a_subscription())

        with pytest.raises(Refused) as refused:
            await wired.cancel_subscription(SHOP, snapshot(), at_period_end=False, case_id=CASE)

        assert refused.value.reason == "resource_missing"

    async def test_lost_answer(self, wired: Gateway, wire: Wire, calls: Calls) -> None:
        """Whatever became of it, the same call may be made again."""
        wire.fails(500, type="api_error", headers={"Stripe_Should_Retry": "false"})

        with pytest.raises(TryLater):
            await wired.cancel_subscription(SHOP, snapshot(), at_period_end=False, case_id=CASE)

        assert len(calls) == 1
