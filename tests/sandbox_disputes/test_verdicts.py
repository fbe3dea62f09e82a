"""Verdicts, and what they do to the money."""

import pytest
from dispute_desk import Desk
from sandbox_clients import Control, refusal


@pytest.mark.parametrize(
    ("kind", "words", "while_waiting", "status"),
    [
        ("chargeback", "winning_evidence", "under_review", "won"),
        ("chargeback", "losing_evidence", "under_review", "lost"),
        ("inquiry", "losing_evidence", "warning_under_review", "warning_closed"),
        ("inquiry", "winning_evidence", "warning_under_review", "warning_closed"),
        ("inquiry", "escalate_inquiry_evidence", "warning_under_review", "needs_response"),
    ],
)
def test_magic_words_decide_after_a_while(
    desk: Desk, kind: str, words: str, while_waiting: str, status: str
) -> None:
    """First the bank looks at it; the words may stand anywhere in the text."""
    id = desk.dispute(kind=kind)
    answered = desk.update(id, evidence={"uncategorized_text": f"Dear bank, {words}. Yours"})
    assert answered.status == while_waiting
    desk.pass_time(6)
    assert desk.read(id).status == status


def test_without_magic_words_the_bank_takes_its_time(desk: Desk) -> None:
    """Only the control plane decides then."""
    id = desk.dispute()
    desk.update(id, evidence={"uncategorized_text": "We sent it."})
    desk.pass_time(30 * 86_400)
    assert desk.read(id).status == "under_review"


def test_a_win_returns_the_amount_and_the_countered_fee(desk: Desk) -> None:
    """The fee for receiving the dispute stays with Stripe."""
    id = desk.dispute(amount=4000)
    desk.update(id, evidence={"uncategorized_text": "winning_evidence"})
    desk.pass_time(6)
    assert desk.balance_changes(id) == [
        ("adjustment", -4000, 1500),
        ("stripe_fee", -1500, 0),
        ("adjustment", 4000, 0),
        ("stripe_fee", 1500, 0),
    ]
    assert [one.amount for one in desk.read(id).balance_transactions] == [-4000, 4000]
    assert desk.event_types(about=id) == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]


def test_a_loss_keeps_everything(desk: Desk, control: Control) -> None:
    """Amount, received fee and countered fee are gone."""
    charge = control.charge()["id"]
    id = desk.dispute(charge=charge)
    desk.update(id, evidence={"uncategorized_text": "losing_evidence"})
    desk.pass_time(6)
    assert sum(amount - fee for _, amount, fee in desk.balance_changes(id)) == -4999 - 3000
    assert control.movements(charge)[1:] == [("dispute_withdrawn", 4999), ("dispute_fee", 1500)]


@pytest.mark.parametrize("country", ["MX", "JP"])
def test_countries_without_a_countered_fee(desk: Desk, control: Control, country: str) -> None:
    """Mexico and Japan take none."""
    control.post("accounts", id="acct_abroad", country=country, platform="acct_1Sandbox")
    charge = control.post("charges", account="acct_abroad", charges=[{"amount": 4000}])["charges"][0]
    id = desk.dispute(charge=charge["id"])
    options: object = {"stripe_account": "acct_abroad"}
    desk.v1.disputes.update(id, {"submit": True}, options)  # type: ignore[arg-type]
    found = desk.v1.balance_transactions.list({"source": id}, options)  # type: ignore[arg-type]
    assert [one.type for one in found.data] == ["adjustment"]


def test_lost_may_turn_into_won(desk: Desk, control: Control) -> None:
    """The money comes back although the case was closed."""
    id = desk.dispute(status="lost")
    control.post(f"disputes/{id}/decide", status="won")
    assert desk.read(id).status == "won"
    assert desk.event_types(about=id)[-2:] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]
    event = desk.v1.events.list({"type": "charge.dispute.closed"}).data[0]
    assert event.data.to_dict()["previous_attributes"]["status"] == "lost"


def test_an_escalated_inquiry_is_answered_again(desk: Desk, control: Control) -> None:
    """The second answer is a submission of its own."""
    id = desk.dispute(kind="inquiry")
    desk.update(id, evidence={"product_description": "A lamp"})
    control.post(f"disputes/{id}/escalate")
    escalated = desk.read(id)
    assert escalated.payment_method_details.card.case_type == "chargeback"
    assert len(escalated.balance_transactions) == 1
    desk.update(id, evidence={"product_description": "A green lamp"})
    stages = [one["stage"] for one in desk.submissions(id)]
    assert stages == ["warning_needs_response", "needs_response"]


def test_an_appeal_takes_appeal_evidence_only(desk: Desk, control: Control) -> None:
    """A lost case waits once more, for a reason and files, and gets a verdict."""
    id, file = desk.dispute(status="lost"), desk.upload().id
    appeal = {"appeal": {"card": {"reason_for_filing": "winning_evidence", "supporting_files": [file]}}}
    assert refusal(lambda: desk.update(id, evidence=appeal)).http_status == 400
    control.post(f"disputes/{id}/appeal")
    assert desk.read(id).status == "appeal_needs_response"
    refused = refusal(lambda: desk.update(id, evidence={"service_date": "1 May"}))
    assert refused.error.param == "evidence[service_date]"
    appealed = desk.update(id, evidence=appeal)
    assert appealed.status == "appeal_under_review"
    assert appealed.evidence.appeal.card.supporting_files == [file]
    desk.pass_time(6)
    assert desk.read(id).status == "won"


def test_an_appeal_nobody_files_stays_lost(desk: Desk, control: Control) -> None:
    """Its deadline passes like any other."""
    id = desk.dispute(status="lost")
    control.post(f"disputes/{id}/appeal")
    desk.pass_deadline(id)
    assert desk.read(id).status == "lost"


@pytest.mark.parametrize(("case_type", "net"), [("resolution", -4999), ("block", 0)])
def test_an_inquiry_can_be_prevented(desk: Desk, control: Control, case_type: str, net: int) -> None:
    """A resolution pays the cardholder back without a fee, a block takes nothing."""
    id = desk.dispute(kind="inquiry")
    control.post(f"disputes/{id}/prevent", case_type=case_type)
    prevented = desk.read(id)
    assert (prevented.status, prevented.payment_method_details.card.case_type) == ("prevented", case_type)
    assert sum(one.net for one in prevented.balance_transactions) == net
    assert refusal(lambda: desk.update(id, submit=True)).http_status == 400
