"""What is at hand: which names of the plan Stripe's facts and supplied items give."""

from datetime import timedelta

import pytest
from dispute_builders import (
    CHECKED,
    HOME,
    IP,
    PARCEL,
    PRICE,
    SOLD_AT,
    a_ce3_dossier,
    a_charge,
    a_dispute,
    a_dossier,
    a_refund,
    a_sale,
    a_subscription,
    an_earlier_charge,
    an_invoice,
    an_item,
    refunded_sale,
)
from dispute_strategies import dossiers, items
from hypothesis import given

from chargebacks.dossier import CardChecks, Dossier, InvoiceLine, Party, SubscriptionFacts
from chargebacks.evidence import Proof, available
from chargebacks.evidence_fields import FILE_FIELDS, TEXT_FIELDS
from chargebacks.evidence_items import (
    Content,
    DeliveryContent,
    DeliveryEvent,
    EvidenceItem,
    FactsContent,
    FileContent,
    IdentifiersContent,
    Message,
    MessagesContent,
    PolicyContent,
    PolicyKind,
    TextContent,
    UsageContent,
    UsageRow,
)

AFTER, BEFORE = SOLD_AT + timedelta(days=1), SOLD_AT - timedelta(days=1)
NOTHING = a_dossier(sale=a_sale(billing=Party(), description=None, receipt_email=None), customer=None)
NAMES = {*TEXT_FIELDS, *FILE_FIELDS, *(proof.value for proof in Proof)}


def given_by(*contents: Content, dossier: Dossier = NOTHING) -> set[str]:
    """Names that these items add."""
    return set(available(dossier, tuple(an_item(one) for one in contents)) - available(dossier, ()))


def at_stripe(**changes: object) -> frozenset[str]:
    return available(NOTHING.model_copy(update=changes), ())


@given(dossiers(), items())
def test_names_are_those_that_plans_use(dossier: Dossier, supplied: tuple[EvidenceItem, ...]) -> None:
    """A name that no plan knows would be evidence that counts nowhere."""
    assert available(dossier, supplied) <= NAMES


@given(dossiers(), items())
def test_what_is_supplied_only_adds(dossier: Dossier, supplied: tuple[EvidenceItem, ...]) -> None:
    """Supplying evidence takes nothing away but what it corrects: a cancellation's date, who bought."""
    corrected = {"cancellation_rebuttal", "ce3"}

    assert available(dossier, ()) - available(dossier, supplied) <= corrected


def test_of_nothing_nothing_is_at_hand() -> None:
    """A charge without buyer, receipt or history proves nothing by itself."""
    assert available(NOTHING, ()) == frozenset()


def test_stripe_names_the_buyer_and_the_product() -> None:
    """Background that nobody needs to be asked for."""
    assert available(a_dossier(), ()) == {
        "billing_address",
        "customer_email_address",
        "customer_name",
        "product_description",
    }


def test_a_text_gives_its_field_and_a_file_its_slot() -> None:
    """A name that is none of Stripe's gives nothing, not even one of ours."""
    document = FileContent(
        field="customer_signature", name="form.pdf", sha256="a" * 64, media_type="application/pdf", size=9
    )

    assert given_by(TextContent(field="service_date", text="1 March")) == {"service_date"}
    assert given_by(document) == {"customer_signature"}
    assert given_by(TextContent(field="three_d_secure", text="yes")) == set()


def test_use_counts_from_the_payment_on() -> None:
    """What the customer did before paying proves nothing of what was paid for."""
    used = UsageContent(rows=(UsageRow(at=AFTER, what="Signed in"),))
    looked = UsageContent(rows=(UsageRow(at=BEFORE, what="Looked around"),))

    assert given_by(used) == {"access_activity_log", "usage_log"}
    assert given_by(looked) == set()


def test_messages_are_customer_communication() -> None:
    """Whoever wrote to whom."""
    message = Message(at=AFTER, sender="a", recipient="b", text="Where is my parcel?")

    assert given_by(MessagesContent(messages=(message,))) == {"customer_communication"}


