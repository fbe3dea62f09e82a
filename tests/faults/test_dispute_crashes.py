"""The worker process dies at every boundary of a dispute's activities, and before and after every call they make."""

import asyncio
import base64
import http.server
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from deaths import Beginning, die_everywhere
from dispute_trials import (
    APPEALED,
    COMPLIANCE,
    FOUGHT,
    GIVEN_UP,
    POLICY,
    REFUNDED,
    WITH_CE3,
    DisputeTrial,
    Ending,
    Source,
    begin_dispute,
    document,
)
from pydantic import SecretStr
from shops import open_shop
from temporalio import activity
from temporalio.worker import Worker

from chargebacks.contracts import COLLECT_EVIDENCE
from chargebacks.evidence_items import Supplier
from demo.processes import address_in, python_process
from demo.stack import Stack

FIGHTING = (
    "open_dispute",
    "read_dispute",
    "protect_dispute",
    "gather_from_stripe",
    "assess_dispute",
    "build_packet",
    "stage_packet",
    "submit_packet",
    "record_result",
    "save_case",
    "accounts.account_facts",
    "accounts.policy",
    "stripe.read_dispute",
    "stripe.set_submission_method",
    "stripe.read_dossier",
    "cases.cases_of_charge",
    "evidence.dossier",
    "evidence.keep_dossier",
    "evidence_sources.refs_of_account",
    "evidence.standing",
    "evidence.items",
    "results.own_results",
    "evidence.document",
    "renderer.render",
    "packets.keep",
    "packets.packet",
    "packets.file_ids",
    "stripe.upload_evidence",
    "packets.keep_file_id",
    "stripe.stage_evidence",
    "packets.ce3",
    "stripe.read_dispute in submit_packet",
    "submissions.reserve",
    "stripe.stage_evidence in submit_packet",
    "stripe.submit_evidence",
    "submissions.filed",
    "results.record",
    "cases.save_case",
)
ASKING_AN_ENDPOINT = ("ask_endpoint", "endpoints.ask", "intake.check", "evidence.add")
ASKING_AN_ACTIVITY = ("keep_supply", "intake.check in keep_supply", "evidence.add in keep_supply")
BY_URL = ("endpoints.fetch",)
STAGING_CE3 = (
    "packets.ce3 in stage_packet",
    "stripe.stage_evidence in stage_packet again",
    "stripe.stage_evidence in submit_packet again",
)
COMPLYING = ("stripe.submit_evidence",)
APPEALING = ("stripe.submit_appeal", "packets.keep_file_id in submit_packet")
GIVING_UP = ("accept_dispute", "stripe.close_dispute")
REFUNDING = (
    "refund_charge",
    "ledger.reserve",
    "stripe.create_refund",
    "ledger.settle",
)

QUEUE = "merchants-evidence"
SECRET = "an-evidence-secret"


async def test_death_at_every_boundary_files_once_what_was_approved(stack: Stack, tmp_path: Path) -> None:
    """Whatever the worker was doing when it died: one submission, of the packet that was approved, before its time is
    over; given up or refunded once where that was decided; the case closed with its verdict."""
    numbers = itertools.count()
    async with (
        evidence_endpoint(tmp_path) as url,
        file_server(tmp_path / "orders" / "1001" / "shipping_documentation") as files,
        merchants_worker(stack, files),
    ):
        endpoint = Source(kind=Supplier.ENDPOINT, url=url, secret=SecretStr(SECRET))
        merchants = Source(kind=Supplier.ACTIVITY, task_queue=QUEUE)
        by_url = Source(kind=Supplier.ACTIVITY, task_queue=f"{QUEUE}-by-url")
        ways: tuple[tuple[tuple[str, ...], Ending, Source | None], ...] = (
            (FIGHTING, FOUGHT, None),
            (ASKING_AN_ENDPOINT, FOUGHT, endpoint),
            (ASKING_AN_ACTIVITY, FOUGHT, merchants),
            (BY_URL, FOUGHT, by_url),
            (STAGING_CE3, WITH_CE3, None),
            (COMPLYING, COMPLIANCE, None),
            (APPEALING, APPEALED, None),
            (GIVING_UP, GIVEN_UP, None),
            (REFUNDING, REFUNDED, None),
        )
        points: dict[str, Beginning] = {
            f"{when} {name}": partial(_begin, stack, f"{when} {name}", numbers, ending, source)
            for names, ending, source in ways
            for name in names
            for when in ("before", "after")
        }
        assert await die_everywhere(stack, tmp_path, points) == []


async def _begin(
    stack: Stack, point: str, numbers: "itertools.count[int]", ending: Ending, source: Source | None
) -> DisputeTrial:
    number = next(numbers)
    shop = await open_shop(stack, f"mortal-dispute{number}", policy=POLICY, disputes=True)
    return await begin_dispute(shop, point, amount=2000 + number, ending=ending, source=source)


@asynccontextmanager
async def evidence_endpoint(folder: Path) -> AsyncIterator[str]:
    """The example endpoint with a tracking number and a label for every order; gives its address."""
    order = folder / "orders" / "1001"
    (order / "shipping_documentation").mkdir(parents=True)
    (order / "supply.json").write_text('{"fields": {"shipping_tracking_number": "1Z999AA10123456784"}}')
    (order / "shipping_documentation" / "label.pdf").write_bytes(document("label"))
    log = folder / "endpoint.log"
    command = ["examples/evidence_endpoint.py", "--port", "0", "--orders", str(order.parent)]
    async with python_process(
        command, ready="evidence endpoint on", log=log, environment={"EVIDENCE_SECRETS": SECRET}
    ):
        yield address_in(log)


@asynccontextmanager
async def file_server(folder: Path) -> AsyncIterator[str]:
    """Gives the files of a folder by URL; its address."""
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = asyncio.create_task(asyncio.to_thread(server.serve_forever))
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            await serving


@asynccontextmanager
async def merchants_worker(stack: Stack, files: str) -> AsyncIterator[None]:
    """The same from activities of the merchant's own: with the file in it, and with its URL."""
    label = base64.b64encode(document("label")).decode()
    given = {QUEUE: {"content_base64": label}, f"{QUEUE}-by-url": {"url": f"{files}/label.pdf"}}
    async with AsyncExitStack() as workers:
        for queue, file in given.items():
            collect = _collecting(file)
            await workers.enter_async_context(Worker(stack.client, task_queue=queue, activities=[collect]))
        yield


def _collecting(file: dict[str, str]) -> Callable[..., Any]:
    @activity.defn(name=COLLECT_EVIDENCE)
    async def collect_evidence(request: dict[str, Any]) -> dict[str, Any]:
        return {
            "fields": {"shipping_tracking_number": "1Z999AA10123456784"},
            "files": [{"field": "shipping_documentation", "name": "label.pdf", **file}],
        }

    return collect_evidence
