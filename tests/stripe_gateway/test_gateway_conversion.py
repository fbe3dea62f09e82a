"""Stripe's JSON → our values, field by field and with the words Stripe may add later."""

from datetime import UTC, datetime
from typing import Any

import pytest
from gateway_support import NOON, a_card, a_stripe_charge, credentials

from chargebacks.charges import ChargeStatus, SnapshotOrigin
from chargebacks.errors import Refused
from chargebacks.money import Money
from stripe_gateway.conversion import (
    Reading,
    charge_snapshot,
    dispute_snapshot,
    refund_snapshot,
    subscription_link,
    subscription_snapshot,
)

READING = Reading.of(credentials(), as_of=NOON)


def paid_with(**details: Any) -> dict[str, Any]:
    return a_stripe_charge(payment_method_details={"type": "card", "card": a_card(**details)})


def dispute(**changes: Any) -> dict[str, Any]:
    return {
        "id": "dp_1",
        "status": "needs_response",
        "amount": 4999,
        "currency": "usd",
        "reason": "fraudulent",
        "is_charge_refundable": False,
        "livemode": False,
        "payment_method_details": {"type": "card", "card": {"case_type": "chargeback"}},
    } | changes


def subscription(**changes: Any) -> dict[str, Any]:
    return {"id": "sub_1", "status": "active", "livemode": False, "metadata": {"plan": "gold"}} | changes


def refund(**changes: Any) -> dict[str, Any]:
    return {
        "id": "re_1",
        "status": "succeeded",
        "amount": 1000,
        "currency": "usd",
        "created": 1_761_998_400,
    } | changes


class TestCharges:
    def test_identifiers(self) -> None:
        """Every identifier that matching compares is taken from where Stripe keeps it."""
        snapshot = charge_snapshot(
            paid_with(
                authorization_code="012345",
                network_transaction_id="416241234567890",
                fingerprint="fp_1",
                funding="debit",
                country="DE",
                wallet={"type": "apple_pay", "dynamic_last4": "9876"},
            )
            | {"calculated_statement_descriptor": "SHOP* GOLD", "outcome": {"risk_level": "elevated"}},
            READING,
        )

        assert (snapshot.auth_code, snapshot.network_transaction_id) == ("012345", "416241234567890")
        assert (snapshot.last4, snapshot.dynamic_last4, snapshot.wallet) == ("4242", "9876", "apple_pay")
        assert (snapshot.fingerprint, snapshot.funding, snapshot.card_country) == ("fp_1", "debit", "DE")
        assert (snapshot.descriptor, snapshot.radar_risk) == ("SHOP* GOLD", "elevated")
        assert datetime(2025, 11, 1, 12, tzinfo=UTC) == snapshot.created
        assert (snapshot.as_of, snapshot.origin) == (NOON, SnapshotOrigin.STRIPE)

    def test_auth_code_at_the_top(self) -> None:
        """An authorization code that stands on the charge itself counts as well."""
        assert charge_snapshot(a_stripe_charge(authorization_code="54321X"), READING).auth_code == "54321X"

    def test_card_present(self) -> None:
        """A payment at a terminal has its card elsewhere."""
        details = {"type": "card_present", "card_present": {"brand": "visa", "last4": "1881"}}

        snapshot = charge_snapshot(a_stripe_charge(payment_method_details=details), READING)

        assert snapshot.last4 == "1881"
        assert snapshot.liability_shift is None

    def test_other_payment_methods(self) -> None:
        """A payment without a card has no card facts, and is still a charge."""
        snapshot = charge_snapshot(
            a_stripe_charge(payment_method_details={"type": "klarna", "klarna": {}}), READING
        )

        assert snapshot.last4 is None
        assert snapshot.three_d_secure is None

    def test_money(self) -> None:
        """Captured and refunded amounts, and what the customer saw in another currency."""
        snapshot = charge_snapshot(
            a_stripe_charge(
                amount_captured=4000,
                amount_refunded=1500,
                presentment_details={"presentment_amount": 4610, "presentment_currency": "eur"},
            ),
            READING,
        )

        assert Money(amount_minor=4999, currency="USD") == snapshot.amount
        assert snapshot.remaining_minor == 2500
        assert Money(amount_minor=4610, currency="EUR") == snapshot.presentment

    def test_order_ids(self) -> None:
        """Order ids are the metadata values under the account's own keys, in their order."""
        reading = Reading.of(credentials(order_metadata_keys=("order_no", "cart")), as_of=NOON)
        metadata = {"cart": "C-7", "order_no": "1001", "order_id": "unused"}

        snapshot = charge_snapshot(a_stripe_charge(metadata=metadata, description="Order 9"), reading)

        assert snapshot.order_ids == ("1001", "C-7")

    def test_unknown_status(self) -> None:
        """A status word that Stripe adds later counts as pending, so that no money moves on it."""
        assert charge_snapshot(a_stripe_charge(status="frozen"), READING).status is ChargeStatus.PENDING

    def test_live_object_on_test_account(self) -> None:
        """An object of the other mode is refused, whatever else it says."""
        with pytest.raises(Refused, match="ch_1 is a live object") as refused:
            charge_snapshot(a_stripe_charge(livemode=True), READING)

        assert refused.value.reason == "livemode_mismatch"

    @pytest.mark.parametrize(
        "connect",
        [{"transfer_data": {"destination": "acct_2"}}, {"transfer": "tr_1"}],
    )
    def test_destination_charges(self, connect: dict[str, Any]) -> None:
        """A charge whose money went on to another account is a Connect charge."""
        snapshot = charge_snapshot(a_stripe_charge(**connect, application_fee_amount=300), READING)

        assert snapshot.connect
        assert snapshot.application_fee

    def test_on_behalf_of_alone(self) -> None:
        """Without a transfer there is nothing to reverse: Stripe would refuse to."""
        assert not charge_snapshot(a_stripe_charge(on_behalf_of="acct_2"), READING).connect

    @pytest.mark.parametrize(
        ("customer", "live"),
        [
            (None, None),
            ("cus_1", None),
            ({"id": "cus_1", "object": "customer"}, None),
            ({"id": "cus_1", "deleted": True}, ()),
            ({"id": "cus_1", "subscriptions": {"data": []}}, ()),
            ({"id": "cus_1", "subscriptions": {"data": [subscription()]}}, ("sub_1",)),
            ({"id": "cus_1", "subscriptions": {"data": [subscription(status="incomplete_expired")]}}, ()),
        ],
    )
    def test_live_subscriptions(self, customer: Any, live: tuple[str, ...] | None) -> None:
        """Known only where the customer was read with its subscriptions; ended ones are left out."""
        found = charge_snapshot(a_stripe_charge(customer=customer), READING).live_subscriptions

        assert live == (None if found is None else tuple(one.id for one in found))

    @pytest.mark.parametrize(
        ("intent", "live"),
        [
            ("pi_1", None),
            ({"id": "pi_1", "customer": None, "customer_account": None}, ()),
            ({"id": "pi_1", "customer": None, "customer_account": "acct_9"}, None),
            ({"id": "pi_1", "customer": None}, None),
            (None, None),
        ],
    )
    def test_a_guest_has_no_subscription(self, intent: Any, live: tuple[()] | None) -> None:
        """A charge without a customer is a guest's only if its payment intent says that no account pays as one."""
        charge = a_stripe_charge(customer=None, payment_intent=intent)

        assert charge_snapshot(charge, READING).live_subscriptions == live

    def test_expanded_ids(self) -> None:
        """An expanded object stands for its id."""
        snapshot = charge_snapshot(
            a_stripe_charge(payment_intent={"id": "pi_2"}, customer={"id": "cus_2"}), READING
        )

        assert (snapshot.payment_intent, snapshot.customer) == ("pi_2", "cus_2")


