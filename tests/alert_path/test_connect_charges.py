"""Connect: charges on a connected account, and charges that pass the money on. Whole cases, also under faults."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr
from sellers import Seller
from shops import POLICY
from stories import Stories, Telling

from chargebacks.charges import ChargeSnapshot
from demo.stack import Stack, activate_policy, post
from demo.world import hours_ago
from runtime.connections import StripeCredentials

told = Stories()


async def connected_account(platform: Seller) -> Seller:
    """Charges live on a connected account, reached by the platform's key and the Stripe-Account header."""
    stack, name = platform.stack, f"{platform.name}-connected"
    account = f"{platform.account}Connected"
    await post(stack.stripe_control, "/_sandbox/accounts", {"id": account, "platform": platform.account})
    await post(stack.stripe_control, "/_sandbox/keys", {"key": f"sk_test_sandbox_{name}", "account": account})
    credentials = StripeCredentials(
        account=name, api_key=SecretStr(platform.key), stripe_account=account, livemode=False
    )
    await stack.store.accounts.connect_account(credentials, alert_management=True)
    await activate_policy(stack, name, POLICY)
    for network in ("chargebackhit", "ethoca"):
        source = await stack.store.sources.source(f"{network}-{platform.name}")
        await stack.store.sources.connect_source(
            source.model_copy(update={"name": f"{network}-{name}", "account": name})
        )
    return Seller(stack=stack, name=name, key=platform.key, account=account)


