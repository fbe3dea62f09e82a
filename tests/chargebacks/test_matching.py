"""Which charge an alert is about: one test per situation that decides over money."""

from datetime import datetime, timedelta

import pytest
from strategies import ALERTED_AT, SOLD_AT, alert

from chargebacks.alerts import Alert, NetworkProduct, TimePrecision
from chargebacks.charges import ChargeSnapshot, ChargeStatus, SnapshotOrigin
from chargebacks.matching import (
    Agreement,
    Candidates,
    Commonness,
    Match,
    MatchRules,
    MatchVerdict,
    match,
)
from chargebacks.money import Money

MATCHED, AMBIGUOUS, NOT_FOUND = MatchVerdict.MATCHED, MatchVerdict.AMBIGUOUS, MatchVerdict.NOT_FOUND
QUIET_SHOP = Commonness(window_charges=40, same_amount=1)
A_MONTH = timedelta(days=30)


def usd(minor: int) -> Money:
    return Money(amount_minor=minor, currency="USD")


CHARGE = ChargeSnapshot(
    id="ch_1",
    payment_intent="pi_1",
    customer="cus_1",
    amount=usd(4999),
    captured_minor=4999,
    captured=True,
    status=ChargeStatus.SUCCEEDED,
    created=SOLD_AT,
    livemode=True,
    last4="4242",
    fingerprint="fp_1",
    brand="visa",
    auth_code="A1B2C3",
    network_transaction_id="123456789012345",
    descriptor="STREAMBOX* PLAN",
    order_ids=("order-1001",),
    origin=SnapshotOrigin.INDEX,
    as_of=SOLD_AT,
)


def charge(charge_id: str, **differences: object) -> ChargeSnapshot:
    return ChargeSnapshot.model_validate(
        {**CHARGE.model_dump(), "id": charge_id, "payment_intent": None, **differences}
    )


def told(disputed: object = CHARGE.amount, **transaction: object) -> Alert:
    """An alert about 49.99 USD that tells only what is named here of the sale."""
    return alert(amount=disputed, transaction=transaction)


def by_card(**transaction: object) -> Alert:
    """An alert that tells the card, the day and the descriptor, and what is named here."""
    return told(
        **{
            "at": SOLD_AT,
            "last4": "4242",
            "brand": "visa",
            "descriptor": "STREAMBOX",
            **transaction,
        }
    )


def found(
    about: Alert,
    *charges: ChargeSnapshot,
    common: Commonness = QUIET_SHOP,
    complete: bool = True,
    rules: MatchRules | None = None,
) -> Match:
    return match(
        about, Candidates(charges=charges, commonness=common, complete=complete), rules or MatchRules()
    )


def agreement(result: Match, key: str) -> Agreement | None:
    """What the best candidate's evidence says of one identifier."""
    return next((one.agreement for one in result.candidates[0].evidence if one.key == key), None)


