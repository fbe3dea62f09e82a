"""What a dispute and a packet say of a submission, before and after it was made."""

import pytest
from dispute_builders import a_dispute

from activities.packet_facts import beside, shows_more_than, was_submitted
from chargebacks.disputes import text_mark
from chargebacks.evidence_items import Provenance, Supplier, TextContent, item_of
from chargebacks.packet import Manifest, ManifestEntry, Source

ITEM = item_of(
    TextContent(field="shipping_carrier", text="UPS"),
    Provenance(supplier=Supplier.PERSON, by="ann", at=a_dispute().created),
)


@pytest.mark.parametrize(
    ("status", "count", "submitted"),
    [
        ("needs_response", 0, False),
        ("needs_response", 1, False),
        ("under_review", 0, True),
        ("under_review", 1, True),
        ("lost", 0, False),
        ("won", 1, True),
    ],
)
def test_what_counts_as_submitted(status: str, count: int, submitted: bool) -> None:
    """The status is Stripe's word as well as the count: one that lags behind is no reason to call it missed."""
    assert was_submitted(a_dispute(status=status, submission_count=count)) is submitted


def test_what_stands_beside_the_packet_is_taken_back() -> None:
    """Somebody's fields are cleared, Stripe's own stay or come back, and the packet's are left to the packet."""
    staged = {
        "product_description": text_mark("the packet's"),
        "receipt": "file_of_stripe",
        "customer_name": text_mark("Jane Doe"),
        "billing_address": text_mark("written over"),
        "shipping_documentation": "file_of_somebody_else",
        "appeal.supporting_files": "file_of_an_appeal",
    }
    prefilled = {"receipt": "file_of_stripe", "customer_name": "Jane Doe", "billing_address": "1 Main St"}
    taken_back = beside(staged, {"product_description"}, prefilled)
    assert taken_back == {"billing_address": "1 Main St", "shipping_documentation": ""}


def test_a_packet_that_shows_evidence_which_was_taken_back() -> None:
    """It is known by the hash of what was supplied; what Stripe itself knows is never missing."""
    sources = (
        Source(supplier=Supplier.PERSON, reference="evidence item", sha256=ITEM.sha256),
        Source(supplier=Supplier.STRIPE, reference="charge ch_1", sha256="f" * 64),
    )
    entry = ManifestEntry(field="shipping_carrier", kind="text", sha256="a" * 64, size=3, sources=sources)
    manifest = Manifest(dispute_id="du_1", entries=(entry,))
    assert not shows_more_than((ITEM,), manifest)
    assert shows_more_than((), manifest)


def test_what_the_network_has_settled_awaits_no_answer() -> None:
    """Whatever its status says: it is neither protected, nor staged, nor submitted, nor accepted."""
    assert a_dispute(status="needs_response").awaits_answer
    assert not a_dispute(status="needs_response", network_settled=True).awaits_answer
