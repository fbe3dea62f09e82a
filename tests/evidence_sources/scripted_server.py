"""A server that answers what a test says, byte for byte: torn, endless, slow or silent, as no framework would."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Play = Callable[[asyncio.StreamWriter], Awaitable[None]]
_PIECE = b"x" * 65_536


@dataclass(frozen=True)
class Asked:
    """A request as it came over the wire; names of headers in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class ScriptedServer:
    """Each connection gets the next answer, the last one for ever."""

    url: str = ""
    answers: list[bytes | Play] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    sent: int = 0
    """Bytes of an endless answer that were written before the other side hung up."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            self.asked.append(await _read(reader))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        writer.close()

    async def endless(self, writer: asyncio.StreamWriter) -> None:
        """A body without a declared length that goes on until the other side hangs up."""
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n")
        while True:
            writer.write(_PIECE)
            await writer.drain()
            self.sent += len(_PIECE)

    async def dripping(self, writer: asyncio.StreamWriter) -> None:
        """A byte at a time, so that no single read ever waits long."""
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    async def silent(self, writer: asyncio.StreamWriter) -> None:
        """Nothing, until the other side hangs up."""
        while not writer.transport.is_closing():
            await asyncio.sleep(0.02)


def response(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole HTTP answer; `content_type="…"` becomes `content-type: …`."""
    plain = {"content_length": str(len(body)), "connection": "close"} | headers
    lines = [f"HTTP/1.1 {status} As scripted"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in plain.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def scripted_server() -> AsyncIterator[ScriptedServer]:
    """On a free loopback port until the block ends."""
    script = ScriptedServer()
    listening = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening:
        yield script


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, path, headers, body)
