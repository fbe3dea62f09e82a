"""What ingest keeps beside messages: secrets in rotation, tokens, answered requests, notices, backfills, pauses."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from store_values import ACCOUNT, NOW, credentials, source

from chargebacks.errors import BadInput, NeedsOperator
from store import ApiToken, Backfill, Notice, Store
from store.database import open_database

HOUR = timedelta(hours=1)
URL = "https://alerts.example.com/stripe/shop"
TOKEN = ApiToken(name="shop-system", scopes=("cases:read",), created_by="ana", created_at=NOW)


async def add_webhook(store: Store, secret: str) -> None:
    await store.webhooks.add(ACCOUNT, url=URL, secret=SecretStr(secret), endpoint_id="we_1", at=NOW)


async def test_old_and_new_webhook_secrets_overlap(store: Store) -> None:
    """The old one runs out by itself, and one that runs out sooner is not given more time."""
    for secret in ("whsec_1", "whsec_2", "whsec_3"):
        await add_webhook(store, secret)
    newest = (await store.webhooks.of(ACCOUNT))[0]
    oldest = (await store.webhooks.of(ACCOUNT))[2]
    await store.webhooks.expire(ACCOUNT, keep=oldest.id, at=NOW + HOUR)
    await store.webhooks.expire(ACCOUNT, keep=newest.id, at=NOW + 2 * HOUR)
    kept = {each.secret.get_secret_value(): each.expires_at for each in await store.webhooks.of(ACCOUNT)}
    assert kept == {"whsec_3": NOW + HOUR, "whsec_2": NOW + HOUR, "whsec_1": NOW + 2 * HOUR}


async def test_a_webhook_needs_a_connected_account(store: Store) -> None:
    with pytest.raises(BadInput, match="not connected"):
        await store.webhooks.add("nobody", url=URL, secret=SecretStr("whsec_1"), endpoint_id=None, at=NOW)


async def test_webhook_secrets_are_sealed_and_can_be_erased(store: Store, database_url: str) -> None:
    await add_webhook(store, "whsec_planted")
    assert "whsec_planted" not in await dump(database_url, "stripe_webhooks")
    await store.webhooks.forget(ACCOUNT)
    assert await store.webhooks.of(ACCOUNT) == ()


async def test_a_source_takes_its_previous_secrets_for_a_while(store: Store) -> None:
    """What comes in may be proven by either; what goes out is signed with the new ones."""
    await store.sources.connect_source(source("network", secrets={"key": SecretStr("old")}))
    await store.sources.rotate("network", {"key": SecretStr("new")}, previous_until=NOW + HOUR)
    found = await store.sources.source("network")
    during, after = found.accepted_at(NOW), found.accepted_at(NOW + HOUR)
    assert [each.secrets["key"].get_secret_value() for each in during] == ["new", "old"]
    assert [each.secrets["key"].get_secret_value() for each in after] == ["new"]


async def test_a_removed_source_has_no_secrets_left(store: Store, database_url: str) -> None:
    await store.sources.connect_source(source("network"))
    await store.sources.remove("network")
    with pytest.raises(NeedsOperator, match="removed"):
        await store.sources.source("network")
    assert await store.sources.list_sources() == ()
    assert await dump(database_url, "alert_sources", columns="sealed") == ""


async def test_a_removed_account_keeps_its_history_and_loses_its_key(store: Store, database_url: str) -> None:
    """Connecting the same Stripe account again brings it back, switched as it was."""
    await store.accounts.set_dispute_representment(ACCOUNT, True)
    await store.accounts.remove(ACCOUNT)
    with pytest.raises(NeedsOperator, match="removed"):
        await store.accounts.stripe_credentials(ACCOUNT)
    assert not (await store.accounts.account_facts(ACCOUNT)).enabled
    assert not await store.accounts.is_connected(ACCOUNT)
    await store.accounts.connect_account(credentials(ACCOUNT))
    facts = await store.accounts.account_facts(ACCOUNT)
    assert (facts.enabled, facts.dispute_representment) == (True, True)


async def test_a_feature_rests_until_it_is_told_to_go_on(store: Store) -> None:
    """Apart from the merchant's own switches."""
    await store.accounts.pause(ACCOUNT, "disputes", "Files: write is missing")
    facts = await store.accounts.account_facts(ACCOUNT)
    assert (facts.disputes_paused, facts.alerts_paused) == ("Files: write is missing", None)
    await store.accounts.pause(ACCOUNT, "disputes", None)
    assert (await store.accounts.account_facts(ACCOUNT)).disputes_paused is None


