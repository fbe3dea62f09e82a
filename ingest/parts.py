"""What the service is made of, and what its routes get to work with."""

from dataclasses import dataclass, field

from fastapi import Request
from temporalio.client import Client

from ingest.limits import RateLimits
from ingest.metrics import Metrics
from operations.relay import Relay
from runtime.settings import Settings
from store import Store


@dataclass(frozen=True)
class Parts:
    store: Store
    client: Client
    """Connects when it is first used: messages are taken in without Temporal, too."""
    settings: Settings
    relay: Relay
    rates: RateLimits
    metrics: Metrics = field(default_factory=Metrics)


async def parts_of(request: Request) -> Parts:
    """A dependency of the routes."""
    parts: Parts = request.app.state.parts
    return parts
