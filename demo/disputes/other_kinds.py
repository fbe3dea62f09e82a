"""Inquiries, what the network has settled, compliance cases, and what nobody can answer."""

from datetime import UTC, datetime, timedelta

from chargebacks.contracts import CaseStatus
from demo.disputes import goods
from demo.disputes.people import GRACE, JANE, OMAR, TOM, WEI
from demo.disputes.row import DisputeRow as Row
from demo.disputes.scenario import DISPUTES
from demo.disputes.shops import HARBOUR, OAK, PLANWELL
from demo.disputes.world import DisputeWorld, Sale

scenario = DISPUTES.scenario


@scenario(
    "inquiry",
    "inquiry: answered and closed",
    Row("closed", "policy, 98 %", "delivered", "inquiry_closed", "-", "answer_inquiry"),
)
async def inquiry_answered(world: DisputeWorld) -> str:
    sale = await _chair_sold(world, "1201")
    case = await world.disputed(sale, "product_not_received", kind="inquiry")
    await world.staged(case, having="delivery_confirmation")
    await world.moment_comes(case)
    await world.decided(case, "warning_closed")
    return case


@scenario(
    "escalated",
    "inquiry: escalates, answered twice",
    Row("under_review", "2 x policy, 98 %", "delivered", "-", "-279.00 USD", "worth_fighting"),
)
async def inquiry_escalated(world: DisputeWorld) -> str:
    sale = await _chair_sold(world, "1202")
    case = await world.disputed(sale, "product_not_received", kind="inquiry")
    await world.staged(case, having="delivery_confirmation")
    await world.moment_comes(case)
    await world.on_dispute("escalate")
    await world.tell(case)
    await world.told(case, "round 2")
    await world.staged(case)
    await world.moment_comes(case, rounds=2)
    return case


@scenario(
    "inquiryback",
    "inquiry: refunded, which ends it",
    Row("closed", "built, 48 %", "recognition", "refunded", "-24.00 USD", "refund_inquiry"),
)
async def inquiry_refunded(world: DisputeWorld) -> str:
    """Within the limit, and worth less than the risk of a chargeback."""
    sale = await world.sell(OAK, TOM, amount=2400, days_ago=25, description="Wax for oiled wood, 0.5 l")
    case = await world.disputed(sale, "product_unacceptable", kind="inquiry")
    await world.told(case, "refund by policy")
    await world.on_dispute("decide", status="warning_closed")
    await world.tell(case)
    await world.status(case, CaseStatus.CLOSED)
    return case


@scenario(
    "prevented",
    "settled by RDR: recorded, untouched",
    Row("closed", "-", "-", "network_settled", "-42.00 USD", "network_settled"),
)
async def prevented(world: DisputeWorld) -> str:
    sale = await world.sell(
        PLANWELL, OMAR, amount=4200, days_ago=6, description="Planwell add-on: floor plans"
    )
    case = await world.disputed(sale, "fraudulent", kind="resolution")
    await world.status(case, CaseStatus.CLOSED)
    await world.look_untouched()
    return case


@scenario(
    "compliance",
    "compliance: a person decides on 500 USD",
    Row("awaiting_person", "staged, 48 %", "delivered", "-", "-4215.00 USD", "compliance_fee"),
)
async def compliance(world: DisputeWorld) -> str:
    order, product = "1203", "Dining table DT-200, oak, with eight chairs"
    sale = await world.sell(
        OAK,
        WEI,
        amount=420_000,
        days_ago=26,
        description=product,
        shipping=WEI.shipping,
        metadata={"order_id": order},
    )
    world.shops.desk.knows(order, goods.shipped(sale.at, WEI, order=order, product=product))
    case = await world.disputed(sale, "noncompliant", kind="compliance")
    await world.staged(case, having="delivery_confirmation")
    await world.status(case, CaseStatus.AWAITING_PERSON)
    return case


@scenario(
    "nodate",
    "no time to answer (due_by 0)",
    Row("under_review", "-", "-", "-", "-135.00 USD", "not_answerable"),
)
async def no_time_to_answer(world: DisputeWorld) -> str:
    sale = await _stay_sold(world)
    case = await world.disputed(sale, "fraudulent", due_by=0)
    await world.status(case, CaseStatus.UNDER_REVIEW)
    return case


@scenario(
    "pastdue",
    "past due when it comes to us",
    Row("under_review", "-", "-", "-", "-135.00 USD", "not_answerable"),
)
async def past_due(world: DisputeWorld) -> str:
    sale = await _stay_sold(world)
    opened, due = datetime.now(UTC) - timedelta(days=10), datetime.now(UTC) - timedelta(hours=3)
    case = await world.disputed(
        sale, "product_not_received", created=opened.isoformat(), due_by=due.isoformat()
    )
    await world.status(case, CaseStatus.UNDER_REVIEW)
    return case


@scenario(
    "bankreturn",
    "returned by the bank: nothing to file",
    Row("under_review", "-", "-", "-", "-135.00 USD", "not_answerable"),
)
async def bank_return(world: DisputeWorld) -> str:
    sale = await _stay_sold(world)
    case = await world.disputed(sale, "debit_not_authorized")
    await world.status(case, CaseStatus.UNDER_REVIEW)
    return case


async def _chair_sold(world: DisputeWorld, order: str) -> Sale:
    """With an American Express card: Visa and Mastercard know no inquiries any more."""
    product = "Chair CH-7, ash"
    sale = await world.sell(
        OAK,
        JANE,
        amount=24_900,
        days_ago=23,
        description=product,
        brand="amex",
        shipping=JANE.shipping,
        metadata={"order_id": order},
    )
    world.shops.desk.knows(order, goods.shipped(sale.at, JANE, order=order, product=product))
    return sale


async def _stay_sold(world: DisputeWorld) -> Sale:
    return await world.sell(
        HARBOUR, GRACE, amount=12_000, days_ago=34, description="One night, room with breakfast"
    )
