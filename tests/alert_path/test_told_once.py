"""The source hears one final outcome, and what the case says it heard is what the source holds."""

from collections.abc import AsyncIterator, Mapping

import httpx
import pytest
from pydantic import SecretStr
from sellers import AlertCase, Seller
from stories import Stories, Telling

from chargebacks.contracts import CaseStatus
from chargebacks.outcomes import DecidedBy, Outcome, OutcomeCode
from demo.stack import Stack
from networks.registry import ADAPTERS
from operations.decide import resume

NETWORKS: Mapping[str, tuple[str, str]] = {
    "chargebackhit": ("reversed", "decline"),
    "ethoca": ("STOPPED", "OTHER"),
    "reseller": ("100.001", "957.002"),
    "chargeblast": ("Resolved", "EscalateChargeback"),
}
"""What each network hears of a refund, and of a decline that somebody else has sent before us."""

told = Stories()


async def answered_elsewhere(seller: Seller, network: str) -> None:
    """Somebody answers in the network's own portal while our case refunds."""
    charge = await seller.sell()
    before = len(await seller.calls("POST", "^/v1/refunds$"))
    await seller.fault("POST", "^/v1/refunds$", "delay", nth=1, seconds=1)
    fields = {"type": "CDRN"} if network == "chargeblast" else {}
    one = await seller.told_of(network, charge, **fields)
    await seller.called("POST", "^/v1/refunds$", times=before + 1)
    await decline_in_the_portal(seller, one)
    held = await seller.status(one, CaseStatus.NEEDS_ATTENTION)
    assert "answered_elsewhere" in (held.attention or "")
    await resume(seller.stack.client, one.case, by="olaf", note="looked at the portal")
    case = await seller.closed(one)
    assert (held.outcome_sent_at, case.outcome_sent_at) == (None, None)
    assert "the source was not told this outcome" in [line.text for line in case.timeline]
    assert await seller.moved(charge) == (1, 4999)
    assert await seller.heard(one) == [NETWORKS[network][1]]


async def decline_in_the_portal(seller: Seller, one: AlertCase) -> None:
    case = await seller.stack.store.cases.case_file(one.case)
    assert case is not None
    assert case.alert is not None
    source = await seller.stack.store.sources.source(case.source)
    outcome = Outcome(code=OutcomeCode.DECLINED_BY_RULE, decided_by=DecidedBy.PERSON, comment="By hand.")
    async with httpx.AsyncClient() as http:
        await ADAPTERS[source.kind].report(http, source, case.alert, outcome)


@told.story
async def chargebackhit_was_answered_elsewhere(seller: Seller) -> None:
    """Chargebackhit says what it holds: a person is told that, not that our outcome arrived."""
    await answered_elsewhere(seller, "chargebackhit")


@told.story
async def ethoca_was_answered_elsewhere(seller: Seller) -> None:
    """Ethoca only says that it holds one: it is not taken for ours, not even when a person goes on."""
    await answered_elsewhere(seller, "ethoca")


@told.story
async def the_reseller_was_answered_elsewhere(seller: Seller) -> None:
    """The same with a reseller of CDRN."""
    await answered_elsewhere(seller, "reseller")


@told.story
async def chargeblast_was_answered_elsewhere(seller: Seller) -> None:
    """The same with Chargeblast."""
    await answered_elsewhere(seller, "chargeblast")


async def answer_is_lost(seller: Seller, network: str, action: str) -> None:
    charge = await seller.sell()
    fields = {"type": "CDRN"} if network == "chargeblast" else {}
    message = await seller.message(network, charge, **fields)
    path = "/merchants/outcomes" if network == "ethoca" else message["id"]
    fault = {"network": network, "action": action, "match": path, "nth": 1}
    answer = await seller.stack.networks_control.post("/_networks/faults", json=fault)
    answer.raise_for_status()
    one = await seller.take(network, message)
    case = await seller.closed(one)
    assert await seller.heard(one) == [NETWORKS[network][0]]
    assert (case.attention, case.outcome_sent_at is not None) == (None, True)
    assert await seller.moved(charge) == (1, 4999)
    bodies = [attempt["raw"] for attempt in await seller.attempts(one)]
    assert len(bodies) >= 2
    assert len(set(bodies)) == 1


@told.story
async def the_answer_of_chargebackhit_is_lost(seller: Seller) -> None:
    """The outcome arrived, its answer did not: the same words again, and the alert is known to be answered."""
    await answer_is_lost(seller, "chargebackhit", "reset_after")


@told.story
async def the_answer_of_the_reseller_is_torn(seller: Seller) -> None:
    """Half an answer is none: the same words again."""
    await answer_is_lost(seller, "reseller", "torn")


@told.story
async def the_answer_of_chargeblast_is_lost(seller: Seller) -> None:
    """The outcome arrived, its answer did not."""
    await answer_is_lost(seller, "chargeblast", "reset_after")


@told.story
async def credentials_that_the_network_refuses(seller: Seller) -> None:
    """A person is told which secret to mend; once it is, the outcome goes out, and no money moves again."""
    source = await seller.stack.store.sources.source(f"reseller-{seller.name}")
    wrong = {**source.secrets, "api_token": SecretStr("rolled-yesterday")}
    await seller.stack.store.sources.connect_source(source.model_copy(update={"secrets": wrong}))
    charge = await seller.sell()
    one = await seller.told_of("reseller", charge)
    held = await seller.status(one, CaseStatus.NEEDS_ATTENTION)
    assert "api_token" in (held.attention or "")
    assert "rolled-yesterday" not in (held.attention or "")
    await seller.stack.store.sources.connect_source(source)
    await resume(seller.stack.client, one.case, by="olaf")
    await seller.closed(one)
    assert (await seller.moved(charge), await seller.heard(one)) == ((1, 4999), ["100.001"])


@pytest.fixture(scope="module")
async def telling(live: Stack) -> AsyncIterator[Telling]:
    async with told.beginning(live) as telling:
        yield telling


@pytest.mark.parametrize("story", told.names)
async def test_what_the_source_hears(telling: Telling, story: str) -> None:
    """Each story above, with real parts."""
    await telling[story]
