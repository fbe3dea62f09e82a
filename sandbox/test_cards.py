"""Stripe's published test cards and tokens and what each of them does. https://docs.stripe.com/testing"""

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum


class RefundBehaviour(StrEnum):
    """What becomes of a refund to this card."""

    SUCCEEDS = "succeeds"
    PENDING_THEN_SUCCEEDS = "pending_then_succeeds"
    SUCCEEDS_THEN_FAILS = "succeeds_then_fails"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCard:
    """One card: how it looks, and what happens to its charges and refunds.

    `disputes` names kinds of disputes opened as soon as it is charged (see `dispute_opening.py`).
    """

    __test__ = False

    number: str
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    decline_code: str | None = None
    error_code: str = "card_declined"
    blocked: bool = False
    needs_authentication: bool = False
    disputes: tuple[str, ...] = ()
    early_fraud_warning: bool = False
    refunds: RefundBehaviour = RefundBehaviour.SUCCEEDS
    funds_at_once: bool = False

    @property
    def last4(self) -> str:
        return self.number[-4:]

    def fingerprint(self, account: str) -> str:
        """The same for one number within one account."""
        return hashlib.sha256(f"{account}:{self.number}".encode()).hexdigest()[:16]


ORDINARY = TestCard(number="4242424242424242")
_MASTERCARD = replace(ORDINARY, brand="mastercard")
_DECLINED = {
    "visa_chargeDeclined": ("4000000000000002", "generic_decline", "card_declined"),
    "chargeDeclined": ("4000000000000002", "generic_decline", "card_declined"),
    "chargeDeclinedInsufficientFunds": ("4000000000009995", "insufficient_funds", "card_declined"),
    "visa_chargeDeclinedInsufficientFunds": ("4000000000009995", "insufficient_funds", "card_declined"),
    "visa_chargeDeclinedLostCard": ("4000000000009987", "lost_card", "card_declined"),
    "visa_chargeDeclinedStolenCard": ("4000000000009979", "stolen_card", "card_declined"),
    "chargeDeclinedExpiredCard": ("4000000000000069", None, "expired_card"),
    "chargeDeclinedIncorrectCvc": ("4000000000000127", None, "incorrect_cvc"),
    "chargeDeclinedProcessingError": ("4000000000000119", None, "processing_error"),
    "chargeCustomerFail": ("4000000000000341", "generic_decline", "card_declined"),
}
_DISPUTED = {
    "createDispute": ("4000000000000259", ("fraudulent",)),
    "createDisputeProductNotReceived": ("4000000000002685", ("product_not_received",)),
    "createDisputeInquiry": ("4000000000001976", ("inquiry",)),
    "createMultipleDisputes": ("4000000404000079", ("fraudulent", "product_not_received")),
    "createCe3EligibleDispute": ("4000000404000038", ("ce3_eligible",)),
    "createComplianceDispute": ("4000008400000779", ("visa_compliance",)),
    "createAutoRepresentmentEligibleDispute": ("4000000001000043", ("fraudulent",)),
    "createRapidDisputeResolutionDispute": ("4000000404004816", ("resolution",)),
    "createCe3BlockDispute": ("4000000404005649", ("block",)),
}
_PLAIN = {
    "visa": ORDINARY,
    "visa_debit": replace(ORDINARY, number="4000056655665556", funding="debit"),
    "mastercard": replace(_MASTERCARD, number="5555555555554444"),
    "mastercard_debit": replace(_MASTERCARD, number="5200828282828210", funding="debit"),
    "mastercard_prepaid": replace(_MASTERCARD, number="5105105105105100", funding="prepaid"),
    "amex": replace(ORDINARY, number="378282246310005", brand="amex"),
    "discover": replace(ORDINARY, number="6011111111111117", brand="discover"),
    "diners": replace(ORDINARY, number="3056930009020004", brand="diners"),
    "jcb": replace(ORDINARY, number="3566002020360505", brand="jcb", country="JP"),
    "unionpay": replace(ORDINARY, number="6200000000000005", brand="unionpay", country="CN"),
    "us": ORDINARY,
    "gb": replace(ORDINARY, number="4000008260000000", country="GB"),
    "de": replace(ORDINARY, number="4000002760000016", country="DE"),
    "jp": replace(ORDINARY, number="4000003920000003", country="JP"),
}
_SPECIAL = {
    "bypassPending": replace(ORDINARY, number="4000000000000077", funds_at_once=True),
    "radarBlock": replace(ORDINARY, number="4100000000000019", blocked=True, decline_code="fraudulent"),
    "authenticationRequired": replace(ORDINARY, number="4000002500003155", needs_authentication=True),
    "threeDSecure2Required": replace(ORDINARY, number="4000000000003220", needs_authentication=True),
    "createIssuerFraudRecord": replace(ORDINARY, number="4000000000005423", early_fraud_warning=True),
    "createMastercardComplianceDispute": replace(
        _MASTERCARD, number="5105008400000002", disputes=("mastercard_compliance",)
    ),
    "createEthocaAlert": replace(_MASTERCARD, number="5105000300000018", disputes=("resolution",)),
    "pendingRefund": replace(
        ORDINARY, number="4000000000007726", refunds=RefundBehaviour.PENDING_THEN_SUCCEEDS
    ),
    "refundFail": replace(ORDINARY, number="4000000000005126", refunds=RefundBehaviour.SUCCEEDS_THEN_FAILS),
}

BY_NAME: dict[str, TestCard] = {
    **_PLAIN,
    **_SPECIAL,
    **{
        name: replace(ORDINARY, number=number, decline_code=decline, error_code=code)
        for name, (number, decline, code) in _DECLINED.items()
    },
    **{name: replace(ORDINARY, number=number, disputes=kinds) for name, (number, kinds) in _DISPUTED.items()},
}
BY_NUMBER = {card.number: card for card in BY_NAME.values()}


def by_token(token: str) -> TestCard | None:
    """The card behind `tok_visa` or `pm_card_visa`."""
    for prefix in ("pm_card_", "tok_"):
        if token.startswith(prefix):
            return BY_NAME.get(token.removeprefix(prefix))
    return None
