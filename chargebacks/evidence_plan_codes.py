"""Where a network's code asks for other evidence than Stripe's reason: what it changes in the plan.

https://docs.stripe.com/disputes/reason-codes-defense-requirements for Visa, Mastercard and American Express,
https://docs.stripe.com/disputes/categories for Discover and for the codes that share a number. A code that is not
listed changes nothing.
"""

from dataclasses import dataclass, field

from chargebacks.evidence import Need
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_names import Proof
from chargebacks.evidence_plan_needs import (
    CE3_PAGE,
    CODES,
    HIGH,
    KEY,
    LISTED,
    SIGNED,
    USED,
    helpful,
    required,
)
from chargebacks.evidence_plan_shape import DIGITAL, EVENT, PHYSICAL, SERVICE, SUBSCRIPTION


@dataclass(frozen=True, kw_only=True)
class Branch:
    """What a code changes. Its needs stand before those of the reason and replace the ones of the same name."""

    argument: str | None = None
    needs: tuple[Need, ...] = ()
    by_product: dict[ProductType, tuple[Need, ...]] = field(default_factory=dict)
    plan_as: str | None = None
    """The reason whose plan fits, where Stripe files the code under another."""
    alone: bool = False
    """The claim is of another kind than the reason's: nothing of the reason's plan but the background stays."""
    without: frozenset[str] = frozenset()


