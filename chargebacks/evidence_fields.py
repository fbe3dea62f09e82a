"""The evidence fields of Stripe's dispute and their limits, as data.

https://docs.stripe.com/api/disputes/update#update_dispute-evidence, https://docs.stripe.com/disputes/best-practices
"""

from enum import StrEnum

LONG, SHORT = 20_000, 5_000

TEXT_FIELDS: dict[str, int] = {
    "access_activity_log": LONG,
    "billing_address": SHORT,
    "cancellation_policy_disclosure": LONG,
    "cancellation_rebuttal": LONG,
    "customer_email_address": SHORT,
    "customer_name": SHORT,
    "customer_purchase_ip": SHORT,
    "duplicate_charge_explanation": LONG,
    "duplicate_charge_id": SHORT,
    "product_description": LONG,
    "refund_policy_disclosure": LONG,
    "refund_refusal_explanation": LONG,
    "service_date": SHORT,
    "shipping_address": SHORT,
    "shipping_carrier": SHORT,
    "shipping_date": SHORT,
    "shipping_tracking_number": SHORT,
    "uncategorized_text": LONG,
}
"""Text field → most characters."""

MOST_CHARACTERS = 150_000
"""Over all text fields of one dispute; less than the sum of the single limits."""

FILE_FIELDS = (
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
)
"""Each takes one file."""

PREFILLED = (
    "billing_address",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "product_description",
    "receipt",
)
"""Fields that Stripe fills by itself where it knows them."""

MOST_FILE_BYTES = 20_000_000
"""Of one file that comes in here, before it is made smaller."""
MOST_BYTES = 4_500_000
"""All files of one dispute together. Stripe documents 4.5 MB; refusals were measured between 4,750,002 and
4,799,134 bytes (https://docs.stripe.com/disputes/best-practices)."""
MOST_PAGES = 49
"""Stripe takes fewer than 50 pages."""
MOST_PAGES_MASTERCARD = 19
"""All files together."""


class MediaType(StrEnum):
    """What Stripe takes as evidence."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"


class ProductType(StrEnum):
    """What was sold, as far as the networks ask for different proof."""

    PHYSICAL = "physical"
    DIGITAL = "digital"
    SERVICE = "service"
    SUBSCRIPTION = "subscription"
    EVENT = "event"
    """A dated event, a booking, a stay, a journey."""


def most_pages(network: str | None) -> int:
    """Pages of all files together for a dispute of that network."""
    return MOST_PAGES_MASTERCARD if network == "mastercard" else MOST_PAGES
