"""What may happen at the worst moment between a decision and its act: each once, and the books stay true."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from dispute_shop import ACCOUNT, DisputeShop, case_id, due_in, has, story, story_of

from chargebacks.contracts import CaseFile, CaseStatus, DisputeChanged
from chargebacks.dispute_case import FiledBy, Verdict
from chargebacks.errors import TryLater
from chargebacks.evidence_items import Provenance, Supplier, TextContent, item_of
from operations.connect import switch_dispute_representment
from operations.decide import decline, resume
from operations.disputes import accept, evidence_added
from operations.evidence import remove_evidence
from operations.notify import refund_changed
from store.cases import Cases
from workflows.dispute import DisputeWorkflow

HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)
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


async def added(shop: DisputeShop, dispute: str, **fields: str) -> tuple[str, ...]:
    """Evidence that a person adds; the ids of its items."""
    said = Provenance(supplier=Supplier.PERSON, by="ann", at=datetime.now(UTC), reference="by hand")
    items = tuple(item_of(TextContent(field=name, text=text), said) for name, text in fields.items())
    await shop.stack.store.evidence.add(case_id(dispute), items, {})
    ids = tuple(item.id for item in items)
    assert await evidence_added(shop.stack.client, case_id(dispute), ids)
    return ids


async def held_when_due(shop: DisputeShop, dispute: str) -> CaseFile:
    """Filing is held up when the time has come: representment is switched off."""
    await switch_dispute_representment(shop.stack.store, ACCOUNT, on=False)
    await shop.clocks.pass_time(4 * DAYS + HOURS)
    return await shop.status(dispute, CaseStatus.NEEDS_ATTENTION)


async def mended(shop: DisputeShop, dispute: str) -> CaseFile:
    await switch_dispute_representment(shop.stack.store, ACCOUNT, on=True)
    await shop.heard(lambda: resume(shop.stack.client, case_id(dispute), by="olaf"))
    return await shop.filed(dispute)


async def test_evidence_that_is_taken_back_while_filing_is_held_up(shop: DisputeShop) -> None:
    """It is another customer's: the packet is made anew, and nothing of it is filed."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(6))
    await shop.staged(dispute)
    [wrong] = await added(shop, dispute, shipping_carrier="Somebody Else's Parcels")
    assert await shop.at_hand(dispute, "shipping_carrier") == "Somebody Else's Parcels"
    held = await held_when_due(shop, dispute)
    await remove_evidence(shop.stack.store, shop.stack.client, held.case_id, wrong)
    await shop.told(dispute, "needs attention (dispute_representment_off)", times=3)
    case = await mended(shop, dispute)
    [sent] = await shop.submissions(dispute)
    assert not sent["evidence"].get("shipping_carrier"), story(case)


async def test_evidence_that_comes_while_filing_is_held_up(shop: DisputeShop) -> None:
    """It is weighed and filed with the rest."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(6))
    await shop.staged(dispute)
    await held_when_due(shop, dispute)
    await added(shop, dispute, shipping_carrier="UPS")
    await shop.told(dispute, "needs attention (dispute_representment_off)", times=3)
    case = await mended(shop, dispute)
    [sent] = await shop.submissions(dispute)
    assert sent["evidence"].get("shipping_carrier") == "UPS", story(case)
    assert len(story_of(case).filings) == 1


async def test_what_somebody_staged_beside_the_packet_is_not_filed(shop: DisputeShop) -> None:
    """A field that the packet does not fill, written in the Dashboard: shown to a person, and never filed unseen."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(6))
    case = await shop.staged(dispute)
    assert case.respond_by is not None
    by_hand = {"shipping_tracking_number": "another customer's"}
    await shop.at_stripe(f"disputes/{dispute}/submit", evidence=by_hand, submit=False)
    await shop.clocks.pass_until(case.respond_by - HOURS)
    assert "shipping_tracking_number" in story(await shop.status(dispute, CaseStatus.NEEDS_ATTENTION))
    await shop.clocks.pass_time(HOURS / 2 + timedelta(minutes=2), step=timedelta(minutes=10))
    await shop.filed(dispute)
    [sent] = await shop.submissions(dispute)
    assert not sent["evidence"].get("shipping_tracking_number")


