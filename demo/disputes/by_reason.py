"""What the disputes are about: one scenario for each claim, answered with what the shop has."""

from datetime import timedelta
from typing import Any

from demo.disputes import goods, papers
from demo.disputes.people import ANNA, GRACE, JANE, LUCA, NOA, OMAR, PRIYA, TOM, WEI
from demo.disputes.row import DisputeRow as Row
from demo.disputes.scenario import DISPUTES
from demo.disputes.shops import HARBOUR, OAK, PLANWELL
from demo.disputes.world import DisputeWorld, Sale

CE3 = "visa_compelling_evidence_3"
scenario = DISPUTES.scenario


@scenario(
    "ce3",
    "fraudulent: CE 3.0, two earlier orders",
    Row("closed", "policy, 81 %", "customer_history, CE 3.0", "won", "-15.00 USD", "worth_fighting"),
)
async def compelling_evidence(world: DisputeWorld) -> str:
    sale = await _three_orders(world, "P2001")
    case = await world.disputed(sale, "fraudulent", enhanced_eligibility_types=[CE3])
    await world.staged(case, having="usage_log")
    await world.moment_comes(case)
    await world.decided(case, "won")
    return case


@scenario(
    "ce3later",
    "fraudulent: CE 3.0 opens after staging",
    Row("gathering", "staged, 81 %", "customer_history, CE 3.0", "-", "-264.00 USD", "worth_fighting"),
)
async def compelling_evidence_later(world: DisputeWorld) -> str:
    sale = await _three_orders(world, "P2002")
    case = await world.disputed(sale, "fraudulent", enhanced_eligibility_types=[])
    await world.staged(case, having="usage_log")
    await world.on_dispute("eligibility", types=[CE3])
    await world.tell(case)
    await world.staged(case, having="ce3")
    return case


@scenario(
    "liability",
    "fraudulent: no evidence ever comes",
    Row("under_review", "policy, 46 %", "liability_shift", "-", "-219.00 USD", "worth_fighting"),
)
async def evidence_never_comes(world: DisputeWorld) -> str:
    """The endpoint answers that it knows nothing of the order."""
    sale = await world.sell(
        HARBOUR,
        GRACE,
        amount=18_900,
        days_ago=20,
        description="Two nights, room with a view of the harbour",
        metadata={"order_id": "H404"},
        three_d_secure=_authenticated(),
        electronic_commerce_indicator="05",
    )
    case = await world.disputed(sale, "fraudulent")
    await world.told(case, "gave 0 items")
    await world.staged(case)
    await world.moment_comes(case)
    return case


@scenario(
    "tracked",
    "not received: tracked and signed for",
    Row("closed", "policy, 98 %", "delivered", "won", "-15.00 USD", "worth_fighting"),
)
async def tracked(world: DisputeWorld) -> str:
    order, product = "1001", "Side table WT-45, walnut"
    sale = await world.sell(
        OAK, JANE, amount=42_000, days_ago=24, description=product, **_shipping(JANE, order)
    )
    label = papers.sheet(
        "UPS Ground", "1Z999AA10000001001", JANE.name, "12 Elm Street", "Springfield, IL 62701", "US"
    )
    world.shops.desk.knows(
        order,
        goods.shipped(sale.at, JANE, order=order, product=product),
        {"shipping_documentation/label.pdf": label},
    )
    case = await world.disputed(sale, "product_not_received")
    await world.staged(case, having="delivery_confirmation")
    await world.moment_comes(case)
    await world.decided(case, "won")
    return case


@scenario(
    "used",
    "not received: digital, used every day",
    Row("under_review", "policy, 100 %", "digital_use", "-", "-279.00 USD", "worth_fighting"),
)
async def used_every_day(world: DisputeWorld) -> str:
    """Complete, and the policy files what is complete at once."""
    sale = await _licence(world, "P2003")
    world.shops.desk.knows("P2003", goods.software(sale.at, OMAR, order="P2003", days=16))
    case = await world.disputed(sale, "product_not_received")
    await world.filed(case)
    return case


@scenario(
    "service",
    "not received: the course took place",
    Row("watching_verdict", "policy, 89 %", "service_provided", "lost", "-225.00 USD", "worth_fighting"),
)
async def service(world: DisputeWorld) -> str:
    order = "H3001"
    sale = await world.sell(
        HARBOUR,
        LUCA,
        amount=19_500,
        days_ago=30,
        description="Sailing course, two days",
        metadata={"order_id": order, "product_type": "service"},
    )
    on = (sale.at + timedelta(days=12)).replace(hour=9, minute=0, second=0)
    attended = papers.sheet(
        "Attendance, sailing course",
        f"{on:%d %B %Y}, instructor: R. Lind",
        f"{LUCA.name}: present on both days, signed",
    )
    world.shops.desk.knows(
        order,
        goods.course(sale.at, LUCA, order=order, on=on),
        {"service_documentation/attendance.pdf": attended},
    )
    case = await world.disputed(sale, "product_not_received")
    await world.staged(case, having="service_documentation")
    await world.moment_comes(case)
    await world.decided(case, "lost")
    return case


