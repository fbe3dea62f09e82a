"""The Stripe stand-in as a real process, driven by the real SDK."""

from collections.abc import Iterator

import pytest
from processes import sandbox_process
from sandbox_clients import Control, Shop


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    with sandbox_process() as url:
        yield url


@pytest.fixture(scope="session")
def control_plane(sandbox_url: str) -> Iterator[Control]:
    control = Control(sandbox_url)
    yield control
    control.http.close()


@pytest.fixture
def control(control_plane: Control) -> Control:
    """The control plane of a sandbox that has forgotten everything."""
    control_plane.post("reset")
    return control_plane


@pytest.fixture
def shop(control: Control) -> Shop:
    return Shop(control.url)
