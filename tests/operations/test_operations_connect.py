"""Connecting accounts and sources: proven first, kept sealed, refused with one sentence."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from chargebacks.decisions import Mode
from chargebacks.errors import BadInput, NeedsOperator
from operations.connect import activate_policy, connect_source, connect_stripe, switch_alert_management
from store import Store
from stripe_gateway.gateway import Gateway

KEY = "sk_test_sandbox"
SECRETS = {"public_key": SecretStr("cbh_public_test"), "secret_key": SecretStr("cbh_secret_test")}


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_a_key_that_stripe_takes_is_kept_sealed(store: Store, stripe: Gateway, tmp_path: Path) -> None:
    """The account's id and mode come from Stripe; the key is on disk in no readable form."""
    found = await connect_stripe(store, stripe, name="other", api_key=SecretStr(KEY))
    assert (found.id, found.livemode) == ("acct_1Sandbox", False)
    assert (await store.accounts.stripe_credentials("other")).api_key.get_secret_value() == KEY
    assert KEY.encode() not in on_disk(tmp_path)


async def test_a_fresh_account_observes(store: Store, stripe: Gateway) -> None:
    """Nobody's money moves because an account was connected."""
    await connect_stripe(store, stripe, name="fresh", api_key=SecretStr(KEY))
    facts = await store.accounts.account_facts("fresh")
    assert (await store.accounts.policy(facts.policy_version)).mode is Mode.OBSERVE


async def test_a_key_that_stripe_refuses_is_not_kept(store: Store, stripe: Gateway) -> None:
    """A wrong key is found when it is given, not when an alert comes."""
    with pytest.raises(NeedsOperator):
        await connect_stripe(store, stripe, name="other", api_key=SecretStr("sk_test_nobody_knows"))
    assert [account.name for account in await store.accounts.list_accounts()] == ["shop"]


async def test_a_publishable_key_is_refused_without_asking_stripe(store: Store, stripe: Gateway) -> None:
    """It could never read a charge."""
    with pytest.raises(BadInput, match="sk_live_"):
        await connect_stripe(store, stripe, name="other", api_key=SecretStr("pk_test_sandbox"))


async def test_a_new_key_leaves_the_switch_off(store: Store, stripe: Gateway) -> None:
    """Whoever switched an account off does not find it switched on because a key was renewed."""
    await switch_alert_management(store, "shop", on=False)
    await connect_stripe(store, stripe, name="shop", api_key=SecretStr(KEY))
    assert not (await store.accounts.account_facts("shop")).alert_management
    await switch_alert_management(store, "shop", on=True)
    assert (await store.accounts.account_facts("shop")).alert_management


@pytest.mark.parametrize("name", ["", "a/b", "a b", "x" * 61, "é\n"])
async def test_a_name_that_would_not_fit_an_id_is_refused(store: Store, stripe: Gateway, name: str) -> None:
    """Names are part of case ids and command lines."""
    with pytest.raises(BadInput, match="A name has"):
        await connect_stripe(store, stripe, name=name, api_key=SecretStr(KEY))


async def test_a_source_reports_to_the_real_service_unless_told_otherwise(store: Store) -> None:
    """Only stand-ins and test systems need an address."""
    source = await connect_source(
        store, name="cbh", kind="chargebackhit", account="shop", secrets=SECRETS, options={}
    )
    assert source.base_url == "https://api.chargebackhit.com"
    assert await store.sources.source("cbh") == source


@pytest.mark.parametrize(
    ("kind", "secrets", "account", "said"),
    [
        ("nobody", SECRETS, "shop", "kind must be one of"),
        ("chargebackhit", {}, "shop", "'public_key' is missing"),
        ("chargebackhit", SECRETS | {"typo": SecretStr("x")}, "shop", "no secret 'typo'"),
        ("chargebackhit", SECRETS, "nowhere", "not connected"),
    ],
)
async def test_a_source_that_cannot_work_is_refused(
    store: Store, kind: str, secrets: dict[str, SecretStr], account: str, said: str
) -> None:
    """What is wrong is said when it is configured, and nothing is kept."""
    with pytest.raises(BadInput, match=said):
        await connect_source(store, name="cbh", kind=kind, account=account, secrets=secrets, options={})
    assert await store.sources.list_sources() == ()


async def test_a_policy_file_becomes_the_accounts_policy(store: Store) -> None:
    """Activation gives the version that new cases pin."""
    version = await activate_policy(store, "shop", 'mode = "propose"', by=" ana ", at=datetime.now(UTC))
    assert (await store.accounts.account_facts("shop")).policy_version == version
    assert (await store.accounts.policy(version)).mode is Mode.PROPOSE


async def test_a_wrong_policy_file_changes_nothing(store: Store) -> None:
    """The policy before stays."""
    before = await store.accounts.account_facts("shop")
    with pytest.raises(BadInput, match="mode"):
        await activate_policy(store, "shop", 'mode = "yolo"', by="ana", at=datetime.now(UTC))
    assert await store.accounts.account_facts("shop") == before


async def test_a_policy_is_activated_by_somebody(store: Store) -> None:
    """An empty name would leave nobody to ask."""
    with pytest.raises(BadInput, match="who activates"):
        await activate_policy(store, "shop", "", by=" ", at=datetime.now(UTC))
