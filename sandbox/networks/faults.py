"""Faults of a network: slow, failing, torn or unreachable, call by call."""

import asyncio
import json
import re
import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.networks.memory import NETWORKS, Memory, Refused

STATUSES = {
    "401": ("unauthorized", "the credentials are not accepted"),
    "429": ("rate_limited", "too many requests"),
    "500": ("internal_error", "something went wrong"),
    "503": ("unavailable", "the service is not available"),
}
ACTIONS = (*STATUSES, "delay", "delay_after", "reset_before", "reset_after", "torn", "unreachable")
DEFAULT_DELAY_SECONDS = 1.0

_ALERT_IN_PATH = re.compile(r"/alerts/(?:update/)?([^/]+)(?:/(?:update-outcome|outcome|acknowledge))?$")
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(kw_only=True)
class Fault:
    """One fault and which calls it hits, counted from 1 since it was set."""

    network: str
    action: str
    nth: int | None = None
    from_nth: int | None = None
    every: int | None = None
    match: str = ""
    seconds: float | None = None
    calls: int = 0
    hits: int = 0
    set_at: float = field(default_factory=time.monotonic)

    def hit_by(self, *, network: str, call: str) -> bool:
        """Count a call, and say whether the fault acts on it."""
        if network != self.network or self.match not in call or self._lifted():
            return False
        self.calls += 1
        hit = self._number_fits()
        self.hits += hit
        return hit

    def _number_fits(self) -> bool:
        if self.nth is not None:
            return self.calls == self.nth
        if self.from_nth is not None:
            return self.calls >= self.from_nth
        return self.calls % (self.every or 1) == 0

    def _lifted(self) -> bool:
        over = self.seconds is not None and time.monotonic() - self.set_at > self.seconds
        return over and self.action == "unreachable"


class Faults:
    """ASGI middleware around the providers' endpoints; the control plane is never touched."""

    def __init__(
        self, app: ASGIApp, *, memory: Memory, refusals: Mapping[str, Callable[[Refused], Response]]
    ) -> None:
        self._app = app
        self._memory = memory
        self._refusals = refusals
        self.faults: list[Fault] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        network = scope["path"].split("/")[1] if scope["type"] == "http" else ""
        if network not in NETWORKS:
            await self._app(scope, receive, send)
            return
        fault = self._fault_for(network, f"{scope['method']} {scope['path']}")
        record = self._record(network, scope, fault)
        if fault is None:
            await self._app(scope, receive, _noting_status(send, record))
        else:
            await self._act(fault, scope, receive, _noting_status(send, record))

    def _fault_for(self, network: str, call: str) -> Fault | None:
        hit = [fault for fault in self.faults if fault.hit_by(network=network, call=call)]
        return hit[0] if hit else None

    def _record(self, network: str, scope: Scope, fault: Fault | None) -> dict[str, Any]:
        record = {
            "at": self._memory.clock.now().isoformat(),
            "network": network,
            "method": scope["method"],
            "path": scope["path"],
            "status": None,
            "fault": fault.action if fault is not None else None,
        }
        self._memory.requests.append(record)
        return record

    async def _act(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.action == "unreachable":
            await _reset(scope, receive)
            return
        body = await _read(receive)
        delay = DEFAULT_DELAY_SECONDS if fault.seconds is None else fault.seconds
        if fault.action in STATUSES or fault.action == "reset_before":
            await self._swallow(fault, scope, body, receive, send)
            return
        if fault.action == "delay":
            await asyncio.sleep(delay)
        answer = await self._answer(scope, body)
        if fault.action == "reset_after":
            await _reset(scope, receive)
        elif fault.action == "torn":
            await _tear(answer, scope, receive, send)
        elif fault.action == "delay" or await _stays_connected(receive, seconds=delay):
            for message in answer:
                await send(message)

    async def _swallow(self, fault: Fault, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        """Answer, or hang up, without the network having done anything."""
        network = fault.network
        code, message = STATUSES.get(fault.action, ("reset", "connection reset"))
        status = int(fault.action) if fault.action in STATUSES else 0
        refusal = Refused(status=status, code="fault", message=fault.action)
        if scope["method"] == "POST" and not scope["path"].endswith(("/list", "/acknowledges")):
            for alert_id, told in _mentioned(scope["path"], body):
                self._memory.refuse(
                    network=network,
                    alert_id=alert_id,
                    body=told,
                    raw=body.decode("utf-8", "replace"),
                    refusal=refusal,
                )
        if not status:
            await _reset(scope, receive)
            return
        response = self._refusals[network](Refused(status=status, code=code, message=message))
        if status in (429, 503) and fault.seconds is not None:
            response.headers["Retry-After"] = str(int(fault.seconds))
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, body: bytes) -> list[Message]:
        """Let the network do its work and keep its answer."""
        answer: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, keep)
        return answer


def _noting_status(send: Send, record: dict[str, Any]) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            record["status"] = message["status"]
        await send(message)

    return noting


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


async def _reset(scope: Scope, receive: Receive) -> None:
    """Close the connection with a TCP reset instead of an answer."""
    transport: asyncio.Transport = scope["state"]["transport"]
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
    await _disconnected(receive)


async def _tear(answer: list[Message], scope: Scope, receive: Receive, send: Send) -> None:
    """Send the head and half of the body, then close in the middle."""
    start, body = answer[0], b"".join(message.get("body", b"") for message in answer[1:])
    await send(start)
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    scope["state"]["transport"].close()
    await _disconnected(receive)


async def _stays_connected(receive: Receive, *, seconds: float) -> bool:
    try:
        await asyncio.wait_for(_disconnected(receive), seconds)
    except TimeoutError:
        return True
    return False


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


def _mentioned(path: str, body: bytes) -> list[tuple[str | None, Any]]:
    """The alerts a swallowed call was about, with what it said about each."""
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    outcomes = told.get("outcomes") if isinstance(told, dict) else None
    if isinstance(outcomes, list):
        return [(item.get("alertId"), item) for item in outcomes if isinstance(item, dict)]
    found = _ALERT_IN_PATH.search(path)
    return [(found[1] if found else None, told)]
