"""What is known about cases, read from the store: works while Temporal and the worker are down."""

from datetime import datetime, timedelta

from chargebacks.contracts import CaseFile, CaseKind, CaseStatus
from chargebacks.errors import BadInput
from store import Store, StoredMessage


async def find_cases(
    store: Store,
    *,
    now: datetime,
    kind: CaseKind | None = None,
    status: CaseStatus | None = None,
    account: str | None = None,
    due_within: timedelta | None = None,
    attention_only: bool = False,
    limit: int = 100,
) -> tuple[CaseFile, ...]:
    """Cases without their timelines, nearest deadline first. `due_within` also finds what is overdue."""
    return await store.cases.list_cases(
        kind=kind,
        status=status,
        account=account,
        due_before=now + due_within if due_within is not None else None,
        attention_only=attention_only,
        limit=limit,
    )


async def read_case(store: Store, case_id: str) -> CaseFile:
    """The full story of one case. BadInput when there is none of that id."""
    case = await store.cases.case_file(case_id)
    if case is None:
        raise BadInput(f"There is no case {case_id}.", reason="unknown_case")
    return case


async def cases_beside(store: Store, case: CaseFile) -> tuple[CaseFile, ...]:
    """Every other case about the same charge, oldest first, without timelines."""
    if case.charge_id is None:
        return ()
    about = await store.cases.cases_of_charge(case.account, case.charge_id)
    return tuple(one for one in about if one.case_id != case.case_id)


async def refused_messages(store: Store, *, limit: int = 100) -> tuple[StoredMessage, ...]:
    """Messages that led to no case, with the reason, newest first."""
    return await store.inbox.refused(limit)
