"""The networks' reason codes: their names, and the Stripe reason each one is filed under.

https://docs.stripe.com/disputes/categories (May 2026). The same number means different things at different networks
(4863 is a missing authorisation at Discover and an unrecognised charge at Mastercard), so a code is only ever read
together with its network. Names in the networks' own spelling; a code with many variants carries the name that they
share.
"""

_Names = dict[str, dict[str, str]]

_NAMELESS = "Not Named by Stripe"
"""Listed without a name: never shown."""

_VISA: _Names = {
    "fraudulent": {
        "33": "Fraud Analysis Request",
        "10.1": "EMV Liability Shift Counterfeit Fraud",
        "10.2": "EMV Liability Shift Non-Counterfeit Fraud",
        "10.3": "Other Fraud: Card-Present Environment",
        "10.4": "Other Fraud: Card-Absent Environment",
        "10.5": "Visa Fraud Monitoring Program",
    },
    "product_not_received": {
        "13.1": "Merchandise/Services Not Received",
        "13.9": "Non-Receipt of Cash or Load Transaction Value",
    },
    "product_unacceptable": {
        "13.3": "Not as Described or Defective Merchandise/Services",
        "13.4": "Counterfeit Merchandise",
        "13.5": "Misrepresentation",
    },
    "credit_not_processed": {
        "13.6": "Credit Not Processed",
        "13.7": "Cancelled Merchandise/Services",
    },
    "subscription_canceled": {"13.2": "Cancelled Recurring"},
    "duplicate": {"12.6.1": "Duplicate Processing", "12.6.2": "Paid by Other Means"},
    "noncompliant": {
        "C028": "Refinancing of an Existing Debit",
        "C030": "Delayed or Amended Charges",
        "C031": "Sold Paper",
        "C034": "Merchant Processed Credit without a Previous Debit",
        "C035": "Merchant Must Process a Reversal If Sale Processed in Error",
        "C036": "Electronic Commerce Transaction",
        "C038": "T&E Advance Deposit Service",
        "C045": "Dispute Reduction Service Returned",
        "C048": "Split Transaction",
        "C050": "Other, See Attached Documentation",
        "C071": "Prohibitions",
        "C081": "Limits of Fee Collection",
        "C0135": "Improperly Assessed Surcharge",
    },
    "general": {
        "28": "Request for Copy Bearing Signature",
        "30": "Cardholder Request Due to Dispute",
        "34": "Legal Process Request",
        "11.1": "Card Recovery Bulletin",
        "11.2": "Declined Authorization",
        "11.3": "No Authorization",
        "12.1": "Late Presentment",
        "12.2": "Incorrect Transaction Code",
        "12.3": "Incorrect Currency",
        "12.4": "Incorrect Account Number",
        "12.5": "Incorrect Amount",
        "12.7": "Invalid Data",
        "13.8": "Original Credit Transaction Not Accepted",
    },
}

_MASTERCARD: _Names = {
    "fraudulent": {
        "6341": "Fraud Investigation",
        "4837": "No Cardholder Authorization",
        "4849": "Questionable Merchant Activity",
        "4870": "Chip Liability Shift",
        "4871": "Chip Liability Shift: Lost/Stolen/Never Received Issue (NRI) Fraud",
    },
    "unrecognized": {
        "6321": "Cardholder Does Not Recognize Transaction",
        "4863": "Cardholder Does Not Recognize: Potential Fraud",
    },
    "product_not_received": {"4855": "Goods or Services Not Provided"},
    "product_unacceptable": {"4853": "Cardholder Dispute"},
    "credit_not_processed": {"4860": "Credit Not Processed"},
    "subscription_canceled": {"4841": "Canceled Recurring or Digital Goods Transactions"},
    "duplicate": {"4834": "Point-of-Interaction Error"},
    "general": {
        "6305": "Cardholder Does Not Agree with Amount Billed",
        "6322": "Request Transaction Certificate for a Chip Transaction",
        "6323": "Cardholder Needs Information for Personal Records",
        "6342": "Potential Chargeback or Compliance Documentation Is Required",
        "6343": "IIAS Audit (Healthcare Transactions Only)",
        "6390": "Syntax Error Return",
        "4807": "Warning Bulletin File",
        "4808": "Authorization-Related Chargeback",
        "4812": "Account Number Not on File",
        "4831": "Transaction Amount Differs",
        "4840": "Fraudulent Processing of Transactions",
        "4842": "Late Presentment",
        "4846": "Currency Errors",
        "4859": "Addendum, No-Show, or ATM Dispute",
        "4901": "Required Documentation Not Received to Support Second Presentment",
        "4902": "Documentation Received Was Illegible",
        "4903": "Scanning Error: Unrelated Documents or Partial Scan",
        "4905": "Acquirer Reference Data (ARD) Does Not Match or Is Invalid",
        "4908": "Invalid Acquirer Reference Data; Documentation Received",
        "4968": _NAMELESS,
    },
}

