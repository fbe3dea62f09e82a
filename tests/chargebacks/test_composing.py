"""The draft as a whole: letter, texts within Stripe's limits, findings; and what holds for any facts."""

import re

import pytest
from composing_samples import (
    MONTH,
    about,
    composed,
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
    a_ce3_dossier,
    a_charge,
    a_dossier,
    a_refund,
    a_sale,
    a_subscription,
    an_earlier_charge,
    an_invoice,
    refunded_sale,
)

from chargebacks.disputes import LinkedAlert
from chargebacks.dossier import Party
from chargebacks.evidence_fields import MOST_CHARACTERS, TEXT_FIELDS, ProductType
from chargebacks.evidence_items import (
    Content,
    IdentifiersContent,
    PolicyKind,
    Supplier,
    UsageContent,
)

NOT_RECEIVED = a_dossier(dispute=about("product_not_received", "13.1"), purchase_ip=IP)
STILL_BILLED = a_dossier(
    dispute=about("subscription_canceled", "13.2"),
    subscription=a_subscription(),
    invoice=an_invoice(lines=(MONTH,)),
)


class TestLetter:
    def test_facts(self) -> None:
        """The letter names dispute, network and reason code, amount, charge, date, cardholder, card and order."""
        sale = a_sale(charge=a_charge(order_ids=("A-1",)))
        letter = composed(a_dossier(sale=sale, merchant_address=HOME)).draft.letter
        assert letter.merchant == "Boots Shop"
        assert letter.merchant_lines == HOME.lines
        assert letter.subject == "Response to dispute du_1"
        assert {row.label: row.value for row in letter.facts} == {
            "Dispute": "du_1, opened on 11 March 2026",
            "Reason": "Visa 10.4 Other Fraud: Card-Absent Environment",
            "Amount in dispute": "49.99 USD",
            "Charge": "ch_1 of 49.99 USD",
            "Date of sale": "1 March 2026",
            "Cardholder": "Jane Doe",
            "E-mail address": "jane@example.com",
            "Card": "Visa ending in 4242",
            "Order": "A-1",
        }
        assert all(row.sources for row in letter.facts)

    @pytest.mark.parametrize(
        ("reason", "network", "code", "shown"),
        [
            ("general", "mastercard", "4968", "Mastercard 4968"),
            ("product_not_received", "amex", "C08", "American Express C08 Goods/Services Not"),
            ("general", "visa", "99.9", "Visa 99.9"),
        ],
    )
    def test_reason(self, reason: str, network: str, code: str, shown: str) -> None:
        """A code without a name stands alone, and a network is spelled like the card's brand."""
        dispute = about(reason, code, network=network)
        letter = composed(a_dossier(dispute=dispute, sale=a_sale(charge=a_charge(brand="amex")))).draft.letter
        told = {row.label: row.value for row in letter.facts}
        assert told["Reason"].startswith(shown)
        assert "Named" not in told["Reason"]
        assert told["Card"] == "American Express ending in 4242"

    @pytest.mark.parametrize(
        ("status", "contents", "heading"),
        [
            ("needs_response", (parcel(),), "Why this dispute is unfounded"),
            ("needs_response", (), "About this sale"),
            ("warning_needs_response", (parcel(),), "Answer to the inquiry"),
        ],
    )
    def test_heading(self, status: str, contents: tuple[Content, ...], heading: str) -> None:
        """An inquiry is answered and not called unfounded; nor is a dispute against which nothing speaks."""
        dispute = about("product_not_received", "C08", network="amex", status=status)
        assert composed(a_dossier(dispute=dispute), *contents).draft.letter.heading == heading

    def test_other_methods(self) -> None:
        """Where no card was used nobody is called a cardholder, and the reason is Stripe's word."""
        dispute = about("product_not_received", method="klarna", network=None)
        letter = composed(a_dossier(dispute=dispute)).draft.letter
        told = {row.label: row.value for row in letter.facts}
        assert told["Reason"] == "Product not received"
        assert "Cardholder" not in told

    @pytest.mark.parametrize(
        ("dispute", "subject", "asked"),
        [
            (about("fraudulent"), "Response to dispute", "that 49.99 USD be returned"),
            (
                about("fraudulent", status="warning_needs_response"),
                "Response to inquiry",
                "inquiry be closed",
            ),
            (
                about("fraudulent", status="appeal_needs_response"),
                "Appeal in dispute",
                "decision be reviewed",
            ),
        ],
    )
    def test_stages(self, dispute: object, subject: str, asked: str) -> None:
        """An inquiry, a chargeback and an appeal ask for what each of them can give."""
        letter = composed(a_dossier(dispute=dispute)).draft.letter
        assert letter.subject == f"{subject} du_1"
        assert asked in letter.request

    def test_credit_in_part(self) -> None:
        """Where a part was refunded, that part is asked for in any case."""
        dispute = about("credit_not_processed", "13.6")
        letter = composed(a_dossier(dispute=dispute, sale=refunded_sale(a_refund(2000)))).draft.letter
        assert "in any case for the 20.00 USD that has been refunded" in letter.request

    def test_nameless_account(self) -> None:
        """Without a business name the letter bears the descriptor, and a person is told."""
        made = composed(a_dossier(merchant_name=""))
        assert made.draft.letter.merchant == "BOOTS SHOP"
        assert any("no business name" in one for one in made.findings)

    def test_nothing_shown_that_does_not_exist(self) -> None:
        """A statement whose exhibit is left out as harmful refers to no exhibit."""
        made = composed(NOT_RECEIVED, facts(agreed_at=day(40)))
        shown = {one.key for one in made.draft.exhibits}
        assert set(made.draft.letter.argument.exhibits) <= shown