class TestLiability:
    @pytest.mark.parametrize(
        ("details", "authenticated", "shifted"),
        [
            ({"three_d_secure": {"result": "authenticated"}}, True, True),
            ({"three_d_secure": {"result": "attempt_acknowledged"}}, True, True),
            (
                {"three_d_secure": {"result": "authenticated"}, "electronic_commerce_indicator": "05"},
                True,
                True,
            ),
            (
                {"three_d_secure": {"result": "authenticated"}, "electronic_commerce_indicator": "07"},
                True,
                False,
            ),
            (
                {
                    "network": "mastercard",
                    "three_d_secure": {"result": "authenticated", "electronic_commerce_indicator": "02"},
                },
                True,
                True,
            ),
            (
                {
                    "network": "mastercard",
                    "three_d_secure": {"result": "authenticated", "electronic_commerce_indicator": "02"},
                    "electronic_commerce_indicator": "06",
                },
                True,
                False,
            ),
            (
                {"three_d_secure": {"result": "authenticated", "exemption_indicator_applied": True}},
                True,
                False,
            ),
            ({"three_d_secure": {"result": "exempted"}}, False, False),
            ({"three_d_secure": {"result": "data_share_only"}}, False, False),
            ({"three_d_secure": {"result": "a_word_of_2027"}}, False, False),
            ({"three_d_secure": {"result": None}}, False, False),
            ({}, False, False),
            ({"wallet": {"type": "apple_pay", "dynamic_last4": None}}, False, None),
        ],
    )
    def test_liability_shift(
        self, details: dict[str, Any], authenticated: bool, shifted: bool | None
    ) -> None:
        """Authenticated, not exempted, and not taken back by the network's own indicator."""
        snapshot = charge_snapshot(paid_with(**details), READING)

        assert (authenticated, shifted) == (snapshot.three_d_secure, snapshot.liability_shift)


