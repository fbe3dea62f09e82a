"""The final outcomes in neutral words, and each network's own words for them.

The tables are data. Cells without a public source follow the nearest documented code; the sources:

- Chargebackhit: https://doc.chargebackhit.com/resources/product-insights
- Ethoca: https://developer.mastercard.com/ethoca-alerts-for-merchants/documentation/ and its outcome specification
  (https://github.com/api-evangelist/mastercard, `openapi/mastercard-ethoca-alerts-for-merchants-…yml`)
- CDRN `reason.result`: https://docs.payshield.ai/txalerts-dispute-alerts/
- Chargeblast: https://github.com/ChargeblastLLC/api-docs (`openapi.json`)
"""

from enum import StrEnum


class OutcomeCode(StrEnum):
    """Neutral outcome codes. All are final: a source holds the first one for good."""

    REFUNDED = "refunded"
    REFUNDED_PARTIAL = "refunded_partial"
    ALREADY_REFUNDED = "already_refunded"
    DUPLICATE = "duplicate"
    NOT_FOUND = "not_found"
    PAYMENT_UNSUCCESSFUL = "payment_unsuccessful"
    NOT_SETTLED = "not_settled"
    """Authorised but never captured: the payment was cancelled instead of refunded."""
    ALREADY_DISPUTED = "already_disputed"
    DECLINED_BY_RULE = "declined_by_rule"
    DECLINED_3DS = "declined_3ds"
    FULFILLED_CANNOT_STOP = "fulfilled_cannot_stop"
    REFUND_FAILED = "refund_failed"
    ACKNOWLEDGED = "acknowledged"
