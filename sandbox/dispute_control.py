"""What the control plane does to disputes, and to the files and reviews around them."""

from copy import deepcopy
from dataclasses import asdict, replace
from typing import Any

from starlette.requests import Request

from sandbox import (
    dispute_answers,
    dispute_course,
    dispute_deadlines,
    dispute_opening,
    dispute_submission,
)
from sandbox.control_objects import found
from sandbox.errors import invalid
from sandbox.json_body import Body
from sandbox.parameters import Parameters
from sandbox.resources import reviews
from sandbox.resources.charges import CHARGES
from sandbox.resources.disputes import DISPUTES
from sandbox.resources.files import FILES
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

KIND_OF_STATUS = {"warning": "inquiry", "prevented": "resolution"}
ASKED = Parameters(dispute_answers.PARAMETERS)


def _one_of(name: str, value: str | None, allowed: tuple[str, ...]) -> str | None:
    if value is not None and value not in allowed:
        raise invalid(f"{name} must be one of {', '.join(allowed)}", param=name)
    return value


def _dispute(sandbox: Sandbox, request: Request) -> tuple[Account, Object]:
    return found(sandbox, DISPUTES, request.path_params["id"])


def open_dispute(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, charge = found(sandbox, CHARGES, body.take("charge", str))
    status = _one_of("status", body.take("status", str, None), dispute_opening.STATUSES)
    kind = _kind(body, status)
    wishes = _wishes(body)
    body.done()
    if wishes.id is not None and wishes.id in DISPUTES.rows(account):
        raise invalid(f"id {wishes.id} is taken", param="id")
    dispute = dispute_opening.open_dispute(sandbox, account, charge, kind, wishes)
    if status is not None:
        _bring_to(sandbox, account, dispute, status)
    return dispute


def _kind(body: Body, status: str | None) -> dispute_opening.Kind:
    """The kind by its name, by the case type, or by what the status tells."""
    told = KIND_OF_STATUS.get((status or "").partition("_")[0], "chargeback")
    case_type = body.take("case_type", str, None)
    name = body.take("kind", str, case_type or told)
    kind = dispute_opening.KINDS.get(name)
    if kind is None or case_type not in (None, *dispute_opening.KINDS):
        raise invalid(f"kind and case_type must be one of {', '.join(dispute_opening.KINDS)}")
    if status is not None and _stage(status) != _stage(kind.status):
        raise invalid(f"a dispute of the kind {name} cannot be {status}", param="status")
    if case_type is not None:
        kind = replace(kind, case_type=case_type)
    return kind


def _stage(status: str) -> str:
    """What a dispute stays until it is escalated: an inquiry, a prevention or a chargeback."""
    word = status.partition("_")[0]
    return word if word in KIND_OF_STATUS else "chargeback"


def _wishes(body: Body) -> dispute_opening.Wishes:
    types = body.take("enhanced_eligibility_types", list, None)
    for type in types or ():
        _one_of("enhanced_eligibility_types", type, dispute_opening.ELIGIBILITY_TYPES)
    method = body.take("intended_submission_method", str, None)
    return dispute_opening.Wishes(
        id=body.take("id", str, None),
        reason=_one_of("reason", body.take("reason", str, None), dispute_opening.REASONS),
        amount=body.take("amount", int, None),
        currency=body.take("currency", str, None),
        method=_one_of("method", body.take("method", str, "card"), dispute_opening.METHODS) or "card",
        network=body.take("network", str, None),
        network_reason_code=body.take("network_reason_code", str, None),
        due_by=body.take_time("due_by", None),
        created=body.take_time("created", None),
        eligibility=None if types is None else tuple(types),
        intended_submission_method=_one_of("intended_submission_method", method, dispute_submission.METHODS),
        smart_disputes_available=body.take("smart_disputes_available", bool, None),
        metadata=body.take("metadata", dict, {}),
    )


def _bring_to(sandbox: Sandbox, account: Account, dispute: Object, status: str) -> None:
    """Lead a new dispute through what comes before the status: an answer, a verdict, an appeal."""
    if dispute["status"] == status:
        return
    if status.endswith("under_review"):
        if status == "appeal_under_review":
            _bring_to(sandbox, account, dispute, "appeal_needs_response")
        dispute_answers.submit_as_staged(sandbox, account, dispute, by="dashboard")
    elif status == "appeal_needs_response":
        dispute_course.close(sandbox, account, dispute, status="lost")
        dispute_course.appeal(sandbox, account, dispute, due_by=None)
        dispute_deadlines.watch(sandbox, account, dispute)
    else:
        dispute_course.close(sandbox, account, dispute, status=status)


def close_dispute(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, dispute = _dispute(sandbox, request)
    status = body.take("status", str)
    _one_of("status", status, dispute_course.VERDICTS)
    dispute_course.close(sandbox, account, dispute, status=status)
    return dispute


def escalate_dispute(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, dispute = _dispute(sandbox, request)
    dispute_deadlines.escalate(sandbox, account, dispute, due_by=body.take_time("due_by", None))
    return dispute


def appeal_dispute(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, dispute = _dispute(sandbox, request)
    dispute_course.appeal(sandbox, account, dispute, due_by=body.take_time("due_by", None))
    dispute_deadlines.watch(sandbox, account, dispute)
    return dispute


def prevent_dispute(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, dispute = _dispute(sandbox, request)
    case_type = body.take("case_type", str, "resolution")
    _one_of("case_type", case_type, ("resolution", "block"))
    dispute_course.prevent(sandbox, account, dispute, case_type=case_type)
    return dispute


def move_deadline(sandbox: Sandbox, body: Body, request: Request) -> Any:
    """0 means that the bank allows no response."""
    account, dispute = _dispute(sandbox, request)
    before = deepcopy(dispute)
    dispute["evidence_details"]["due_by"] = body.take_time("due_by")
    dispute_course.emit_update(sandbox, account, dispute, before)
    dispute_deadlines.watch(sandbox, account, dispute)
    return dispute


def change_eligibility(sandbox: Sandbox, body: Body, request: Request) -> Any:
    """New types, and where given the state of Visa CE 3.0 as Stripe's own search of the history found it."""
    account, dispute = _dispute(sandbox, request)
    types = body.take("types", list)
    state = body.take("visa_compelling_evidence_3", dict, None)
    for type in types:
        _one_of("types", type, dispute_opening.ELIGIBILITY_TYPES)
    before = deepcopy(dispute)
    dispute["enhanced_eligibility_types"] = list(types)
    dispute["evidence_details"]["enhanced_eligibility"] = {}
    dispute_submission.assess(sandbox, account, dispute)
    if state is not None:
        known = dispute["evidence_details"]["enhanced_eligibility"].get("visa_compelling_evidence_3", {})
        known |= {name: state[name] for name in ("required_actions", "status") if name in state}
    dispute_course.emit_update(sandbox, account, dispute, before)
    return dispute


def submit_by_hand(sandbox: Sandbox, body: Body, request: Request) -> Any:
    """Somebody answers in the Dashboard, by the same rules as the API's."""
    account, dispute = _dispute(sandbox, request)
    given = {"submit": "true"} | {name: _as_form(value) for name, value in body.rest().items()}
    dispute_answers.update(sandbox, account, dispute, ASKED.read(given), by="dashboard")
    return dispute


def _as_form(value: Any) -> Any:
    """JSON as the form encoding would have brought it."""
    if isinstance(value, dict):
        return {name: _as_form(item) for name, item in value.items()}
    if isinstance(value, list):
        return {str(index): _as_form(item) for index, item in enumerate(value)}
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def read_submissions(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, dispute = _dispute(sandbox, request)
    made = account.dispute_records[dispute["id"]].submissions
    return {
        "dispute": dispute["id"],
        "status": dispute["status"],
        "submission_count": dispute["evidence_details"]["submission_count"],
        "submissions": [asdict(one) for one in made],
    }


def set_smart_availability(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, dispute = _dispute(sandbox, request)
    available = body.take("available", bool)
    account.dispute_records[dispute["id"]].smart_disputes_available = available
    return {"dispute": dispute["id"], "available": dispute_submission.is_smart(account, dispute)}


def describe_file(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, file = found(sandbox, FILES, request.path_params["id"])
    return {"file": file, **account.contents[file["id"]].shown()}


def open_review(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, charge = found(sandbox, CHARGES, body.take("charge", str))
    reason = body.take("reason", str, "rule")
    _one_of("reason", reason, reviews.OPENED_REASONS)
    return reviews.open_review(
        sandbox,
        account,
        charge,
        reason=reason,
        created=body.take_time("created", None),
        ip_address=body.take("ip_address", str, None),
        location=body.take("ip_address_location", dict, None),
        session=body.take("session", dict, None),
    )


def close_review(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, review = found(sandbox, reviews.REVIEWS, request.path_params["id"])
    reason = body.take("closed_reason", str, "approved")
    _one_of("closed_reason", reason, reviews.CLOSED_REASONS)
    reviews.close(sandbox, account, review, reason=reason)
    return review