_CE3 = Branch(
    needs=(helpful(Proof.CE3, 30, source=CE3_PAGE),),
    by_product={
        product_type: (helpful(Proof.TERMS, LISTED, source=CODES),)
        for product_type in (DIGITAL, SUBSCRIPTION)
    },
)
_CARD_PRESENT = Branch(
    argument="The card itself was read and the cardholder took part, or the sale was made online, where the code does "
    "not apply.",
    alone=True,
    needs=(
        required(
            "uncategorized_file",
            KEY,
            instead=("customer_signature",),
            why="The terminal's record: chip or contactless, PIN, time and place.",
            source=CODES,
        ),
        helpful("customer_signature", HIGH, source=CODES),
        helpful("receipt", HIGH, source=CODES),
        helpful(Proof.APPROVAL, LISTED, source=CODES),
        helpful("customer_communication", LISTED, source=CODES),
    ),
)
_RECOURSE = Branch(
    argument="The customer had been refunded before the dispute, or the merchant was not in the programme that day.",
    alone=True,
    needs=(
        required(
            "uncategorized_text",
            KEY,
            why="Only proof that the programme did not cover the charge counts: fraud arguments do not.",
            source=CODES,
        ),
        helpful(Proof.APPROVAL, LISTED, source=CODES),
    ),
)
_SEVERAL_SALES = Branch(
    argument="Each of the charges was agreed to by the cardholder.",
    needs=(
        helpful(
            "receipt", HIGH, why="Itemised receipts that show how the charges belong together.", source=CODES
        ),
        helpful("duplicate_charge_explanation", LISTED, source=CODES),
    ),
)
_AUTHORISATION = Branch(
    argument="The issuer approved this payment, for this amount, and it was captured in time.",
    alone=True,
    needs=(
        required(Proof.APPROVAL, KEY, source=CODES),
        helpful("receipt", LISTED, source=CODES),
        helpful(
            "uncategorized_text", LISTED, why="When and for what amount approval was asked.", source=CODES
        ),
    ),
)
_LATE = Branch(
    argument="The payment was presented in time, or the customer had agreed to be charged later.",
    alone=True,
    needs=(
        required(Proof.APPROVAL, KEY, why="The approval and its date.", source=CODES),
        helpful("receipt", LISTED, source=CODES),
        helpful(
            "customer_communication", LISTED, why="The customer knew that it would take longer.", source=CODES
        ),
    ),
)
_AMOUNT = Branch(
    argument="The customer was charged exactly what they had agreed to.",
    alone=True,
    needs=(
        required(
            "receipt", KEY, why="Itemised: price, tax, fees, discount and total, as agreed.", source=CODES
        ),
        helpful("customer_communication", HIGH, source=CODES),
        helpful("customer_signature", LISTED, why="The customer signed for the amount.", source=CODES),
        helpful("product_description", LISTED, why="The price as it was shown.", source=CODES),
        helpful(Proof.TERMS, LISTED, source=CODES),
        helpful(Proof.APPROVAL, LISTED, source=CODES),
    ),
)
_CURRENCY = Branch(
    argument="The customer saw and accepted currency and amount before paying.",
    alone=True,
    needs=(
        required("receipt", KEY, why="Shows the currency that was agreed to.", source=CODES),
        helpful(
            "uncategorized_file",
            HIGH,
            why="The checkout as it was shown, with the rate.",
            source=CODES,
        ),
        helpful(Proof.TERMS, LISTED, source=CODES),
        helpful("customer_communication", LISTED, source=CODES),
    ),
)
_DIRECTION = Branch(
    argument="The payment was meant as a charge, and no credit was due.",
    alone=True,
    needs=(
        required("receipt", KEY, source=CODES),
        helpful("refund_refusal_explanation", HIGH, why="Says why no credit was due.", source=CODES),
        helpful("customer_communication", HIGH, source=CODES),
        helpful("refund_policy", LISTED, source=CODES),
        helpful(Proof.APPROVAL, LISTED, source=CODES),
    ),
)
_ACCOUNT_NUMBER = Branch(
    argument="The card number was valid: the issuer approved the payment on it.",
    alone=True,
    needs=(
        required(Proof.APPROVAL, KEY, source=CODES),
        helpful("receipt", LISTED, source=CODES),
        helpful("customer_communication", LISTED, source=CODES),
        helpful(Proof.CVC_MATCH, LISTED, source=CODES),
    ),
)
_RECEIPT_ASKED = Branch(
    argument="Here is the record of the sale that was asked for.",
    alone=True,
    needs=(
        required("receipt", KEY),
        helpful(Proof.APPROVAL, LISTED),
        helpful("customer_signature", LISTED),
    ),
)
_TWICE = Branch(
    needs=(
        helpful(Proof.AVS_MATCH, SIGNED, source=CODES),
        helpful(Proof.CVC_MATCH, SIGNED, source=CODES),
        helpful(Proof.TERMS, SIGNED, source=CODES),
    )
)
_OTHER_MEANS = Branch(
    argument="Nothing else was received for this purchase: the card is how it was paid.",
    needs=(
        required(
            "duplicate_charge_explanation",
            KEY,
            why="Says that no other payment arrived, or what the other one was for.",
            source=CODES,
        ),
        helpful("receipt", HIGH, why="Shows how the purchase was paid.", source=CODES),
        helpful("customer_communication", HIGH, source=CODES),
    ),
    without=frozenset({"duplicate_charge_id"}),
)
_ANY_PROCESSING_ERROR = Branch(
    argument="Each payment was made once, for its own purchase, in the amount and currency agreed, and in time.",
    needs=(
        required("duplicate_charge_explanation", KEY, instead=("receipt",)),
        helpful(
            "receipt",
            HIGH,
            why="The code covers amount, currency, surcharge and lateness, too.",
            source=CODES,
        ),
        helpful("customer_signature", LISTED, why="The customer signed for the amount.", source=CODES),
        helpful(Proof.TERMS, LISTED, source=CODES),
        helpful(Proof.APPROVAL, LISTED, source=CODES),
    ),
)
_ANY_CARDHOLDER_DISPUTE = Branch(
    argument="What was bought was provided as described, under terms that the customer had accepted.",
    by_product={
        PHYSICAL: (
            helpful(
                Proof.DELIVERY_CONFIRMATION, KEY, why="The code covers goods not provided, too.", source=CODES
            ),
            helpful("shipping_tracking_number", LISTED, source=CODES),
            helpful("customer_signature", LISTED, source=CODES),
        ),
        DIGITAL: (helpful(Proof.USAGE_LOG, USED, source=CODES),),
        SERVICE: (
            helpful(
                "service_documentation", KEY, why="The code covers services not provided, too.", source=CODES
            ),
            helpful("customer_signature", LISTED, source=CODES),
        ),
        SUBSCRIPTION: (
            helpful(
                "cancellation_rebuttal",
                HIGH,
                why="The code covers cancelled subscriptions, too.",
                source=CODES,
            ),
            helpful("cancellation_policy", HIGH, source=CODES),
            helpful("cancellation_policy_disclosure", HIGH, source=CODES),
            helpful(Proof.USAGE_LOG, USED, instead=(Proof.DELIVERY_CONFIRMATION,), source=CODES),
        ),
        EVENT: (
            helpful(
                "service_documentation",
                KEY,
                why="The code covers no-shows and failed travel, too.",
                source=CODES,
            ),
            helpful("cancellation_policy", HIGH, source=CODES),
            helpful("cancellation_policy_disclosure", HIGH, source=CODES),
        ),
    },
)
_COUNTERFEIT = Branch(
    argument="The goods are genuine: they come from the maker or an authorised supplier.",
    needs=(
        required(
            "uncategorized_file",
            KEY,
            why="Supplier's invoice or certificate of authenticity: nothing else disproves a counterfeit.",
            source=CODES,
        ),
    ),
)
_RETURNED = Branch(
    argument="Nothing came back, or not within the time and in the state that the accepted policy asks for.",
    needs=(
        helpful(
            "uncategorized_file",
            HIGH,
            why="Receiving or inspection record: was anything returned, when, and in what state?",
            source=CODES,
        ),
    ),
)
_CANCELLED = Branch(
    argument="The purchase was not cancelled in the time and way that the customer had accepted.",
    needs=(
        required("cancellation_policy", HIGH, instead=("refund_policy",), source=CODES),
        required("cancellation_policy_disclosure", HIGH, instead=("refund_policy_disclosure",), source=CODES),
        helpful("cancellation_rebuttal", HIGH, instead=("refund_refusal_explanation",), source=CODES),
    ),
)
_NO_SHOW = Branch(
    argument="The customer booked under a cancellation policy that they had accepted, and did not cancel in time.",
    alone=True,
    needs=(
        required("cancellation_policy", KEY, instead=("refund_policy",), source=CODES),
        required("cancellation_policy_disclosure", HIGH, instead=("refund_policy_disclosure",), source=CODES),
        helpful("service_documentation", HIGH, why="Booking confirmation and check-in record.", source=CODES),
        helpful("customer_communication", HIGH, source=CODES),
        helpful("cancellation_rebuttal", LISTED, instead=("refund_refusal_explanation",), source=CODES),
        helpful("service_date", LISTED, source=CODES),
    ),
)
_RENTAL_DAMAGE = Branch(
    argument="The customer had accepted liability for damage, and was charged what the repair cost.",
    alone=True,
    needs=(
        required(
            "service_documentation", KEY, why="The signed rental and liability agreement.", source=CODES
        ),
        helpful("uncategorized_file", HIGH, why="Itemised repair invoice.", source=CODES),
        helpful("customer_signature", HIGH, source=CODES),
        helpful("customer_communication", LISTED, source=CODES),
    ),
)
_LOADED = Branch(
    argument="The money or the value was handed over or loaded, as the log shows.",
    needs=(helpful("receipt", HIGH, why="The record of the load or payout."),),
)
_NO_REPLY = Branch(
    argument="The inquiry had been answered in time and in full, and the answer stands.",
    needs=(
        required(
            "uncategorized_text",
            HIGH,
            why="When and how the inquiry was answered, and the answer itself.",
            source=CODES,
        ),
    ),
)

