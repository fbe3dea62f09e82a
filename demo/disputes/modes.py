"""The same dispute where the policy only observes, and where it proposes."""

from chargebacks.contracts import CaseStatus
from demo.disputes.row import DisputeRow as Row
from demo.disputes.scenario import DISPUTES
from demo.disputes.world import DisputeWorld, Sale
from demo.world import World
from operations.decide import approve

scenario = DISPUTES.scenario


@scenario(
    "observed",
    "mode observe: built, nothing touched",
    Row("gathering", "built, 42 %", "liability_shift", "-", "-315.00 USD", "worth_fighting"),
)
async def observing(world: DisputeWorld) -> str:
    case = await world.disputed(await _sold(world, "curious", "6201"), "fraudulent")
    await world.status(case, CaseStatus.GATHERING)
    await world.look_untouched()
    return case


@scenario(
    "proposed",
    "mode propose: approved by a person",
    Row("under_review", "ana, 42 %", "liability_shift", "-", "-330.00 USD", "proposed"),
)
async def proposing(world: DisputeWorld) -> str:
    case = await world.disputed(await _sold(world, "careful", "6202"), "fraudulent")
    await world.status(case, CaseStatus.AWAITING_PERSON)
    await world.said(lambda: approve(world.stack.client, case, by="ana"))
    await world.filed(case)
    return case


async def _sold(world: DisputeWorld, account: str, last4: str) -> Sale:
    """Authenticated with 3-D Secure: worth fighting with what Stripe knows."""
    charge = await World(world.stack).sell(
        account=account,
        amount=30_000,
        last4=last4,
        description="Pro plan, 12 months",
        three_d_secure={"result": "authenticated", "version": "2.2.0", "authentication_flow": "challenge"},
        electronic_commerce_indicator="05",
    )
    return Sale.of(account, charge)
