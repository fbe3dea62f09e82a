"""What an account holds with Stripe, per currency, and whether it covers a refund."""

from collections import defaultdict

SECONDS_UNTIL_AVAILABLE = 2 * 86_400
DAY = 86_400


class Balances:
    """Available and pending funds in minor units.

    A currency covers every refund until it is limited (Stripe would debit the bank account); from then on a
    refund needs the available balance. https://docs.stripe.com/refunds#insufficient-funds
    """

    def __init__(self) -> None:
        self._available: defaultdict[str, int] = defaultdict(int)
        self._pending: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._limited: set[str] = set()

    def receive(self, amount: int, *, currency: str, at: int, now: int) -> int:
        """Add funds from a payment at `at`; returns when they become available."""
        due = at + SECONDS_UNTIL_AVAILABLE
        if due <= now:
            self._available[currency] += amount
        else:
            self._pending[currency][-(-due // DAY) * DAY] += amount
        return due

    def adjust(self, amount: int, *, currency: str) -> None:
        """Add to (or, negative, take from) the available funds at once."""
        self._available[currency] += amount

    def limit(self, currency: str, *, available: int) -> None:
        """Set the available funds and let refunds wait for cover from now on."""
        self._limited.add(currency)
        self._available[currency] = available
        self._pending[currency].clear()

    def unlimit(self, currency: str) -> None:
        self._limited.discard(currency)

    def covers(self, amount: int, *, currency: str) -> bool:
        return currency not in self._limited or self._available[currency] >= amount

    def mature(self, now: int) -> None:
        """Turn pending funds whose day has come into available ones."""
        for currency, by_day in self._pending.items():
            for day in [day for day in by_day if day <= now]:
                self._available[currency] += by_day.pop(day)

    def read(self) -> dict[str, tuple[int, int]]:
        """Available and pending funds per currency."""
        currencies = sorted(set(self._available) | set(self._pending))
        return {c: (self._available[c], sum(self._pending[c].values())) for c in currencies}
