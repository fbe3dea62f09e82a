"""Reports: every dispute is counted once in each table, and currencies are never added."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.dispute_case import FiledBy, Verdict
from chargebacks.money import Money
from chargebacks.reporting import NO_NETWORK, NOT_FILED, Dimension, Group, Report, Tally, report_of
from chargebacks.results import DisputeResult

OPENED = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
CURRENCIES = st.sampled_from(("USD", "EUR", "JPY"))
SUMMED = ("won", "lost", "accepted", "refunded", "inquiry_closed", "network_settled", "open")


@st.composite
def results(draw: st.DrawFn) -> DisputeResult:
    filed_by = draw(st.none() | st.sampled_from(FiledBy))
    fields = st.lists(st.sampled_from(("receipt", "customer_name", "refund_policy")), max_size=3)
    return DisputeResult(
        case_id="dispute/shop/du_1",
        account="shop",
        dispute_id="du_1",
        reason=draw(st.sampled_from(("fraudulent", "duplicate", "a_newer_word"))),
        network=draw(st.sampled_from(("visa", "mastercard", None))),
        evidence=tuple(draw(fields)) if filed_by is not None else (),
        filed_by=filed_by,
        filed_at=OPENED if filed_by is not None else None,
        verdict=draw(st.none() | st.sampled_from(Verdict)),
        disputed=Money(amount_minor=draw(st.integers(0, 10_000)), currency=draw(CURRENCIES)),
        recovered_minor=draw(st.integers(0, 10_000)),
        fees_minor=draw(st.integers(-3_000, 3_000)),
        settlement_currency=draw(st.none() | CURRENCIES),
        opened_at=OPENED + timedelta(days=draw(st.integers(-400, 400))),
    )


many = st.lists(results(), max_size=30)


def result(**changes: object) -> DisputeResult:
    """A filed Visa fraud dispute of 49.99 USD that was won."""
    won: dict[str, object] = {
        "case_id": "dispute/shop/du_1",
        "account": "shop",
        "dispute_id": "du_1",
        "reason": "fraudulent",
        "network": "visa",
        "evidence": ("receipt", "customer_name"),
        "filed_by": FiledBy.US,
        "filed_at": OPENED,
        "verdict": Verdict.WON,
        "disputed": Money(amount_minor=4999, currency="USD"),
        "recovered_minor": 4999,
        "fees_minor": 1500,
        "settlement_currency": "USD",
        "opened_at": OPENED,
    }
    return DisputeResult.model_validate(won | changes)


def only_group(report: Report, dimension: Dimension) -> Group:
    [table] = [one for one in report.tables if one.dimension is dimension]
    [group] = table.groups
    return group


@given(counted=many)
def test_every_table_adds_up_to_the_totals(counted: list[DisputeResult]) -> None:
    """Nothing is counted twice and nothing is lost, whatever the tables are about."""
    report = report_of(counted)
    assert report.total.tally.disputes == len(counted)
    assert {table.dimension for table in report.tables} == set(Dimension)
    for table in report.tables:
        tally = Tally()
        for group in table.groups:
            tally = tally.plus(group.tally)
        assert tally == report.total.tally


@given(counted=many)
def test_money_adds_up_per_currency(counted: list[DisputeResult]) -> None:
    """The sums of a table's lines in one currency are the total's, and these are the results'."""
    report = report_of(counted)
    recovered: Counter[str] = Counter()
    fees: Counter[str] = Counter()
    for one in counted:
        currency = one.settlement_currency or one.disputed.currency
        recovered[currency] += one.recovered_minor
        fees[currency] += one.fees_minor
    assert {line.currency: line.recovered_minor for line in report.total.lines} == dict(recovered)
    assert {line.currency: line.fees_minor for line in report.total.lines} == dict(fees)
    for table in report.tables:
        of_table: Counter[str] = Counter()
        for group in table.groups:
            assert [line.currency for line in group.lines] == sorted({line.currency for line in group.lines})
            of_table.update({line.currency: line.recovered_minor for line in group.lines})
        assert of_table == recovered


