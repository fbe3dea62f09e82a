"""Money moves once: alerts that collide, staff who refund, disputes that open at the worst moment."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sellers import AlertCase, Seller
from shops import POLICY
from stories import Stories, Telling

from chargebacks.charges import ChargeSnapshot
from demo.stack import Stack, activate_policy, post

told = Stories()

PARTLY = {"amount": "30.00", "transaction_amount": "90.00"}


@told.story
async def two_networks_at_the_same_instant(seller: Seller) -> None:
    """Two cases reach for one charge at once: one refunds, the other answers that it is a duplicate."""
    charge = await seller.sell()
    ours, theirs = await asyncio.gather(
        seller.told_of("ethoca", charge), seller.told_of("reseller", charge, product="cdrn")
    )
    await asyncio.gather(seller.closed(ours), seller.closed(theirs))
    assert await seller.moved(charge) == (1, 4999)
    said = (await seller.heard(ours), await seller.heard(theirs))
    assert said in ((["STOPPED"], ["940.001"]), (["OTHER"], ["100.001"]))


@told.story
async def ten_alerts_at_the_same_instant(seller: Seller) -> None:
    """However many: one refund, every alert answered, one of them with the refund."""
    charge = await seller.sell(amount=7010)
    cases = await asyncio.gather(*(seller.told_of("chargebackhit", charge) for _ in range(10)))
    await asyncio.gather(*(seller.closed(case) for case in cases))
    assert await seller.moved(charge) == (1, 7010)
    assert sorted([await seller.heard(case) for case in cases]) == [["duplicate"]] * 9 + [["reversed"]]


@told.story
async def the_same_part_told_by_two_networks(seller: Seller) -> None:
    """30 of 90 disputed, told twice: 30 go back, once."""
    charge = await seller.sell(amount=9000)
    ours, theirs = await asyncio.gather(
        seller.told_of("ethoca", charge, **PARTLY),
        seller.told_of("chargebackhit", charge, **PARTLY),
    )
    await asyncio.gather(seller.closed(ours), seller.closed(theirs))
    assert await seller.moved(charge) == (1, 3000)


@told.story
async def the_same_part_told_again_later(seller: Seller) -> None:
    """The second network's alert about the same part is a duplicate, whatever our index knows by then."""
    charge = await seller.sell(amount=9000)
    first = await seller.told_of("ethoca", charge, **PARTLY)
    await seller.closed(first)
    again = await seller.told_of("chargebackhit", charge, **PARTLY)
    await seller.closed(again)
    assert await seller.moved(charge) == (1, 3000)
    assert await seller.heard(first) == ["PARTIALLY_STOPPED"]
    assert await seller.heard(again) == ["duplicate"]


@told.story
async def a_part_and_then_the_whole(seller: Seller) -> None:
    """The second alert is about the rest: what goes back in all is the charge."""
    charge = await seller.sell(amount=9000)
    first = await seller.told_of("ethoca", charge, **PARTLY)
    await seller.closed(first)
    rest = await seller.told_of("chargebackhit", charge)
    await seller.closed(rest)
    assert await seller.moved(charge) == (2, 9000)
    assert await seller.heard(rest) == ["reversed"]


@told.under(POLICY + '[fraud_report]\nrefund = true\nlimits = { USD = "500.00" }\n')
async def a_warning_and_an_alert(seller: Seller) -> None:
    """Stripe's own warning and a network's alert about one charge: one refund."""
    charge = await seller.sell()
    cases = await asyncio.gather(seller.warned_of(charge), seller.told_of("chargeblast", charge, type="CDRN"))
    await asyncio.gather(*(seller.closed(case) for case in cases))
    assert await seller.moved(charge) == (1, 4999)


@told.story
async def a_refund_request_after_rdr(seller: Seller) -> None:
    """RDR has paid the customer: a later request for the same charge is a duplicate, and no money moves."""
    charge = await seller.sell()
    rdr = await seller.told_of("reseller", charge, type="DISPUTE_RDR")
    await seller.closed(rdr)
    later = await seller.told_of("reseller", charge, product="cdrn")
    await seller.closed(later)
    assert await seller.moved(charge) == (0, 0)
    assert await seller.heard(later) == ["940.001"]


