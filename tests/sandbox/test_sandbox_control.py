"""The control plane: clock, made charges, logs, balances, reset."""

import subprocess
import sys

import httpx
import pytest
from processes import ROOT, sandbox_process
from sandbox_clients import Control, Shop


def test_a_hundred_thousand_charges_are_there_at_once(shop: Shop, control: Control) -> None:
    """Bulk charges are spread over the time asked for and behave like any other."""
    made = control.post(
        "charges",
        count=100_000,
        customers=50,
        amounts=[1099],
        currencies=["jpy"],
        **{"from": 1_780_000_000, "to": 1_790_000_000},
    )
    assert (made["count"], len(made["customers"])) == (100_000, 50)
    newest = shop.v1.charges.list({"limit": 1}).data[0]
    assert (newest.id, newest.amount, newest.currency) == (made["last"], 1099, "jpy")
    of_customer = shop.v1.charges.list({"customer": made["customers"][0], "limit": 100})
    assert {charge.customer for charge in of_customer.data} == {made["customers"][0]}
    intent = shop.v1.payment_intents.retrieve(newest.payment_intent, {"expand": ["latest_charge"]})
    assert intent.latest_charge.id == newest.id
    assert shop.v1.refunds.create({"payment_intent": intent.id}).amount == 1099
    assert shop.v1.charges.retrieve(newest.id).refunded


def test_a_made_charge_has_exactly_the_given_identifiers(shop: Shop, control: Control) -> None:
    """What an alert may name can be chosen, the rest is filled in."""
    control.charge(
        id="ch_chosen",
        created="2026-09-01T12:00:00+02:00",
        last4="1881",
        brand="amex",
        authorization_code="A1B2C3",
        network_transaction_id="123456789012345",
        wallet={"type": "apple_pay", "dynamic_last4": "0077"},
        three_d_secure={"result": "authenticated", "electronic_commerce_indicator": "05"},
        presentment_details={"presentment_amount": 4600, "presentment_currency": "eur"},
        calculated_statement_descriptor="SHOP* ORDER 1",
    )
    charge = shop.v1.charges.retrieve("ch_chosen")
    card = charge.payment_method_details.card
    assert charge.created == 1_788_256_800
    assert (card.last4, card.network, card.authorization_code) == ("1881", "amex", "A1B2C3")
    assert (card.wallet.type, card.wallet.dynamic_last4) == ("apple_pay", "0077")
    assert card.three_d_secure.electronic_commerce_indicator == "05"
    assert charge.presentment_details.presentment_amount == 4600
    assert charge.calculated_statement_descriptor == "SHOP* ORDER 1"


def test_made_charges_may_be_uncaptured_failed_or_without_intent(shop: Shop, control: Control) -> None:
    """The odd ones: authorised only, declined, and from before payment intents."""
    uncaptured = control.charge(captured=False)
    assert shop.v1.payment_intents.cancel(uncaptured["payment_intent"]).status == "canceled"
    assert control.charge(status="failed")["paid"] is False
    bare = control.charge(payment_intent=False, authorization_code=None)
    assert (bare["payment_intent"], bare["authorization_code"]) == (None, None)
    assert shop.v1.refunds.create({"charge": bare["id"]}).payment_intent is None


def test_made_charges_are_silent_unless_asked(shop: Shop, control: Control) -> None:
    """events true emits what a payment would."""
    quiet = control.charge()
    [loud] = control.post("charges", charges=[{"amount": 100}], events=True)["charges"]
    assert shop.event_types(about=quiet["id"]) == []
    assert shop.event_types(about=loud["id"]) == ["charge.succeeded"]


def test_the_clock_only_moves_forward(control: Control) -> None:
    """set and advance move it; the past is refused."""
    before = control.get("clock")["now"]
    assert control.post("clock", advance=3600)["now"] - before in (3600, 3601)
    assert control.post("clock", set="2030-01-01T00:00:00Z")["iso"] == "2030-01-01T00:00:00+00:00"
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        control.post("clock", set=0)