class TestOneCharge:
    """One candidate: which sets of identifiers suffice to act on it."""

    def test_everything_agrees(self) -> None:
        """A clean match, with its reasons."""
        about = by_card(auth_code="a1b2c3", network_transaction_id="1234 5678 9012 345")
        result = found(about, CHARGE)

        assert result.verdict is MATCHED
        assert result.charge == CHARGE
        assert result.missing == ()
        assert "ch_1 (49.99 USD" in result.explanation
        assert "network transaction id" in result.explanation

    def test_auth_code_and_date_alone(self) -> None:
        """Without the card's digits, the exact amount stands in for them."""
        result = found(told(at=SOLD_AT, auth_code="A1B2C3"), CHARGE)

        assert result.verdict is MATCHED
        assert "last4" in result.missing

    def test_auth_code_without_a_date(self) -> None:
        """Auth codes come round again: without a date a person decides."""
        assert found(told(auth_code="A1B2C3", last4="4242"), CHARGE).verdict is AMBIGUOUS

    def test_card_amount_and_date(self) -> None:
        """Four digits, the exact amount and the day suffice at a quiet merchant."""
        assert found(by_card(), CHARGE).verdict is MATCHED

    def test_card_amount_and_date_at_a_merchant_with_few_prices(self) -> None:
        """The same alert among a thousand charges of this amount: four digits agree by chance too often."""
        day = {"at": SOLD_AT.replace(hour=0, minute=0, second=0), "at_precision": TimePrecision.DATE}
        busy = Commonness(window_charges=1900, same_amount=1000)

        assert found(by_card(**day), CHARGE).verdict is MATCHED
        assert found(by_card(**day), CHARGE, common=busy).verdict is AMBIGUOUS

    def test_neither_brand_nor_descriptor(self) -> None:
        """Card, amount and date want one more witness."""
        result = found(by_card(brand=None, descriptor=None), CHARGE)

        assert result.verdict is AMBIGUOUS
        assert "no sufficient set of identifiers" in result.explanation

    def test_amount_and_date_without_the_card(self) -> None:
        """Such a match is for a person, however well the time fits."""
        assert found(by_card(last4=None), CHARGE).verdict is AMBIGUOUS

    def test_a_wallets_other_number(self) -> None:
        """Apple Pay: the alert carries the device's last four digits, the charge both."""
        by_wallet = charge("ch_w", wallet="apple_pay", dynamic_last4="9911")
        result = found(by_card(last4="9911"), by_wallet)

        assert result.verdict is MATCHED
        assert agreement(result, "last4") is Agreement.AGREES

    def test_a_number_that_neither_card_nor_wallet_shows(self) -> None:
        """The digits of a third number weigh against a plain card, little against a wallet, and never suffice."""
        plain = found(by_card(last4="0000"), CHARGE)
        by_wallet = found(by_card(last4="0000"), charge("ch_w", wallet="apple_pay", dynamic_last4="9911"))

        assert plain.verdict is not MATCHED
        assert by_wallet.verdict is not MATCHED
        assert plain.candidates[0].score < by_wallet.candidates[0].score - 5

    def test_a_wallet_with_an_auth_code(self) -> None:
        """Behind a wallet the auth code, the exact amount and the date name the charge."""
        by_wallet = charge("ch_w", wallet="google_pay", dynamic_last4=None)

        assert found(by_card(last4="0000", auth_code="A1B2C3"), by_wallet).verdict is MATCHED

    def test_an_early_fraud_warning_names_its_charge(self) -> None:
        """Stripe's own id needs no confirmation by card and amount."""
        warning = alert(product=NetworkProduct.EFW, transaction={"stripe_id": "ch_1"})

        assert found(warning, CHARGE, charge("ch_2")).charge == CHARGE

    def test_a_reseller_that_names_a_charge(self) -> None:
        """A named charge is believed only when the amount, and the card where told, confirm it."""
        assert found(told(stripe_id="ch_1"), CHARGE).verdict is MATCHED
        assert found(told(stripe_id="pi_1", last4="4242"), CHARGE).verdict is MATCHED
        assert found(told(stripe_id="ch_1", last4="0000"), CHARGE).verdict is AMBIGUOUS
        assert found(told(disputed=usd(9999), stripe_id="ch_1"), CHARGE).verdict is AMBIGUOUS
        assert found(told(disputed=None, stripe_id="ch_1"), CHARGE).verdict is AMBIGUOUS

    def test_the_merchants_order_id(self) -> None:
        """Order ids count whatever their case, confirmed by card and amount."""
        assert found(told(merchant_order_id="#ORDER-1001", last4="4242"), CHARGE).verdict is MATCHED
        assert found(told(merchant_order_id="order-1002", last4="4242"), CHARGE).verdict is not MATCHED

    @pytest.mark.parametrize("spelling", ["MCC1AB2C3", "MCC1AB2C3 0301", "0301MCC1AB2C3", "mcc1ab2c30301"])
    def test_mastercards_id_with_a_date_glued_on(self, spelling: str) -> None:
        """The date may be on either end, on either side, or missing."""
        known = charge("ch_m", brand="mastercard", network_transaction_id="MCC1AB2C30301")

        assert found(told(network_transaction_id=spelling, last4="4242"), known).verdict is MATCHED
        assert found(told(network_transaction_id="MCC1AB2C30302", last4="4242"), known).verdict is not MATCHED

    def test_an_id_of_another_kind_is_no_contradiction(self) -> None:
        """Some sources put an id of their own into the field."""
        result = found(by_card(network_transaction_id="7f3a" * 8), CHARGE)

        assert agreement(result, "network_transaction_id") is Agreement.MISSING
        assert result.verdict is MATCHED

    @pytest.mark.parametrize(
        "other",
        [{"auth_code": "ZZZ999"}, {"network_transaction_id": "999999999999999"}, {"stripe_id": "ch_other"}],
    )
    def test_a_strong_identifier_that_is_another_one(self, other: dict[str, str]) -> None:
        """Card, amount and minute agree, but the alert names another payment."""
        result = found(by_card(**other), CHARGE)

        assert result.verdict is AMBIGUOUS
        assert "another" in result.explanation

    def test_an_auth_code_that_lost_its_zeros(self) -> None:
        """Spreadsheets eat leading zeros."""
        result = found(by_card(auth_code="1234"), charge("ch_0", auth_code="001234"))

        assert agreement(result, "auth_code") is Agreement.AGREES

    def test_a_placeholder_is_no_auth_code(self) -> None:
        """000000 agrees with every terminal in the world."""
        result = found(told(at=SOLD_AT, auth_code="000000"), charge("ch_0", auth_code="000000"))

        assert agreement(result, "auth_code") is None
        assert result.verdict is not MATCHED

    def test_a_charge_made_after_the_alert(self) -> None:
        """An alert is about the past."""
        result = found(
            by_card(at=None, network_transaction_id="123456789012345"),
            charge("ch_l", created=ALERTED_AT + A_MONTH),
        )

        assert result.verdict is not MATCHED

    def test_live_and_test_never_meet(self) -> None:
        """An alert that states its mode finds no charge of the other, not even for a person."""
        test_charge = charge("ch_t", livemode=False)

        assert found(by_card().model_copy(update={"livemode": True}), test_charge).candidates == ()
        assert found(by_card().model_copy(update={"livemode": False}), test_charge).verdict is MATCHED

    def test_a_failed_payment_is_found_too(self) -> None:
        """One alert in twenty is about a payment that never succeeded; the answer needs to know that."""
        failed = charge("ch_f", status=ChargeStatus.FAILED, captured=False, captured_minor=0, auth_code=None)

        assert found(by_card(), failed).charge == failed

    def test_an_uncaptured_payment_is_found_too(self) -> None:
        """It is cancelled instead of refunded."""
        authorised = charge("ch_u", captured=False, captured_minor=0)

        assert found(by_card(), authorised).charge == authorised

    def test_a_cut_list_needs_an_id_that_is_unique_by_itself(self) -> None:
        """What was cut off may fit as well, unless a network id or a name says otherwise."""
        assert found(by_card(), CHARGE, complete=False).verdict is AMBIGUOUS
        assert (
            found(by_card(network_transaction_id="123456789012345"), CHARGE, complete=False).verdict
            is MATCHED
        )


