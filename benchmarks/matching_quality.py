"""How well alerts find their charges: wrong automatic matches, recall, and the share that goes to people.

    python -m benchmarks.matching_quality [--alerts 100000] [--seed 1]

Three generated merchants (`merchants`), realistic noise (`alert_noise`), 3 % alerts about sales of other accounts and
0.5 % about charges that the index has lost. Candidates are drawn as the charge index draws them: whatever shares an
identifier with the alert, and those of the same amount within the date window, at most fifty.

A match is *wrong* when it is automatic and names another charge than the one meant, or any when none is there.

*Enough identifiers* means that the alert, as sent, tells the charge apart by what Stripe shows of it:

- a network transaction id, order id or charge id, together with the card's last four digits, or with the exact amount
  where the digits are missing or a wallet's; or
- an auth code and the day of the sale, together with the card's last four digits, or with the exact amount where the
  digits are missing or a wallet's and at most 50 other charges have this amount in the date window; or
- the card's last four digits, the exact amount, brand or descriptor, and the minute of the sale, at most 500 other
  charges having this amount in the date window; or the same with only the day of the sale, and at most eight others;
  and no other charge of this card and amount within two days of what the alert's date can mean;

each in a currency in which Stripe knows the charge, with no identifier mistyped. Recall is the share of these alerts
that are matched automatically.
"""

import argparse
import os
import platform
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from time import process_time

from rich.console import Console
from rich.table import Table

from benchmarks.alert_noise import NoisyAlert, alert_about
from benchmarks.merchants import Merchant, game, marketplace, subscription_shop
from chargebacks import identifiers
from chargebacks.alerts import Alert
from chargebacks.charges import ChargeSnapshot, ChargeStatus
from chargebacks.clocks import Span, sale_span, search_span
from chargebacks.matching import Candidates, Commonness, MatchRules, MatchVerdict, match, sale_amount

MERCHANTS: tuple[Callable[[Random], Merchant], ...] = (subscription_shop, marketplace, game)
_MOST_BY_AMOUNT = 50
_FOREIGN, _LOST = 0.03, 0.005


@dataclass
class Tally:
    """What became of one merchant's alerts."""

    merchant: str
    alerts: int = 0
    matched: int = 0
    wrong: list[str] = field(default_factory=list)
    enough: int = 0
    enough_matched: int = 0
    to_people: int = 0
    seconds: float = 0.0

    @property
    def recall(self) -> float:
        return self.enough_matched / max(self.enough, 1)


class Index:
    """A merchant's charges by every identifier, each list in the order of time."""

    def __init__(self, charges: Iterable[ChargeSnapshot]) -> None:
        self._by: defaultdict[tuple[str, object], list[ChargeSnapshot]] = defaultdict(list)
        for charge in sorted(charges, key=_created):
            for key in _keys_of(charge):
                self._by[key].append(charge)

    def candidates(self, alert: Alert, rules: MatchRules) -> Candidates:
        span = search_span(alert, date_tolerance_days=rules.date_tolerance_days)
        sold, sale = alert.transaction, sale_amount(alert)
        by_amount = self.within(span, ("amount", sale))
        found = [
            *self._by.get(("id", sold.stripe_id), ()),
            *self._by.get(("order", identifiers.order_id(sold.merchant_order_id)), ()),
            *self._by.get(("network", _nine(sold.network_transaction_id)), ()),
            *self._by.get(("auth", identifiers.auth_code(sold.auth_code)), ()),
            *self.within(span, ("last4", sold.last4)),
            *by_amount[:_MOST_BY_AMOUNT],
        ]
        narrow = sold.last4 is not None or sold.auth_code is not None
        common = Commonness(window_charges=min(len(self.within(span, ("all", None))), 2000))
        return Candidates(
            charges=tuple({charge.id: charge for charge in found}.values()),
            commonness=common.model_copy(update={"same_amount": min(len(by_amount), 2000)}),
            complete=narrow or len(by_amount) <= _MOST_BY_AMOUNT,
        )

    def within(self, span: Span, key: tuple[str, object]) -> Sequence[ChargeSnapshot]:
        charges = self._by.get(key, [])
        first = bisect_left(charges, span.earliest, key=_created)
        return charges[first : bisect_right(charges, span.latest, key=_created)]


def _keys_of(charge: ChargeSnapshot) -> Iterator[tuple[str, object]]:
    yield "all", None
    yield "id", charge.id
    yield "amount", charge.amount
    if charge.presentment is not None:
        yield "amount", charge.presentment
    yield from (("order", identifiers.order_id(order)) for order in charge.order_ids)
    yield from (("last4", last4) for last4 in {charge.last4, charge.dynamic_last4} - {None})
    if charge.network_transaction_id:
        yield "network", _nine(charge.network_transaction_id)
    if charge.auth_code:
        yield "auth", identifiers.auth_code(charge.auth_code)


def _nine(network_id: str | None) -> str | None:
    """Mastercard's reference without its date; enough of a Visa id to find it by."""
    plain = identifiers.network_id(network_id)
    return plain[:9] if plain else None


def _created(charge: ChargeSnapshot) -> datetime:
    return charge.created


