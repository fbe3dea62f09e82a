"""What each of Stripe's reasons needs, by product type.

https://docs.stripe.com/disputes/categories, where a product is physical, digital or an offline service: a
subscription is digital or shipped and bills again, an event is a service with a date and a cancellation policy.
"""

from chargebacks.evidence import Need
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_names import Proof
from chargebacks.evidence_plan_fraud import FRAUDULENT, UNRECOGNIZED
from chargebacks.evidence_plan_needs import (
    BEST_PRACTICES,
    CODES,
    COMPLIANCE,
    DELIVERED,
    HIGH,
    KEY,
    LISTED,
    SIGNED,
    USED,
    harmful,
    helpful,
    required,
)
from chargebacks.evidence_plan_shape import (
    DIGITAL,
    EVENT,
    NOT_SHIPPED,
    PHYSICAL,
    SERVICE,
    SUBSCRIPTION,
    ReasonPlan,
)

BANK_RETURNS = (
    "bank_cannot_process",
    "check_returned",
    "customer_initiated",
    "debit_not_authorized",
    "incorrect_account_details",
    "insufficient_funds",
)
"""Reasons of returned bank debits: the bank has taken the money back and hears no evidence."""

_NOT_RECEIVED = ReasonPlan(
    "What was bought was delivered or provided, or the agreed date has not come yet.",
    {
        PHYSICAL: (
            required(Proof.DELIVERY_CONFIRMATION, DELIVERED, instead=("customer_signature",)),
            helpful("shipping_documentation", HIGH),
            helpful("shipping_address", HIGH),
            helpful("shipping_date", HIGH),
            helpful("shipping_carrier", HIGH),
            helpful("shipping_tracking_number", HIGH),
            helpful("customer_communication", LISTED),
            helpful("customer_signature", SIGNED),
            helpful(
                Proof.AVS_MATCH, SIGNED, why="The parcel went to an address that the issuer has verified."
            ),
        ),
        DIGITAL: (
            required("access_activity_log", HIGH, instead=(Proof.USAGE_LOG,)),
            helpful(Proof.USAGE_LOG, USED),
            helpful("receipt", HIGH),
            helpful("customer_communication", HIGH),
            helpful("customer_purchase_ip", LISTED),
            helpful("customer_name", LISTED),
            helpful("customer_email_address", LISTED),
            *NOT_SHIPPED,
        ),
        SERVICE: (
            required("service_documentation", KEY, instead=("customer_signature",)),
            helpful("service_date", HIGH),
            helpful("customer_communication", HIGH),
            helpful("customer_signature", LISTED),
        ),
        SUBSCRIPTION: (
            required("access_activity_log", HIGH, instead=(Proof.USAGE_LOG, Proof.DELIVERY_CONFIRMATION)),
            helpful(Proof.USAGE_LOG, USED, instead=(Proof.DELIVERY_CONFIRMATION,)),
            helpful("customer_communication", HIGH),
            helpful("receipt", HIGH),
            helpful("service_date", LISTED),
        ),
        EVENT: (
            required(
                "service_documentation",
                KEY,
                instead=(Proof.USAGE_LOG, "customer_signature"),
                why="Ticket scan, check-in or guest list: the customer came, or could have come.",
            ),
            helpful("service_date", HIGH, why="Says when it took place, or that its date has not come yet."),
            helpful("customer_communication", HIGH),
            helpful(
                "cancellation_policy",
                LISTED,
                why="The clause on those who do not come.",
            ),
        ),
    },
)

_SOLD_AS_SHOWN = (
    required("product_description", KEY, why="The listing as the customer saw it before paying."),
    helpful(
        "customer_communication",
        HIGH,
        why="Did the customer complain, and what was offered?",
    ),
    helpful("refund_refusal_explanation", HIGH, instead=(Proof.REFUND_PROOF,)),
    helpful("refund_policy", LISTED),
    helpful("refund_policy_disclosure", LISTED),
    helpful(
        "uncategorized_file",
        LISTED,
        why="Listing, photos, inspection: what was sold, in what state.",
    ),
)