@told.story
async def rdr_of_one_provider_and_a_request_of_another(seller: Seller) -> None:
    """The ledger is the charge's, not the provider's."""
    charge = await seller.sell()
    rdr = await seller.told_of("chargebackhit", charge, type="resolved", product="rdr")
    await seller.closed(rdr)
    later = await seller.told_of("chargeblast", charge, type="CDRN")
    await seller.closed(later)
    assert await seller.moved(charge) == (0, 0)
    assert await seller.heard(later) == ["Duplicate"]


@told.story
async def a_refund_request_after_rdr_was_taken_back(seller: Seller) -> None:
    """The network has taken its refund back, so that the customer has none: a request that comes then is met."""
    charge = await seller.sell()
    rdr = await seller.told_of("reseller", charge, type="DISPUTE_RDR")
    await seller.closed(rdr)
    taken_back = await seller.told_of("reseller", type="RDR_DELETE", id=rdr.alert)
    await seller.closed(taken_back)
    assert await seller.moved(charge) == (0, 0)
    later = await seller.told_of("chargebackhit", charge)
    await seller.closed(later)
    assert (await seller.moved(charge), await seller.heard(later)) == ((1, 4999), ["reversed"])


@told.story
async def rdr_that_fits_two_charges(seller: Seller) -> None:
    """Which one the network refunded cannot be booked: the case says so, because nothing else stops a second refund."""
    anonymous = {"authorization_code": None, "network_transaction_id": None}
    first, _ = [await seller.sell(last4="7005", **anonymous) for _ in range(2)]
    unnamed = {"auth_code": None, "network_transaction_id": None}
    rdr = await seller.told_of("chargebackhit", first, type="resolved", product="rdr", **unnamed)
    case = await seller.closed(rdr)
    assert "refunded again" in (case.attention or "")
    assert await seller.heard(rdr) == ["acknowledged"]


@told.under('mode = "observe"\n')
async def a_refund_request_after_rdr_was_only_observed(seller: Seller) -> None:
    """Who observes first and acts later has not forgotten what the network paid back meanwhile."""
    charge = await seller.sell()
    rdr = await seller.told_of("reseller", charge, type="DISPUTE_RDR")
    await seller.closed(rdr)
    assert await seller.heard(rdr) == []
    await activate_policy(seller.stack, seller.name, POLICY)
    later = await seller.told_of("ethoca", charge)
    await seller.closed(later)
    assert await seller.moved(charge) == (0, 0)


@told.story
async def a_dispute_that_the_network_resolved(seller: Seller) -> None:
    """`prevented` with a refund of the network's: never refund it again."""
    charge = await seller.sell()
    await seller.dispute(charge, "resolution")
    one = await seller.told_of("chargebackhit", charge)
    await seller.closed(one)
    assert await seller.moved(charge) == (0, 0)
    assert await seller.heard(one) == ["previously-reversed"]


@told.story
async def a_dispute_that_the_network_blocked(seller: Seller) -> None:
    """`prevented` by evidence: nobody was paid back, nobody is, and nobody is told so."""
    charge = await seller.sell()
    await seller.dispute(charge, "block")
    one = await seller.told_of("chargebackhit", charge)
    await seller.closed(one)
    assert await seller.moved(charge) == (0, 0)
    assert await seller.heard(one) == ["error"]


@told.story
async def an_inquiry_is_refunded(seller: Seller) -> None:
    """An inquiry can still be refunded, and ends with it."""
    charge = await seller.sell()
    await seller.dispute(charge, "inquiry")
    one = await seller.told_of("chargebackhit", charge)
    await seller.closed(one)
    assert await seller.moved(charge) == (1, 4999)
    assert await seller.heard(one) == ["reversed"]


@told.story
async def a_chargeback_is_not(seller: Seller) -> None:
    """Stripe would refuse, and the bank has the money already."""
    charge = await seller.sell()
    await seller.dispute(charge)
    one = await seller.told_of("reseller", charge, product="cdrn")
    await seller.closed(one)
    assert await seller.moved(charge) == (0, 0)
    assert await seller.heard(one) == ["952.002"]


