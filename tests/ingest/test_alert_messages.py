"""What alert networks send reaches its case, and each gets the answer it expects."""

from typing import Any

import pytest
from ingest_parts import Service
from merchants import Merchant, OpenMerchant
from waiting import eventually

from demo.stack import post

KINDS = ("chargebackhit", "ethoca", "reseller", "payshield", "chargeblast")


def address_of(service: Service, merchant: Merchant) -> str:
    return f"{service.url}/alerts/{merchant.source.name}"


async def number_of_cases(merchant: Merchant) -> int:
    return len(await merchant.shop.stack.store.cases.list_cases(account=merchant.shop.name))


async def delivered(service: Service, merchant: Merchant, **fields: Any) -> dict[str, Any]:
    """The network's own account of its attempts."""
    network = "reseller" if merchant.source.kind == "payshield" else merchant.source.kind
    body = {"network": network, "url": address_of(service, merchant), **fields}
    made = await post(service.stack.networks_control, "/_networks/deliver", body)
    delivery: dict[str, Any] = made["delivery"]
    return delivery


@pytest.mark.parametrize("kind", KINDS)
async def test_an_alert_is_taken_once_and_gets_one_case(
    service: Service, merchant: OpenMerchant, kind: str
) -> None:
    """Five copies at once, each acknowledged as this network wants it, are one case."""
    one = await merchant(kind)
    delivery = await delivered(service, one, copies=5)
    assert delivery["delivered"], delivery

    async def worked_off() -> bool:
        pending = await service.stack.store.inbox.pending(limit=10_000)
        return not [message for message in pending if message.source == one.source.name]

    assert await eventually(worked_off)
    assert await number_of_cases(one) == 1


async def test_chargebackhit_is_told_that_the_outcome_is_pending(
    service: Service, merchant: OpenMerchant
) -> None:
    """Its webhooks are answered with an outcome; ours comes by its API when the money has moved."""
    one = await merchant("chargebackhit")
    letter = await one.letter()
    answer = await service.http.post(
        address_of(service, one), content=letter.body, headers=dict(letter.headers)
    )
    assert answer.status_code == 200
    assert answer.json()["outcome"] == "pending"


@pytest.mark.parametrize("forge", ["unsigned", "wrong_signature", "altered_body"])
async def test_a_forged_alert_starts_nothing(service: Service, merchant: OpenMerchant, forge: str) -> None:
    """The answer is 401, and what was sent is not kept: strangers could fill the disk with it."""
    one = await merchant("chargebackhit")
    delivery = await delivered(service, one, forge=forge)
    assert not delivery["delivered"]
    assert {attempt["status"] for attempt in delivery["attempts"]} == {401}
    assert await one.nothing_came_of_it()
    assert await one.kept() == []
