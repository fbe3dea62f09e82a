"""Stripe's dispute → our value. Used for answers of the API and for the objects inside webhook events alike."""

from collections.abc import Mapping
from typing import Any

from chargebacks.disputes import BalanceMovement, Dispute, text_mark
from chargebacks.evidence_fields import FILE_FIELDS, TEXT_FIELDS
from chargebacks.money import Money
from stripe_gateway import dispute_wire as wire
from stripe_gateway.conversion import Reading, instant, network_settled
from stripe_gateway.wire import id_of

_NO_CARD = wire.DisputedCard()


def dispute_of(data: Mapping[str, Any], reading: Reading) -> Dispute:
    """A Stripe dispute; the charge in it may be expanded. Refused("livemode_mismatch")."""
    dispute = wire.Dispute.model_validate(data)
    reading.check(dispute.id, livemode=dispute.livemode)
    details, method = dispute.evidence_details, dispute.payment_method_details
    card = (method.card if method else None) or _NO_CARD
    ce3 = _ce3(details)
    return Dispute(
        id=dispute.id,
        status=dispute.status,
        reason=dispute.reason,
        amount=Money(amount_minor=dispute.amount, currency=dispute.currency),
        charge_id=dispute.charge,
        payment_intent=dispute.payment_intent,
        created=instant(dispute.created),
        livemode=dispute.livemode,
        method=method.type if method else "card",
        network=card.network or card.brand,
        network_reason_code=dispute.network_reason_code or card.network_reason_code,
        case_type=card.case_type,
        network_settled=network_settled(
            status=dispute.status, case_type=card.case_type, network_details=dispute.network_details
        ),
        is_charge_refundable=dispute.is_charge_refundable,
        due_by=instant(details.due_by) if details.due_by else None,
        past_due=details.past_due,
        has_evidence=details.has_evidence,
        submission_count=details.submission_count,
        submission_method=details.submission_method,
        intended_submission_method=dispute.intended_submission_method,
        enhanced_types=dispute.enhanced_eligibility_types,
        ce3_status=ce3.status,
        ce3_required_actions=ce3.required_actions,
        staged=staged(dispute.evidence),
        movements=tuple(_movement(one) for one in dispute.balance_transactions),
        metadata=dispute.metadata,
        as_of=reading.as_of,
    )


def texts_of(evidence: Mapping[str, Any]) -> dict[str, str]:
    """The texts that stand in the evidence, word for word. Holds personal data."""
    return {name: evidence[name] for name in TEXT_FIELDS if evidence.get(name)}


def staged(evidence: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the evidence without its words: files by their ids, texts by their hashes."""
    files = {name: id_of(evidence[name]) for name in FILE_FIELDS if evidence.get(name)}
    texts = {name: text_mark(text) for name, text in texts_of(evidence).items()}
    return files | texts | _appeal(evidence.get("appeal"))


def _appeal(given: Any) -> dict[str, str]:
    """Several supporting files stand in one entry, in their order, separated by commas."""
    card = wire.Appeal.model_validate(given or {}).card or wire.AppealCard()
    said = {
        "appeal.reason_for_filing": text_mark(card.reason_for_filing) if card.reason_for_filing else "",
        "appeal.supporting_files": ",".join(card.supporting_files or ()),
    }
    return {name: value for name, value in said.items() if value}


def _ce3(details: wire.EvidenceDetails) -> wire.Ce3Eligibility:
    eligibility = details.enhanced_eligibility or wire.EnhancedEligibility()
    return eligibility.visa_compelling_evidence_3 or wire.Ce3Eligibility()


def _movement(transaction: wire.BalanceTransaction) -> BalanceMovement:
    return BalanceMovement(
        amount_minor=transaction.amount,
        fee_minor=transaction.fee,
        net_minor=transaction.net,
        currency=transaction.currency,
        created=instant(transaction.created),
    )
