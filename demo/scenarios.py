"""The scenarios of alerts: what happens, and what must come of it. Each is also a test."""

from collections.abc import Awaitable, Callable

from chargebacks.contracts import CaseStatus
from demo.playing import Outcome, Scenario
from demo.stack import Stack
from demo.world import Played, Row, World, hours_ago
from operations.decide import approve, decline

WATCHING = "watching_refund"
CLOSED = "closed"

SCENARIOS: list[Scenario] = []
"""In the order in which they stand here."""
HEADINGS = ("case status", "money back", "network was told", "subscription", "decision")

Play = Callable[[World], Awaitable[Played]]


def scenario(name: str, expected: Row) -> Callable[[Play], Play]:
    """Add the function to the list of scenarios."""

    def add(play: Play) -> Play:
        async def outcome(stack: Stack) -> Outcome:
            world = World(stack)
            played = await play(world)
            return Outcome(got=await world.row(played), cases=played.cases)

        SCENARIOS.append(Scenario(name, expected, outcome))
        return play

    return add


@scenario("clean match", Row(WATCHING, "1 x 49.99 USD", "reversed", why="refund"))
async def clean_match(world: World) -> Played:
    charge = await world.sell(amount=4999, last4="1111")
    case = await world.alert("chargebackhit", charge, product="cdrn")
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario("clean match, subscription ends", Row(WATCHING, "1 x 15.99 USD", "reversed", "canceled", "refund"))
async def subscriber(world: World) -> Played:
    charge, subscription = await world.subscribe(amount=1599, last4="1122")
    case = await world.alert("chargebackhit", charge, product="cdrn")
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id, subscription=subscription)


@scenario("match by auth code and date alone", Row(WATCHING, "1 x 29.99 USD", "100.001", why="refund"))
async def by_auth_code_and_date(world: World) -> Played:
    charge = await world.sell(amount=2999, last4="1212", authorization_code="7K3M9P")
    case = await world.alert(
        "reseller", charge, last4=None, brand=None, network_transaction_id=None, descriptor=None, arn=None
    )
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario("match through the wallet's other last4", Row(WATCHING, "1 x 34.99 USD", "STOPPED", why="refund"))
async def by_wallet_number(world: World) -> Played:
    wallet = {"type": "apple_pay", "dynamic_last4": "8765"}
    charge = await world.sell(amount=3499, last4="1313", wallet=wallet)
    case = await world.alert("ethoca", charge, last4="8765", auth_code=None, network_transaction_id=None)
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario("two equal renewals, a month apart", Row(WATCHING, "1 x 19.99 USD", "reversed", why="refund"))
async def right_renewal(world: World) -> Played:
    await world.sell(amount=1999, last4="1414", created=hours_ago(31 * 24 + 50))
    charge = await world.sell(amount=1999, last4="1414", created=hours_ago(50))
    case = await world.alert("chargebackhit", charge, auth_code=None, network_transaction_id=None)
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario("two equal sales that dates cannot tell", Row("awaiting_person", why="ambiguous"))
async def renewals_that_dates_cannot_tell(world: World) -> Played:
    first = await world.sell(amount=2199, last4="1515", created=hours_ago(74))
    await world.sell(amount=2199, last4="1515", created=hours_ago(72))
    case = await world.alert("chargebackhit", first, auth_code=None, network_transaction_id=None)
    await world.status(case, CaseStatus.AWAITING_PERSON)
    return Played(cases=(case,), charge=first.id)


@scenario("not found: keeps looking", Row("searching"))
async def not_found(world: World) -> Played:
    case = await world.alert("chargebackhit", last4="0001", amount="77.10")
    await world.status(case, CaseStatus.SEARCHING)
    return Played(cases=(case,))


@scenario("not found at the last moment", Row(CLOSED, told="NOT_FOUND", why="not_found"))
async def not_found_at_the_last_moment(world: World) -> Played:
    case = await world.alert("ethoca", last4="0002", amount="77.20", alert_at=hours_ago(23.75))
    await world.status(case, CaseStatus.CLOSED)
    return Played(cases=(case,))


