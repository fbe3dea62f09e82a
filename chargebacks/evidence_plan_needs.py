"""What plans are written with: every piece of evidence by name, who can supply it, and why an analyst is asked for it.

Points. Where a lift of the win rate was measured, they are its percentage points
(https://stripe.com/blog/analyzing-the-evidence-that-helps-businesses-win-product-not-received-disputes: delivery
confirmation 27, usage log 10, signature 2). Everywhere else they are ours: `KEY` for what the claim turns on, `HIGH`
for fields that are said to go with a higher win rate (`high-impact-fields.ts` in
https://github.com/Automattic/woocommerce-payments), `LISTED` for what Stripe lists for the reason and product type,
`BACKGROUND` for what it wants in every answer.
"""

from chargebacks.evidence import Need, Weight
from chargebacks.evidence_items import Supplier
from chargebacks.evidence_names import Proof

KEY, HIGH, LISTED, BACKGROUND = 20, 10, 5, 1
DELIVERED, USED, SIGNED = 27, 10, 2

CATEGORIES = "https://docs.stripe.com/disputes/categories"
CODES = "https://docs.stripe.com/disputes/reason-codes-defense-requirements"
BEST_PRACTICES = "https://docs.stripe.com/disputes/best-practices"
CE3_PAGE = "https://docs.stripe.com/disputes/api/visa-ce3"
COMPLIANCE = "https://docs.stripe.com/disputes/api/visa-compliance"

_STRIPE = (Supplier.STRIPE,)
_MERCHANT = (Supplier.ACTIVITY, Supplier.ENDPOINT, Supplier.PERSON)
_ANYBODY = (*_STRIPE, *_MERCHANT)
_POLICY_KEEPERS = (Supplier.STANDING, *_MERCHANT)

_PIECES: dict[str, tuple[tuple[Supplier, ...], str]] = {
    "access_activity_log": (_MERCHANT, "Shows that the customer used what they bought after paying for it."),
    "billing_address": (_ANYBODY, "Ties the payment to the cardholder's address."),
    "cancellation_policy": (_POLICY_KEEPERS, "The clause that says until when a cancellation counts."),
    "cancellation_policy_disclosure": (
        _POLICY_KEEPERS,
        "A policy binds only if the customer saw it before paying: where and when was it shown?",
    ),
    "cancellation_rebuttal": (_ANYBODY, "Says why the cancellation does not reach this payment."),
    "customer_communication": (
        _MERCHANT,
        "Shows what the customer asked, knew or acknowledged; where they never wrote, that is worth saying, too.",
    ),
    "customer_email_address": (_ANYBODY, "Names the person who bought."),
    "customer_name": (_ANYBODY, "Names the person who bought."),
    "customer_purchase_ip": (_ANYBODY, "Places the purchase; Stripe adds the geography."),
    "customer_signature": (_MERCHANT, "Somebody signed on receipt or on the contract: who, and when?"),
    "duplicate_charge_documentation": (
        _MERCHANT,
        "A receipt or label of the other payment, to be laid beside that of the disputed one.",
    ),
    "duplicate_charge_explanation": (
        _ANYBODY,
        "Says how the two payments differ: order, item, period or date.",
    ),
    "duplicate_charge_id": (_ANYBODY, "Names the other payment, where there is one."),
    "product_description": (_ANYBODY, "Says what was sold, as it was shown to the customer."),
    "receipt": (_ANYBODY, "Shows date, currency, amount and items, as the customer got them."),
    "refund_policy": (_POLICY_KEEPERS, "The clause that says when money is given back and when not."),
    "refund_policy_disclosure": (
        _POLICY_KEEPERS,
        "A policy binds only if the customer saw it before paying: where and when was it shown?",
    ),
    "refund_refusal_explanation": (
        _MERCHANT,
        "Says why no refund is due, or how it was made outside Stripe.",
    ),
    "service_date": (_ANYBODY, "Says when the service began or took place."),
    "service_documentation": (
        _MERCHANT,
        "Contract, work order or attendance: the service was given.",
    ),
    "shipping_address": (_ANYBODY, "Shows that the parcel went where the customer wanted it."),
    "shipping_carrier": (_ANYBODY, "Names the carrier, so that the issuer can check."),
    "shipping_date": (_MERCHANT, "Shows when the parcel left, and that it left before the dispute."),
    "shipping_documentation": (
        _MERCHANT,
        "Label, tracking record or photo with the full address: shows where the parcel went.",
    ),
    "shipping_tracking_number": (_ANYBODY, "Stripe expands it with what the carrier knows."),
    "uncategorized_file": (_MERCHANT, "Whatever else disproves the claim."),
    "uncategorized_text": (
        _MERCHANT,
        "What the customer says the dispute is about, and what speaks against it.",
    ),
    Proof.USAGE_LOG: (_MERCHANT, "Times, IP addresses and devices of what the customer did after paying."),
    Proof.DELIVERY_CONFIRMATION: (
        _MERCHANT,
        "The carrier's word that the parcel arrived, with date and address.",
    ),
    Proof.REFUND_PROOF: (
        _STRIPE,
        "Money that went back before the dispute answers it; a refund outside Stripe goes into "
        "refund_refusal_explanation.",
    ),
    Proof.THREE_D_SECURE: (
        _STRIPE,
        "The cardholder was authenticated: liability for fraud lies with the issuer.",
    ),
    Proof.CUSTOMER_HISTORY: (
        _STRIPE,
        "Earlier payments that were never disputed show that the cardholder knows you.",
    ),
    Proof.AVS_MATCH: (_STRIPE, "Whoever paid knew the cardholder's address."),
    Proof.CVC_MATCH: (_STRIPE, "Whoever paid held the card."),
    Proof.APPROVAL: (_STRIPE, "The issuer approved the payment: authorisation code, time and amount."),
    Proof.TERMS: (_POLICY_KEEPERS, "The terms that the customer agreed to, with the clause that matters."),
    Proof.CE3: (
        _ANYBODY,
        "Two earlier undisputed charges of the same person oblige the issuer; IP, device, e-mail and account of all "
        "three may be lacking.",
    ),
}
"""Name → (who can supply it, why it is asked for)."""


def required(
    name: str, points: int, *, instead: tuple[str, ...] = (), why: str | None = None, source: str = CATEGORIES
) -> Need:
    """Without it, or one of `instead`, the case is hardly won."""
    return _need(name, Weight.REQUIRED, points, instead, why, source)


def helpful(
    name: str, points: int, *, instead: tuple[str, ...] = (), why: str | None = None, source: str = CATEGORIES
) -> Need:
    """Adds to the case."""
    return _need(name, Weight.HELPFUL, points, instead, why, source)


def harmful(name: str, *, why: str, source: str = CATEGORIES) -> Need:
    """Weakens the case: `why` says how."""
    return _need(name, Weight.HARMFUL, 0, (), why, source)


def _need(
    name: str, weight: Weight, points: int, instead: tuple[str, ...], why: str | None, source: str
) -> Need:
    who, plainly = _PIECES[name]
    return Need(
        name=str(name),
        weight=weight,
        points=points,
        who=who,
        why=why or plainly,
        source=source,
        instead=tuple(str(one) for one in instead),
    )


EVERYWHERE = tuple(
    helpful(name, BACKGROUND, source=BEST_PRACTICES)
    for name in (
        "customer_communication",
        "product_description",
        "receipt",
        "customer_name",
        "customer_email_address",
        "billing_address",
        "customer_purchase_ip",
    )
)
"""Background evidence for every answer."""
