"""The policy's section on disputes: what it means, how its mistakes are told, and what it leaves alone."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.decisions import Mode
from chargebacks.disputes import Stage, SubmissionMethod
from chargebacks.errors import BadInput
from chargebacks.evidence_fields import ProductType
from chargebacks.money import Money
from chargebacks.packet import Paper
from chargebacks.policy import Policy, parse_policy
from chargebacks.policy.disputes import DisputeRules, DisputeThen
from chargebacks.win_rates import ANY_OTHER, TABLE, BandRates

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text()
BLOCKS = [block for block in re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL) if "disputes" in block]

WHOLE = """
[disputes]
mode = "act"
submission_method = "prefer_smart_disputes"
product_type = "digital"
product_type_keys = "kind"
review_hours = 96
margin_hours = 36
inquiry_margin_hours = 120
reminder_hours = [120, 240, 120]
submit_when_complete = true
minimum_completeness = 25
fight_above = { USD = "500.00" }
never_fight_below = { USD = "10", JPY = "1000" }
ask_above = { USD = "2000" }
customers_never_fight = ["cus_2", "cus_1"]
silence = "leave"
when_hopeless = "accept"
compliance = "never"
appeals = "never"
country = "DE"
rates = { EUR = "0.920" }
smart_disputes_share_percent = 25
paper = "us-letter"
poll_days = 14
watch_lost_days = 0

[disputes.win_rates]
fraudulent = 20
duplicate = { under_40 = 10, from_40 = 20, from_70 = 30, from_90 = 40 }

[disputes.inquiries]
refund = "by_value"
limits = { USD = "40" }