@told.story
async def a_dispute_that_opens_before_the_charge_is_read(seller: Seller) -> None:
    """What counts is Stripe's state at the refund, not at the decision."""
    charge = await seller.sell()
    one = await held_at(seller, charge, "GET", "^/v1/charges/", "delay")
    await seller.dispute(charge)
    await seller.closed(one)
    assert await seller.moved(charge) == (0, 0)
    assert await seller.heard(one) == ["error"]


@told.story
async def a_dispute_that_opens_after_the_charge_was_read(seller: Seller) -> None:
    """Stripe refuses the refund; the charge is read again, and the truth is told."""
    charge = await seller.sell()
    one = await held_at(seller, charge, "GET", "^/v1/disputes$", "delay_after")
    await seller.dispute(charge)
    await seller.closed(one)
    assert await seller.moved(charge) == (0, 0)
    assert await seller.heard(one) == ["error"]


@told.story
async def staff_refund_the_whole_before_the_charge_is_read(seller: Seller) -> None:
    """The customer gets the money once, and the source hears the truth."""
    await staff_refund_the_whole(seller, "^/v1/charges/", "delay")


@told.story
async def staff_refund_the_whole_after_the_charge_was_read(seller: Seller) -> None:
    """Stripe refuses the second refund; the source hears the truth all the same."""
    await staff_refund_the_whole(seller, "^/v1/disputes$", "delay_after")


async def staff_refund_the_whole(seller: Seller, path: str, action: str) -> None:
    charge = await seller.sell()
    one = await held_at(seller, charge, "GET", path, action)
    await seller.refund_by_hand(charge, 4999)
    await seller.closed(one)
    assert await seller.moved(charge) == (1, 4999)
    assert await seller.heard(one) == ["previously-reversed"]


@told.story
async def staff_refund_a_part_meanwhile(seller: Seller) -> None:
    """The rest goes back, not more."""
    charge = await seller.sell()
    one = await held_at(seller, charge, "GET", "^/v1/charges/", "delay")
    await seller.refund_by_hand(charge, 1500)
    await seller.closed(one)
    assert await seller.moved(charge) == (2, 4999)
    assert await seller.heard(one) == ["reversed"]


@told.story
async def staff_refund_the_disputed_part_meanwhile(seller: Seller) -> None:
    """Stripe would let the same part go back twice: it is taken off."""
    charge = await seller.sell(amount=9000)
    one = await held_at(seller, charge, "GET", "^/v1/charges/", "delay", **PARTLY)
    await seller.refund_by_hand(charge, 3000)
    await seller.closed(one)
    assert await seller.moved(charge) == (1, 3000)
    assert await seller.heard(one) == ["previously-reversed"]


@told.story
async def a_pending_refund_of_staff_is_waited_for(seller: Seller) -> None:
    """What may still fail is not told as refunded; when it is paid, it is."""
    charge = await seller.sell(payment_method="pm_card_pendingRefund")
    refund = await seller.refund_by_hand(charge, 4999)
    one = await seller.told_of("chargebackhit", charge)
    await seller.called("GET", "^/v1/charges/", times=3)
    assert await seller.heard(one) == []
    await post(seller.stack.stripe_control, f"/_sandbox/refunds/{refund}/settle", {})
    await seller.closed(one)
    assert await seller.moved(charge) == (1, 4999)
    assert await seller.heard(one) == ["previously-reversed"]


@told.story
async def a_pending_refund_of_staff_that_fails_is_made_by_us(seller: Seller) -> None:
    """The customer gets the money after all, once."""
    charge = await seller.sell(payment_method="pm_card_pendingRefund")
    refund = await seller.refund_by_hand(charge, 4999)
    one = await seller.told_of("chargebackhit", charge)
    await seller.called("GET", "^/v1/charges/", times=3)
    await post(seller.stack.stripe_control, f"/_sandbox/refunds/{refund}/fail", {})
    made = await seller.until(one, lambda case: case.money is not None)
    assert made.money is not None
    assert made.money.refund is not None
    await post(seller.stack.stripe_control, f"/_sandbox/refunds/{made.money.refund.id}/settle", {})
    sums = await seller.ledger(charge.id)
    assert (sums["refunded"], sums["refund_failed"], len(sums["refunds"])) == (4999, 4999, 2)


