"""What the letter argues: the words an analyst looks for, for each line, and which line leads."""

import pytest
from composing_samples import (
    MONTH,
    about,
    argued,
    day,
    facts,
    file,
    messages,
    mixed_usage,
    parcel,
    policy,
    told,
    usage,
)
from composing_samples import text as words
from dispute_builders import (
    CHECKED,
    IP,
    OTHER_IP,
    PARCEL,
    SUBSCRIPTION,
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
from chargebacks.dossier import Dossier
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import PolicyKind

NOT_RECEIVED = about("product_not_received", "13.1")
NOT_CREDITED = about("credit_not_processed", "13.6")
STILL_BILLED = about("subscription_canceled", "13.2")
TWICE = about("duplicate", "12.6.1")
AUTHENTICATED = a_sale(
    charge=a_charge(three_d_secure=True, liability_shift=True),
    eci="05",
    three_d_secure_result="authenticated",
    three_d_secure_version="2.2.0",
)


def subscribed(**changes: object) -> Dossier:
    """A subscription's charge that is disputed as cancelled."""
    known = {
        "dispute": STILL_BILLED,
        "subscription": SUBSCRIPTION,
        "invoice": an_invoice(lines=(MONTH,)),
        "purchase_ip": IP,
    }
    return a_dossier(**{**known, **changes})


class TestRefunds:
    def test_made_before_the_dispute(self) -> None:
        """A refund made before the dispute leads with both dates, and its id and ARN follow."""
        sale = refunded_sale(a_refund(arn="74087123", settled=True))
        argument = argued(a_dossier(dispute=NOT_CREDITED, sale=sale))
        assert argument.name == "refund_made"
        assert argument.statement.text == (
            "The charge of 49.99 USD was refunded in full on 6 March 2026, before this dispute was opened on "
            "11 March 2026."
        )
        assert "Refund re_1 of 49.99 USD was made on 6 March 2026, 12:00 UTC and has succeeded." in told(
            argument
        )
        assert "The acquirer reference number (ARN) of refund re_1 is 74087123." in told(argument)

    def test_crossed_with_the_chargeback(self) -> None:
        """The refund that answered an alert and crossed with the chargeback says so, by the refund's own metadata."""
        sale = refunded_sale(a_refund(case_id="alert/hit/1", created=day(10.5)))
        alert = LinkedAlert(case_id="alert/hit/1", refund_id="re_1")
        argument = argued(a_dossier(dispute=NOT_CREDITED, sale=sale, alert=alert))
        assert "refunded in full on 12 March 2026. This dispute was opened on 11 March 2026." in told(
            argument
        )
        assert "Refund re_1 was made in answer to a pre-dispute alert about this charge." in told(argument)

    def test_of_somebody_else(self) -> None:
        """A refund that does not name the alert's case is not said to have answered it."""
        alert = LinkedAlert(case_id="alert/hit/1", refund_id="re_1")
        argument = argued(a_dossier(dispute=NOT_CREDITED, sale=refunded_sale(a_refund()), alert=alert))
        assert "alert" not in told(argument)

    def test_before_delivery(self) -> None:
        """A product that is said to be missing is answered with the refund first, then with the delivery."""
        dossier = a_dossier(dispute=NOT_RECEIVED, sale=refunded_sale(a_refund()))
        argument = argued(dossier, parcel())
        assert argument.lines[:2] == ("refund_made", "delivered")

    @pytest.mark.parametrize("status", ["pending", "failed", "canceled", "requires_action"])
    def test_not_succeeded(self, status: str) -> None:
        """Only a refund that succeeded is claimed as a credit."""
        argument = argued(a_dossier(dispute=NOT_CREDITED, sale=refunded_sale(a_refund(status=status))))
        assert "refund" not in argument.name
        assert "re_1" not in told(argument)

    def test_in_part(self) -> None:
        """A credit issued in part says what went back and what did not, and why the rest is refused."""
        dossier = a_dossier(dispute=NOT_CREDITED, sale=refunded_sale(a_refund(2000)))
        argument = argued(dossier, policy(), facts(refund_refused_because="The boots were worn"))
        assert argument.name == "credit_in_part"
        assert "20.00 USD was refunded on 6 March 2026. What was not refunded is 29.99 USD." in told(argument)
        assert "for the reason “The boots were worn”" in told(argument)

    def test_as_much_as_is_disputed(self) -> None:
        """Where only a part is disputed, a refund of that part is the whole answer."""
        part = about("credit_not_processed", "13.6", amount={"amount_minor": 2000, "currency": "USD"})
        argument = argued(a_dossier(dispute=part, sale=refunded_sale(a_refund(2000))))
        assert argument.name == "refund_made"
        assert "no less than the disputed 20.00 USD" in argument.statement.text

    def test_denies_a_refusal(self) -> None:
        """Beside a refund in full nothing says that no refund was owed."""
        dossier = a_dossier(dispute=about("product_unacceptable", "13.3"), sale=refunded_sale(a_refund()))
        argument = argued(dossier, policy(), facts(refund_refused_because="Worn", returned=False))
        assert "refused" not in told(argument)
        assert "not returned" not in told(argument)


class TestFraud:
    def test_liability_shift(self) -> None:
        """3-D Secure leads a fraud dispute: authenticated, and liability lies with the issuer."""
        argument = argued(a_dossier(sale=AUTHENTICATED))
        assert argument.name == "liability_shift"
        assert "The customer was authenticated with 3-D Secure" in argument.statement.text
        assert "Liability for fraud on this charge lies with the issuer." in argument.statement.text
        assert "indicator (ECI) of the charge is 05" in told(argument)

    def test_attempted(self) -> None:
        """An attempt that the issuer acknowledged is not called an authentication of the customer."""
        sale = AUTHENTICATED.model_copy(update={"three_d_secure_result": "attempt_acknowledged"})
        argument = argued(a_dossier(sale=sale))
        assert "was attempted and acknowledged" in argument.statement.text
        assert "customer was authenticated" not in told(argument)

    @pytest.mark.parametrize("shift", [None, False])
    def test_no_shift(self, shift: bool | None) -> None:
        """Authentication that shifted no liability is not argued with."""
        sale = a_sale(charge=a_charge(three_d_secure=True, liability_shift=shift))
        assert "3-D Secure" not in told(argued(a_dossier(sale=sale)))

    def test_customer_history(self) -> None:
        """Two earlier undisputed charges are named with what they share with the disputed one."""
        argument = argued(a_ce3_dossier())
        assert argument.name == "customer_history"
        assert (
            "The same card paid this merchant on 5 May 2025 and on 2 October 2025, and neither"
            in argument.statement.text
        )
        assert "neither charge is disputed." in argument.statement.text
        assert f"share the purchase IP address {IP} and the e-mail address jane@example.com" in told(argument)

    @pytest.mark.parametrize("spoilt", [{"disputed": True}, {"fraud_reported": True}, {"paid": False}])
    def test_spoilt_history(self, spoilt: dict[str, bool]) -> None:
        """A disputed, reported or unpaid earlier charge is no history to argue with."""
        earlier = (
            an_earlier_charge(charge_id="ch_150", days_before=150, purchase_ip=IP),
            an_earlier_charge(charge_id="ch_300", days_before=300, purchase_ip=IP, **spoilt),
        )
        assert argued(a_ce3_dossier(earlier=earlier)).name != "customer_history"

    def test_history_of_other_networks(self) -> None:
        """The history is told to Mastercard, too, whatever the age of the charges."""
        dispute = about("fraudulent", "4837", network="mastercard")
        earlier = tuple(
            an_earlier_charge(charge_id=f"ch_{age}", days_before=age, purchase_ip=IP) for age in (20, 50)
        )
        assert argued(a_ce3_dossier(dispute=dispute, earlier=earlier)).name == "customer_history"

    def test_delivered_to_the_verified_address(self) -> None:
        """Delivery to the billing address says that the issuer confirmed it (AVS), and who signed."""
        argument = argued(a_dossier(sale=a_sale(shipment=PARCEL, checks=CHECKED)), parcel())
        assert argument.name == "delivered"
        assert "the order's shipping address, which is the billing address" in argument.statement.text
        assert "UPS delivered parcel 1Z999AA10123456784 on 4 March 2026, 12:00 UTC." in told(argument)
        assert "signed for by J DOE" in told(argument)
        assert "The issuer confirmed the street address (AVS) and the postal code (AVS)" in told(argument)

    def test_denied_address(self) -> None:
        """Where the issuer denied a part of the address, AVS is not spoken of."""
        half = CHECKED.model_copy(update={"address_postal_code": "fail"})
        assert "AVS" not in told(argued(a_dossier(sale=a_sale(checks=half)), parcel()))

    def test_elsewhere(self) -> None:
        """A parcel to an address that is neither the order's nor the cardholder's is not said to have gone there."""
        other = {"line1": "9 Low Street", "postal_code": "62702", "country": "US"}
        argument = argued(a_dossier(), parcel(address=other))
        assert argument.statement.text == (
            "The order was delivered by UPS on 4 March 2026. The delivery was signed for by J DOE."
        )


class TestFulfilment:
    def test_digital_use(self) -> None:
        """Use after the purchase is counted, and how much of it came from the address of the purchase."""
        dossier = a_dossier(dispute=NOT_RECEIVED, purchase_ip=IP)
        argument = argued(dossier, mixed_usage(), product=ProductType.DIGITAL)
        assert argument.name == "digital_use"
        assert (
            "used 3 times after the purchase of 1 March 2026, from 2 March 2026 to 7 March 2026"
            in argument.statement.text
        )
        assert (
            "Of these 3 uses, 2 came from 203.0.113.7, the IP address of the purchase."
            in argument.statement.text
        )

    def test_use_from_elsewhere(self) -> None:
        """Where no act came from the address of the purchase, the address is not mentioned."""
        dossier = a_dossier(dispute=NOT_RECEIVED, purchase_ip=IP)
        argument = argued(dossier, usage(1, 2, ip=OTHER_IP), product=ProductType.DIGITAL)
        assert "IP address" not in told(argument)

    def test_use_before_the_purchase(self) -> None:
        """Use before the purchase proves nothing and is not told."""
        argument = argued(a_dossier(dispute=NOT_RECEIVED), usage(-3, -2), product=ProductType.DIGITAL)
        assert argument.name == "general"

    def test_service_provided(self) -> None:
        """A service that took place says what it was, who bought it when, and its day."""
        contents = (facts(service_at=day(4)), file("service_documentation", "report.pdf"))
        argument = argued(a_dossier(dispute=NOT_RECEIVED), *contents, product=ProductType.SERVICE)
        assert argument.statement.text == (
            "“Walking boots, size 42”, bought by Jane Doe on 1 March 2026, was provided on 5 March 2026."
        )
        assert argument.statement.exhibits[0].startswith("document_")
        assert "One document of the delivery or service is attached." in told(argument)

    def test_date_ahead(self) -> None:
        """A dispute opened before the agreed date says both dates."""
        argument = argued(a_dossier(dispute=NOT_RECEIVED), facts(agreed_at=day(40)))
        assert argument.name == "date_ahead"
        assert argument.statement.text == (
            "The agreed date is 10 April 2026. The dispute was opened on 11 March 2026, before that date."
        )

    def test_in_transit(self) -> None:
        """A parcel on its way is said to be on its way, not delivered."""
        argument = argued(a_dossier(dispute=NOT_RECEIVED), parcel(delivered_at=None, signed_by=None))
        assert argument.name == "shipped"
        assert (
            "handed to UPS on 2 March 2026 under the tracking number 1Z999AA10123456784"
            in argument.statement.text
        )
        assert "delivered" not in told(argument)

    def test_signed_delivery_note(self) -> None:
        """A document with the customer's signature leads over a parcel that left, and is Exhibit 1."""
        sent = parcel(delivered_at=None, signed_by=None)
        argument = argued(a_dossier(dispute=NOT_RECEIVED), sent, file("customer_signature", "note.jpg"))
        assert argument.name == "signed_for"
        assert argument.statement.text == (
            "The customer's signature is on the attached document. The order was handed to UPS on 2 March 2026 under "
            "the tracking number 1Z999AA10123456784."
        )
        assert argument.statement.exhibits[0].startswith("document_")

    def test_signed_for_without_a_day(self) -> None:
        """Who signed is said though the carrier gives no day of delivery; that it was delivered is not."""
        argument = argued(a_dossier(dispute=NOT_RECEIVED), parcel(delivered_at=None))
        assert argument.statement.text == "Parcel 1Z999AA10123456784 of UPS was signed for by J DOE."
        assert "delivered" not in told(argument)

    def test_signed_and_delivered(self) -> None:
        """A signature on paper stands beside the delivery that it proves."""
        note = file("customer_signature", "note.jpg")
        argument = argued(a_dossier(dispute=NOT_RECEIVED), parcel(signed_by=None), note)
        assert argument.name == "delivered"
        assert "The customer's signature is on the attached document." in told(argument)

    def test_name_from_right_to_left(self) -> None:
        """A name of the other direction is closed in the sentence, so that nothing after it moves."""
        argument = argued(a_dossier(dispute=NOT_RECEIVED), parcel(signed_by="נועה לוי"))
        assert "signed for by \u2068נועה לוי\u2069." in argument.statement.text

    def test_parcel_in_a_digital_sale(self) -> None:
        """A parcel in a sale of something digital belongs to another purchase and is not spoken of."""
        argument = argued(a_dossier(dispute=NOT_RECEIVED), parcel(), product=ProductType.DIGITAL)
        assert "deliver" not in told(argument)


class TestSubscriptions:
    def test_used_after_cancellation(self) -> None:
        """Active use after the claimed cancellation leads, with count and last day."""
        dossier = subscribed(subscription=a_subscription(canceled_at=day(2)))
        argument = argued(dossier, usage(1, 3, 8), product=ProductType.SUBSCRIPTION)
        assert argument.name == "used_after_cancellation"
        assert argument.statement.text == (
            "The cancellation is recorded on 3 March 2026, after the charge of 1 March 2026. The product was used 2 "
            "times after the cancellation, the last time on 9 March 2026."
        )

    def test_cancelled_after_the_charge(self) -> None:
        """A cancellation after the charge is set beside the charge and the period it pays for."""
        argument = argued(subscribed(), facts(cancelled_at=day(5)), product=ProductType.SUBSCRIPTION)
        assert argument.name == "cancelled_after_charge"
        assert "recorded on 6 March 2026, after the charge" in argument.statement.text
        assert "for the period from 1 March 2026 to 31 March 2026" in told(argument)

    def test_active(self) -> None:
        """An active subscription without a cancellation says so, with its start and earlier payments."""
        argument = argued(subscribed(), product=ProductType.SUBSCRIPTION)
        assert argument.name == "subscription_active"
        assert "began on 31 December 2025 and was active" in argument.statement.text
        assert "No cancellation is recorded before the charge." in argument.statement.text
        assert "Two earlier invoices of the subscription were paid." in told(argument)

    def test_cancelled_before_the_charge(self) -> None:
        """A cancellation before the charge works against the merchant: nothing is said of either."""
        argument = argued(subscribed(), facts(cancelled_at=day(-5)), product=ProductType.SUBSCRIPTION)
        assert argument.name == "general"
        assert "cancel" not in told(argument)

    def test_instalment(self) -> None:
        """An instalment is told from a renewed subscription."""
        argument = argued(subscribed(), facts(instalment="2 of 4"), product=ProductType.SUBSCRIPTION)
        assert argument.statement.text.startswith("The charge is instalment 2 of 4 of one purchase.")

    def test_terms(self) -> None:
        """The clause and where it was seen support the argument."""
        argument = argued(subscribed(), policy(PolicyKind.CANCELLATION), product=ProductType.SUBSCRIPTION)
        assert "saw or accepted the cancellation policy here: “checkbox at checkout”" in told(argument)
        assert "The cancellation policy says: “Worn boots are not taken back.”" in told(argument)


class TestDuplicates:
    def test_two_purchases(self) -> None:
        """Two charges for two things are named side by side."""
        argument = argued(a_dossier(dispute=TWICE, earlier=(an_earlier_charge(days_before=2),)))
        assert argument.name == "not_a_duplicate"
        assert "Charge ch_1 of 1 March 2026 and charge ch_old of 27 February 2026 are two payments." in told(
            argument
        )
        assert "is for “Walking boots, size 42”, the other one for “Walking boots, size 41”" in told(argument)

    def test_two_periods(self) -> None:
        """Two months of a subscription are two payments, though the descriptions are the same."""
        last_month = an_earlier_charge(days_before=30, description="Subscription update")
        dossier = subscribed(
            dispute=TWICE, earlier=(last_month,), sale=a_sale(description="Subscription update")
        )
        argument = argued(dossier, product=ProductType.SUBSCRIPTION)
        assert (
            "period from 1 March 2026 to 31 March 2026, which began after charge ch_old"
            in argument.statement.text
        )

    def test_paid_back(self) -> None:
        """Where the other charge was refunded, the customer paid once."""
        other = an_earlier_charge(days_before=0.01, description="Walking boots, size 42", refunded_minor=4999)
        argument = argued(a_dossier(dispute=TWICE, earlier=(other,)))
        assert "Charge ch_old was refunded in full." in argument.statement.text

    def test_real_duplicate(self) -> None:
        """Two charges that nothing tells apart are not called two purchases."""
        other = an_earlier_charge(days_before=0.01, description="Walking boots, size 42")
        argument = argued(a_dossier(dispute=TWICE, earlier=(other,)))
        assert argument.name == "general"
        assert "two payments" not in told(argument)

    def test_explained(self) -> None:
        """The merchant's own explanation is quoted as the merchant's."""
        said = words("duplicate_charge_explanation", "The second pair was for the sister.")
        argument = argued(a_dossier(dispute=TWICE), said)
        assert argument.statement.text == "The merchant explains: “The second pair was for the sister.”"


class TestTerms:
    def test_refused_by_policy(self) -> None:
        """A credit refused by policy names the reason, the clause and where it was seen."""
        argument = argued(
            a_dossier(dispute=NOT_CREDITED),
            policy(in_force_from=day(-90)),
            facts(refund_refused_because="The boots were worn"),
        )
        assert argument.name == "credit_refused"
        assert "under the refund policy that was in force at the sale" in argument.statement.text
        assert "The reason is “The boots were worn”." in argument.statement.text
        assert "The refund policy says: “Worn boots are not taken back.”" in told(argument)

    @pytest.mark.parametrize("reason", ["product_unacceptable", "noncompliant", "subscription_canceled"])
    def test_policy_alone(self, reason: str) -> None:
        """A policy that stands for every sale does not lead where no credit is claimed and none was refused."""
        dossier = a_dossier(dispute=about(reason))
        assert argued(dossier, policy()).name == "general"
        assert argued(dossier, policy(), facts(refund_refused_because="Worn")).name == "credit_refused"

    def test_policy_where_a_credit_is_claimed(self) -> None:
        """There the clause is the answer."""
        argument = argued(a_dossier(dispute=NOT_CREDITED), policy())
        assert argument.statement.text == (
            "A refund is subject to the refund policy: “Worn boots are not taken back.”"
        )

    def test_cancelled_too_late_by_its_own_policy(self) -> None:
        """A single purchase that was cancelled after its charge: the refusal under the cancellation policy leads, and
        the cancellation is no argument."""
        dossier = a_dossier(dispute=about("credit_not_processed", "13.7"))
        cancelled = facts(cancelled_at=day(5), refund_refused_because="Cancelled after the boots had left")
        argument = argued(dossier, policy(PolicyKind.CANCELLATION), policy(PolicyKind.REFUND), cancelled)
        assert argument.name == "credit_refused"
        assert "under the cancellation policy" in argument.statement.text
        assert "cancelled_after_charge" not in argument.lines

    def test_policy_of_unknown_age(self) -> None:
        """Of a policy without dates it is not said that it was in force."""
        argument = argued(a_dossier(dispute=NOT_CREDITED), policy(), facts(refund_refused_because="Worn"))
        assert "in force" not in told(argument)

    def test_not_returned(self) -> None:
        """Goods that did not come back are said to be with the customer only where the merchant says so."""
        dossier = a_dossier(dispute=about("product_unacceptable", "13.3"))
        assert "were not returned" in argued(dossier, facts(returned=False)).statement.text
        assert "returned" not in told(argued(dossier, facts(product_description="Boots")))

    def test_as_described(self) -> None:
        """How the product was described supports the argument in the words of the listing."""
        dossier = a_dossier(dispute=about("product_unacceptable", "13.3"))
        argument = argued(dossier, parcel(), facts(product_description="Walking boots of brown leather"))
        assert "The product was sold as “Walking boots of brown leather”." in told(argument)


class TestOthers:
    def test_inquiry(self) -> None:
        """An inquiry is answered with the strongest proof, then with what lets the customer know the sale again."""
        asked = about(
            "fraudulent", "C08", network="amex", status="warning_needs_response", case_type="inquiry"
        )
        argument = argued(a_dossier(dispute=asked), parcel())
        assert argument.lines == ("delivered", "recognition")
        assert "for “Walking boots, size 42”. It appears on the card statement as BOOTS SHOP." in told(
            argument
        )

    def test_inquiry_about_nothing_else(self) -> None:
        """Where nothing else is proved, descriptor, goods and receipt lead; that a parcel left proves little."""
        asked = about("product_not_received", "C08", network="amex", status="warning_needs_response")
        sent = parcel(delivered_at=None, signed_by=None)
        argument = argued(a_dossier(dispute=asked), sent)
        assert argument.lines == ("recognition", "shipped")
        assert "The receipt is addressed to jane@example.com." in told(argument)

    def test_unrecognized(self) -> None:
        """A charge that is not recognised is explained before it is proved."""
        argument = argued(a_dossier(dispute=about("unrecognized", "4863", network="mastercard")), parcel())
        assert argument.lines == ("recognition", "delivered")

    def test_authorisation(self) -> None:
        """A doubted authorisation is answered with the issuer's own approval."""
        sale = a_sale(charge=a_charge(auth_code="A1B2C3"))
        argument = argued(a_dossier(dispute=about("general", "11.3"), sale=sale))
        assert argument.name == "approval"
        assert "The authorisation code is A1B2C3." in told(argument)

    def test_nothing_at_hand(self) -> None:
        """With nothing to argue the letter tells the sale and claims nothing."""
        argument = argued(a_dossier(dispute=about("general")))
        assert argument.name == "general"
        assert told(argument).split("\n") == [
            "The charge of 49.99 USD was made on 1 March 2026.",
            "The product was sold as “Walking boots, size 42”.",
            "The customer gave the name Jane Doe.",
            "The receipt is addressed to jane@example.com.",
        ]

    def test_new_reason_by_code(self) -> None:
        """A reason that Stripe invents is argued by the network's code."""
        argument = argued(a_dossier(dispute=about("went_missing", "13.1")), parcel())
        assert argument.name == "delivered"

    def test_one_page(self) -> None:
        """However much is known, the letter has an argument of two sentences and seven statements."""
        sale = AUTHENTICATED.model_copy(update={"checks": CHECKED, "shipment": PARCEL})
        argument = argued(a_ce3_dossier(sale=sale), parcel(), usage(1, 2), messages("Where is it?"))
        assert argument.name == "liability_shift"
        assert len(argument.statements) == 7
        assert argument.statement.text.count(". ") == 1

    def test_long_words(self) -> None:
        """A product described at length is not quoted in the letter, and nothing is cut within a word."""
        argument = argued(
            a_dossier(dispute=about("general")), facts(product_description="very " * 60 + "long")
        )
        assert "very" not in told(argument)
