"""Retention: personal data of cases that are closed for long is erased, on a person's or a timer's word."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from chargebacks.errors import BadInput
from chargebacks.values import Value
from store import Store
from store.purging import Erased

SHORTEST = timedelta(days=30)
"""A case that was closed yesterday may still be asked about, and a lost one still be won."""

_log = structlog.get_logger(__name__)


class Purge(Value):
    """What is to be erased: cases closed before then."""

    closed_before: datetime
    account: str | None
    cases: tuple[str, ...]


async def plan_purge(store: Store, *, older_than: timedelta, account: str | None, now: datetime) -> Purge:
    """What would be erased. BadInput for too short a time, NeedsOperator ("unknown_account")."""
    if older_than < SHORTEST:
        raise BadInput(
            f"--older-than must be {SHORTEST.days}d or more: what is erased cannot be had back.",
            reason="too_short",
        )
    if account is not None:
        await store.accounts.account_facts(account)
    before = now - older_than
    cases = await store.purging.due(closed_before=before, account=account)
    return Purge(closed_before=before, account=account, cases=cases)


async def carry_out_purge(
    store: Store, purge: Purge, *, now: datetime, progress: Callable[[int], None] = lambda cases: None
) -> Erased:
    """Erase case by case, then the raw messages. Interrupted, it goes on where it was when it is run again."""
    erased = Erased()
    for number, case_id in enumerate(purge.cases, start=1):
        erased += await store.purging.erase(case_id, closed_before=purge.closed_before, at=now)
        progress(number)
    erased += await store.purging.erase_messages(before=purge.closed_before, account=purge.account)
    _log.info("personal_data_erased", account=purge.account, **erased.model_dump())
    return erased