_BY_NETWORK: dict[str, tuple[tuple[Branch, tuple[str, ...]], ...]] = {
    "visa": (
        (_CE3, ("10.4",)),
        (_CARD_PRESENT, ("10.1", "10.2", "10.3")),
        (_AUTHORISATION, ("11.1", "11.2", "11.3")),
        (_LATE, ("12.1",)),
        (_DIRECTION, ("12.2",)),
        (_CURRENCY, ("12.3",)),
        (_ACCOUNT_NUMBER, ("12.4", "12.7")),
        (_AMOUNT, ("12.5",)),
        (_TWICE, ("12.6.1",)),
        (_OTHER_MEANS, ("12.6.2",)),
        (_COUNTERFEIT, ("13.4",)),
        (_CANCELLED, ("13.7",)),
        (_LOADED, ("13.9",)),
        (_RECEIPT_ASKED, ("28", "30", "34")),
    ),
    "mastercard": (
        (_CARD_PRESENT, ("4870", "4871")),
        (_AUTHORISATION, ("4807", "4808")),
        (_ACCOUNT_NUMBER, ("4812",)),
        (_AMOUNT, ("4831", "6305")),
        (_ANY_PROCESSING_ERROR, ("4834",)),
        (_LATE, ("4842",)),
        (_CURRENCY, ("4846",)),
        (_ANY_CARDHOLDER_DISPUTE, ("4853",)),
        (_NO_SHOW, ("4859",)),
        (_RECEIPT_ASKED, ("6322", "6323", "6342")),
    ),
    "amex": (
        (_AMOUNT, ("A01", "P05", "680")),
        (_AUTHORISATION, ("A02", "A08")),
        (_OTHER_MEANS, ("C14", "684")),
        (_RETURNED, ("C04", "158")),
        (_CANCELLED, ("C05", "154")),
        (_NO_SHOW, ("C18", "170")),
        (_CARD_PRESENT, ("F10", "F30", "F31")),
        (_SEVERAL_SALES, ("F24",)),
        (_RECOURSE, ("FR2", "FR4", "FR5", "FR6")),
        (_RENTAL_DAMAGE, ("M10", "693")),
        (_ACCOUNT_NUMBER, ("P01", "P22")),
        (_DIRECTION, ("P03", "P04", "061", "062")),
        (_LATE, ("P07",)),
        (_CURRENCY, ("P23", "169")),
        (_NO_REPLY, ("R03", "R13")),
    ),
    "discover": (
        (_CARD_PRESENT, ("4866", "4867", "7010")),
        (_OTHER_MEANS, ("4865",)),
        (_LATE, ("4542",)),
        (_DIRECTION, ("4550",)),
        (Branch(plan_as="product_unacceptable"), ("4553",)),
        (_AMOUNT, ("4586",)),
        (Branch(plan_as="unrecognized"), ("4752",)),
        (_ACCOUNT_NUMBER, ("4753",)),
        (_AUTHORISATION, ("4863",)),
        (_LOADED, ("4864",)),
        (_RECEIPT_ASKED, ("6005", "6021")),
    ),
}

BRANCHES: dict[tuple[str, str], Branch] = {
    (network, code): branch
    for network, branches in _BY_NETWORK.items()
    for branch, codes in branches
    for code in codes
}
"""(network, code) → what it changes."""
