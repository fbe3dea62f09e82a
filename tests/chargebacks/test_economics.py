"""What each way to answer a dispute is expected to come to, as a sum that people can check."""

from fractions import Fraction

import pytest
from dispute_builders import DISPUTED_AT, a_charge, a_dispute
from dispute_situations import (
    APPEAL,
    COMPLIANCE,
    INQUIRY,
    any_disputes,
    dispute_rules,
    minor_units,
    owns,
    percents,
    usd,
)
from hypothesis import assume, given
from hypothesis import strategies as st

from chargebacks.dispute_fees import fees_of, in_currency
from chargebacks.disputes import BalanceMovement, Dispute, DisputeStatus, Stage
from chargebacks.economics import Option, Way, Weighing, credited_minor, weigh
from chargebacks.money import Money, signed
from chargebacks.policy.disputes import DisputeRules
from chargebacks.win_rates import (
    ANY_OTHER,
    CE3_AT_LEAST,
    CREDIT_ISSUED,
    LIABILITY_SHIFT_AT_LEAST,
    PRIOR_WEIGHT,
    TABLE,
    Band,
    BandRates,
    OwnResult,
    band_of,
    win_percent,
)

RULES = DisputeRules()


def weighed(dispute: Dispute | None = None, rules: DisputeRules = RULES, **facts: object) -> Weighing:
    """A dispute of 49.99 USD for fraud with a packet that is 75 % complete: 28 % to win."""
    plain: dict[str, object] = {
        "completeness_percent": 75,
        "ce3_ready": False,
        "liability_shift": None,
        "refunded_minor": 0,
    }
    return weigh(dispute or a_dispute(), rules=rules, **(plain | facts))  # type: ignore[arg-type]


def lines(weighing: Weighing, way: Way) -> list[tuple[str, int]]:
    """The sum of one way."""
    return [(line.label, line.amount_minor) for line in option(weighing, way).lines]


def option(weighing: Weighing, way: Way) -> Option:
    return next(one for one in weighing.options if one.way is way)


def moved(amount: int, fee: int, currency: str = "USD") -> BalanceMovement:
    return BalanceMovement(
        amount_minor=amount, fee_minor=fee, net_minor=amount - fee, currency=currency, created=DISPUTED_AT
    )


class TestChargeback:
    def test_the_sum_of_fighting(self) -> None:
        """The share that is won, less the fee for countering where it is kept, on top of what is gone anyway."""
        assert lines(weighed(), Way.FIGHT) == [
            ("disputed amount, taken", -4999),
            ("dispute fee, not returned", -1500),
            ("the disputed amount won back, 28 % of 49.99 USD", 1400),
            ("fee for countering, kept unless all is won: 72 % of 15.00 USD", -1080),
        ]

    def test_accepting_is_worth_no_more_than_silence(self) -> None:
        """Accepting saves the fee for countering only, and silence saves it, too."""
        weighing = weighed()
        assert weighing.expected(Way.ACCEPT) == weighing.expected(Way.LEAVE) == -6499

    def test_a_small_amount_is_not_worth_the_fee(self) -> None:
        """At 28 %, 9.99 USD brings 2.80 USD and costs 10.80 USD."""
        assert weighed(a_dispute(amount=usd(999))).best is Way.LEAVE

    def test_what_was_really_taken_is_read_from_the_balance(self) -> None:
        """A fee of 20.00 USD in the dispute's movements is counted, not the table's."""
        weighing = weighed(a_dispute(movements=(moved(-4999, 2000),)))
        assert weighing.expected(Way.LEAVE) == -6999

    def test_leaving_comes_to_what_the_balance_shows_in_the_end(self) -> None:
        """An expected value can be compared with the dispute's net once it is lost."""
        dispute = a_dispute(movements=(moved(-4999, 1500),))
        assert weighed(dispute).expected(Way.LEAVE) == dispute.net_minor

    def test_movements_in_another_currency_are_converted(self) -> None:
        """An account that settles in euros is charged 15.00 EUR, 17.03 USD at the pinned rate of 1.1355."""
        weighing = weighed(a_dispute(movements=(moved(-4402, 1500, "EUR"),)))
        assert weighing.expected(Way.LEAVE) == -4999 - 1703
        assert "Fees in EUR are counted in USD at the European Central Bank's rates of 2026-09-30." in (
            weighing.notes
        )

    def test_what_smart_disputes_would_keep_is_noted(self) -> None:
        """The alternative stands beside the sum: 30 % of 14.00 USD, no fee for countering."""
        assert weighed().notes == (
            "Stripe's Smart Disputes, if they take it, keep 30 % of what is won and take no fee for countering: "
            "-55.19 USD at the same chance.",
        )


