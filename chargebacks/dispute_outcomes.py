"""How a dispute came out: the verdict in our words, the money that really moved, and the result to be counted."""

from chargebacks.contracts import CaseFile
from chargebacks.dispute_case import Filing, Verdict
from chargebacks.disputes import Dispute, DisputeStatus, Stage
from chargebacks.results import DisputeResult
from chargebacks.values import Value


class DisputeMoney(Value):
    """Sums over the dispute's balance transactions, minor units of `currency`."""

    withdrawn_minor: int = 0
    recovered_minor: int = 0
    fees_minor: int = 0
    """What is kept after what was returned; never netted into the other two."""
    currency: str | None = None


def money_of(dispute: Dispute) -> DisputeMoney:
    """The money that moved, from the balance: it may tell more than `status` does."""
    movements = dispute.movements
    return DisputeMoney(
        withdrawn_minor=-sum(one.amount_minor for one in movements if one.amount_minor < 0),
        recovered_minor=sum(one.amount_minor for one in movements if one.amount_minor > 0),
        fees_minor=sum(one.fee_minor for one in movements) + dispute.fees_beside_minor,
        currency=movements[0].currency if movements else None,
    )


def verdict_of(dispute: Dispute, *, accepted: bool, refunded: bool) -> Verdict | None:
    """None while it is open, and for words of Stripe's that are not known here."""
    if dispute.stage is Stage.PREVENTED:
        return Verdict.NETWORK_SETTLED
    if dispute.status == DisputeStatus.WARNING_CLOSED:
        return Verdict.REFUNDED if refunded else Verdict.INQUIRY_CLOSED
    if dispute.status == DisputeStatus.WON:
        return Verdict.WON
    if dispute.status == DisputeStatus.LOST:
        return Verdict.ACCEPTED if accepted else Verdict.LOST
    return None


def result_of_dispute(case: CaseFile) -> DisputeResult | None:
    """What is to be counted of a dispute's case; None before the dispute was read."""
    story = case.dispute
    if story is None or story.dispute is None:
        return None
    dispute, assessment = story.dispute, story.assessment
    filing: Filing | None = story.filings[-1] if story.filings else None
    at_hand = assessment.completeness.percent if assessment is not None else 0
    return DisputeResult(
        case_id=case.case_id,
        account=case.account,
        dispute_id=dispute.id,
        reason=dispute.reason,
        network=dispute.network,
        network_reason_code=dispute.network_reason_code,
        product_type=assessment.product_type if assessment is not None else None,
        completeness=filing.completeness if filing is not None else at_hand,
        evidence=filing.fields if filing is not None else (),
        filed_at=filing.at if filing is not None else None,
        filed_by=filing.filed_by if filing is not None else None,
        verdict=story.verdict,
        disputed=dispute.amount,
        recovered_minor=story.recovered_minor,
        fees_minor=story.fees_minor,
        settlement_currency=story.settlement_currency,
        opened_at=dispute.created,
        decided_at=story.decided_at,
    )
