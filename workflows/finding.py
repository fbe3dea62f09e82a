"""Chapter of an alert's story: which charge is meant."""

from datetime import datetime, timedelta

from temporalio import workflow

from activities.matching import MatchOrder
from chargebacks.alerts import AlertKind
from chargebacks.contracts import CaseStatus
from chargebacks.matching import Match, MatchVerdict
from workflows.case import Case
from workflows.case_page import at
from workflows.steps import MATCH_IN_INDEX, SEARCH_STRIPE, StepFailed, run_local

_SEARCH_AGAIN = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4), timedelta(hours=12))
"""A charge may reach Stripe's search late, or the index by a late event: look again, ever more rarely."""

_WORTH_ASKING_STRIPE = {
    AlertKind.REFUND_REQUEST,
    AlertKind.FRAUD_REPORT,
    AlertKind.NETWORK_RESOLVED,
    AlertKind.CANCEL_ONLY,
}
"""The other kinds are only linked to a charge when the index knows it."""


async def find_charge(case: Case) -> Match:
    """The index first, then Stripe, and again as time passes, until half the window is gone."""
    order = MatchOrder(
        account=case.account, alert=case.alert, policy_version=case.opened.account.policy_version
    )
    match = await run_local(MATCH_IN_INDEX, order, summary="match against the charge index")
    _take(case, match)
    if match.verdict is MatchVerdict.MATCHED or case.alert.kind not in _WORTH_ASKING_STRIPE:
        return match
    waits = _SEARCH_AGAIN if case.alert.kind is AlertKind.REFUND_REQUEST else ()
    return await _search(case, order, match, waits)


async def _search(case: Case, order: MatchOrder, match: Match, waits: tuple[timedelta, ...]) -> Match:
    give_up = case.window.aim_at or case.last_safe
    for pause in (timedelta(0), *waits):
        if pause:
            if workflow.now() + pause > give_up:
                break
            again = workflow.now() + pause
            await case.record.publish(
                CaseStatus.SEARCHING, waits_for=f"the charge to turn up: looks again {at(again)}"
            )
            await workflow.sleep(pause, summary="not found yet: look again")
        match = await _search_once(case, order, until=give_up) or match
        if match.verdict is not MatchVerdict.NOT_FOUND:
            break
    return match


async def _search_once(case: Case, order: MatchOrder, *, until: datetime) -> Match | None:
    """None when Stripe could not be asked; the next look may do better."""
    try:
        match = await case.run(SEARCH_STRIPE, order, summary="search Stripe for the charge", until=until)
    except StepFailed as failure:
        case.record.note(f"search failed ({failure.reason}): {failure.message}")
        return None
    _take(case, match)
    return match


def _take(case: Case, match: Match) -> None:
    case.take_charge(match.charge)
    case.record.set(match=match)
    if match.charge is not None:
        case.record.note(f"matched {match.charge.id}")
