"""Looking for an alert's charge at Stripe: three calls at most, whatever the alert carries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from gateway_support import SHOP, Sandbox, Shops, Wire, a_stripe_charge, an_alert, credentials, usd
from structlog.testing import capture_logs

from chargebacks.alerts import Alert
from chargebacks.clocks import Span
from chargebacks.errors import NeedsOperator, Refused
from stripe_gateway.gateway import Gateway
from stripe_gateway.search import queries_for

Calls = list[tuple[str, str]]

SOLD = datetime.now(UTC).replace(microsecond=0) - timedelta(days=10)


async def sold(sandbox: Sandbox, *, days: float = 0, **fields: Any) -> str:
    """A charge made so many days after SOLD; returns its id."""
    created = int((SOLD + timedelta(days=days)).timestamp())
    charge = await sandbox.charge(**({"created": created, "last4": "4242"} | fields))
    id: str = charge["id"]
    return id


async def found(gateway: Gateway, alert: Alert) -> set[str]:
    found = await gateway.search_charges(SHOP, alert, date_tolerance_days=2)
    return {one.id for one in found.charges}


async def test_named_charge(sandbox: Sandbox, gateway: Gateway, calls: Calls) -> None:
    """An alert that names the charge costs one read."""
    charge = await sold(sandbox)

    assert await found(gateway, an_alert(stripe_id=charge)) == {charge}
    assert calls == [("GET", f"/v1/charges/{charge}")]


async def test_named_payment_intent(sandbox: Sandbox, gateway: Gateway, calls: Calls) -> None:
    """An alert may name the payment intent instead."""
    charge = await sandbox.charge()

    assert await found(gateway, an_alert(stripe_id=charge["payment_intent"])) == {charge["id"]}
    assert calls == [("GET", "/v1/charges")]


@pytest.mark.parametrize("named", ["ch_unknown", "pi_unknown", "order-77", "ch_1/../x"])
async def test_wrong_name(sandbox: Sandbox, gateway: Gateway, calls: Calls, named: str) -> None:
    """A name that leads nowhere does not end the search."""
    charge = await sold(sandbox)
    alert = an_alert(stripe_id=named, at=SOLD, last4="4242", amount=usd(4999))

    assert await found(gateway, alert) == {charge}
    assert len(calls) <= 3


async def test_digits_and_date(sandbox: Sandbox, gateway: Gateway) -> None:
    """The card's digits within the tolerance find the charge; another card or another week does not."""
    charge = await sold(sandbox, days=1.5)
    await sold(sandbox, last4="1111", amount=100)
    await sold(sandbox, days=7)

    assert await found(gateway, an_alert(at=SOLD, last4="4242")) == {charge}


async def test_other_amount(sandbox: Sandbox, gateway: Gateway) -> None:
    """A partial dispute, or a sale shown in another currency, is found by the digits."""
    charge = await sold(sandbox, amount=9000, currency="eur")

    assert await found(gateway, an_alert(at=SOLD, last4="4242", amount=usd(4999))) == {charge}


async def test_wallet(sandbox: Sandbox, gateway: Gateway) -> None:
    """Of a wallet the alert may carry the device's digits, which Stripe does not search by."""
    charge = await sold(sandbox, wallet={"type": "apple_pay", "dynamic_last4": "9876"})

    assert await found(gateway, an_alert(at=SOLD, last4="9876", amount=usd(4999))) == {charge}


async def test_order_id(sandbox: Sandbox, gateway: Gateway) -> None:
    """The merchant's order id finds the charge by any of the account's metadata keys."""
    charge = await sold(sandbox, metadata={"order_number": 'A "1"'})
    await sold(sandbox, metadata={"order_number": "A 2"})

    assert await found(gateway, an_alert(merchant_order_id='A "1"')) == {charge}


async def test_without_a_date(sandbox: Sandbox, gateway: Gateway) -> None:
    """Digits and amount together find it without a date."""
    charge = await sold(sandbox)
    await sold(sandbox, amount=100)
    alert = an_alert(last4="4242", amount=usd(4999)).model_copy(update={"alerted_at": datetime.now(UTC)})

    assert await found(gateway, alert) == {charge}


@pytest.mark.parametrize("known", [{"at": SOLD}, {"amount": usd(4999)}, {"last4": "4242"}])
async def test_nothing_to_go_by(
    sandbox: Sandbox, gateway: Gateway, calls: Calls, known: dict[str, Any]
) -> None:
    """A date, an amount or digits alone fit too many charges to be worth a call."""
    assert await found(gateway, an_alert(**known)) == set()
    assert calls == []


async def test_charge_of_a_minute_ago(sandbox: Sandbox, gateway: Gateway, calls: Calls) -> None:
    """Search lags behind: what may be that fresh is also listed by time."""
    now = datetime.now(UTC)
    charge = (await sandbox.charge(last4="4242"))["id"]

    assert charge in await found(gateway, an_alert(at=now, last4="4242", amount=usd(4999)))
    assert calls[0] == ("GET", "/v1/charges")
    assert len(calls) <= 3


async def test_where_search_does_not_exist(wired: Gateway, wire: Wire, calls: Calls) -> None:
    """Refused (as in India), the list by time stands in, and the log says so."""
    wire.fails(400, "Search is not available in your country.", type="invalid_request_error")
    wire.says(200, {"object": "list", "has_more": False, "data": [a_stripe_charge()]})

    with capture_logs() as logs:
        charges = await found(wired, an_alert(at=SOLD, last4="4242", amount=usd(4999)))

    assert charges == {"ch_1"}
    assert [entry["event"] for entry in logs] == ["stripe_search_refused"]
    assert calls == [("GET", "/v1/charges/search"), ("GET", "/v1/charges")]


async def test_many_of_one_price(sandbox: Sandbox, gateway: Gateway, calls: Calls) -> None:
    """A shop with one price: pages are read while calls are left, and the log says that there was more."""
    span = {"from": int((SOLD - timedelta(hours=1)).timestamp()), "to": int(SOLD.timestamp())}
    await sandbox.control("POST", "/charges", {"count": 400, "amounts": [4999], **span})

    with capture_logs() as logs:
        charges = await found(gateway, an_alert(at=SOLD, amount=usd(4999)))

    assert (len(charges), len(calls)) == (300, 3)
    assert [entry["event"] for entry in logs] == ["stripe_search_cut_short"]


async def test_missing_permission(sandbox: Sandbox, gateway: Gateway) -> None:
    """A key that may not search is an operator's matter, not a reason to look elsewhere."""
    await sandbox.fault("GET", "^/v1/charges/search$", "403")

    with pytest.raises(NeedsOperator):
        await found(gateway, an_alert(at=SOLD, last4="4242"))


async def test_live_account(sandbox: Sandbox, gateway: Gateway, shops: Shops) -> None:
    """Test charges found for an account in live mode are refused, not passed over."""
    await sold(sandbox)
    shops.by_name[SHOP] = credentials(livemode=True)

    with pytest.raises(Refused) as refused:
        await found(gateway, an_alert(at=SOLD, last4="4242"))

    assert refused.value.reason == "livemode_mismatch"


def test_words_from_outside_stay_values() -> None:
    """Quotes and backslashes in an alert cannot add clauses to a query, and digits must be digits."""
    alert = an_alert(merchant_order_id='x" OR amount>0 OR metadata["a\\', at=SOLD, last4='4" O')

    queries = queries_for(alert, span=Span(SOLD, SOLD), order_keys=("order_id",))

    assert queries == ('metadata["order_id"]:"x\\" OR amount>0 OR metadata[\\"a\\\\"',)
