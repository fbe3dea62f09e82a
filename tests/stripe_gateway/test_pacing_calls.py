"""The pace of the gateway's real calls: how they are spaced, and what a refusal of Stripe's does to those after it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from gateway_support import SHOP, Sandbox, Shops, Wire, credentials, ledger_entry, usd
from pydantic import SecretStr
from structlog.testing import capture_logs

from chargebacks.charges import RefundStatus
from chargebacks.errors import TryLater
from chargebacks.refunds import RefundReason
from runtime.settings import Settings
from stripe_gateway.gateway import Gateway

Calls = list[tuple[str, str]]

OTHER = "other"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def paced(sandbox: Sandbox, shops: Shops, calls: Calls) -> AsyncIterator[Gateway]:
    """A gateway that may make 8 calls a second in test mode, two of them at once."""
    await sandbox.control("POST", "/accounts", {"id": "acct_other"})
    await sandbox.control("POST", "/keys", {"key": "sk_test_other", "account": "acct_other"})
    shops.by_name[OTHER] = credentials(account=OTHER, api_key=SecretStr("sk_test_other"))
    settings = Settings(stripe_api_base=sandbox.url, stripe_files_base=sandbox.url, stripe_share=0.4)
    gateway = Gateway(shops.credentials_of, settings, observe=lambda *call: calls.append(call))
    yield gateway
    await gateway.close()


async def test_calls_are_spaced(paced: Gateway, sandbox: Sandbox) -> None:
    """Ten reads at once: the two of a burst, and the others an eighth of a second apart."""
    charge = (await sandbox.charge())["id"]
    clock = asyncio.get_running_loop().time
    begun = clock()

    await asyncio.gather(*(paced.read_charge(SHOP, charge) for _ in range(10)))

    assert clock() - begun >= (10 - 2.5) / 8


async def test_a_refusal_slows_its_endpoint_and_nothing_else(paced: Gateway, sandbox: Sandbox) -> None:
    """The sandbox's 429 names the endpoint's limit: other endpoints and other accounts do not wait."""
    charge = (await sandbox.charge())["id"]
    theirs = (await sandbox.charge(account="acct_other"))["id"]
    await sandbox.fault("GET", "^/v1/charges/", "429", nth=1, key="sk_test_sandbox")
    with capture_logs() as logs, pytest.raises(TryLater, match="endpoint-rate") as refused:
        await paced.read_charge(SHOP, charge)
    assert refused.value.reason == "rate_limited"
    assert [(one["event"], one["limit"]) for one in logs] == [("stripe_slowed", "/v1/charges/{id}")]

    order = list[str]()

    async def told(what: str, call: asyncio.Future[object]) -> None:
        await call
        order.append(what)

    slow = asyncio.ensure_future(paced.read_charge(SHOP, charge))
    theirs_too = asyncio.ensure_future(paced.read_charge(OTHER, theirs))
    await asyncio.gather(told("slowed", slow), told("other account", theirs_too))

    assert order == ["other account", "slowed"]


async def test_the_call_after_a_refusal_waits(paced: Gateway, sandbox: Sandbox) -> None:
    """At most four a second are made then, of the sixteen that the endpoint would allow by itself."""
    charge = (await sandbox.charge())["id"]
    await sandbox.fault("GET", "^/v1/charges/", "429", nth=1)
    with pytest.raises(TryLater):
        await paced.read_charge(SHOP, charge)
    clock = asyncio.get_running_loop().time
    begun = clock()

    await paced.read_charge(SHOP, charge)
    await paced.read_charge(SHOP, charge)

    assert clock() - begun >= 2 / (8 / 2 + 1)


async def test_a_refund_after_a_refusal_is_made_once(paced: Gateway, sandbox: Sandbox, calls: Calls) -> None:
    """Refused, paced, made: nothing is sent while it waits, and one refund comes of it."""
    charge = await paced.read_charge(SHOP, (await sandbox.charge())["id"])
    await sandbox.fault("POST", "^/v1/refunds$", "429", nth=1, reason="global-rate")

    async def refund() -> RefundStatus:
        made = await paced.create_refund(
            SHOP,
            charge,
            amount=usd(4999),
            reason=RefundReason.REQUESTED_BY_CUSTOMER,
            entry=ledger_entry(charge.id),
        )
        return made.status

    with pytest.raises(TryLater, match="global-rate"):
        await refund()

    assert await refund() == RefundStatus.SUCCEEDED
    assert calls.count(("POST", "/v1/refunds")) == 2
    listed = await sandbox.api("GET", f"/v1/refunds?charge={charge.id}")
    assert len(listed["data"]) == 1


async def test_retry_after_is_kept_without_asking_again(wired: Gateway, wire: Wire, calls: Calls) -> None:
    """What asks too soon is told to come back later, and Stripe hears nothing of it."""
    wire.fails(429, code="rate_limit", headers={"Retry-After": "40"})
    with pytest.raises(TryLater) as refused:
        await wired.read_charge(SHOP, "ch_1")
    assert refused.value.after == timedelta(seconds=40)

    with pytest.raises(TryLater) as paced:
        await wired.read_charge(SHOP, "ch_2")

    assert paced.value.reason == "paced"
    assert paced.value.after is not None
    assert timedelta(seconds=35) < paced.value.after < timedelta(seconds=80)
    assert calls == [("GET", "/v1/charges/ch_1")]


@pytest.mark.parametrize(("said", "kept"), [("9" * 9, timedelta(hours=1)), ("9" * 30, None), ("soon", None)])
async def test_absurd_retry_after(wired: Gateway, wire: Wire, said: str, kept: timedelta | None) -> None:
    """An hour at the most; what is no number of seconds is left to the caller's own backoff."""
    wire.fails(429, code="rate_limit", headers={"Retry-After": said})

    with pytest.raises(TryLater) as refused:
        await wired.read_charge(SHOP, "ch_1")

    assert refused.value.after == kept


async def test_a_429_that_is_not_stripes(wired: Gateway, wire: Wire) -> None:
    """A proxy's page in front of Stripe says nothing about the call, and still that there were too many."""
    wire.says(429, "<html>Too many requests</html>")

    with capture_logs() as logs, pytest.raises(TryLater, match="not Stripe's"):
        await wired.read_charge(SHOP, "ch_1")

    assert [(one["event"], one["limit"]) for one in logs] == [
        ("stripe_slowed", "all calls"),
        ("stripe_slowed", "/v1/charges/{id}"),
    ]


async def test_reading_in_bulk_shares_the_limits(wired: Gateway, wire: Wire, calls: Calls) -> None:
    """What bulk reading is refused holds for the cases' calls to the same account, too."""
    wire.fails(429, code="rate_limit", headers={"Retry-After": "40"})
    with pytest.raises(TryLater, match="unnamed limit"):
        await wired.in_bulk().charges_page(SHOP, since=BEGINNING, until=BEGINNING, after=None)

    with pytest.raises(TryLater) as paced:
        await wired.read_charge(SHOP, "ch_1")

    assert paced.value.reason == "paced"
    assert calls == [("GET", "/v1/charges")]


async def test_reading_in_bulk_has_half(paced: Gateway, sandbox: Sandbox) -> None:
    """Four calls a second of the account's eight, however long the list."""
    await sandbox.charge()
    clock = asyncio.get_running_loop().time
    begun = clock()

    for _ in range(5):
        await paced.in_bulk().charges_page(SHOP, since=BEGINNING, until=datetime.now(UTC), after=None)

    assert clock() - begun >= (5 - 1) / 4 - 0.01