def test_a_parcel_on_its_way_is_not_delivered() -> None:
    """A tracking number names carrier and number, no more."""
    sent = DeliveryContent(carrier="UPS", tracking_number="1Z", shipped_at=AFTER)

    assert given_by(sent) == {"shipping_carrier", "shipping_tracking_number", "shipping_date"}


def test_a_delivered_parcel_is_confirmed_and_a_signed_one_signed() -> None:
    """The carrier's word of who signed counts as a signature."""
    delivered = DeliveryContent(carrier="UPS", tracking_number="1Z", delivered_at=AFTER, address=HOME)
    signed = delivered.model_copy(update={"signed_by": "J DOE"})
    named = {
        "shipping_carrier",
        "shipping_tracking_number",
        "shipping_address",
        "shipping_documentation",
        "delivery_confirmation",
    }

    assert given_by(delivered) == named
    assert given_by(signed) == named | {"customer_signature"}


def test_the_carriers_events_document_a_shipment() -> None:
    """A tracking record shows where the parcel went."""
    event = DeliveryEvent(at=AFTER, what="Out for delivery", place="Springfield")
    tracked = DeliveryContent(carrier="UPS", tracking_number="1Z", events=(event,))

    assert "shipping_documentation" in given_by(tracked)
    assert "delivery_confirmation" not in given_by(tracked)


@pytest.mark.parametrize("kind", [PolicyKind.REFUND, PolicyKind.CANCELLATION])
def test_a_policy_was_disclosed_where_it_is_known_to_have_been_shown(kind: PolicyKind) -> None:
    """A policy that nobody was shown binds nobody."""
    hidden = PolicyContent(kind=kind, text="We refund within 14 days.")
    shown = hidden.model_copy(update={"shown_where": "checkbox at checkout"})

    assert given_by(hidden) == {kind.value}
    assert given_by(shown) == {kind.value, f"{kind.value}_disclosure"}


def test_terms_are_terms() -> None:
    """Neither refund nor cancellation policy, unless a clause of them was shown to the customer."""
    whole = PolicyContent(kind=PolicyKind.TERMS, text="All of it.", shown_where="checkbox at checkout")
    marked = whole.model_copy(update={"clause": "All of it."})

    assert given_by(whole) == {"terms"}
    assert given_by(marked) == {"terms", "refund_policy_disclosure", "cancellation_policy_disclosure"}


def test_identifiers_of_the_disputed_charge_count_those_of_others_do_not() -> None:
    """An earlier purchase's address says nothing of this one."""
    assert given_by(IdentifiersContent(purchase_ip=IP)) == {"customer_purchase_ip"}
    assert given_by(IdentifiersContent(charge_id="ch_1", shipping_address=HOME)) == {"shipping_address"}
    assert given_by(IdentifiersContent(charge_id="ch_old", purchase_ip=IP)) == set()


def test_facts_give_what_can_be_said_of_them() -> None:
    """A date and a reason are text for their fields."""
    assert given_by(FactsContent(service_at=AFTER)) == {"service_date"}
    assert given_by(FactsContent(refund_refused_because="Worn.")) == {"refund_refusal_explanation"}


LOGGED_IN_AFTER = an_item(UsageContent(rows=(UsageRow(at=AFTER + timedelta(days=2), what="Signed in"),)))