class TestAmounts:
    """What the amount may say."""

    @pytest.mark.parametrize(("minor", "currency"), [(500, "JPY"), (1250, "KWD"), (50_000, "ISK")])
    def test_every_currency_is_compared_in_its_own_minor_units(self, minor: int, currency: str) -> None:
        """Yen have no cents, dinars have a thousand fils."""
        amount = Money(amount_minor=minor, currency=currency)
        result = found(
            by_card(disputed=amount),
            charge("ch_c", amount=amount, captured_minor=minor),
        )

        assert result.verdict is MATCHED

    def test_a_partial_dispute_that_names_the_whole(self) -> None:
        """20.00 of a sale of 49.99 is disputed: the sale's amount finds the charge."""
        result = found(by_card(disputed=usd(2000), amount=usd(4999)), CHARGE)

        assert result.verdict is MATCHED
        assert agreement(result, "amount") is Agreement.AGREES

    def test_less_than_the_charge_without_the_whole(self) -> None:
        """It may be a partial dispute: an auth code settles it, the card alone does not."""
        part = by_card(disputed=usd(2000))
        with_code = by_card(disputed=usd(2000), auth_code="A1B2C3")

        assert found(part, CHARGE).verdict is AMBIGUOUS
        assert found(with_code, CHARGE).verdict is MATCHED

    def test_more_than_the_charge(self) -> None:
        """No identifier outweighs an amount that the charge never had."""
        about = by_card(auth_code="A1B2C3", network_transaction_id="123456789012345")
        result = found(about.model_copy(update={"amount": usd(5000)}), CHARGE)

        assert result.verdict is AMBIGUOUS
        assert "more money than the charge" in result.explanation

    def test_more_than_the_sale_that_the_alert_itself_names(self) -> None:
        """The disputed amount is checked even where the sale's amount agrees."""
        result = found(by_card(disputed=usd(9999), amount=usd(4999)), CHARGE)

        assert result.verdict is AMBIGUOUS

    def test_what_the_customer_saw_in_another_currency(self) -> None:
        """Stripe localised the price: the network knows euros, the charge dollars."""
        euros = Money(amount_minor=4600, currency="EUR")
        localised = charge("ch_e", presentment=euros)

        assert found(by_card(disputed=euros), localised).verdict is MATCHED

    @pytest.mark.parametrize("minor", [4650, 4550])
    def test_near_in_another_currency_is_for_a_person(self, minor: int) -> None:
        """Within two per cent of what the customer saw, and everything else agrees: still nobody refunds alone."""
        about = by_card(auth_code="A1B2C3", network_transaction_id="123456789012345")
        result = found(
            about.model_copy(update={"amount": Money(amount_minor=minor, currency="EUR")}),
            charge("ch_e", presentment=Money(amount_minor=4600, currency="EUR")),
        )

        assert result.verdict is AMBIGUOUS
        assert agreement(result, "amount") is Agreement.NEAR

    def test_a_currency_in_which_the_charge_is_not_known(self) -> None:
        """There is no rate here, so a person compares."""
        about = by_card(network_transaction_id="123456789012345")
        result = found(about.model_copy(update={"amount": Money(amount_minor=4600, currency="EUR")}), CHARGE)

        assert result.verdict is AMBIGUOUS

    def test_the_cardholders_currency_beside_the_merchants(self) -> None:
        """The disputed amount is in the issuer's currency, the sale's is ours: the sale's finds the charge."""
        about = by_card(amount=usd(4999)).model_copy(
            update={"amount": Money(amount_minor=4612, currency="EUR")}
        )

        assert found(about, CHARGE).verdict is MATCHED

    def test_a_partial_capture(self) -> None:
        """Authorised 49.99, captured 30.00: the network cleared 30.00."""
        captured = charge("ch_p", captured_minor=3000)

        assert found(by_card(disputed=usd(3000)), captured).verdict is MATCHED


