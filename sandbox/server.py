"""The sandbox as one ASGI application and one process."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from sandbox.api import Api
from sandbox.connections import Connections
from sandbox.control import control_plane
from sandbox.resources import RESOURCES
from sandbox.state import Sandbox
from sandbox.webhook_sender import WebhookSender

TICK_SECONDS = 0.25


def build(sandbox: Sandbox, connections: Connections) -> Starlette:
    """The control plane under `/_sandbox`, the Stripe API everywhere else."""

    sender = WebhookSender(sandbox)
    sandbox.on_event(sender.fan_out)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        running = [asyncio.create_task(_tick(sandbox)), asyncio.create_task(sender.run())]
        yield
        for task in running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    routes = [Mount("/_sandbox", control_plane(sandbox)), Mount("/", Api(sandbox, RESOURCES, connections))]
    return Starlette(routes=routes, lifespan=lifespan)


def new_sandbox(*, seed: int) -> Sandbox:
    return Sandbox(seed=seed, indexes={resource.table: resource.indexes for resource in RESOURCES})


async def _tick(sandbox: Sandbox) -> None:
    """Let what falls due happen even while nobody calls."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        sandbox.clock.run_due()


class _AnnouncedServer(uvicorn.Server):
    """Prints one line when it is ready, which is how a parent process learns the port."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            print(f"sandbox listening on http://{host}:{port}", flush=True)


def serve(*, host: str, port: int, seed: int) -> None:
    """Serve until a signal; port 0 takes a free one."""
    connections = Connections()
    config = uvicorn.Config(
        build(new_sandbox(seed=seed), connections),
        http=connections.protocol(),
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=3,
    )
    with socket.create_server((host, port), backlog=2048) as listening:
        _AnnouncedServer(config).run(sockets=[listening])