@pytest.mark.parametrize(
    ("subscription", "supplied", "rebuts"),
    [
        (None, (), False),
        (a_subscription(), (), True),
        (a_subscription(canceled_at=AFTER), (), True),
        (a_subscription(canceled_at=BEFORE), (), False),
        (a_subscription(ended_at=BEFORE), (), False),
        (a_subscription(started_at=AFTER), (), False),
        (None, (an_item(FactsContent(cancelled_at=AFTER)),), True),
        (None, (an_item(FactsContent(cancelled_at=BEFORE)),), False),
        (a_subscription(), (an_item(FactsContent(cancelled_at=BEFORE)),), False),
        (None, (an_item(FactsContent(cancelled_at=BEFORE)), LOGGED_IN_AFTER), True),
        (None, (LOGGED_IN_AFTER,), False),
        (None, (an_item(FactsContent(instalment="2 of 4")),), True),
    ],
)
def test_a_cancellation_is_rebutted_by_dates(
    subscription: SubscriptionFacts | None, supplied: tuple[EvidenceItem, ...], rebuts: bool
) -> None:
    """It came after the charge, was followed by use, or never was; the merchant's own record goes first."""
    names = available(NOTHING.model_copy(update={"subscription": subscription}), supplied)

    assert ("cancellation_rebuttal" in names) is rebuts


DUPLICATE = {"duplicate_charge_id", "duplicate_charge_explanation", "duplicate_charge_documentation"}
MONTHLY = an_invoice(
    lines=(
        InvoiceLine(
            description="Boots Club", amount=PRICE, period_start=SOLD_AT, period_end=SOLD_AT + timedelta(30)
        ),
    )
)


@pytest.mark.parametrize(
    ("earlier", "known", "told_apart"),
    [
        ({"description": "Socks"}, {}, True),
        ({"description": "walking  boots, size 42"}, {}, False),
        ({"description": "Walking boots, size 42", "refunded_minor": 4999}, {}, True),
        ({"description": "Walking boots, size 42"}, {"invoice": MONTHLY}, True),
        ({"description": "Socks", "amount": PRICE.model_copy(update={"amount_minor": 1})}, {}, False),
        ({"description": "Socks", "paid": False}, {}, False),
        ({"description": None}, {}, False),
        (
            {"description": "Socks"},
            {"dispute": a_dispute(reason="duplicate", network_reason_code="12.6.2")},
            False,
        ),
        ({"description": "Socks"}, {"dispute": a_dispute()}, False),
    ],
)
def test_a_charge_that_repeats_no_other_is_told_from_it_by_stripes_record(
    earlier: dict[str, object], known: dict[str, object], told_apart: bool
) -> None:
    """A monthly charge is no duplicate of last month's, and nobody needs to be asked."""
    duplicate = a_dispute(reason="duplicate", network_reason_code="12.6.1")
    before = an_earlier_charge(days_before=30, **earlier)  # type: ignore[arg-type]
    names = available(a_dossier(**{"dispute": duplicate, "earlier": (before,), **known}), ())

    assert names & DUPLICATE == (DUPLICATE if told_apart else set())


def test_the_merchants_words_tell_two_charges_apart() -> None:
    """An explanation, or what each of them is for; of a charge that Stripe does not list only the id is said."""
    before = an_earlier_charge(days_before=30, description="Walking boots, size 42")
    dossier = a_dossier(
        dispute=a_dispute(reason="duplicate", network_reason_code="12.6.1"), earlier=(before,)
    )
    socks = IdentifiersContent(charge_id=before.id, product_description="Socks")
    boots = IdentifiersContent(product_description="Boots")
    why = TextContent(field="duplicate_charge_explanation", text="One pair for each sister.")
    other = TextContent(field="duplicate_charge_id", text="ch_elsewhere")

    assert available(dossier, (an_item(socks), an_item(boots))) >= DUPLICATE
    assert available(dossier, (an_item(why),)) >= DUPLICATE
    assert available(dossier, (an_item(other),)) & DUPLICATE == {"duplicate_charge_id"}


def test_the_period_that_was_paid_for_dates_the_service() -> None:
    """By the invoice, or by the subscription while the charge lies in its current period."""
    later = a_subscription(current_period_start=AFTER)

    assert "service_date" in at_stripe(invoice=MONTHLY)
    assert "service_date" in at_stripe(subscription=a_subscription())
    assert "service_date" not in at_stripe(subscription=later)