_UNACCEPTABLE = ReasonPlan(
    "It was what had been described, it was not returned, and a remedy was open to the customer.",
    {
        PHYSICAL: (
            helpful("shipping_documentation", HIGH),
            helpful(Proof.DELIVERY_CONFIRMATION, LISTED, source=CODES),
        ),
        DIGITAL: (
            helpful("access_activity_log", HIGH, instead=(Proof.USAGE_LOG,)),
            helpful(Proof.USAGE_LOG, LISTED, source=CODES),
            *NOT_SHIPPED,
        ),
        SERVICE: (
            helpful("service_documentation", HIGH, source=CODES),
            helpful("service_date", LISTED, source=CODES),
        ),
        SUBSCRIPTION: (
            helpful("access_activity_log", HIGH, instead=(Proof.USAGE_LOG, Proof.DELIVERY_CONFIRMATION)),
            helpful(
                "cancellation_policy",
                LISTED,
                why="The clause that says how to leave.",
                source=CODES,
            ),
        ),
        EVENT: (
            helpful("service_documentation", HIGH, source=CODES),
            helpful("service_date", LISTED, source=CODES),
            helpful("cancellation_policy", LISTED, source=CODES),
        ),
    },
    _SOLD_AS_SHOWN,
)

_CANCELLING_TERMS = (
    helpful("cancellation_policy", LISTED, instead=("refund_policy",)),
    helpful("cancellation_policy_disclosure", LISTED, instead=("refund_policy_disclosure",)),
    helpful("cancellation_rebuttal", LISTED, instead=("refund_refusal_explanation",)),
)

_NOT_CREDITED = ReasonPlan(
    "The refund was made, or none was due under the policy that the customer had accepted.",
    {
        PHYSICAL: (
            helpful("customer_signature", HIGH),
            helpful(
                "uncategorized_file",
                LISTED,
                why="Receiving record: what came back, when, in what state?",
            ),
        ),
        DIGITAL: (*_CANCELLING_TERMS, helpful(Proof.USAGE_LOG, LISTED, source=CODES), *NOT_SHIPPED),
        SERVICE: (*_CANCELLING_TERMS, helpful("service_documentation", LISTED, source=CODES)),
        SUBSCRIPTION: (*_CANCELLING_TERMS, helpful(Proof.USAGE_LOG, LISTED, source=CODES)),
        EVENT: (
            *_CANCELLING_TERMS,
            helpful("service_date", LISTED, source=CODES),
            helpful("service_documentation", LISTED, source=CODES),
        ),
    },
    (
        required("refund_refusal_explanation", KEY, instead=("cancellation_rebuttal",)),
        required("refund_policy", HIGH, instead=("cancellation_policy",)),
        helpful("refund_policy_disclosure", HIGH, instead=("cancellation_policy_disclosure",)),
        helpful("customer_communication", HIGH),
        helpful("receipt", HIGH),
    ),
)

_STILL_SUBSCRIBED = ReasonPlan(
    "The subscription was active when it was billed: it had not been cancelled by the way the customer had accepted.",
    {
        PHYSICAL: (
            helpful(
                "shipping_documentation",
                LISTED,
                why="The order had left before it was cancelled.",
                source=CODES,
            ),
        ),
        DIGITAL: (
            helpful(Proof.USAGE_LOG, USED, why="Use after the claimed cancellation.", source=CODES),
            helpful("access_activity_log", LISTED, source=CODES),
            *NOT_SHIPPED,
        ),
        SERVICE: (helpful("service_date", LISTED), helpful("service_documentation", LISTED)),
        SUBSCRIPTION: (
            helpful(
                Proof.USAGE_LOG,
                USED,
                instead=(Proof.DELIVERY_CONFIRMATION,),
                why="Use after the claimed cancellation.",
                source=CODES,
            ),
            helpful("access_activity_log", LISTED, instead=(Proof.DELIVERY_CONFIRMATION,), source=CODES),
        ),
        EVENT: (helpful("service_date", LISTED), helpful("service_documentation", LISTED)),
    },
    (
        required("cancellation_rebuttal", KEY),
        required("cancellation_policy", HIGH),
        required("cancellation_policy_disclosure", HIGH),
        helpful(
            "customer_communication",
            HIGH,
            why="Renewal notices, and what the customer wrote about cancelling.",
        ),
        helpful(
            Proof.CUSTOMER_HISTORY, LISTED, why="Earlier periods were paid and not disputed.", source=CODES
        ),
    ),
)