class TestTexts:
    def test_shipped_goods(self) -> None:
        """Goods that were shipped fill Stripe's shipping fields and those of the customer."""
        texts = composed(a_dossier(sale=a_sale(shipment=PARCEL), purchase_ip=IP), parcel()).draft.texts
        assert texts["customer_name"] == "Jane Doe"
        assert texts["customer_email_address"] == "jane@example.com"
        assert texts["customer_purchase_ip"] == IP
        assert texts["product_description"] == "Walking boots, size 42"
        assert (
            texts["billing_address"] == texts["shipping_address"] == "1 Hill Road, Springfield, IL 62701, US"
        )
        assert texts["shipping_carrier"] == "UPS"
        assert texts["shipping_date"] == "2 March 2026"
        assert texts["shipping_tracking_number"] == "1Z999AA10123456784"

    def test_from_the_order_alone(self) -> None:
        """Without a carrier's record the order's own carrier and tracking number are said, and no date."""
        texts = composed(a_dossier(sale=a_sale(shipment=PARCEL))).draft.texts
        assert texts["shipping_tracking_number"] == "1Z999AA10123456784"
        assert "shipping_date" not in texts

    def test_letter_in_words(self) -> None:
        """Whoever opens no file reads the argument in `uncategorized_text`."""
        draft = composed(NOT_RECEIVED, parcel()).draft
        said = (draft.letter.argument, *draft.letter.statements)
        assert draft.texts["uncategorized_text"].split("\n") == [one.text for one in said]

    def test_activity_log(self) -> None:
        """The activity log is a table of what was done after the purchase."""
        texts = composed(NOT_RECEIVED, mixed_usage(), product=ProductType.DIGITAL).draft.texts
        head, first, *others = texts["access_activity_log"].split("\n")
        assert head == "Time | Activity | IP address | Device | Detail"
        assert first == f"2 March 2026, 12:00 UTC | Signed in | {IP} |  | "
        assert len(others) == 2

    def test_long_activity_log(self) -> None:
        """A log that is too long loses whole rows, keeps those that matter, and says how many are left out."""
        row = usage(1).rows[0].model_copy(update={"detail": "x" * 200, "ip": None})
        late = row.model_copy(update={"at": day(9), "ip": IP})
        log = UsageContent(
            rows=(*(row.model_copy(update={"at": day(number / 100)}) for number in range(1, 300)), late)
        )
        made = composed(NOT_RECEIVED, log, product=ProductType.DIGITAL)
        written = made.draft.texts["access_activity_log"]
        *shown, note = written.split("\n")
        assert 19_500 < len(written) <= 20_000
        assert IP in shown[-1]
        assert all(line.endswith("x" * 200) for line in shown[1:])
        hidden = 300 - len(shown[1:])
        assert note == f"Rows of the log that are left out for length: {hidden}."
        assert [one.what for one in made.left_out] == [f"{hidden} rows of access_activity_log"]

    def test_prefilled(self) -> None:
        """What Stripe filled in stays, unless the merchant's own evidence names the field."""
        dossier = a_dossier(prefilled={"customer_name": "JANE DOE", "product_description": "Boots"})
        assert not {"customer_name", "product_description"} & composed(dossier).draft.texts.keys()
        own = text("product_description", "Walking boots of brown leather")
        texts = composed(dossier, own).draft.texts
        assert texts["product_description"] == "Walking boots of brown leather"
        assert "customer_name" not in texts

    def test_other_directions(self) -> None:
        """Stripe's fields hold names as they are, without the marks that order them in a letter."""
        dossier = a_dossier(dispute=about("product_not_received", "13.1"))
        draft = composed(dossier, parcel(signed_by="נועה לוי")).draft
        assert "\u2068נועה לוי\u2069" in draft.letter.argument.text
        assert "signed for by נועה לוי." in draft.texts["uncategorized_text"]

    def test_disclosed_elsewhere(self) -> None:
        """Terms that the customer saw disclose what a policy that nobody saw does not."""
        unseen, seen = policy(shown_where=""), policy(PolicyKind.TERMS)
        texts = composed(a_dossier(), unseen, seen).draft.texts
        assert "saw or accepted the terms here" in texts["refund_policy_disclosure"]

    def test_merchants_words(self) -> None:
        """The merchant's own text stands before one made of facts, and its source is the item."""
        draft = composed(NOT_RECEIVED, parcel(), text("shipping_date", "The second of March")).draft
        assert draft.texts["shipping_date"] == "The second of March"
        assert draft.text_sources["shipping_date"][0].supplier is Supplier.PERSON

    def test_refund_refusal(self) -> None:
        """A refusal is explained with the clause, and how the policy was disclosed with where it was seen."""
        dossier = a_dossier(dispute=about("credit_not_processed", "13.6"))
        texts = composed(dossier, policy(), facts(refund_refused_because="The boots were worn.")).draft.texts
        assert texts["refund_refusal_explanation"] == (
            "The boots were worn.\nThe refund policy says: Worn boots are not taken back."
        )
        assert (
            "saw or accepted the refund policy here: checkbox at checkout."
            in texts["refund_policy_disclosure"]
        )

    def test_undisclosed_policy(self) -> None:
        """A policy of which nobody knows where it was seen discloses nothing."""
        assert "refund_policy_disclosure" not in composed(a_dossier(), policy(shown_where="")).draft.texts

    def test_cancellation(self) -> None:
        """A subscription's dispute is rebutted in the field for it, and the period is the date of the service."""
        cancelling = policy(PolicyKind.CANCELLATION)
        texts = composed(STILL_BILLED, cancelling, product=ProductType.SUBSCRIPTION).draft.texts
        assert "was active when the charge was made" in texts["cancellation_rebuttal"]
        assert texts["service_date"] == "1 March 2026 to 31 March 2026"
        assert "cancellation policy" in texts["cancellation_policy_disclosure"]

    def test_refund_denies_a_refusal(self) -> None:
        """Beside a refund in full no field says that none was owed."""
        dossier = a_dossier(dispute=about("credit_not_processed", "13.6"), sale=refunded_sale(a_refund()))
        made = composed(dossier, text("refund_refusal_explanation", "The boots were worn."))
        assert "refund_refusal_explanation" not in made.draft.texts
        assert [one.what for one in made.left_out] == ["text of refund_refusal_explanation"]

    def test_duplicate(self) -> None:
        """The other charge and the difference fill the fields for duplicates; a real duplicate fills none."""
        dispute = about("duplicate", "12.6.1")
        other, same = an_earlier_charge(days_before=2), "Walking boots, size 42"
        texts = composed(a_dossier(dispute=dispute, earlier=(other,))).draft.texts
        assert texts["duplicate_charge_id"] == "ch_old"
        assert "are two payments" in texts["duplicate_charge_explanation"]
        real = an_earlier_charge(days_before=2, description=same)
        assert "duplicate_charge_id" not in composed(a_dossier(dispute=dispute, earlier=(real,))).draft.texts

    def test_short_fields(self) -> None:
        """A text for a short field ends after a whole word, with a note, and this is told."""
        made = composed(a_dossier(), text("shipping_address", "Hill Road " * 600))
        written = made.draft.texts["shipping_address"]
        assert len(written) <= 5_000
        assert re.search(r"(Hill|Road) \[The rest is left out for its length\.\]$", written)
        assert [one.what for one in made.left_out] == ["end of the text of shipping_address"]

    def test_all_together(self) -> None:
        """All texts together keep to 150,000 characters: names and argument stay whole, the log gives way first."""
        long = [
            text(field, "Word after word. " * 1170) for field, most in TEXT_FIELDS.items() if most == 20_000
        ]
        short = [
            text(field, "Word. " * 800) for field in ("billing_address", "shipping_address", "service_date")
        ]
        made = composed(a_dossier(), *long, *short)
        assert sum(map(len, made.draft.texts.values())) <= MOST_CHARACTERS
        assert made.draft.texts["customer_name"] == "Jane Doe"
        assert len(made.draft.texts["uncategorized_text"]) == len(("Word after word. " * 1170).strip())
        assert [one.what for one in made.left_out] == [
            "end of the text of cancellation_policy_disclosure",
            "text of access_activity_log",
        ]