def test_an_invoice_is_a_receipt_once_it_is_paid() -> None:
    """And its lines describe the product."""
    assert at_stripe(invoice=an_invoice()) == {"receipt", "product_description"}
    assert "receipt" not in at_stripe(invoice=an_invoice(paid_at=None))


def test_what_stripe_filled_in_is_at_hand() -> None:
    """A text, or the file of its own e-mailed receipt."""
    assert at_stripe(prefilled={"customer_name": "Jane Doe"}) == {"customer_name"}
    assert at_stripe(dispute=a_dispute(staged={"receipt": "file_1"})) == {"receipt"}


def test_only_a_refund_that_succeeded_is_proof() -> None:
    """One that is pending or failed may still come to nothing."""
    assert {"refund_proof", "full_refund"} <= available(a_dossier(sale=refunded_sale(a_refund())), ())
    for status in ("pending", "failed", "a_status_of_next_year"):
        names = available(a_dossier(sale=refunded_sale(a_refund(status=status))), ())
        assert not names & {"refund_proof", "full_refund"}


def test_a_refund_in_part_is_proof_but_settles_nothing() -> None:
    """Several that cover the disputed amount together settle it."""
    part, rest = a_refund(1000), a_refund(3999, id="re_2")

    assert "full_refund" not in available(a_dossier(sale=refunded_sale(part)), ())
    assert "refund_proof" in available(a_dossier(sale=refunded_sale(part)), ())
    assert "full_refund" in available(a_dossier(sale=refunded_sale(part, rest)), ())


@pytest.mark.parametrize(
    ("checks", "names"),
    [
        (CHECKED, {"avs_match", "cvc_match"}),
        (CardChecks(address_line1="fail", address_postal_code="pass"), set()),
        (CardChecks(address_line1="unavailable", address_postal_code="pass"), {"avs_match"}),
        (CardChecks(cvc="unchecked"), set()),
        (CardChecks(), set()),
    ],
)
def test_a_check_counts_when_the_issuer_confirmed_it(checks: CardChecks, names: set[str]) -> None:
    """Half an address that failed is no match."""
    sale = NOTHING.sale.model_copy(update={"checks": checks})

    assert at_stripe(sale=sale) == names


def test_liability_that_shifted_is_authentication_that_counts() -> None:
    """3D Secure without the shift protects nobody."""
    assert "three_d_secure" in available(a_dossier(sale=a_sale(charge=a_charge(liability_shift=True))), ())
    tried = a_sale(charge=a_charge(liability_shift=False, three_d_secure=True))
    assert "three_d_secure" not in available(a_dossier(sale=tried), ())


@pytest.mark.parametrize(
    "spoilt",
    [
        {"paid": False},
        {"disputed": True},
        {"fraud_reported": True},
        {"validation_only": True},
        {"refunded_minor": 4999},
    ],
)
def test_history_is_made_of_payments_that_were_kept(spoilt: dict[str, object]) -> None:
    """A disputed or refunded purchase speaks against the customer or not at all."""
    assert "customer_history" in at_stripe(earlier=(an_earlier_charge(),))
    assert "customer_history" not in at_stripe(earlier=(an_earlier_charge(**spoilt),))  # type: ignore[arg-type]


def test_a_shipment_at_stripe_names_where_it_went_and_by_whom() -> None:
    """The charge's own shipping hash is evidence, too."""
    sale = NOTHING.sale.model_copy(update={"shipment": PARCEL})

    assert at_stripe(sale=sale) == {"shipping_address", "shipping_carrier", "shipping_tracking_number"}


def test_ce3_is_at_hand_where_stripe_lists_it_and_two_priors_qualify() -> None:
    """Either alone is nothing that can be sent."""
    assert "ce3" in available(a_ce3_dossier(), ())
    assert "ce3" not in available(a_ce3_dossier(dispute=a_dispute()), ())
    assert "ce3" not in available(a_ce3_dossier(earlier=()), ())