async def test_the_packet_is_put_back_without_what_stood_beside_it(shop: DisputeShop) -> None:
    """On a person's word Stripe holds the packet again, and nothing else."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(6))
    case = await shop.staged(dispute)
    by_hand = {"shipping_tracking_number": "another customer's"}
    await shop.at_stripe(f"disputes/{dispute}/submit", evidence=by_hand, submit=False)
    await shop.deliver_events()
    await shop.status(dispute, CaseStatus.NEEDS_ATTENTION)
    await shop.heard(lambda: resume(shop.stack.client, case.case_id, by="olaf"))
    await shop.told(dispute, "staged packet", times=2)
    assert (await shop.read(dispute))["evidence"]["shipping_tracking_number"] is None


async def test_an_inquiry_about_a_part_of_a_sale_refunds_no_more_by_itself(shop: DisputeShop) -> None:
    """20 of 500 USD are asked about, and 100 USD may be refunded: the 500 stay, and the inquiry is answered."""
    await shop.follow_policy(REFUNDING)
    charge = await shop.sell(amount=50_000)
    dispute = await shop.opened(charge, kind="inquiry", amount=2_000, due_by=due_in(9))
    await shop.clocks.pass_time(5 * DAYS + 12 * HOURS)
    await shop.filed(dispute)
    assert await shop.refunds(charge.id) == (0, 0)


async def refund_declined(shop: DisputeShop) -> str:
    await shop.follow_policy(ASKING)
    charge = await shop.sell(amount=999, brand="visa", network="visa")
    dispute = await shop.opened(charge, kind="inquiry", due_by=due_in(9))
    case = await shop.status(dispute, CaseStatus.AWAITING_PERSON)
    await shop.heard(lambda: decline(shop.stack.client, case.case_id, by="ann"))
    await shop.status(dispute, CaseStatus.GATHERING)
    return dispute


async def test_who_declines_a_refund_has_not_agreed_to_a_compliance_fee(shop: DisputeShop) -> None:
    """The inquiry becomes a compliance case: contesting that costs 500 USD, and a person is asked anew."""
    dispute = await refund_declined(shop)
    await shop.at_stripe(f"disputes/{dispute}/escalate", due_by=due_in(9))
    await shop.at_stripe(f"disputes/{dispute}/eligibility", types=["visa_compliance"])
    await shop.deliver_events()
    await shop.clocks.pass_time(8 * DAYS)
    assert await shop.submissions(dispute) == []
    assert 50_000 not in await shop.fees(dispute)


async def test_a_dispute_that_turns_into_a_compliance_case_as_it_is_filed(shop: DisputeShop) -> None:
    """What was decided about a chargeback acknowledges no fee: the case decides anew and asks."""
    await shop.follow_policy()
    charge = await shop.sell(amount=900_000, brand="visa", network="visa")
    dispute = await shop.opened(charge, due_by=due_in(6))
    await shop.staged(dispute)
    await held_when_due(shop, dispute)
    await shop.at_stripe(f"disputes/{dispute}/eligibility", types=["visa_compliance"])
    await switch_dispute_representment(shop.stack.store, ACCOUNT, on=True)
    await shop.heard(lambda: resume(shop.stack.client, case_id(dispute), by="olaf"))
    await shop.told(dispute, "compliance case costs")
    await shop.clocks.pass_time(2 * DAYS)
    assert await shop.submissions(dispute) == []
    assert 50_000 not in await shop.fees(dispute)


async def test_a_declined_dispute_is_not_filed_for_better_evidence(shop: DisputeShop) -> None:
    """The rule asks while evidence is thin; after a person's no, more of it files nothing by itself."""
    rule = '[[disputes.rule]]\nname = "thin"\nthen = "ask"\nwhen = { completeness_below = 40 }\n'
    await shop.follow_policy(more=rule)
    sale = await shop.sell(metadata={"product_type": "physical"})
    dispute = await shop.opened(sale, due_by=due_in(6))
    case = await shop.status(dispute, CaseStatus.AWAITING_PERSON)
    await shop.heard(lambda: decline(shop.stack.client, case.case_id, by="ann"))
    await shop.status(dispute, CaseStatus.UNDER_REVIEW)
    await added(
        shop,
        dispute,
        shipping_carrier="UPS",
        shipping_tracking_number="1Z999AA10123456784",
        shipping_date="2026-11-01",
        shipping_address="1 Main St, Springfield 12345, US",
        customer_name="Jane Doe",
    )
    case = await shop.told(dispute, "decided: fight")
    await shop.clocks.pass_time(5 * DAYS)
    assert await shop.submissions(dispute) == [], story(await shop.case(dispute))