class TestCredit:
    def test_the_refunded_part_has_a_chance_of_its_own(self) -> None:
        """Of 49.99 USD, 20.00 USD were refunded before: that part is won back at 85 %, the rest at 28 %."""
        assert lines(weighed(refunded_minor=2000), Way.FIGHT)[2:4] == [
            ("what was refunded before won back, 85 % of 20.00 USD", 1700),
            ("the rest won back, 28 % of 29.99 USD", 840),
        ]

    def test_all_of_it_refunded(self) -> None:
        """Money that went back before and was disputed all the same is won at the chance of a proven refund."""
        weighing = weighed(refunded_minor=4999)
        assert weighing.win_percent == CREDIT_ISSUED
        assert weighing.best is Way.FIGHT

    def test_a_refund_is_not_made_twice(self) -> None:
        """Ending an inquiry costs what was not refunded yet."""
        assert weighed(a_dispute(**INQUIRY), refunded_minor=2000).expected(Way.REFUND) == -2999

    @pytest.mark.parametrize(
        ("disputed", "refunded", "credited"),
        [(4999, 0, 0), (4999, 2000, 2000), (4999, 4999, 4999), (2999, 2000, 0), (2000, 2999, 0), (3500, 2000, 501)],
    )  # fmt: skip
    def test_a_refund_of_another_part_is_no_credit(self, disputed: int, refunded: int, credited: int) -> None:
        """Of 49.99 USD, only what is disputed beyond what was left had gone back before."""
        charge = a_charge(refunded_minor=refunded)
        assert credited_minor(a_dispute(amount=usd(disputed)), charge) == credited

    @pytest.mark.parametrize(("refunded", "credited"), [(2000, 0), (4999, 4700)])
    def test_between_currencies_only_a_full_refund_is_sure(self, refunded: int, credited: int) -> None:
        """A dispute in euros of a charge in dollars."""
        disputed = Money(amount_minor=4700, currency="EUR")
        assert credited_minor(a_dispute(amount=disputed), a_charge(refunded_minor=refunded)) == credited

    @given(minor_units, st.integers(0, 4999))
    def test_a_credit_is_never_more_than_either(self, disputed: int, refunded: int) -> None:
        """Neither more than was disputed nor more than was refunded."""
        credited = credited_minor(a_dispute(amount=usd(disputed)), a_charge(refunded_minor=refunded))
        assert 0 <= credited <= min(disputed, refunded)


