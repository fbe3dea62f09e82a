"""How evidence comes in: late, by hand, too long, too large, in the wrong form, or another customer's."""

import asyncio

from chargebacks.errors import Refused
from demo.disputes import goods, papers
from demo.disputes.people import JANE
from demo.disputes.row import DisputeRow as Row
from demo.disputes.scenario import DISPUTES
from demo.disputes.shops import OAK
from demo.disputes.world import DisputeWorld, Sale
from evidence_sources.folder import GivenFile
from operations.disputes import submit

scenario = DISPUTES.scenario
_PRODUCT = "Side table WT-45, walnut"


@scenario(
    "late",
    "evidence comes late, filed by hand",
    Row("under_review", "ana, 98 %", "delivered", "-", "-330.00 USD", "worth_fighting"),
)
async def comes_late(world: DisputeWorld) -> str:
    """The packet that was staged without it gives way to a better one."""
    sale = await _table_sold(world, "1101")
    case = await world.disputed(sale, "product_not_received")
    await world.built(case)
    supply = goods.shipped(sale.at, JANE, order="1101", product=_PRODUCT)
    await world.hand_in(case, by="ben", supply=goods.as_supply(supply))
    staged = await world.staged(case, having="delivery_confirmation")
    packet = staged.dispute.packet.digest if staged.dispute and staged.dispute.packet else None
    await world.said(
        lambda: submit(world.stack.client, case, by="ana", note="complete enough", packet=packet)
    )
    await world.filed(case)
    return case


@scenario(
    "wrongfile",
    "a Word file, and a stranger's mail",
    Row("gathering", "staged, 98 %", "delivered", "-", "-315.00 USD", "worth_fighting"),
)
async def wrong_files(world: DisputeWorld) -> str:
    """What cannot be used is left out, with the reason, and the rest is staged."""
    sale = await _table_sold(world, "1102")
    supply = goods.shipped(sale.at, JANE, order="1102", product=_PRODUCT)
    supply["messages"].append(goods.strangers_mail(sale.at))
    files = {"shipping_documentation/label.docx": papers.word_document()}
    world.shops.desk.knows("1102", supply, files)
    case = await world.disputed(sale, "product_not_received")
    await world.told(case, "refused label.docx")
    await world.staged(case, having="delivery_confirmation")
    await world.told(case, "another customer's e-mail address")
    return case


@scenario(
    "eighty",
    "80 pages: refused, then three",
    Row("gathering", "staged, 58 %", "shipped", "-", "-315.00 USD", "worth_fighting"),
)
async def eighty_pages(world: DisputeWorld) -> str:
    sale = await _table_sent(world, "1103")
    case = await world.disputed(sale, "product_not_received")
    await world.built(case)
    book = await asyncio.to_thread(papers.scan_log, 80)
    try:
        await world.hand_in(case, by="ben", files=[_file("shipping_documentation", "scans.pdf", book)])
    except Refused:
        matters = await asyncio.to_thread(papers.scan_log, 3)
        await world.hand_in(case, by="ben", files=[_file("shipping_documentation", "scans.pdf", matters)])
    await world.staged(case, having="shipping_documentation")
    return case


@scenario(
    "photo",
    "a photo of 6 MB: made lighter",
    Row("gathering", "staged, 83 %", "signed_for", "-", "-315.00 USD", "worth_fighting"),
)
async def large_photo(world: DisputeWorld) -> str:
    sale = await _table_sent(world, "1104")
    case = await world.disputed(sale, "product_not_received")
    photo = await asyncio.to_thread(papers.large_photo)
    await world.hand_in(case, by="ben", files=[_file("customer_signature", "delivery-note.jpg", photo)])
    await world.staged(case, having="customer_signature")
    return case


@scenario(
    "heic",
    "a photo from an iPhone (HEIC)",
    Row("gathering", "staged, 58 %", "shipped", "-", "-315.00 USD", "worth_fighting"),
)
async def heic_photo(world: DisputeWorld) -> str:
    sale = await _table_sent(world, "1105")
    case = await world.disputed(sale, "product_not_received")
    photo = await asyncio.to_thread(papers.heic_photo)
    await world.hand_in(case, by="ben", files=[_file("shipping_documentation", "door.heic", photo)])
    await world.staged(case, having="shipping_documentation")
    return case


async def _table_sold(world: DisputeWorld, order: str) -> Sale:
    return await world.sell(
        OAK,
        JANE,
        amount=30_000,
        days_ago=16,
        description=_PRODUCT,
        shipping=JANE.shipping,
        metadata={"order_id": order},
    )


async def _table_sent(world: DisputeWorld, order: str) -> Sale:
    """All that the shop's records tell is that the parcel left."""
    sale = await _table_sold(world, order)
    world.shops.desk.knows(order, goods.in_transit(sale.at, order=order))
    return sale


def _file(field: str, name: str, content: bytes) -> GivenFile:
    return GivenFile(field=field, name=name, content=content)