async def test_a_connected_account_of_a_platform_is_found(store: Store) -> None:
    await store.accounts.connect_account(credentials("seller", stripe_account="acct_seller"))
    assert await store.accounts.name_of("acct_seller") == "seller"
    assert await store.accounts.name_of("acct_nobody") is None


async def test_a_token_is_found_by_its_secret_which_is_not_kept(store: Store, database_url: str) -> None:
    secret = SecretStr("cbk_planted")
    await store.tokens.add(TOKEN, secret)
    assert await store.tokens.find(secret) == TOKEN
    assert await store.tokens.find(SecretStr("cbk_other")) is None
    assert "cbk_planted" not in await dump(database_url, "api_tokens")
    with pytest.raises(BadInput, match="another name"):
        await store.tokens.add(TOKEN, SecretStr("cbk_second"))


async def test_a_revoked_or_expired_token_is_not_valid(store: Store) -> None:
    """The first revocation counts."""
    await store.tokens.add(TOKEN, SecretStr("cbk_1"))
    await store.tokens.revoke(TOKEN.name, at=NOW)
    await store.tokens.revoke(TOKEN.name, at=NOW + HOUR)
    [revoked] = await store.tokens.list()
    assert (revoked.revoked_at, revoked.is_valid(NOW)) == (NOW, False)
    expiring = TOKEN.model_copy(update={"expires_at": NOW + HOUR})
    assert [expiring.is_valid(at) for at in (NOW, NOW + HOUR)] == [True, False]
    with pytest.raises(BadInput, match="no token"):
        await store.tokens.revoke("nobody", at=NOW)


async def begin(store: Store, *, request: str = "r1", at=NOW):
    return await store.api_requests.begin("shop", "key-1", request_sha256=request, at=at, patience=HOUR)


async def test_of_the_same_request_one_is_carried_out(store: Store) -> None:
    """The others learn what it was answered, once it is."""
    answers = await asyncio.gather(*(begin(store) for _ in range(8)))
    assert [answer for answer in answers if answer is None] == [None]
    assert all(answer.status is None for answer in answers if answer is not None)
    await store.api_requests.finish("shop", "key-1", status=201, answer=b"{}")
    again = await begin(store, request="r2")
    assert (again.status, again.answer, again.request_sha256) == (201, b"{}", "r1")


async def test_a_request_that_was_never_answered_may_be_made_again(store: Store) -> None:
    """After its process died, or when it said that nothing was done."""
    await begin(store)
    assert await begin(store, at=NOW + HOUR / 2) is not None
    assert await begin(store, at=NOW + 2 * HOUR) is None
    await store.api_requests.abandon("shop", "key-1")
    assert await begin(store, at=NOW + 2 * HOUR) is None
    await store.api_requests.finish("shop", "key-1", status=200, answer=b"")
    assert await store.api_requests.forget(before=NOW + 3 * HOUR) == 1


async def test_a_notice_is_open_once_and_may_come_back(store: Store) -> None:
    notice = Notice(subject="account shop", kind="no_events", text="Silence since noon.", raised_at=NOW)
    assert await store.notices.raise_notice(notice)
    assert not await store.notices.raise_notice(notice.model_copy(update={"raised_at": NOW + HOUR}))
    assert await store.notices.open() == (notice,)
    assert await store.notices.clear("account shop", "no_events", at=NOW)
    assert not await store.notices.clear("account shop", "no_events", at=NOW)
    assert await store.notices.open() == ()
    assert await store.notices.raise_notice(notice)


async def test_a_backfill_is_remembered(store: Store) -> None:
    assert await store.backfills.of(ACCOUNT) is None
    begun = Backfill(account=ACCOUNT, since=NOW - HOUR, until=NOW, reached=NOW)
    await store.backfills.save(begun)
    further = begun.model_copy(update={"reached": NOW - HOUR, "charges": 7, "finished_at": NOW})
    await store.backfills.save(further)
    assert await store.backfills.of(ACCOUNT) == further


async def dump(database_url: str, table: str, *, columns: str = "*") -> str:
    database = open_database(database_url)
    try:
        rows = await database.read(
            lambda connection: connection.execute(text(f"SELECT {columns} FROM {table}")).all()
        )
    finally:
        await database.close()
    return "\n".join(" ".join(str(value) for value in row) for row in rows)
