"""Inquiries, what they turn into, and what is asked of a person about compliance cases and appeals."""

from datetime import timedelta

import pytest
from dispute_shop import POLICY, DisputeShop, case_id, due_in, story, story_of

from chargebacks.contracts import CaseFile, CaseStatus
from chargebacks.dispute_case import FiledBy, Verdict
from operations.decide import approve, decline

REFUNDING = """
mode = "act"
[refund]
limits = { USD = "500.00" }
[disputes]
mode = "act"
product_type = "digital"
[disputes.inquiries]
refund = "by_value"
limits = { USD = "100.00" }
"""
ASKING = REFUNDING.replace('refund = "by_value"', 'refund = "ask"')
NEVER = 'inquiries = { refund = "never" }\n'


async def answered_inquiry(shop: DisputeShop) -> str:
    await shop.follow_policy(more=NEVER)
    dispute = await shop.opened(kind="inquiry", due_by=due_in(9))
    await shop.staged(dispute)
    await shop.clocks.pass_time(timedelta(days=5, hours=12))
    await shop.filed(dispute)
    return dispute


async def test_an_inquiry_is_answered_and_closed(shop: DisputeShop) -> None:
    """Four days before its end it is answered; when the issuer drops it, no money has moved."""
    dispute = await answered_inquiry(shop)
    assert (await shop.read(dispute))["status"] == "warning_under_review"
    await shop.at_stripe(f"disputes/{dispute}/decide", status="warning_closed")
    await shop.deliver_events()
    case = await shop.closed(dispute)
    assert story_of(case).verdict is Verdict.INQUIRY_CLOSED
    assert (story_of(case).withdrawn_minor, story_of(case).fees_minor) == (0, 0)


async def test_an_inquiry_that_is_escalated_is_answered_again(shop: DisputeShop) -> None:
    """The chargeback is a round of its own: a second submission, with a reservation and a key of its own."""
    dispute = await answered_inquiry(shop)
    due = int((await shop.clocks.now() + timedelta(days=9)).timestamp())
    await shop.at_stripe(f"disputes/{dispute}/escalate", due_by=due)
    assert (await shop.read(dispute))["evidence_details"]["submission_count"] == 1
    await shop.deliver_events()
    await shop.told(dispute, "round 2: chargeback")
    await shop.clocks.pass_time(timedelta(days=7, hours=1))
    case = await shop.filed(dispute, rounds=2)
    first, second = await shop.submissions(dispute)
    assert [first["stage"], second["stage"]] == ["warning_needs_response", "needs_response"]
    assert first["idempotency_key"] != second["idempotency_key"]
    assert [(one.round, one.filed_by) for one in story_of(case).filings] == [(1, FiledBy.US), (2, FiledBy.US)]


async def test_an_escalated_inquiry_that_is_left_was_answered_by_nobody(shop: DisputeShop) -> None:
    """What was submitted for the inquiry is not taken for an answer to the chargeback."""
    dispute = await answered_inquiry(shop)
    await shop.at_stripe(
        f"disputes/{dispute}/escalate", due_by=int((await shop.clocks.now()).timestamp()) + 5
    )
    await shop.at_stripe("clock", advance=60)
    await shop.deliver_events()
    case = await shop.status(dispute, CaseStatus.WATCHING_VERDICT)
    assert [one.round for one in story_of(case).filings] == [1], story(case)
    assert story_of(case).verdict is Verdict.LOST


async def test_an_inquiry_is_refunded_where_that_is_cheaper(shop: DisputeShop) -> None:
    """By policy, within its limit: one refund, booked in the ledger, and the inquiry is over."""
    await shop.follow_policy(REFUNDING)
    charge = await shop.sell(amount=999)
    dispute = await shop.opened(charge, kind="inquiry", due_by=due_in(9))
    await shop.told(dispute, "refund by policy")
    await shop.deliver_events()
    case = await shop.closed(dispute)
    assert story_of(case).verdict is Verdict.REFUNDED
    assert await shop.refunds(charge.id) == (1, 999)
    entries = await shop.stack.store.ledger.entries(account="shop", charge_id=charge.id)
    assert [(entry.case_id, entry.state.value) for entry in entries] == [(case.case_id, "succeeded")]
    assert await shop.submissions(dispute) == []


