"""What a dispute costs beside its amount: a dated table of fees, and the exchange rates that bring them into the
dispute's currency.

Stripe publishes no list of dispute fees by country. Known are those of the United States, and where there is none:
https://docs.stripe.com/disputes/how-disputes-work#dispute-fees, https://support.stripe.com/questions/dispute-fees-faq.
What was really taken stands in the dispute's balance movements and is always preferred.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from chargebacks.currencies import stripe_exponent
from chargebacks.disputes import Dispute, Stage
from chargebacks.money import Money
from chargebacks.values import Value

FEES_AS_OF = date(2026, 11, 1)

RECEIVED = Money(amount_minor=1500, currency="USD")
"""Taken when a dispute is opened, and not returned by a win."""
COUNTERED = Money(amount_minor=1500, currency="USD")
"""Taken when evidence is filed, since 17 June 2025; returned by a win, forfeited by a partial one."""
COMPLIANCE = Money(amount_minor=50_000, currency="USD")
"""Network fee of a compliance dispute, taken when it is answered, returned by a win
(https://docs.stripe.com/disputes/api/visa-compliance, https://docs.stripe.com/disputes/api/mastercard-compliance)."""

KNOWN_COUNTRY = "US"
COUNTRIES_WITHOUT_COUNTERED = frozenset({"JP", "MX"})
NETWORKS_WITHOUT_COUNTERED = frozenset({"cartes_bancaires"})
METHODS_WITHOUT_COUNTERED = frozenset({"sepa_debit"})
_NOTHING = Money(amount_minor=0, currency="USD")

RATES_AS_OF = date(2026, 9, 30)
_PER_EURO = {
    "AUD": "1.6297", "BRL": "5.9077", "CAD": "1.6105", "CHF": "0.9478", "CNY": "7.6130", "CZK": "24.440",
    "DKK": "7.4755", "EUR": "1", "GBP": "0.85463", "HKD": "8.9095", "HUF": "366.20", "IDR": "20315.34",
    "ILS": "3.4901", "INR": "108.8205", "ISK": "137.00", "JPY": "178.27", "KRW": "1539.06", "MXN": "20.5816",
    "MYR": "4.6306", "NOK": "10.9015", "NZD": "2.0115", "PHP": "71.204", "PLN": "4.3690", "RON": "5.2788",
    "SEK": "11.3310", "SGD": "1.4503", "THB": "38.113", "TRY": "55.6596", "USD": "1.1355", "ZAR": "18.6123",
}  # fmt: skip
"""Euro reference rates of the European Central Bank on `RATES_AS_OF`
(https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/). Pinned: the same case gives
the same sum at any time."""


class DisputeFees(Value):
    """What is taken by the table, in minor units of the dispute's currency; 0 where nothing is."""

    received: int
    countered: int
    compliance: int
    notes: tuple[str, ...] = ()
    """What was assumed: fees of a country, a rate of exchange."""


class Converted(NamedTuple):
    minor: int
    note: str
    """Where the rate comes from, or that none is known; empty where nothing was converted."""


def fees_of(dispute: Dispute, *, country: str, rates: Mapping[str, str]) -> DisputeFees:
    """The fees of a dispute on an account in this country (two letters), whatever was taken already."""
    countered, told = _countered(dispute, country)
    compliance = COMPLIANCE if dispute.stage is Stage.COMPLIANCE else _NOTHING
    in_dollars = (RECEIVED, countered, compliance)
    counted = [
        in_currency(fee.amount_minor, source=fee.currency, target=dispute.amount.currency, rates=rates)
        for fee in in_dollars
    ]
    unknown = (
        ""
        if country == KNOWN_COUNTRY
        else f"Dispute fees in {country} are not published: those of the United States are assumed."
    )
    notes = dict.fromkeys([unknown, told, *(fee.note for fee in counted)])
    return DisputeFees(
        received=counted[0].minor,
        countered=counted[1].minor,
        compliance=counted[2].minor,
        notes=tuple(filter(None, notes)),
    )


def in_currency(minor: int, *, source: str, target: str, rates: Mapping[str, str]) -> Converted:
    """Signed minor units of another currency, rounded half even; 0 and a note where no rate is known.

    `rates` replace the pinned ones: units of a currency per US dollar, as decimal strings.
    """
    if source == target or minor == 0:
        return Converted(minor, "")
    from_rate, to_rate = _per_dollar(source, rates), _per_dollar(target, rates)
    if from_rate is None or to_rate is None:
        unknown = source if from_rate is None else target
        return Converted(
            0, f"No exchange rate for {unknown} is known: fees in {source} are left out of the sum."
        )
    shift = Fraction(10) ** (stripe_exponent(target) - stripe_exponent(source))
    return Converted(round(minor * shift * to_rate / from_rate), _rate_told(source, target, rates))


def _countered(dispute: Dispute, country: str) -> tuple[Money, str]:
    if (
        country in COUNTRIES_WITHOUT_COUNTERED
        or dispute.network in NETWORKS_WITHOUT_COUNTERED
        or dispute.method in METHODS_WITHOUT_COUNTERED
    ):
        return _NOTHING, ""
    if dispute.stage is Stage.INQUIRY:
        return _NOTHING, "Answering an inquiry is taken to cost nothing."
    if dispute.stage is Stage.APPEAL:
        return _NOTHING, "The fees of an appeal are not published: none is counted."
    return COUNTERED, ""


def _rate_told(source: str, target: str, rates: Mapping[str, str]) -> str:
    own = sorted({source, target} & set(rates))
    if own:
        return f"Fees in {source} are counted in {target} at the policy's rate for {' and '.join(own)}."
    bank = f"the European Central Bank's rates of {RATES_AS_OF.isoformat()}"
    return f"Fees in {source} are counted in {target} at {bank}."


def _per_dollar(currency: str, rates: Mapping[str, str]) -> Fraction | None:
    if currency in rates:
        return Fraction(rates[currency])
    if currency not in _PER_EURO:
        return None
    return Fraction(_PER_EURO[currency]) / Fraction(_PER_EURO["USD"])
