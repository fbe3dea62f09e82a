"""The policy file: what it means, how its mistakes are told, and that its page tells the truth."""

import re
from contextlib import suppress
from pathlib import Path
from typing import get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from chargebacks.alerts import NetworkProduct
from chargebacks.decisions import CancelMoment, CancelScope, Mode
from chargebacks.errors import BadInput
from chargebacks.money import Money
from chargebacks.policy import Policy, parse_policy
from chargebacks.policy.model import Then
from chargebacks.refunds import RefundReason
from chargebacks.vocabulary import OutcomeCode

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policy.md").read_text()
EXAMPLE = (ROOT / "examples" / "policy.toml").read_text()
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)


class TestMeaning:
    def test_empty_file_only_observes(self) -> None:
        """An empty file is the shipped default: it observes, limits nothing to itself and refunds nothing unasked."""
        policy = parse_policy("")
        assert policy.mode is Mode.OBSERVE
        assert policy.refund.limits == ()
        assert policy.refund.reason is RefundReason.REQUESTED_BY_CUSTOMER
        assert policy.fraud_report.refund is False
        assert policy.watch_refund_days == 30

    def test_amounts_are_major_units_of_their_currency(self) -> None:
        """A limit is written in major units and held in Stripe's minor units, whatever the currency's decimals."""
        limits = parse_policy(
            '[refund]\nlimits = {USD="150", JPY="500", KWD="1.250", ISK="500"}'
        ).refund.limits
        assert [(limit.currency, limit.amount_minor) for limit in limits] == [
            ("ISK", 50_000),
            ("JPY", 500),
            ("KWD", 1_250),
            ("USD", 15_000),
        ]

    def test_full_example(self) -> None:
        """Every section of the file reaches the policy."""
        policy = parse_policy(
            """
            mode = "act"
            [refund.products]
            cdrn = "ask"
            [[rule]]
            name = "shipped"
            when = { product = "ethoca", amount_up_to = { USD = "5" } }
            then = "decline"
            outcome = "fulfilled_cannot_stop"
            [subscription]
            scope = "all"
            moment = "period_end"
            never_cancel = "sub_1"
            [[approval.band]]
            up_to = { USD = "20" }
            silence = "refund"
            """
        )
        assert policy.mode is Mode.ACT
        assert policy.refund.products == {NetworkProduct.CDRN: Then.ASK}
        assert policy.rule[0].when.product == (NetworkProduct.ETHOCA,)
        assert policy.rule[0].when.amount_up_to == (Money(amount_minor=500, currency="USD"),)
        assert policy.rule[0].outcome is OutcomeCode.FULFILLED_CANNOT_STOP
        assert (policy.subscription.scope, policy.subscription.moment) == (
            CancelScope.ALL,
            CancelMoment.PERIOD_END,
        )
        assert policy.subscription.never_cancel == ("sub_1",)
        assert policy.approval.band[0].silence is Then.REFUND

    def test_survives_json(self) -> None:
        """A policy read back from JSON is the same policy."""
        policy = parse_policy(EXAMPLE)
        assert Policy.model_validate_json(policy.model_dump_json()) == policy


