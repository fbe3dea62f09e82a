"""A client that sends too much, too slowly or too often is refused, and nobody else waits for it."""

import asyncio
import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest
from ingest_parts import Service
from merchants import OpenMerchant

from demo.stack import ingest_process
from ingest.limits import BodyLimits


def connection(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout=60)


async def answered(service: Service) -> bool:
    """A healthy client is served at once."""
    answer = await service.http.get("/healthz", timeout=10)
    return answer.status_code == 200


@pytest.mark.parametrize("path", ["/stripe/shop", "/alerts/chargebackhit-shop", "/nothing"])
async def test_a_body_beyond_the_limit(service: Service, path: str) -> None:
    """Announced or not, it is cut off: 413 where somebody would read it."""
    limit = BodyLimits().of(path)
    expected = 404 if path == "/nothing" else 413
    announced = await service.http.post(path, content=b"x" * (limit + 1))
    assert announced.status_code == expected

    async def pieces():  # type: ignore[no-untyped-def]
        for _ in range(limit // 16_384 + 2):
            yield b"x" * 16_384

    unannounced = await service.http.post(path, content=pieces())
    assert unannounced.status_code == expected
    assert unannounced.json()["error"]["reason"] in ("too_large", "not_found")
    assert await answered(service)


async def test_slow_clients_hold_up_nobody(service: Service, merchant: OpenMerchant) -> None:
    """500 connections that never finish their request: an alert is taken meanwhile, and they are all ended."""
    one = await merchant("chargebackhit")
    with ExitStack() as open_sockets:
        slow = [open_sockets.enter_context(connection(service.url)) for _ in range(500)]
        for number, each in enumerate(slow):
            begun = b"POST /stripe/shop HTTP/1.1\r\nHost: x\r\n"
            each.sendall(begun if number % 2 else begun + b"Content-Length: 100\r\n\r\n{")
        letter = await one.letter()
        answer = await service.http.post(
            f"/alerts/{one.source.name}", content=letter.body, headers=dict(letter.headers)
        )
        assert answer.status_code == 200
        ended = await asyncio.gather(*(asyncio.to_thread(everything_from, each) for each in slow))
    headers, bodies = ended[1::2], ended[0::2]
    assert set(headers) == {b""}
    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in bodies)
    assert await answered(service)


def everything_from(client: socket.socket) -> bytes:
    """What the server says until it ends the connection."""
    said = b""
    while part := client.recv(4096):
        said += part
    return said


async def test_endless_headers(service: Service) -> None:
    """The connection ends; no memory is filled."""
    with connection(service.url) as client:
        fillers = b"".join(b"X-Filler: " + b"a" * 8000 + b"\r\n" for _ in range(1000))
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            await asyncio.to_thread(client.sendall, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + fillers)
    assert await answered(service)


async def test_too_many_requests(service: Service) -> None:
    """429 with the time to wait, for this receiver and address only."""
    async with (
        ingest_process(service.stack, log="few.log", ingest_requests_per_second="0.5") as url,
        httpx.AsyncClient(base_url=url) as http,
    ):
        answers = [await http.post("/alerts/chargebackhit-shop", content=b"{}") for _ in range(8)]
        other = await http.post("/alerts/reseller-shop", content=b"{}")
    statuses = [answer.status_code for answer in answers]
    assert statuses[:5] == [401] * 5
    assert statuses[-1] == 429
    assert answers[-1].json()["error"]["reason"] == "rate_limited"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 2
    assert other.status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/stripe/shop", 405, "method_not_allowed"),
        ("POST", "/healthz", 405, "method_not_allowed"),
        ("POST", "/", 404, "not_found"),
        ("POST", "/stripe/a/b", 404, "not_found"),
        ("POST", "/stripe/%00", 404, "unknown_source"),
        ("POST", "/alerts/..%2f..%2fetc", 404, "not_found"),
    ],
)
async def test_what_is_not_offered(
    service: Service, method: str, path: str, status: int, reason: str
) -> None:
    """In the one form that every error has."""
    answer = await service.http.request(method, path)
    assert answer.status_code == status
    assert answer.json()["error"]["reason"] == reason
