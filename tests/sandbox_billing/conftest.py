"""The Stripe stand-in's billing and webhooks, driven by the real SDK and heard by a real endpoint."""

from collections.abc import Iterator

import pytest
from billing_shop import BillingShop
from processes import sandbox_process
from sandbox_clients import Control
from webhook_receiver import Receiver


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
def shop(control: Control) -> BillingShop:
    return BillingShop(control.url)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver
