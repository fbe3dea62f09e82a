"""What an operator relies on: a worker that is told to stop loses nothing, and no secret is left lying about."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sellers import AlertCase, Seller, open_seller
from temporalio.client import Client

from chargebacks.contracts import CaseStatus
from chargebacks.errors import BadInput
from demo.processes import python_process
from demo.stack import NETWORKS, Stack, StandIns, connected, worker_process
from runtime.codec import data_converter
from runtime.embedded_temporal import embedded_temporal
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from workflows.attributes import ALL as SEARCH_ATTRIBUTES

PAN = "4000056655665556"
"""One of Stripe's published test cards, whose whole number must not be seen."""
EMAIL = "jane.planted@example.com"
ROLLED = "planted-token-rolled-yesterday"


@pytest.fixture(scope="module")
async def stack(around: StandIns, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Everything but a worker: each test runs its own, as processes."""
    folder = tmp_path_factory.mktemp("duties")
    async with embedded_temporal(search_attributes=cli_types(SEARCH_ATTRIBUTES)) as temporal:
        client = await Client.connect(temporal.address, data_converter=data_converter(Settings()))
        around_here = StandIns(folder=folder, stripe_url=around.stripe_url, networks_url=around.networks_url)
        async with connected(around_here, client, address=temporal.address) as made:
            yield made


async def test_a_worker_that_is_stopped_in_the_middle_of_refunds(stack: Stack) -> None:
    """SIGTERM while Stripe is working: what ends within the grace is booked, what does not is handed to the next
    worker; each refund is made once."""
    sellers = {"finished": await open_seller(stack), "handed back": await open_seller(stack)}
    seconds = {"finished": 1.5, "handed back": 8}
    charges = {word: await seller.sell() for word, seller in sellers.items()}
    log = stack.folder / "stopped.log"
    environment = {**stack.environment, "SHUTDOWN_GRACE_SECONDS": "3"}
    async with python_process(
        ["worker.py"], ready="worker_ready", log=log, environment=environment
    ) as worker:
        cases = {}
        for word, seller in sellers.items():
            await seller.fault("POST", "^/v1/refunds$", "delay_after", nth=1, seconds=seconds[word])
            cases[word] = await seller.told_of("chargebackhit", charges[word])
        await asyncio.gather(*(seller.called("POST", "^/v1/refunds$") for seller in sellers.values()))
        worker.terminate()
        assert await asyncio.wait_for(worker.wait(), 30) == 0
    booked = {
        word: [
            entry.state.value
            for entry in await stack.store.ledger.entries(account=seller.name, charge_id=charges[word].id)
        ]
        for word, seller in sellers.items()
    }
    assert booked == {"finished": ["succeeded"], "handed back": ["reserved"]}
    async with worker_process(stack, log="next.log"):
        await asyncio.gather(*(seller.closed(cases[word]) for word, seller in sellers.items()))
    for word, seller in sellers.items():
        assert await seller.moved(charges[word]) == (1, 4999)
        assert await seller.heard(cases[word]) == ["reversed"]


@dataclass(frozen=True)
class Leavings:
    """What can be read afterwards, by place; and what must not be among it."""

    places: dict[str, bytes]
    inbox: list[bytes]
    """Bodies of the refused messages, as they open with the key."""
    secrets: dict[str, str]


@pytest.fixture(scope="module")
async def leavings(stack: Stack) -> Leavings:
    """Cases of every network, refused credentials on every side, a refused message: and all that is left of them."""
    stack.environment["LOG_LEVEL"] = "debug"
    seller, locked_out = await open_seller(stack), await open_seller(stack)
    async with worker_process(stack, log="secrets.log"):
        cases = await asyncio.gather(*refunded(seller))
        stuck = (await unpaid(locked_out), await untold(locked_out))
        with pytest.raises(BadInput):
            await seller.told_of("ethoca", extra={"amount": {"value": PAN, "currencyCode": "USD"}})
    log = stack.folder / "secrets.log"
    database = stack.folder / "chargebacks.db"
    return Leavings(
        places={
            "histories": b"".join([await history(stack, one) for one in (*cases, *stuck)]),
            "descriptions": b"".join([await description(stack, one) for one in (*cases, *stuck)]),
            "log": log.read_bytes(),
            "database files": b"".join(path.read_bytes() for path in stack.folder.glob("chargebacks.db*")),
            "database as text": dump(database).encode(),
        },
        inbox=[message.body for message in await stack.store.inbox.refused()],
        secrets=await secrets_of(stack, seller, locked_out),
    )


def refunded(seller: Seller) -> list[Coroutine[Any, Any, AlertCase]]:
    """One case of each network, with a whole card number and a customer's address in what it sends."""
    card = {
        "extra": {
            "CardNumber": PAN,
            "Issuer": f"card {PAN}",
            "MerchantDescriptor": f"SHOP {PAN[:4]} {PAN[4:]}",
        }
    }
    return [
        closed(seller, "ethoca", form="legacy", **card),
        closed(seller, "chargeblast", type="CDRN", customer_email=EMAIL, extra={"card": PAN}),
        closed(seller, "reseller", extra={"card": PAN}),
        closed(seller, "chargebackhit", extra={"customer": {"email": EMAIL, "card": PAN}}),
    ]


async def closed(seller: Seller, network: str, **fields: Any) -> AlertCase:
    person = {"billing_details": {"email": EMAIL}, "receipt_email": EMAIL}
    charge = await seller.sell(last4=PAN[-4:], **person)
    one = await seller.told_of(network, charge, **fields)
    await seller.closed(one)
    return one


async def unpaid(seller: Seller) -> AlertCase:
    """Stripe refuses the key."""
    charge = await seller.sell()
    await seller.fault("GET", "^/v1/charges/", "401", nth=1)
    one = await seller.told_of("ethoca", charge)
    await seller.status(one, CaseStatus.NEEDS_ATTENTION)
    return one


async def untold(seller: Seller) -> AlertCase:
    """The network refuses the token."""
    source = await seller.stack.store.sources.source(f"reseller-{seller.name}")
    wrong = {**source.secrets, "api_token": SecretStr(ROLLED)}
    await seller.stack.store.sources.connect_source(source.model_copy(update={"secrets": wrong}))
    one = await seller.told_of("reseller", await seller.sell(amount=5100))
    await seller.status(one, CaseStatus.NEEDS_ATTENTION)
    return one


async def history(stack: Stack, one: AlertCase) -> bytes:
    """Every event as the server keeps it, payloads as they are."""
    events = (await stack.client.get_workflow_handle(one.case).fetch_history()).events
    return b"".join(event.SerializeToString() for event in events)


async def description(stack: Stack, one: AlertCase) -> bytes:
    """Search attributes, memo, summary and pending activities."""
    return (await stack.client.get_workflow_handle(one.case).describe()).raw_description.SerializeToString()


def dump(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return "\n".join(connection.iterdump())


async def secrets_of(stack: Stack, *sellers: Seller) -> dict[str, str]:
    found = {f"Stripe key of {seller.name}": seller.key for seller in sellers}
    for network in (*NETWORKS, "stripe"):
        source = await stack.store.sources.source(f"{network}-{sellers[0].name}")
        found |= {f"{name} of {network}": value.get_secret_value() for name, value in source.secrets.items()}
    # A public key and a consumer key name their owner, as a user name does.
    found.pop("public_key of chargebackhit")
    return found | {"refused token": ROLLED, "SECRETS_KEY": stack.environment["SECRETS_KEY"]}


def test_no_secret_is_left_anywhere(leavings: Leavings) -> None:
    """Not in a history, a description, a log on its most talkative level, or the bytes of the database."""
    found = [
        f"{name} in {place}"
        for place, content in leavings.places.items()
        for name, secret in leavings.secrets.items()
        if any(line in content for line in written(secret))
    ]
    assert found == []


def test_no_card_number_and_no_address_is_left_in_the_clear(leavings: Leavings) -> None:
    """What a network sends of a customer beyond what matching needs is only in the inbox, and sealed there."""
    spaced = f"{PAN[:4]} {PAN[4:]}"
    found = [
        f"{word} in {place}"
        for place, content in leavings.places.items()
        for word in (PAN, spaced, EMAIL)
        if word.encode() in content
    ]
    assert found == []


def test_what_was_searched_is_there(leavings: Leavings) -> None:
    """The search above finds what it looks for where it does stand: else it would prove nothing."""
    assert all(PAN[-4:].encode() in leavings.places[place] for place in ("histories", "database files"))
    assert b"activity_failed" in leavings.places["log"]
    assert any(PAN.encode() in body for body in leavings.inbox)
    assert b"ETHOCA refund request, 49.99 USD" in leavings.places["descriptions"]


def written(secret: str) -> list[bytes]:
    """A secret of one line as it is; of several lines (a PEM) its longest ones."""
    lines = [line for line in secret.splitlines() if "-----" not in line]
    return [line.encode() for line in lines[:3]]