async def destination_charge(platform: Seller, *, amount: int = 10_000) -> ChargeSnapshot:
    """A charge of the platform's that passes 80 % on to a connected account and keeps a fee of 5 %."""
    made = await platform.dashboard(
        "POST",
        "/v1/payment_intents",
        **{
            "amount": str(amount),
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": "true",
            "application_fee_amount": str(amount // 20),
            "transfer_data[destination]": f"{platform.account}Connected",
        },
    )
    return await platform.know(made["latest_charge"])


async def passed_on(platform: Seller, charge: ChargeSnapshot) -> dict[str, Any]:
    """What of the transfer and of the fee has been taken back: (amount, number of times)."""
    read = await platform.dashboard("GET", f"/v1/charges/{charge.id}")
    transfer = await platform.dashboard("GET", f"/v1/transfers/{read['transfer']}")
    fee = await platform.dashboard("GET", f"/v1/application_fees/{read['application_fee']}")
    return {
        "transfer": (transfer["amount_reversed"], len(transfer["reversals"]["data"])),
        "fee": (fee["amount_refunded"], len(fee["refunds"]["data"])),
    }


@told.story
async def a_direct_charge(platform: Seller) -> None:
    """Charge, refund and subscription live on the connected account; the platform's own money is not touched."""
    seller = await connected_account(platform)
    charge, subscription = await seller.subscribe()
    one = await seller.told_of("chargebackhit", charge)
    await seller.closed(one)
    assert await seller.moved(charge) == (1, 1599)
    assert await seller.heard(one) == ["reversed"]
    assert await seller.subscription_status(subscription) == "canceled"
    assert await platform.calls("POST", "^/v1/refunds$") == []


@told.story
async def a_direct_charge_whose_refund_is_not_answered(platform: Seller) -> None:
    """The connection breaks after the work: the refund is found on the connected account, and made once."""
    seller = await connected_account(platform)
    charge = await seller.sell()
    await platform.fault("POST", "^/v1/refunds$", "reset_after", nth=1)
    one = await seller.told_of("ethoca", charge)
    await seller.closed(one)
    assert await seller.moved(charge) == (1, 4999)
    assert await seller.heard(one) == ["STOPPED"]


@told.story
async def a_direct_charge_is_searched_for_on_its_account(platform: Seller) -> None:
    """A charge that no event told of is found on the connected account, and not among the platform's equal ones."""
    seller = await connected_account(platform)
    created = hours_ago(72)
    charge = await seller.sell(indexed=False, last4="8101", created=created)
    twin = await platform.sell(indexed=False, last4="8101", created=created)
    one = await seller.told_of("chargebackhit", charge)
    case = await seller.until(one, lambda case: case.charge_id is not None)
    assert case.charge_id == charge.id
    assert await platform.moved(twin) == (0, 0)


@told.story
async def a_connection_that_was_revoked(platform: Seller) -> None:
    """The platform may no longer act for the account: a person is told so, and nothing moves anywhere."""
    seller = await connected_account(platform)
    charge = await seller.sell()
    await post(seller.stack.stripe_control, "/_sandbox/accounts", {"id": f"{platform.account}Else"})
    elsewhere = StripeCredentials(
        account=f"{seller.name}-gone",
        api_key=SecretStr(platform.key),
        stripe_account=f"{platform.account}Else",
        livemode=False,
    )
    await seller.stack.store.accounts.connect_account(elsewhere, alert_management=True)
    await activate_policy(seller.stack, elsewhere.account, POLICY)
    source = await seller.stack.store.sources.source(f"ethoca-{seller.name}")
    gone = Seller(
        stack=seller.stack, name=elsewhere.account, key=platform.key, account=f"{platform.account}Else"
    )
    await seller.stack.store.sources.connect_source(
        source.model_copy(update={"name": f"ethoca-{gone.name}", "account": gone.name})
    )
    await seller.stack.store.charges.upsert(gone.name, (charge,))
    one = await gone.told_of("ethoca", charge)
    held = await gone.until(one, lambda case: case.attention is not None)
    assert held.attention is not None
    assert "does not reach its Stripe account" in held.attention
    assert await seller.moved(charge) == (0, 0)


@told.story
async def a_destination_charge(platform: Seller) -> None:
    """The transfer is reversed and the fee given back with the refund, once: the platform does not pay alone."""
    await connected_account(platform)
    charge = await destination_charge(platform)
    one = await platform.told_of("chargebackhit", charge)
    await platform.closed(one)
    assert await platform.moved(charge) == (1, 10_000)
    assert await passed_on(platform, charge) == {"transfer": (10_000, 1), "fee": (500, 1)}
    assert await platform.heard(one) == ["reversed"]


@told.story
async def a_part_of_a_destination_charge(platform: Seller) -> None:
    """Of a part, a part of the transfer and of the fee comes back."""
    await connected_account(platform)
    charge = await destination_charge(platform)
    one = await platform.told_of("chargebackhit", charge, amount="30.00", transaction_amount="100.00")
    await platform.closed(one)
    assert await platform.moved(charge) == (1, 3000)
    assert await passed_on(platform, charge) == {"transfer": (3000, 1), "fee": (150, 1)}


@told.story
async def a_destination_charge_whose_refund_is_not_answered(platform: Seller) -> None:
    """The answer is lost after the work: neither refund nor reversal nor fee is made again."""
    await connected_account(platform)
    charge = await destination_charge(platform)
    await platform.fault("POST", "^/v1/refunds$", "reset_after", nth=1)
    one = await platform.told_of("chargebackhit", charge)
    await platform.closed(one)
    assert await platform.moved(charge) == (1, 10_000)
    assert await passed_on(platform, charge) == {"transfer": (10_000, 1), "fee": (500, 1)}


@told.story
async def two_alerts_for_a_destination_charge(platform: Seller) -> None:
    """The second alert takes back nothing from the connected account."""
    await connected_account(platform)
    charge = await destination_charge(platform)
    for network in ("ethoca", "chargeblast"):
        one = await platform.told_of(network, charge)
        await platform.closed(one)
    assert await platform.moved(charge) == (1, 10_000)
    assert await passed_on(platform, charge) == {"transfer": (10_000, 1), "fee": (500, 1)}


@pytest.fixture(scope="module")
async def telling(live: Stack) -> AsyncIterator[Telling]:
    async with told.beginning(live) as telling:
        yield telling


@pytest.mark.parametrize("story", told.names)
async def test_connect(telling: Telling, story: str) -> None:
    """Each story above, with real parts."""
    await telling[story]
