"""Disputes as they are shown: every state has its words, and nothing is wider than it may be."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console
from shown_cases import ASSESSMENT, DIGEST, DISPUTE, NOW, a_case, told

from chargebacks.contracts import Asks, CaseFile, CaseKind, CaseStatus
from chargebacks.dispute_case import DisputeStory, FiledBy, Filing, SourceState, Verdict
from chargebacks.disputes import LinkedAlert
from chargebacks.errors import BadInput
from chargebacks.evidence_items import PolicyKind
from chargebacks.money import Money
from cli import reading
from cli.case_list import show_cases
from cli.case_page import show_case
from cli.filing_page import show_what_is_filed, show_what_is_given_up
from cli.packet_folder import write_files


def a_console(width: int = 100) -> Console:
    return Console(width=width, record=True, file=io.StringIO(), highlight=False)


def page(case: CaseFile, *, beside: tuple[CaseFile, ...] = ()) -> str:
    console = a_console()
    show_case(console, case, now=NOW, beside=beside)
    return console.export_text()


def listed(*cases: CaseFile) -> list[str]:
    console = a_console(120)
    show_cases(console, cases, now=NOW, limit=100)
    return console.export_text().splitlines()


def test_a_row_says_what_matters() -> None:
    """Deadline, time left, amount, reason, how ready, how much it lacks, the best way, the status."""
    heading, row, case_id, *_ = listed(a_case())
    assert " ".join(heading.split()) == "due (UTC) left amount reason ready lacks gain or verdict status"
    assert " ".join(row.split()) == (
        "2026-12-02 12:00 9 d 0 h 49.99 USD product not received 62 % 3 fight +29.99 USD gathering"
    )
    assert case_id == "  dispute/shop/du_1"


@pytest.mark.parametrize(
    ("story", "said"),
    [
        (DisputeStory(), "not read yet"),
        (told(assessment=None), "-"),
        (told(verdict=Verdict.ACCEPTED, settlement_currency="USD"), "accepted 0.00 USD"),
        (told(verdict=Verdict.INQUIRY_CLOSED), "inquiry closed"),
    ],
)
def test_a_row_knows_every_state(story: DisputeStory, said: str) -> None:
    """Before it was read, before it was weighed, after the verdict, with and without money."""
    assert said in listed(a_case(story))[1]


def test_an_answered_dispute_has_no_time_left() -> None:
    """A deadline that was met is no alarm."""
    filed = DISPUTE.model_copy(update={"status": "under_review"})
    late = a_case(told(dispute=filed), respond_by=NOW - timedelta(days=1))
    assert "late" not in listed(late)[1]


def test_alerts_and_disputes_are_two_lists() -> None:
    """What is due within hours comes before what is due within days."""
    alert = a_case(None, case_id="alert/ethoca/A1", kind=CaseKind.ALERT)
    lines = listed(a_case(), alert)
    assert lines.index("Alerts") < lines.index("  alert/ethoca/A1") < lines.index("Disputes")
    assert lines[-1] == "2 cases."
    assert "Disputes" not in listed(a_case())


@given(
    reason=st.text(st.characters(categories=("L", "N")), min_size=1, max_size=80),
    amount=st.integers(0, 10**11),
    status=st.sampled_from(CaseStatus),
    verdict=st.none() | st.sampled_from(Verdict),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_list_is_never_wider_than_120_columns(
    reason: str, amount: int, status: CaseStatus, verdict: Verdict | None
) -> None:
    """Whatever Stripe calls the reason, and however much is disputed."""
    dispute = DISPUTE.model_copy(update={"reason": reason})
    money = Money(amount_minor=amount, currency="USD")
    case = a_case(told(dispute=dispute, verdict=verdict), amount=money, status=status)
    rows = [line for line in listed(case) if not line.startswith("  dispute/")]
    assert [row for row in rows if len(row) > 120] == []


def test_a_page_says_what_it_asks_and_what_may_be_ordered() -> None:
    """The words that fit, to be copied."""
    asking = page(a_case(asks=Asks.APPROVAL, status=CaseStatus.AWAITING_PERSON))
    for word in ("approve", "decline", "submit", "accept"):
        assert f"starter.py {word} dispute/shop/du_1 --by NAME\n" in asking
    assert "means: fight" in asking
    repair = page(a_case(asks=Asks.REPAIR))
    assert "starter.py resume" in repair
    assert "starter.py approve" not in repair


@pytest.mark.parametrize(
    "case",
    [
        a_case(mode="observe"),
        a_case(told(dispute=DISPUTE.model_copy(update={"status": "under_review"}))),
        a_case(closed_at=NOW),
        a_case(DisputeStory()),
    ],
)
def test_nothing_is_offered_that_would_be_refused(case: CaseFile) -> None:
    """An observing, answered, closed or unread case takes no order."""
    assert "starter.py submit" not in page(case)
    assert "starter.py accept" not in page(case)


def test_a_page_shows_the_sum_of_each_way() -> None:
    """The best first, with its lines; the chance and where it is from; what was assumed."""
    shown = page(a_case())
    assert shown.index("fight (best)") < shown.rindex("leave  ")
    for said in (
        "-20.00 USD",
        "29.99 USD",
        "60 % to win when fought (estimates of 2026-11-01)",
        "A rate was assumed.",
    ):
        assert said in shown


def test_a_page_shows_evidence_and_packet() -> None:
    """What is at hand, missing and harmful; the packet's exhibits, what was left out, what to look at."""
    shown = page(a_case())
    for said in (
        "62 %, 3 pieces missing, 1 of what is missing is required",
        "refund_policy: works against you",
        "your systems, you",
        DIGEST,
        "5 pages, 81 kB, 2 fields",
        "exhibit 2      Record of the sale",
        "Exhibit 3: no room",
        "a glyph without a font",
        "staged at Stripe",
    ):
        assert said in shown


