"""What is shown, in which of Stripe's file fields, and what stays out of a packet of few pages."""

from datetime import timedelta

import pytest
from composing_samples import (
    CLAUSE,
    MONTH,
    about,
    composed,
    day,
    exhibit,
    facts,
    file,
    keys,
    messages,
    mixed_usage,
    parcel,
    policy,
    usage,
)
from dispute_builders import (
    CHECKED,
    IP,
    OTHER_IP,
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

from chargebacks.dossier import CardChecks
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import Message, MessagesContent, PolicyKind
from chargebacks.packet import (
    DocumentBlock,
    Exhibit,
    QuoteBlock,
    RowsBlock,
    TableBlock,
    TextBlock,
    TimelineBlock,
)

NOT_RECEIVED = a_dossier(dispute=about("product_not_received", "13.1"), purchase_ip=IP)


def rows(one: Exhibit) -> dict[str, str]:
    return {
        row.label: row.value for block in one.blocks if isinstance(block, RowsBlock) for row in block.rows
    }


def table(one: Exhibit) -> TableBlock:
    return next(block for block in one.blocks if isinstance(block, TableBlock))


class TestReceipt:
    def test_the_sale(self) -> None:
        """The record of the sale holds charge, amount, date, card, checks, descriptor, buyer and invoice lines."""
        sale = a_sale(
            checks=CHECKED, shipment=PARCEL, charge=a_charge(order_ids=("A-1",), wallet="apple_pay")
        )
        shown = exhibit(
            composed(a_dossier(sale=sale, invoice=an_invoice(lines=(MONTH,)), purchase_ip=IP)), "receipt"
        )
        assert shown.slot == "receipt"
        told = rows(shown)
        assert told["Charge"] == "ch_1"
        assert told["Amount"] == "49.99 USD"
        assert told["Date and time"] == "1 March 2026, 12:00 UTC"
        assert told["Card"] == "Visa ending in 4242 (Apple Pay)"
        assert told["Statement descriptor"] == "BOOTS SHOP"
        assert told["Confirmed by the issuer"].endswith("and card security code (CVC)")
        assert told["Order"] == "A-1"
        assert told["Billing address"] == "1 Hill Road, Springfield, IL 62701, US"
        assert told["IP address of the purchase"] == IP
        assert table(shown).rows[0] == (
            "Boots Club, monthly",
            "1",
            "49.99 USD",
            "1 March 2026 to 31 March 2026",
        )

    def test_failed_checks(self) -> None:
        """What the issuer denied or did not check is not shown."""
        shown = exhibit(
            composed(a_dossier(sale=a_sale(checks=CardChecks(cvc="fail", address_line1="unchecked")))),
            "receipt",
        )
        assert "Confirmed by the issuer" not in rows(shown)

    def test_beside_stripes_own(self) -> None:
        """Stripe's own receipt keeps its field; ours goes elsewhere, unless the merchant fills that field."""
        dossier = a_dossier(prefilled={"receipt": "file_1"})
        assert exhibit(composed(dossier), "receipt").slot == "uncategorized_file"
        assert exhibit(composed(dossier, file("receipt")), "receipt").slot == "receipt"


class TestRefund:
    def test_proof(self) -> None:
        """The proof of refund shows id, date, amount, status and ARN, and is never left out when it leads."""
        dossier = a_dossier(
            dispute=about("credit_not_processed", "13.6"),
            sale=refunded_sale(a_refund(arn="74087123", settled=True)),
        )
        shown = composed(dossier).draft.exhibits[0]
        assert (shown.key, shown.slot, shown.rank) == ("refund", "uncategorized_file", 1)
        assert table(shown).rows == (("re_1", "49.99 USD", "6 Mar 2026, 12:00", "succeeded", "74087123"),)

    def test_failed(self) -> None:
        """A failed refund is no exhibit."""
        assert "refund" not in keys(composed(a_dossier(sale=refunded_sale(a_refund(status="failed")))))


class TestDelivery:
    def test_parcel(self) -> None:
        """Carrier, tracking number, dates, signature, address and events stand in the delivery's exhibit."""
        shown = exhibit(composed(NOT_RECEIVED, parcel()), "delivery")
        assert shown.slot == "shipping_documentation"
        told = rows(shown)
        assert told["Tracking number"] == "1Z999AA10123456784"
        assert told["Delivered"] == "4 March 2026, 12:00 UTC"
        assert told["Signed for by"] == "J DOE"
        assert told["Delivered to"] == "1 Hill Road, Springfield, IL 62701, US"
        assert table(shown).rows == (("4 Mar 2026, 12:00", "Delivered, front door", "Springfield"),)

    def test_many_parcels(self) -> None:
        """Of many parcels the latest to arrive stands first, and how many are not shown is said."""
        parcels = [
            parcel(tracking_number=f"1Z{number}", delivered_at=day(1 + number / 2)) for number in range(12)
        ]
        shown = exhibit(composed(NOT_RECEIVED, *parcels), "delivery")
        assert rows(shown)["Tracking number"] == "1Z4"
        first = shown.blocks[0]
        assert isinstance(first, RowsBlock)
        assert first.title == "Parcel 1Z11"
        assert shown.blocks[-1] == TextBlock(text="Not shown for length: 4 parcels.")


class TestUsage:
    def test_log(self) -> None:
        """The log shows use after the purchase; rows from the address of the purchase are marked."""
        made = composed(NOT_RECEIVED, mixed_usage(), product=ProductType.DIGITAL)
        shown = table(exhibit(made, "usage"))
        assert [row[0] for row in shown.rows] == [
            "2 Mar 2026, 12:00",
            "3 Mar 2026, 12:00",
            "7 Mar 2026, 12:00",
        ]
        assert shown.highlighted == (0, 2)

    def test_after_cancellation(self) -> None:
        """Rows after the claimed cancellation are marked."""
        dossier = a_dossier(
            dispute=about("subscription_canceled", "13.2"), subscription=a_subscription(canceled_at=day(2))
        )
        made = composed(dossier, usage(1, 3, 5), product=ProductType.SUBSCRIPTION)
        assert table(exhibit(made, "usage")).highlighted == (1, 2)

    def test_bold_says_something(self) -> None:
        """What all rows have in common is said and not marked; what a part of them has is marked."""
        dossier = a_dossier(
            dispute=about("subscription_canceled", "13.2"),
            subscription=a_subscription(canceled_at=day(2)),
            purchase_ip=IP,
        )
        product = ProductType.SUBSCRIPTION
        same = exhibit(composed(dossier, usage(3, 4), product=product), "usage")
        assert table(same).highlighted == ()
        assert same.summary.endswith(
            "All of it after the recorded cancellation and from the IP address of the purchase."
        )
        mixed = composed(dossier, usage(3, 4), usage(5, ip=OTHER_IP), product=product)
        assert table(exhibit(mixed, "usage")).highlighted == (0, 1)
        assert exhibit(mixed, "usage").summary.endswith("In bold: from the IP address of the purchase.")
        either = composed(dossier, usage(1), usage(3, ip=OTHER_IP), product=product)
        assert table(exhibit(either, "usage")).highlighted == (1,)
        assert exhibit(either, "usage").summary.endswith("In bold: after the recorded cancellation.")

    def test_long_log(self) -> None:
        """A long log keeps the rows that matter and says how many it does not show."""
        moments = [day(1) + timedelta(hours=number) for number in range(200)]
        rows_of_log = [usage(1).rows[0].model_copy(update={"at": at, "ip": None}) for at in moments]
        rows_of_log[-1] = rows_of_log[-1].model_copy(update={"ip": IP})
        log = usage(1).model_copy(update={"rows": tuple(rows_of_log)})
        shown = exhibit(composed(NOT_RECEIVED, log, product=ProductType.DIGITAL), "usage")
        assert len(table(shown).rows) == 60
        assert table(shown).highlighted == (59,)
        assert shown.blocks[-1] == TextBlock(text="Not shown for length: 140 rows.")


class TestCorrespondence:
    def test_quotes(self) -> None:
        """Messages are quoted as they were written, with who, to whom and when."""
        shown = exhibit(composed(NOT_RECEIVED, messages("Where is it?", "It came!")), "communication")
        assert shown.slot == "customer_communication"
        quotes = [block for block in shown.blocks if isinstance(block, QuoteBlock)]
        assert [quote.text for quote in quotes] == ["Where is it?", "It came!"]
        assert quotes[0].head == (
            "E-mail, 3 March 2026, 12:00 UTC, from jane@example.com to help@boots.example"
        )

    def test_long_correspondence(self) -> None:
        """Of a long correspondence the latest whole messages are shown, and how many are not is said."""
        many = [
            Message(at=day(number / 10), sender="jane@example.com", recipient="shop", text="word " * 300)
            for number in range(40)
        ]
        shown = exhibit(composed(NOT_RECEIVED, MessagesContent(messages=tuple(many))), "communication")
        quotes = [block for block in shown.blocks if isinstance(block, QuoteBlock)]
        assert len(quotes) == 8
        assert all(quote.text == ("word " * 300).strip() for quote in quotes)
        assert shown.blocks[-1] == TextBlock(text="Not shown for length: 32 messages.")

    def test_one_endless_message(self) -> None:
        """A message that is too long ends after a whole word and says so."""
        shown = exhibit(composed(NOT_RECEIVED, messages("words " * 3000)), "communication")
        quote = shown.blocks[0]
        assert isinstance(quote, QuoteBlock)
        assert quote.text.endswith("words [The rest is left out for its length.]")
        assert len(quote.text) <= 4000


class TestPolicies:
    @pytest.mark.parametrize(
        ("kind", "slot"),
        [
            (PolicyKind.REFUND, "refund_policy"),
            (PolicyKind.CANCELLATION, "cancellation_policy"),
            (PolicyKind.TERMS, "uncategorized_file"),
        ],
    )
    def test_clause(self, kind: PolicyKind, slot: str) -> None:
        """A policy shows its text with the clause marked, since when it was in force, and where it was seen."""
        shown = exhibit(composed(a_dossier(), policy(kind, in_force_from=day(-90))), kind.value)
        assert shown.slot == slot
        assert rows(shown)["In force from"] == "1 December 2025"
        assert rows(shown)["Seen or accepted"] == "checkbox at checkout"
        quote = shown.blocks[-1]
        assert isinstance(quote, QuoteBlock)
        assert quote.marked == CLAUSE
        assert CLAUSE in quote.text

    def test_long_policy(self) -> None:
        """Of a policy that is too long for the packet the clause is shown in any case, and that the rest is not."""
        long = policy(text="We say. " * 2400 + CLAUSE)
        quote, note = exhibit(composed(a_dossier(), long), "refund_policy").blocks[-2:]
        assert note == TextBlock(text="Not shown for length: the rest of the refund policy.")
        assert isinstance(quote, QuoteBlock)
        assert quote.text == quote.marked == CLAUSE


class TestOthers:
    def test_timeline(self) -> None:
        """The timeline holds every key date in order."""
        made = composed(NOT_RECEIVED, parcel(), messages("Where is it?"))
        block = exhibit(made, "timeline").blocks[0]
        assert isinstance(block, TimelineBlock)
        assert [entry.text for entry in block.entries] == [
            "Charge of 49.99 USD.",
            "Parcel 1Z999AA10123456784 was shipped.",
            "Message from or to the customer.",
            "Parcel 1Z999AA10123456784 was delivered.",
            "The dispute was opened.",
        ]
        assert [entry.key for entry in block.entries] == [True, False, False, True, True]

    def test_harmful_date(self) -> None:
        """A cancellation before the charge, which no line argues with, does not stand in the timeline either."""
        dossier = a_dossier(dispute=about("subscription_canceled", "13.2"), subscription=a_subscription())
        made = composed(
            dossier, facts(cancelled_at=day(-4), service_at=day(3)), product=ProductType.SUBSCRIPTION
        )
        assert "cancel" not in exhibit(made, "timeline").model_dump_json()

    def test_history(self) -> None:
        """The history shows the earlier charges beside the disputed one, the two that are argued with marked."""
        third = an_earlier_charge(days_before=10, charge_id="ch_10")
        dossier = a_ce3_dossier()
        shown = exhibit(
            composed(dossier.model_copy(update={"earlier": (third, *dossier.earlier)})), "history"
        )
        assert [row[0] for row in table(shown).rows] == ["ch_300", "ch_150", "ch_10", "ch_1"]
        assert table(shown).highlighted == (0, 1)
        assert table(shown).rows[0][4] == "card, purchase IP address and e-mail address"

    def test_comparison(self) -> None:
        """Two charges stand side by side with ids, dates, amounts and what they are for."""
        dossier = a_dossier(dispute=about("duplicate", "12.6.1"), earlier=(an_earlier_charge(days_before=2),))
        shown = exhibit(composed(dossier), "comparison")
        assert shown.slot == "duplicate_charge_documentation"
        assert table(shown).rows[:4] == (
            ("Charge", "ch_1", "ch_old"),
            ("Date and time", "1 March 2026, 12:00 UTC", "27 February 2026, 12:00 UTC"),
            ("Amount", "49.99 USD", "49.99 USD"),
            ("For", "Walking boots, size 42", "Walking boots, size 41"),
        )

    def test_three_d_secure(self) -> None:
        """3-D Secure shows result, version and indicator, and only in a dispute about fraud."""
        sale = a_sale(
            charge=a_charge(three_d_secure=True, liability_shift=True),
            eci="05",
            three_d_secure_result="authenticated",
            three_d_secure_version="2.2.0",
        )
        told = rows(exhibit(composed(a_dossier(sale=sale)), "three_d_secure"))
        assert (told["Result"], told["Version"]) == ("authenticated", "2.2.0")
        assert told["Electronic commerce indicator (ECI)"] == "05"
        elsewhere = a_dossier(sale=sale, dispute=about("duplicate", "12.6.1"))
        assert "three_d_secure" not in keys(composed(elsewhere))

    def test_several_files_in_one_slot(self) -> None:
        """All files of one slot become exhibits of it, in the order in which they came."""
        files = [file("customer_communication", f"chat-{n}.pdf", sha256=str(n) * 64) for n in (1, 2, 3)]
        made = composed(NOT_RECEIVED, *files)
        shown = [one for one in made.draft.exhibits if one.slot == "customer_communication"]
        assert [one.title for one in shown] == [
            f"Communication with the customer ({number} of 3)" for number in (1, 2, 3)
        ]
        names = [block.name for one in shown for block in one.blocks if isinstance(block, DocumentBlock)]
        assert names == ["chat-1.pdf", "chat-2.pdf", "chat-3.pdf"]

    def test_ranks(self) -> None:
        """What carries the argument stands first and stays; documents of unknown length may go."""
        made = composed(NOT_RECEIVED, parcel(), file("customer_signature"), policy(), facts(returned=False))
        ranks = {one.key.partition("_")[0]: one.rank for one in made.draft.exhibits}
        assert made.draft.exhibits[0].key == "delivery"
        assert ranks["delivery"] == 1
        assert 1 < ranks["document"] < ranks["timeline"]
