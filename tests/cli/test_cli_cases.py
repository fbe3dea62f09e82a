"""An analyst's day: alerts come in, cases are looked at, decisions are made."""

import asyncio
from pathlib import Path

import pytest
from starter_runs import Starter

from chargebacks.contracts import CaseStatus
from demo.world import World

SOURCE = "chargebackhit-careful"


class TestACaseThatAsks:
    """The account `careful` asks a person before each refund."""

    @pytest.fixture
    async def asking(self, world: World) -> str:
        """The id of a case that waits for approval."""
        case_id = await world.alert("chargebackhit", await world.sell(amount=4999), account="careful")
        await world.status(case_id, CaseStatus.AWAITING_PERSON)
        return case_id

    async def test_it_is_listed_with_its_deadline_and_what_it_asks(
        self, starter: Starter, asking: str
    ) -> None:
        """Id, status, amount, time left and the question are in the list."""
        listed = await starter("cases", "--attention", "--due-within", "2d", "--account", "careful")
        assert listed.code == 0
        lines = listed.out.splitlines()
        at = lines.index(f"  {asking}")
        assert "49.99 USD" in lines[at - 1]
        assert "awaiting person" in lines[at - 1]
        assert "Mode propose" in lines[at + 1]

    async def test_its_page_explains_the_match_and_says_what_to_type(
        self, starter: Starter, asking: str
    ) -> None:
        """Facts, candidates with their evidence, decision and timeline, in 100 columns."""
        page = await starter("case", asking)
        assert page.code == 0
        for said in (
            "awaiting person",
            "auth code",
            "evidence",
            "Mode propose",
            "alert received from",
            "sha256",
            f"starter.py approve {asking} --by NAME",
        ):
            assert said in page.out
        too_wide = [line for line in page.out.splitlines() if len(line) > 100 and asking not in line]
        assert too_wide == []

    async def test_its_page_as_json_holds_the_whole_case(self, starter: Starter, asking: str) -> None:
        """Programs read what people see."""
        case = (await starter("case", asking, "--json")).json
        assert (case["case_id"], case["status"]) == (asking, "awaiting_person")
        assert case["match"]["candidates"][0]["evidence"]
        assert case["timeline"]
        assert asking in [each["case_id"] for each in (await starter("cases", "--json")).json]

    async def test_approving_refunds_what_was_approved(
        self, starter: Starter, world: World, asking: str
    ) -> None:
        """The amount is in the charge's currency; name and note stay with the case."""
        said = await starter("approve", asking, "--by", "ana", "--note", "agreed [half]", "--amount", "12.50")
        assert (said.err, said.out) == ("", f"{asking}  approved by ana\n")
        case = await world.until(asking, lambda now: now.money is not None)
        assert case.money is not None
        assert str(case.money.amount) == "12.50 USD"
        assert "approved by ana: agreed [half]" in (await starter("case", asking)).out

    async def test_declining_moves_no_money(self, starter: Starter, world: World, asking: str) -> None:
        """The case closes with an answer and without a refund; then it takes no further word."""
        assert (await starter("decline", asking, "--by", "ana", "--note", "delivered")).code == 0
        case = await world.status(asking, CaseStatus.CLOSED)
        assert case.money is None
        late = await starter("approve", asking, "--by", "ben")
        assert (late.code, late.complaint) == (
            2,
            f"starter.py: The case {asking} is closed: it waits for nobody.",
        )

    async def test_a_word_that_does_not_fit_is_refused(self, starter: Starter, asking: str) -> None:
        """The case says what it asks for instead."""
        said = await starter("resume", asking, "--by", "ana")
        assert said.code == 2
        assert "asks for approve or decline" in said.complaint

    async def test_an_amount_that_is_not_one_is_refused(self, starter: Starter, asking: str) -> None:
        """Nothing is guessed where money is concerned."""
        said = await starter("approve", asking, "--by", "ana", "--amount", "1,50")
        assert said.code == 2
        assert "'1,50' is not a plain decimal amount" in said.complaint


async def test_an_alert_is_started_once(starter: Starter, world: World, tmp_path: Path) -> None:
    """From a file, then the same from standard input: that finds the case that is there."""
    message = await world.message("chargebackhit", await world.sell(amount=5100), account="careful")
    file = tmp_path / "alert.json"
    file.write_text(message["body"])
    first = await starter("alert", str(file), "--source", SOURCE)
    again = await starter("alert", "-", "--source", SOURCE, given=message["body"].encode())
    assert (first.code, again.code) == (0, 0)
    assert first.out == f"alert/{SOURCE}/{message['id']}  started\n"
    assert again.out == first.out.replace("started", "was there already")


async def test_twenty_runs_in_a_row_end_as_they_should(starter: Starter) -> None:
    """The interpreter's abort after a Temporal client was used never reaches the user."""
    ended = []
    for _ in range(5):
        runs = (starter("approve", f"alert/nobody/{each}", "--by", "ana") for each in range(4))
        ended += await asyncio.gather(*runs)
    assert {run.code for run in ended} == {2}
    assert {run.complaint.partition("alert")[0] for run in ended} == {"starter.py: There is no running case "}


async def test_connections_are_listed_without_secrets(starter: Starter) -> None:
    """Names, kinds and modes; nothing that opens a door."""
    listed = await starter("connect", "list")
    assert listed.code == 0
    assert SOURCE in listed.out
    assert "propose" in listed.out
    assert "sk_test" not in listed.out


async def test_an_account_is_connected_switched_filled_and_given_a_policy(
    starter: Starter, world: World, tmp_path: Path
) -> None:
    """From a key in the environment to a filled index, each step in one line."""
    with_key = starter.changed(SHOP_KEY="sk_test_sandbox")
    connected = await with_key("connect", "stripe", "--account", "new", "--key-env", "SHOP_KEY")
    assert connected.out.splitlines()[0] == (
        "new  connected to acct_1Sandbox, test mode. It observes until a policy says otherwise."
    )

    policy = tmp_path / "policy.toml"
    policy.write_text('mode = "propose"\n')
    checked = await starter("policy", "check", str(policy))
    assert "mode propose" in checked.out
    activated = await starter("policy", "activate", str(policy), "--account", "new", "--by", "ana")
    assert activated.code == 0
    assert activated.out.split()[2] in checked.out

    assert (await starter("connect", "switch", "--account", "new", "--off")).out == (
        "new  alert management is off.\n"
    )
    await world.sell(amount=700)
    filled = await starter("backfill", "--account", "new", "--since", "2d")
    assert filled.code == 0
    assert int(filled.out.split()[0]) >= 1


async def test_a_source_is_connected_from_a_file_of_secrets(starter: Starter, tmp_path: Path) -> None:
    """Secrets come from a file, and what is missing is named."""
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('public_key = "cbh_public_test"\nsecret_key = "cbh_secret_test"\n')
    arguments = ("connect", "source", "--name", "cbh", "--kind", "chargebackhit", "--account", "shop")
    connected = await starter(*arguments, "--secrets-file", str(secrets))
    assert connected.out == (
        "cbh  connected: chargebackhit alerts of shop, outcomes to https://api.chargebackhit.com\n"
        "Give the provider this address for its messages: https://YOUR-ADDRESS/alerts/cbh\n"
    )
    secrets.write_text('public_key = "cbh_public_test"\n')
    missing = await starter(*arguments, "--secrets-file", str(secrets))
    assert missing.code == 2
    assert "secret_key" in missing.complaint
    assert "cbh_public_test" not in missing.complaint