def test_a_page_tells_of_the_alert_that_did_not_prevent_it() -> None:
    """Or why there was none."""
    alert = LinkedAlert(
        case_id="alert/ethoca/A1",
        outcome="declined_by_rule",
        refund_id="re_1",
        refund_state="refunded",
        why_not_prevented="The alert was declined.",
    )
    shown = page(a_case(told(alert=alert, no_alert=None)))
    for said in ("alert/ethoca/A1: declined by rule", "The alert was declined.", "re_1 (refunded)"):
        assert said in shown
    assert "No alert came." in page(a_case())


def test_a_page_names_the_other_cases_of_the_charge() -> None:
    """With how they stand."""
    other = a_case(case_id="alert/ethoca/A1", status=CaseStatus.CLOSED)
    assert "same charge    alert/ethoca/A1 (closed)" in page(a_case(), beside=(other,))


def test_a_page_tells_what_sources_gave() -> None:
    """Items, silence, or the problem."""
    sources = (
        SourceState(name="orders", asked_at=NOW, answered_at=NOW, items=3),
        SourceState(name="silent", asked_at=NOW),
        SourceState(name="broken", asked_at=NOW, problem="refused our signature"),
    )
    shown = page(a_case(told(sources=sources)))
    for said in ("gave 3 items", "no answer yet", "refused our signature"):
        assert said in shown


def test_a_page_tells_who_filed_and_what_was_left() -> None:
    """Each round by itself."""
    filings = (
        Filing(round=1, filed_by=FiledBy.US, digest=DIGEST, approved_by="ana", completeness=62, at=NOW),
        Filing(round=2, filed_by=FiledBy.SMART_DISPUTES, at=NOW),
    )
    shown = page(a_case(told(filings=filings, round=3, left="nobody answered")))
    for said in (
        f"by us, approved by ana; packet {DIGEST[:12]}, 62 % complete",
        "by Stripe's Smart Disputes",
        "round 3        left unanswered: nobody answered",
    ):
        assert said in shown


def test_a_page_tells_the_verdict_and_the_money() -> None:
    """What was taken, what came back, fees, and the sum."""
    money = {
        "recovered_minor": 4999,
        "withdrawn_minor": 4999,
        "fees_minor": 1500,
        "settlement_currency": "USD",
    }
    shown = page(a_case(told(verdict=Verdict.WON, decided_at=NOW, **money)))
    for said in ("won, 2026-11-23 12:00 UTC", "taken          -49.99 USD", "fees           -15.00 USD"):
        assert said in shown
    assert "in all         -15.00 USD" in shown


def test_a_case_that_knows_nothing_yet_has_a_page() -> None:
    """Right after it was started."""
    assert "not read from Stripe yet" in page(a_case(DisputeStory(), mode=None))


