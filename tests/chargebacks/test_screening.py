"""What may be used of the evidence at hand: nothing of another customer, nothing that contradicts the sale."""

from datetime import timedelta

import pytest
from composing_samples import (
    about,
    day,
    facts,
    file,
    messages,
    mixed_usage,
    parcel,
    policy,
    text,
    usage,
)
from dispute_builders import (
    HOME,
    IP,
    PARCEL,
    READ_AT,
    a_charge,
    a_dossier,
    a_sale,
    an_earlier_charge,
    an_item,
)
from dispute_strategies import dossiers, items
from hypothesis import given, settings
from hypothesis import strategies as st

from chargebacks.composing.screening import Screened, screen
from chargebacks.dossier import Dossier
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import Content, EvidenceItem, IdentifiersContent, UsageContent
from chargebacks.evidence_plan import plan_for

SHIPPED = a_dossier(sale=a_sale(shipment=PARCEL))


def screened(dossier: Dossier, *contents: Content, product: ProductType = ProductType.PHYSICAL) -> Screened:
    return screen(dossier, tuple(an_item(one) for one in contents), plan_for(dossier.dispute, product))


def identifiers(**known: object) -> IdentifiersContent:
    return IdentifiersContent.model_validate(known)


LEFT_OUT: list[tuple[str, Dossier, Content, str]] = [
    ("delivered before the sale", SHIPPED, parcel(delivered_at=day(-2)), "before the sale"),
    ("shipped before the sale", SHIPPED, parcel(shipped_at=day(-2)), "before the sale"),
    ("delivered in the future", SHIPPED, parcel(delivered_at=day(60)), "after this was supplied"),
    (
        "another country",
        SHIPPED,
        parcel(address={**HOME.model_dump(), "country": "CA"}),
        "another country or postal code",
    ),
    (
        "another postal code",
        SHIPPED,
        parcel(address={**HOME.model_dump(), "postal_code": "10001"}),
        "another country or postal code",
    ),
    (
        "messages of another customer",
        SHIPPED,
        messages("Hello", sender="rob@example.com"),
        "another customer's",
    ),
    ("messages about another charge", SHIPPED, messages("About ch_other"), "another sale"),
    ("usage before the account existed", SHIPPED, usage(-500), "before the customer's account existed"),
    ("usage in the future", SHIPPED, usage(50), "after they were supplied"),
    (
        "another order",
        a_dossier(sale=a_sale(charge=a_charge(order_ids=("A-1",)))),
        facts(order_id="A-2"),
        "order",
    ),
    ("an unknown charge", SHIPPED, identifiers(charge_id="ch_other"), "does not list"),
    ("another e-mail address", SHIPPED, identifiers(email="rob@example.com"), "not one of the customer's"),
    (
        "text with another e-mail",
        SHIPPED,
        text("customer_email_address", "rob@example.com"),
        "not an e-mail address",
    ),
    (
        "text about another customer",
        SHIPPED,
        text("uncategorized_text", "See cus_2."),
        "nothing to do with this sale",
    ),
    (
        "a file of another charge",
        SHIPPED,
        file("receipt", "receipt-ch_2.pdf"),
        "nothing to do with this sale",
    ),
    ("a duplicate of itself", SHIPPED, text("duplicate_charge_id", "ch_1"), "duplicate of itself"),
    ("an unknown field", SHIPPED, text("receipt", "Paid."), "no such text field"),
    ("an unknown slot", SHIPPED, file("service_date"), "no such file field"),
    (
        "a policy of later",
        SHIPPED,
        policy(in_force_from=day(1)),
        "came into force on 2 March 2026, after the sale",
    ),
    (
        "a policy of before",
        SHIPPED,
        policy(in_force_until=day(-1)),
        "until 28 February 2026, before the sale",
    ),
]

KEPT: list[tuple[str, Dossier, Content]] = [
    ("a policy in force", SHIPPED, policy(in_force_from=day(-9), in_force_until=day(9))),
    ("a policy of unknown dates", SHIPPED, policy()),
    ("a longer postal code", SHIPPED, parcel(address={**HOME.model_dump(), "postal_code": "62701-1234"})),
    ("a country by name", SHIPPED, parcel(address={**HOME.model_dump(), "country": "United States"})),
    ("shipped on the day of the sale", SHIPPED, parcel(shipped_at=day(-0.5))),
    ("messages without addresses", SHIPPED, messages("Hello", sender="Jane Doe")),
    ("an e-mail in capitals", SHIPPED, text("customer_email_address", "Jane@Example.com")),
    ("an earlier charge", a_dossier(earlier=(an_earlier_charge(),)), identifiers(charge_id="ch_old")),
    ("the duplicate's id", SHIPPED, text("duplicate_charge_id", "ch_2")),
    ("the sale's own ids", SHIPPED, text("uncategorized_text", "Charge ch_1 of pi_1, customer cus_1.")),
]