class TestInquiry:
    def test_the_sums(self) -> None:
        """Nothing has moved yet: an answer risks the chargeback and its fee, a refund costs the amount."""
        weighing = weighed(a_dispute(**INQUIRY))
        assert lines(weighing, Way.FIGHT) == [
            ("the disputed amount charged back, 72 % of 49.99 USD", -3599),
            ("dispute fee if so, 72 % of 15.00 USD", -1080),
        ]
        assert weighing.expected(Way.REFUND) == -4999
        assert weighing.expected(Way.LEAVE) == -6499

    def test_a_small_one_is_better_refunded(self) -> None:
        """Below the price of losing, giving the money back is best."""
        assert weighed(a_dispute(**INQUIRY, amount=usd(1000))).best is Way.REFUND

    def test_accepting_is_no_way_out(self) -> None:
        """Accepting does not end an inquiry."""
        assert weighed(a_dispute(**INQUIRY)).expected(Way.ACCEPT) is None

    @pytest.mark.parametrize(
        "changes", [{"is_charge_refundable": False}, {"status": "needs_response", "case_type": "chargeback"}]
    )
    def test_only_a_refundable_inquiry_is_refunded(self, changes: dict[str, object]) -> None:
        """Stripe refunds no charge that has been charged back."""
        assert weighed(a_dispute(**(INQUIRY | changes))).expected(Way.REFUND) is None


class TestFees:
    def test_a_compliance_case_costs_500_dollars(self) -> None:
        """The network's fee is kept unless the case is won: no small amount is worth it."""
        weighing = weighed(a_dispute(**COMPLIANCE))
        assert (
            "network fee of a compliance case, kept unless all is won: 80 % of 500.00 USD",
            -40_000,
        ) in lines(weighing, Way.FIGHT)
        assert weighing.best is Way.LEAVE

    @pytest.mark.parametrize(
        ("country", "changes"),
        [
            ("MX", {}),
            ("JP", {}),
            ("FR", {"network": "cartes_bancaires"}),
            ("DE", {"method": "sepa_debit"}),
            ("US", INQUIRY),
            ("US", APPEAL),
        ],
    )
    def test_where_countering_costs_nothing(self, country: str, changes: dict[str, object]) -> None:
        """No fee for countering in Mexico and Japan, for Cartes Bancaires and SEPA, nor counted for other rounds."""
        assert fees_of(a_dispute(**changes), country=country, rates={}).countered == 0

    def test_an_unknown_country_takes_those_of_the_united_states(self) -> None:
        """And the note says so."""
        fees = fees_of(a_dispute(), country="DE", rates={})
        assert (fees.received, fees.countered) == (1500, 1500)
        assert fees.notes == (
            "Dispute fees in DE are not published: those of the United States are assumed.",
        )

    @pytest.mark.parametrize(
        ("currency", "minor"), [("EUR", 1321), ("JPY", 2355), ("ISK", 180_978), ("USD", 1500)]
    )
    def test_fees_are_brought_into_the_disputes_currency(self, currency: str, minor: int) -> None:
        """15.00 USD at the European Central Bank's rates of 30 September 2026, in Stripe's minor units."""
        assert in_currency(1500, source="USD", target=currency, rates={}).minor == minor

    def test_the_policys_rate_replaces_the_pinned_one(self) -> None:
        """A rate of 0.92 makes 13.80 EUR of 15.00 USD."""
        converted = in_currency(1500, source="USD", target="EUR", rates={"EUR": "0.92"})
        assert converted == (1380, "Fees in USD are counted in EUR at the policy's rate for EUR.")

    def test_half_a_unit_goes_to_the_even_one(self) -> None:
        """0.01 USD at 0.5 is half a cent: none; 0.03 USD is one and a half: two."""
        halves = [in_currency(minor, source="USD", target="EUR", rates={"EUR": "0.5"}) for minor in (1, 3)]
        assert [half.minor for half in halves] == [0, 2]

    def test_a_fee_without_a_rate_is_left_out_and_said_so(self) -> None:
        """Nothing is made up for a currency without a rate."""
        weighing = weighed(a_dispute(amount=Money(amount_minor=5000, currency="AED")))
        assert weighing.expected(Way.LEAVE) == -5000
        assert "No exchange rate for AED is known: fees in USD are left out of the sum." in weighing.notes

    @given(st.integers(-10_000_000, 10_000_000), st.sampled_from(("EUR", "JPY", "INR", "GBP")))
    def test_there_and_back_is_nearly_the_same(self, minor: int, currency: str) -> None:
        """Converting loses no more than the rounding of the coarser unit."""
        there = in_currency(minor, source="USD", target=currency, rates={}).minor
        back = in_currency(there, source=currency, target="USD", rates={}).minor
        assert abs(back - minor) <= 1


