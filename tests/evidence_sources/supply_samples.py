"""Supplies and questions that tests of evidence sources share, and what Hypothesis may draw of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from chargebacks.evidence_fields import TEXT_FIELDS, ProductType
from chargebacks.evidence_items import (
    Address,
    DeliveryContent,
    DeliveryEvent,
    FactsContent,
    IdentifiersContent,
    Message,
    PolicyContent,
    PolicyKind,
    SuppliedFile,
    Supplier,
    Supply,
    SupplyRequest,
    UsageRow,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\r\ntrailer <<>>\n%%EOF\r\n--not-a-boundary\r\n\x00\xff\xfe"

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=30
)
instants = st.integers(min_value=0, max_value=10**8).map(lambda seconds: NOW - timedelta(seconds=seconds))
maybe = st.none() | words
addresses = st.builds(Address, line1=maybe, city=maybe, postal_code=maybe, country=maybe)
usage_rows = st.builds(UsageRow, at=instants, what=words, ip=maybe, device=maybe, detail=st.just("") | words)
messages = st.builds(
    Message, at=instants, sender=words, recipient=words, subject=st.just("") | words, text=words
)
deliveries = st.builds(
    DeliveryContent,
    carrier=words,
    tracking_number=words,
    shipped_at=st.none() | instants,
    delivered_at=st.none() | instants,
    signed_by=maybe,
    address=st.none() | addresses,
    events=st.lists(st.builds(DeliveryEvent, at=instants, what=words), max_size=3).map(tuple),
)
policies = st.builds(
    PolicyContent,
    kind=st.sampled_from(PolicyKind),
    text=words,
    clause=maybe,
    in_force_from=st.none() | instants,
    shown_where=st.just("") | words,
)
identifiers = st.builds(IdentifiersContent, charge_id=maybe, purchase_ip=maybe, email=maybe, account_id=maybe)
facts = st.builds(
    FactsContent,
    product_type=st.none() | st.sampled_from(ProductType),
    order_id=maybe,
    service_at=st.none() | instants,
    returned=st.none() | st.booleans(),
)


def tuples(of: st.SearchStrategy[Any], *, most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=most).map(tuple)


supplies = st.builds(
    Supply,
    fields=st.dictionaries(st.sampled_from(sorted(TEXT_FIELDS)), words, max_size=5),
    usage=tuples(usage_rows),
    messages=tuples(messages),
    deliveries=tuples(deliveries),
    policies=tuples(policies),
    identifiers=tuples(identifiers),
    facts=st.none() | facts,
)
suppliers = st.sampled_from(Supplier)


def question(**differences: Any) -> SupplyRequest:
    """What the example's shop is asked about its order 1001, with what a test says differs."""
    plain: dict[str, Any] = {
        "case_id": "dispute/shop/du_1",
        "account": "shop",
        "dispute_id": "du_1",
        "reason": "product_not_received",
        "network": "visa",
        "network_reason_code": "13.1",
        "product_type": ProductType.PHYSICAL,
        "amount_minor": 4999,
        "currency": "USD",
        "charge_id": "ch_1",
        "order_ids": ("1001",),
        "charged_at": NOW - timedelta(days=50),
        "wanted": ("shipping_documentation", "shipping_tracking_number"),
        "answer_by": NOW + timedelta(days=5),
    }
    return SupplyRequest.model_validate(plain | differences)


def supplied_file(**differences: Any) -> SuppliedFile:
    plain = {"field": "receipt", "name": "receipt.pdf", "url": "https://files.shop.example/1"}
    return SuppliedFile.model_validate(plain | differences)
