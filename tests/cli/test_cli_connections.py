"""Connecting a Stripe account with a restricted key, as an operator does it; and what happens when the key may not."""

import httpx
import pytest
from merchants import ACTING
from shops import Shop, open_shop
from starter_runs import Starter

from chargebacks.contracts import CaseFile, CaseStatus
from demo.stack import Stack, post
from demo.world import World

SCOPES = (
    "charge_write",
    "payment_intent_write",
    "subscription_write",
    "dispute_write",
    "file_write",
    "customer_read",
    "invoice_read",
    "credit_note_read",
    "payment_method_read",
    "event_read",
    "early_fraud_warning_read",
    "review_read",
    "balance_transaction_read",
    "accounts_kyc_basic_read",
    "webhook_write",
)
"""What the product asks for, as the stand-in calls it."""


async def grant(stack: Stack, key: str, account: str, *, without: str = "") -> None:
    scopes = [scope for scope in SCOPES if scope != without]
    scopes += [without.replace("_write", "_read")] if without else []
    await post(stack.stripe_control, "/_sandbox/keys", {"key": key, "account": account, "scopes": scopes})


async def own_account(stack: Stack, account: str) -> None:
    await post(stack.stripe_control, "/_sandbox/accounts", {"id": account, "name": account})


def row_of(listed: str, account: str) -> list[str]:
    """Mode, alerts, disputes of the account's row."""
    [row] = [line.split() for line in listed.splitlines() if line.split()[:1] == [account]]
    return row[1:4]


async def test_a_key_and_an_address_are_all_that_is_needed(stack: Stack, starter: Starter) -> None:
    """One command: the table says what is missing, the feature that lacks it rests, Stripe's events arrive; granted and
    checked, everything goes on."""
    assert stack.ingest_url is not None
    await own_account(stack, "acct_1Restricted")
    await grant(stack, "rk_test_restricted", "acct_1Restricted", without="file_write")
    with_key = starter.changed(SHOP_KEY="rk_test_restricted", PUBLIC_URL=stack.ingest_url)
    sold = {"account": "acct_1Restricted", "charges": [{"amount": 4200}, {"amount": 4300}]}
    await post(stack.stripe_control, "/_sandbox/charges", sold)
    connected = await with_key(
        "connect", "stripe", "--account", "restricted", "--key-env", "SHOP_KEY", "--disputes"
    )
    assert connected.code == 0, connected.err
    assert "restricted  connected to acct_1Restricted, test mode." in connected.out
    [lacks] = [line for line in connected.out.splitlines() if line.strip().startswith("lacks")]
    assert "Files: write" in lacks
    assert "alerts: work" in connected.out
    assert "disputes: rest until the key has Files: write" in connected.out
    assert "https://dashboard.stripe.com/apikeys" in connected.out
    assert "warnings-restricted  takes Stripe's early fraud warnings." in connected.out
    assert "webhook endpoint created: Stripe sends its events here." in connected.out
    assert "Its charges of 120 days are being read in the background" in connected.out
    assert "is in the index" in (await starter("backfill", "--account", "restricted")).out
    assert await stack.store.charges.count("restricted") == 2
    assert row_of((await starter("connect", "list")).out, "restricted") == ["test", "on", "rests"]
    assert "Disputes rest: the key lacks Files: write." in (await starter("cases", "--attention")).out

    await grant(stack, "rk_test_restricted", "acct_1Restricted")
    checked = await starter("connect", "check", "--account", "restricted")
    assert "disputes: work" in checked.out
    listed = (await starter("connect", "list")).out
    assert row_of(listed, "restricted") == ["test", "on", "on"]
    assert "lacks" not in listed

    world = World(stack)
    body = {"account": "acct_1Restricted", "charges": [{"amount": 5100}]}
    made = await post(stack.stripe_control, "/_sandbox/charges", body)
    dispute = await world.stripe("disputes", {"charge": made["charges"][0]["id"], "reason": "fraudulent"})
    case_id = f"dispute/restricted/{dispute['id']}"
    case = await world.until(case_id, lambda case: case.dispute is not None)
    assert case.case_id == case_id

    again = await with_key("connect", "webhook", "--account", "restricted")
    assert "webhook endpoint already" in again.out


