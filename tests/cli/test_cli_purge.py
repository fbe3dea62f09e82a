"""`starter.py purge`, as a person and a timer run it."""

from datetime import UTC, datetime, timedelta

from shown_cases import PERSON_IN_EVIDENCE, long_closed
from starter_runs import Starter

from demo.stack import Stack


async def test_purge(starter: Starter, stack: Stack) -> None:
    """What it would be, what it was, and what the case says ever after."""
    case_id = await long_closed(stack.store, closed_at=datetime.now(UTC) - timedelta(days=410))

    planned = await starter("purge", "--older-than", "400d", "--dry-run")
    assert planned.out.startswith("1 case, closed before ")
    assert len(await stack.store.evidence.items(case_id)) == 1

    done = await starter("purge", "--older-than", "400d", "--yes")
    assert "Erased of 1 case: 1 piece of evidence" in done.out
    assert "your backups" in done.out
    assert await stack.store.evidence.items(case_id) == ()

    shown = await starter("case", case_id)
    assert "evidence, packets, raw messages" in shown.out
    assert PERSON_IN_EVIDENCE not in shown.out
    assert (await starter("purge", "--older-than", "400d")).out.startswith("0 cases, closed before ")


async def test_purge_refuses_what_is_too_near(starter: Starter) -> None:
    """A mistyped time erases nothing; an unknown account is named."""
    near = await starter("purge", "--older-than", "3d", "--yes")
    assert (near.code, near.complaint) == (
        2,
        "starter.py: --older-than must be 30d or more: what is erased cannot be had back.",
    )
    unknown = await starter("purge", "--older-than", "400d", "--account", "nobody")
    assert unknown.code == 2
    assert "nobody" in unknown.complaint
    missing = await starter("purge")
    assert missing.code == 2