def is_enough(noisy: NoisyAlert, index: Index, rules: MatchRules) -> bool:
    """Whether the alert carries enough identifiers, as the module's docstring defines it."""
    sold = noisy.alert.transaction
    if not noisy.unspoilt or not (noisy.amount_told or noisy.alert.amount is None):
        return False
    amount_stands_in = noisy.amount_told and (sold.last4 is None or noisy.about.wallet is not None)
    if _named(noisy) and (noisy.card_told or amount_stands_in):
        return True
    window = search_span(noisy.alert, date_tolerance_days=rules.date_tolerance_days)
    others = len(index.within(window, ("amount", sale_amount(noisy.alert)))) - 1
    by_auth_code = identifiers.auth_code(sold.auth_code) is not None and noisy.day_told
    if by_auth_code and (noisy.card_told or (amount_stands_in and others <= 50)):
        return True
    told = noisy.card_told and noisy.amount_told and noisy.day_told and (sold.brand or sold.descriptor)
    return bool(told) and others <= (500 if noisy.minute_told else 8) and not _has_twin(noisy, index, rules)


def _named(noisy: NoisyAlert) -> bool:
    sold = noisy.alert.transaction
    given, known = sold.network_transaction_id, noisy.about.network_transaction_id
    one, other = identifiers.network_id(given), identifiers.network_id(known)
    by_network = one is not None and other is not None and identifiers.same_network_id(one, other)
    return bool(sold.stripe_id or sold.merchant_order_id or by_network)


def _has_twin(noisy: NoisyAlert, index: Index, rules: MatchRules) -> bool:
    """Another charge of the card and amount, within the gap of what the alert's date can mean."""
    charge, span = noisy.about, sale_span(noisy.alert)
    gap = timedelta(days=rules.renewal_gap_days)
    window = search_span(noisy.alert, date_tolerance_days=rules.date_tolerance_days)
    return span is None or any(
        other.id != charge.id and other.amount == charge.amount and span.distance(other.created) < gap
        for other in index.within(window, ("last4", noisy.alert.transaction.last4))
    )


def measure(merchant: Merchant, *, alerts: int, random: Random, rules: MatchRules) -> Tally:
    """Send `alerts` alerts to one merchant and judge every match against the truth."""
    paid = [charge for charge in merchant.charges if charge.status is not ChargeStatus.FAILED]
    lost = {charge.id for charge in random.sample(paid, int(len(paid) * _LOST))}
    index = Index(charge for charge in merchant.charges if charge.id not in lost)
    tally = Tally(merchant=merchant.name)
    for number in range(alerts):
        foreign = random.random() < _FOREIGN
        charge = merchant.foreign_sale(random) if foreign else random.choice(paid)
        noisy = alert_about(random, charge, number)
        _judge(tally, noisy, index, rules, there=not foreign and charge.id not in lost)
    return tally


def _judge(tally: Tally, noisy: NoisyAlert, index: Index, rules: MatchRules, *, there: bool) -> None:
    candidates = index.candidates(noisy.alert, rules)
    started = process_time()
    found = match(noisy.alert, candidates, rules)
    tally.seconds += process_time() - started
    tally.alerts += 1
    right = found.charge is not None and there and found.charge.id == noisy.about.id
    tally.matched += found.charge is not None
    tally.to_people += found.verdict is MatchVerdict.AMBIGUOUS
    if found.charge is not None and not right:
        tally.wrong.append(
            f"{noisy.alert.model_dump_json()}\n  meant {noisy.about.model_dump_json()}\n  {found.explanation}"
        )
    if there and is_enough(noisy, index, rules):
        tally.enough += 1
        tally.enough_matched += right


def measure_all(*, alerts: int, seed: int) -> list[Tally]:
    """An equal share of the alerts to each merchant."""
    share, rules = alerts // len(MERCHANTS), MatchRules()
    return [
        measure(
            build(Random(f"{seed}/{build.__name__}")),
            alerts=share,
            random=Random(f"{seed}/alerts"),
            rules=rules,
        )
        for build in MERCHANTS
    ]


def _table(tallies: list[Tally], *, seed: int) -> Table:
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    table = Table(title="Matching quality", caption=f"seed {seed}; {machine}")
    for heading in (
        "merchant",
        "alerts",
        "wrong",
        "recall (enough)",
        "enough",
        "matched",
        "to people",
        "CPU ms per match",
    ):
        table.add_column(heading, justify="left" if heading == "merchant" else "right")
    for tally in tallies:
        table.add_row(
            tally.merchant,
            f"{tally.alerts:,}",
            str(len(tally.wrong)),
            f"{tally.recall:.4f}",
            f"{tally.enough / tally.alerts:.1%}",
            f"{tally.matched / tally.alerts:.1%}",
            f"{tally.to_people / tally.alerts:.1%}",
            f"{tally.seconds / tally.alerts * 1000:.2f}",
        )
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description="Wrong matches, recall, and the share that goes to people.")
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tallies = measure_all(alerts=arguments.alerts, seed=arguments.seed)
    console = Console(width=120)
    console.print(_table(tallies, seed=arguments.seed))
    wrong = [story for tally in tallies for story in tally.wrong]
    for story in wrong:
        console.print(story, markup=False)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
