"""What answers which claim, and what would harm there.

Which line answers which reason: https://docs.stripe.com/disputes/categories. The order within a reason is our judgement
from the same page and from https://stripe.com/blog/analyzing-the-evidence-that-helps-businesses-win-product-not-received-disputes
(refund proof +63, delivery confirmation +27, usage logs +10 points of win rate).
"""

from chargebacks.composing.case_facts import Case
from chargebacks.disputes import Stage
from chargebacks.evidence import Proof, Weight

_FULFILLED = "delivered digital_use service_provided signed_for"
_FRAUD = f"liability_shift customer_history {_FULFILLED} card_checks credit_in_part shipped documents correspondence"
_BY_REASON = {
    "fraudulent": _FRAUD,
    "unrecognized": f"recognition {_FRAUD}",
    "product_not_received": f"{_FULFILLED} date_ahead credit_in_part shipped documents correspondence",
    "product_unacceptable": (
        f"not_returned credit_refused {_FULFILLED} credit_in_part as_described terms_shown used_after_cancellation "
        "cancelled_after_charge documents correspondence"
    ),
    "credit_not_processed": (
        "credit_in_part credit_refused not_returned used_after_cancellation cancelled_after_charge subscription_active "
        f"{_FULFILLED} terms_shown documents correspondence"
    ),
    "subscription_canceled": (
        "instalment used_after_cancellation cancelled_after_charge subscription_active digital_use service_provided "
        "credit_in_part terms_shown credit_refused customer_history documents correspondence"
    ),
    "duplicate": "not_a_duplicate credit_in_part delivered service_provided signed_for documents correspondence",
}
_OTHERWISE = (
    f"credit_in_part {_FULFILLED} date_ahead used_after_cancellation cancelled_after_charge subscription_active "
    "instalment credit_refused not_returned terms_shown as_described approval shipped documents correspondence"
)

_PROVES_LITTLE = ("card_checks", "shipped", "documents", "correspondence")
_PROVES: dict[str, tuple[str, ...]] = {
    "refund_made": (Proof.REFUND_PROOF, Proof.FULL_REFUND),
    "credit_in_part": (Proof.REFUND_PROOF,),
    "refund": (Proof.REFUND_PROOF, Proof.FULL_REFUND),
    "liability_shift": (Proof.THREE_D_SECURE,),
    "customer_history": (Proof.CE3,),
    "history": (Proof.CUSTOMER_HISTORY, Proof.CE3),
    "card_checks": (Proof.AVS_MATCH, Proof.CVC_MATCH),
    "delivered": (Proof.DELIVERY_CONFIRMATION, "shipping_documentation"),
    "shipped": ("shipping_documentation",),
    "signed_for": ("customer_signature",),
    "delivery": (Proof.DELIVERY_CONFIRMATION,),
    "digital_use": (Proof.USAGE_LOG, "access_activity_log"),
    "usage": (Proof.USAGE_LOG, "access_activity_log"),
    "comparison": ("duplicate_charge_explanation", "duplicate_charge_id"),
}
"""Line or exhibit → what the evidence plan calls it, where it has another name there."""


def lines_in_order(case: Case) -> tuple[str, ...]:
    """Names of the lines that answer this dispute, the strongest first.

    Money that went back ends every dispute, and a doubted authorisation is answered by the issuer's own approval. An
    inquiry is answered besides by what lets the customer know the sale again.
    """
    approval = ("approval",) if Proof.APPROVAL in _weighted(case, Weight.REQUIRED) else ()
    reason = _BY_REASON.get(case.reason, _OTHERWISE).split()
    if case.dossier.dispute.stage is Stage.INQUIRY and "recognition" not in reason:
        strong = [name for name in reason if name not in _PROVES_LITTLE]
        reason = [*strong, "recognition", *(name for name in reason if name in _PROVES_LITTLE)]
    harmful = harms(case)
    order = dict.fromkeys(("refund_made", *approval, *reason))
    return tuple(name for name in order if not names_of(name) & harmful.keys())


def may_lead(name: str, case: Case) -> bool:
    """What only supports never leads, the issuer's approval only where it is what is doubted, and a refund policy
    only where a credit is claimed or a refusal explained."""
    if name == "approval":
        return Proof.APPROVAL in _weighted(case, Weight.REQUIRED)
    if name == "credit_refused":
        return case.reason == "credit_not_processed" or case.refusal is not None
    return name not in ("documents", "correspondence", "terms_shown", "as_described")


def names_of(line_or_exhibit: str) -> set[str]:
    """Its own name, and those that the evidence plan has for it."""
    return {line_or_exhibit, *(str(name) for name in _PROVES.get(line_or_exhibit, ()))}


def harms(case: Case) -> dict[str, str]:
    """What the plan calls harmful, and why."""
    return _weighted(case, Weight.HARMFUL)


def requires(case: Case) -> set[str]:
    return set(_weighted(case, Weight.REQUIRED))


def _weighted(case: Case, weight: Weight) -> dict[str, str]:
    return {need.name: need.why for need in case.plan.needs if need.weight is weight}