async def test_what_is_left_of_a_refunded_sale_is_refunded(shop: DisputeShop) -> None:
    """Part of the money went back before: the rest ends the inquiry."""
    await shop.follow_policy(REFUNDING)
    charge = await shop.sell(amount=999)
    await shop.dashboard("POST", "/v1/refunds", charge=charge.id, amount="300")
    dispute = await shop.opened(charge, kind="inquiry", due_by=due_in(9))
    await shop.deliver_events()
    case = await shop.closed(dispute)
    assert story_of(case).verdict is Verdict.REFUNDED, story(case)
    assert await shop.refunds(charge.id) == (2, 999)


async def asked_for_a_refund(shop: DisputeShop) -> tuple[str, CaseFile]:
    await shop.follow_policy(ASKING)
    charge = await shop.sell(amount=999)
    dispute = await shop.opened(charge, kind="inquiry", due_by=due_in(9))
    return dispute, await shop.status(dispute, CaseStatus.AWAITING_PERSON)


async def test_a_person_refunds_an_inquiry(shop: DisputeShop) -> None:
    """The approval refunds once, under the person's name."""
    dispute, case = await asked_for_a_refund(shop)
    await shop.heard(lambda: approve(shop.stack.client, case.case_id, by="ann"))
    await shop.told(dispute, "refund by ann")
    await shop.deliver_events()
    case = await shop.closed(dispute)
    assert story_of(case).verdict is Verdict.REFUNDED
    assert await shop.refunds(case.charge_id or "") == (1, 999)


async def test_a_declined_refund_is_fought(shop: DisputeShop) -> None:
    """Who refuses to pay wants the inquiry answered: silence would lose it."""
    dispute, case = await asked_for_a_refund(shop)
    await shop.heard(lambda: decline(shop.stack.client, case.case_id, by="ann"))
    await shop.clocks.pass_time(timedelta(days=5, hours=12))
    case = await shop.filed(dispute)
    assert story_of(case).filings[0].approved_by == "ann"
    assert await shop.refunds(case.charge_id or "") == (0, 0)
    assert len(await shop.submissions(dispute)) == 1


async def test_a_refund_that_cannot_be_made_is_not_called_one(shop: DisputeShop) -> None:
    """Stripe refuses the refund to the end: the case is left with a person, and its verdict is no refund."""
    await shop.follow_policy(REFUNDING)
    charge = await shop.sell(amount=999)
    await shop.at_stripe("faults", method="POST", path="^/v1/refunds$", action="403")
    dispute = await shop.opened(charge, kind="inquiry", due_by=due_in(9))
    await shop.status(dispute, CaseStatus.NEEDS_ATTENTION)
    await shop.clocks.pass_time(timedelta(days=10))
    case = await shop.status(dispute, CaseStatus.UNDER_REVIEW)
    assert "could not be made in time" in (case.attention or "")
    await shop.at_stripe(f"disputes/{dispute}/decide", status="warning_closed")
    await shop.tell(dispute)
    assert story_of(await shop.closed(dispute)).verdict is Verdict.INQUIRY_CLOSED
    assert await shop.refunds(charge.id) == (0, 0)


async def compliance_case(shop: DisputeShop) -> tuple[str, CaseFile]:
    await shop.follow_policy(more="win_rates = { noncompliant = 90 }\n")
    charge = await shop.sell(amount=900_000, brand="visa", network="visa")
    dispute = await shop.opened(charge, kind="compliance", reason="noncompliant", due_by=due_in(8))
    return dispute, await shop.status(dispute, CaseStatus.AWAITING_PERSON)


async def test_a_compliance_case_is_never_contested_by_silence(shop: DisputeShop) -> None:
    """It costs 500 USD: nobody's answer leaves it, whatever the policy says of silence."""
    dispute, case = await compliance_case(shop)
    assert "500" in (case.attention or "")
    await shop.clocks.pass_time(timedelta(days=9))
    assert await shop.submissions(dispute) == []
    case = await shop.status(dispute, CaseStatus.WATCHING_VERDICT)
    assert story_of(case).verdict is Verdict.LOST