_DUPLICATE = ReasonPlan(
    "Each payment was for a purchase of its own.",
    {
        PHYSICAL: (
            helpful(
                "shipping_documentation", HIGH, why="Each order was shipped by itself: a label for each."
            ),
        ),
        DIGITAL: (helpful(Proof.USAGE_LOG, LISTED, why="Each purchase was used by itself."), *NOT_SHIPPED),
        SERVICE: (helpful("service_documentation", LISTED), helpful("service_date", LISTED)),
        SUBSCRIPTION: (helpful("service_date", LISTED, why="Each payment was for a period of its own."),),
        EVENT: (helpful("service_documentation", LISTED), helpful("service_date", LISTED)),
    },
    (
        required("duplicate_charge_explanation", KEY),
        helpful("duplicate_charge_documentation", HIGH),
        helpful("receipt", HIGH),
        helpful("duplicate_charge_id", LISTED),
        helpful("customer_communication", LISTED),
        harmful(
            Proof.THREE_D_SECURE,
            why="Nobody says that a stranger paid: proof that the cardholder did confirms both payments as theirs.",
            source=BEST_PRACTICES,
        ),
    ),
)

_WHATEVER_FITS: dict[ProductType, tuple[Need, ...]] = {
    PHYSICAL: (helpful(Proof.DELIVERY_CONFIRMATION, HIGH), helpful("shipping_documentation", LISTED)),
    DIGITAL: (helpful("access_activity_log", HIGH, instead=(Proof.USAGE_LOG,)), *NOT_SHIPPED),
    SERVICE: (helpful("service_documentation", HIGH), helpful("service_date", LISTED)),
    SUBSCRIPTION: (
        helpful("access_activity_log", HIGH, instead=(Proof.USAGE_LOG, Proof.DELIVERY_CONFIRMATION)),
        helpful("cancellation_policy", LISTED),
    ),
    EVENT: (
        helpful("service_documentation", HIGH),
        helpful("service_date", LISTED),
        helpful("cancellation_policy", LISTED),
    ),
}

_GENERAL = ReasonPlan(
    "The sale was valid, and what was bought was provided.",
    _WHATEVER_FITS,
    (
        helpful(
            "customer_communication",
            HIGH,
            why="The claim has no category: ask the customer what it is about.",
        ),
        helpful("receipt", HIGH),
        helpful("uncategorized_text", HIGH),
        helpful("product_description", LISTED),
        helpful(Proof.AVS_MATCH, LISTED, source=BEST_PRACTICES),
    ),
)

_NONCOMPLIANT = ReasonPlan(
    "The network rule that the issuer names was kept.",
    _WHATEVER_FITS,
    (
        required(
            "uncategorized_text",
            KEY,
            why="Answers the rule that the issuer says was broken.",
            source=COMPLIANCE,
        ),
        helpful("uncategorized_file", HIGH, why="Proves that the rule was kept.", source=COMPLIANCE),
        helpful("receipt", LISTED, source=COMPLIANCE),
        helpful("customer_communication", LISTED, source=COMPLIANCE),
        helpful(Proof.APPROVAL, LISTED, source=COMPLIANCE),
    ),
)

GENERAL = "general"

REASONS: dict[str, ReasonPlan] = {
    "fraudulent": FRAUDULENT,
    "unrecognized": UNRECOGNIZED,
    "product_not_received": _NOT_RECEIVED,
    "product_unacceptable": _UNACCEPTABLE,
    "credit_not_processed": _NOT_CREDITED,
    "subscription_canceled": _STILL_SUBSCRIBED,
    "duplicate": _DUPLICATE,
    GENERAL: _GENERAL,
    "noncompliant": _NONCOMPLIANT,
}
"""Every reason that evidence can answer."""
