"""Words and times as an analyst reads them. Times are UTC; amounts are in major units."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from rich.text import Text

from chargebacks.contracts import CaseFile, CaseStatus
from chargebacks.evidence_items import Supplier
from chargebacks.money import Money

_URGENT = timedelta(hours=1)
_SOON = timedelta(hours=6)

_STATUS_STYLES = {
    CaseStatus.NEEDS_ATTENTION: "bold red",
    CaseStatus.AWAITING_PERSON: "bold yellow",
    CaseStatus.CLOSED: "dim",
}


def plain(word: StrEnum | str) -> str:
    """A code as words: `awaiting_person` is "awaiting person"."""
    return str(word).replace("_", " ")


def status_text(status: CaseStatus) -> Text:
    return Text(plain(status), style=_STATUS_STYLES.get(status, ""))


def clock(moment: datetime) -> str:
    """To the minute: `2026-01-31 10:30`."""
    return f"{moment:%Y-%m-%d %H:%M}"


def money(amount: Money | None) -> str:
    return str(amount) if amount is not None else "-"


def size(count: int) -> str:
    """Of a file: `812 bytes`, `34 kB`, `1.2 MB`."""
    if count < 1_000:
        return f"{count} bytes"
    return f"{count // 1_000} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 page`, `2 pages`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def who(suppliers: Collection[Supplier]) -> str:
    """Who can supply a piece of evidence: `your systems, you`."""
    words = {
        Supplier.STRIPE: "Stripe",
        Supplier.ACTIVITY: "your systems",
        Supplier.ENDPOINT: "your systems",
        Supplier.STANDING: "a standing document",
        Supplier.PERSON: "you",
    }
    return ", ".join(dict.fromkeys(word for supplier, word in words.items() if supplier in suppliers))


def is_answered(case: CaseFile) -> bool:
    """Whether the deadline has lost its meaning."""
    if case.outcome_sent_at is not None or case.closed_at is not None:
        return True
    dispute = case.dispute.dispute if case.dispute is not None else None
    return dispute is not None and not dispute.awaits_answer


def span(length: timedelta) -> str:
    """The two largest units: `2 d 4 h`, `3 h 12 min`, `5 min`, `40 s`."""
    seconds = int(abs(length).total_seconds())
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def time_left(due: datetime | None, *, now: datetime, over: bool = False) -> Text:
    """How long until the answer is due, the shorter the louder. `over`: the case needs no answer any more."""
    if due is None or over:
        return Text("-", style="dim")
    left = due - now
    if left <= timedelta(0):
        return Text(f"{span(left)} late", style="bold red")
    return Text(span(left), style="red" if left < _URGENT else "yellow" if left < _SOON else "")