class TestFindings:
    def test_pending_refund(self) -> None:
        """A pending refund is not claimed, and a person is told."""
        made = composed(a_dossier(sale=refunded_sale(a_refund(status="pending"))))
        assert "Refund re_1 has the status pending: it is not claimed as a credit." in made.findings

    def test_refund_that_stripe_does_not_know(self) -> None:
        """A refund of the alert's case that Stripe does not list is not claimed, and a person is told."""
        alert = LinkedAlert(case_id="alert/hit/1", refund_id="re_9")
        made = composed(a_dossier(alert=alert))
        assert "re_9" not in made.draft.model_dump_json()
        assert any("re_9, which Stripe does not list" in one for one in made.findings)

    def test_real_duplicate(self) -> None:
        """Where nothing tells two charges apart a person is asked to look."""
        other = an_earlier_charge(days_before=1, description="Walking boots, size 42")
        made = composed(a_dossier(dispute=about("duplicate", "12.6.1"), earlier=(other,)))
        assert any(
            "Nothing at hand tells charge ch_old from the disputed one" in one for one in made.findings
        )

    def test_cancelled_before_the_charge(self) -> None:
        """A cancellation before the charge is told to a person, not to the issuer."""
        made = composed(STILL_BILLED, facts(cancelled_at=day(-5)), product=ProductType.SUBSCRIPTION)
        assert any("before the charge of 1 March 2026" in one for one in made.findings)
        assert "24 February" not in made.draft.model_dump_json()

    def test_return_without_refund(self) -> None:
        """A return that was received and not paid back is told to a person."""
        made = composed(a_dossier(), facts(return_received_at=day(6)))
        assert any("A return was received on 7 March 2026" in one for one in made.findings)

    def test_other_customer(self) -> None:
        """Another customer's correspondence reaches neither letter nor exhibits, and a person is told."""
        made = composed(NOT_RECEIVED, messages("Where are my socks?", sender="rob@example.com"))
        assert "socks" not in made.draft.model_dump_json()
        assert "rob@" not in made.draft.model_dump_json()
        assert len(made.findings) == len(made.left_out) == 1


