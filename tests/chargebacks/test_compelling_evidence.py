"""Visa Compelling Evidence 3.0: two earlier charges of the same person, by the network's rules and no others."""

from datetime import timedelta
from random import Random

import pytest
from dispute_builders import (
    BUYER,
    DEVICE,
    HOME,
    IP,
    OTHER_IP,
    SOLD_AT,
    a_ce3_dossier,
    a_charge,
    a_dispute,
    a_sale,
    an_earlier_charge,
    an_invoice,
    an_item,
)
from dispute_strategies import dossiers, histories, identifiers, items
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.compelling_evidence import (
    Ce3Filled,
    Ce3Finding,
    Ce3Transaction,
    ce3_summary,
    find_priors,
    prior_candidates,
)
from chargebacks.dossier import Dossier, EarlierCharge, Party, Shipment
from chargebacks.evidence_items import Address, EvidenceItem, FactsContent, IdentifiersContent, TextContent
from chargebacks.representment import Ce3Summary

FINGERPRINT = "fingerprint-0123456789abcdef"
WHOLE = HOME.model_copy(update={"line2": "Flat 2"})
NOBODY = Party()


def earlier(days: int, charge_id: str, **changes: object) -> EarlierCharge:
    """A prior with nothing that identifies it but what a test says."""
    return an_earlier_charge(days_before=days, charge_id=charge_id, **{"billing": NOBODY, **changes})


def bare(*history: EarlierCharge, **known: object) -> Dossier:
    """A dispute of which nothing is known that identifies the buyer but what a test says."""
    sale = a_sale(billing=NOBODY, receipt_email=None, **known)
    return a_ce3_dossier(sale=sale, customer=None, earlier=history, purchase_ip=None)


def said_of(charge_id: str | None, **values: object) -> EvidenceItem:
    return an_item(IdentifiersContent(charge_id=charge_id, **values))  # type: ignore[arg-type]


def three(**values: object) -> tuple[EvidenceItem, ...]:
    """The same said of the disputed charge and of two earlier ones."""
    return tuple(said_of(charge, **values) for charge in (None, "ch_150", "ch_300"))


def two_old(**changes: object) -> tuple[EarlierCharge, EarlierCharge]:
    return earlier(150, "ch_150", **changes), earlier(300, "ch_300", **changes)


def test_two_earlier_charges_with_the_same_ip_and_e_mail_qualify() -> None:
    """One main and one secondary element shared by all three is what Visa asks for."""
    finding = find_priors(a_ce3_dossier(), ())

    assert finding.priors == ("ch_150", "ch_300")
    assert finding.matched == ("purchase_ip", "email")
    assert finding.payload is not None
    assert finding.payload.merchandise_or_services == "services"
    assert finding.payload.disputed == Ce3Transaction(
        product_description="Walking boots, size 42", purchase_ip=IP, email="jane@example.com"
    )
    assert finding.payload.priors[0] == Ce3Transaction(
        charge="ch_150",
        product_description="Walking boots, size 41",
        purchase_ip=IP,
        email="jane@example.com",
    )


@pytest.mark.parametrize(
    ("values", "qualifies"),
    [
        ({"purchase_ip": IP, "device_id": DEVICE}, True),
        ({"purchase_ip": IP, "device_fingerprint": FINGERPRINT}, True),
        ({"purchase_ip": IP, "email": "jane@example.com"}, True),
        ({"purchase_ip": IP, "account_id": "jane77"}, True),
        ({"purchase_ip": IP, "shipping_address": WHOLE}, True),
        ({"device_id": DEVICE, "account_id": "jane77"}, True),
        ({"device_fingerprint": FINGERPRINT, "email": "jane@example.com"}, True),
        ({"purchase_ip": IP}, False),
        ({"device_id": DEVICE}, False),
        ({"device_fingerprint": FINGERPRINT, "device_id": DEVICE}, False),
        ({"email": "jane@example.com", "account_id": "jane77"}, False),
        ({"email": "jane@example.com", "account_id": "jane77", "shipping_address": WHOLE}, False),
        ({"purchase_ip": IP, "shipping_address": HOME}, False),
        ({"device_id": "too-short", "email": "jane@example.com"}, False),
        ({"device_fingerprint": "nineteen-characters", "email": "jane@example.com"}, False),
        ({"purchase_ip": "10.0.0.1", "email": "jane@example.com"}, False),
        ({"purchase_ip": "unknown", "email": "jane@example.com"}, False),
    ],
)
def test_two_main_elements_or_one_main_and_one_secondary(values: dict[str, object], qualifies: bool) -> None:
    """Fingerprint and device id are one element, two secondary ones never do, and an address must be whole."""
    finding = find_priors(bare(*two_old()), three(**values))

    assert (finding.payload is not None) is qualifies
    if qualifies:
        assert set(finding.matched) == values.keys()
    else:
        assert "share" in finding.why