async def test_an_inquiry_that_is_escalated_while_its_refund_is_held_up(shop: DisputeShop) -> None:
    """A chargeback cannot be refunded: it is answered by its own deadline, which ends before the inquiry's."""
    await shop.follow_policy(REFUNDING, more="")
    charge = await shop.sell(amount=999)
    await shop.at_stripe("faults", method="POST", path="^/v1/refunds$", action="403")
    dispute = await shop.opened(charge, kind="inquiry", due_by=due_in(20))
    await shop.status(dispute, CaseStatus.NEEDS_ATTENTION)
    await shop.at_stripe(f"disputes/{dispute}/escalate", due_by=due_in(5))
    await shop.deliver_events()
    case = await shop.told(dispute, "the dispute is now needs_response")
    await shop.until(dispute, lambda case: case.status is not CaseStatus.NEEDS_ATTENTION)
    await shop.clocks.pass_time(5 * DAYS)
    case = await shop.case(dispute)
    assert "nobody filed" not in story(case)
    assert await shop.refunds(charge.id) == (0, 0)


async def test_an_inquirys_refund_that_fails_later(shop: DisputeShop) -> None:
    """It was pending and came to nothing: the case never called it money back, and a person hears of it."""
    await shop.follow_policy(ASKING.replace('refund = "ask"', 'refund = "by_value"'))
    charge = await shop.sell(amount=999, payment_method="pm_card_pendingRefund")
    dispute = await shop.opened(charge, kind="inquiry", due_by=due_in(9))
    case = await shop.told(dispute, "refund by policy")
    [refund] = (await shop.stack.stripe.read_charge(ACCOUNT, charge.id)).refunds
    assert refund.status == "pending"
    assert "went back" not in (story_of(case).left or "")
    case = await shop.status(dispute, CaseStatus.WATCHING_VERDICT)
    assert "refund to be paid" in (case.waits_for or "")
    await shop.at_stripe(f"refunds/{refund.id}/fail", failure_reason="lost_or_stolen_card")
    store, client = shop.stack.store, shop.stack.client
    await refund_changed(client, store, account=ACCOUNT, charge_id=charge.id, refund_id=refund.id)
    case = await shop.closed(dispute)
    assert story_of(case).verdict is Verdict.INQUIRY_CLOSED, story(case)
    assert "came to nothing" in (case.attention or "")


