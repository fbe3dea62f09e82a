"""The report as people call for it: in the terminal, for spreadsheets, as a page."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from starter_runs import Starter

from chargebacks.dispute_case import FiledBy, Verdict
from chargebacks.money import Money
from chargebacks.results import DisputeResult
from runtime.connections import StripeCredentials
from store import Store

MARCH = datetime(2026, 3, 10, tzinfo=UTC)


def a_result(number: int, **changes: object) -> DisputeResult:
    won: dict[str, object] = {
        "case_id": f"dispute/shop/du_{number}",
        "account": "shop",
        "dispute_id": f"du_{number}",
        "reason": "product_not_received",
        "network": "visa",
        "evidence": ("receipt", "shipping_documentation"),
        "filed_by": FiledBy.US,
        "filed_at": MARCH,
        "verdict": Verdict.WON,
        "disputed": Money(amount_minor=4999, currency="USD"),
        "recovered_minor": 4999,
        "fees_minor": 1500,
        "settlement_currency": "USD",
        "opened_at": MARCH,
    }
    return DisputeResult.model_validate(won | changes)


RESULTS = (
    a_result(1),
    a_result(2, verdict=Verdict.LOST, recovered_minor=0),
    a_result(3, reason="fraudulent", network="mastercard", verdict=None, recovered_minor=0, fees_minor=0),
    a_result(4, settlement_currency="JPY", recovered_minor=500, fees_minor=0, account="other"),
    a_result(5, opened_at=MARCH + timedelta(days=60), verdict=Verdict.ACCEPTED, filed_by=None, evidence=()),
)


@pytest.fixture(scope="session")
async def reporting(tmp_path_factory: pytest.TempPathFactory) -> Starter:
    """With a database of five results, and nothing else that runs."""
    url = f"sqlite:///{tmp_path_factory.mktemp('reporting') / 'store.db'}"
    key = Fernet.generate_key().decode()
    async with await Store.connect(url, SecretStr(key)) as store:
        await store.migrate()
        for name in ("shop", "other"):
            await store.accounts.connect_account(
                StripeCredentials(account=name, api_key=SecretStr("sk_test_sandbox"), livemode=False)
            )
        for result in RESULTS:
            await store.results.record(result)
    return Starter({"DATABASE_URL": url, "SECRETS_KEY": key, "COLUMNS": "120"})


async def test_the_terminal_shows_a_table_per_dimension(reporting: Starter) -> None:
    """Counts, a rate with its base, money per currency; within the width of the terminal."""
    ran = await reporting("report")
    assert ran.code == 0
    for said in (
        "Disputes of all accounts, whenever they were opened.",
        "By reason",
        "By network",
        "By the evidence that was filed",
        "By month in which the dispute was opened",
        "product not received",
        "receipt, shipping_documentation",
        "nothing filed",
        "2026-03",
        "67 % of 3",
        "500 JPY",
        "99.98 USD",
    ):
        assert said in ran.out
    assert [line for line in ran.out.splitlines() if len(line) > 120] == []


async def test_a_report_is_narrowed(reporting: Starter) -> None:
    """By account, by time, and to the tables that are asked for."""
    ran = await reporting(
        *("report", "--account", "shop", "--since", "2026-03-01", "--until", "2026-04-01", "--by", "network")
    )
    assert "opened from 2026-03-01 until 2026-04-01" in ran.out
    assert "mastercard" in ran.out
    assert "By reason" not in ran.out
    assert "JPY" not in ran.out


async def test_spreadsheets_get_plain_numbers(reporting: Starter, tmp_path: Path) -> None:
    """The same to a file and to standard output, where nothing else is printed."""
    file = tmp_path / "disputes.csv"
    written = await reporting("report", "--csv", str(file))
    assert f"{file}  written." in written.out
    piped = await reporting("report", "--csv", "-")
    assert piped.out == file.read_text()
    rows = list(csv.DictReader(io.StringIO(piped.out)))
    [usd] = [row for row in rows if (row["dimension"], row["currency"]) == ("total", "USD")]
    assert (usd["disputes"], usd["recovered_minor"], usd["open"]) == ("4", "9998", "1")


async def test_a_page_is_written(reporting: Starter, tmp_path: Path) -> None:
    """One file that stands by itself."""
    file = tmp_path / "disputes.html"
    assert (await reporting("report", "--html", str(file))).code == 0
    page = file.read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" not in page
    assert "67 % of 3" in page


async def test_a_report_without_disputes_says_so(reporting: Starter) -> None:
    """No empty table."""
    ran = await reporting("report", "--since", "2026-08-01")
    assert ran.out.splitlines()[-1] == "There is none."


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--since", "2026-04-01", "--until", "2026-03-01"), 2, "--since must lie before --until."),
        (("--account", "nobody"), 2, 'no account "nobody" is connected'),
        (("--by", ""), 2, "'' is not one of reason, network, evidence, month"),
        (("--html", "/nowhere/page.html"), 1, "/nowhere/page.html cannot be written: no such file"),
    ],
)
async def test_what_cannot_be_reported_is_said(
    reporting: Starter, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """One line, with the exit code that tells whose mistake it was."""
    ran = await reporting("report", *arguments)
    assert ran.code == code
    assert said in ran.complaint
