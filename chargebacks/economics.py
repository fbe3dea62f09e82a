"""Whether fighting pays: expected value of each way to answer, shown with its sum.

An expected value is what the dispute will have moved on the balance in the end, fees included: the figure to compare
it with once the dispute is decided is `Dispute.net_minor`.
"""

from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from chargebacks.charges import ChargeSnapshot
from chargebacks.dispute_fees import DisputeFees, fees_of, in_currency
from chargebacks.disputes import Dispute, Stage
from chargebacks.money import signed
from chargebacks.values import Value
from chargebacks.win_rates import CREDIT_ISSUED, OwnResult, WinChance, raised, win_percent

if TYPE_CHECKING:
    # The policy imports the contracts, and these import the values in here.
    from chargebacks.policy.disputes import DisputeRules


class Way(StrEnum):
    """What can be done about a dispute. LEAVE: say nothing."""

    FIGHT = "fight"
    ACCEPT = "accept"
    REFUND = "refund"
    """Inquiries only."""
    LEAVE = "leave"


class SumLine(Value):
    """One term of the sum, signed minor units of the dispute's currency."""

    label: str
    amount_minor: int


class Option(Value):
    way: Way
    expected_minor: int
    lines: tuple[SumLine, ...]


class Weighing(Value):
    currency: str
    options: tuple[Option, ...]
    best: Way
    win_percent: int
    """Chance of winning when fought, as assumed."""
    win_rate_from: str
    """Which table or which of the merchant's own results, with its date and count."""
    notes: tuple[str, ...] = ()
    """What was assumed: a rate of exchange, an unknown fee."""

    def expected(self, way: Way) -> int | None:
        return next((option.expected_minor for option in self.options if option.way is way), None)


_ORDER = (Way.LEAVE, Way.FIGHT, Way.REFUND, Way.ACCEPT)
"""Of ways that come to the same, the first is best: it rules out the least."""


def credited_minor(dispute: Dispute, charge: ChargeSnapshot) -> int:
    """How much of the disputed amount had surely been refunded, in its minor units.

    A refund of one part and a dispute about the other do not overlap: only what is disputed beyond what was left of the
    charge had gone back before. Between currencies nothing is sure, unless nothing was left.
    """
    disputed, left = dispute.amount.amount_minor, charge.remaining_minor
    if not charge.refunded_minor:
        return 0
    if charge.amount.currency != dispute.amount.currency:
        return 0 if left else disputed
    return min(charge.refunded_minor, max(disputed - left, 0))


def weigh(
    dispute: Dispute,
    *,
    completeness_percent: int,
    ce3_ready: bool,
    liability_shift: bool | None,
    refunded_minor: int,
    rules: "DisputeRules",
    own: Iterable[OwnResult] = (),
) -> Weighing:
    """The sum of each way that is open, in whole minor units, rounded half even line by line.

    `ce3_ready`: CE 3.0 may be sent and its conditions are met. `refunded_minor`: how much of the disputed amount had
    gone back before (`credited_minor`); it is not refunded a second time, and has a chance of its own to be won back.
    """
    chance = win_percent(dispute.reason, completeness_percent, own=own, override=rules.win_rates)
    chance = raised(chance, dispute.reason, ce3_ready=ce3_ready, liability_shift=bool(liability_shift))
    fees = fees_of(dispute, country=rules.country, rates=rules.rates)
    taken, told = _taken(dispute, rules, fees)
    stake = _stake(dispute, refunded_minor, chance)
    options = tuple(
        Option(way=way, expected_minor=sum(line.amount_minor for line in lines), lines=lines)
        for way, lines in _ways(dispute, stake, fees, taken).items()
    )
    by_way = {option.way: option.expected_minor for option in options}
    smart = _smart_disputes(dispute, stake, taken, rules)
    return Weighing(
        currency=dispute.amount.currency,
        options=options,
        best=max((way for way in _ORDER if way in by_way), key=by_way.__getitem__),
        win_percent=stake.whole.percent,
        win_rate_from=stake.whole.told,
        notes=tuple(dict.fromkeys([*fees.notes, *told, *_ASSUMED.get(dispute.stage, ()), *smart])),
    )


_ASSUMED = {
    Stage.INQUIRY: (
        "An answer that does not convince, and silence, are counted as a chargeback that is lost.",
        "The chance that an answer convinces is taken to be that of winning a chargeback.",
    ),
    Stage.APPEAL: ("The chance of an appeal is not known: that of the first round is taken.",),
}


class _Stake(NamedTuple):
    """What filing is about, in minor units: `credited` had been refunded before, `contested` had not."""

    credited: int
    contested: int
    chance: WinChance

    @property
    def whole(self) -> WinChance:
        """The chance of winning all of it."""
        if self.credited and not self.contested:
            return WinChance(CREDIT_ISSUED, f"assumed {CREDIT_ISSUED} %: all of it was refunded before")
        return self.chance

    @property
    def parts(self) -> tuple[tuple[str, int, int], ...]:
        """What it is, minor units, percent won: of each part that there is."""
        other = "the rest" if self.credited else "the disputed amount"
        credit = ("what was refunded before", self.credited, CREDIT_ISSUED)
        return tuple(part for part in (credit, (other, self.contested, self.chance.percent)) if part[1])


