"""Radar reviews: payments that somebody should look at. https://docs.stripe.com/api/radar/reviews"""

from typing import Any

from sandbox.errors import ApiError
from sandbox.parameters import created_filter
from sandbox.resource import Call, Resource
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

OPENED_REASONS = ("rule", "manual")
CLOSED_REASONS = (
    "acknowledged", "approved", "canceled", "disputed", "payment_never_settled", "redacted", "refunded",
    "refunded_as_fraud",
)  # fmt: skip
REVIEWS = Resource(
    "review",
    table="reviews",
    prefixes=("prv",),
    indexes=("charge",),
    expandable=("charge", "payment_intent"),
)
REVIEWS.retrieval("/v1/reviews/{id}", permission="review")
REVIEWS.listing("/v1/reviews", permission="review", created=created_filter())


def open_review(
    sandbox: Sandbox,
    account: Account,
    charge: Object,
    *,
    reason: str,
    created: int | None = None,
    ip_address: str | None = None,
    location: dict[str, Any] | None = None,
    session: dict[str, Any] | None = None,
) -> Object:
    """Put a payment up for review; charge and payment intent name the review while it is open."""
    places = dict.fromkeys(("city", "country", "latitude", "longitude", "region"))
    traits = dict.fromkeys(("browser", "device", "platform", "version"))
    review = {
        "id": sandbox.ids.next("prv"),
        "object": "review",
        "billing_zip": charge["billing_details"]["address"]["postal_code"],
        "charge": charge["id"],
        "closed_reason": None,
        "created": created or sandbox.clock.now(),
        "ip_address": ip_address,
        "ip_address_location": None if location is None else places | location,
        "livemode": False,
        "open": True,
        "opened_reason": reason,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "session": None if session is None else traits | session,
    }
    REVIEWS.rows(account).add(review)
    _name(account, review, review["id"])
    sandbox.emit(account, "review.opened", review)
    return review


def close(sandbox: Sandbox, account: Account, review: Object, *, reason: str) -> None:
    review |= {"open": False, "closed_reason": reason, "reason": reason}
    _name(account, review, None)
    sandbox.emit(account, "review.closed", review)


def close_of(sandbox: Sandbox, account: Account, charge: Object, *, reason: str) -> None:
    """A refund or a dispute settles the reviews of a payment."""
    rows = REVIEWS.rows(account)
    for _, _, id in rows.entries({"charge": charge["id"]}):
        review = rows.get(id)
        if review is not None and review["open"]:
            close(sandbox, account, review, reason=reason)


def _name(account: Account, review: Object, id: str | None) -> None:
    for table, field in (("charges", "charge"), ("payment_intents", "payment_intent")):
        payment = account.tables[table].get(review[field]) if review[field] else None
        if payment is not None:
            payment["review"] = id


@REVIEWS.post("/v1/reviews/{id}/approve", permission="review")
def approve(call: Call) -> Object:
    review = REVIEWS.find(call.account, call.path["id"], param="id")
    if not review["open"]:
        raise ApiError(400, f"Review {review['id']} is already closed.")
    close(call.sandbox, call.account, review, reason="approved")
    return review
