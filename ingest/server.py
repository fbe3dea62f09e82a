"""uvicorn as a part of a process of ours: our signals, and a deadline for clients that never finish their headers."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from runtime.process import stop_requested

_HEADER_SECONDS = 10.0
_HEADER_BYTES = 64 * 1024
_KEEP_ALIVE_SECONDS = 30
_GRACE_SECONDS = 20


class PatientProtocol(HttpToolsProtocol):
    """Ends connections whose request line and headers do not arrive in time, or never end. uvicorn limits neither."""

    _deadline: asyncio.TimerHandle | None = None
    _header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._have_headers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._deadline is not None:
            self._header_bytes += len(data)
            if self._header_bytes > _HEADER_BYTES:
                # A whole small request with its body may come at once: judged by what is left after parsing it.
                super().data_received(data)
                if self._deadline is not None:
                    self.transport.close()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._expect_headers()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._have_headers()
        super().on_headers_complete()

    def _expect_headers(self) -> None:
        if self._deadline is None:
            self._header_bytes = 0
            self._deadline = self.loop.call_later(_HEADER_SECONDS, self._too_slow)

    def _have_headers(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()


class Server:
    """Serves an application until the process is told to stop."""

    def __init__(self, app: ASGIApp, *, host: str, port: int, trusted_proxies: str = "127.0.0.1") -> None:
        self._listening = socket.create_server((host, port), backlog=2048)
        config = uvicorn.Config(
            app,
            http=PatientProtocol,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=trusted_proxies,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = _OurSignals(config)
        self._stop = stop_requested()
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """The address, once connections are taken."""
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._listening]))
        while not self._server.started:
            if self._serving.done():
                await self._serving
            await asyncio.sleep(0.01)
        host, port = self._listening.getsockname()[:2]
        return f"http://{host}:{port}"

    async def until_stopped(self) -> None:
        """Returns when SIGTERM or SIGINT has come and requests in flight are answered."""
        assert self._serving is not None
        await self._stop.wait()
        self._server.should_exit = True
        await self._serving
        self._listening.close()


class _OurSignals(uvicorn.Server):
    """uvicorn would raise the signal again after its own shutdown, before ours."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
