"""What people say to a case, and what is true when they say it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sellers import AlertCase, Seller
from stories import Stories, Telling

from chargebacks.charges import ChargeSnapshot
from chargebacks.contracts import CaseFile, CaseStatus
from chargebacks.errors import BadInput
from chargebacks.money import Money
from demo.stack import Stack
from demo.world import hours_ago
from operations.connect import switch_alert_management
from operations.decide import approve, decline, resume

ASKING = 'mode = "act"\nwatch_refund_days = 0\n[refund]\nlimits = { USD = "10.00" }\n'

told = Stories()


async def asked(seller: Seller, charge: ChargeSnapshot, **fields: str) -> AlertCase:
    """An alert about the charge that waits for a person."""
    one = await seller.told_of("chargebackhit", charge, **fields)
    await seller.status(one, CaseStatus.AWAITING_PERSON)
    return one


async def unmatched(seller: Seller) -> AlertCase:
    """An alert that two charges fit equally well: a person must name the one that is meant."""
    sold = [
        await seller.sell(last4="7001", authorization_code=None, network_transaction_id=None) for _ in "12"
    ]
    return await asked(seller, sold[0], auth_code=None, network_transaction_id=None)  # type: ignore[arg-type]


@told.under(ASKING)
async def approved_twice(seller: Seller) -> None:
    """The second word finds nobody who asks; money moves once."""
    charge = await seller.sell()
    one = await asked(seller, charge)
    await approve(seller.stack.client, one.case, by="ana")
    with pytest.raises(BadInput):
        await approve(seller.stack.client, one.case, by="ana")
    await seller.closed(one)
    assert await seller.moved(charge) == (1, 4999)
    assert await seller.heard(one) == ["reversed"]


@told.under(ASKING)
async def approved_by_two_at_once(seller: Seller) -> None:
    """Two people press the button at the same instant: one word counts, the other is told so."""
    charge = await seller.sell()
    one = await asked(seller, charge)
    words = await asyncio.gather(
        approve(seller.stack.client, one.case, by="ana"),
        approve(seller.stack.client, one.case, by="olaf"),
        return_exceptions=True,
    )
    await seller.closed(one)
    assert sorted(type(word) is str for word in words) == [False, True]
    assert await seller.moved(charge) == (1, 4999)


@told.under(ASKING)
async def approved_then_declined(seller: Seller) -> None:
    """What was approved cannot be declined any more; the refusal says so."""
    charge = await seller.sell()
    one = await asked(seller, charge)
    await approve(seller.stack.client, one.case, by="ana")
    with pytest.raises(BadInput):
        await decline(seller.stack.client, one.case, by="olaf")
    await seller.closed(one)
    assert (await seller.moved(charge), await seller.heard(one)) == ((1, 4999), ["reversed"])


@told.under(ASKING)
async def approved_after_staff_refunded(seller: Seller) -> None:
    """The money is back already: the approval moves none, and the source hears what is true."""
    charge = await seller.sell()
    one = await asked(seller, charge)
    await seller.refund_by_hand(charge, 4999)
    await approve(seller.stack.client, one.case, by="ana")
    await seller.closed(one)
    assert (await seller.moved(charge), await seller.heard(one)) == ((1, 4999), ["previously-reversed"])


@told.under(ASKING)
async def declined_after_staff_refunded(seller: Seller) -> None:
    """Whoever refunds in the Dashboard and then declines here has refunded: the source hears that, not a refusal."""
    charge = await seller.sell()
    one = await asked(seller, charge)
    await seller.refund_by_hand(charge, 4999)
    await decline(seller.stack.client, one.case, by="ana", note="done in the Dashboard")
    case = await seller.closed(one)
    assert (await seller.moved(charge), await seller.heard(one)) == ((1, 4999), ["previously-reversed"])
    assert case.decided_by == "person"


@told.under(ASKING)
async def declined_touches_nothing(seller: Seller) -> None:
    """A decline is told as one; charge and subscription stay as they are."""
    charge, subscription = await seller.subscribe()
    one = await asked(seller, charge)
    await decline(seller.stack.client, one.case, by="ana", note="delivered")
    await seller.closed(one)
    assert (await seller.moved(charge), await seller.heard(one)) == ((0, 0), ["decline"])
    assert await seller.subscription_status(subscription) == "active"


@told.under(ASKING)
async def declined_after_a_dispute_opened(seller: Seller) -> None:
    """The bank was faster: the source hears of the dispute rather than of a refusal to refund."""
    charge = await seller.sell()
    one = await asked(seller, charge)
    await seller.dispute(charge)
    await decline(seller.stack.client, one.case, by="ana")
    await seller.closed(one)
    assert (await seller.moved(charge), await seller.heard(one)) == ((0, 0), ["error"])


@told.under(ASKING)
async def approved_for_less(seller: Seller) -> None:
    """A person may give back a part: that part moves, and exactly that is told."""
    charge = await seller.sell()
    one = await asked(seller, charge)
    await approve(seller.stack.client, one.case, by="ana", amount=usd(2000))
    await seller.closed(one)
    assert await seller.moved(charge) == (1, 2000)
    [outcome] = await seller.told(one.alert)
    assert (outcome["outcome"], outcome["body"]["order"]["refund"]["amount"]) == ("reversed", "20.00")


@told.under(ASKING)
async def approved_for_more_than_there_is(seller: Seller) -> None:
    """Nobody gets more than was paid."""
    charge = await seller.sell()
    one = await asked(seller, charge)
    await approve(seller.stack.client, one.case, by="ana", amount=usd(50_000))
    await seller.closed(one)
    assert await seller.moved(charge) == (1, 4999)


@told.under(ASKING)
async def approved_in_another_currency(seller: Seller) -> None:
    """An amount that cannot be refunded from this charge is said to be wrong, and the case asks again."""
    charge = await seller.sell()
    one = await asked(seller, charge)
    await approve(seller.stack.client, one.case, by="ana", amount=Money(amount_minor=4999, currency="EUR"))
    await asks_again(seller, one, "which is in USD")
    assert await seller.moved(charge) == (0, 0)
    await approve(seller.stack.client, one.case, by="ana")
    await seller.closed(one)
    assert (await seller.moved(charge), await seller.heard(one)) == ((1, 4999), ["reversed"])


@told.story
async def the_charge_is_named(seller: Seller) -> None:
    """Of two that fit, the one that is named is refunded, the other is left alone."""
    one = await unmatched(seller)
    meant, other = [found.charge_id for found in (await candidates(seller, one))]
    await approve(seller.stack.client, one.case, by="ana", charge_id=meant)
    await seller.closed(one)
    assert (await seller.ledger(meant))["refunded"] == 4999
    assert (await seller.ledger(other))["refunds"] == []
    assert await seller.heard(one) == ["reversed"]


@told.story
async def no_charge_is_named(seller: Seller) -> None:
    """An approval of nothing in particular is refused at once, and the case goes on asking."""
    one = await unmatched(seller)
    with pytest.raises(BadInput, match="Name the charge"):
        await approve(seller.stack.client, one.case, by="ana")
    assert (await seller.status(one, CaseStatus.AWAITING_PERSON)).money is None


@told.story
async def a_charge_that_does_not_exist_is_named(seller: Seller) -> None:
    """A slip of the pen costs nothing: the case says so and asks again."""
    one = await unmatched(seller)
    meant, _ = [found.charge_id for found in (await candidates(seller, one))]
    await approve(seller.stack.client, one.case, by="ana", charge_id="ch_typo")
    await asks_again(seller, one, "ch_typo")
    await approve(seller.stack.client, one.case, by="ana", charge_id=meant)
    await seller.closed(one)
    assert (await seller.ledger(meant))["refunded"] == 4999


@told.story
async def a_charge_of_another_amount_is_named(seller: Seller) -> None:
    """Never more than the alert disputes goes back, however large the named charge is."""
    one = await unmatched(seller)
    larger = await seller.sell(amount=20_000, last4="7002")
    await approve(seller.stack.client, one.case, by="ana", charge_id=larger.id)
    await seller.closed(one)
    assert await seller.moved(larger) == (1, 4999)


@told.story
async def a_charge_in_another_currency_is_named(seller: Seller) -> None:
    """How much of it is meant cannot be told: the case asks for the amount, and refunds nothing before it has it."""
    one = await unmatched(seller)
    euros = await seller.sell(amount=30_000, currency="eur", last4="7003")
    await approve(seller.stack.client, one.case, by="ana", charge_id=euros.id)
    await asks_again(seller, one, "Name the amount")
    assert await seller.moved(euros) == (0, 0)
    with pytest.raises(BadInput, match="Name the amount"):
        await approve(seller.stack.client, one.case, by="ana", charge_id=euros.id)
    amount = Money(amount_minor=4600, currency="EUR")
    await approve(seller.stack.client, one.case, by="ana", charge_id=euros.id, amount=amount)
    await seller.closed(one)
    assert await seller.moved(euros) == (1, 4600)


@told.story
async def a_charge_that_another_alert_has_refunded_is_named(seller: Seller) -> None:
    """The named charge is settled: no money moves, and the source hears of the earlier alert."""
    one = await unmatched(seller)
    charge = await seller.sell(last4="7004")
    await seller.closed(await seller.told_of("ethoca", charge))
    await approve(seller.stack.client, one.case, by="ana", charge_id=charge.id)
    await seller.closed(one)
    assert (await seller.moved(charge), await seller.heard(one)) == ((1, 4999), ["duplicate"])


@told.story
async def an_alert_of_unknown_kind_is_approved_for_a_named_charge(seller: Seller) -> None:
    """What the alert wants is not known, so the amount must be a person's word, too."""
    charge = await seller.sell(indexed=False)
    one = await seller.told_of("chargebackhit", charge, extra={"alert": {"type": "claw-back"}})
    await seller.status(one, CaseStatus.AWAITING_PERSON)
    await approve(seller.stack.client, one.case, by="ana", charge_id=charge.id)
    await asks_again(seller, one, "Name the amount")
    assert await seller.moved(charge) == (0, 0)


