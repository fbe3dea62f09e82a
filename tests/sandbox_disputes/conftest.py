"""The Stripe stand-in's disputes, answered through the real SDK."""

from collections.abc import Iterator

import pytest
from dispute_desk import Desk
from processes import sandbox_process
from sandbox_clients import Control


@pytest.fixture(scope="session")
def control_plane() -> Iterator[Control]:
    with sandbox_process() as url:
        control = Control(url)
        yield control
        control.http.close()


@pytest.fixture
def control(control_plane: Control) -> Control:
    """The control plane of a sandbox that has forgotten everything."""
    control_plane.post("reset")
    return control_plane


@pytest.fixture
def desk(control: Control) -> Desk:
    return Desk(control)
