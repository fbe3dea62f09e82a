"""Whatever dies, whenever: each message that was answered with 2xx has exactly one case, and no other has one unless it
was sent again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from ingest_parts import Service
from merchants import Letter, Merchant, open_merchant
from mortal_ingest import POINTS
from postgresql_server import running as running_postgresql
from quiet_stack import quiet_stack
from waiting import eventually

from chargebacks.errors import TryLater
from demo.processes import address_in, python_process
from demo.stack import Stack, ingest_process

UNDER_LOAD = 150


@asynccontextmanager
async def mortal_process(stack: Stack, point: str) -> AsyncIterator[tuple[str, Any]]:
    log = stack.folder / "mortal.log"
    log.unlink(missing_ok=True)
    arguments = [str(Path(__file__).with_name("mortal_ingest.py")), point, str(stack.folder / "died")]
    async with python_process(
        arguments, ready="ingest_ready", log=log, environment=stack.environment
    ) as process:
        yield address_in(log), process


async def post_letter(http: httpx.AsyncClient, one: Merchant, letter: Letter) -> int | None:
    """The answer's status; None where there was no answer."""
    try:
        answer = await http.post(
            f"/alerts/{one.source.name}", content=letter.body, headers=dict(letter.headers)
        )
    except httpx.TransportError:
        return None
    return answer.status_code


async def nothing_waits(stack: Stack) -> bool:
    try:
        return not await stack.store.inbox.pending()
    except TryLater:  # a connection of ours from before the database went
        return False


async def started(stack: Stack, one: Merchant) -> list[str]:
    """The merchant's workflows that Temporal knows, once it shows all of the cases that the store knows."""
    known = {case.case_id for case in await stack.store.cases.list_cases(account=one.shop.name, limit=1000)}

    async def shown() -> list[str]:
        found = [each.id async for each in stack.client.list_workflows(f"CaseAccount = '{one.shop.name}'")]
        return found if set(found) >= known else []

    return await eventually(shown) if known else []


@pytest.mark.parametrize("point", POINTS)
async def test_the_service_dies_between_two_steps(service: Service, point: str, tmp_path: Path) -> None:
    """Another one finishes what it left; the sender repeats what it got no answer to."""
    async with quiet_stack(service.stack, tmp_path) as (stack, temporal), temporal.running():
        one = await open_merchant(stack, "chargebackhit")
        letter = await one.letter()
        async with (
            mortal_process(stack, point) as (url, process),
            httpx.AsyncClient(base_url=url, timeout=30) as http,
        ):
            first = await post_letter(http, one, letter)
            assert await process.wait() == 17
        pending = len(await stack.store.inbox.pending())
        async with (
            ingest_process(stack) as url,
            httpx.AsyncClient(base_url=url, timeout=30) as http,
        ):
            if first is None:
                assert await post_letter(http, one, letter) == 200
            await forget_leases(stack)
            assert await eventually(lambda: nothing_waits(stack))
        [case] = await started(stack, one)
        [known] = await stack.store.cases.list_cases(account=one.shop.name)
        print(f"died {point}: first answer {first}, {pending} waited, started {case}")
        assert case == known.case_id


async def forget_leases(stack: Stack) -> bool:
    """What was being delivered when something died is free again at once, as it would be in two minutes. False while
    the database is not back."""
    try:
        for message in await stack.store.inbox.pending(limit=1000):
            await stack.store.inbox.mark_failed(message.id, next_try_at=message.received_at, error="")
    except TryLater:
        return False
    return True


@dataclass
class Load:
    """A sender that keeps sending, and repeats what was not answered with 2xx until it is."""

    one: Merchant
    url: Callable[[], str]
    answers: Counter[str] = field(default_factory=Counter)
    accepted: int = 0

    async def run(self, letters: list[Letter]) -> None:
        async with httpx.AsyncClient(timeout=10) as http:
            room = asyncio.Semaphore(8)

            async def until_taken(letter: Letter) -> None:
                async with room:
                    while True:
                        status = await self._post(http, letter)
                        self.answers[str(status)] += 1
                        if status == 200:
                            self.accepted += 1
                            return
                        await asyncio.sleep(0.1)

            await asyncio.gather(*(until_taken(letter) for letter in letters))

    async def _post(self, http: httpx.AsyncClient, letter: Letter) -> int | None:
        http.base_url = httpx.URL(self.url())
        return await post_letter(http, self.one, letter)


