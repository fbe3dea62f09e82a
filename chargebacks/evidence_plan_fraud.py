"""What claims of fraud need, and claims of a payment that is not recognised.

https://docs.stripe.com/disputes/categories. At Visa one item of compelling evidence must be there at least, or the
dispute is as good as lost (https://docs.stripe.com/disputes/best-practices): that is what is required here, and any of
several will do.
"""

from chargebacks.evidence import Need
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_names import Proof
from chargebacks.evidence_plan_needs import BEST_PRACTICES, HIGH, KEY, LISTED, helpful, required
from chargebacks.evidence_plan_shape import (
    DIGITAL,
    EVENT,
    NOT_SHIPPED,
    PHYSICAL,
    SERVICE,
    SUBSCRIPTION,
    ReasonPlan,
)

_ANSWERS_FRAUD = (Proof.THREE_D_SECURE, Proof.CE3)
"""Each answers a claim of fraud by itself."""

_FRAUD_BY_PRODUCT: dict[ProductType, tuple[Need, ...]] = {
    PHYSICAL: (
        required(Proof.DELIVERY_CONFIRMATION, KEY, instead=("customer_signature", *_ANSWERS_FRAUD)),
        helpful("shipping_date", HIGH),
        helpful("shipping_documentation", LISTED),
        helpful(
            "shipping_address",
            LISTED,
            why="A parcel to the verified address went to the cardholder.",
        ),
        helpful("shipping_tracking_number", LISTED),
        helpful("shipping_carrier", LISTED),
        helpful("customer_signature", LISTED),
    ),
    DIGITAL: (
        required("access_activity_log", KEY, instead=(Proof.USAGE_LOG, *_ANSWERS_FRAUD)),
        helpful(Proof.USAGE_LOG, LISTED),
        helpful("customer_purchase_ip", LISTED),
        helpful("customer_name", LISTED),
        helpful("customer_email_address", LISTED),
        *NOT_SHIPPED,
    ),
    SERVICE: (
        required("service_documentation", KEY, instead=("customer_signature", *_ANSWERS_FRAUD)),
        helpful("service_date", HIGH),
        helpful("customer_signature", LISTED),
    ),
    SUBSCRIPTION: (
        required(
            "access_activity_log",
            KEY,
            instead=(Proof.USAGE_LOG, Proof.DELIVERY_CONFIRMATION, *_ANSWERS_FRAUD),
        ),
        helpful(Proof.CUSTOMER_HISTORY, KEY, why="Earlier payments of the subscription were never disputed."),
        helpful(Proof.USAGE_LOG, LISTED),
        helpful(
            "service_documentation",
            LISTED,
            why="The contract by which the customer agreed to be billed again.",
        ),
        helpful("customer_purchase_ip", LISTED),
        helpful("customer_email_address", LISTED),
    ),
    EVENT: (
        required(
            "service_documentation",
            KEY,
            instead=("customer_signature", Proof.USAGE_LOG, *_ANSWERS_FRAUD),
            why="Ticket, check-in or upgrade in the cardholder's name shows that they came.",
        ),
        helpful("service_date", HIGH),
        helpful("customer_purchase_ip", LISTED),
        helpful("customer_signature", LISTED),
    ),
}

FRAUDULENT = ReasonPlan(
    "The cardholder, or somebody they let use the card, made this purchase and has what was bought.",
    _FRAUD_BY_PRODUCT,
    (
        helpful(Proof.THREE_D_SECURE, KEY),
        helpful("customer_communication", HIGH),
        helpful(Proof.CUSTOMER_HISTORY, HIGH),
        helpful(Proof.AVS_MATCH, LISTED, instead=(Proof.THREE_D_SECURE,), source=BEST_PRACTICES),
        helpful(Proof.CVC_MATCH, LISTED, instead=(Proof.THREE_D_SECURE,), source=BEST_PRACTICES),
    ),
)

UNRECOGNIZED = ReasonPlan(
    "The cardholder made this purchase: the receipt and the description say what stands behind the statement line.",
    _FRAUD_BY_PRODUCT,
    (
        helpful("receipt", HIGH, why="Shows the cardholder what the unfamiliar statement line was for."),
        helpful("product_description", HIGH, why="Says in plain words what the unfamiliar line was for."),
        helpful(Proof.CUSTOMER_HISTORY, HIGH),
        helpful("customer_communication", LISTED),
        helpful(Proof.THREE_D_SECURE, LISTED, source=BEST_PRACTICES),
        helpful(Proof.AVS_MATCH, LISTED, instead=(Proof.THREE_D_SECURE,), source=BEST_PRACTICES),
        helpful(Proof.CVC_MATCH, LISTED, instead=(Proof.THREE_D_SECURE,), source=BEST_PRACTICES),
    ),
)
