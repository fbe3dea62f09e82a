"""Reading charges and disputes from the sandbox, with as few calls as it takes."""

from datetime import UTC, datetime, timedelta

import pytest
from gateway_support import KEY, SHOP, Sandbox, Shops, Wire, a_stripe_charge, credentials, ledger_entry, usd
from pydantic import SecretStr

from chargebacks.errors import BadInput, NeedsOperator, Refused
from chargebacks.refunds import RefundReason
from stripe_gateway.gateway import Gateway

Calls = list[tuple[str, str]]


async def test_one_read(sandbox: Sandbox, gateway: Gateway, calls: Calls) -> None:
    """A charge comes with its refunds in a single call, and with the word that a guest has no subscription."""
    charge = await sandbox.charge(last4="4242", metadata={"order_id": "1001"})
    await sandbox.api("POST", "/v1/refunds", {"charge": charge["id"], "amount": 1000})

    snapshot = await gateway.read_charge(SHOP, charge["id"])

    assert calls == [("GET", f"/v1/charges/{charge['id']}")]
    assert snapshot.payment_intent == charge["payment_intent"]
    assert snapshot.live_subscriptions == ()  # a guest's
    assert [refund.amount_minor for refund in snapshot.refunds] == [1000]
    assert (snapshot.remaining_minor, snapshot.order_ids) == (3999, ("1001",))


async def test_customer_comes_along(wired: Gateway, wire: Wire, calls: Calls) -> None:
    """The customer's subscriptions come with the charge; only what did not fit is fetched."""
    one = {"id": "sub_1", "status": "active", "livemode": False}
    shown = {"object": "list", "data": [one], "has_more": True}
    wire.says(200, a_stripe_charge(customer={"id": "cus_1", "subscriptions": shown}))
    wire.says(200, {"object": "list", "data": [one, one | {"id": "sub_2"}], "has_more": False})

    snapshot = await wired.read_charge(SHOP, "ch_1")

    assert snapshot.customer == "cus_1"
    assert [one.id for one in snapshot.live_subscriptions or ()] == ["sub_1", "sub_2"]
    assert calls == [("GET", "/v1/charges/ch_1"), ("GET", "/v1/subscriptions")]
    assert "expand[0]=refunds&expand[1]=customer.subscriptions" in wire.heads[0]


async def test_many_refunds(sandbox: Sandbox, gateway: Gateway, calls: Calls) -> None:
    """Refunds that the charge does not show are fetched: a refund overlooked could be made twice."""
    charge = await sandbox.charge(amount=4999)
    for _ in range(12):
        await sandbox.api("POST", "/v1/refunds", {"charge": charge["id"], "amount": 100})

    snapshot = await gateway.read_charge(SHOP, charge["id"])

    assert len({refund.id for refund in snapshot.refunds}) == 12
    assert calls[1:] == [("GET", "/v1/refunds")]


async def test_unknown_charge(gateway: Gateway, sandbox: Sandbox) -> None:
    """A charge that Stripe does not know is refused by Stripe's own code."""
    with pytest.raises(Refused, match="/v1/charges/ch_nowhere") as refused:
        await gateway.read_charge(SHOP, "ch_nowhere")

    assert refused.value.reason == "resource_missing"


async def test_ids_stay_ids(gateway: Gateway, sandbox: Sandbox, calls: Calls) -> None:
    """An id from outside cannot lead the call to another address."""
    with pytest.raises(Refused):
        await gateway.read_charge(SHOP, "../balance?x=")

    assert calls == [("GET", "/v1/charges/..%2Fbalance%3Fx%3D")]


async def test_live_account(sandbox: Sandbox, gateway: Gateway, shops: Shops) -> None:
    """A test charge on an account that is connected in live mode is refused."""
    shops.by_name[SHOP] = credentials(livemode=True)
    charge = await sandbox.charge()

    with pytest.raises(Refused) as refused:
        await gateway.read_charge(SHOP, charge["id"])

    assert refused.value.reason == "livemode_mismatch"


