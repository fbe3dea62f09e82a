"""How a dispute came out: the base of the merchant's own win rates and of reports.

One result per case, overwritten whenever more is known: a loss may turn into a win for months
(https://docs.stripe.com/disputes/how-disputes-work).
"""

from typing import Annotated

from pydantic import AfterValidator, Field

from chargebacks.dispute_case import FiledBy, Verdict
from chargebacks.evidence_fields import ProductType
from chargebacks.money import Currency, Money
from chargebacks.values import Instant, Value


def _sorted_once(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


class DisputeResult(Value):
    """What became of one dispute, and what it was fought with. No personal data."""

    case_id: str
    account: str
    dispute_id: str
    reason: str
    """Stripe's word."""
    network: str | None = None
    network_reason_code: str | None = None
    product_type: ProductType | None = None
    completeness: Annotated[int, Field(ge=0, le=100)] = 0
    """Percent, of what was filed; of what was at hand where nothing was."""
    evidence: Annotated[tuple[str, ...], AfterValidator(_sorted_once)] = ()
    """Names of the evidence fields that were filed, in alphabetical order, each once."""
    filed_at: Instant | None = None
    filed_by: FiledBy | None = None
    """None: nobody answered."""
    verdict: Verdict | None = None
    """None: still open."""
    disputed: Money
    recovered_minor: int = 0
    """What came back to the balance, in minor units of `settlement_currency`; fees left out."""
    fees_minor: int = 0
    """Fees kept by Stripe and the network, after what was returned; minor units of `settlement_currency`."""
    settlement_currency: Currency | None = None
    """None while the dispute has moved no money."""
    opened_at: Instant
    """When Stripe opened the dispute."""
    decided_at: Instant | None = None