@pytest.mark.parametrize(
    "broken",
    [
        {"days_before": 119},
        {"days_before": 365},
        {"paid": False},
        {"disputed": True},
        {"fraud_reported": True},
        {"validation_only": True},
        {"same_card": False},
        {"purchase_ip": OTHER_IP},
        {"purchase_ip": None},
        {"description": None},
        {"description": "Subscription update"},
    ],
)
def test_any_broken_rule_disqualifies(broken: dict[str, object]) -> None:
    """A prior that Visa would not take is worse than none: the finding says what is lacking."""
    spoilt = an_earlier_charge(**{"days_before": 150, "charge_id": "ch_150", "purchase_ip": IP, **broken})  # type: ignore[arg-type]
    good = an_earlier_charge(days_before=300, charge_id="ch_300", purchase_ip=IP)
    finding = find_priors(a_ce3_dossier(earlier=(spoilt, good)), ())

    assert finding.payload is None
    assert (finding.priors, finding.matched) == ((), ())
    assert finding.why.endswith(".")


@pytest.mark.parametrize(
    ("before", "counts"),
    [
        (timedelta(days=120), True),
        (timedelta(days=120) - timedelta(seconds=1), False),
        (timedelta(days=364), True),
        (timedelta(days=364) + timedelta(seconds=1), False),
    ],
)
def test_a_prior_lies_120_to_364_days_back(before: timedelta, counts: bool) -> None:
    """Both ends count, to the second, in every time zone."""
    one = an_earlier_charge(created=SOLD_AT - before)

    assert (prior_candidates(a_ce3_dossier(earlier=(one,))) == (one,)) is counts


@pytest.mark.parametrize(
    ("network", "code"), [("visa", "10.3"), ("visa", None), ("mastercard", "10.4"), (None, None)]
)
def test_only_visa_10_4_can_be_answered_so(network: str | None, code: str | None) -> None:
    """The rule is Visa's, for fraud without the card."""
    about = a_dispute(network=network, network_reason_code=code)
    finding = find_priors(a_ce3_dossier(dispute=about), ())

    assert finding.payload is None
    assert "10.4" in finding.why


@given(dossiers(dispute=a_dispute()), items(), st.randoms(use_true_random=False))
def test_the_order_of_earlier_charges_does_not_matter(
    dossier: Dossier, supplied: tuple[EvidenceItem, ...], random: Random
) -> None:
    """Stripe lists as it pleases; the same facts give the same payload."""
    shuffled = list(dossier.earlier)
    random.shuffle(shuffled)

    again = find_priors(dossier.model_copy(update={"earlier": tuple(shuffled)}), supplied)

    assert again == find_priors(dossier, supplied)


@st.composite
def identified(draw: st.DrawFn) -> tuple[Dossier, tuple[EvidenceItem, ...]]:
    """Any history, most of it of one buyer, as the merchant's own source tells it."""
    history, buyer = draw(histories()), draw(identifiers())
    supplied = [an_item(buyer)]
    for one in history:
        told = draw(st.sampled_from((True, True, True, False)))
        given_of = buyer.model_copy(update={"charge_id": one.id}) if told else draw(identifiers(one.id))
        supplied.append(an_item(given_of))
    return a_ce3_dossier(earlier=history), tuple(supplied)


