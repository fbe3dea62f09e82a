"""Card networks and wallets as their owners spell them, the same in every place of a packet."""

_NAMES = {
    "american_express": "American Express",
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "diners_club": "Diners Club",
    "discover": "Discover",
    "eftpos_australia": "eftpos",
    "eftpos_au": "eftpos",
    "interac": "Interac",
    "jcb": "JCB",
    "link": "Link",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
    "visa_checkout": "Visa Checkout",
}
"""Stripe's word (https://docs.stripe.com/api/charges/object, `payment_method_details.card`) → name."""


def brand_name(word: str) -> str:
    """`American Express` for `amex`; a word that is not listed with capitals and blanks, such as `Apple Pay`."""
    return _NAMES.get(word.strip().lower(), word.replace("_", " ").strip().title())
