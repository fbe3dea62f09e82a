"""Whether fighting pays: expected value of each way to answer, shown with its sum."""

from enum import StrEnum

from chargebacks.values import Value


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