[[disputes.rule]]
name = "logs"
when = { reason = "product_not_received", stage = "chargeback", completeness_below = 50 }
then = "leave"
mode = "propose"
"""


class TestMeaning:
    def test_without_the_section_disputes_are_only_observed(self) -> None:
        """Nothing is done about disputes until the policy says so, and only this system is to file."""
        rules = parse_policy('mode = "act"').disputes
        assert rules == DisputeRules()
        assert rules.mode is Mode.OBSERVE
        assert rules.submission_method is SubmissionMethod.MANUAL

    def test_full_example(self) -> None:
        """Every key of the section reaches the policy."""
        rules = parse_policy(WHOLE).disputes
        assert (rules.mode, rules.submission_method) == (Mode.ACT, SubmissionMethod.PREFER_SMART_DISPUTES)
        assert (rules.product_type, rules.product_type_keys) == (ProductType.DIGITAL, ("kind",))
        assert (rules.review_hours, rules.margin_hours, rules.inquiry_margin_hours) == (96, 36, 120)
        assert rules.reminder_hours == (240, 120)
        assert (rules.submit_when_complete, rules.minimum_completeness) == (True, 25)
        assert rules.fight_above == (Money(amount_minor=50_000, currency="USD"),)
        assert [str(amount) for amount in rules.never_fight_below] == ["1000 JPY", "10.00 USD"]
        assert rules.ask_above == (Money(amount_minor=200_000, currency="USD"),)
        assert rules.customers_never_fight == ("cus_1", "cus_2")
        assert (rules.silence, rules.when_hopeless) == ("leave", "accept")
        assert (rules.compliance, rules.appeals) == ("never", "never")
        assert (rules.country, rules.rates) == ("DE", {"EUR": "0.92"})
        assert (rules.smart_disputes_share_percent, rules.paper) == (25, Paper.LETTER)
        assert (rules.poll_days, rules.watch_lost_days) == (14, 0)
        assert rules.inquiries.refund == "by_value"
        assert rules.inquiries.limits == (Money(amount_minor=4000, currency="USD"),)

    def test_rules_of_disputes_are_their_own(self) -> None:
        """Named rules of the section reach disputes only, a single text standing for a list of one."""
        policy = parse_policy(WHOLE)
        (rule,) = policy.disputes.rule
        assert policy.rule == ()
        assert (rule.name, rule.then, rule.mode) == ("logs", DisputeThen.LEAVE, Mode.PROPOSE)
        assert rule.when.reason == ("product_not_received",)
        assert rule.when.stage == (Stage.CHARGEBACK,)
        assert rule.when.completeness_below == 50

    def test_win_rates_are_one_number_or_one_per_band(self) -> None:
        """One number stands for every completeness."""
        rates = parse_policy(WHOLE).disputes.win_rates
        assert rates["fraudulent"].in_order == (20, 20, 20, 20)
        assert rates["duplicate"] == BandRates(under_40=10, from_40=20, from_70=30, from_90=40)

    @pytest.mark.parametrize("block", [WHOLE, *BLOCKS])
    def test_survives_json(self, block: str) -> None:
        """A policy read back from the store is the same policy."""
        policy = parse_policy(block)
        assert Policy.model_validate_json(policy.model_dump_json()) == policy

    def test_an_older_policy_reads_as_before(self) -> None:
        """A stored policy from before disputes gets the section that only observes."""
        stored = parse_policy('mode = "act"').model_dump(mode="json", exclude={"disputes"})
        assert Policy.model_validate(stored).disputes == DisputeRules()


class TestVersion:
    def test_of_a_policy_without_the_section_stays(self) -> None:
        """Policies from before disputes keep their version, and cases the policy they opened with."""
        assert parse_policy("").version == "44136fa355b3678a"
        assert parse_policy('mode = "act"').version == "42c748fb0cb461a3"

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("", "[disputes]"),
            ("", "[disputes]\nreminder_hours = [120, 168, 240]"),
            ('rates = {EUR="0.92"}', 'rates = {EUR="0.920"}'),
            ("win_rates = {duplicate=50}",
             "win_rates.duplicate = {under_40=50, from_40=50, from_70=50, from_90=50}"),
            ('customers_never_fight = ["a", "b"]', 'customers_never_fight = ["b", "a"]'),
        ],
    )  # fmt: skip
    def test_does_not_depend_on_spelling(self, one: str, other: str) -> None:
        """Defaults, order and spelling do not change the version."""
        versions = {
            parse_policy(text if text.startswith("[") or not text else f"[disputes]\n{text}").version
            for text in (one, other)
        }
        assert len(versions) == 1

    @pytest.mark.parametrize(
        "text",
        [
            'mode = "act"',
            "margin_hours = 47",
            'fight_above = {USD="1"}',
            'inquiries.refund = "never"',
            "win_rates = {duplicate=50}",
        ],
    )
    def test_depends_on_meaning(self, text: str) -> None:
        """A changed meaning is another version."""
        assert parse_policy(f"[disputes]\n{text}").version != parse_policy("").version


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ('[dispute]\nmode = "act"', "dispute: unknown key; did you mean disputes."),
            ("margin_hour = 1", "disputes.margin_hour: unknown key; did you mean disputes.margin_hours."),
            ('mode = "acts"', 'disputes.mode: "acts" is not one of observe, propose, act; did you mean "act".'),
            ('submission_method = "smart_disputes"',
             'disputes.submission_method: "smart_disputes" is not one of manual, prefer_manual, '
             'prefer_smart_disputes; did you mean "prefer_smart_disputes".'),
            ('silence = "refund"', 'disputes.silence: "refund" is not one of file, accept, leave.'),
            ('country = "germany"',
             "disputes.country: 'germany' is not a two-letter country code in upper case, such as US."),
            ('review_hours = "72"', 'disputes.review_hours: must be a whole number, not "72".'),
            ("margin_hours = 0", "disputes.margin_hours: should be greater than or equal to 1."),
            ("reminder_hours = [0]", "disputes.reminder_hours[1]: should be greater than or equal to 1."),
            ("minimum_completeness = 101",
             "disputes.minimum_completeness: should be less than or equal to 100."),
            ('fight_above = "500"',
             'disputes.fight_above: write a table of amounts, such as { USD = "49.99" }.'),
            ("inquiries = 1", "disputes.inquiries: must be a table, not 1."),
            ('inquiries.refund = "always"',
             'disputes.inquiries.refund: "always" is not one of by_value, ask, never.'),
            ("inquiries.limit = {}",
             "disputes.inquiries.limit: unknown key; did you mean disputes.inquiries.limits."),
            ("rates = {EUR=0.92}", 'disputes.rates: the rate of EUR must be a string, such as "0.92".'),
            ('rates = {EUR="0"}',
             'disputes.rates: the rate of EUR must be a plain decimal number above 0, such as "0.92", not "0".'),
            ('rates = {EUR="1e3"}',
             'disputes.rates: the rate of EUR must be a plain decimal number above 0, such as "0.92", '
             'not "1e3".'),
            ('rates = {USD="1"}',
             "disputes.rates: leave USD out: the rates say how many units one US dollar is worth."),
            ('rates = {XXQ="1"}', "disputes.rates: 'XXQ' is not a currency code of ISO 4217, such as USD."),
            ("win_rates = 30", "disputes.win_rates: must be a table, not 30."),
            ("win_rates = {duplicate=130}",
             "disputes.win_rates: the rate of duplicate must be a whole percentage from 0 to 100, or a table with "
             "under_40, from_40, from_70, from_90."),
            ("win_rates.duplicate = {under_40=1, from_40=2, from_70=3}",
             "disputes.win_rates.duplicate.from_90: this key is required."),
            ("win_rates.duplicate = {under_40=1, from_40=2, from_70=3, from_90=4, from_95=5}",
             "disputes.win_rates.duplicate.from_95: unknown key; did you mean "
             "disputes.win_rates.duplicate.from_90."),
            ('[[disputes.rule]]\nname="a"', "disputes.rule[1].then: this key is required."),
            ('[[disputes.rule]]\nname="a"\nthen="decline"',
             'disputes.rule[1].then: "decline" is not one of fight, accept, refund, ask, leave.'),
            ('[[disputes.rule]]\nname="a"\nthen="ask"\nwhen={stage="appeal"}',
             'disputes.rule[1].when.stage[1]: "appeal" is not one of inquiry, chargeback.'),
            ('[[disputes.rule]]\nname="a"\nthen="ask"\nwhen={produkt_type="digital"}',
             "disputes.rule[1].when.produkt_type: unknown key; did you mean disputes.rule[1].when.product_type."),
        ],
    )  # fmt: skip
    def test_each_is_one_sentence(self, text: str, sentence: str) -> None:
        """A mistake is told by its path and what to write instead."""
        with pytest.raises(BadInput) as refusal:
            parse_policy(text if text.startswith("[") else f"[disputes]\n{text}")
        assert str(refusal.value) == sentence

    @pytest.mark.parametrize(
        ("text", "beginning"),
        [
            ("review_hours = 24", "disputes.review_hours: 24 must be at least disputes.margin_hours (48)"),
            ("review_hours = 720\nmargin_hours = 100",
             "disputes.inquiry_margin_hours: 96 must be at least disputes.margin_hours (100)"),
            ('never_fight_below = {USD="20"}\nfight_above = {USD="10"}',
             "disputes.never_fight_below.USD: 20.00 USD must not be above disputes.fight_above (10.00 USD)"),
            ('inquiries.refund = "by_value"', "disputes.inquiries.limits: disputes.inquiries.refund = "),
            ("win_rates = {fraudulant=20}",
             'disputes.win_rates.fraudulant: fraudulant is not a reason of Stripe\'s; did you mean "fraudulent".'),
            ("win_rates.duplicate = {under_40=5, from_40=4, from_70=6, from_90=7}",
             "disputes.win_rates.duplicate: a more complete packet must not win less often."),
            ('[[disputes.rule]]\nname="a"\nthen="ask"\n[[disputes.rule]]\nname="a"\nthen="ask"',
             "disputes.rule[2].name: another rule is already called a."),
            ('[[disputes.rule]]\nname="a"\nthen="ask"\nwhen={reason="product_not_recieved"}',
             "disputes.rule[1].when.reason: product_not_recieved is not a reason of Stripe's"),
            ('[[disputes.rule]]\nname="a"\nthen="ask"\nwhen={amount_above={USD="9"}, amount_up_to={USD="9"}}',
             "disputes.rule[1].when: no amount is above 9.00 USD and at most 9.00 USD."),
            ('[[disputes.rule]]\nname="a"\nthen="ask"\nwhen={completeness_at_least=50, completeness_below=50}',
             "disputes.rule[1].when: no packet is at least 50 and below 50 percent complete."),
            ('[[disputes.rule]]\nname="a"\nthen="refund"\nwhen={stage="chargeback"}',
             'disputes.rule[1].then: "refund" only goes with inquiries'),
            ('[[disputes.rule]]\nname="a"\nthen="accept"\nwhen={stage="inquiry"}',
             'disputes.rule[1].then: "accept" does not go with inquiries'),
        ],
    )  # fmt: skip
    def test_contradictions_are_told(self, text: str, beginning: str) -> None:
        """Two settings that cannot both be meant are refused."""
        with pytest.raises(BadInput) as refusal:
            parse_policy(text if text.startswith("[") else f"[disputes]\n{text}")
        assert str(refusal.value).startswith(beginning)

    def test_a_reason_of_next_year_is_accepted(self) -> None:
        """Stripe may add reasons at any time: only what looks misspelt is refused."""
        text = '[disputes]\nwin_rates = {quality_issue = 40}\n[[disputes.rule]]\nname="a"\nthen="ask"'
        rules = parse_policy(text + '\nwhen = {reason = "quality_issue"}').disputes
        assert rules.win_rates["quality_issue"].from_40 == 40

    @given(st.sampled_from([WHOLE, *BLOCKS]).flatmap(lambda block: st.permutations(block.splitlines())))
    def test_any_text_is_read_or_refused(self, lines: list[str]) -> None:
        """However the lines are shuffled, it is a policy or a BadInput, never another error."""
        text = "\n".join(lines)
        with suppress(BadInput):
            assert parse_policy(text).version == parse_policy(text + "\n# read again").version


class TestPage:
    def test_the_win_rates_on_the_page_are_those_of_the_code(self) -> None:
        """The table that merchants read is the table that decides."""
        rows = re.findall(r"^\| ([a-z_ ]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", PAGE, flags=re.MULTILINE)
        told = {reason: tuple(map(int, rates)) for reason, *rates in rows}
        meant = {reason: rates.in_order for reason, rates in TABLE.items() if any(rates.in_order)}
        assert told == meant | {"any other": ANY_OTHER.in_order, "returns of bank debits": (0, 0, 0, 0)}
