"""What came of a dispute on every side, in the words of the table."""

from dataclasses import dataclass
from typing import Any

import httpx

from chargebacks.composing.argument import argument_for
from chargebacks.contracts import CaseFile
from chargebacks.dispute_case import DisputeStory, FiledBy
from chargebacks.evidence_plan import plan_for
from chargebacks.money import signed
from demo.playing import TableRow
from demo.stack import Stack
from operations.inspect import read_case

HEADINGS = ("case status", "filed", "argument", "verdict", "on the balance", "decision")


@dataclass(frozen=True)
class DisputeRow(TableRow):
    status: str
    filed: str = "-"
    """By whom and how complete; or how far the packet is."""
    argument: str = "-"
    """The line that leads the letter."""
    verdict: str = "-"
    money: str = "-"
    """What dispute and refunds moved on the balance, fees included, by the stand-in's own books."""
    why: str = ""
    """Reason of the decision."""


async def row_of(stack: Stack, case_id: str, *, key: str) -> DisputeRow:
    """`key` is the Stripe account's secret key."""
    case = await read_case(stack.store, case_id)
    story = case.dispute or DisputeStory()
    return DisputeRow(
        status=case.status.value,
        filed=_filed(story),
        argument=await _argument(stack, case),
        verdict=_verdict(case),
        money=await _moved(stack.stripe_control, story, key),
        why=story.assessment.decision.reason if story.assessment is not None else "",
    )


def measured(story: DisputeStory) -> str:
    """The packet's size in passing."""
    packet = story.packet
    return f"{packet.pages} pages, {len(packet.fields)} fields, {packet.size // 1000} kB" if packet else ""


def _filed(story: DisputeStory) -> str:
    if not story.filings:
        packet, assessment = story.packet, story.assessment
        if packet is None or assessment is None:
            return "-"
        return f"{'staged' if packet.staged else 'built'}, {assessment.completeness.percent} %"
    last, count = story.filings[-1], len(story.filings)
    times = f"{count} x " if count > 1 else ""
    if last.filed_by is not FiledBy.US:
        return f"{times}{last.filed_by.value}"
    by = (last.approved_by or "").partition(" ")[0].rstrip(",")
    return f"{times}{by}, {last.completeness} %"


async def _argument(stack: Stack, case: CaseFile) -> str:
    story = case.dispute or DisputeStory()
    if story.packet is None or story.assessment is None or story.dispute is None:
        return "-"
    dossier = await stack.store.evidence.dossier(case.case_id)
    if dossier is None:
        return "-"
    standing = await stack.store.evidence.standing(case.account, at=dossier.sale.charge.created)
    items = (*standing, *await stack.store.evidence.items(case.case_id))
    plan = plan_for(story.dispute, story.assessment.product_type)
    argument = argument_for(dossier, items, plan)
    ce3 = await stack.store.packets.ce3(case.case_id, story.packet.digest)
    return f"{argument.name}, CE 3.0" if ce3 is not None else argument.name


def _verdict(case: CaseFile) -> str:
    """All of them where one followed upon another."""
    told = [
        line.text.removeprefix("verdict: ").split()[0]
        for line in case.timeline
        if line.text.startswith("verdict: ")
    ]
    return ", ".join(told) or "-"


async def _moved(control: httpx.AsyncClient, story: DisputeStory, key: str) -> str:
    if story.dispute is None:
        return "-"
    refunds = await _listed(control, "refunds", key, charge=story.dispute.charge_id)
    sources = [story.dispute.id, *(refund["id"] for refund in refunds)]
    moved = [
        each
        for source in sources
        for each in await _listed(control, "balance_transactions", key, source=source)
    ]
    currencies = sorted({each["currency"].upper() for each in moved})
    if not currencies:
        return "-"
    return ", ".join(
        signed(sum(each["net"] for each in moved if each["currency"].upper() == currency), currency)
        for currency in currencies
    )


async def _listed(control: httpx.AsyncClient, path: str, key: str, **query: str) -> list[dict[str, Any]]:
    answer = await control.get(f"/v1/{path}", params=query, headers={"Authorization": f"Bearer {key}"})
    found: list[dict[str, Any]] = answer.raise_for_status().json()["data"]
    return found
