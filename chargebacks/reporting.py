"""What disputes came to, per reason, network, evidence set and month: pure sums over results.

Amounts of different currencies are never added: every group has one line per currency. A dispute's line is that of its
settlement currency, or of the disputed amount's while it has moved no money.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from fractions import Fraction

from chargebacks.dispute_case import FiledBy, Verdict
from chargebacks.money import Currency
from chargebacks.results import DisputeResult
from chargebacks.values import Value

NOT_FILED = "nothing filed"
NO_NETWORK = "no card network"


class Dimension(StrEnum):
    """What a table is about. EVIDENCE: the set of evidence fields that was filed. MONTH: in which Stripe opened the
    dispute, by UTC."""

    REASON = "reason"
    NETWORK = "network"
    EVIDENCE = "evidence"
    MONTH = "month"


class Tally(Value):
    """How many disputes, and how they stand. `won`, `lost`, `accepted`, `refunded`, `inquiry_closed`,
    `network_settled` and `open` add up to `disputes`."""

    disputes: int = 0
    filed: int = 0
    """Answered with evidence, by whomever."""
    filed_elsewhere: int = 0
    """Of those, by somebody else than us: Smart Disputes, the Dashboard, another integration."""
    won: int = 0
    lost: int = 0
    accepted: int = 0
    refunded: int = 0
    inquiry_closed: int = 0
    network_settled: int = 0
    open: int = 0
    filed_won: int = 0
    """Of those that were filed. An unanswered dispute may be won, too, as when the issuer withdraws it."""
    filed_lost: int = 0

    @property
    def ended_otherwise(self) -> int:
        """Neither won nor lost nor given up."""
        return self.refunded + self.inquiry_closed + self.network_settled

    @property
    def decided(self) -> int:
        """Filed, and won or lost since."""
        return self.filed_won + self.filed_lost

    @property
    def win_rate_percent(self) -> int | None:
        """Of decided filed disputes, rounded half even; None while there is none."""
        return round(Fraction(self.filed_won * 100, self.decided)) if self.decided else None

    def plus(self, other: "Tally") -> "Tally":
        mine, theirs = self.model_dump(), other.model_dump()
        return Tally(**{name: mine[name] + theirs[name] for name in mine})


class CurrencyLine(Value):
    """The disputes of one currency. Amounts in its minor units."""

    currency: Currency
    tally: Tally
    recovered_minor: int
    """What came back to the balance; fees left out."""
    fees_minor: int
    """Kept by Stripe and the network, after what was returned."""


class Group(Value):
    """All disputes with one value of a dimension."""

    value: str
    """A reason of Stripe's, a network, `2026-03`, or the names of evidence fields with commas between them."""
    lines: tuple[CurrencyLine, ...]
    """One per currency, in alphabetical order."""

    @property
    def tally(self) -> Tally:
        """Over all currencies: disputes can be added, amounts cannot."""
        total = Tally()
        for line in self.lines:
            total = total.plus(line.tally)
        return total


class ReportTable(Value):
    dimension: Dimension
    groups: tuple[Group, ...]


class Report(Value):
    total: Group
    """Its value is `total`."""
    tables: tuple[ReportTable, ...]


def report_of(results: Iterable[DisputeResult], *, by: Sequence[Dimension] = tuple(Dimension)) -> Report:
    """Sum up. Each table holds every result once: months in order, everything else by number of disputes."""
    counted = tuple(results)
    return Report(
        total=_group("total", counted),
        tables=tuple(
            ReportTable(dimension=dimension, groups=_groups(counted, dimension))
            for dimension in dict.fromkeys(by)
        ),
    )


def _groups(results: Sequence[DisputeResult], dimension: Dimension) -> tuple[Group, ...]:
    alike: dict[str, list[DisputeResult]] = {}
    for result in results:
        alike.setdefault(_value_of(result, dimension), []).append(result)
    groups = [_group(value, some) for value, some in sorted(alike.items())]
    if dimension is not Dimension.MONTH:
        groups.sort(key=lambda group: -group.tally.disputes)
    return tuple(groups)


def _value_of(result: DisputeResult, dimension: Dimension) -> str:
    match dimension:
        case Dimension.REASON:
            return result.reason
        case Dimension.NETWORK:
            return result.network or NO_NETWORK
        case Dimension.MONTH:
            return f"{result.opened_at:%Y-%m}"
        case Dimension.EVIDENCE:
            return (", ".join(result.evidence) or NOT_FILED) if result.filed_by is not None else NOT_FILED


def _group(value: str, results: Sequence[DisputeResult]) -> Group:
    alike: dict[str, list[DisputeResult]] = {}
    for result in results:
        alike.setdefault(result.settlement_currency or result.disputed.currency, []).append(result)
    return Group(value=value, lines=tuple(_line(currency, alike[currency]) for currency in sorted(alike)))


def _line(currency: str, results: Sequence[DisputeResult]) -> CurrencyLine:
    return CurrencyLine(
        currency=currency,
        tally=_tally(results),
        recovered_minor=sum(result.recovered_minor for result in results),
        fees_minor=sum(result.fees_minor for result in results),
    )


def _tally(results: Sequence[DisputeResult]) -> Tally:
    def of(verdict: Verdict | None) -> int:
        return sum(result.verdict is verdict for result in results)

    filed = [result for result in results if result.filed_by is not None]
    return Tally(
        disputes=len(results),
        filed=len(filed),
        filed_elsewhere=sum(result.filed_by is not FiledBy.US for result in filed),
        won=of(Verdict.WON),
        lost=of(Verdict.LOST),
        accepted=of(Verdict.ACCEPTED),
        refunded=of(Verdict.REFUNDED),
        inquiry_closed=of(Verdict.INQUIRY_CLOSED),
        network_settled=of(Verdict.NETWORK_SETTLED),
        open=of(None),
        filed_won=sum(result.verdict is Verdict.WON for result in filed),
        filed_lost=sum(result.verdict is Verdict.LOST for result in filed),
    )