_AMEX: _Names = {
    "fraudulent": {
        "F10": "Missing Imprint",
        "F24": "Multiple ROCs",
        "F29": "Card Not Present",
        "F30": "EMV Liability Shift: Counterfeit",
        "F31": "EMV Liability Shift: Lost/Stolen/Non-Received",
        "FR2": "Fraud Full Recourse Program",
        "FR4": "Immediate Chargeback Program",
        "FR5": "Immediate Chargeback Program",
        "FR6": "Partial Immediate Chargeback Program",
        "177": "Unauthorized Charge",
        "193": "Fraudulent Charge",
    },
    "unrecognized": {
        "127": "Unrecognized Charge",
        "176": "Unrecognized Charge (Card Not Present)",
        "691": "Requesting Support",
    },
    "product_not_received": {
        "C08": "Goods/Services Not Received or Only Partially Received",
        "004": "Product Not Received",
        "155": "Goods Not Received (Request Credit)",
    },
    "product_unacceptable": {
        "C31": "Goods/Services Not as Described",
        "C32": "Goods/Services Damaged or Defective",
        "024": "Goods Damaged/Defective",
        "059": "Goods Damaged/Defective (Request Repair)",
        "063": "Product Quality Unacceptable",
    },
    "credit_not_processed": {
        "A01": "Charge Amount Exceeds Authorization Amount",
        "C02": "Credit Not Processed",
        "C04": "Goods/Services Returned or Refused",
        "C05": "Goods/Services Canceled",
        "C18": "No Show or CARDeposit Canceled",
        "P03": "Credit Processed as Charge",
        "P05": "Incorrect Charge Amount",
        "061": "Credit Processed as Charge",
        "062": "Charge Processed as Credit",
        "154": "Goods/Services Canceled/Refused",
        "158": "Goods Returned (Request Credit)",
        "170": "Canceled Lodging Reservation/CARDeposit Not Received",
        "175": "Credit Not Processed",
        "680": "Incorrect Charge Amount",
    },
    "subscription_canceled": {"C28": "Canceled Recurring Billing", "021": "Goods/Services Canceled/Expired"},
    "duplicate": {
        "C14": "Paid by Other Means",
        "P08": "Duplicate Charge",
        "173": "Duplicate Charge",
        "684": "Paid by Other Means",
    },
    "general": {
        "A02": "No Valid Authorization",
        "A08": "Authorization Approval Expired",
        "M01": "Chargeback Authorization",
        "M04": "Merchant Accepted",
        "M10": "Vehicle Rental: Capital Damages, Theft, or Loss of Use",
        "M11": "Reversal Due to Credit",
        "M36": "See Notes",
        "M38": "Reversal",
        "M39": "Correct a Previous Transaction",
        "M42": "Reversal Request Too Late",
        "R03": "Insufficient Reply",
        "R13": "No Reply",
        "P01": "Unassigned Card Number",
        "P04": "Charge Processed as Credit",
        "P07": "Late Submission",
        "P22": "Non-Matching Card Number",
        "P23": "Currency Discrepancy",
        "S01": "Reversal Request Denied",
        "S02": "Reviewed Support; Will Not Be Debiting Account",
        "S03": "Support Received",
        "S04": "Reversal Request Under Review",
        "OP1": "General",
        "147": "Charge Paid by Insurance Company",
        "169": "Charge Submitted in an Invalid Currency",
        "693": "Questioning Charge for Damage/Theft/Loss",
    },
}

_DISCOVER: _Names = {
    "fraudulent": {
        "6041": "Transaction Documentation Request for Fraud Analysis",
        "4866": "Fraud: Chip Card Counterfeit Transaction",
        "4867": "Fraud: Chip Card and PIN Transaction",
        "7010": "Fraud: Card Present Transaction",
        "7030": "Fraud: Card Not Present Transaction",
    },
    "product_not_received": {
        "4755": "Non-Receipt of Goods or Services",
        "4864": "Non-Receipt of Cash from ATM",
    },
    "credit_not_processed": {"8002": "Credit Not Processed"},
    "subscription_canceled": {"4541": "Recurring Payment"},
    "duplicate": {"4534": "Duplicate Processing", "4865": "Paid by Other Means"},
    "general": {
        "6005": "Transaction Documentation Request Due to Cardholder Dispute",
        "6021": "Transaction Documentation Request",
        "6040": "Good Faith Investigation",
        "6050": "Disputes Compliance",
        "4542": "Late Presentation",
        "4550": "Credit/Debit Posted Incorrectly",
        "4553": "Cardholder Disputes Quality of Goods or Services",
        "4586": "Altered Amount",
        "4752": "Does Not Recognize",
        "4753": "Invalid Cardholder Number",
        "4757": "Violation of Operating Regulations",
        "4762": "Good Faith Investigation",
        "4863": "Authorization Non-Compliance",
    },
}

_NETWORKS: dict[str, _Names] = {
    "visa": _VISA,
    "mastercard": _MASTERCARD,
    "amex": _AMEX,
    "discover": _DISCOVER,
}

CODES: dict[tuple[str, str], tuple[str, str]] = {
    (network, code): (reason, name)
    for network, reasons in _NETWORKS.items()
    for reason, codes in reasons.items()
    for code, name in codes.items()
}
"""(network, code) → (Stripe's reason, the code's name)."""


def reason_of(network: str | None, code: str | None) -> str | None:
    """Stripe's reason for a code of Visa, Mastercard, American Express or Discover; None for a code not listed."""
    known = CODES.get((network or "", _plain(code)))
    return known[0] if known else None


def name_of(network: str | None, code: str | None) -> str:
    """Code and name for letters, such as `10.4 Other Fraud: Card-Absent Environment`; the code as it came where it
    is not listed or has no name, an empty text where there is none."""
    known = CODES.get((network or "", _plain(code)))
    return f"{_plain(code)} {known[1]}" if known and known[1] != _NAMELESS else (code or "").strip()


def _plain(code: str | None) -> str:
    return (code or "").strip().upper()