def test_what_is_filed_is_shown_before_it_is() -> None:
    """Digest, pages, fields, what it lacks, and that it is irrevocable."""
    console = a_console()
    show_what_is_filed(console, a_case())
    shown = console.export_text()
    for said in (DIGEST, "5 pages", "2 fields", "62 %, without access_activity_log", "takes one submission"):
        assert said in shown
    assert "fee" not in shown
    compliance = DISPUTE.model_copy(update={"reason": "noncompliant"})
    show_what_is_filed(console, a_case(told(dispute=compliance)))
    assert "contesting a compliance case costs a fee" in console.export_text()
    with pytest.raises(BadInput, match=r"no packet to file yet\. It waits for more evidence\."):
        show_what_is_filed(console, a_case(told(packet=None), waits_for="more evidence"))


def test_what_is_given_up_is_shown_before_it_is() -> None:
    """The dispute, what the rules say, and that it cannot be undone."""
    console = a_console()
    show_what_is_given_up(console, a_case())
    shown = console.export_text()
    for said in ("49.99 USD", ASSESSMENT.decision.explanation, "cannot be undone"):
        assert said in shown


def test_a_packets_folder_holds_nothing_else(tmp_path: Path) -> None:
    """Files of two packets would mix; the same again is harmless; a file in the way is said to be one."""
    files = {"packet.pdf": b"a", "texts/customer_name.txt": b"b"}
    folder = tmp_path / "deep" / "packet"
    for _ in range(2):
        write_files(folder, files)
    assert (folder / "texts" / "customer_name.txt").read_bytes() == b"b"
    assert folder.stat().st_mode & 0o077 == 0
    with pytest.raises(BadInput, match=r"packet\.pdf is there already"):
        write_files(folder, {"packet.pdf": b"other"})
    with pytest.raises(BadInput, match=r"customer_name\.txt is there already"):
        write_files(folder, {"packet.pdf": b"a", "texts/receipt.txt": b"c"})
    with pytest.raises(BadInput, match="is a file: give a folder"):
        write_files(folder / "packet.pdf", files)
    assert sorted(path.name for path in folder.rglob("*.*")) == ["customer_name.txt", "packet.pdf"]


@pytest.mark.parametrize(
    ("text", "clause", "said"),
    [
        ("", None, "holds no text"),
        ("x" * 20_001, None, "has 20,001 characters; at most 20,000 are taken"),
        ("Within 14 days.", "within 30 days", "The clause is no part of"),
    ],
)
def test_a_policy_that_cannot_be_shown_is_refused(
    tmp_path: Path, text: str, clause: str | None, said: str
) -> None:
    """A clause must be found in the text, or it could not be marked."""
    file = tmp_path / "policy.txt"
    file.write_text(text)
    facts = {"kind": PolicyKind.REFUND, "since": None, "until": None, "shown_where": "", "url": None}
    with pytest.raises(BadInput, match=said):
        reading.policy(file, clause=clause, **facts)


def test_evidence_is_read_from_options_and_folder(tmp_path: Path) -> None:
    """Texts by field, files by slot, in one supply."""
    folder = tmp_path / "evidence"
    (folder / "receipt").mkdir(parents=True)
    (folder / "receipt" / "paid.txt").write_text("Paid.")
    (folder / "shipping_carrier.txt").write_text("UPS")
    scan = tmp_path / "scan=1.pdf"
    scan.write_bytes(b"%PDF-")
    supply, files = reading.evidence(
        ("customer_purchase_ip=203.0.113.7",), (f"customer_signature={scan}",), folder
    )
    assert supply.fields == {"shipping_carrier": "UPS", "customer_purchase_ip": "203.0.113.7"}
    assert [(file.field, file.name) for file in files] == [
        ("receipt", "paid.txt"),
        ("customer_signature", "scan=1.pdf"),
    ]


def test_every_mistake_in_evidence_is_a_line(tmp_path: Path) -> None:
    """Whoever typed it mends all of it in one go; a text that is given twice is one mistake."""
    with pytest.raises(BadInput) as refusal:
        reading.evidence(
            ("carrier", "shipping_carrier=UPS", "shipping_carrier=DHL"),
            ("receipt=nowhere.pdf",),
            tmp_path / "nowhere",
        )
    lines = str(refusal.value).splitlines()
    assert len(lines) == 4
    assert "shipping_carrier is given twice" in lines[1]
    (tmp_path / "shipping_carrier.txt").write_text("UPS")
    with pytest.raises(BadInput, match="given with --field and in the folder"):
        reading.evidence(("shipping_carrier=DHL",), (), tmp_path)