@pytest.mark.parametrize(
    ("dossier", "content", "why"), [case[1:] for case in LEFT_OUT], ids=[case[0] for case in LEFT_OUT]
)
def test_left_out(dossier: Dossier, content: Content, why: str) -> None:
    """What is of another customer or sale, or cannot be true of this one, is left out, and a person is told why."""
    result = screened(dossier, content)
    assert result.items == ()
    assert why in result.left_out[0].why
    assert why in result.findings[0]


@pytest.mark.parametrize(("dossier", "content"), [case[1:] for case in KEPT], ids=[case[0] for case in KEPT])
def test_kept(dossier: Dossier, content: Content) -> None:
    """What may well be of this sale stays, without a remark."""
    result = screened(dossier, content)
    assert [item.content for item in result.items] == [content]
    assert result.findings == ()


def test_only_the_wrong_rows_go() -> None:
    """Of a log or a correspondence only the entries that cannot be of this sale go, and their number is told."""
    both = UsageContent(rows=(*usage(1, 2).rows, *usage(-500).rows))
    result = screened(SHIPPED, both)
    assert [item.content for item in result.items] == [usage(1, 2)]
    assert "1 of its 3 entries" in result.findings[0]


def test_clause_that_is_not_there() -> None:
    """A clause that does not stand in the policy word for word is not marked."""
    result = screened(SHIPPED, policy(clause="No refunds, ever."))
    kept = result.items[0].content
    assert kept == policy(clause=None)
    assert "word for word" in result.findings[0]


def test_told_twice() -> None:
    """Of two accounts of one parcel the one that tells of its delivery stays; of two texts for a field the later."""
    on_its_way = parcel(delivered_at=None, signed_by=None)
    result = screened(
        SHIPPED, parcel(), on_its_way, text("service_date", "May"), text("service_date", "June")
    )
    assert [item.content for item in result.items] == [parcel(), text("service_date", "June")]
    assert len(result.left_out) == 2


def test_doubts() -> None:
    """What differs from Stripe's facts and may still be right stays, and a person is told."""
    dossier = a_dossier(sale=a_sale(shipment=PARCEL), purchase_ip=IP)
    contents = (
        text("customer_purchase_ip", "198.51.100.1"),
        text("customer_name", "Robert Roe"),
        parcel(tracking_number="1Z000"),
    )
    result = screened(dossier, *contents)
    assert len(result.items) == len(result.findings) == 3
    assert "no name in common" in result.findings[1]


def test_harmful() -> None:
    """What the plan calls harmful is left out with the plan's own reason."""
    dossier = a_dossier(dispute=about("product_not_received", "13.1"))
    result = screened(dossier, parcel(), file("shipping_documentation"), product=ProductType.DIGITAL)
    assert result.items == ()
    assert all("Nothing was shipped in this sale" in one.why for one in result.left_out)


def test_same_thing_twice() -> None:
    """The same item twice is one."""
    item = an_item(mixed_usage())
    plan = plan_for(SHIPPED.dispute, ProductType.DIGITAL)
    assert screen(SHIPPED, (item, item), plan).items == (item,)


@given(dossier=dossiers(), supplied=items(), product=st.sampled_from(ProductType))
@settings(max_examples=60)
def test_screening_settles(
    dossier: Dossier, supplied: tuple[EvidenceItem, ...], product: ProductType
) -> None:
    """What was screened once passes unchanged, nothing is added, and whatever goes is accounted for."""
    plan = plan_for(dossier.dispute, product)
    once = screen(dossier, supplied, plan)
    assert screen(dossier, once.items, plan).items == once.items
    came = {item.id for item in supplied}
    kept = {item.id for item in once.items}
    assert kept <= came
    assert len(came) == len(kept) + len(once.left_out)


@given(dossier=dossiers(), supplied=items())
@settings(max_examples=60)
def test_remarks_hold_no_personal_data(dossier: Dossier, supplied: tuple[EvidenceItem, ...]) -> None:
    """Findings and reasons stand in histories: no name, address or e-mail is in them."""
    result = screen(dossier, supplied, plan_for(dossier.dispute, ProductType.PHYSICAL))
    said = " ".join((*result.findings, *(f"{one.what} {one.why}" for one in result.left_out)))
    assert not [word for word in ("Jane", "jane@", "Hill Road", "203.0.113", "@") if word in said]


def test_supplied_late_at_night() -> None:
    """A moment of a day ahead may be a time zone, not a mistake."""
    soon = (READ_AT + timedelta(hours=20) - day(0)) / timedelta(days=1)
    assert screened(SHIPPED, usage(soon)).findings == ()
