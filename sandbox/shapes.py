"""The parts that objects share, with the full set of fields Stripe's specification demands."""

import hashlib
from typing import Any

from sandbox.test_cards import TestCard

Json = dict[str, Any]
EMPTY_ADDRESS: Json = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
UNCHECKED: Json = dict.fromkeys(("address_line1_check", "address_postal_code_check"))
LIABILITY_SHIFTED = {"visa": "05", "mastercard": "02"}
CARD_FACTS = (
    "last4", "brand", "network", "country", "funding", "exp_month", "exp_year", "fingerprint",
    "authorization_code", "network_transaction_id", "transaction_link_id", "wallet", "three_d_secure",
    "electronic_commerce_indicator", "checks",
)  # fmt: skip
"""What the control plane may set of a charge's card."""


def billing_details(given: Json | None = None) -> Json:
    details = {"address": EMPTY_ADDRESS, "email": None, "name": None, "phone": None, "tax_id": None}
    details |= given or {}
    details["address"] = EMPTY_ADDRESS | (details["address"] or {})
    return details


def shipping(given: Json) -> Json:
    parts = dict.fromkeys(("carrier", "name", "phone", "tracking_number"))
    return parts | given | {"address": EMPTY_ADDRESS | (given.get("address") or {})}


def payment_method_card(card: TestCard, *, account: str, exp_month: int, exp_year: int) -> Json:
    """`card` of a payment method."""
    return {
        "brand": card.brand,
        "checks": UNCHECKED | {"cvc_check": "pass"},
        "country": card.country,
        "display_brand": {"amex": "american_express", "diners": "diners_club"}.get(card.brand, card.brand),
        "exp_month": exp_month,
        "exp_year": exp_year,
        "fingerprint": card.fingerprint(account),
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def charge_card(facts: Json, *, charge: str, amount: int, approved: bool) -> Json:
    """`payment_method_details.card` of a charge; `facts` override what the card would give.

    The network transaction id is 15 digits at Visa; at Mastercard the banknet reference with the date follows
    the same key. Both are made from the charge's id, so they differ from charge to charge.
    """
    brand = facts["brand"]
    digits = str(int.from_bytes(hashlib.blake2b(charge.encode(), digest_size=12).digest(), "big")).zfill(29)
    network_id = f"MCC{digits[:6]}{digits[6:10]}" if brand == "mastercard" else digits[:15]
    card: Json = {
        "amount_authorized": amount,
        "authorization_code": digits[-6:] if approved else None,
        "brand": brand,
        "checks": UNCHECKED | {"cvc_check": "pass"},
        "country": facts["country"],
        "electronic_commerce_indicator": None,
        "exp_month": facts["exp_month"],
        "exp_year": facts["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": facts["fingerprint"],
        "funding": facts["funding"],
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": facts["last4"],
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": facts.get("network", brand),
        "network_token": {"used": False},
        "network_transaction_id": network_id if approved else None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": "unregulated",
        "setup_credential_usage": None,
        "stored_credential_usage": None,
        "three_d_secure": None,
        "transaction_link_id": digits[:22] if brand == "mastercard" and approved else None,
        "wallet": None,
    }
    card |= {name: facts[name] for name in CARD_FACTS if name in facts}
    card["checks"] = UNCHECKED | {"cvc_check": "pass"} | (card["checks"] or {})
    if card["wallet"]:
        card["wallet"] = {"dynamic_last4": None, card["wallet"]["type"]: {}, **card["wallet"]}
    if card["three_d_secure"]:
        card["three_d_secure"] = THREE_D_SECURE | card["three_d_secure"]
    return card


THREE_D_SECURE: Json = {
    "authentication_flow": "challenge",
    "electronic_commerce_indicator": None,
    "exemption_indicator": None,
    "result": "authenticated",
    "result_reason": None,
    "transaction_id": None,
    "version": "2.2.0",
}


def outcome(*, declined: str | None, blocked: bool) -> Json:
    """`outcome` of a charge. https://docs.stripe.com/declines"""
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": "05" if declined and not blocked else None,
        "network_status": "not_sent_to_network"
        if blocked
        else "declined_by_network"
        if declined
        else "approved_by_network",
        "reason": "highest_risk_level" if blocked else declined,
        "risk_level": "highest" if blocked else "normal",
        "risk_score": 92 if blocked else 24,
        "seller_message": "Stripe blocked this payment as too risky."
        if blocked
        else "The bank did not return any further details with this decline."
        if declined
        else "Payment complete.",
        "type": "blocked" if blocked else "issuer_declined" if declined else "authorized",
    }
