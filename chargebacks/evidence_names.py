"""What evidence is called in plans and scores: Stripe's evidence fields, and names of ours for what has no field."""

from enum import StrEnum


class Proof(StrEnum):
    """Names of ours. Each is something that a packet can say or show, in whatever field it finds room."""

    USAGE_LOG = "usage_log"
    """What the customer did with the product after paying, act by act, with times."""
    DELIVERY_CONFIRMATION = "delivery_confirmation"
    """The carrier says that a parcel was delivered, and when."""
    REFUND_PROOF = "refund_proof"
    """A refund of the disputed charge that succeeded, in whole or in part."""
    FULL_REFUND = "full_refund"
    """Refunds that succeeded cover the disputed amount: the claim is settled, whatever it was."""
    THREE_D_SECURE = "three_d_secure"
    """The cardholder was authenticated and liability for fraud lies with the issuer."""
    CUSTOMER_HISTORY = "customer_history"
    """Earlier payments of the same card or customer, paid and never disputed."""
    AVS_MATCH = "avs_match"
    """The issuer confirmed street or postal code, and denied neither."""
    CVC_MATCH = "cvc_match"
    """The issuer confirmed the card's security code."""
    APPROVAL = "approval"
    """The issuer's approval of the payment: authorisation code or network transaction id."""
    TERMS = "terms"
    """The terms that the customer agreed to."""
    CE3 = "ce3"
    """Visa Compelling Evidence 3.0: open for the dispute, and two earlier payments qualify."""