class TestRefunds:
    def test_our_refund(self) -> None:
        """Our own refunds are known by their metadata."""
        metadata = {"case_id": "alert/cbh/1", "ledger_key": "refund:shop:ch_1:1"}

        snapshot = refund_snapshot(refund(metadata=metadata))

        assert (snapshot.case_id, snapshot.ledger_key) == ("alert/cbh/1", "refund:shop:ch_1:1")

    @pytest.mark.parametrize(
        ("destination", "settled", "arn"),
        [
            (
                {"type": "card", "card": {"reference": "740000", "reference_status": "available"}},
                True,
                "740000",
            ),
            ({"type": "card", "card": {"reference": None, "reference_status": "pending"}}, False, None),
            ({"type": "card", "card": {"type": "reversal"}}, False, None),
            ({"type": "klarna", "klarna": {}}, False, None),
            (None, False, None),
        ],
    )
    def test_settled(self, destination: Any, settled: bool, arn: str | None) -> None:
        """Settled means that the bank's reference is available; a status word alone is not enough."""
        snapshot = refund_snapshot(refund(destination_details=destination))

        assert (settled, arn) == (snapshot.settled, snapshot.arn)

    def test_words_of_tomorrow(self) -> None:
        """A refund may carry a status we do not know, or none at all: that is not success."""
        assert refund_snapshot(refund(status="on_its_way")).status == "on_its_way"
        assert refund_snapshot(refund(status=None)).status == "pending"


class TestDisputes:
    @pytest.mark.parametrize(
        "changes",
        [
            {"status": "prevented"},
            {"payment_method_details": {"card": {"case_type": "resolution"}}},
            {"payment_method_details": {"card": {"case_type": "block"}}},
            {"network_details": {"visa": {"rapid_dispute_resolution": {"applied": True}}}},
            {"network_details": {"type": "visa", "rapid_dispute_resolution": {"applied": True}}},
            {"network_details": {"visa": {"rapid_dispute_resolution": True}}},
            {"network_details": {"visa": {"rapid_dispute_resolution": {"amount": 4999}}}},
        ],
    )
    def test_settled_by_the_network(self, changes: dict[str, Any]) -> None:
        """Prevented, resolved or blocked disputes were settled elsewhere, however Stripe says so."""
        assert dispute_snapshot(dispute(**changes), READING).network_settled

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"payment_method_details": {"type": "klarna", "klarna": {}}},
            {"payment_method_details": None},
            {"network_details": None},
            {"network_details": "visa"},
            {"network_details": {"visa": None}},
            {"network_details": {"visa": {"rapid_dispute_resolution": {}}}},
            {"network_details": {"visa": {"rapid_dispute_resolution": {"applied": False}}}},
        ],
    )
    def test_not_settled(self, changes: dict[str, Any]) -> None:
        """Anything else is a dispute of our own to answer."""
        assert not dispute_snapshot(dispute(**changes), READING).network_settled

    def test_live_dispute_on_test_account(self) -> None:
        """A dispute of the other mode is refused."""
        with pytest.raises(Refused, match="dp_1 is a live object"):
            dispute_snapshot(dispute(livemode=True), READING)


class TestSubscriptions:
    def test_schedule(self) -> None:
        """The schedule is known by its id, expanded or not."""
        snapshot = subscription_snapshot(subscription(schedule={"id": "sub_sched_1"}), READING)

        assert (snapshot.schedule, snapshot.metadata) == ("sub_sched_1", {"plan": "gold"})

    @pytest.mark.parametrize(
        ("invoice", "linked"),
        [
            ({"id": "in_1", "parent": {"subscription_details": {"subscription": "sub_1"}}}, "sub_1"),
            ({"id": "in_1", "parent": {"subscription_details": {"subscription": {"id": "sub_1"}}}}, "sub_1"),
            ({"id": "in_1", "parent": {"type": "quote_details", "quote_details": {"quote": "qt_1"}}}, None),
            ({"id": "in_1", "parent": None}, None),
            ({"id": "in_1", "deleted": True}, None),
        ],
    )
    def test_link_by_invoice_payment(self, invoice: dict[str, Any], linked: str | None) -> None:
        """An invoice payment leads to the subscription of its invoice, if it has one."""
        payment = {"type": "payment_intent", "payment_intent": "pi_1"}
        data = {"id": "inpay_1", "created": 1, "status": "paid", "livemode": False}

        link = subscription_link(data | {"payment": payment, "invoice": invoice}, READING)

        assert ("pi_1", linked) == (link.payment_intent, link.subscription)
