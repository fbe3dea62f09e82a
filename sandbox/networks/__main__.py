"""``python -m sandbox.networks --port N [--host 127.0.0.1]``."""

import argparse
import asyncio
import socket

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.networks.app import create_app
from sandbox.networks.credentials import EthocaKeys


class ResettableProtocol(H11Protocol):
    """HTTP/1.1 whose application can reach the transport, to reset a connection on purpose."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio leaves Nagle's algorithm on for sockets made without a protocol number: 40 ms for each answer.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "transport": transport}


def main() -> None:
    """Serve until interrupted; the line that says so is printed when connections are taken."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.networks", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="0 takes a free port")
    parser.add_argument("--host", default="127.0.0.1")
    options = parser.parse_args()
    listener = socket.create_server((options.host, options.port))
    port = listener.getsockname()[1]
    config = uvicorn.Config(
        create_app(EthocaKeys.generate()),
        http=ResettableProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    server = _Announcing(config, line=f"alert networks listening on http://{options.host}:{port}")
    server.run(sockets=[listener])


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, *, line: str) -> None:
        super().__init__(config)
        self._line = line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        print(self._line, flush=True)


if __name__ == "__main__":
    main()
