"""How likely a filed dispute is won, by reason and by how complete the packet is: a dated table of estimates.

No network, bank or processor publishes absolute win rates by reason and evidence. What is published, all of it by
vendors and none of it verified independently:

- about 30 % of fought disputes are won (https://www.chargeback.io/blog/how-to-win-stripe-disputes);
- 20 to 30 % typically, 40 to 60 % when well prepared (https://quantledger.app/blog/how-to-manage-disputes-stripe);
- measured over a million `product_not_received` disputes: proof of delivery adds 27 points, a map of it 15, usage logs
  10, proof of a refund 63 for digital goods
  (https://stripe.com/blog/analyzing-the-evidence-that-helps-businesses-win-product-not-received-disputes).

The table is our estimate within these figures. A merchant replaces it (`disputes.win_rates` of the policy), and their
own results outweigh it as they come.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from chargebacks.values import Value

Percent = Annotated[int, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0)]


class Band(StrEnum):
    """How complete the packet was, by its score in percent."""

    UNDER_40 = "under_40"
    FROM_40 = "from_40"
    FROM_70 = "from_70"
    FROM_90 = "from_90"


BANDS = tuple(Band)
_BEGINS = {Band.UNDER_40: 0, Band.FROM_40: 40, Band.FROM_70: 70, Band.FROM_90: 90}
_IN_WORDS = {
    Band.UNDER_40: "less than 40 % complete",
    Band.FROM_40: "40 to 69 % complete",
    Band.FROM_70: "70 to 89 % complete",
    Band.FROM_90: "90 % complete or more",
}


def band_of(completeness_percent: int) -> Band:
    """The band a completeness score lies in."""
    reached = [band for band in BANDS if completeness_percent >= _BEGINS[band]]
    return reached[-1] if reached else Band.UNDER_40


class BandRates(Value):
    """Percent won in each band. Field names are those of `Band`."""

    under_40: Percent
    from_40: Percent
    from_70: Percent
    from_90: Percent

    @property
    def in_order(self) -> tuple[int, ...]:
        return (self.under_40, self.from_40, self.from_70, self.from_90)

    @property
    def rises(self) -> bool:
        """A more complete packet is never less likely to win."""
        return list(self.in_order) == sorted(self.in_order)


class OwnResult(Value):
    """What the merchant's own filed disputes of one reason and band came to."""

    reason: str
    """Stripe's word."""
    band: Band
    filed: Count
    """Filed and decided: what is still open does not count."""
    won: Count

    @model_validator(mode="after")
    def _won_of_filed(self) -> Self:
        if self.won > self.filed:
            raise ValueError(f"{self.won} of {self.filed} disputes cannot have been won")
        return self


class WinChance(NamedTuple):
    percent: int
    told: str
    """Which table or which own results, with its date and counts."""


def _rates(under_40: int, from_40: int, from_70: int, from_90: int) -> BandRates:
    return BandRates(under_40=under_40, from_40=from_40, from_70=from_70, from_90=from_90)


TABLE_AS_OF = date(2026, 11, 1)
TABLE: Mapping[str, BandRates] = {
    "credit_not_processed": _rates(12, 25, 40, 50),
    "duplicate": _rates(15, 32, 50, 60),
    "fraudulent": _rates(8, 18, 28, 38),
    "general": _rates(10, 22, 34, 44),
    "noncompliant": _rates(5, 12, 20, 30),
    "product_not_received": _rates(12, 30, 48, 60),
    "product_unacceptable": _rates(10, 22, 34, 44),
    "subscription_canceled": _rates(10, 24, 38, 48),
    "unrecognized": _rates(12, 24, 36, 46),
    # Returns of bank debits are not answerable (https://docs.stripe.com/disputes/categories).
    "bank_cannot_process": _rates(0, 0, 0, 0),
    "check_returned": _rates(0, 0, 0, 0),
    "customer_initiated": _rates(0, 0, 0, 0),
    "debit_not_authorized": _rates(0, 0, 0, 0),
    "incorrect_account_details": _rates(0, 0, 0, 0),
    "insufficient_funds": _rates(0, 0, 0, 0),
}
"""Stripe's fifteen reasons."""
ANY_OTHER = _rates(10, 20, 30, 40)

