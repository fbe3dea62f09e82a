"""Answering a dispute: staging evidence and submitting it, by the API or in the Dashboard.

https://docs.stripe.com/api/disputes/update, https://docs.stripe.com/disputes/api,
https://docs.stripe.com/changelog/endive/2026-10-28/smart-disputes-availability-validation
"""

from copy import deepcopy

from sandbox import dispute_course, dispute_deadlines, dispute_submission, evidence
from sandbox.errors import ApiError
from sandbox.parameters import Kind, Values, flag, merged_metadata, metadata, text
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

PARAMETERS: dict[str, Kind] = {
    "evidence": evidence.PARAMETER,
    "intended_submission_method": text(*dispute_submission.METHODS),
    "metadata": metadata(),
    "submit": flag(),
}


def update(sandbox: Sandbox, account: Account, dispute: Object, given: Values, *, by: str = "api") -> None:
    """Carry out all of an update or, by an error, none of it.

    `submit` defaults to true where evidence is given. A call about something else alone (metadata, the intended
    method) submits nothing: Stripe's reference ties the submission to `evidence` or an explicit `submit`.
    """
    submitting = given.get("submit", "evidence" in given)
    if submitting or "evidence" in given:
        _refuse_unless_awaited(dispute, given.get("evidence") or {})
    before, new = deepcopy(dispute), deepcopy(dispute)
    if given.get("evidence"):
        new["evidence"] = evidence.merged(account, dispute, given["evidence"])
    new["metadata"] = merged_metadata(dispute["metadata"], given)
    if "intended_submission_method" in given and account.smart_disputes:
        new["intended_submission_method"] = given["intended_submission_method"]
    if submitting:
        _refuse_unless_acknowledged(new)
    if given.get("submit"):
        wanted = given.get("intended_submission_method", dispute["intended_submission_method"])
        _refuse_unless_smart(account, dispute, wanted)
    dispute |= new
    if "evidence" in given:
        dispute_submission.assess(sandbox, account, dispute)
    if submitting:
        _submit(sandbox, account, dispute, by=by)
    dispute_course.emit_update(sandbox, account, dispute, before)


def submit_as_staged(sandbox: Sandbox, account: Account, dispute: Object, *, by: str) -> None:
    """Submit whatever is staged, be it nothing."""
    before = deepcopy(dispute)
    _submit(sandbox, account, dispute, by=by)
    dispute_course.emit_update(sandbox, account, dispute, before)


def _submit(sandbox: Sandbox, account: Account, dispute: Object, *, by: str) -> None:
    smart = dispute["intended_submission_method"] == "smart_disputes"
    smart = smart and dispute_submission.is_smart(account, dispute)
    method = "smart_disputes" if smart else "manual"
    dispute_submission.submit(sandbox, account, dispute, by=by, method=method, stripe_packet=smart)
    dispute_deadlines.foretell(sandbox, account, dispute)


def _refuse_unless_awaited(dispute: Object, given: Values) -> None:
    """Stripe publishes neither the codes nor all the wordings of these refusals."""
    status, due_by = dispute["status"], dispute["evidence_details"]["due_by"]
    if status in dispute_course.ANSWERS.values():
        raise ApiError(
            400, "Evidence has already been provided for this dispute and can no longer be changed."
        )
    if status not in dispute_course.ANSWERS:
        raise ApiError(400, "This dispute is already closed.")
    if not due_by:
        raise ApiError(400, "This dispute cannot be responded to: the bank does not allow a response.")
    appealing = status == "appeal_needs_response"
    for name in given:
        if appealing is not (name == "appeal"):
            stage = "only appeal evidence can be given" if appealing else "this dispute is not in appeal"
            raise ApiError(400, f"Invalid evidence: {stage}.", param=f"evidence[{name}]")


def _refuse_unless_acknowledged(dispute: Object) -> None:
    """Countering a compliance case costs a network fee that must be accepted first.

    https://docs.stripe.com/disputes/api/visa-compliance
    """
    if dispute["status"] == "appeal_needs_response":
        return
    for type in dispute["enhanced_eligibility_types"]:
        if type in evidence.COMPLIANCE and not dispute_submission.is_acknowledged(dispute, type):
            param = f"evidence[enhanced_evidence][{type}][fee_acknowledged]"
            message = (
                "You must acknowledge the network fee to counter this compliance dispute: set "
                f"{param} to true."
            )
            raise ApiError(400, message, param=param)


def _refuse_unless_smart(account: Account, dispute: Object, method: str | None) -> None:
    """Checked only where `submit` is given as true."""
    if method != "smart_disputes" or dispute["status"] == "appeal_needs_response":
        return
    if not dispute_submission.is_smart(account, dispute):
        message = "Smart Disputes is not available for this dispute."
        code = "smart_disputes_not_available"
        raise ApiError(400, message, code=code, param="intended_submission_method")
