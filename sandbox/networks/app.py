"""The ASGI application: four networks, their faults and the control plane over one memory."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.networks import chargebackhit, chargeblast, ethoca, reseller
from sandbox.networks.control import Control
from sandbox.networks.credentials import EthocaKeys
from sandbox.networks.delivery import Courier
from sandbox.networks.faults import Faults
from sandbox.networks.memory import Memory

REFUSALS = {
    chargebackhit.NETWORK: chargebackhit.refusal_response,
    ethoca.NETWORK: ethoca.refusal_response,
    reseller.NETWORK: reseller.refusal_response,
    chargeblast.NETWORK: chargeblast.refusal_response,
}
EXPIRY = {reseller.NETWORK: reseller.expire, chargeblast.NETWORK: chargeblast.expire}


class Expiry:
    """ASGI middleware that closes alerts whose window has passed before anybody looks at them."""

    def __init__(self, app: ASGIApp, *, memory: Memory) -> None:
        self._app = app
        self._memory = memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for alert in self._memory.due_for_expiry():
            EXPIRY[alert.network](self._memory, alert)
        await self._app(scope, receive, send)


def create_app(keys: EthocaKeys) -> ASGIApp:
    """A fresh set of networks that signs and verifies Ethoca calls with `keys`."""
    memory = Memory(keys)
    courier = Courier(memory)

    @contextlib.asynccontextmanager
    async def redelivering(app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(courier.run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    providers = [
        route
        for network in (chargebackhit, ethoca, reseller, chargeblast)
        for route in network.routes(memory)
    ]
    app = Starlette(routes=providers, lifespan=redelivering, middleware=[Middleware(Expiry, memory=memory)])
    faults = Faults(app, memory=memory, refusals=REFUSALS)
    app.router.routes.extend(Control(memory=memory, courier=courier, faults=faults).routes())
    return faults