@given(counted=many)
def test_how_they_stand_adds_up_to_how_many_there_are(counted: list[DisputeResult]) -> None:
    """Every dispute is in one and only one state; a win rate is a percentage of filed ones."""
    for table in report_of(counted).tables:
        for group in table.groups:
            tally = group.tally
            assert sum(getattr(tally, name) for name in SUMMED) == tally.disputes
            assert tally.filed_elsewhere <= tally.filed <= tally.disputes
            assert tally.decided <= tally.filed
            assert tally.filed_won <= tally.won
            assert (tally.win_rate_percent is None) == (tally.decided == 0)
            assert tally.win_rate_percent is None or 0 <= tally.win_rate_percent <= 100


@given(counted=many, seed=st.randoms())
def test_the_order_of_results_changes_no_figure(counted: list[DisputeResult], seed: Random) -> None:
    """A report of the same results is the same report."""
    shuffled = list(counted)
    seed.shuffle(shuffled)
    assert report_of(shuffled) == report_of(counted)


def test_amounts_of_two_currencies_stand_beside_each_other() -> None:
    """Dollars and yen have no sum."""
    yen = result(settlement_currency="JPY", recovered_minor=500, fees_minor=100)
    total = report_of((result(), yen)).total
    assert [(line.currency, line.recovered_minor) for line in total.lines] == [("JPY", 500), ("USD", 4999)]
    assert total.tally.disputes == 2


def test_a_dispute_that_moved_no_money_counts_in_its_own_currency() -> None:
    """An inquiry has a disputed amount only."""
    inquiry = result(
        settlement_currency=None, recovered_minor=0, fees_minor=0, verdict=Verdict.INQUIRY_CLOSED
    )
    [line] = report_of((inquiry,)).total.lines
    assert (line.currency, line.tally.inquiry_closed, line.tally.decided) == ("USD", 1, 0)


@pytest.mark.parametrize(
    ("dimension", "value"),
    [
        (Dimension.REASON, "fraudulent"),
        (Dimension.NETWORK, "visa"),
        (Dimension.EVIDENCE, "customer_name, receipt"),
        (Dimension.MONTH, "2026-03"),
    ],
)
def test_each_table_is_about_one_thing(dimension: Dimension, value: str) -> None:
    """Evidence counts as a set, months by UTC."""
    both = (result(), result(evidence=("receipt", "customer_name", "receipt")))
    group = only_group(report_of(both, by=(dimension,)), dimension)
    assert (group.value, group.tally.disputes) == (value, 2)


def test_what_is_unknown_has_a_name() -> None:
    """No row is empty: no network, nothing filed."""
    bare = result(network=None, evidence=(), filed_by=None, filed_at=None, verdict=None)
    report = report_of((bare,))
    assert only_group(report, Dimension.NETWORK).value == NO_NETWORK
    assert only_group(report, Dimension.EVIDENCE).value == NOT_FILED


def test_a_win_rate_is_of_what_was_filed_and_decided() -> None:
    """Unanswered, given up, open and settled disputes say nothing about packets."""
    others = (
        result(verdict=None),
        result(filed_by=None, verdict=Verdict.LOST),
        result(filed_by=None, verdict=Verdict.ACCEPTED),
        result(verdict=Verdict.NETWORK_SETTLED),
    )
    tally = report_of((result(), result(), result(verdict=Verdict.LOST), *others)).total.tally
    assert (tally.decided, tally.win_rate_percent, tally.lost) == (3, 67, 2)


def test_the_most_frequent_come_first_and_months_in_order() -> None:
    """What matters most is on top; time runs downwards."""
    april = OPENED + timedelta(days=1)
    some = (
        result(),
        result(reason="duplicate", opened_at=april),
        result(reason="duplicate", opened_at=april),
    )
    by = {table.dimension: [group.value for group in table.groups] for table in report_of(some).tables}
    assert by[Dimension.REASON] == ["duplicate", "fraudulent"]
    assert by[Dimension.MONTH] == ["2026-03", "2026-04"]