class TestVersion:
    def test_is_sixteen_hex_digits(self) -> None:
        """The version is short enough to read out and long enough to identify."""
        assert re.fullmatch(r"[0-9a-f]{16}", parse_policy(EXAMPLE).version)

    def test_of_the_default_never_changes(self) -> None:
        """A release that adds an optional key leaves the versions of stored policies alone."""
        assert parse_policy("").version == "44136fa355b3678a"

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("", "# nothing but a comment\n"),
            ("", 'mode = "observe"'),
            ('[refund]\nlimits = {USD="1.5"}', '[refund.limits]\nUSD = "1.50"'),
            ('[refund]\nlimits = {USD="1", EUR="2"}', '[refund]\nlimits = {EUR="2", USD="1"}'),
            ('[refund]\ncurrencies = ["USD", "EUR"]', '[refund]\ncurrencies = ["EUR", "USD", "EUR"]'),
            ('[subscription]\nnever_cancel = "sub_1"', '[subscription]\nnever_cancel = ["sub_1"]'),
            ('mode = "act"\nwatch_refund_days = 3', 'watch_refund_days = 3\nmode = "act"'),
        ],
    )
    def test_does_not_depend_on_spelling(self, one: str, other: str) -> None:
        """Comments, defaults, order and spelling do not change the version."""
        assert parse_policy(one).version == parse_policy(other).version

    @pytest.mark.parametrize(
        "text",
        [
            'mode = "act"',
            "watch_refund_days = 31",
            '[refund]\nlimits = {USD="150.00"}',
            '[refund.deny]\ncustomers = "cus_1"',
            '[[rule]]\nname = "a"\nthen = "ask"',
            "[times]\naim_percent = 49",
            "[matching]\naccept_score = 21",
        ],
    )
    def test_depends_on_meaning(self, text: str) -> None:
        """A changed meaning is another version."""
        assert parse_policy(text).version != parse_policy("").version

    def test_depends_on_the_order_of_rules(self) -> None:
        """The first rule that holds decides, so their order is meaning."""
        ask, decline = '[[rule]]\nname="a"\nthen="ask"\n', '[[rule]]\nname="b"\nthen="decline"\n'
        assert parse_policy(ask + decline).version != parse_policy(decline + ask).version


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ('[refund]\nlimit = {USD="1"}', "refund.limit: unknown key; did you mean refund.limits."),
            (
                '[[rule]]\nname="a"\nthen="ask"\n[[rule]]\nname="b"\nthen="ask"\nwhen={prodct="cdrn"}',
                "rule[2].when.prodct: unknown key; did you mean rule[2].when.product.",
            ),
            ("xyz = 1", "xyz: unknown key; known here: approval, disputes, fraud_report, matching, mode, refund, "
             "rule, subscription, times, unmatched, watch_refund_days."),
            ('mode = "acts"', 'mode: "acts" is not one of observe, propose, act; did you mean "act".'),
            ('[refund.products]\ncdrn = "acknowledge"',
             'refund.products.cdrn: "acknowledge" is not one of refund, ask, decline.'),
            ('watch_refund_days = "30"', 'watch_refund_days: must be a whole number, not "30".'),
            ("watch_refund_days = 1.5", "watch_refund_days: must be a whole number, not 1.5."),
            ("watch_refund_days = true", "watch_refund_days: must be a whole number, not true."),
            ("refund = 1", "refund: must be a table, not 1."),
            ("rule = 1", "rule: must be a list, not 1."),
            ('[[rule]]\nthen = "ask"', "rule[1].name: this key is required."),
            ('[refund]\nlimits = {XXQ="1"}',
             "refund.limits: 'XXQ' is not a currency code of ISO 4217, such as USD."),
            ('[refund]\nlimits = {usd="1"}', "refund.limits: write the currency usd in upper case."),
            ('[refund]\nlimits = {USD="1.001"}', "refund.limits: 1.001 has more decimals than USD has."),
            ('[refund]\nlimits = {JPY="1.5"}', "refund.limits: 1.5 has more decimals than JPY has."),
            ("[refund]\nlimits = {USD=1.5}",
             'refund.limits: the amount in USD must be a string in major units, such as "49.99".'),
            ('[refund]\nlimits = "150"', 'refund.limits: write a table of amounts, such as { USD = "49.99" }.'),
            ('[refund.deny]\nmetadata = "vip"', "refund.deny.metadata: 'vip' must be written as key=value."),
            ('[refund.card_countries]\nbrazil = "ask"',
             "refund.card_countries: 'brazil' is not a two-letter country code in upper case, such as US."),
            ('version = "1"', "version: it is computed from the content; remove the key."),
            ("mode = ", "The policy is not valid TOML: Invalid value (at end of document)."),
        ],
    )  # fmt: skip
    def test_each_is_one_sentence(self, text: str, sentence: str) -> None:
        """A mistake is told by its path and what to write instead."""
        with pytest.raises(BadInput) as refusal:
            parse_policy(text)
        assert str(refusal.value) == sentence

    @pytest.mark.parametrize(
        ("text", "beginning"),
        [
            ("[times]\naim_percent = 80", "times.attention_percent: 75 must be above times.aim_percent (80)"),
            ("[matching]\naccept_score = 5", "matching.accept_score: 5 must be above matching.review_score"),
            ("[matching]\nclear_margin = 0", "matching.clear_margin: must be above 0"),
            ("[fraud_report]\nrefund = true", "fraud_report.limits: fraud_report.refund = true needs"),
            ('[refund]\ncurrencies = "EUR"\nlimits = {USD="1"}', "refund.limits.USD: refund.currencies does not"),
            ('[refund.allow]\ncustomers="cus_1"\n[refund.deny]\ncustomers="cus_1"',
             "refund.deny.customers: cus_1 is on the allow list, too."),
            ('[[rule]]\nname="a"\nthen="ask"\n[[rule]]\nname="a"\nthen="ask"', "rule[2].name: another rule"),
            ('[[rule]]\nname="a"\nthen="ask"\noutcome="declined_3ds"', "rule[1].outcome: it only goes with"),
            ('[[rule]]\nname="a"\nthen="ask"\nwhen={amount_above={USD="9"}, amount_up_to={USD="9"}}',
             "rule[1].when: no amount is above 9.00 USD and at most 9.00 USD."),
            ('[approval]\nsilence="refund"\noutcome="declined_3ds"', "approval.outcome: it only goes with"),
            ('[[approval.band]]\nup_to={}\nsilence="refund"', "approval.band[1].up_to: must hold an amount"),
            ('[[approval.band]]\nup_to={USD="9"}\nsilence="refund"\n'
             '[[approval.band]]\nup_to={USD="8"}\nsilence="decline"',
             "approval.band[2].up_to.USD: an earlier band already covers 8.00 USD."),
            ("[matching]\naccept_score = nan", "The policy holds an impossible number"),
        ],
    )  # fmt: skip
    def test_contradictions_are_told(self, text: str, beginning: str) -> None:
        """Two settings that cannot both be meant are refused."""
        with pytest.raises(BadInput) as refusal:
            parse_policy(text)
        assert str(refusal.value).startswith(beginning)

    def test_all_are_told_at_once(self) -> None:
        """A file with three mistakes is refused with three sentences."""
        with pytest.raises(BadInput) as refusal:
            parse_policy('mode = "go"\nxyz = 1\n[refund]\nlimits = {USD="1.001"}')
        assert len(str(refusal.value).splitlines()) == 3

    @given(
        st.text()
        | st.sampled_from(BLOCKS).flatmap(lambda block: st.permutations(block.splitlines()).map("\n".join))
    )
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        """Whatever the text, it is a policy or a BadInput, never another error."""
        with suppress(BadInput):
            assert parse_policy(text).version == parse_policy(text + "\n# read again").version

    def test_deep_nesting_is_refused(self) -> None:
        """A file built to exhaust the parser is refused like any other mistake."""
        with pytest.raises(BadInput):
            parse_policy("x = " + "[" * 100_000)


