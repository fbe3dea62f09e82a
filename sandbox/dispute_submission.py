"""Submitting a dispute's evidence to the bank: once, by the merchant or by Stripe's Smart Disputes.

https://docs.stripe.com/disputes/api, https://docs.stripe.com/disputes/smart-disputes
"""

from copy import deepcopy
from typing import Any

from sandbox import compelling_evidence, dispute_course, dispute_fees, evidence
from sandbox.dispute_records import Submission
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

METHODS = ("manual", "prefer_manual", "prefer_smart_disputes", "smart_disputes")


def submit(
    sandbox: Sandbox, account: Account, dispute: Object, *, by: str, method: str, stripe_packet: bool = False
) -> None:
    """Send the evidence to the bank: the status, the count and the fees."""
    details, stage, now = dispute["evidence_details"], dispute["status"], sandbox.clock.now()
    details["past_due"] = bool(details["due_by"]) and now >= details["due_by"]
    details["submission_count"] += 1
    if stage != "appeal_needs_response":
        details["submission_method"] = method
        assess(sandbox, account, dispute, submitted=True)
    dispute["status"] = dispute_course.ANSWERS[stage]
    _keep(sandbox, account, dispute, by=by, method=method, stage=stage, stripe_packet=stripe_packet)
    if stage == "needs_response":
        if method == "manual":
            dispute_fees.take_countered(sandbox, account, dispute)
        if set(evidence.COMPLIANCE) & set(dispute["enhanced_eligibility_types"]):
            dispute_fees.take_compliance(sandbox, account, dispute)


def file_smart_packet(sandbox: Sandbox, account: Account, dispute: Object) -> bool:
    """Stripe answers by itself, with what is staged where its packet is only preferred.

    https://docs.stripe.com/disputes/smart-disputes-auto-respond
    """
    if dispute["intended_submission_method"] in (None, "manual") or not is_smart(account, dispute):
        return False
    before = deepcopy(dispute)
    submit(sandbox, account, dispute, by="smart_disputes", method="smart_disputes", stripe_packet=True)
    dispute_course.emit_update(sandbox, account, dispute, before)
    return True


def is_smart(account: Account, dispute: Object) -> bool:
    """Whether Stripe has a packet of its own for this dispute: by default for card chargebacks only."""
    available = account.dispute_records[dispute["id"]].smart_disputes_available
    card = dispute["payment_method_details"].get("card", {})
    return (
        account.smart_disputes
        and dispute["status"] == "needs_response"
        and (card.get("case_type") == "chargeback" if available is None else available)
    )


def assess(sandbox: Sandbox, account: Account, dispute: Object, *, submitted: bool = False) -> None:
    """Bring `evidence_details` in line with the evidence."""
    details, strict = dispute["evidence_details"], sandbox.settings.strict_ce3
    details["has_evidence"] = evidence.is_staged(dispute["evidence"])
    for type in dispute["enhanced_eligibility_types"]:
        if type in evidence.COMPLIANCE:
            status = "fee_acknowledged" if is_acknowledged(dispute, type) else "requires_fee_acknowledgement"
            details["enhanced_eligibility"][type] = {"status": status}
        else:
            details["enhanced_eligibility"][type] = compelling_evidence.assessment(
                account, dispute, strict=strict, submitted=submitted
            )


def is_acknowledged(dispute: Object, type: str) -> bool:
    return bool(dispute["evidence"]["enhanced_evidence"].get(type, {}).get("fee_acknowledged"))


def _keep(
    sandbox: Sandbox,
    account: Account,
    dispute: Object,
    *,
    by: str,
    method: str,
    stage: str,
    stripe_packet: bool,
) -> None:
    """Write down what the bank received."""
    own = not stripe_packet or dispute["intended_submission_method"] != "smart_disputes"
    sent = deepcopy(dispute["evidence"]) if own else evidence.none_yet()
    record, origin = account.dispute_records[dispute["id"]], sandbox.origin
    record.submissions.append(
        Submission(
            number=len(record.submissions) + 1,
            at=sandbox.clock.now(),
            by=by,
            submission_method=method,
            stage=stage,
            past_due=dispute["evidence_details"]["past_due"],
            evidence={name: value for name, value in sent.items() if value},
            files={name: _digest(account, file) for name, file in evidence.files_of(account, sent)},
            stripe_packet=stripe_packet,
            intended_submission_method=dispute["intended_submission_method"],
            request=origin.request,
            idempotency_key=origin.idempotency_key,
        )
    )


def _digest(account: Account, file: Object) -> dict[str, Any]:
    return {"id": file["id"], **account.contents[file["id"]].shown()}