@told.story
async def another_accounts_charge_is_named(seller: Seller) -> None:
    """A person's slip reaches no other account's money."""
    other = await seller.stack.stripe_control.post("/_sandbox/charges", json={"charges": [{"amount": 4999}]})
    foreign = other.json()["charges"][0]["id"]
    one = await unmatched(seller)
    await approve(seller.stack.client, one.case, by="ana", charge_id=foreign)
    await asks_again(seller, one, foreign)
    ledger = await seller.stack.stripe_control.get("/_sandbox/ledger", params={"charge": foreign})
    assert [movement["kind"] for movement in ledger.json()["movements"]] == ["charge"]


@told.story
async def an_alert_of_last_month(seller: Seller) -> None:
    """A backlog that a provider sends again moves no money by itself; a person has time to look, and may approve."""
    charge = await seller.sell(created=hours_ago(33 * 24))
    one = await asked(seller, charge, alert_at=hours_ago(30 * 24))
    assert await seller.moved(charge) == (0, 0)
    await approve(seller.stack.client, one.case, by="ana")
    await seller.closed(one)
    assert await seller.moved(charge) == (1, 4999)


@told.story
async def the_account_is_switched_off_meanwhile(seller: Seller) -> None:
    """Off between decision and refund: nothing moves, a person is told why, and a resume goes on where it stopped."""
    charge = await seller.sell()
    await switch_alert_management(seller.stack.store, seller.name, on=False)
    one = await seller.told_of("chargebackhit", charge)
    held = await seller.status(one, CaseStatus.NEEDS_ATTENTION)
    assert held.attention is not None
    assert "switched off" in held.attention
    with pytest.raises(BadInput, match="resume"):
        await approve(seller.stack.client, one.case, by="ana")
    assert await seller.moved(charge) == (0, 0)
    await switch_alert_management(seller.stack.store, seller.name, on=True)
    await resume(seller.stack.client, one.case, by="olaf")
    await seller.closed(one)
    assert (await seller.moved(charge), await seller.heard(one)) == ((1, 4999), ["reversed"])


