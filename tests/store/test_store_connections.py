"""Accounts, alert sources and their secrets."""

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import text
from store_values import ACCOUNT, NOW, credentials, source

from chargebacks.decisions import Mode
from chargebacks.errors import BadInput, NeedsOperator
from store import Store
from store.database import open_database

KEY = SecretStr("sk_test_sandbox")
POLICY = 'mode = "act"\n[matching]\ndate_tolerance_days = 3\n'


async def test_a_new_account_only_observes(store: Store) -> None:
    """It gets the shipped default policy, and its alerts are managed."""
    facts = await store.accounts.account_facts(ACCOUNT)
    assert (facts.name, facts.livemode, facts.alert_management) == (ACCOUNT, False, True)
    assert (await store.accounts.policy(facts.policy_version)).mode is Mode.OBSERVE


async def test_credentials_come_back_as_they_were_given(store: Store) -> None:
    """Key, connected account and order keys survive being sealed and stored."""
    given = credentials("platform", stripe_account="acct_1", order_metadata_keys=("ref", "basket"))
    await store.accounts.connect_account(given)
    assert await store.accounts.stripe_credentials("platform") == given


async def test_connecting_again_changes_the_key_and_nothing_else(store: Store) -> None:
    """Rotating a key must neither put an account back to observing nor switch it on again."""
    await store.accounts.set_alert_management(ACCOUNT, False)
    version = await store.accounts.activate_policy(ACCOUNT, POLICY, by="ann", at=NOW)
    rolled = SecretStr("sk_test_rolled")
    await store.accounts.connect_account(credentials(ACCOUNT, api_key=rolled))
    assert (await store.accounts.stripe_credentials(ACCOUNT)).api_key == rolled
    facts = await store.accounts.account_facts(ACCOUNT)
    assert (facts.policy_version, facts.alert_management) == (version, False)


@pytest.mark.parametrize("difference", [{"livemode": True}, {"stripe_account": "acct_2"}])
async def test_a_name_stays_with_its_stripe_account(store: Store, difference: dict[str, object]) -> None:
    """Live and test charges, or two accounts' ledgers, must not mix under one name."""
    with pytest.raises(BadInput, match="another name"):
        await store.accounts.connect_account(credentials(ACCOUNT, **difference))


async def test_alert_management_is_switched_per_account(store: Store) -> None:
    """Off for one account, it stays on for the other."""
    await store.accounts.connect_account(credentials("other"))
    await store.accounts.set_alert_management(ACCOUNT, False)
    switches = {facts.name: facts.alert_management for facts in await store.accounts.list_accounts()}
    assert switches == {"other": True, ACCOUNT: False}


async def test_an_old_policy_version_can_still_be_read(store: Store, database_url: str) -> None:
    """Cases keep the policy they opened with, in any process."""
    first = await store.accounts.activate_policy(ACCOUNT, POLICY, by="ann", at=NOW)
    second = await store.accounts.activate_policy(ACCOUNT, 'mode = "propose"', by="ben", at=NOW)
    assert (await store.accounts.account_facts(ACCOUNT)).policy_version == second
    async with await Store.connect(database_url, None) as other:
        policy = await other.accounts.policy(first)
    assert (policy.version, policy.mode, policy.matching.date_tolerance_days) == (first, Mode.ACT, 3)


async def test_every_activation_of_a_policy_is_noted(store: Store, database_url: str) -> None:
    """Who changed the rules for moving money must be answerable."""
    version = await store.accounts.activate_policy(ACCOUNT, POLICY, by="ann", at=NOW)
    noted = text("SELECT activated_by, version FROM policy_activations WHERE account = :a ORDER BY id")
    database = open_database(database_url)
    rows = await database.read(lambda connection: connection.execute(noted, {"a": ACCOUNT}).all())
    await database.close()
    assert [row[0] for row in rows] == ["default", "ann"]
    assert rows[1][1] == version


async def test_a_wrong_policy_changes_nothing(store: Store) -> None:
    """The policy that was active stays active."""
    before = await store.accounts.account_facts(ACCOUNT)
    with pytest.raises(BadInput):
        await store.accounts.activate_policy(ACCOUNT, 'mode = "yolo"', by="ann", at=NOW)
    assert await store.accounts.account_facts(ACCOUNT) == before