class TestSum:
    @given(any_disputes(), percents, st.booleans(), st.none() | st.booleans(), st.integers(-5, 200_000),
           dispute_rules, owns)  # fmt: skip
    def test_every_option_is_the_sum_of_its_lines(
        self,
        dispute: Dispute,
        percent: int,
        ready: bool,
        shift: bool | None,
        refunded: int,
        rules: DisputeRules,
        own: tuple[OwnResult, ...],
    ) -> None:
        """Whatever the dispute, the sum adds up, and the best way is one that is open and worth most."""
        weighing = weigh(
            dispute,
            completeness_percent=percent,
            ce3_ready=ready,
            liability_shift=shift,
            refunded_minor=refunded,
            rules=rules,
            own=own,
        )
        for way in weighing.options:
            assert way.expected_minor == sum(line.amount_minor for line in way.lines)
        assert weighing.expected(weighing.best) == max(way.expected_minor for way in weighing.options)
        assert len({way.way for way in weighing.options}) == len(weighing.options)

    @given(any_disputes(), percents, dispute_rules)
    def test_more_evidence_never_makes_fighting_worse(
        self, dispute: Dispute, percent: int, rules: DisputeRules
    ) -> None:
        """Within the rounding of its lines, fighting with a complete packet is worth at least as much."""
        assume(dispute.awaits_answer and dispute.stage is not Stage.PREVENTED)
        some = weighed(dispute, rules, completeness_percent=percent).expected(Way.FIGHT)
        all_of_it = weighed(dispute, rules, completeness_percent=100).expected(Way.FIGHT)
        assert some is not None
        assert all_of_it is not None
        assert all_of_it >= some - 2

    @pytest.mark.parametrize(
        "changes",
        [{"status": DisputeStatus.WON}, {"status": DisputeStatus.PREVENTED}, {"network_settled": True}],
    )
    def test_nothing_is_open_once_it_is_settled(self, changes: dict[str, object]) -> None:
        """What is decided or settled by the network is only recorded."""
        assert [way.way for way in weighed(a_dispute(**changes)).options] == [Way.LEAVE]

    def test_amounts_are_told_with_their_sign(self) -> None:
        """As people write them, whatever the currency's decimals."""
        assert [signed(-5490, "USD"), signed(500, "JPY"), signed(0, "EUR")] == [
            "-54.90 USD",
            "500 JPY",
            "0.00 EUR",
        ]