async def test_giving_up_what_was_answered_meanwhile(shop: DisputeShop) -> None:
    """Somebody answered in the Dashboard and no event told: nothing is closed, and nothing is called accepted."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(9))
    case = await shop.staged(dispute)
    await shop.at_stripe(f"disputes/{dispute}/submit", submit=True)
    await accept(shop.stack.client, case.case_id, by="ann")
    case = await shop.filed(dispute)
    assert (await shop.read(dispute))["status"] == "under_review"
    assert not await shop.written(f"^/v1/disputes/{dispute}/close$")
    assert [one.filed_by for one in story_of(case).filings] == [FiledBy.ELSEWHERE]
    await shop.at_stripe(f"disputes/{dispute}/decide", status="lost")
    await shop.deliver_events()
    case = await shop.status(dispute, CaseStatus.WATCHING_VERDICT)
    assert story_of(case).verdict is Verdict.LOST


async def test_an_inquiry_that_comes_back_after_its_case_was_closed(shop: DisputeShop) -> None:
    """What the closed case had staged still stands at Stripe: nobody is blamed for changing it."""
    await shop.follow_policy(more=NEVER)
    dispute = await shop.opened(kind="inquiry", due_by=due_in(9))
    await shop.staged(dispute)
    await shop.at_stripe(f"disputes/{dispute}/decide", status="warning_closed")
    await shop.deliver_events()
    await shop.closed(dispute)
    await shop.at_stripe(f"disputes/{dispute}/escalate", due_by=due_in(9))
    await shop.deliver_events()
    case = await shop.told(dispute, "staged packet", times=2)
    assert "somebody changed" not in story(case)
    assert case.status is CaseStatus.GATHERING


async def test_news_that_come_as_the_case_closes(shop: DisputeShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss is no longer watched, and in that very moment it is won: the case goes on and tells."""
    await shop.follow_policy(more="watch_lost_days = 0\n")
    dispute = await shop.opened(due_by=due_in(6))
    await shop.clocks.pass_time(5 * DAYS)
    await shop.filed(dispute)
    save = Cases.save_case
    raced: list[str] = []

    async def save_late(cases: Cases, case: CaseFile) -> None:
        await save(cases, case)
        if case.status is CaseStatus.CLOSED and not raced:
            raced.append(case.case_id)
            await shop.at_stripe(f"disputes/{dispute}/decide", status="won")
            await shop.handle(dispute).signal(DisputeWorkflow.dispute_changed, DisputeChanged())

    monkeypatch.setattr(Cases, "save_case", save_late)
    await shop.at_stripe(f"disputes/{dispute}/decide", status="lost")
    await shop.deliver_events()
    case = await shop.until(dispute, lambda case: has(case, lambda it: it.verdict is Verdict.WON))
    assert raced == [case.case_id]


async def test_evidence_that_cannot_be_read_is_told_to_a_person(shop: DisputeShop) -> None:
    """What was gathered is gone from the database: the case waits for a repair, and a person may still give it up."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(9))
    case = await shop.staged(dispute)
    await forget_what_was_gathered(shop)
    await added(shop, dispute, shipping_carrier="UPS")
    case = await shop.status(dispute, CaseStatus.NEEDS_ATTENTION)
    assert "Nothing was gathered yet" in (case.attention or "")
    await accept(shop.stack.client, case.case_id, by="ann")
    assert story_of(await shop.closed(dispute)).verdict is Verdict.ACCEPTED


async def test_a_database_that_is_away_for_a_while(
    shop: DisputeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case is told in the database again as soon as it is back: it neither fails nor forgets."""
    await shop.follow_policy()
    save = Cases.save_case
    refused: list[CaseStatus] = []

    async def save_later(cases: Cases, case: CaseFile) -> None:
        if len(refused) < 4:
            refused.append(case.status)
            raise TryLater("The database is away.", reason="database_away")
        await save(cases, case)

    monkeypatch.setattr(Cases, "save_case", save_later)
    dispute = await shop.opened(due_by=due_in(6))
    await shop.staged(dispute)
    assert len(refused) == 4
    await shop.clocks.pass_time(5 * DAYS)
    await shop.filed(dispute)
    assert len(await shop.submissions(dispute)) == 1


async def forget_what_was_gathered(shop: DisputeShop) -> None:
    url = shop.stack.settings().database_url
    with sqlite3.connect(url.partition(":///")[2]) as database:
        assert database.execute("delete from dossiers").rowcount == 1


async def test_a_sale_that_cannot_be_read_hides_no_verdict(shop: DisputeShop) -> None:
    """A review has it gathered anew, which Stripe does not allow just now; the dispute is read all the same."""
    await shop.follow_policy()
    dispute = await shop.opened(due_by=due_in(9))
    await shop.staged(dispute)
    await shop.at_stripe(f"disputes/{dispute}/decide", status="lost")
    await shop.at_stripe("faults", method="GET", path="^/v1/charges", action="403")
    await shop.tell(dispute, DisputeChanged(event_id="evt_review", of_sale=True))
    case = await shop.told(dispute, "verdict: lost")
    assert "Stripe could not be read again" in story(case)