async def test_unknown_names_are_answered_with_the_known_ones(store: Store) -> None:
    """A slip in a name is found at a glance."""
    await store.sources.connect_source(source("ethoca-push"))
    with pytest.raises(NeedsOperator, match=r'no account "shpo" is connected \(connected: shop\)'):
        await store.accounts.account_facts("shpo")
    with pytest.raises(NeedsOperator, match=r'"ethoca" is connected \(connected: ethoca-push\)'):
        await store.sources.source("ethoca")
    with pytest.raises(NeedsOperator, match="policy deadbeef"):
        await store.accounts.policy("deadbeef")


async def test_unknown_accounts_cannot_be_changed(store: Store) -> None:
    """Neither switch nor policy of an account that is not there."""
    with pytest.raises(NeedsOperator):
        await store.accounts.set_alert_management("shpo", False)
    with pytest.raises(NeedsOperator):
        await store.accounts.activate_policy("shpo", POLICY, by="ann", at=NOW)


async def test_a_source_comes_back_with_its_secrets_and_is_listed_without(store: Store) -> None:
    """Connecting it again replaces everything that was stored."""
    await store.sources.connect_source(source("resold", secrets={"old": KEY}))
    given = source("resold", kind="chargeblast", secrets={"api_key": KEY}, options={"mid": "1"})
    await store.sources.connect_source(given)
    assert await store.sources.source("resold") == given
    assert await store.sources.list_sources() == (given.model_copy(update={"secrets": {}}),)


async def test_a_source_needs_a_connected_account(store: Store) -> None:
    """Its alerts would have nobody's charges to be about."""
    with pytest.raises(BadInput, match=r'"shpo", which is not connected \(connected: shop\)'):
        await store.sources.connect_source(source("resold", account="shpo"))


async def test_secrets_are_not_in_the_database_in_the_clear(
    store: Store, database_url: str, secrets_key: SecretStr
) -> None:
    """What is stored says nothing without SECRETS_KEY."""
    await store.sources.connect_source(source("resold", secrets={"api_key": SecretStr("quite-secret")}))
    every = text("SELECT sealed FROM accounts UNION ALL SELECT sealed FROM alert_sources")
    database = open_database(database_url)
    sealed = await database.read(lambda connection: "".join(connection.execute(every).scalars()))
    await database.close()
    assert KEY.get_secret_value() not in sealed
    assert "quite-secret" not in sealed


async def test_without_a_key_no_secret_is_stored(database_url: str) -> None:
    """The refusal says how to make one."""
    async with await Store.connect(database_url, None) as store:
        with pytest.raises(NeedsOperator, match=r"Fernet.generate_key.*SECRETS_KEY"):
            await store.accounts.connect_account(credentials("new"))
        assert await store.accounts.list_accounts() == ()


async def test_another_key_does_not_open_the_secrets(store: Store, database_url: str) -> None:
    """It is said plainly, and without the secret."""
    key = SecretStr(Fernet.generate_key().decode())
    async with await Store.connect(database_url, key) as other:
        with pytest.raises(NeedsOperator, match="SECRETS_KEY does not open the secrets of account shop"):
            await other.accounts.stripe_credentials(ACCOUNT)


async def test_a_key_is_rotated_by_putting_the_new_one_first(
    store: Store, database_url: str, secrets_key: SecretStr
) -> None:
    """The old key still opens; what is connected again needs only the new one."""
    new = Fernet.generate_key().decode()
    both = SecretStr(f"{new}, {secrets_key.get_secret_value()}")
    async with await Store.connect(database_url, both) as rotating:
        known = await rotating.accounts.stripe_credentials(ACCOUNT)
        await rotating.accounts.connect_account(known)
    async with await Store.connect(database_url, SecretStr(new)) as rotated:
        assert await rotated.accounts.stripe_credentials(ACCOUNT) == known


async def test_a_sealed_secret_opens_for_its_owner_only(store: Store, database_url: str) -> None:
    """A row's secret copied to another row would send one account's refunds through another's key."""
    await store.accounts.connect_account(credentials("other"))
    swap = text("UPDATE accounts SET sealed = (SELECT sealed FROM accounts WHERE name = 'other')")
    database = open_database(database_url)
    await database.write(lambda connection: connection.execute(swap))
    await database.close()
    with pytest.raises(NeedsOperator, match="secrets stored for account shop belong to account other"):
        await store.accounts.stripe_credentials(ACCOUNT)


async def test_something_else_than_a_key_is_refused_at_once(database_url: str) -> None:
    """Not when the first secret is needed, at night."""
    with pytest.raises(NeedsOperator, match="not a Fernet key"):
        await Store.connect(database_url, SecretStr("hunter2"))