class TestPage:
    @pytest.mark.parametrize(
        "block", [*BLOCKS, EXAMPLE], ids=lambda block: block.strip().splitlines()[0][:30]
    )
    def test_every_block_is_a_policy(self, block: str) -> None:
        """Every example on the page and in the repository is accepted as it stands."""
        assert parse_policy(block).version

    def test_written_out_default_is_the_default(self) -> None:
        """The block that writes the defaults out means exactly what an empty file means."""
        assert parse_policy(BLOCKS[0]) == parse_policy("")

    def test_every_key_is_documented(self) -> None:
        """Each key has its own row on the page, and the page has no row for a key that is not there."""
        rows = set(re.findall(r"^\| `([a-z_.]+)` \| ", PAGE.split("## Reasons")[0], flags=re.MULTILINE))
        assert rows == set(_keys(Policy))

    def test_every_key_of_the_default_has_a_written_value(self) -> None:
        """The block of defaults leaves no key out but those inside lists of tables."""
        in_lists = ("rule.", "approval.band.", "disputes.rule.")
        written = {key for key in _keys(Policy) if not key.startswith(in_lists)}
        assert {key for key in written if f"{key.rpartition('.')[2]} = " not in BLOCKS[0]} == set()


def _keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        if get_origin(inner) is tuple:
            inner = get_args(inner)[0]
        if isinstance(inner, type) and issubclass(inner, BaseModel) and inner is not Money:
            keys += _keys(inner, f"{prefix}{name}.")
        elif name != "version":
            keys.append(prefix + name)
    return keys
