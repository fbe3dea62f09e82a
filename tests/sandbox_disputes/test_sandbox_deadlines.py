"""What happens when nobody answers, and what Stripe does by itself."""

import pytest
from dispute_desk import DAY, Desk
from sandbox_clients import Control, refusal


def test_silence_loses_a_chargeback(desk: Desk) -> None:
    """At due_by the dispute is lost, dated at the deadline, and evidence comes too late."""
    id = desk.dispute()
    due = desk.read(id).evidence_details.due_by
    desk.pass_deadline(id)
    assert desk.read(id).status == "lost"
    closed = desk.v1.events.list({"type": "charge.dispute.closed"}).data[0]
    assert closed.created == due
    assert "already closed" in str(refusal(lambda: desk.update(id, submit=True)))


def test_an_answered_dispute_outlives_its_deadline(desk: Desk) -> None:
    """Under review the bank takes its time."""
    id = desk.dispute()
    desk.update(id, submit=True)
    desk.pass_deadline(id)
    assert desk.read(id).status == "under_review"


def test_late_evidence_is_marked(desk: Desk, control: Control) -> None:
    """Where unanswered disputes stay open, evidence after the deadline is taken as past due."""
    control.post("settings", lose_at_deadline=False)
    id = desk.dispute()
    desk.pass_deadline(id)
    answered = desk.update(id, submit=True)
    assert (answered.status, answered.evidence_details.past_due) == ("under_review", True)


def test_a_deadline_can_move(desk: Desk, control: Control) -> None:
    """The old deadline has no effect any more, the new one has."""
    id = desk.dispute()
    due = desk.read(id).evidence_details.due_by or 0
    control.post(f"disputes/{id}/due_by", due_by=due + 5 * DAY)
    control.post("clock", set=due + DAY)
    assert desk.read(id).status == "needs_response"
    control.post("clock", set=due + 6 * DAY)
    assert desk.read(id).status == "lost"


@pytest.mark.parametrize(
    ("escalate", "status"), [(False, "warning_needs_response"), (True, "needs_response")]
)
def test_silence_about_an_inquiry(desk: Desk, control: Control, escalate: bool, status: str) -> None:
    """It is past due, and becomes a chargeback where the bank is of that kind."""
    control.post("settings", inquiries_escalate=escalate)
    id = desk.dispute(kind="inquiry")
    desk.pass_deadline(id)
    dispute = desk.read(id)
    assert (dispute.status, dispute.evidence_details.past_due) == (status, not escalate)


def test_inquiries_lapse_after_120_days(desk: Desk) -> None:
    """An inquiry that leads to nothing is closed."""
    id = desk.dispute(kind="inquiry")
    desk.update(id, evidence={"product_description": "A lamp"})
    desk.pass_time(121 * DAY)
    assert desk.read(id).status == "warning_closed"


def test_the_trap_of_smart_disputes(desk: Desk, control: Control) -> None:
    """Unless the method is manual, Stripe spends the one submission on its own packet at the deadline."""
    control.post("smart_disputes", enabled=True)
    trapped, safe = desk.dispute(), desk.dispute()
    assert desk.read(trapped).intended_submission_method == "prefer_manual"
    desk.update(trapped, evidence={"service_date": "1 May"}, submit=False)
    assert desk.update(safe, intended_submission_method="manual").intended_submission_method == "manual"
    desk.pass_deadline(trapped)
    dispute = desk.read(trapped)
    assert (dispute.status, dispute.evidence_details.submission_method) == ("under_review", "smart_disputes")
    (sent,) = desk.submissions(trapped)
    assert (sent["by"], sent["stripe_packet"], sent["evidence"]) == (
        "smart_disputes",
        True,
        {"service_date": "1 May"},
    )
    assert desk.read(safe).status == "lost"


def test_stripe_may_file_some_time_before_the_deadline(desk: Desk, control: Control) -> None:
    """Whoever waits for the last hour finds the submission spent."""
    control.post("settings", smart_disputes_before=3600)
    control.post("smart_disputes", enabled=True)
    id = desk.dispute()
    due = desk.read(id).evidence_details.due_by or 0
    control.post("clock", set=due - 1800)
    assert desk.read(id).status == "under_review"


def test_accounts_without_smart_disputes_have_no_method(desk: Desk) -> None:
    """The field is null, stays null, and silence loses."""
    id = desk.dispute()
    assert desk.read(id).intended_submission_method is None
    assert desk.update(id, intended_submission_method="manual").intended_submission_method is None
    desk.pass_deadline(id)
    assert desk.read(id).status == "lost"


def test_smart_disputes_that_are_not_available_refuse(desk: Desk, control: Control) -> None:
    """Nothing of the call is kept; without an explicit submit nothing is checked."""
    control.post("smart_disputes", enabled=True)
    id = desk.dispute(smart_disputes_available=False)
    given = {"intended_submission_method": "smart_disputes", "evidence": {"service_date": "1 May"}}
    refused = refusal(lambda: desk.update(id, submit=True, **given))
    assert (refused.http_status, refused.error.code) == (400, "smart_disputes_not_available")
    assert desk.read(id).evidence.service_date is None
    assert desk.update(id, submit=False, **given).intended_submission_method == "smart_disputes"


def test_stripe_takes_a_share_of_what_its_packet_won(desk: Desk, control: Control) -> None:
    """Instead of the countered fee, 30 % of the amount."""
    control.post("smart_disputes", enabled=True)
    id = desk.dispute(amount=4000)
    desk.pass_deadline(id)
    control.post(f"disputes/{id}/decide", status="won")
    assert desk.balance_changes(id) == [
        ("adjustment", -4000, 1500),
        ("adjustment", 4000, 0),
        ("stripe_fee", -1200, 0),
    ]