@told.story
async def a_switched_off_account_keeps_its_subscriptions(seller: Seller) -> None:
    """Off means off: an RDR notice is recorded, and nothing is cancelled because of it."""
    charge, subscription = await seller.subscribe()
    await switch_alert_management(seller.stack.store, seller.name, on=False)
    one = await seller.told_of("reseller", charge, type="DISPUTE_RDR")
    held = await seller.status(one, CaseStatus.NEEDS_ATTENTION)
    assert held.attention is not None
    assert "switched off" in held.attention
    assert await seller.subscription_status(subscription) == "active"
    await switch_alert_management(seller.stack.store, seller.name, on=True)
    await resume(seller.stack.client, one.case, by="olaf")
    await seller.closed(one)
    assert await seller.subscription_status(subscription) == "canceled"


@told.story
async def a_resume_with_nothing_mended(seller: Seller) -> None:
    """The step fails again, and the case waits again; nothing is lost and nothing moves."""
    charge = await seller.sell()
    await switch_alert_management(seller.stack.store, seller.name, on=False)
    one = await seller.told_of("chargebackhit", charge)
    first = await seller.status(one, CaseStatus.NEEDS_ATTENTION)
    await resume(seller.stack.client, one.case, by="olaf")
    again = await seller.until(
        one,
        lambda case: case.status is CaseStatus.NEEDS_ATTENTION and len(case.timeline) > len(first.timeline),
    )
    assert again.attention == first.attention
    assert await seller.moved(charge) == (0, 0)