class TestRivals:
    """Two or more candidates: when the best is clear of the others."""

    def test_renewals_a_month_apart(self) -> None:
        """Same card, same amount: the date tells which month is meant."""
        earlier, later = (
            charge("ch_may", created=SOLD_AT - A_MONTH),
            charge("ch_july", created=SOLD_AT + A_MONTH),
        )
        result = found(by_card(), earlier, CHARGE, later)

        assert result.charge == CHARGE
        assert "refused" in result.explanation

    def test_renewals_and_a_bare_date(self) -> None:
        """A day is exact enough for months."""
        day = by_card(at=SOLD_AT.replace(hour=0, minute=0, second=0), at_precision=TimePrecision.DATE)

        assert found(day, CHARGE, charge("ch_july", created=SOLD_AT + A_MONTH)).charge == CHARGE

    def test_renewals_without_a_date(self) -> None:
        """Nothing tells them apart."""
        result = found(by_card(at=None), CHARGE, charge("ch_july", created=SOLD_AT - A_MONTH))

        assert result.verdict is AMBIGUOUS
        assert "date" in result.missing

    def test_renewals_when_the_alerts_date_lies_between(self) -> None:
        """Five days from one, twenty-five from the other: neither is meant for certain."""
        result = found(
            by_card(at=SOLD_AT + timedelta(days=5)), CHARGE, charge("ch_july", created=SOLD_AT + A_MONTH)
        )

        assert result.verdict is not MATCHED

    @pytest.mark.parametrize("apart", [timedelta(hours=3), timedelta(hours=30), timedelta(days=2, hours=-1)])
    def test_two_sales_too_close_for_their_dates(self, apart: timedelta) -> None:
        """Second best hours apart, same digits, same amount: refused, even to the minute."""
        result = found(by_card(), CHARGE, charge("ch_2", created=SOLD_AT + apart, auth_code=None))

        assert result.verdict is AMBIGUOUS
        assert len(result.candidates) == 2

    def test_a_local_time_widens_the_doubt(self) -> None:
        """Three days between them, but the clock may have been anywhere: the dates do not tell."""
        about = by_card(at_precision=TimePrecision.LOCAL)
        near = charge("ch_2", created=SOLD_AT - timedelta(days=2, hours=10))

        assert found(about, CHARGE, near).verdict is AMBIGUOUS
        assert found(by_card(), CHARGE, near).verdict is MATCHED

    @pytest.mark.parametrize(
        "identifier",
        [
            {"auth_code": "A1B2C3"},
            {"network_transaction_id": "123456789012345"},
            {"merchant_order_id": "order-1001"},
        ],
    )
    def test_an_identifier_tells_two_sales_of_one_evening_apart(self, identifier: dict[str, str]) -> None:
        """Same card, same amount, same minute."""
        twin = charge(
            "ch_2", auth_code="Q9Q8Q7", network_transaction_id="555555555555555", order_ids=("order-2002",)
        )

        assert found(by_card(**identifier), CHARGE, twin).charge == CHARGE

    def test_one_order_paid_by_two_equal_charges(self) -> None:
        """An order id alone does not say which half is meant."""
        twin = charge("ch_2", auth_code="Q9Q8Q7", network_transaction_id="555555555555555")

        assert found(by_card(merchant_order_id="order-1001"), CHARGE, twin).verdict is AMBIGUOUS

    def test_the_paid_attempt_is_meant(self) -> None:
        """A failed attempt minutes before does not make the paid one doubtful, and is never refunded for it."""
        failed = charge(
            "ch_f",
            created=SOLD_AT - timedelta(minutes=3),
            status=ChargeStatus.FAILED,
            captured=False,
            captured_minor=0,
            auth_code=None,
            network_transaction_id=None,
        )

        assert found(by_card(), CHARGE, failed).charge == CHARGE
        assert found(by_card(at=SOLD_AT - timedelta(minutes=3)), CHARGE, failed).charge == CHARGE

    def test_a_payment_intent_with_a_failed_attempt(self) -> None:
        """Both charges bear the id that the alert names; only one took money."""
        failed = charge(
            "ch_f", payment_intent="pi_1", status=ChargeStatus.FAILED, captured=False, captured_minor=0
        )

        assert found(told(stripe_id="pi_1"), failed, CHARGE).charge == CHARGE
        assert found(told(stripe_id="ch_f"), failed, CHARGE).charge == failed

    def test_another_amount_of_the_same_card(self) -> None:
        """A larger purchase the same day is no look-alike where this amount is rare."""
        larger = charge(
            "ch_2", amount=usd(12_345), captured_minor=12_345, created=SOLD_AT + timedelta(hours=5)
        )

        assert (
            found(by_card(), CHARGE, larger, common=Commonness(window_charges=500, same_amount=1)).charge
            == CHARGE
        )

    def test_the_same_charge_read_twice_is_one(self) -> None:
        """From the index and from Stripe: the later reading counts."""
        fresh = CHARGE.model_copy(
            update={"origin": SnapshotOrigin.STRIPE, "as_of": ALERTED_AT, "refunded_minor": 4999}
        )

        assert found(by_card(), CHARGE, fresh).charge == fresh
        assert found(by_card(), fresh, CHARGE).charge == fresh

    def test_a_refunded_look_alike_is_still_a_rival(self) -> None:
        """The alert may be about the one already refunded: refunding the other would be wrong."""
        refunded = charge("ch_2", refunded_minor=4999, created=SOLD_AT + timedelta(minutes=9))

        assert found(by_card(), CHARGE, refunded).verdict is AMBIGUOUS


