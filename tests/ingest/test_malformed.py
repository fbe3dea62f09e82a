"""A thousand broken messages of every provider: no 5xx, nothing started, nothing lost, one log line each."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from ingest_parts import Service, event, event_headers
from merchants import Letter, Merchant, open_merchant, signed, warning
from pydantic import SecretStr
from quiet_stack import quiet_stack

from demo.stack import Stack, ingest_process
from networks.registry import ADAPTERS

MESSAGES = 1000
AT_ONCE = 8
FORMS = ("reseller", "payshield")
_PROOFS = ("signature", "authorization", "svix-signature", "stripe-signature")
_STRIPE_SECRET = "whsec_malformed_fake"

Prove = Callable[[bytes], Letter]


def broken(good: Letter, prove: Prove, chance: random.Random, *, form: bool) -> Iterator[tuple[str, Letter]]:
    """What can be wrong, and such a message. What `prove` proves is the provider's own mistake, the rest a
    stranger's. (Of a form, any beginning may be a form: it is broken in other ways.)"""
    body = good.body
    other_json = (None, True, 1e308, {}, "text", [{}], {"alert": None}, {"data": {"object": 1}})

    def truncated() -> Letter:
        return prove(body[: chance.randrange(1, len(body) - 1)])

    def garbled() -> Letter:
        at = chance.randrange(1, len(body) - 1)
        return prove(body[:at] + b"\xff\x00" + chance.randbytes(chance.randrange(1, 40)) + body[at:])

    def nested() -> Letter:
        depth = chance.randrange(500, 60_000)
        return prove(b'{"alert":' + b"[" * depth + b"]" * chance.randrange(depth) + b"}")

    def wrongly_encoded() -> Letter:
        return prove(body.decode().encode(chance.choice(["utf-16", "utf-32"])) + b"\xff")

    def something_else() -> Letter:
        return prove(json.dumps(chance.choice(other_json)).encode() + b" " * chance.randrange(1000))

    def oversized() -> Letter:
        return prove(body + b" " * (1100 * 1024))

    def unsigned() -> Letter:
        return good.without(*_PROOFS)

    def mis_signed() -> Letter:
        proofs = {name: value for name, value in good.headers.items() if name.lower() in _PROOFS}
        wrong = {
            name: value[:-6] + chance.choice(["AAAAAA", "", "%%%", "=,=v1"]) for name, value in proofs.items()
        }
        return Letter(headers={**good.headers, **wrong}, body=body, at=good.at)

    ways = [garbled, nested, wrongly_encoded, something_else, unsigned, mis_signed]
    ways += [] if form else [truncated]
    for number in range(MESSAGES):
        way = oversized if number % 100 == 0 else ways[number % len(ways)]
        yield way.__name__, way()


@pytest.mark.parametrize("kind", [*ADAPTERS, "stripe"])
async def test_a_thousand_broken_messages(service: Service, kind: str, tmp_path: Path) -> None:
    async with quiet_stack(service.stack, tmp_path) as (stack, temporal), temporal.running():
        one = await open_merchant(stack, "stripe_efw" if kind == "stripe" else kind)
        path, good, prove = await provider(stack, one, kind)
        letters = [*broken(good, prove, random.Random(kind), form=kind in FORMS)]
        async with (
            ingest_process(stack, ingest_requests_per_second="100000") as url,
            httpx.AsyncClient(base_url=url, timeout=60) as http,
        ):
            statuses = await sent(http, path, [letter for _, letter in letters])
            answer = await http.post(path, content=good.body, headers=dict(good.headers))
            assert answer.status_code == 200, "a good one passes"
        print(f"{kind}: {dict(Counter(statuses))}")
        ways = [way for way, _ in letters]
        assert set(statuses) <= {400, 401, 413}
        assert_all(zip(ways, statuses, strict=True), "oversized", 413)
        assert_all(zip(ways, statuses, strict=True), "unsigned", 401)
        assert_all(zip(ways, statuses, strict=True), "mis_signed", 401)

        authentic = {
            letter.body for (_, letter), status in zip(letters, statuses, strict=True) if status == 400
        }
        kept = await stack.store.inbox.refused(limit=10_000)
        assert {message.body for message in kept} == authentic, (
            "what the provider sent is there to be looked at"
        )
        assert len(kept) == len(authentic)
        refusals = [line for line in log_lines(stack) if line["event"] == "request_refused"]
        assert len(refusals) == MESSAGES
        assert all(line["reason"] for line in refusals)
        assert len(await stack.store.cases.list_cases(account=one.shop.name)) <= 1, "of the good one"


def assert_all(answers: Any, wanted: str, expected: int) -> None:
    assert {status for way, status in answers if way == wanted} == {expected}


async def provider(stack: Stack, one: Merchant, kind: str) -> tuple[str, Letter, Prove]:
    """Where the provider sends to, a message of its, and how it proves others."""
    alerts = f"/alerts/{one.source.name}"
    if kind == "stripe_efw":
        return alerts, signed(kind, json.dumps(warning()).encode()), lambda body: signed(kind, body)
    if kind != "stripe":
        return alerts, await one.letter(), lambda body: signed(kind, body)
    await stack.store.webhooks.add(
        one.shop.name,
        url="https://example.com",
        secret=SecretStr(_STRIPE_SECRET),
        endpoint_id=None,
        at=datetime.now(UTC),
    )

    def prove(body: bytes) -> Letter:
        return Letter(headers=event_headers(body, _STRIPE_SECRET), body=body, at=datetime.now(UTC))

    good = prove(event("balance.available", {"object": "balance"}))
    return f"/stripe/{one.shop.name}", good, prove


async def sent(http: httpx.AsyncClient, path: str, letters: list[Letter]) -> list[int]:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(letter: Letter) -> int:
        async with room:
            answer = await http.post(path, content=letter.body, headers=dict(letter.headers))
            assert "reason" in answer.json().get("error", {}) or answer.status_code < 400
            return answer.status_code

    return await asyncio.gather(*(one(letter) for letter in letters))


def log_lines(stack: Stack) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (stack.folder / "ingest.log").read_text().splitlines()]