async def test_disputes_of_the_payment(sandbox: Sandbox, gateway: Gateway, calls: Calls) -> None:
    """Every dispute of the payment intent, with what a refund must know of it."""
    charge = await sandbox.charge()
    for kind in ("inquiry", "resolution"):
        await sandbox.control("POST", "/disputes", {"charge": charge["id"], "kind": kind, "amount": 4999})
    snapshot = await gateway.read_charge(SHOP, charge["id"])

    found = {one.case_type: one for one in await gateway.list_disputes(SHOP, snapshot)}

    assert found["inquiry"].is_charge_refundable
    assert not found["inquiry"].network_settled
    assert found["resolution"].network_settled
    assert calls[1:] == [("GET", "/v1/disputes")]


async def test_disputes_of_a_bare_charge(sandbox: Sandbox, gateway: Gateway) -> None:
    """A charge without a payment intent is asked for by its own id."""
    charge = await sandbox.charge(payment_intent=False)
    await sandbox.charge(payment_intent=False)
    await sandbox.control("POST", "/disputes", {"charge": charge["id"]})
    snapshot = await gateway.read_charge(SHOP, charge["id"])

    assert len(await gateway.list_disputes(SHOP, snapshot)) == 1


async def test_list_for_the_index(sandbox: Sandbox, gateway: Gateway, calls: Calls) -> None:
    """A span of time is read completely, newest first, a hundred at a time, its end left out."""
    until = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    since = until - timedelta(days=2)
    bounds = {"from": int(since.timestamp()), "to": int(until.timestamp())}
    await sandbox.control("POST", "/charges", {"count": 250, **bounds})
    await sandbox.charge(created=int(until.timestamp()))

    found = [one async for one in gateway.list_charges(SHOP, since=since, until=until)]

    assert len({one.id for one in found}) == 250
    assert [one.created for one in found] == sorted((one.created for one in found), reverse=True)
    assert len(calls) == 3


async def test_key_proves_the_account(gateway: Gateway, sandbox: Sandbox) -> None:
    """A key says which account it reaches, where that is, and in which mode."""
    account = await gateway.account_of(credentials())

    assert (account.id, account.livemode, account.country) == ("acct_1Sandbox", False, "US")


async def test_key_of_another_kind(gateway: Gateway, sandbox: Sandbox, calls: Calls) -> None:
    """A publishable key is turned down before it is sent anywhere, and not quoted."""
    with pytest.raises(BadInput) as refused:
        await gateway.account_of(credentials(api_key=SecretStr("pk_test_sandbox")))

    assert "pk_test_sandbox" not in str(refused.value)
    assert calls == []


async def test_rolled_key(sandbox: Sandbox, gateway: Gateway, shops: Shops) -> None:
    """A rolled key needs a person; the new one counts from the next call on, without a restart."""
    charge = await sandbox.charge()
    shops.by_name[SHOP] = credentials(api_key=SecretStr("sk_test_rolled"))
    with pytest.raises(NeedsOperator) as refused:
        await gateway.read_charge(SHOP, charge["id"])

    shops.by_name[SHOP] = credentials(api_key=SecretStr(KEY))

    assert refused.value.reason == "key_refused"
    assert (await gateway.read_charge(SHOP, charge["id"])).id == charge["id"]


async def test_restricted_key(sandbox: Sandbox, gateway: Gateway, shops: Shops) -> None:
    """A restricted key without the scope is told by the scope's name."""
    await sandbox.control(
        "POST",
        "/keys",
        {
            "key": "rk_test_reader",
            "account": "acct_1Sandbox",
            "scopes": ["charge_read", "customer_read", "subscription_read"],
        },
    )
    shops.by_name[SHOP] = credentials(api_key=SecretStr("rk_test_reader"))
    charge = await gateway.read_charge(SHOP, (await sandbox.charge())["id"])

    with pytest.raises(NeedsOperator, match="rak_charge_write"):
        await gateway.create_refund(
            SHOP, charge, amount=usd(1), reason=RefundReason.DUPLICATE, entry=ledger_entry(charge.id)
        )


async def test_connected_account(sandbox: Sandbox, gateway: Gateway, shops: Shops) -> None:
    """A platform's key acts on the connected account that the credentials name, and on no other."""
    connected = {"id": "acct_2Sandbox", "platform": "acct_1Sandbox"}
    await sandbox.control("POST", "/accounts", connected)
    charge = await sandbox.charge(account="acct_2Sandbox")
    shops.by_name["branch"] = credentials(account="branch", stripe_account="acct_2Sandbox")

    assert (await gateway.read_charge("branch", charge["id"])).id == charge["id"]
    with pytest.raises(Refused):
        await gateway.read_charge(SHOP, charge["id"])