def test_documents_are_shown_as_they_are() -> None:
    """A file that came in is an exhibit of its own slot with the hash of what was checked."""
    draft = composed(a_ce3_dossier(), file("customer_signature", "signed.pdf", sha256="b" * 64)).draft
    block = next(one for one in draft.exhibits if one.slot == "customer_signature").blocks[0]
    assert block.type == "document"
    assert (block.sha256, block.name, block.pages) == ("b" * 64, "signed.pdf", 2)


class TestMerchantsRecords:
    """What a source's identifiers say of the sale counts as at hand, and is filed where Stripe knows nothing."""

    UNKNOWN = a_dossier(
        dispute=about("product_not_received", "13.1"),
        sale=a_sale(billing=Party(name="Jane Doe"), receipt_email=None),
        customer=None,
    )
    KNOWN = IdentifiersContent(email="jane@example.org", shipping_address=HOME)

    def test_fill_what_stripe_does_not_know(self) -> None:
        texts = composed(self.UNKNOWN, self.KNOWN).draft.texts
        assert texts["shipping_address"] == HOME.one_line()
        assert texts["customer_email_address"] == "jane@example.org"

    def test_give_way_to_stripe(self) -> None:
        """Which is what the bank sees, too."""
        dossier = a_dossier(dispute=about("product_not_received", "13.1"), sale=a_sale(shipment=PARCEL))
        texts = composed(dossier, self.KNOWN).draft.texts
        assert texts["customer_email_address"] == "jane@example.com"

    def test_of_another_charge_say_nothing(self) -> None:
        elsewhere = self.KNOWN.model_copy(update={"charge_id": "ch_before"})
        texts = composed(self.UNKNOWN, elsewhere).draft.texts
        assert not {"shipping_address", "customer_email_address"} & texts.keys()
