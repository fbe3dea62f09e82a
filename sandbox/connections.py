"""TCP connections that can be cut on purpose.

uvicorn offers an application no way to close a connection without an answer, so its protocol is taught to note
each transport by the peer's address, which is what the application sees as `scope["client"]`.
"""

import asyncio
import socket
import struct
from typing import Any

from starlette.types import Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

Peer = tuple[str, int]


class Connections:
    """The open connections of one server."""

    def __init__(self) -> None:
        self._transports: dict[Peer, asyncio.Transport] = {}

    def protocol(self) -> type[H11Protocol]:
        """uvicorn's HTTP protocol, noting its transports here."""
        transports = self._transports

        class NotedProtocol(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                self.noted_peer: Peer = transport.get_extra_info("peername")[:2]
                transports[self.noted_peer] = transport
                # asyncio only does so for sockets made with an explicit protocol number; without it the body
                # waits 40 ms for the acknowledgement of the header.
                transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                super().connection_made(transport)

            def connection_lost(self, exc: Exception | None) -> None:
                transports.pop(self.noted_peer, None)
                super().connection_lost(exc)

        return NotedProtocol

    def reset(self, scope: Scope) -> None:
        """Send a TCP reset instead of an answer."""
        transport = self._transport(scope)
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    async def tear(self, scope: Scope, send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
        """Announce the whole body, send half of it and close."""
        announced = {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}
        lines: list[Any] = [(name.lower().encode(), value.encode()) for name, value in announced.items()]
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        self._transport(scope).close()

    def _transport(self, scope: Scope) -> asyncio.Transport:
        host, port = scope["client"]
        return self._transports[host, port]