@scenario(
    "cancelled",
    "subscription cancelled, then used",
    Row("under_review", "policy, 100 %", "used_after_cancellation", "-", "-159.00 USD", "worth_fighting"),
)
async def cancelled_but_used(world: DisputeWorld) -> str:
    sale = await world.subscribe(
        PLANWELL, PRIYA, amount=12_900, product="Planwell Team", months=4, days_ago=18
    )
    cancelled = sale.at + timedelta(days=2)
    await world.at_stripe(
        f"subscriptions/{sale.subscription}/cancel",
        canceled_at=cancelled.isoformat(),
        ended_at=(sale.at + timedelta(days=30)).isoformat(),
    )
    # A subscription has no order number: the endpoint is asked with the ids that the charge's metadata holds.
    case = await world.disputed(sale, "subscription_canceled")
    await world.staged(case)
    supply = goods.renewal(sale.at, PRIYA, cancelled_at=cancelled, used_days=12)
    await world.hand_in(case, by="ben", supply=goods.as_supply(supply))
    await world.filed(case)
    return case


@scenario(
    "refunded",
    "credit not processed: refunded before",
    Row("closed", "policy, 98 %", "refund_made", "won", "-159.00 USD", "credit_issued"),
)
async def refunded_before(world: DisputeWorld) -> str:
    sale = await world.sell(
        OAK,
        TOM,
        amount=14_400,
        days_ago=12,
        description="Bench BE-120, oak, returned",
        metadata={"order_id": "1002"},
    )
    refund = await world.by_hand(OAK, "/v1/refunds", charge=sale.charge, reason="requested_by_customer")
    await world.at_stripe(f"refunds/{refund['id']}/settle")
    case = await world.disputed(sale, "credit_not_processed")
    await world.staged(case)
    await world.moment_comes(case)
    await world.decided(case, "won")
    return case


@scenario(
    "twoorders",
    "duplicate: they are two orders",
    Row("gathering", "staged, 96 %", "not_a_duplicate", "-", "-264.00 USD", "worth_fighting"),
)
async def two_orders(world: DisputeWorld) -> str:
    card = {"last4": "7788"}
    other = await world.sell(
        OAK, WEI, amount=24_900, days_ago=22, description="Chair CH-7, ash, for the kitchen", **card
    )
    order, product = "1004", "Chair CH-7, black, for the office"
    sale = await world.sell(
        OAK, WEI, amount=24_900, days_ago=21, description=product, **card, **_shipping(WEI, order)
    )
    explained = {
        "duplicate_charge_id": other.charge,
        "duplicate_charge_explanation": (
            "Two chairs in two colours, ordered on two days; each came in a parcel of its own."
        ),
    }
    supply = goods.shipped(sale.at, WEI, order=order, product=product, fields=explained)
    world.shops.desk.knows(order, supply)
    case = await world.disputed(sale, "duplicate")
    await world.staged(case, having="shipping_documentation")
    return case


@scenario(
    "sixscripts",
    "names and addresses in six scripts",
    Row("under_review", "policy, 98 %", "delivered", "-", "-298.00 USD", "worth_fighting"),
)
async def six_scripts(world: DisputeWorld) -> str:
    """Latin, Cyrillic, Greek, Arabic, Devanagari and Hebrew in one packet."""
    order = "1005"
    sale = await world.sell(
        OAK, ANNA, amount=26_800, days_ago=19, description="Table runner", **_shipping(NOA, order)
    )
    world.shops.desk.knows(order, goods.gift(sale.at, ANNA, NOA, order=order))
    case = await world.disputed(sale, "product_not_received")
    await world.staged(case, having="delivery_confirmation")
    await world.moment_comes(case)
    return case


async def _three_orders(world: DisputeWorld, order: str) -> Sale:
    """A licence, and two earlier ones of the same person, five and seven months before."""
    known = {"customer_ip": PRIYA.ip, "account_id": "user-5512"}
    card = {"last4": f"{order[1:]}", "metadata": known}
    for days_ago, what in ((240, "Planwell Solo, 6 months"), (170, "Planwell add-on: floor plans")):
        await world.sell(PLANWELL, PRIYA, amount=9900, days_ago=days_ago, description=what, **card)
    card["metadata"] = {**known, "order_id": order}
    sale = await world.sell(
        PLANWELL, PRIYA, amount=24_900, days_ago=15, description="Planwell Studio, 12 months", **card
    )
    supply = goods.software(sale.at, PRIYA, order=order, days=9)
    supply["identifiers"] = []
    world.shops.desk.knows(order, supply)
    return sale


async def _licence(world: DisputeWorld, order: str) -> Sale:
    return await world.sell(
        PLANWELL,
        OMAR,
        amount=24_900,
        days_ago=18,
        description="Planwell Studio, 12 months",
        metadata={"order_id": order, "customer_ip": OMAR.ip},
    )


def _shipping(to: Any, order: str) -> dict[str, Any]:
    return {"shipping": to.shipping, "metadata": {"order_id": order}}


def _authenticated() -> dict[str, str]:
    return {"result": "authenticated", "version": "2.2.0", "authentication_flow": "challenge"}