@scenario("already refunded", Row(CLOSED, "1 x 59.99 USD", "previously-reversed", why="already_refunded"))
async def already_refunded(world: World) -> Played:
    charge = await world.sell(amount=5999, last4="1616")
    await _refund_by_hand(world, charge.id, 5999)
    await world.read("shop", charge.id)
    case = await world.alert("chargebackhit", charge)
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario("partly refunded", Row(WATCHING, "2 x 60.00 USD", "reversed", why="refund"))
async def partly_refunded(world: World) -> Played:
    charge = await world.sell(amount=6000, last4="1717")
    await _refund_by_hand(world, charge.id, 1500)
    case = await world.alert("chargebackhit", charge)
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario("partial dispute", Row(WATCHING, "1 x 30.00 USD", "reversed", why="refund"))
async def partial_dispute(world: World) -> Played:
    charge = await world.sell(amount=9000, last4="1818")
    case = await world.alert("chargebackhit", charge, amount="30.00", transaction_amount="90.00")
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario(
    "refund pending for low balance, then paid", Row(WATCHING, "1 x 45.00 USD", "reversed", why="refund")
)
async def pending_then_paid(world: World) -> Played:
    await world.stripe("balance", {"available": {"usd": 0}, "account": "acct_1Broke"})
    charge = await world.sell(account="broke", amount=4500, last4="1919")
    await world.stripe("balance", {"available": {"usd": 0}, "account": "acct_1Broke"})
    case = await world.alert("chargebackhit", charge, account="broke")
    waiting = await world.status(case, CaseStatus.AWAITING_REFUND)
    await world.stripe("balance", {"available": {"usd": 100_000}, "account": "acct_1Broke"})
    if waiting.money is not None and waiting.money.refund is not None:
        await world.tell_refund("broke", charge.id, waiting.money.refund.id)
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario(
    "refund paid, then failing days later",
    Row("needs_attention", "1 x 0.00 USD", "reversed", why="refund: failed"),
)
async def failing_days_later(world: World) -> Played:
    charge = await world.sell(amount=3900, last4="2020")
    case = await world.alert("chargebackhit", charge)
    paid = await world.status(case, CaseStatus.WATCHING_REFUND)
    if paid.money is not None and paid.money.refund is not None:
        refund = paid.money.refund.id
        await world.stripe(f"refunds/{refund}/fail", {"failure_reason": "expired_or_canceled_card"})
        await world.tell_refund("shop", charge.id, refund)
    await world.status(case, CaseStatus.NEEDS_ATTENTION)
    return Played(cases=(case,), charge=charge.id)


@scenario("already disputed", Row(CLOSED, told="error", why="refund: already_disputed"))
async def already_disputed(world: World) -> Played:
    charge = await world.sell(amount=4100, last4="2121")
    await world.stripe("disputes", {"charge": charge.id, "reason": "fraudulent"})
    case = await world.alert("chargebackhit", charge)
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario("authorised, never captured", Row(CLOSED, told="STOPPED", why="uncaptured: voided"))
async def uncaptured(world: World) -> Played:
    charge = await world.sell(amount=4200, last4="2323", captured=False)
    case = await world.alert("ethoca", charge)
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario(
    "RDR: the network refunded by itself",
    Row(CLOSED, told="acknowledged", subscription="canceled", why="rdr_resolved"),
)
async def rdr_resolved(world: World) -> Played:
    charge, subscription = await world.subscribe(amount=4300, last4="2424")
    case = await world.alert("chargebackhit", charge, type="resolved", product="rdr")
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id, subscription=subscription)


@scenario("RDR declined by its rules", Row(CLOSED, why="rdr_declined"))
async def rdr_declined(world: World) -> Played:
    charge = await world.sell(amount=4400, last4="2525")
    case = await world.alert("chargeblast", charge, type="RDR", acquirer_action="Declined")
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario("the same alert delivered twice", Row(WATCHING, "1 x 46.00 USD", "Resolved", why="refund"))
async def delivered_twice(world: World) -> Played:
    charge = await world.sell(amount=4600, last4="2626")
    message = await world.message("chargeblast", charge, type="Ethoca")
    case = await world.receive("chargeblast", "shop", message)
    again = await world.receive("chargeblast", "shop", message)
    await world.rest(case)
    return Played(cases=(case, again), charge=charge.id)


