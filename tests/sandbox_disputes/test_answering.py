"""Evidence is staged, merged and submitted once; a bad part spoils the whole update."""

import pytest
import stripe
from dispute_desk import Desk, pdf
from sandbox_clients import Control, refusal


def test_submit_defaults_to_true(desk: Desk) -> None:
    """Evidence without a word about submitting goes to the bank at once."""
    id = desk.dispute()
    answered = desk.update(id, evidence={"product_description": "A lamp"})
    assert answered.status == "under_review"
    details = answered.evidence_details
    assert (details.submission_count, details.submission_method) == (1, "manual")
    assert details.has_evidence


def test_staged_fields_merge_and_go_out_together(desk: Desk) -> None:
    """Three staged updates and an empty submission send what the three left behind."""
    id = desk.dispute()
    desk.update(id, evidence={"customer_name": "Ann", "product_description": "A lamp"}, submit=False)
    desk.update(id, evidence={"customer_name": "", "service_date": "1 May"}, submit=False)
    staged = desk.read(id)
    assert (staged.status, staged.evidence_details.submission_count) == ("needs_response", 0)
    desk.update(id, submit=True)
    (sent,) = desk.submissions(id)
    assert sent["evidence"] == {"product_description": "A lamp", "service_date": "1 May"}
    assert (sent["by"], sent["submission_method"], sent["stage"]) == ("api", "manual", "needs_response")


@pytest.mark.parametrize("given", [{"metadata": {"case": "7"}}, {"intended_submission_method": "manual"}])
def test_what_is_no_evidence_submits_nothing(desk: Desk, given: dict[str, object]) -> None:
    """Metadata and the intended method may be set without spending the submission."""
    id = desk.dispute()
    assert desk.update(id, **given).status == "needs_response"
    assert desk.submissions(id) == []


def test_there_is_one_submission(desk: Desk) -> None:
    """Under review nothing can be changed or sent, and metadata still can."""
    id = desk.dispute()
    desk.update(id, evidence={"product_description": "A lamp"})
    for given in ({"evidence": {"service_date": "1 May"}, "submit": False}, {"submit": True}):
        refused = refusal(lambda given=given: desk.update(id, **given))
        assert (refused.http_status, "already been provided" in str(refused)) == (400, True)
    assert desk.update(id, metadata={"a": "b"}).metadata.to_dict() == {"a": "b"}
    assert len(desk.submissions(id)) == 1


def test_a_closed_dispute_takes_no_evidence(desk: Desk) -> None:
    """The refusal is in Stripe's words."""
    id = desk.dispute(status="lost")
    refused = refusal(lambda: desk.update(id, evidence={"service_date": "1 May"}))
    assert "This dispute is already closed" in str(refused)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("product_description", "x" * 20_001, "parameter_invalid_string_too_long"),
        ("customer_name", "x" * 5_001, "parameter_invalid_string_too_long"),
        ("receipt", "file_nothere", "resource_missing"),
        ("proof", "x", "parameter_unknown"),
    ],
)
def test_one_bad_field_spoils_the_update(desk: Desk, field: str, value: str, code: str) -> None:
    """The good fields of the same call are not kept, the error names the bad one."""
    id = desk.dispute()
    evidence = {"service_date": "1 May", field: value}
    refused = refusal(lambda: desk.update(id, evidence=evidence, submit=False))
    assert isinstance(refused, stripe.InvalidRequestError)
    assert (refused.error.code, refused.error.param) == (code, f"evidence[{field}]")
    assert desk.read(id).evidence.service_date is None


def test_all_texts_together_are_limited(desk: Desk) -> None:
    """150,000 characters, counted over what is staged and what is new."""
    id = desk.dispute()
    fields = [
        "access_activity_log", "cancellation_policy_disclosure", "cancellation_rebuttal",
        "duplicate_charge_explanation", "product_description", "refund_policy_disclosure",
        "refund_refusal_explanation",
    ]  # fmt: skip
    desk.update(id, evidence=dict.fromkeys(fields, "x" * 20_000), submit=False)
    desk.update(id, evidence={"uncategorized_text": "x" * 10_000}, submit=False)
    refused = refusal(lambda: desk.update(id, evidence={"customer_name": "x"}, submit=False))
    assert refused.error.param == "evidence"