class TestExplanation:
    """What the analyst reads."""

    def test_nothing_shares_an_identifier(self) -> None:
        """No candidates is said as such."""
        result = found(by_card())

        assert result.verdict is NOT_FOUND
        assert result.explanation == "No charge of this account shares an identifier with the alert."

    def test_a_candidate_that_is_not_worth_a_look(self) -> None:
        """Another amount, another week: not found, and why."""
        stranger = charge(
            "ch_s", amount=usd(1), captured_minor=1, created=SOLD_AT - timedelta(days=60), auth_code=None
        )
        result = found(by_card(), stranger)

        assert result.verdict is NOT_FOUND
        assert "ch_s" in result.explanation
        assert "amount" in result.explanation

    def test_the_runner_up_and_what_would_have_settled_it(self) -> None:
        """Three hours apart, same digits, refused; an auth code would have told."""
        result = found(by_card(), CHARGE, charge("ch_2", created=SOLD_AT + timedelta(hours=3)))

        assert "3 h from the best, refused" in result.explanation
        assert "last 4 digits" in result.explanation
        assert "network transaction id or auth code" in result.explanation
        assert set(result.missing) == {"network_transaction_id", "auth_code"}

    def test_at_most_five_candidates_best_first(self) -> None:
        """A person compares a handful, not a page."""
        many = [charge(f"ch_{number}", created=SOLD_AT + timedelta(hours=number)) for number in range(9)]
        result = found(by_card(), *many)
        scores = [candidate.score for candidate in result.candidates]

        assert len(scores) == 5
        assert scores == sorted(scores, reverse=True)

    def test_the_score_is_the_sum_of_its_parts(self) -> None:
        """Every bit is accounted for."""
        result = found(
            by_card(auth_code="A1B2C3"), CHARGE, common=Commonness(window_charges=900, same_amount=30)
        )
        best = result.candidates[0]

        assert best.score == pytest.approx(sum(one.weight for one in best.evidence), abs=0.1)

    def test_thresholds_are_policy(self) -> None:
        """A merchant may ask for more than the house does."""
        strict = MatchRules(accept_score=60.0)

        assert found(by_card(), CHARGE, rules=strict).verdict is AMBIGUOUS


def test_midnight_is_read_as_a_bare_date() -> None:
    """Several sources write dates as midnight UTC; the sale was any time that day."""
    midnight = datetime.combine(SOLD_AT.date(), datetime.min.time(), SOLD_AT.tzinfo)

    assert found(by_card(at=midnight), CHARGE).verdict is MATCHED
