"""Each alert of the demo, played once with everything real, comes out as its table says."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from left_behind import left_behind

from chargebacks.contracts import CaseStatus
from demo.playing import Result, Scenario, play_all
from demo.scenarios import SCENARIOS
from demo.stack import ACCOUNTS, Stack, running_stack
from demo.world import World

CARD_NUMBER = "4242424242424242"
"""Of a test card; some providers send whole numbers."""
EMAIL = "zebulon@planted.example"


@dataclass(frozen=True)
class Run:
    results: dict[str, Result]
    left: dict[str, bytes]
    secrets: tuple[str, ...]


@pytest.fixture(scope="module")
async def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All scenarios, played side by side against one stack with its own worker process; then two talkative alerts."""
    folder: Path = tmp_path_factory.mktemp("scenarios")
    async with running_stack(folder) as (stack, _):
        results = await play_all(stack, SCENARIOS)
        await talkative_alerts(World(stack))
        left = await left_behind(stack)
        secrets = await secrets_of(stack)
    return Run({result.scenario.name: result for result in results}, left, secrets)


async def talkative_alerts(world: World) -> None:
    """One tells the whole card number, the other the customer's address."""
    charge = await world.sell(amount=4242, last4="4242", metadata={"buyer": EMAIL})
    message = await world.message("reseller", charge, bin="424242")
    told = (
        message["body"]
        .replace("424242******4242", CARD_NUMBER)
        .replace("424242%2A%2A%2A%2A%2A%2A4242", CARD_NUMBER)
    )
    assert CARD_NUMBER in told, message["body"]
    with_number = await world.receive("reseller", "shop", {"id": message["id"], "body": told})
    other = await world.sell(amount=4243, last4="4243")
    with_email = await world.alert("chargeblast", other, customer_email=EMAIL)
    for case_id in (with_number, with_email):
        assert (await world.rest(case_id)).status is CaseStatus.WATCHING_REFUND


async def secrets_of(stack: Stack) -> tuple[str, ...]:
    """Keys and passwords of the accounts and of every network."""
    networks = (await stack.networks_control.get("/_networks/credentials")).raise_for_status().json()
    named = [value for secrets in networks.values() for value in secrets.values() if len(str(value)) > 8]
    return (*(key for key, _policy in ACCOUNTS.values()), *map(str, named))


@pytest.fixture(scope="module")
def played(run: Run) -> dict[str, Result]:
    return run.results


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name.replace(" ", "-"))
async def test_scenario_comes_out_as_expected(played: dict[str, Result], scenario: Scenario) -> None:
    """Case status, money that moved, words the network accepted, subscription and reason are all as expected."""
    assert played[scenario.name].outcome.got == scenario.expected


def test_delivered_twice_is_one_case(played: dict[str, Result]) -> None:
    """The second delivery leads to the case of the first."""
    first, again = played["the same alert delivered twice"].outcome.cases
    assert first == again


def test_nothing_personal_or_secret_is_left_where_others_may_read(run: Run) -> None:
    """Logs, histories and the database hold no card number, e-mail address, key or password of what came and went."""
    found = [
        (word, where)
        for where, content in run.left.items()
        for word in (CARD_NUMBER, EMAIL, *run.secrets)
        if word.encode() in content
    ]
    assert len(run.left) > len(SCENARIOS)
    assert found == []