async def test_a_compliance_case_that_a_person_contests(shop: DisputeShop) -> None:
    """The fee is acknowledged with the one submission, and the network takes it."""
    dispute, case = await compliance_case(shop)
    await shop.heard(lambda: approve(shop.stack.client, case.case_id, by="ann"))
    await shop.filed(dispute)
    [sent] = await shop.submissions(dispute)
    acknowledged = sent["evidence"]["enhanced_evidence"]["visa_compliance"]["fee_acknowledged"]
    assert acknowledged is True
    await shop.deliver_events()
    await shop.at_stripe(f"disputes/{dispute}/decide", status="lost")
    await shop.deliver_events()
    case = await shop.status(dispute, CaseStatus.WATCHING_VERDICT)
    assert story_of(case).verdict is Verdict.LOST
    assert await shop.fees(dispute) == [1500, 50_000]


async def test_a_declined_compliance_case(shop: DisputeShop) -> None:
    """It is left; nothing is filed and no fee is acknowledged."""
    dispute, case = await compliance_case(shop)
    await shop.heard(lambda: decline(shop.stack.client, case.case_id, by="ann"))
    await shop.status(dispute, CaseStatus.UNDER_REVIEW)
    await shop.clocks.pass_time(timedelta(days=9))
    assert await shop.submissions(dispute) == []


async def lost_and_appealable(shop: DisputeShop) -> tuple[str, CaseFile]:
    await shop.follow_policy(more="win_rates = { product_not_received = 80 }\n")
    dispute = await shop.opened(await shop.sell(amount=90_000), due_by=due_in(6))
    await shop.clocks.pass_time(timedelta(days=5))
    await shop.filed(dispute)
    await shop.at_stripe(f"disputes/{dispute}/decide", status="lost")
    await shop.deliver_events()
    await shop.status(dispute, CaseStatus.WATCHING_VERDICT)
    due = int((await shop.clocks.now() + timedelta(days=9)).timestamp())
    await shop.at_stripe(f"disputes/{dispute}/appeal", due_by=due)
    await shop.deliver_events()
    return dispute, await shop.status(dispute, CaseStatus.AWAITING_PERSON)


async def test_an_appeal_that_a_person_approves(shop: DisputeShop) -> None:
    """It is submitted as an appeal, once, with the packet's files; a win afterwards is the verdict."""
    dispute, case = await lost_and_appealable(shop)
    await shop.heard(lambda: approve(shop.stack.client, case.case_id, by="ann"))
    case = await shop.filed(dispute, rounds=2)
    assert story_of(case).filings[1].filed_by is FiledBy.US
    _, appeal = await shop.submissions(dispute)
    assert appeal["stage"] == "appeal_needs_response"
    assert appeal["evidence"]["appeal"]["card"]["reason_for_filing"]
    await shop.at_stripe(f"disputes/{dispute}/decide", status="won")
    await shop.deliver_events()
    assert story_of(await shop.closed(dispute)).verdict is Verdict.WON


async def test_an_appeal_that_nobody_approves(shop: DisputeShop) -> None:
    """Silence leaves it; nothing is filed for it, and nothing is taken for a filing."""
    dispute, _ = await lost_and_appealable(shop)
    await shop.clocks.pass_time(timedelta(days=10))
    case = await shop.status(dispute, CaseStatus.WATCHING_VERDICT)
    assert len(await shop.submissions(dispute)) == 1
    assert [one.round for one in story_of(case).filings] == [1], story(case)
    assert story_of(case).verdict is Verdict.LOST
    assert case.case_id == case_id(dispute)


@pytest.mark.parametrize("case_type", ["resolution", "block"])
async def test_what_the_network_settled_is_only_recorded(shop: DisputeShop, case_type: str) -> None:
    """No refund, no answer, no call that changes anything: the case is closed at once as settled."""
    await shop.follow_policy(POLICY)
    charge = await shop.sell()
    dispute = await shop.opened(charge, kind=case_type, reason="fraudulent")
    case = await shop.closed(dispute)
    assert story_of(case).verdict is Verdict.NETWORK_SETTLED
    assert story_of(case).no_alert is not None
    assert await shop.written() == []
    assert await shop.refunds(charge.id) == (0, 0)
