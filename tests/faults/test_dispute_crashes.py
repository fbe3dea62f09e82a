"""The worker process dies at every boundary of a dispute's activities, and before and after every call they make."""

import base64
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from deaths import Beginning, die_everywhere
from dispute_trials import (
    FOUGHT,
    GIVEN_UP,
    POLICY,
    REFUNDED,
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
    async with evidence_endpoint(tmp_path) as url, merchants_worker(stack):
        endpoint = Source(kind=Supplier.ENDPOINT, url=url, secret=SecretStr(SECRET))
        merchants = Source(kind=Supplier.ACTIVITY, task_queue=QUEUE)
        ways: tuple[tuple[tuple[str, ...], Ending, Source | None], ...] = (
            (FIGHTING, FOUGHT, None),
            (ASKING_AN_ENDPOINT, FOUGHT, endpoint),
            (ASKING_AN_ACTIVITY, FOUGHT, merchants),
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


@activity.defn(name=COLLECT_EVIDENCE)
async def collect_evidence(request: dict[str, Any]) -> dict[str, Any]:
    """The same from an activity of the merchant's own."""
    label = base64.b64encode(document("label")).decode()
    return {
        "fields": {"shipping_tracking_number": "1Z999AA10123456784"},
        "files": [{"field": "shipping_documentation", "name": "label.pdf", "content_base64": label}],
    }


@asynccontextmanager
async def merchants_worker(stack: Stack) -> AsyncIterator[None]:
    async with Worker(stack.client, task_queue=QUEUE, activities=[collect_evidence]):
        yield