@told.story
async def a_resume_that_nobody_asked_for(seller: Seller) -> None:
    """A case that does not wait is not to be pushed; a closed one says that it is closed."""
    charge = await seller.sell()
    one = await seller.told_of("chargebackhit", charge)
    await seller.closed(one)
    with pytest.raises(BadInput, match="closed"):
        await resume(seller.stack.client, one.case, by="olaf")
    assert await seller.moved(charge) == (1, 4999)


@told.under(ASKING)
async def a_resume_where_a_decision_is_asked(seller: Seller) -> None:
    """Resume is no approval."""
    charge = await seller.sell()
    one = await asked(seller, charge)
    with pytest.raises(BadInput, match="approve or decline"):
        await resume(seller.stack.client, one.case, by="olaf")
    assert await seller.moved(charge) == (0, 0)


def usd(minor: int) -> Money:
    return Money(amount_minor=minor, currency="USD")


async def candidates(seller: Seller, one: AlertCase) -> tuple:
    case = await seller.stack.store.cases.case_file(one.case)
    assert case is not None
    assert case.match is not None
    return case.match.candidates


async def asks_again(seller: Seller, one: AlertCase, word: str) -> CaseFile:
    """The case has heard the approval and waits for a person once more, saying why in words that hold this one."""

    def holds(case: CaseFile) -> bool:
        heard = any("approved by" in line.text for line in case.timeline)
        return heard and case.status is CaseStatus.AWAITING_PERSON and word in (case.attention or "")

    return await seller.until(one, holds)


@pytest.fixture(scope="module")
async def telling(live: Stack) -> AsyncIterator[Telling]:
    async with told.beginning(live) as telling:
        yield telling


@pytest.mark.parametrize("story", told.names)
async def test_a_persons_word(telling: Telling, story: str) -> None:
    """Each story above, with real parts."""
    await telling[story]