async def letters_of(one: Merchant, number: int) -> list[Letter]:
    return [await one.letter() for _ in range(number)]


async def counted(stack: Stack, load: Load, *, what: str) -> None:
    """The proof: as many cases as messages that were accepted."""
    assert await eventually(lambda: nothing_waits(stack))
    found = await started(stack, load.one)
    refused = sum(count for answer, count in load.answers.items() if answer != "200")
    print(
        f"{what}: sent {load.answers.total()}, accepted {load.accepted}, refused or unanswered {refused} "
        f"({dict(load.answers)}), found {len(found)} cases"
    )
    assert load.accepted == UNDER_LOAD
    assert len(found) == len(set(found)) == UNDER_LOAD


async def test_temporal_stops_and_comes_back_under_load(service: Service, tmp_path: Path) -> None:
    """Nobody who sends notices."""
    async with quiet_stack(service.stack, tmp_path) as (stack, temporal):
        one = await open_merchant(stack, "chargebackhit")
        letters = await letters_of(one, UNDER_LOAD)
        async with ingest_process(stack) as url:
            load = Load(one, lambda: url)
            async with temporal.running():
                await load.run(letters[:50])
            await load.run(letters[50:100])
            async with temporal.running():
                await load.run(letters[100:])
                assert set(load.answers) == {"200"}
                await counted(stack, load, what="Temporal away")


async def test_the_service_is_killed_and_started_under_load(service: Service, tmp_path: Path) -> None:
    """Twice, in the midst of what it does."""
    async with quiet_stack(service.stack, tmp_path) as (stack, temporal), temporal.running():
        one = await open_merchant(stack, "chargebackhit")
        letters = await letters_of(one, UNDER_LOAD)
        addresses = ["http://127.0.0.1:9"]
        load = Load(one, lambda: addresses[-1])
        (stack.folder / "died").touch()  # it does not die by itself
        sending = asyncio.create_task(load.run(letters))
        for lives_for in (40, 100):
            async with mortal_process(stack, "after it is noted") as (url, process):
                addresses.append(url)

                async def taken(enough: int = lives_for) -> bool:
                    return load.accepted >= enough

                assert await eventually(taken)
                process.kill()
                await process.wait()
        async with ingest_process(stack) as url:
            addresses.append(url)
            await sending
            await forget_leases(stack)
            await counted(stack, load, what="service killed")


async def test_postgresql_stops_and_comes_back_under_load(service: Service, tmp_path: Path) -> None:
    """Senders are told 503 meanwhile, and what they repeat is taken once."""
    async with AsyncExitStack() as running:
        postgresql = running.enter_context(running_postgresql(tmp_path))
        stack, temporal = await running.enter_async_context(
            quiet_stack(service.stack, tmp_path, database_url=postgresql.url)
        )
        await running.enter_async_context(temporal.running())
        url = await running.enter_async_context(ingest_process(stack))
        one = await open_merchant(stack, "chargebackhit")
        letters = await letters_of(one, UNDER_LOAD)
        load = Load(one, lambda: url)
        sending = asyncio.create_task(load.run(letters))

        async def some_taken() -> bool:
            return load.accepted >= 40

        assert await eventually(some_taken)
        postgresql.stop()

        async def refused() -> bool:
            return load.answers["503"] >= 10

        assert await eventually(refused)
        async with httpx.AsyncClient(base_url=url) as http:
            assert (await http.get("/readyz")).status_code == 503
            assert (await http.get("/healthz")).status_code == 200
        postgresql.start()
        await sending
        assert set(load.answers) == {"200", "503"}
        await eventually(lambda: forget_leases(stack))
        await counted(stack, load, what="PostgreSQL away")