class TestWinChance:
    def test_the_table_says_where_it_is_from(self) -> None:
        """Without own results the estimate stands, with its date."""
        chance = win_percent("product_not_received", 92)
        assert chance == (
            60,
            "estimates of 2026-11-01: 60 % for product_not_received, 90 % complete or more",
        )

    def test_an_unknown_reason_has_a_chance_of_its_own(self) -> None:
        """Stripe may add reasons: they are estimated like the middle of the others."""
        assert win_percent("a_reason_of_next_year", 0).percent == ANY_OTHER.under_40

    @pytest.mark.parametrize(
        ("percent", "band"),
        [(0, Band.UNDER_40), (39, Band.UNDER_40), (40, Band.FROM_40), (69, Band.FROM_40),
         (70, Band.FROM_70), (89, Band.FROM_70), (90, Band.FROM_90), (100, Band.FROM_90)],
    )  # fmt: skip
    def test_bands(self, percent: int, band: Band) -> None:
        """Each band begins where its name says."""
        assert band_of(percent) is band

    def test_own_results_count_beside_the_table(self) -> None:
        """With as many own cases as the table stands for, the chance lies half-way: 28 % and 40 % make 34 %."""
        own = (OwnResult(reason="fraudulent", band=Band.FROM_70, filed=20, won=8),)
        chance = win_percent("fraudulent", 75, own=own)
        assert PRIOR_WEIGHT == 20
        assert chance.percent == 34
        assert chance.told.endswith("with own results, 8 of 20 won in this band: 34 %")

    def test_one_case_changes_little(self) -> None:
        """A single win moves the estimate by a few points only."""
        own = (OwnResult(reason="fraudulent", band=Band.FROM_90, filed=1, won=1),)
        assert win_percent("fraudulent", 95, own=own).percent == 41

    def test_results_of_other_reasons_do_not_count(self) -> None:
        """What was won for one reason says nothing of another."""
        own = (OwnResult(reason="duplicate", band=Band.FROM_70, filed=100, won=100),)
        assert win_percent("fraudulent", 75, own=own) == win_percent("fraudulent", 75)

    def test_the_policys_rates_replace_the_table(self) -> None:
        """The merchant's own figures are the starting point where they are given."""
        rates = {"fraudulent": BandRates(under_40=1, from_40=2, from_70=50, from_90=60)}
        chance = win_percent("fraudulent", 75, override=rates)
        assert chance == (50, "the policy's win rates: 50 % for fraudulent, 70 to 89 % complete")

    def test_more_won_than_filed_is_refused(self) -> None:
        """A result that cannot be is told."""
        with pytest.raises(ValueError, match="3 of 2 disputes cannot have been won"):
            OwnResult(reason="fraudulent", band=Band.FROM_40, filed=2, won=3)

    @given(st.sampled_from((*sorted(TABLE), "other")), percents, percents, owns)
    def test_more_evidence_is_never_less_likely_to_win(
        self, reason: str, one: int, other: int, own: tuple[OwnResult, ...]
    ) -> None:
        """Whatever the merchant's own results, the chance never falls from one band to the next."""
        less, more = sorted((one, other))
        assert win_percent(reason, less, own=own).percent <= win_percent(reason, more, own=own).percent

    @given(percents, st.integers(0, 100_000), st.integers(0, 100))
    def test_many_own_results_stand_for_themselves(self, percent: int, filed: int, won: int) -> None:
        """As results come in evenly over the bands, the chance nears the rate they show."""
        assume(filed >= 10_000)
        own = tuple(
            OwnResult(reason="general", band=band, filed=filed, won=filed * won // 100) for band in Band
        )
        assert abs(win_percent("general", percent, own=own).percent - won) <= 1

    @given(st.integers(0, 500), st.integers(0, 500))
    def test_the_chance_lies_between_table_and_own_rate(self, won: int, lost: int) -> None:
        """Shrinkage never goes past either of the two it blends."""
        assume(won + lost)
        alike = {"general": BandRates(under_40=30, from_40=30, from_70=30, from_90=30)}
        own = tuple(OwnResult(reason="general", band=band, filed=won + lost, won=won) for band in Band)
        percent = win_percent("general", 50, own=own, override=alike).percent
        low, high = sorted((30, Fraction(100 * won, won + lost)))
        assert round(low) <= percent <= round(high)

    @pytest.mark.parametrize(
        ("facts", "percent"),
        [({"ce3_ready": True}, CE3_AT_LEAST), ({"liability_shift": True}, LIABILITY_SHIFT_AT_LEAST)],
    )
    def test_the_networks_rules_raise_the_chance(self, facts: dict[str, object], percent: int) -> None:
        """CE 3.0 and a liability shift put fraud on the issuer, and the assumption is told."""
        weighing = weighed(**facts)
        assert weighing.win_percent == percent
        assert f"assumed {percent} %, because" in weighing.win_rate_from

    def test_they_raise_it_for_fraud_only(self) -> None:
        """No authentication helps against goods that never came."""
        weighing = weighed(a_dispute(reason="product_not_received"), ce3_ready=True, liability_shift=True)
        assert weighing.win_percent == 48
