"""Webhooks taken in per second, by the service and by a bare endpoint that verifies the same signature and inserts one
row; and how long a burst of alerts takes to be started.

Both are asked by the same client over the same number of kept connections, turn by turn in the same run.
"""

import asyncio
import json
import statistics
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from urllib.parse import urlsplit

from pydantic import SecretStr

from benchmarks.bare_ingest import SECRET
from benchmarks.report import Line
from demo.processes import address_in, python_process
from demo.stack import Stack, ingest_process, post
from runtime.embedded_temporal import free_port
from runtime.stripe_signatures import sign

_CONNECTIONS = 16


@dataclass(frozen=True, kw_only=True)
class Rate:
    """One side's turn."""

    per_second: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, kw_only=True)
class Intake:
    """The service and the bare endpoint, turn by turn."""

    engine: str
    ours: tuple[Rate, ...]
    bare: tuple[Rate, ...]
    burst: int
    accepted_seconds: float
    drained_seconds: float


async def measure_webhooks(stack: Stack, *, engine: str, events: int, rounds: int, burst: int) -> Intake:
    """Events of a type that is only kept, and then a burst of alerts whose cases nobody works on yet."""
    await stack.store.webhooks.add(
        "shop",
        url="https://example.com",
        secret=SecretStr(SECRET),
        endpoint_id=None,
        at=datetime.now(UTC),
    )
    ours: list[Rate] = []
    bare: list[Rate] = []
    async with (
        ingest_process(stack, ingest_requests_per_second="1000000") as service,
        _bare(stack) as endpoint,
    ):
        for number in range(rounds):
            for url, rates in ((f"{service}/stripe/shop", ours), (f"{endpoint}/", bare)):
                rates.append(await _rate(url, _events(f"{number}-{len(ours)}-{len(bare)}", events)))
        accepted, drained = await _burst(stack, service, burst)
    return Intake(
        engine=engine,
        ours=tuple(ours),
        bare=tuple(bare),
        burst=burst,
        accepted_seconds=accepted,
        drained_seconds=drained,
    )


def webhook_lines(found: Intake) -> list[Line]:
    ratios = [one.per_second / other.per_second for one, other in zip(found.ours, found.bare, strict=True)]
    name = f"webhooks taken in, {found.engine}"
    return [
        Line(benchmark=name, case="the service", measured=_said(found.ours)),
        Line(benchmark=name, case="a bare endpoint with one insert", measured=_said(found.bare)),
        Line(
            benchmark=name,
            case="ratio",
            measured=f"median {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
        ),
        Line(
            benchmark=name,
            case=f"a burst of {found.burst:,} alerts",
            measured=f"accepted in {found.accepted_seconds:.1f} s, every case started after "
            f"{found.drained_seconds:.1f} s",
        ),
    ]


def _said(rates: Sequence[Rate]) -> str:
    def middle(of: Callable[[Rate], float]) -> float:
        return statistics.median(of(one) for one in rates)

    return (
        f"{middle(lambda one: one.per_second):,.0f}/s, p50 {middle(lambda one: one.p50_ms):.1f} ms, "
        f"p99 {middle(lambda one: one.p99_ms):.1f} ms"
    )


@asynccontextmanager
async def _bare(stack: Stack) -> AsyncIterator[str]:
    log, url = stack.folder / "bare_ingest.log", stack.environment["DATABASE_URL"]
    if url.startswith("sqlite:///"):
        url = f"sqlite:///{stack.folder / 'bare.db'}"
    async with python_process(
        ["-m", "benchmarks.bare_ingest", str(free_port()), url], ready="bare ingest on", log=log
    ):
        yield address_in(log)


def _events(name: str, number: int) -> list[tuple[bytes, dict[str, str]]]:
    made = []
    for one in range(number):
        event = {
            "id": f"evt_{name.replace('-', '')}x{one}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": int(datetime.now(UTC).timestamp()),
            "livemode": False,
            "type": "balance.available",
            "data": {"object": {"object": "balance", "padding": "x" * 1500}},
        }
        body, at = json.dumps(event).encode(), str(int(datetime.now(UTC).timestamp()))
        made.append((body, {"Stripe-Signature": f"t={at},v1={sign(body, secret=SECRET, timestamp=at)}"}))
    return made


async def _rate(url: str, messages: Sequence[tuple[bytes, dict[str, str]]]) -> Rate:
    began = perf_counter()
    times = await _send(url, messages)
    seconds = perf_counter() - began
    times.sort()
    return Rate(
        per_second=len(times) / seconds,
        p50_ms=times[len(times) // 2] * 1000,
        p99_ms=times[int(len(times) * 0.99)] * 1000,
    )


async def _send(url: str, messages: Sequence[tuple[bytes, dict[str, str]]]) -> list[float]:
    """Seconds of each, over kept connections; any answer but 200 is an error."""
    waiting, times = iter(messages), list[float]()
    target = urlsplit(url)
    assert target.hostname is not None
    assert target.port is not None

    async def one_connection() -> None:
        reader, writer = await asyncio.open_connection(target.hostname, target.port)
        for body, headers in waiting:
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            head = f"POST {target.path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
            began = perf_counter()
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 200 "):
                raise RuntimeError(f"{url} answered {answer[:40]!r}")
            length = next(
                int(line.split(b":")[1])
                for line in answer.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            )
            await reader.readexactly(length)
            times.append(perf_counter() - began)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(one_connection() for _ in range(_CONNECTIONS)))
    return times


async def _burst(stack: Stack, service: str, number: int) -> tuple[float, float]:
    source = stack.source("chargebackhit", "shop")
    letters: list[tuple[bytes, dict[str, str]]] = []
    while len(letters) < number:
        some = min(_CONNECTIONS, number - len(letters))
        letters += await asyncio.gather(*(_letter(stack) for _ in range(some)))
    began = perf_counter()
    await _send(f"{service}/alerts/{source}", letters)
    accepted = perf_counter() - began
    while (await stack.store.inbox.waiting()).messages:
        await asyncio.sleep(0.2)
    return accepted, perf_counter() - began


async def _letter(stack: Stack) -> tuple[bytes, dict[str, str]]:
    made = await post(
        stack.networks_control,
        "/_networks/alerts/generate",
        {"network": "chargebackhit", "register": False},
    )
    return made["body"].encode(), made["headers"]
