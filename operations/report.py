"""How disputes came out, as a report, and the report as a table for spreadsheets."""

import csv
import io
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime

from chargebacks.contracts import CaseKind, CaseStatus
from chargebacks.dispute_outcomes import result_of_dispute
from chargebacks.errors import BadInput
from chargebacks.reporting import CurrencyLine, Dimension, Report, report_of
from chargebacks.results import DisputeResult
from store import Store

_COUNTS = (
    "disputes",
    "filed",
    "filed_elsewhere",
    "won",
    "lost",
    "accepted",
    "refunded",
    "inquiry_closed",
    "network_settled",
    "open",
)
_BEFORE_AN_ANSWER = (
    CaseStatus.WORKING,
    CaseStatus.GATHERING,
    CaseStatus.AWAITING_PERSON,
    CaseStatus.NEEDS_ATTENTION,
)
_PAGE = 500
COLUMNS = (
    "dimension",
    "value",
    "currency",
    *_COUNTS,
    "decided",
    "win_rate_percent",
    "recovered_minor",
    "fees_minor",
)


async def build_report(
    store: Store,
    *,
    account: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    by: Sequence[Dimension] = tuple(Dimension),
) -> Report:
    """Over disputes that Stripe opened in [since, until), of every account unless one is named. Those that were
    neither answered nor decided yet are counted as their cases stand.

    BadInput when the time ends before it begins, NeedsOperator for an unknown account.
    """
    if since is not None and until is not None and since >= until:
        raise BadInput("--since must lie before --until.", reason="bad_period")
    if account is not None:
        await store.accounts.account_facts(account)
    known = await store.results.results(account=account, since=since, until=until)
    told = {result.case_id for result in known}
    early = [
        result
        async for result in _unanswered(store, account)
        if result.case_id not in told
        and (since is None or result.opened_at >= since)
        and (until is None or result.opened_at < until)
    ]
    return report_of((*known, *early), by=by)


async def _unanswered(store: Store, account: str | None) -> AsyncIterator[DisputeResult]:
    """A case records its result once the dispute is answered or decided: the others are read from their cases."""
    for status in _BEFORE_AN_ANSWER:
        last: str | None = None
        while True:
            page = await store.cases.list_cases(
                kind=CaseKind.DISPUTE, status=status, account=account, limit=_PAGE, after=last
            )
            for case in page:
                result = result_of_dispute(case)
                if result is not None:
                    yield result
            if len(page) < _PAGE:
                break
            last = page[-1].case_id


def as_csv(report: Report) -> str:
    """One line per dimension, value and currency; amounts in minor units of the currency. The first lines, of the
    dimension `total`, hold every dispute once, and so do those of each other dimension."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(COLUMNS)
    for line in report.total.lines:
        table.writerow(("total", "", *_cells(line)))
    for about in report.tables:
        for group in about.groups:
            for line in group.lines:
                table.writerow((about.dimension.value, group.value, *_cells(line)))
    return written.getvalue()


def _cells(line: CurrencyLine) -> Iterator[str | int]:
    tally = line.tally
    yield line.currency
    yield from (getattr(tally, name) for name in _COUNTS)
    yield tally.decided
    yield "" if tally.win_rate_percent is None else tally.win_rate_percent
    yield line.recovered_minor
    yield line.fees_minor
