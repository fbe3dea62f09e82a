"""An analyst's day with disputes: started, looked at, completed with evidence, read, filed or given up."""

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from starter_runs import Ran, Starter

from chargebacks.contracts import CaseFile, CaseStatus
from chargebacks.dispute_case import FiledBy, Verdict
from demo.stack import Stack
from demo.world import World
from operations.disputes import start_dispute

BUYER = {"billing_details": {"name": "Jane Doe", "email": "jane@example.com"}, "description": "Music course"}


async def disputed(world: World, **dispute: Any) -> str:
    """A sale at the stand-in that is disputed; the dispute's id."""
    charge = await world.sell(amount=4999, **BUYER)
    opened = await world.stripe("disputes", {"charge": charge.id, **dispute})
    return str(opened["id"])


async def with_packet(world: World, case_id: str) -> CaseFile:
    """The case once its packet is there."""
    return await world.until(
        case_id, lambda case: case.dispute is not None and case.dispute.packet is not None
    )


async def waiting(world: World) -> str:
    """A dispute of the account `careful` with its first packet; the case's id."""
    dispute = await disputed(world, reason="product_not_received", network_reason_code="13.1")
    started = await start_dispute(
        world.stack.client, world.stack.store, account="careful", dispute_id=dispute
    )
    return (await with_packet(world, started.case_id)).case_id


def digest_of(case: CaseFile) -> str:
    assert case.dispute is not None
    assert case.dispute.packet is not None
    return case.dispute.packet.digest


