"""The report over stored results and open cases; the table for spreadsheets; the page."""

import csv
import io
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from dispute_samples import NOW, a_dispute, a_result, keep_dispute

from chargebacks.contracts import CaseStatus
from chargebacks.dispute_case import DisputeStory, FiledBy, Verdict
from chargebacks.errors import BadInput, NeedsOperator
from chargebacks.reporting import Dimension, Report, report_of
from operations.report import COLUMNS, as_csv, build_report
from operations.report_page import as_html
from store import Store

DAY = timedelta(days=1)


def rows_of(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(report))))


def page_of(report: Report) -> str:
    return as_html(report, account="shop", since=NOW, until=None, made_at=NOW)


class Outline(HTMLParser):
    """Text, and whether every tag was closed in order."""

    _WITHOUT_END = {"meta", "link", "br", "img"}

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self._WITHOUT_END:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


async def test_a_report_is_about_the_period_and_the_account(store: Store) -> None:
    """Disputes count in the period in which Stripe opened them; its end is not a part of it."""
    for number in range(4):
        await store.results.record(a_result(f"du_{number}", opened_at=NOW + number * DAY))
    await store.results.record(a_result("du_9", account="other", opened_at=NOW + DAY))
    some = await build_report(store, account="shop", since=NOW + DAY, until=NOW + 3 * DAY)
    assert some.total.tally.disputes == 2
    assert (await build_report(store)).total.tally.disputes == 5


async def test_open_disputes_are_counted_before_they_have_a_result(store: Store) -> None:
    """Those that wait for evidence or a person; one with a result is not counted twice."""
    for status in (CaseStatus.GATHERING, CaseStatus.AWAITING_PERSON, CaseStatus.NEEDS_ATTENTION):
        await keep_dispute(store, status=status)
    late = await keep_dispute(
        store, dispute=DisputeStory(dispute=a_dispute("du_late", created=NOW + 9 * DAY))
    )
    counted = await keep_dispute(store)
    await store.results.record(a_result(counted.case_id.rpartition("/")[2], verdict=Verdict.LOST))
    tally = (await build_report(store, until=NOW + DAY)).total.tally
    assert (tally.disputes, tally.open, tally.lost) == (4, 3, 1)
    assert late.case_id not in {counted.case_id}
    assert (await build_report(store)).total.tally.open == 4


async def test_a_report_of_nothing_is_empty(store: Store) -> None:
    """A fresh installation has a report, too."""
    report = await build_report(store)
    assert report.total.tally.disputes == 0
    assert as_csv(report).splitlines() == [",".join(COLUMNS)]
    assert "How disputes came out" in page_of(report)


async def test_a_period_that_ends_before_it_begins_is_refused(store: Store) -> None:
    """An empty report would look like no disputes."""
    with pytest.raises(BadInput, match="--since must lie before --until"):
        await build_report(store, since=NOW, until=NOW)


async def test_an_unknown_account_is_no_empty_report(store: Store) -> None:
    """A mistyped name is said to be one."""
    with pytest.raises(NeedsOperator, match='no account "shpo"'):
        await build_report(store, account="shpo")


def test_the_table_holds_plain_numbers() -> None:
    """Minor units and the currency in columns of their own; a rate is empty while there is none."""
    won = a_result("du_1")
    yen = a_result(
        "du_2", settlement_currency="JPY", recovered_minor=0, fees_minor=900, verdict=None, filed_by=None
    )
    rows = rows_of(report_of((won, yen), by=(Dimension.REASON,)))
    assert [(row["dimension"], row["value"], row["currency"]) for row in rows] == [
        ("total", "", "JPY"),
        ("total", "", "USD"),
        ("reason", "fraudulent", "JPY"),
        ("reason", "fraudulent", "USD"),
    ]
    usd = rows[-1]
    assert (usd["won"], usd["recovered_minor"], usd["fees_minor"], usd["win_rate_percent"]) == (
        "1",
        "4999",
        "1500",
        "100",
    )
    assert (rows[0]["open"], rows[0]["win_rate_percent"]) == ("1", "")


def test_every_dimension_of_the_table_adds_up_to_the_total() -> None:
    """Whoever sums a column for one dimension gets the total's."""
    some = [a_result(f"du_{number}", reason=f"r{number % 3}", network=None) for number in range(7)]
    rows = rows_of(report_of(some))
    for dimension in ("total", *Dimension):
        of_it = [row for row in rows if row["dimension"] == dimension]
        assert sum(int(row["disputes"]) for row in of_it) == 7
        assert sum(int(row["recovered_minor"]) for row in of_it) == 7 * 4999


def test_the_page_stands_by_itself() -> None:
    """No script, nothing loaded from anywhere; every tag is closed."""
    page = page_of(report_of((a_result("du_1"), a_result("du_2", verdict=Verdict.LOST))))
    outline = Outline(page)
    assert outline.open == []
    assert not {"script", "link", "img", "iframe"} & set(outline.tags)
    assert "http" not in page.replace("http-equiv", "")
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert "50 % of 2" in outline.text
    assert "Disputes of account shop, opened from 2026-11-23" in outline.text


def test_the_page_writes_what_comes_from_outside_as_text() -> None:
    """A newer word of Stripe's is a word, whatever is in it."""
    page = page_of(report_of((a_result("du_1", reason="<script>alert(1)</script>"),)))
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_page_says_what_others_filed() -> None:
    """A win of Smart Disputes is not taken for ours."""
    page = page_of(report_of((a_result("du_1", filed_by=FiledBy.SMART_DISPUTES),)))
    assert "Of 1 filed, 1 by others" in page


def test_amounts_of_several_currencies_stand_on_lines_of_their_own() -> None:
    """In major units, each with its currency."""
    yen = a_result("du_2", settlement_currency="JPY", recovered_minor=500, fees_minor=0)
    assert "<td>500 JPY\n49.99 USD</td>" in page_of(report_of((a_result("du_1"), yen)))


def test_the_time_of_the_page_is_utc() -> None:
    """Whoever reads it later knows how old it is."""
    made = as_html(
        report_of(()), account=None, since=None, until=None, made_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    )
    assert "Disputes of all accounts, whenever they were opened. As of 2026-01-02 03:04 UTC." in made