async def test_without_an_address_it_says_what_to_do(stack: Stack, starter: Starter) -> None:
    """The endpoint can be made by hand, and its secret given; what is no signing secret is refused."""
    await own_account(stack, "acct_1Byhand")
    await grant(stack, "rk_test_byhand", "acct_1Byhand")
    with_key = starter.changed(SHOP_KEY="rk_test_byhand", HOOK="whsec_made_by_hand", WRONG="made_by_hand")
    connected = await with_key("connect", "stripe", "--account", "byhand", "--key-env", "SHOP_KEY")
    assert "set PUBLIC_URL" in connected.out
    wrong = await with_key("connect", "webhook", "--account", "byhand", "--secret-env", "WRONG")
    assert (wrong.code, "begins with whsec_" in wrong.complaint) == (2, True)
    given = await with_key("connect", "webhook", "--account", "byhand", "--secret-env", "HOOK")
    assert given.out == "byhand  takes events signed with this secret.\n"
    [kept] = await stack.store.webhooks.of("byhand")
    assert kept.secret.get_secret_value() == "whsec_made_by_hand"


async def test_a_key_that_may_not_make_the_endpoint_says_how_to_do_it_by_hand(
    stack: Stack, starter: Starter
) -> None:
    await own_account(stack, "acct_1Nohook")
    await grant(stack, "rk_test_nohook", "acct_1Nohook", without="webhook_write")
    with_key = starter.changed(SHOP_KEY="rk_test_nohook", PUBLIC_URL="https://alerts.example.com")
    connected = await with_key("connect", "stripe", "--account", "nohook", "--key-env", "SHOP_KEY")
    assert connected.code == 0
    assert "https://alerts.example.com/stripe/nohook" in connected.out
    assert "starter.py connect webhook --account nohook" in connected.out


async def acting_shop(stack: Stack, name: str, key: str) -> Shop:
    """A shop whose key is restricted."""
    shop = await open_shop(stack, name, policy=ACTING)
    await grant(stack, key, shop.account)
    return shop


async def settled(world: World, case_id: str) -> CaseFile:
    return await world.rest(case_id)


async def test_a_permission_that_goes_missing_during_work(stack: Stack, starter: Starter) -> None:
    """The case that meets it is parked, the feature rests, the next case does not even try; granted, checked and
    resumed, each refunds once."""
    shop, world = await acting_shop(stack, "fading", "rk_test_fading"), World(stack)
    fading = starter.changed(SHOP_KEY="rk_test_fading")
    rotated = await fading("connect", "rotate", "--account", "fading", "--key-env", "SHOP_KEY")
    assert rotated.code == 0, rotated.err
    charges = [await shop.know((await shop.subscribed(4200 + number))[0]) for number in range(2)]
    await grant(stack, "rk_test_fading", shop.account, without="charge_write")
    first, _ = await shop.alert(charges[0])
    parked = await settled(world, first)
    assert parked.status is CaseStatus.NEEDS_ATTENTION
    assert row_of((await starter("connect", "list")).out, "fading")[1] == "rests"
    tried = len(await shop.posts("^/v1/refunds$"))
    second, _ = await shop.alert(charges[1])
    resting = await settled(world, second)
    assert "rests" in (resting.attention or ""), resting.attention
    assert len(await shop.posts("^/v1/refunds$")) == tried

    await grant(stack, "rk_test_fading", shop.account)
    assert "alerts: work" in (await starter("connect", "check", "--account", "fading")).out
    for case_id, charge in ((first, charges[0]), (second, charges[1])):
        assert (await starter("resume", case_id, "--by", "olaf")).code == 0
        await world.until(case_id, lambda case: case.outcome_sent_at is not None)
        sums = await shop.ledger(charge.id)
        assert (len(sums["refunds"]), sums["refunded"]) == (1, charge.amount.amount_minor)