@given(identified())
def test_a_payload_keeps_every_rule(case: tuple[Dossier, tuple[EvidenceItem, ...]]) -> None:
    """Whatever is at hand, two distinct charges are named, both clean, of the right age, described and alike."""
    dossier, supplied = case
    finding = find_priors(dossier, supplied)
    if finding.payload is None:
        return
    known = {one.id: one for one in dossier.earlier}
    named = [known[prior] for prior in finding.priors]

    assert len({one.id for one in named}) == 2
    assert finding.priors == tuple(one.charge for one in finding.payload.priors)
    for one in named:
        assert one.paid
        assert one.same_card
        assert not any((one.disputed, one.fraud_reported, one.validation_only))
        assert timedelta(days=120) <= SOLD_AT - one.created <= timedelta(days=364)
    said = (finding.payload.disputed, *finding.payload.priors)
    assert all(one.product_description for one in said)
    for name in finding.matched:
        assert all(getattr(one, name) is not None for one in said)
    main = ("purchase_ip" in finding.matched) + bool(
        {"device_id", "device_fingerprint"} & set(finding.matched)
    )
    secondary = {"email", "account_id", "shipping_address"} & set(finding.matched)
    assert main == 2 or (main == 1 and secondary)


@given(identified(), st.integers(0, 5), st.sampled_from(["disputed", "fraud_reported", "validation_only"]))
def test_spoiling_a_charge_never_makes_two_qualify(
    case: tuple[Dossier, tuple[EvidenceItem, ...]], place: int, how: str
) -> None:
    """A dispute or fraud report on an earlier charge only ever takes it away."""
    dossier, supplied = case
    history = tuple(
        one.model_copy(update={how: True}) if number == place else one
        for number, one in enumerate(dossier.earlier)
    )
    after = find_priors(dossier.model_copy(update={"earlier": history}), supplied)

    if after.payload is not None:
        assert find_priors(dossier, supplied).payload is not None
        assert not set(after.priors) & {one.id for one in history if getattr(one, how)}


@given(identified(), st.integers(0, 364))
def test_a_later_dispute_of_the_same_charges_only_ages_them(
    case: tuple[Dossier, tuple[EvidenceItem, ...]], days: int
) -> None:
    """Charges older than a year at the new date are gone, whatever else they share."""
    dossier, supplied = case
    later = SOLD_AT + timedelta(days=days)
    moved = dossier.sale.model_copy(update={"charge": a_charge(created=later)})
    finding = find_priors(dossier.model_copy(update={"sale": moved}), supplied)
    fit = {one.id for one in dossier.earlier if timedelta(120) <= later - one.created <= timedelta(364)}

    assert set(finding.priors) <= fit


@given(dossiers(dispute=a_dispute()), items())
def test_nothing_personal_is_said_in_the_reason(dossier: Dossier, supplied: tuple[EvidenceItem, ...]) -> None:
    """The reason stands in histories and logs."""
    finding = find_priors(dossier, supplied)

    assert finding.why.strip()
    for secret in (IP, OTHER_IP, "jane", "Jane", "other@example.com", DEVICE, "Hill Road", "account-7"):
        assert secret not in finding.why


def test_an_ip_address_is_the_same_however_it_is_written() -> None:
    """A mapped or shortened form is the same address, and goes to Stripe as it was given."""
    history = two_old(purchase_ip="::ffff:203.0.113.7", billing=BUYER)
    finding = find_priors(a_ce3_dossier(earlier=history), ())

    assert finding.payload is not None
    assert finding.payload.priors[0].purchase_ip == "::ffff:203.0.113.7"
    assert finding.payload.disputed.purchase_ip == IP


def test_an_e_mail_address_is_the_same_in_capitals() -> None:
    """Compared without case, sent as given."""
    shouting = BUYER.model_copy(update={"email": "JANE@EXAMPLE.COM"})
    finding = find_priors(a_ce3_dossier(earlier=two_old(purchase_ip=IP, billing=shouting)), ())

    assert finding.payload is not None
    assert finding.payload.priors[0].email == "JANE@EXAMPLE.COM"


def test_an_address_is_the_same_with_other_commas_and_capitals() -> None:
    """Punctuation, blanks and case are noise; another street is not."""
    written = Address(
        line1="1, HILL ROAD",
        line2="flat 2",
        city="Springfield",
        state="il",
        postal_code="62701",
        country="us",
    )
    parcel = Shipment(to=Party(address=WHOLE))
    alike = bare(*two_old(shipping=Party(address=written)), shipment=parcel)
    elsewhere = bare(
        *two_old(shipping=Party(address=written.model_copy(update={"line1": "2 Hill Road"}))), shipment=parcel
    )

    assert find_priors(alike, three(purchase_ip=IP)).matched == ("purchase_ip", "shipping_address")
    assert find_priors(elsewhere, three(purchase_ip=IP)).payload is None