def test_what_falls_due_on_the_way_is_dated_then(shop: Shop, control: Control) -> None:
    """A jump of a month leaves events dated when they were due."""
    refund = shop.v1.refunds.create({"charge": shop.charge("pendingRefund").id})
    control.post("clock", advance=30 * 86_400)
    updated = next(e for e in shop.v1.events.list().data if e.type == "refund.updated")
    assert updated.created == refund.created + 60


def test_funds_become_available_after_two_days(shop: Shop, control: Control) -> None:
    """A charge is pending first."""
    shop.charge(amount=1000)
    assert (shop.v1.balance.retrieve().available[0].amount) == 0
    control.post("clock", advance=3 * 86_400)
    assert (shop.v1.balance.retrieve().available[0].amount) == 941
    [transaction] = shop.v1.balance_transactions.list({"type": "charge"}).data
    assert (transaction.amount, transaction.fee, transaction.net) == (1000, 59, 941)


def test_calls_are_logged_with_key_and_outcome(shop: Shop, control: Control) -> None:
    """The log tells method, path, parameters, idempotency key, status and replays; DELETE empties it."""
    charge = shop.charge().id
    control.delete("requests")
    for _ in range(2):
        shop.v1.refunds.create({"charge": charge}, {"idempotency_key": "refund:7"})
    first, second = control.get("requests", path="^/v1/refunds$", method="POST")["requests"]
    assert first["parameters"] == {"charge": charge}
    assert (first["idempotency_key"], first["status"], first["account"]) == ("refund:7", 200, "acct_1Sandbox")
    assert (first["replayed"], second["replayed"]) == (False, True)


def test_the_ledger_names_the_request_behind_a_movement(shop: Shop, control: Control) -> None:
    """Every movement by the API carries its request and idempotency key."""
    charge = shop.charge().id
    shop.v1.refunds.create({"charge": charge}, {"idempotency_key": "refund:7"})
    created = control.get("ledger", charge=charge)["movements"][1]
    assert (created["kind"], created["idempotency_key"]) == ("refund_created", "refund:7")
    assert created["request"].startswith("req_")


def test_a_reset_forgets_everything_but_used_ids(shop: Shop, control: Control) -> None:
    """Objects, faults and the clock are as at the start; no id is given twice."""
    before = shop.charge().id
    control.post("clock", advance=86_400)
    control.post("reset")
    assert shop.v1.charges.list().data == []
    assert shop.charge().id != before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("charges", {"charges": [{"amount": 1, "colour": "red"}]}),
        ("charges", {"charges": [{}]}),
        ("clock", {}),
        ("faults", {"path": "(", "action": "500"}),
        ("faults", {"path": "/", "action": "explode"}),
        ("disputes", {"charge": "ch_missing"}),
        ("balance", {"available": {}, "extra": 1}),
    ],
)
def test_wrong_orders_are_refused_with_a_reason(control: Control, path: str, body: dict[str, object]) -> None:
    """400 or 404 with a message."""
    answer = control.http.post(f"/_sandbox/{path}", json=body)
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["message"]


def test_ids_follow_from_the_seed() -> None:
    """Two sandboxes with one seed give the same ids, another seed gives others."""

    def first_charge(seed: int) -> str:
        with sandbox_process(seed=seed) as url:
            control = Control(url)
            charge: str = control.charge()["id"]
            control.http.close()
            return charge

    assert first_charge(7) == first_charge(7) != first_charge(8)


def test_a_taken_port_is_one_clear_error(sandbox_url: str) -> None:
    """The second sandbox on a port says so and exits."""
    port = sandbox_url.rpartition(":")[2]
    command = [sys.executable, "-m", "sandbox", "--port", port]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert second.returncode != 0
    assert second.stderr.strip().count("\n") == 0
    assert "in use" in second.stderr