async def test_a_disabled_account_does_nothing_until_it_is_enabled(stack: Stack, starter: Starter) -> None:
    """Alerts are taken in and kept; no money moves."""
    shop, world = await open_shop(stack, "sleeping", policy=ACTING), World(stack)
    charge = await shop.know((await shop.subscribed(4300))[0])
    disabled = await starter("connect", "disable", "--account", "sleeping")
    assert disabled.out == "sleeping  is disabled: nothing is done for it.\n"
    case_id, _ = await shop.alert(charge)
    parked = await settled(world, case_id)
    assert "is disabled" in (parked.attention or "")
    assert (await shop.ledger(charge.id))["refunded"] == 0
    assert (await starter("connect", "enable", "--account", "sleeping")).out == "sleeping  acts again.\n"
    assert (await starter("resume", case_id, "--by", "olaf")).code == 0
    await world.until(case_id, lambda case: case.outcome_sent_at is not None)
    assert (await shop.ledger(charge.id))["refunded"] == 4300


async def test_a_new_key_must_be_of_the_same_account(stack: Stack, starter: Starter) -> None:
    """Else cases, ledger and charges of two accounts would mix."""
    shop = await open_shop(stack, "rotating", policy=ACTING)
    await own_account(stack, "acct_1Stranger")
    await grant(stack, "rk_test_stranger", "acct_1Stranger")
    await grant(stack, "rk_test_rotated", shop.account)
    keys = starter.changed(STRANGER="rk_test_stranger", RIGHT="rk_test_rotated")
    wrong = await keys("connect", "rotate", "--account", "rotating", "--key-env", "STRANGER")
    assert (wrong.code, "acct_1Stranger" in wrong.complaint) == (2, True)
    right = await keys("connect", "rotate", "--account", "rotating", "--key-env", "RIGHT")
    assert right.out.splitlines()[-1] == "rotating  has its new key. Revoke the old one at Stripe."
    kept = await stack.store.accounts.stripe_credentials("rotating")
    assert kept.api_key.get_secret_value() == "rk_test_rotated"


@pytest.mark.parametrize("overlap", ["24h", "0m"])
async def test_an_alert_sources_old_secrets_are_taken_for_the_overlap(
    stack: Stack, starter: Starter, tmp_path: object, overlap: str
) -> None:
    """A provider changes its secrets when it likes; nothing is refused meanwhile, and nothing afterwards taken."""
    shop = await open_shop(stack, f"overlap-{overlap}", policy=ACTING)
    name = f"chargebackhit-{shop.name}"
    new = 'public_key = "cbh_public_new"\nsecret_key = "cbh_secret_new"\n'
    rotated = await starter(
        "connect", "rotate", "--source", name, "--secrets-file", "-", "--overlap", overlap, given=new.encode()
    )
    assert rotated.code == 0, rotated.err
    letter = await World(stack).message("chargebackhit")
    async with httpx.AsyncClient() as http:
        answer = await http.post(
            f"{stack.ingest_url}/alerts/{name}", content=letter["body"], headers=letter["headers"]
        )
    assert answer.status_code == (200 if overlap == "24h" else 401)


async def test_what_is_removed_leaves_its_history_and_no_secret(stack: Stack, starter: Starter) -> None:
    """The key, the sources' secrets and the endpoint at Stripe are gone; the cases can still be read."""
    shop, world = await open_shop(stack, "leaving", policy=ACTING), World(stack)
    charge = await shop.know((await shop.subscribed(4400))[0])
    case_id, _ = await shop.alert(charge)
    await world.until(case_id, lambda case: case.outcome_sent_at is not None)
    listening = starter.changed(PUBLIC_URL=str(stack.ingest_url))
    assert "created" in (await listening("connect", "webhook", "--account", "leaving")).out
    removed = await starter("connect", "remove", "--account", "leaving", "--yes")
    assert removed.out.splitlines()[-1] == ("leaving  removed: its secrets are erased, its history is kept.")
    endpoints = await shop.read("/v1/webhook_endpoints")
    assert endpoints["data"] == []
    assert row_of((await starter("connect", "list")).out, "leaving")[1:] == ["removed", "removed"]
    assert "chargebackhit-leaving" not in (await starter("connect", "list")).out
    assert await stack.store.webhooks.of("leaving") == ()
    async with httpx.AsyncClient() as http:
        for path in ("alerts/chargebackhit-leaving", "stripe/leaving"):
            assert (await http.post(f"{stack.ingest_url}/{path}", content=b"{}")).status_code in (
                401,
                404,
                503,
            )
    assert (await starter("case", case_id)).code == 0