def test_files_must_be_this_accounts_evidence(desk: Desk, control: Control) -> None:
    """A file of another purpose or of another account does not count."""
    id = desk.dispute()
    logo = desk.upload(purpose="business_logo")
    refused = refusal(lambda: desk.update(id, evidence={"receipt": logo.id}))
    assert "dispute_evidence" in str(refused)
    control.post("accounts", id="acct_other", platform="acct_1Sandbox")
    file = desk.upload(account="acct_other")
    refused = refusal(lambda: desk.update(id, evidence={"receipt": file.id}))
    assert refused.error.code == "resource_missing"


def test_a_file_on_two_fields_counts_twice(desk: Desk) -> None:
    """The files of one dispute have 4.75 MB together."""
    id = desk.dispute()
    file = desk.upload(pdf(filler=2_400_000)).id
    desk.update(id, evidence={"receipt": file}, submit=False)
    refused = refusal(lambda: desk.update(id, evidence={"uncategorized_file": file}, submit=False))
    assert "exceed the limit for a dispute's total size" in str(refused)
    assert desk.read(id).evidence.uncategorized_file is None


def test_submissions_show_the_files_that_went_out(desk: Desk, control: Control) -> None:
    """Every file by its field, with the digest of the bytes that were uploaded."""
    id, file = desk.dispute(), desk.upload(pdf(2))
    desk.update(id, evidence={"uncategorized_file": file.id})
    (sent,) = desk.submissions(id)
    shown = control.get(f"files/{file.id}")
    assert sent["files"]["uncategorized_file"]["sha256"] == shown["sha256"]
    assert control.http.get(f"/_sandbox/files/{file.id}/contents").content == pdf(2)


def test_a_replayed_submission_is_one_submission(desk: Desk) -> None:
    """The same idempotency key answers again and sends nothing again."""
    id = desk.dispute()
    for _ in range(2):
        answered = desk.v1.disputes.update(id, {"submit": True}, {"idempotency_key": "once"})
        assert answered.status == "under_review"
    assert [one["idempotency_key"] for one in desk.submissions(id)] == ["once"]


def test_somebody_else_answers_in_the_dashboard(desk: Desk, control: Control) -> None:
    """The API sees the dispute under review, with evidence it did not send."""
    id = desk.dispute()
    control.post(f"disputes/{id}/submit", evidence={"product_description": "By hand"})
    assert desk.read(id).status == "under_review"
    assert [one["by"] for one in desk.submissions(id)] == ["dashboard"]
    assert refusal(lambda: desk.update(id, submit=True)).http_status == 400


def test_updates_tell_what_changed(desk: Desk) -> None:
    """previous_attributes hold the old values of the changed parts, and only those."""
    id = desk.dispute()
    desk.update(id, evidence={"product_description": "A lamp"})
    event = desk.v1.events.list({"type": "charge.dispute.updated"}).data[0]
    previous = event.data.to_dict()["previous_attributes"]
    assert previous["status"] == "needs_response"
    assert previous["evidence"] == {"product_description": None}
    assert previous["evidence_details"]["submission_count"] == 0
    assert "reason" not in previous


def test_accepting_loses_for_good(desk: Desk) -> None:
    """POST /close turns needs_response into lost; a second time there is nothing to close."""
    id = desk.dispute()
    assert desk.v1.disputes.close(id).status == "lost"
    assert "already closed" in str(refusal(desk.v1.disputes.close, id))


def test_accepting_an_inquiry_does_not_settle_it(desk: Desk, control: Control) -> None:
    """The bank may still turn it into a chargeback."""
    id = desk.dispute(kind="inquiry")
    assert desk.v1.disputes.close(id).status == "warning_closed"
    control.post(f"disputes/{id}/escalate")
    assert desk.read(id).status == "needs_response"


def test_a_bank_that_takes_no_answer(desk: Desk) -> None:
    """due_by 0 means that evidence is refused, and that no deadline passes."""
    id = desk.dispute(due_by=0)
    assert "cannot be responded to" in str(refusal(lambda: desk.update(id, submit=True)))
    desk.pass_time(60 * 86_400)
    assert desk.read(id).status == "needs_response"
