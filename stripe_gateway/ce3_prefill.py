"""What Stripe has filled in for Visa CE 3.0 by itself (https://docs.stripe.com/disputes/api/visa-ce3)."""

from collections.abc import Mapping
from typing import Any

from chargebacks.compelling_evidence import Ce3Filled, Ce3Transaction
from chargebacks.disputes import CE3
from chargebacks.evidence_items import Address
from stripe_gateway import dossier_wire
from stripe_gateway.wire import Wire


class _Transaction(Wire):
    charge: str | None = None
    customer_account_id: str | None = None
    customer_device_fingerprint: str | None = None
    customer_device_id: str | None = None
    customer_email_address: str | None = None
    customer_purchase_ip: str | None = None
    merchandise_or_services: str | None = None
    product_description: str | None = None
    shipping_address: dossier_wire.Address | None = None


class _Filled(Wire):
    disputed_transaction: _Transaction | None = None
    prior_undisputed_transactions: tuple[_Transaction, ...] | None = None


def ce3_filled_of(evidence: Mapping[str, Any]) -> Ce3Filled | None:
    """None where nothing stands there."""
    given = (evidence.get("enhanced_evidence") or {}).get(CE3)
    if not given:
        return None
    filled = _Filled.model_validate(given)
    disputed = filled.disputed_transaction or _Transaction()
    return Ce3Filled(
        disputed=_transaction(disputed),
        merchandise_or_services=disputed.merchandise_or_services,
        priors=tuple(_transaction(prior) for prior in filled.prior_undisputed_transactions or ()),
    )


def _transaction(one: _Transaction) -> Ce3Transaction:
    address = one.shipping_address.model_dump(exclude_none=True) if one.shipping_address is not None else {}
    return Ce3Transaction(
        charge=one.charge,
        product_description=one.product_description,
        purchase_ip=one.customer_purchase_ip,
        device_fingerprint=one.customer_device_fingerprint,
        device_id=one.customer_device_id,
        account_id=one.customer_account_id,
        email=one.customer_email_address,
        shipping_address=Address(**address) if address else None,
    )
