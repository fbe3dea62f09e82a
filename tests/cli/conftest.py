"""The command line as people use it: `starter.py` as a process, against everything running for real."""

from collections.abc import AsyncIterator

import pytest
from starter_runs import Starter

from demo.stack import Stack, running_stack
from demo.world import World


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("cli")) as (stack, _temporal):
        yield stack


@pytest.fixture(scope="session")
def starter(stack: Stack) -> Starter:
    return Starter(stack.environment)


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Starter:
    """With a database that has no tables yet, and a Temporal that is not there."""
    file = tmp_path_factory.mktemp("alone") / "empty.db"
    return Starter({"DATABASE_URL": f"sqlite:///{file}", "TEMPORAL_ADDRESS": "127.0.0.1:1"})


@pytest.fixture
def world(stack: Stack) -> World:
    return World(stack)
