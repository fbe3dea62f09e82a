"""What goes wrong: one clear line on standard error, and an exit code that tells whose mistake it was."""

from pathlib import Path

import pytest
from starter_runs import Starter

SOURCE = ("--source", "chargebackhit-shop")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense",), "No such command 'nonsense'. See `starter.py --help`."),
        (("alert",), "Missing argument 'FILE'. See `starter.py alert --help`."),
        (("alert", "x.json"), "Missing option '--source'. See `starter.py alert --help`."),
        (("approve", "alert/x/1"), "Missing option '--by'. See `starter.py approve --help`."),
        (("cases", "--due-within", "soon"), "'soon' is not a duration such as 30m, 6h, 2d or 3w"),
        (("cases", "--status", "lost"), "'lost' is not one of 'working'"),
        (("cases", "--limit", "0"), "should be greater than or equal to 1"),
        (
            ("backfill", "--account", "shop", "--since", "ever"),
            "'ever' is neither a duration such as 120d nor",
        ),
        (("policy", "check", "nowhere.toml"), "nowhere.toml cannot be read: no such file or directory."),
        (
            ("connect", "stripe", "--account", "a"),
            "There is no terminal to ask at: give --key-file or --key-env.",
        ),
        (("connect", "stripe", "--account", "a", "--key-env", "UNSET"), "UNSET is not set"),
        (("connect", "source", "--name", "a", "--kind", "b", "--account", "c"), "--kind must be one of"),
    ],
)
async def test_wrong_use_exits_2(alone: Starter, arguments: tuple[str, ...], said: str) -> None:
    """One line, with where to look; nothing was opened or started."""
    ran = await alone(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.complaint


@pytest.mark.parametrize("setting", ["LOG_LEVEL", "STRIPE_TIMEOUT_SECONDS"])
async def test_a_wrong_setting_is_named(alone: Starter, setting: str) -> None:
    """The variable, not a stack of validation errors."""
    ran = await alone.changed(**{setting: "loud"})("cases")
    assert ran.code == 2
    assert f"{setting} in the environment is wrong" in ran.complaint


async def test_several_mistakes_in_a_policy_are_a_line_each(alone: Starter, tmp_path: Path) -> None:
    """Whoever writes the file mends them in one go."""
    policy = tmp_path / "policy.toml"
    policy.write_text('mode = "yolo"\nunknown = 1\n')
    ran = await alone("policy", "check", str(policy))
    assert ran.code == 2
    lines = ran.err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("starter.py: ") for line in lines)


async def test_a_database_without_tables_says_how_to_make_them(alone: Starter) -> None:
    """The command to run is in the line; it works, twice."""
    before = await alone("cases")
    assert before.code == 1
    assert "run `python starter.py migrate`" in before.complaint
    for _ in range(2):
        assert (await alone("migrate")).out == "The database is at this version.\n"
    assert (await alone("cases")).out == "No case fits.\n"


async def test_a_temporal_that_is_not_there_is_named(starter: Starter) -> None:
    """An outside failure is exit code 1, with the setting that points there."""
    ran = await starter.changed(TEMPORAL_ADDRESS="127.0.0.1:1")("approve", "alert/x/1", "--by", "ana")
    assert ran.code == 1
    assert "No Temporal server answers at 127.0.0.1:1" in ran.complaint


async def test_secrets_need_the_key_they_were_sealed_with(starter: Starter, tmp_path: Path) -> None:
    """A wrong SECRETS_KEY is said to be wrong, without showing it."""
    file = tmp_path / "alert.json"
    file.write_text("{}")
    wrong = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    ran = await starter.changed(SECRETS_KEY=wrong)("alert", str(file), *SOURCE)
    assert ran.code == 1
    assert "SECRETS_KEY does not open" in ran.complaint
    assert wrong not in ran.complaint


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"{", "The body is not JSON."),
        (b"[" * 300_000, "an alert has at most 262144"),
        (b'{"alert": {"id": "1", "type": "init-refund", "amount": "-5", "currency": "USD"}}', "is negative"),
    ],
)
async def test_a_wrong_payload_is_refused_with_one_reason(
    starter: Starter, payload: bytes, said: str
) -> None:
    """Exit code 2 and no case. What else is refused is told by the tests of `operations.start`."""
    ran = await starter("alert", "-", *SOURCE, given=payload)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.complaint


async def test_a_refused_payload_can_be_looked_at(starter: Starter) -> None:
    """Byte for byte, by the number in the list."""
    body = b'{"alert": {"id": "", "note": "\xc3\xa9"}}'
    await starter("alert", "-", *SOURCE, given=body)
    listed = await starter("refused", "--limit", "1")
    number = listed.out.splitlines()[3].split()[0]
    assert (await starter("refused", "--body", number)).out.encode() == body
    assert (await starter("refused", "--body", "999999")).code == 2


async def test_unknown_names_are_wrong_use(starter: Starter, tmp_path: Path) -> None:
    """A mistyped source, account or case is the caller's mistake, and what exists is listed."""
    file = tmp_path / "alert.json"
    file.write_text("{}")
    unknown_source = await starter("alert", str(file), "--source", "nobody")
    assert unknown_source.code == 2
    assert "chargebackhit-shop" in unknown_source.complaint
    assert (
        await starter("case", "alert/nobody/1")
    ).complaint == "starter.py: There is no case alert/nobody/1."
    assert (await starter("backfill", "--account", "nobody", "--since", "1d")).code == 2
    assert (await starter("alert", str(tmp_path), *SOURCE)).complaint.endswith(
        "cannot be read: is a directory."
    )


BUG = """
import typer
from cli import ending

app = typer.Typer(pretty_exceptions_enable=False)

@app.command()
def broken() -> None:
    raise ZeroDivisionError("a bug\\nwith more lines")

ending.run(app, name="starter.py")
"""


async def test_a_bug_is_one_line_and_a_traceback_on_demand(alone: Starter) -> None:
    """Nobody is shown a stack they did not ask for; whoever looks for the bug gets it."""
    ran = await alone.python("-c", BUG)
    assert ran.code == 1
    assert "unexpected ZeroDivisionError: a bug." in ran.complaint
    assert "LOG_LEVEL=debug" in ran.complaint
    assert "Traceback" in (await alone.changed(LOG_LEVEL="debug").python("-c", BUG)).err


async def test_a_reader_that_goes_away_is_no_traceback(starter: Starter) -> None:
    """`starter.py … | head -1` is an ordinary thing to type."""
    script = "import subprocess,sys; from pathlib import Path\n" + (
        "p = subprocess.Popen([sys.executable, 'starter.py', 'connect', 'list'], stdout=subprocess.PIPE, "
        "stderr=subprocess.PIPE)\np.stdout.close()\nsys.stderr.write(p.stderr.read().decode())\n"
        "print(p.wait())"
    )
    ran = await starter.python("-c", script)
    assert (ran.out, ran.err) == ("1\n", "")


@pytest.mark.parametrize("command", ["alert", "cases", "case", "approve", "decline", "resume", "backfill"])
async def test_every_command_explains_itself_with_an_example(alone: Starter, command: str) -> None:
    """`--help` needs neither settings nor a database."""
    ran = await alone(command, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert f"starter.py {command}" in ran.out.split("Example", 1)[1]
