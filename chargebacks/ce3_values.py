"""What is said for Visa Compelling Evidence 3.0: one disputed transaction and two earlier ones.

https://docs.stripe.com/disputes/api/visa-ce3
"""

from chargebacks.evidence_items import Address
from chargebacks.values import Value


class Ce3Transaction(Value):
    """One transaction's description and identifiers. `charge` is None for the disputed one."""

    charge: str | None = None
    product_description: str | None = None
    purchase_ip: str | None = None
    device_fingerprint: str | None = None
    device_id: str | None = None
    account_id: str | None = None
    email: str | None = None
    shipping_address: Address | None = None


class Ce3Filled(Value):
    """What stands in the dispute's `enhanced_evidence.visa_compelling_evidence_3` when it is read: Stripe looks for
    earlier charges by itself and fills in what it knows."""

    disputed: Ce3Transaction = Ce3Transaction()
    merchandise_or_services: str | None = None
    priors: tuple[Ce3Transaction, ...] = ()


class Ce3Payload(Value):
    """Ready for Stripe. Holds personal data: never in a history."""

    disputed: Ce3Transaction
    merchandise_or_services: str
    """merchandise or services."""
    priors: tuple[Ce3Transaction, ...]
    """Exactly two."""


class Ce3Finding(Value):
    """Whether the rules are met by what is at hand, whatever Stripe lists as open."""

    payload: Ce3Payload | None = None
    matched: tuple[str, ...] = ()
    """Identifiers that all three share, main ones first."""
    priors: tuple[str, ...] = ()
    """Charge ids."""
    why: str
    """One sentence: what qualifies, or what is lacking and who could supply it."""


def merged(*told: Ce3Transaction) -> Ce3Transaction:
    """Field by field, what is told first."""
    fields = Ce3Transaction.model_fields
    known = {
        name: next((value for one in told if (value := getattr(one, name)) is not None), None)
        for name in fields
    }
    return Ce3Transaction(**known)