class TestADisputeThatWaits:
    """The account `careful` asks before it acts; `product_not_received` lacks evidence at first."""

    @pytest.fixture(scope="session")
    @classmethod
    async def shown(cls, stack: Stack) -> str:
        """A case that is only looked at."""
        return await waiting(World(stack))

    @pytest.fixture
    async def case_id(self, world: World) -> str:
        """A case of the test's own."""
        return await waiting(world)

    @pytest.fixture
    async def ready(self, world: World, starter: Starter, case_id: str) -> CaseFile:
        """The case with enough evidence to be worth fighting: it asks a person."""
        texts = ("access_activity_log=Heard lesson 1", "customer_purchase_ip=203.0.113.7")
        said = await starter("evidence", case_id, "--by", "ana", "--field", texts[0], "--field", texts[1])
        assert said.code == 0
        return await world.until(case_id, lambda case: case.status is CaseStatus.AWAITING_PERSON)

    async def test_it_is_started_once(self, starter: Starter, world: World) -> None:
        """Whoever is not sure repeats it."""
        arguments = ("dispute", await disputed(world), "--account", "careful")
        first, again = await starter(*arguments), await starter(*arguments)
        assert first.out == f"dispute/careful/{arguments[1]}  started\n"
        assert again.out == first.out.replace("started", "was there already")

    async def test_it_is_listed_with_what_it_is_worth(self, starter: Starter, shown: str) -> None:
        """Deadline, reason, how ready, how much is missing, the best way; within 120 columns."""
        listed = await starter("cases", "--kind", "dispute", "--account", "careful", "--limit", "1000")
        lines = listed.out.splitlines()
        for heading in ("left", "reason", "ready", "lacks", "gain or verdict"):
            assert heading in lines[0]
        row = lines[lines.index(f"  {shown}") - 1]
        for said in ("49.99 USD", "product not received", "%", "leave", "gathering"):
            assert said in row
        assert [line for line in lines if len(line) > 120] == []

    async def test_its_page_tells_all_of_it(self, starter: Starter, shown: str) -> None:
        """What it is, why no alert prevented it, the decision with its sum, what is missing, the packet."""
        page = await starter("case", shown)
        assert page.code == 0
        for said in (
            "chargeback, product not received, 49.99 USD",
            "visa, 13.1 Merchandise/Services Not Received",
            "No alert came for this charge",
            "disputed amount",
            "(best)",
            "access_activity_log",
            "required",
            "CE 3.0",
            "digest",
            "exhibit 1",
            f"starter.py submit {shown} --by NAME",
            "Timeline",
        ):
            assert said in page.out
        assert "Jane" not in page.out
        too_wide = [line for line in page.out.splitlines() if len(line) > 100 and shown not in line]
        assert too_wide == []

    async def test_what_is_missing_is_listed_with_who_has_it(self, starter: Starter, shown: str) -> None:
        """The most valuable first, with the option that adds it."""
        listed = await starter("evidence", shown)
        assert "Nothing was added yet" in listed.out
        first = next(line for line in listed.out.splitlines() if "required" in line)
        assert "access_activity_log" in first
        assert "your systems, you" in first
        assert "--field" in listed.out
        assert json.loads((await starter("evidence", shown, "--json")).out)["items"] == []

    async def test_evidence_is_added_and_weighed(
        self, starter: Starter, world: World, case_id: str, tmp_path: Path
    ) -> None:
        """A file, a text and a folder in one go; the packet is built anew."""
        before = digest_of(await with_packet(world, case_id))
        mail = tmp_path / "mail.txt"
        mail.write_text("Thank you, lesson 1 was great.")
        folder = tmp_path / "evidence"
        folder.mkdir()
        (folder / "access_activity_log.txt").write_text("Heard lesson 1.")
        added = await starter(
            *("evidence", case_id, "--by", "ana", "--folder", str(folder)),
            *("--file", f"customer_communication={mail}", "--field", "customer_purchase_ip=203.0.113.7"),
        )
        assert added.code == 0
        assert added.out.count("added: ") == 3
        assert f"{case_id}  weighs it now." in added.out
        await world.until(case_id, lambda case: digest_of(case) != before)
        listed = await starter("evidence", case_id)
        for said in ("customer_communication", "person", "ana"):
            assert said in listed.out

    async def test_a_file_that_cannot_be_used_refuses_all(
        self, starter: Starter, shown: str, tmp_path: Path
    ) -> None:
        """Exit code 1, each file with its reason, and nothing half done."""
        broken, empty_pdf = tmp_path / "scan.bin", tmp_path / "sign.pdf"
        broken.write_bytes(bytes(range(256)) * 4)
        empty_pdf.write_bytes(b"%PDF-1.7 nothing more")
        refused = await starter(
            *("evidence", shown, "--by", "ana", "--field", "shipping_carrier=UPS"),
            *("--file", f"receipt={broken}", "--file", f"customer_signature={empty_pdf}"),
        )
        assert (refused.code, refused.out) == (1, "")
        first, second, last = refused.err.splitlines()
        assert "receipt: scan.bin" in first
        assert "customer_signature: sign.pdf" in second
        assert last == "starter.py: Nothing was added."
        assert "Nothing was added yet" in (await starter("evidence", shown)).out

    async def test_its_packet_is_written_with_a_manifest(
        self, starter: Starter, world: World, case_id: str, tmp_path: Path
    ) -> None:
        """Files, texts, a copy to read; the same again is harmless, other files are never overwritten."""
        folder = tmp_path / "packet"
        written = await starter("packet", case_id, "-o", str(folder))
        assert written.code == 0
        manifest = json.loads((folder / "manifest.json").read_text())
        assert manifest["digest"] == digest_of(await with_packet(world, case_id))
        for entry in manifest["fields"]:
            content = (folder / entry["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == entry["sha256"]
            assert entry["field"] in written.out
        assert (folder / "texts" / "customer_name.txt").read_text() == "Jane Doe"
        assert (folder / "packet.pdf").read_bytes().startswith(b"%PDF-")
        assert (await starter("packet", case_id, "-o", str(folder))).code == 0
        (folder / "texts" / "notes.txt").write_text("mine")
        refused = await starter("packet", case_id, "-o", str(folder))
        assert refused.code == 2
        assert "notes.txt is there already" in refused.complaint

    async def test_an_approval_is_bound_to_the_packet_that_stands_there(
        self, starter: Starter, world: World, ready: CaseFile
    ) -> None:
        """Another digest is refused; without one, what the case shows now is approved, and filed."""
        other = await starter("approve", ready.case_id, "--by", "ana", "--packet", "deadbeefdead")
        assert other.code == 2
        digest = digest_of(ready)
        assert f"is now {digest[:12]}: look again" in other.complaint
        said = await starter("approve", ready.case_id, "--by", "ana")
        assert said.out == f"{ready.case_id}  approved by ana, for packet {digest[:12]}\n"
        case = await world.status(ready.case_id, CaseStatus.UNDER_REVIEW)
        assert case.dispute is not None
        [filing] = case.dispute.filings
        assert (filing.digest, filing.approved_by, filing.filed_by) == (digest, "ana", FiledBy.US)

    async def test_filing_shows_what_is_filed_and_is_done_once(
        self, starter: Starter, world: World, case_id: str
    ) -> None:
        """Digest, pages, fields, completeness and that it is irrevocable; afterwards it is too late for words."""
        digest = digest_of(await with_packet(world, case_id))
        said = await starter("submit", case_id, "--by", "ana", "--packet", digest[:12], "--yes")
        assert said.code == 0
        for shown in (
            digest,
            "page",
            "customer_name",
            "complete",
            "irrevocable: Stripe takes one submission",
        ):
            assert shown in said.out
        assert said.out.endswith(f"{case_id}  to be filed, on the word of ana\n")
        await world.status(case_id, CaseStatus.UNDER_REVIEW)
        page = (await starter("case", case_id)).out
        assert f"by us, approved by ana; packet {digest[:12]}" in page
        for word in ("submit", "accept"):
            late = await starter(word, case_id, "--by", "ben", "--yes")
            assert late.code == 2
            assert "takes no answer any more" in late.complaint

    async def test_a_verdict_is_shown_with_the_money(
        self, starter: Starter, world: World, case_id: str
    ) -> None:
        """What was taken, what came back, the fees, and what it came to in all."""
        await starter("submit", case_id, "--by", "ana", "--yes")
        await world.status(case_id, CaseStatus.UNDER_REVIEW)
        await world.stripe(f"disputes/{case_id.rpartition('/')[2]}/decide", {"status": "won"})
        imported = await starter("import", "--account", "careful", "--since", "2d", "--no-schedule")
        assert imported.code == 0
        await world.until(case_id, lambda case: case.closed_at is not None)
        page = (await starter("case", case_id)).out
        for said in ("won, ", "-49.99 USD", "-15.00 USD"):
            assert said in page
        row = await self.row(starter, case_id)
        assert "won -15.00 USD" in row
        assert "closed" in row
        report = await starter("report", "--account", "careful", "--by", "reason")
        assert "product not received" in report.out

    async def test_it_is_given_up_for_good(self, starter: Starter, world: World, case_id: str) -> None:
        """The command says what that means."""
        said = await starter("accept", case_id, "--by", "ana", "--note", "refund promised", "--yes")
        assert "closes the dispute as lost; it cannot be undone" in said.out
        case = await world.until(case_id, lambda case: case.closed_at is not None)
        assert case.dispute is not None
        assert case.dispute.verdict is Verdict.ACCEPTED
        assert "acceptance ordered by ana: refund promised" in (await starter("case", case_id)).out

    async def test_a_terminal_is_asked_first(self, starter: Starter, world: World, case_id: str) -> None:
        """Anything but yes files nothing."""
        shown = await _at_a_terminal(starter, "submit", case_id, "--by", "ana", typed=b"n\n")
        assert "File it? [y/N]" in shown
        assert "stopped" in shown
        case = await with_packet(world, case_id)
        assert case.dispute is not None
        assert case.dispute.filings == ()

    async def row(self, starter: Starter, case_id: str) -> str:
        lines = (await starter("cases", "--account", "careful", "--limit", "1000")).out.splitlines()
        return lines[lines.index(f"  {case_id}") - 1]


async def test_an_alert_and_a_dispute_of_one_charge_name_each_other(starter: Starter, world: World) -> None:
    """Each page says that there is another case; the dispute's says why the alert did not prevent it."""
    charge = await world.sell(amount=4999)
    alert = await world.alert("chargebackhit", charge, account="careful")
    await world.status(alert, CaseStatus.AWAITING_PERSON)
    await starter("decline", alert, "--by", "ana")
    await world.status(alert, CaseStatus.CLOSED)
    dispute = (await world.stripe("disputes", {"charge": charge.id}))["id"]
    await starter("dispute", dispute, "--account", "careful")
    case_id = f"dispute/careful/{dispute}"
    await with_packet(world, case_id)
    assert case_id in (await starter("case", alert)).out
    page = (await starter("case", case_id)).out
    assert alert in page
    assert "The alert was declined" in page


async def test_what_stripe_has_already_is_imported_and_looked_for_again(
    starter: Starter, world: World
) -> None:
    """A summary in plain numbers; the second time nothing is new, and the schedule is there."""
    dispute = await disputed(world)
    arguments = ("import", "--account", "curious", "--since", "1d")
    first, again = await starter(*arguments), await starter(*arguments)
    assert (first.code, again.code) == (0, 0)
    assert "with a new case or news for one" in first.out
    assert "early fraud warning" in first.out
    assert "from now on (Temporal schedule sync/curious)" in first.out
    assert "as before (Temporal schedule sync/curious)" in again.out
    assert f"dispute/curious/{dispute}" in (await starter("cases", "--account", "curious")).out
    ran = await starter("import", "--account", "nobody")
    assert (ran.code, 'no account "nobody"' in ran.complaint) == (2, True)


async def test_evidence_sources_are_connected_and_listed_without_secrets(starter: Starter) -> None:
    """An activity by its queue, an endpoint by its URL and a secret from the environment."""
    arguments = ("connect", "evidence", "--account", "curious", "--name")
    activity = await starter(*arguments, "orders", "--kind", "activity", "--queue", "evidence")
    assert activity.out == "orders  connected: asked about disputes of curious, on task queue evidence\n"
    endpoint = ("desk", "--kind", "endpoint", "--url", "https://shop.example/evidence")
    with_secret = starter.changed(DESK="desk-secret-value")
    assert (await with_secret(*arguments, *endpoint, "--secret-env", "DESK")).code == 0
    asked = await starter(*arguments, *endpoint)
    assert (asked.code, "--secret-file or --secret-env" in asked.complaint) == (2, True)
    wrong = await starter(*arguments, "x", "--kind", "activity", "--url", "https://shop.example")
    assert wrong.code == 2
    listed = (await starter("connect", "list")).out
    for said in ("orders", "task queue evidence", "desk", "https://shop.example/evidence"):
        assert said in listed
    assert "desk-secret-value" not in listed


async def test_an_accounts_switches_are_given_when_it_is_connected(starter: Starter) -> None:
    """Without them a new account handles alerts and only follows disputes."""
    with_key = starter.changed(SHOP_KEY="sk_test_sandbox")
    arguments = ("connect", "stripe", "--account", "switched", "--key-env", "SHOP_KEY")

    async def switches() -> list[str]:
        lines = (await starter("connect", "list")).out.splitlines()
        [row] = [line.split() for line in lines if line.split()[:1] == ["switched"]]
        return row[2:4]

    await with_key(*arguments)
    assert await switches() == ["on", "off"]
    await with_key(*arguments, "--disputes", "--no-alerts")
    assert await switches() == ["off", "on"]
    said = await starter("connect", "switch", "--account", "switched", "--what", "disputes", "--off")
    assert said.out == "switched  dispute representment is off.\n"
    assert await switches() == ["off", "off"]


async def test_standing_documents_are_kept_listed_and_removed(starter: Starter, tmp_path: Path) -> None:
    """A text with its clause, a file in the slot of its kind."""
    text = tmp_path / "refunds.txt"
    text.write_text("We refund within 14 days. Later we do not.")
    add = ("standing", "add", "--account", "curious", "--kind")
    kept = await starter(
        *(*add, "refund_policy", "--text", str(text), "--clause", "within 14 days"),
        *("--from", "2026-01-01", "--shown-where", "checkbox at checkout"),
    )
    assert kept.code == 0
    filed = await starter(*add, "terms", "--file", str(text))
    assert filed.out.endswith("kept for curious: terms\n")
    listed = (await starter.changed(COLUMNS="140")("standing", "list", "--account", "curious")).out
    for said in ("refund_policy", "a clause marked", "2026-01-01 00:00", "terms", "refunds.txt"):
        assert said in listed
    item = kept.out.split()[0]
    removed = await starter("standing", "remove", item, "--account", "curious")
    assert removed.out == f"{item}  removed from curious.\n"
    again = await starter("standing", "remove", item, "--account", "curious")
    assert (again.code, "no standing document" in again.complaint) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("dispute", "ch_1", "--account", "shop"), "'ch_1' is no dispute's id at Stripe"),
        (("evidence", "dispute/x/du_1", "--field", "carrier"), "is not of the form name=value"),
        (("evidence", "dispute/x/du_1", "--field", "receipt=x"), "takes a file, not text"),
        (("evidence", "dispute/x/du_1", "--file", "receipt=nowhere.pdf"), "nowhere.pdf cannot be read"),
        (("evidence", "dispute/x/du_1", "--folder", "nowhere"), "nowhere cannot be read"),
        (("packet", "dispute/x/du_1"), "Missing option"),
        (("submit", "dispute/x/du_1"), "Missing option '--by'"),
        (("accept", "dispute/x/du_1"), "Missing option '--by'"),
        (("report", "--by", "reason,colour"), "'colour' is not one of reason, network, evidence, month"),
        (("connect", "evidence", "--account", "a", "--name", "b", "--kind", "c"), "'c' is not one of"),
    ],
)
async def test_wrong_use_of_dispute_commands_exits_2(
    alone: Starter, arguments: tuple[str, ...], said: str
) -> None:
    """One line that says what was wrong; nothing is opened or started."""
    ran = await alone(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.complaint


async def test_cases_that_are_not_there_are_said_not_to_be(starter: Starter, tmp_path: Path) -> None:
    """A mistyped id is the reader's mistake, whatever is asked for."""
    nobody, out = "dispute/shop/du_nobody", str(tmp_path / "out")
    asked = (
        ("case", nobody),
        ("evidence", nobody),
        ("evidence", nobody, "--by", "ana", "--field", "shipping_carrier=UPS"),
        ("packet", nobody, "-o", out),
        ("approve", nobody, "--by", "ana"),
    )
    for ran in await asyncio.gather(*(starter(*arguments) for arguments in asked)):
        assert (ran.code, ran.complaint) == (2, f"starter.py: There is no case {nobody}.")


async def test_help_groups_the_commands(alone: Starter) -> None:
    """What is done every day comes before what is set up once; every command shows an example."""
    listed = (await alone("--help")).out
    assert listed.index("Cases") < listed.index("Disputes") < listed.index("Set up")
    for command in ("dispute", "evidence", "packet", "submit", "accept", "report", "import"):
        assert f"starter.py {command}" in (await alone(command, "--help")).out


async def _at_a_terminal(starter: Starter, *arguments: str, typed: bytes) -> str:
    """What a person sees who runs the command at a terminal and types this."""
    program = (
        "import os, pty, sys; "
        "sys.exit(os.waitstatus_to_exitcode(pty.spawn([sys.executable, 'starter.py', *sys.argv[1:]])))"
    )
    ran: Ran = await starter.python("-c", program, *arguments, given=typed)
    return ran.out
