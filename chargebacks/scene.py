"""What matching asks of every candidate alike: the alert's identifiers in one spelling, and the merchant's habits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from chargebacks import identifiers
from chargebacks.alerts import Alert
from chargebacks.amounts import sale_amount
from chargebacks.clocks import Span, latest_sale, sale_span
from chargebacks.money import Money
from chargebacks.values import Value

_UNCOUNTED_CHARGES = 256
_UNCOUNTED_ALIKE = 64
_BEHIND_A_CAP = 16
"""A capped count is taken for this many times the cap."""


class MatchRules(Value):
    """Thresholds of matching. Weights are in bits (log2 of the likelihood ratio)."""

    accept_score: float = 20.0
    """A charge below this is never acted on without a person."""
    review_score: float = 8.0
    """A candidate below this is not worth a person's time."""
    clear_margin: float = 10.0
    """The winner must lead the runner-up by this much."""
    date_tolerance_days: Annotated[int, Field(ge=0, le=14)] = 2
    cross_currency_tolerance_percent: Annotated[int, Field(ge=0, le=10)] = 2
    renewal_gap_days: Annotated[int, Field(ge=1, le=14)] = 2
    """Charges that look alike are told apart by their dates only when they lie this much further from the alert's."""


class Commonness(Value):
    """How common the alert's values are at this merchant within the date window; counts may be capped."""

    window_charges: int = 0
    """Charges of the account in the window (capped). 0: nobody counted."""
    same_amount: int = 0
    """Of those, charges of the sale's amount and currency (capped)."""
    capped_at: int = 2000


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Made once per alert. None stands for an identifier that the alert does not carry."""

    alert: Alert
    rules: MatchRules
    crowd: int
    """Charges in the window, at the worst that the counts allow."""
    alike: int
    """Of those, charges of the sale's amount, at the worst; at least one."""
    sale: Money | None
    span: Span | None
    latest_sale: datetime
    network_id: str | None
    auth_code: str | None
    last4: str | None
    brand: str | None
    order_id: str | None


def scene_of(alert: Alert, rules: MatchRules, common: Commonness) -> Scene:
    sold = alert.transaction
    alike = max(_behind_cap(common.same_amount, common), 1) if common.window_charges else _UNCOUNTED_ALIKE
    return Scene(
        alert=alert,
        rules=rules,
        crowd=max(_behind_cap(common.window_charges, common) or _UNCOUNTED_CHARGES, alike),
        alike=alike,
        sale=sale_amount(alert),
        span=sale_span(alert),
        latest_sale=latest_sale(alert),
        network_id=identifiers.network_id(sold.network_transaction_id),
        auth_code=identifiers.auth_code(sold.auth_code),
        last4=identifiers.last4(sold.last4),
        brand=identifiers.brand(sold.brand),
        order_id=identifiers.order_id(sold.merchant_order_id),
    )


def _behind_cap(count: int, common: Commonness) -> int:
    return count * _BEHIND_A_CAP if count >= common.capped_at else count


def missing_identifiers(scene: Scene) -> tuple[str, ...]:
    """Which of the telling identifiers the alert did not carry."""
    sold = scene.alert.transaction
    carried = {
        "network_transaction_id": scene.network_id,
        "auth_code": scene.auth_code,
        "last4": scene.last4,
        "amount": scene.sale,
        "date": scene.span,
        "brand": scene.brand,
        "descriptor": sold.descriptor,
    }
    return tuple(key for key, value in carried.items() if value is None)