def test_stripes_customer_id_is_no_account_id() -> None:
    """The account id is what the customer signs in with; nobody recognises cus_…."""
    finding = find_priors(bare(*two_old()), three(purchase_ip=IP))

    assert finding.payload is None


def test_the_charges_own_metadata_identifies_the_disputed_one() -> None:
    """Merchants keep device and account beside the payment."""
    dossier = bare(
        *two_old(device_id=DEVICE, account_id="jane77"),
        charge=a_charge(metadata={"device_id": DEVICE, "customer_account_id": "jane77"}),
    )

    assert find_priors(dossier, ()).matched == ("device_id", "account_id")


def test_the_pair_that_shares_most_is_chosen() -> None:
    """Two main elements count more than one, whatever the age."""
    device_too = {"purchase_ip": IP, "device_id": DEVICE}
    history = (
        earlier(130, "ch_130", purchase_ip=IP, billing=BUYER),
        earlier(140, "ch_140", purchase_ip=IP, billing=BUYER),
        earlier(200, "ch_200", **device_too),
        earlier(250, "ch_250", **device_too),
    )
    dossier = a_ce3_dossier(earlier=history, sale=a_sale(charge=a_charge(metadata={"device_id": DEVICE})))

    assert find_priors(dossier, ()).priors == ("ch_200", "ch_250")


def test_of_pairs_that_share_as_much_the_newest_kept_ones_are_chosen() -> None:
    """The cardholder remembers what is recent, and a refunded purchase proves less."""
    alike = {"purchase_ip": IP, "billing": BUYER}
    history = (
        earlier(130, "ch_130", refunded_minor=4999, **alike),
        earlier(140, "ch_140", **alike),
        earlier(200, "ch_200", **alike),
        earlier(250, "ch_250", **alike),
    )

    assert find_priors(a_ce3_dossier(earlier=history), ()).priors == ("ch_140", "ch_200")


def test_a_pair_that_is_described_is_chosen_before_a_better_one_that_is_not() -> None:
    """What can be sent now is worth more than what lacks a description."""
    history = (
        earlier(130, "ch_130", purchase_ip=IP, billing=BUYER, description=None),
        *two_old(purchase_ip=IP, billing=BUYER),
    )

    assert find_priors(a_ce3_dossier(earlier=history), ()).priors == ("ch_150", "ch_300")


def test_a_lacking_description_is_named_and_never_invented() -> None:
    """A person is told which charge to describe."""
    history = two_old(purchase_ip=IP, billing=BUYER, description=None)
    finding = find_priors(a_ce3_dossier(earlier=history), ())
    undescribed = a_ce3_dossier(sale=a_sale(description="Subscription creation"))

    assert finding.payload is None
    assert "ch_150 and ch_300" in finding.why
    assert "the disputed charge" in find_priors(undescribed, ()).why


def test_a_supplied_description_completes_the_payload() -> None:
    """What the merchant says of a charge is what is sent of it, the last word first."""
    history = two_old(purchase_ip=IP, billing=BUYER, description=None)
    supplied = (
        said_of("ch_150", product_description="Boots"),
        said_of("ch_150", product_description="Walking boots"),
        said_of("ch_300", product_description="Socks"),
        an_item(TextContent(field="product_description", text="Boots, green")),
        an_item(FactsContent(product_description="Boots, brown")),
    )
    payload = find_priors(a_ce3_dossier(earlier=history), supplied).payload

    assert payload is not None
    assert payload.disputed.product_description == "Boots, brown"
    assert [one.product_description for one in payload.priors] == ["Walking boots", "Socks"]


def test_an_invoice_describes_what_stripe_billing_does_not() -> None:
    """`Subscription update` says nothing; the invoice's lines do."""
    dossier = a_ce3_dossier(sale=a_sale(description="Subscription update"), invoice=an_invoice())
    payload = find_priors(dossier, ()).payload

    assert payload is not None
    assert payload.disputed.product_description == "Boots Club, monthly"


def test_only_what_proves_something_is_sent() -> None:
    """An e-mail address that differs would speak against the merchant."""
    changed = BUYER.model_copy(update={"email": "other@example.com"})
    history = two_old(purchase_ip=IP, device_id=DEVICE, billing=changed)
    dossier = a_ce3_dossier(earlier=history, sale=a_sale(charge=a_charge(metadata={"device_id": DEVICE})))
    payload = find_priors(dossier, ()).payload

    assert payload is not None
    assert payload.disputed.email is None
    assert [one.email for one in payload.priors] == [None, None]


