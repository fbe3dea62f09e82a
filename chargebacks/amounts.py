"""How the amount of an alert fits the amounts under which a charge is known."""

from enum import StrEnum

from chargebacks.alerts import Alert
from chargebacks.charges import ChargeSnapshot
from chargebacks.money import Money


class AmountFit(StrEnum):
    """EXACT: the sale's amount. REMAINING: what is left of it after refunds. PART: less than the charge, with nothing
    said about the whole. NEAR: close to what the customer saw in another currency. OTHER_CURRENCY: the charge is not
    known in that currency. TOO_MUCH: more than the charge ever was. UNKNOWN: the alert names no amount."""

    EXACT = "exact"
    REMAINING = "remaining"
    PART = "part"
    NEAR = "near"
    OTHER_CURRENCY = "other_currency"
    TOO_MUCH = "too_much"
    UNKNOWN = "unknown"


def sale_amount(alert: Alert) -> Money | None:
    """The amount of the whole sale: the transaction's where the alert gives one, else the disputed amount. Zero is how
    some sources write that they do not know."""
    for amount in (alert.transaction.amount, alert.amount):
        if amount is not None and amount.amount_minor > 0:
            return amount
    return None


def amount_fit(alert: Alert, charge: ChargeSnapshot, *, near_percent: int) -> AmountFit:
    """The fit of the sale's amount, unless the disputed amount alone decides: it fits exactly where the sale's is in a
    currency the charge is not known in, or it is more than the charge."""
    sale, disputed = sale_amount(alert), alert.amount
    if sale is None:
        return AmountFit.UNKNOWN
    fit = _fit(sale, charge, near_percent)
    if disputed is None or disputed == sale:
        return fit
    of_disputed = _fit(disputed, charge, near_percent)
    foreign = fit in (AmountFit.OTHER_CURRENCY, AmountFit.NEAR)
    if of_disputed is AmountFit.TOO_MUCH or (of_disputed is AmountFit.EXACT and foreign):
        return of_disputed
    return fit


def is_partial_dispute(alert: Alert) -> bool:
    """The alert names the whole sale and disputes less of it."""
    sale, disputed = sale_amount(alert), alert.amount
    if sale is None or disputed is None or disputed.currency != sale.currency:
        return False
    return 0 < disputed.amount_minor < sale.amount_minor


def _fit(amount: Money, charge: ChargeSnapshot, near_percent: int) -> AmountFit:
    known = _known_minor(charge, amount.currency)
    if not known:
        return AmountFit.OTHER_CURRENCY
    if amount.amount_minor in known:
        return AmountFit.EXACT
    own_currency = amount.currency == charge.amount.currency
    if own_currency and charge.refunded_minor and amount.amount_minor == charge.remaining_minor:
        return AmountFit.REMAINING
    off = abs(amount.amount_minor - known[0])
    if not own_currency and off * 100 <= near_percent * known[0]:
        return AmountFit.NEAR
    return AmountFit.PART if amount.amount_minor < max(known) else AmountFit.TOO_MUCH


def _known_minor(charge: ChargeSnapshot, currency: str) -> tuple[int, ...]:
    """Amounts of the charge in a currency: as charged, as captured, and as shown to the customer."""
    known = []
    if currency == charge.amount.currency:
        known += [charge.amount.amount_minor, charge.captured_minor]
    if charge.presentment is not None and currency == charge.presentment.currency:
        known.append(charge.presentment.amount_minor)
    return tuple(minor for minor in known if minor > 0)
