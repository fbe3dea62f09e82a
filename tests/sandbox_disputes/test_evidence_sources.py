"""What evidence is made of: payments with all their facts, subscriptions, reviews, and Radar's lists."""

from dispute_desk import DAY, Desk
from sandbox_clients import Control, refusal


def test_a_payment_can_carry_every_fact(desk: Desk, control: Control) -> None:
    """Who paid, where it went, what the bank checked."""
    id = control.charge(
        billing_details={"name": "Ann", "email": "ann@example.com", "phone": "+49 731 1"},
        shipping={"name": "Ann", "address": {"line1": "Weg 1"}, "carrier": "UPS", "tracking_number": "1Z"},
        receipt_email="ann@example.com",
        receipt_number="1234-5678",
        receipt_url="https://pay.example.com/r/1",
        description="Order 7",
        outcome={"risk_level": "elevated", "risk_score": 66, "seller_message": "Looked at."},
        checks={"address_line1_check": "pass", "address_postal_code_check": "fail"},
        three_d_secure={"result": "authenticated"},
        electronic_commerce_indicator="05",
        fingerprint="Fp1",
    )["id"]
    charge = desk.v1.charges.retrieve(id)
    card = charge.payment_method_details.card
    assert (charge.receipt_number, charge.shipping.tracking_number) == ("1234-5678", "1Z")
    assert charge.shipping.address.city is None
    assert (charge.outcome.risk_score, charge.outcome.type) == (66, "authorized")
    assert (card.checks.address_line1_check, card.checks.cvc_check) == ("pass", "pass")
    assert (card.electronic_commerce_indicator, card.fingerprint) == ("05", "Fp1")


def test_a_subscription_may_have_ended_long_ago(desk: Desk, control: Control) -> None:
    """Begun, renewed and cancelled in the past, with the reason and the periods paid for."""
    now = control.get("clock")["now"]
    made = control.post("subscriptions", amount=999, created=now - 100 * DAY)
    id = made["subscription"]["id"]
    control.post(f"subscriptions/{id}/renew")
    canceled = now - 50 * DAY
    control.post(f"subscriptions/{id}/cancel", canceled_at=canceled, feedback="too_expensive")
    subscription = desk.v1.subscriptions.retrieve(id)
    assert (subscription.status, subscription.canceled_at, subscription.ended_at) == (
        "canceled",
        canceled,
        canceled,
    )
    assert subscription.cancellation_details.feedback == "too_expensive"
    first = made["invoice"]["lines"]["data"][0]["period"]
    assert first["start"] == now - 100 * DAY


def test_a_subscription_may_run_out_its_period(desk: Desk, control: Control) -> None:
    """Cancelled some days ago, it ends later."""
    now = control.get("clock")["now"]
    id = control.post("subscriptions", amount=999, created=now - 10 * DAY)["subscription"]["id"]
    control.post(f"subscriptions/{id}/cancel", canceled_at=now - DAY, ended_at=now + 5 * DAY)
    assert desk.v1.subscriptions.retrieve(id).status == "active"
    desk.pass_time(6 * DAY)
    ended = desk.v1.subscriptions.retrieve(id)
    assert (ended.status, ended.canceled_at) == ("canceled", now - DAY)


def test_reviews_open_and_are_approved(desk: Desk, control: Control) -> None:
    """The payment names its review while it is open."""
    charge = control.charge()["id"]
    review = control.post("reviews", charge=charge, ip_address="203.0.113.7")
    assert desk.v1.charges.retrieve(charge).review == review["id"]
    assert [one.id for one in desk.v1.reviews.list().data] == [review["id"]]
    approved = desk.v1.reviews.approve(review["id"])
    assert (approved.open, approved.closed_reason) == (False, "approved")
    assert desk.v1.charges.retrieve(charge).review is None
    assert desk.event_types(about=review["id"]) == ["review.opened", "review.closed"]


def test_refunds_and_disputes_close_reviews(desk: Desk, control: Control) -> None:
    """Each for its own reason."""
    closed = []
    for settle in (
        lambda charge: desk.v1.refunds.create({"charge": charge}),
        lambda charge: desk.v1.refunds.create({"charge": charge, "reason": "fraudulent"}),
        lambda charge: desk.dispute(charge=charge),
    ):
        charge = control.charge()["id"]
        review = control.post("reviews", charge=charge)["id"]
        settle(charge)
        closed.append(desk.v1.reviews.retrieve(review).closed_reason)
    assert closed == ["refunded", "refunded_as_fraud", "disputed"]


def test_value_lists_hold_each_value_once(desk: Desk) -> None:
    """Made, filled, searched, emptied and deleted."""
    radar = desk.v1.radar
    blocked = radar.value_lists.create({"alias": "shady", "name": "Shady", "item_type": "email"})
    item = radar.value_list_items.create({"value_list": blocked.id, "value": "mal@example.com"})
    again = refusal(radar.value_list_items.create, {"value_list": blocked.id, "value": "mal@example.com"})
    assert again.http_status == 400
    assert radar.value_lists.list({"contains": "mal@example.com"}).data[0].id == blocked.id
    assert radar.value_lists.retrieve(blocked.id).list_items.data[0].value == "mal@example.com"
    radar.value_list_items.delete(item.id)
    assert radar.value_list_items.list({"value_list": blocked.id}).data == []
    assert radar.value_lists.update(blocked.id, {"name": "Very shady"}).name == "Very shady"
    assert radar.value_lists.delete(blocked.id).deleted