def test_goods_are_merchandise() -> None:
    """What was shipped is merchandise, whatever the default."""
    shipped = a_sale(shipment=Shipment(to=BUYER, tracking_number="1Z999"))
    payload = find_priors(a_ce3_dossier(sale=shipped), ()).payload

    assert payload is not None
    assert payload.merchandise_or_services == "merchandise"


def filled(*priors: Ce3Transaction, **disputed: object) -> Ce3Filled:
    return Ce3Filled(
        disputed=Ce3Transaction.model_validate(disputed), merchandise_or_services="merchandise", priors=priors
    )


BY_STRIPE = (
    Ce3Transaction(charge="ch_300", purchase_ip=IP, email="jane@example.com"),
    Ce3Transaction(charge="ch_340", purchase_ip=IP, email="jane@example.com"),
)


def test_what_stripe_filled_in_is_completed_and_never_replaced() -> None:
    """Its choice of charges and its values stay; a missing description is added."""
    history = (*a_ce3_dossier().earlier, an_earlier_charge(days_before=340, charge_id="ch_340"))
    by_stripe = filled(
        *BY_STRIPE,
        purchase_ip=IP,
        email="Jane@Example.com",
        account_id="jane77",
        product_description="Boots",
    )
    supplied = (said_of(None, email="jane@example.com", product_description="Something else"),)
    finding = find_priors(a_ce3_dossier(earlier=history, ce3_filled=by_stripe), supplied)

    assert finding.priors == ("ch_300", "ch_340")
    assert finding.payload is not None
    assert finding.payload.merchandise_or_services == "merchandise"
    assert finding.payload.disputed == by_stripe.disputed
    assert finding.payload.priors == tuple(
        one.model_copy(update={"product_description": "Walking boots, size 41"}) for one in BY_STRIPE
    )


def test_stripes_choice_that_lacks_a_description_is_not_swapped_for_ours() -> None:
    """The finding asks for the description instead."""
    finding = find_priors(a_ce3_dossier(ce3_filled=filled(*BY_STRIPE)), ())

    assert finding.payload is None
    assert "ch_340" in finding.why


def test_stripes_choice_that_was_disputed_since_is_given_up() -> None:
    """A disputed prior disqualifies, whoever chose it."""
    history = (
        *a_ce3_dossier().earlier,
        an_earlier_charge(days_before=340, charge_id="ch_340", purchase_ip=IP, disputed=True),
    )
    finding = find_priors(a_ce3_dossier(earlier=history, ce3_filled=filled(*BY_STRIPE)), ())

    assert finding.priors == ("ch_150", "ch_300")


def test_too_few_earlier_charges_are_counted_by_what_is_wrong_with_them() -> None:
    """A person sees at once whether anything can be done."""
    history = (
        an_earlier_charge(days_before=30, charge_id="ch_1"),
        an_earlier_charge(days_before=60, charge_id="ch_2"),
        an_earlier_charge(days_before=200, charge_id="ch_3", disputed=True),
        an_earlier_charge(days_before=200, charge_id="ch_4"),
    )
    why = find_priors(a_ce3_dossier(earlier=history), ()).why

    assert "1 of 4 known to Stripe will do (1 disputed, 2 too recent)" in why


def test_the_disputed_charge_is_never_its_own_prior() -> None:
    """Nor does the same charge listed twice count as two."""
    twice = an_earlier_charge(days_before=200, charge_id="ch_200", purchase_ip=IP)
    itself = an_earlier_charge(days_before=200, charge_id="ch_1", purchase_ip=IP)

    assert prior_candidates(a_ce3_dossier(earlier=(twice, itself, twice))) == (twice,)


def test_a_summary_says_what_a_history_may_hold() -> None:
    """Open is Stripe's word, ready is ours; identifiers stay out."""
    finding = find_priors(a_ce3_dossier(), ())
    unlisted = ce3_summary(a_dispute(), finding)
    listed = ce3_summary(a_ce3_dossier().dispute, Ce3Finding(why="Lacking."))

    assert (unlisted.open, unlisted.ready, unlisted.priors) == (False, True, ("ch_150", "ch_300"))
    assert listed == Ce3Summary(open=True, ready=False, why="Lacking.")
    assert IP not in unlisted.model_dump_json()