PRIOR_WEIGHT = 20
"""The table counts like this many cases of the merchant's own: with as many results, table and own rate weigh the
same; with many more, the own rate stands for itself."""

CE3_AT_LEAST = 80
"""Assumed. Evidence that meets Visa's CE 3.0 moves the liability for the fraud back to the issuer
(https://docs.stripe.com/disputes/api/visa-ce3); how often issuers still prevail is not published."""
LIABILITY_SHIFT_AT_LEAST = 70
"""Assumed. The issuer bears fraud on an authenticated payment
(https://docs.stripe.com/payments/3d-secure/authentication-flow#disputed-payments); disputes come all the same."""
CREDIT_ISSUED = 85
"""Assumed, for what was refunded before. Proof of a refund is the strongest evidence that was measured: 63 points."""


def win_percent(
    reason: str,
    completeness_percent: int,
    *,
    own: Iterable[OwnResult] = (),
    override: Mapping[str, BandRates] | None = None,
) -> WinChance:
    """Chance of winning a filed dispute, in whole percent, and where the figure comes from.

    Bayesian shrinkage: the table is the prior with `PRIOR_WEIGHT` cases, own results are added to it. Bands that then
    contradict each other (a more complete packet won less often) are pooled, so that one lucky case cannot make better
    evidence look worse. Never falls from one band to the next.
    """
    prior, named = _prior(reason, override or {})
    mine = [result for result in own if result.reason == reason]
    counted = [_counted(mine, band) for band in BANDS]
    band = band_of(completeness_percent)
    at = BANDS.index(band)
    percent = round(_pooled(prior, counted)[at])
    told = f"{named}: {prior.in_order[at]} % for {reason}, {_IN_WORDS[band]}"
    filed, won = counted[at]
    if any(count.filed for count in counted):
        told += f"; with own results, {won} of {filed} won in this band: {percent} %"
    return WinChance(percent, told)


def raised(chance: WinChance, reason: str, *, ce3_ready: bool, liability_shift: bool) -> WinChance:
    """The chance where the network's rules are on the merchant's side: both concern fraud only."""
    if reason != "fraudulent":
        return chance
    for holds, least, why in (
        (ce3_ready, CE3_AT_LEAST, "Visa CE 3.0 is met"),
        (liability_shift, LIABILITY_SHIFT_AT_LEAST, "the issuer bears fraud on this payment"),
    ):
        if holds and chance.percent < least:
            return WinChance(least, f"{chance.told}; assumed {least} %, because {why}")
    return chance


def _prior(reason: str, override: Mapping[str, BandRates]) -> tuple[BandRates, str]:
    if reason in override:
        return override[reason], "the policy's win rates"
    return TABLE.get(reason, ANY_OTHER), f"estimates of {TABLE_AS_OF.isoformat()}"


class _Count(NamedTuple):
    filed: int
    won: int


def _counted(results: Iterable[OwnResult], band: Band) -> _Count:
    inside = [result for result in results if result.band is band]
    return _Count(sum(result.filed for result in inside), sum(result.won for result in inside))


def _pooled(prior: BandRates, counted: list[_Count]) -> list[Fraction]:
    """Percent per band, never falling: neighbours that contradict each other share their weighted mean
    (pool adjacent violators, https://en.wikipedia.org/wiki/Isotonic_regression)."""
    pools: list[tuple[Fraction, int, int]] = []
    for rate, count in zip(prior.in_order, counted, strict=True):
        weight = PRIOR_WEIGHT + count.filed
        mean, bands = Fraction(rate * PRIOR_WEIGHT + 100 * count.won, weight), 1
        while pools and pools[-1][0] > mean:
            before, heavier, more = pools.pop()
            mean = (before * heavier + mean * weight) / (heavier + weight)
            weight, bands = weight + heavier, bands + more
        pools.append((mean, weight, bands))
    return [mean for mean, _, bands in pools for _ in range(bands)]