def _stake(dispute: Dispute, refunded_minor: int, chance: WinChance) -> _Stake:
    out = dispute.amount.amount_minor
    if dispute.movements and _settles_in_its_currency(dispute):
        out = max(-sum(movement.amount_minor for movement in dispute.movements), 0)
    credited = min(max(refunded_minor, 0), out)
    return _Stake(credited=credited, contested=out - credited, chance=chance)


Lines = tuple[SumLine, ...]


def _taken(dispute: Dispute, rules: "DisputeRules", fees: DisputeFees) -> tuple[Lines, tuple[str, ...]]:
    """What is gone, or surely goes, whatever is done; and what was assumed for it."""
    currency = dispute.amount.currency
    gone = -dispute.amount.amount_minor
    if not dispute.movements:
        if dispute.decided or dispute.stage in (Stage.INQUIRY, Stage.PREVENTED):
            return (), ()
        return _lines(("disputed amount, taken", gone), ("dispute fee, not returned", -fees.received)), ()
    if _settles_in_its_currency(dispute):
        gone = sum(movement.amount_minor for movement in dispute.movements)
    kept = [
        in_currency(movement.fee_minor, source=movement.currency, target=currency, rates=rules.rates)
        for movement in dispute.movements
    ]
    fee = sum(converted.minor for converted in kept)
    notes = tuple(filter(None, (converted.note for converted in kept)))
    return _lines(("moved so far for the disputed amount", gone), ("fees taken so far", -fee)), notes


def _ways(dispute: Dispute, stake: _Stake, fees: DisputeFees, taken: Lines) -> dict[Way, Lines]:
    if dispute.decided or dispute.stage is Stage.PREVENTED:
        return {Way.LEAVE: taken}
    if dispute.stage is Stage.INQUIRY:
        return _of_inquiry(dispute, stake, fees, taken)
    ways = {Way.FIGHT: (*taken, *_fought(dispute, stake, fees)), Way.LEAVE: taken}
    return ways if dispute.stage is Stage.APPEAL else {**ways, Way.ACCEPT: taken}


def _fought(dispute: Dispute, stake: _Stake, fees: DisputeFees) -> Lines:
    """Fees for answering come back only when all is won."""
    currency = dispute.amount.currency
    won = [
        (f"{what} won back, {_of(percent, minor, currency)}", _share(minor, percent))
        for what, minor, percent in stake.parts
    ]
    lost = 100 - stake.whole.percent
    kept = [
        (f"{what}, kept unless all is won: {_of(lost, fee, currency)}", -_share(fee, lost))
        for what, fee in (
            ("fee for countering", fees.countered),
            ("network fee of a compliance case", fees.compliance),
        )
    ]
    return _lines(*won, *kept)


def _of_inquiry(dispute: Dispute, stake: _Stake, fees: DisputeFees, taken: Lines) -> dict[Way, Lines]:
    """Nothing has moved yet: what an inquiry costs depends on whether it becomes a chargeback."""
    currency, lost = dispute.amount.currency, 100 - stake.whole.percent
    charged_back = [
        (f"{what} charged back, {_of(100 - percent, minor, currency)}", -_share(minor, 100 - percent))
        for what, minor, percent in stake.parts
    ]
    fee = (f"dispute fee if so, {_of(lost, fees.received, currency)}", -_share(fees.received, lost))
    silent = _lines(
        ("disputed amount, charged back", -(stake.credited + stake.contested)),
        ("dispute fee, not returned", -fees.received),
    )
    ways = {Way.FIGHT: (*taken, *_lines(*charged_back, fee)), Way.LEAVE: (*taken, *silent)}
    if not dispute.is_charge_refundable or not stake.contested:
        return ways
    return {**ways, Way.REFUND: (*taken, *_lines(("refunded", -stake.contested)))}


def _smart_disputes(dispute: Dispute, stake: _Stake, taken: Lines, rules: "DisputeRules") -> tuple[str, ...]:
    """What leaving it to Stripe would come to: a share on a win only, no fee for countering
    (https://docs.stripe.com/disputes/smart-disputes)."""
    if dispute.decided or dispute.stage is not Stage.CHARGEBACK or dispute.method != "card":
        return ()
    won = sum(_share(minor, percent) for _, minor, percent in stake.parts)
    kept = rules.smart_disputes_share_percent
    total = sum(line.amount_minor for line in taken) + won - _share(won, kept)
    return (
        f"Stripe's Smart Disputes, if they take it, keep {kept} % of what is won and take no fee for countering: "
        f"{signed(total, dispute.amount.currency)} at the same chance.",
    )


def _settles_in_its_currency(dispute: Dispute) -> bool:
    return all(movement.currency == dispute.amount.currency for movement in dispute.movements)


def _lines(*terms: tuple[str, int]) -> Lines:
    """Terms of nothing are left out."""
    return tuple(SumLine(label=label, amount_minor=minor) for label, minor in terms if minor)


def _share(minor: int, percent: int) -> int:
    return round(Fraction(minor * percent, 100))


def _of(percent: int, minor: int, currency: str) -> str:
    return f"{percent} % of {signed(minor, currency)}"
