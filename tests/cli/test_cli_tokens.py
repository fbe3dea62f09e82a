"""Tokens of the HTTP service: made once, shown once, revoked for good."""

import httpx
import pytest
from starter_runs import Starter

from demo.stack import Stack, ingest_process

CREATE = ("token", "create")


async def test_a_token_opens_what_it_is_for_until_it_is_revoked(starter: Starter, stack: Stack) -> None:
    """The secret is all there is on standard output; the list and the database do not know it."""
    made = await starter(*CREATE, "reader", "--scope", "cases:read", "--by", "ana")
    assert made.code == 0
    [secret] = made.out.splitlines()
    assert secret.startswith("cbk_")
    assert made.complaint == "reader  may be used for cases:read. Keep the secret:"
    headers = {"Authorization": f"Bearer {secret}"}
    async with (
        ingest_process(stack, log="tokens.log") as url,
        httpx.AsyncClient(base_url=url, headers=headers) as http,
    ):
        assert (await http.get("/cases")).status_code == 200
        assert (await http.post("/cases/disputes", json={})).status_code == 403
        assert (await starter("token", "revoke", "reader")).out == "reader  is revoked.\n"
        assert (await http.get("/cases")).status_code == 401
    listed = (await starter("token", "list")).out
    assert "reader" in listed
    assert "revoked" in listed
    assert secret not in listed
    assert secret.encode() not in (stack.folder / "chargebacks.db").read_bytes()


async def test_the_list_tells_for_what_by_whom_and_until_when(starter: Starter) -> None:
    """Scopes in one order, however they were given."""
    scopes = ("--scope", "codec", "--scope", "alerts:write", "--scope", "codec")
    made = await starter(*CREATE, "temporal-ui", *scopes, "--by", "olaf", "--valid-for", "90d")
    assert "may be used for alerts:write, codec, until 20" in made.complaint
    [row] = [line for line in (await starter("token", "list")).out.splitlines() if "temporal-ui" in line]
    assert "alerts:write, codec" in row
    assert "olaf" in row
    assert "until 20" in row


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*CREATE, "a b", "--scope", "codec", "--by", "ana"), "'a b' cannot be a token's name"),
        ((*CREATE, "x", "--by", "ana"), "Missing option '--scope'. Choose from: alerts:write,"),
        ((*CREATE, "x", "--scope", "everything", "--by", "ana"), "'everything' is not one of 'alerts:write'"),
        ((*CREATE, "x", "--scope", "codec"), "Missing option '--by'."),
        ((*CREATE, "x", "--scope", "codec", "--by", " "), "Say who decides"),
        ((*CREATE, "x", "--scope", "codec", "--by", "a", "--valid-for", "long"), "'long' is not a duration"),
        (("token", "revoke", "nobody"), "There is no token nobody."),
    ],
)
async def test_wrong_use_makes_no_token(starter: Starter, arguments: tuple[str, ...], said: str) -> None:
    """One line, exit code 2."""
    ran = await starter(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.complaint


async def test_a_name_stays_with_one_token(starter: Starter) -> None:
    """Also once it is revoked: what it did is on record under its name."""
    once = (*CREATE, "only-once", "--scope", "codec", "--by", "ana")
    assert (await starter(*once)).code == 0
    assert (await starter("token", "revoke", "only-once")).code == 0
    again = await starter(*once)
    assert (again.code, again.out) == (2, "")
    assert "There is a token only-once already" in again.complaint