@told.story
async def a_server_error_after_the_work_was_done(seller: Seller) -> None:
    """A 500 that Stripe will replay for ever, although the refund was made: it is found and adopted."""
    charge = await seller.sell()
    await seller.fault("POST", "^/v1/refunds$", "500", nth=1, after_work=True)
    one = await seller.told_of("chargebackhit", charge)
    case = await seller.closed(one)
    assert await seller.moved(charge) == (1, 4999)
    assert await seller.heard(one) == ["reversed"]
    assert case.attention is None


@told.story
async def a_server_error_that_is_stored(seller: Seller) -> None:
    """A 500 that did nothing is replayed under its key: after another look a new key makes the refund."""
    charge = await seller.sell()
    await seller.fault("POST", "^/v1/refunds$", "500", nth=1)
    one = await seller.told_of("chargebackhit", charge)
    await seller.closed(one)
    posts = await seller.calls("POST", "^/v1/refunds$")
    keys = [call["idempotency_key"] for call in posts]
    assert await seller.moved(charge) == (1, 4999)
    assert (keys[0] == keys[1], keys[1] == keys[2], posts[1]["replayed"]) == (True, False, True)


@told.story
async def an_authorisation_whose_release_is_not_answered(seller: Seller) -> None:
    """Never captured: the payment is cancelled, the lost answer is asked for again, and nothing is ever refunded."""
    charge = await seller.sell(captured=False)
    await seller.fault("POST", "/cancel$", "reset_after", nth=1)
    one = await seller.told_of("ethoca", charge)
    case = await seller.closed(one)
    intent = await seller.dashboard("GET", f"/v1/payment_intents/{charge.payment_intent}")
    assert (intent["status"], case.attention) == ("canceled", None)
    assert await seller.moved(charge) == (0, 0)
    [outcome] = await seller.told(one.alert)
    assert (outcome["outcome"], outcome["body"]["refundStatus"]) == ("STOPPED", "NOT_SETTLED")


@told.story
async def two_alerts_for_an_authorisation(seller: Seller) -> None:
    """The second finds nothing to take back; neither claims a refund."""
    charge = await seller.sell(captured=False)
    cases = await asyncio.gather(seller.told_of("ethoca", charge), seller.told_of("ethoca", charge))
    await asyncio.gather(*(seller.closed(case) for case in cases))
    assert await seller.moved(charge) == (0, 0)
    told = [outcome for case in cases for outcome in await seller.told(case.alert)]
    assert [outcome["body"]["refundStatus"] for outcome in told] == ["NOT_SETTLED", "NOT_SETTLED"]


@told.story
async def an_authorisation_that_is_captured_meanwhile(seller: Seller) -> None:
    """Captured after it was read: it can no longer be released, so it is read again and refunded."""
    charge = await seller.sell(captured=False)
    one = await held_at(seller, charge, "GET", "^/v1/disputes$", "delay_after")
    await seller.dashboard("POST", f"/v1/payment_intents/{charge.payment_intent}/capture")
    case = await seller.closed(one)
    assert await seller.moved(charge) == (1, 4999)
    assert (await seller.heard(one), case.attention) == (["reversed"], None)


@told.story
async def the_issuer_only_asks_to_end_the_subscription(seller: Seller) -> None:
    """No money is asked for, and none moves; the subscription ends."""
    charge, subscription = await seller.subscribe()
    one = await seller.told_of("reseller", charge, type="CANCEL")
    await seller.closed(one)
    assert await seller.moved(charge) == (0, 0)
    assert await seller.subscription_status(subscription) == "canceled"


async def held_at(
    seller: Seller, charge: ChargeSnapshot, method: str, path: str, action: str, **fields: str
) -> AlertCase:
    """An alert whose case is held for a second at this call of the refund, and has got there."""
    before = len(await seller.calls(method, path))
    await seller.fault(method, path, action, nth=1, seconds=1)
    one = await seller.told_of("chargebackhit", charge, **fields)
    await seller.called(method, path, times=before + 1)
    return one


@pytest.fixture(scope="module")
async def telling(live: Stack) -> AsyncIterator[Telling]:
    async with told.beginning(live) as telling:
        yield telling


@pytest.mark.parametrize("story", told.names)
async def test_money_moves_once(telling: Telling, story: str) -> None:
    """Each story above, with real parts."""
    await telling[story]
