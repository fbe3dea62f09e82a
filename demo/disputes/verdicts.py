"""What people, Stripe and banks make of a dispute: ordered about, filed elsewhere, lost, won late, appealed."""

from chargebacks.contracts import CaseStatus
from demo.disputes import goods
from demo.disputes.people import JANE, LUCA, OMAR, WEI
from demo.disputes.row import DisputeRow as Row
from demo.disputes.scenario import DISPUTES
from demo.disputes.shops import OAK, PLANWELL
from demo.disputes.world import DisputeWorld, Sale
from demo.world import World
from operations.decide import approve
from operations.disputes import accept

scenario = DISPUTES.scenario


@scenario(
    "smart",
    "Smart Disputes on: told that we file",
    Row("under_review", "policy, 100 %", "digital_use", "-", "-279.00 USD", "worth_fighting"),
)
async def smart_disputes_on(world: DisputeWorld) -> str:
    """Else Stripe files a packet of its own at the deadline, and the only submission is spent."""
    sale = await _licence(world, "P2101")
    case = await world.disputed(sale, "product_not_received")
    await world.told(case, "told Stripe that filing is manual")
    await world.filed(case)
    return case


@scenario(
    "dashboard",
    "filed in the Dashboard meanwhile",
    Row("under_review", "elsewhere", "delivered", "-", "-330.00 USD", "worth_fighting"),
)
async def filed_by_hand(world: DisputeWorld) -> str:
    sale = await _cabinet_sold(world, "1301")
    case = await world.disputed(sale, "product_not_received")
    await world.staged(case, having="delivery_confirmation")
    await world.on_dispute("submit", evidence={"uncategorized_text": "Delivered, see tracking."}, submit=True)
    await world.tell(case)
    await world.filed(case)
    await world.status(case, CaseStatus.UNDER_REVIEW)
    return case


@scenario(
    "large",
    "above 1,000 USD: approved by a person",
    Row("under_review", "ana, 98 %", "delivered", "-", "-1830.00 USD", "above_ask_limit"),
)
async def approved(world: DisputeWorld) -> str:
    sale = await _cabinet_sold(world, "1302", amount=180_000)
    case = await world.disputed(sale, "product_not_received")
    await world.staged(case, having="delivery_confirmation")
    await world.status(case, CaseStatus.AWAITING_PERSON)
    await world.said(lambda: approve(world.stack.client, case, by="ana", note="signed for by the customer"))
    await world.filed(case)
    return case


@scenario(
    "accepted",
    "accepted by a person",
    Row("closed", "staged, 48 %", "shipped", "accepted", "-315.00 USD", "worth_fighting"),
)
async def accepted(world: DisputeWorld) -> str:
    order = "1305"
    sale = await world.sell(
        OAK,
        WEI,
        amount=30_000,
        days_ago=15,
        description="Mirror MR-3, round",
        shipping=WEI.shipping,
        metadata={"order_id": order},
    )
    world.shops.desk.knows(order, goods.in_transit(sale.at, order=order))
    case = await world.disputed(sale, "product_not_received")
    await world.staged(case)
    await world.said(lambda: accept(world.stack.client, case, by="ana", note="the carrier has lost it"))
    await world.status(case, CaseStatus.CLOSED)
    return case


@scenario(
    "hopeless",
    "not worth fighting: accepted by policy",
    Row("closed", "built, 7 %", "general", "accepted", "-31.00 USD", "not_worth_fighting"),
)
async def not_worth_fighting(world: DisputeWorld) -> str:
    sale = await world.sell(OAK, LUCA, amount=1600, days_ago=15, description="Felt pads, 24 pieces")
    case = await world.disputed(sale, "product_not_received")
    await world.built(case)
    await world.let_moment_come(case)
    await world.status(case, CaseStatus.CLOSED)
    return case


@scenario(
    "lostwon",
    "lost, then won after all",
    Row("closed", "policy, 98 %", "delivered", "lost, won", "-15.00 USD", "worth_fighting"),
)
async def lost_then_won(world: DisputeWorld) -> str:
    sale = await _cabinet_sold(world, "1303")
    case = await world.disputed(sale, "product_not_received")
    await world.staged(case, having="delivery_confirmation")
    await world.moment_comes(case)
    await world.decided(case, "lost", "won")
    await world.status(case, CaseStatus.CLOSED)
    return case


@scenario(
    "appeal",
    "lost, appealed on a person's word",
    Row("under_review", "2 x ana, 98 %", "delivered", "lost", "-330.00 USD", "appeal"),
)
async def appealed(world: DisputeWorld) -> str:
    sale = await _cabinet_sold(world, "1304")
    case = await world.disputed(sale, "product_not_received")
    await world.staged(case, having="delivery_confirmation")
    await world.moment_comes(case)
    await world.decided(case, "lost")
    await world.on_dispute("appeal")
    await world.tell(case)
    await world.status(case, CaseStatus.AWAITING_PERSON)
    await world.said(
        lambda: approve(world.stack.client, case, by="ana", note="the issuer overlooked the signature")
    )
    await world.filed(case, rounds=2)
    return case


@scenario(
    "afteralert",
    "refunded on an alert, then disputed",
    Row("under_review", "policy, 99 %", "refund_made", "-", "-158.00 USD", "credit_issued"),
)
async def after_an_alert(world: DisputeWorld) -> str:
    """The proof of the refund is the answer; nothing is refunded twice."""
    alerts = World(world.stack)
    charge = await alerts.sell(amount=6400, last4="6116", description="Pro plan, 1 month")
    alert = await alerts.alert("chargebackhit", charge, product="cdrn")
    await alerts.rest(alert)
    case = await world.disputed(Sale.of("shop", charge), "fraudulent")
    await world.told(case, alert)
    await world.staged(case)
    await world.moment_comes(case)
    return case


async def _cabinet_sold(world: DisputeWorld, order: str, *, amount: int = 30_000) -> Sale:
    product = "Cabinet CA-2, cherry"
    sale = await world.sell(
        OAK,
        JANE,
        amount=amount,
        days_ago=27,
        description=product,
        shipping=JANE.shipping,
        metadata={"order_id": order},
    )
    world.shops.desk.knows(order, goods.shipped(sale.at, JANE, order=order, product=product))
    return sale


async def _licence(world: DisputeWorld, order: str) -> Sale:
    sale = await world.sell(
        PLANWELL,
        OMAR,
        amount=24_900,
        days_ago=17,
        description="Planwell Studio, 12 months",
        metadata={"order_id": order, "customer_ip": OMAR.ip},
    )
    world.shops.desk.knows(order, goods.software(sale.at, OMAR, order=order, days=14))
    return sale