@scenario(
    "Ethoca, then CDRN for one charge",
    Row(CLOSED, "1 x 47.00 USD", "STOPPED, 940.001", why="refund: duplicate"),
)
async def two_networks_days_apart(world: World) -> Played:
    charge = await world.sell(amount=4700, last4="2727", created=hours_ago(140))
    first = await world.alert("ethoca", charge)
    await world.rest(first)
    second = await world.alert("reseller", charge, product="cdrn")
    await world.rest(second)
    return Played(cases=(first, second), charge=charge.id)


@scenario("above the limit: approved", Row(WATCHING, "1 x 250.00 USD", "reversed", why="above_limit"))
async def above_limit_approved(world: World) -> Played:
    charge = await world.sell(amount=25_000, last4="2828")
    case = await world.alert("chargebackhit", charge)
    await world.status(case, CaseStatus.AWAITING_PERSON)
    await approve(world.stack.client, case, by="ana", note="known customer")
    await world.until(case, lambda now: now.outcome_sent_at is not None)
    return Played(cases=(case,), charge=charge.id)


@scenario("above the limit: declined", Row(CLOSED, told="decline", why="above_limit"))
async def above_limit_declined(world: World) -> Played:
    charge = await world.sell(amount=26_000, last4="2929")
    case = await world.alert("chargebackhit", charge)
    await world.status(case, CaseStatus.AWAITING_PERSON)
    await decline(world.stack.client, case, by="ana", note="delivered and signed for")
    await world.status(case, CaseStatus.CLOSED)
    return Played(cases=(case,), charge=charge.id)


@scenario("above the limit: silence", Row(CLOSED, told="OTHER", why="above_limit"))
async def above_limit_silence(world: World) -> Played:
    charge = await world.sell(amount=27_000, last4="3030", created=hours_ago(60))
    case = await world.alert("ethoca", charge, alert_at=hours_ago(23.75))
    await world.status(case, CaseStatus.CLOSED)
    return Played(cases=(case,), charge=charge.id)


@scenario("mode observe", Row(CLOSED, why="refund"))
async def observing(world: World) -> Played:
    charge = await world.sell(account="curious", amount=4800, last4="3131")
    case = await world.alert("chargebackhit", charge, account="curious")
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario("mode propose", Row("awaiting_person", why="proposed"))
async def proposing(world: World) -> Played:
    charge = await world.sell(account="careful", amount=4900, last4="3232")
    case = await world.alert("chargebackhit", charge, account="careful")
    await world.status(case, CaseStatus.AWAITING_PERSON)
    return Played(cases=(case,), charge=charge.id)


@scenario("early fraud warning", Row(WATCHING, "1 x 19.00 USD", why="refund"))
async def early_fraud_warning(world: World) -> Played:
    charge = await world.sell(amount=1900, last4="3333")
    case = await world.warning(charge)
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario("amount in yen", Row(WATCHING, "1 x 5200 JPY", "STOPPED", why="refund"))
async def in_yen(world: World) -> Played:
    charge = await world.sell(amount=5200, currency="jpy", last4="3434")
    case = await world.alert("ethoca", charge)
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario("amount in dinar", Row(WATCHING, "1 x 12.340 KWD", "reversed", why="refund"))
async def in_dinar(world: World) -> Played:
    charge = await world.sell(amount=12_340, currency="kwd", last4="3535")
    case = await world.alert("chargebackhit", charge)
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


@scenario("outcome endpoint down, then back", Row(WATCHING, "1 x 51.00 USD", "reversed", why="refund"))
async def endpoint_down(world: World) -> Played:
    charge = await world.sell(amount=5100, last4="3636")
    message = await world.message("chargebackhit", charge)
    await world.networks(
        "faults", {"network": "chargebackhit", "action": "unreachable", "match": message["id"], "seconds": 6}
    )
    case = await world.receive("chargebackhit", "shop", message)
    await world.rest(case)
    return Played(cases=(case,), charge=charge.id)


async def _refund_by_hand(world: World, charge_id: str, amount: int) -> None:
    """As support staff does in Stripe's Dashboard."""
    answer = await world.stack.stripe_control.post(
        "/v1/refunds",
        data={"charge": charge_id, "amount": str(amount)},
        headers={"Authorization": "Bearer sk_test_sandbox", "Idempotency-Key": f"by-hand-{charge_id}"},
    )
    answer.raise_for_status()
