"""Each alert of the demo, played once with everything real, comes out as its table says."""

from pathlib import Path

import pytest

from demo.playing import Result, Scenario, play_all
from demo.scenarios import SCENARIOS
from demo.stack import running_stack


@pytest.fixture(scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """All scenarios, played side by side against one stack with its own worker process."""
    folder: Path = tmp_path_factory.mktemp("scenarios")
    async with running_stack(folder) as (stack, _):
        results = await play_all(stack, SCENARIOS)
    return {result.scenario.name: result for result in results}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name.replace(" ", "-"))
async def test_scenario_comes_out_as_expected(played: dict[str, Result], scenario: Scenario) -> None:
    """Case status, money that moved, words the network accepted, subscription and reason are all as expected."""
    assert played[scenario.name].outcome.got == scenario.expected


def test_delivered_twice_is_one_case(played: dict[str, Result]) -> None:
    """The second delivery leads to the case of the first."""
    first, again = played["the same alert delivered twice"].outcome.cases
    assert first == again
