"""The webhook endpoint at Stripe: made once, kept listening, replaced, removed, and told where it takes a person."""

from typing import Any, get_args

import pytest
from gateway_support import Sandbox, Wire, credentials
from pydantic import SecretStr
from stripe.params import WebhookEndpointCreateParams

from chargebacks.errors import BadInput, NeedsOperator, Refused, TryLater
from stripe_gateway.events import MOST_TYPES
from stripe_gateway.gateway import Gateway
from stripe_gateway.webhook_endpoints import Change
from stripe_gateway.webhook_events import API_VERSION, CONNECT_EVENTS, EVENTS

URL = "https://chargebacks.example.com/stripe/shop"
KEY = credentials()


async def endpoints(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    """What the account has, by id."""
    listed = await sandbox.api("GET", "/v1/webhook_endpoints?limit=100")
    return {one["id"]: one for one in listed["data"]}


async def foreign(sandbox: Sandbox, *events: str, url: str = URL, version: str | None = API_VERSION) -> str:
    """The id of an endpoint that somebody has made, with the account's own API version unless one is given."""
    form: dict[str, Any] = {"url": url, "enabled_events[]": list(events)}
    made: dict[str, Any] = await sandbox.api(
        "POST", "/v1/webhook_endpoints", form | ({"api_version": version} if version else {})
    )
    return str(made["id"])


async def restricted(sandbox: Sandbox, *scopes: str) -> Any:
    key = {"key": "rk_test_setup", "account": "acct_1Sandbox", "scopes": list(scopes)}
    await sandbox.control("POST", "/keys", key)
    return credentials(api_key=SecretStr("rk_test_setup"))


class TestNew:
    async def test_it_is_made_with_all_we_need(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """Our events in the SDK's API version, and the signing secret that Stripe tells this once."""
        adopted = await gateway.adopt_webhook_endpoint(KEY, URL)

        made = (await endpoints(sandbox))[adopted.id]
        assert (made["url"], made["status"], made["api_version"]) == (URL, "enabled", API_VERSION)
        assert set(made["enabled_events"]) == set(EVENTS)
        assert (adopted.change, adopted.api_version) == (Change.CREATED, API_VERSION)
        assert adopted.secret is not None
        assert adopted.secret.get_secret_value().startswith("whsec_")

    async def test_the_secret_is_not_shown(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """Neither printed nor dumped."""
        adopted = await gateway.adopt_webhook_endpoint(KEY, URL)

        assert "whsec_" not in f"{adopted!r} {adopted} {adopted.model_dump_json()}"

    async def test_other_urls_are_left_alone(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """The merchant's other endpoints are none of ours, however much they hear."""
        other = await foreign(sandbox, "*", url="https://shop.example.com/hooks")
        before = (await endpoints(sandbox))[other]

        adopted = await gateway.adopt_webhook_endpoint(KEY, URL, replace=True)

        assert adopted.change is Change.CREATED
        assert (await endpoints(sandbox))[other] == before

    @pytest.mark.parametrize(
        "url",
        [
            "chargebacks.example.com/stripe",
            "ftp://chargebacks.example.com/stripe",
            "https:///stripe",
            "https://ana:secret@chargebacks.example.com/stripe",
            "https://chargebacks.example.com/stripe#top",
            "https://[chargebacks/stripe",
            "",
        ],
    )
    async def test_a_url_that_nobody_could_send_to(
        self, gateway: Gateway, calls: list[tuple[str, str]], url: str
    ) -> None:
        """Refused before Stripe is asked, without repeating what may be a password."""
        with pytest.raises(BadInput) as refused:
            await gateway.adopt_webhook_endpoint(KEY, url)

        assert refused.value.reason == "webhook_url"
        assert "secret" not in str(refused.value)
        assert calls == []

    async def test_plain_http_is_for_test_mode(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """Live events hold personal data."""
        local = "http://127.0.0.1:8080/stripe/shop"

        with pytest.raises(BadInput):
            await gateway.adopt_webhook_endpoint(KEY.model_copy(update={"livemode": True}), local)

        assert (await gateway.adopt_webhook_endpoint(KEY, local)).change is Change.CREATED


class TestThere:
    async def test_again_changes_nothing(
        self, sandbox: Sandbox, gateway: Gateway, calls: list[tuple[str, str]]
    ) -> None:
        """The second time it is found, and nothing is written; its secret is not to be had any more."""
        first = await gateway.adopt_webhook_endpoint(KEY, URL)
        calls.clear()

        again = await gateway.adopt_webhook_endpoint(KEY, URL)

        assert (again.id, again.change, again.secret) == (first.id, Change.ALREADY, None)
        assert {method for method, _ in calls} == {"GET"}

    async def test_events_are_added_and_none_taken_away(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """What somebody else listens to by the same endpoint goes on."""
        id = await foreign(sandbox, "payout.paid", "charge.refunded")

        adopted = await gateway.adopt_webhook_endpoint(KEY, URL)

        listening = (await endpoints(sandbox))[id]["enabled_events"]
        assert (adopted.id, adopted.change) == (id, Change.UPDATED)
        assert listening[:2] == ["payout.paid", "charge.refunded"]
        assert set(listening) == {"payout.paid", *EVENTS}
        assert len(listening) == len(set(listening))

    async def test_one_that_hears_everything_is_enough(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """`*` holds ours."""
        id = await foreign(sandbox, "*")

        adopted = await gateway.adopt_webhook_endpoint(KEY, URL)

        assert (adopted.id, adopted.change) == (id, Change.ALREADY)
        assert (await endpoints(sandbox))[id]["enabled_events"] == ["*"]

    async def test_a_disabled_one_is_switched_on(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """Stripe switches off what has not answered for days."""
        first = await gateway.adopt_webhook_endpoint(KEY, URL)
        await sandbox.api("POST", f"/v1/webhook_endpoints/{first.id}", {"disabled": "true"})

        adopted = await gateway.adopt_webhook_endpoint(KEY, URL)

        assert (adopted.id, adopted.change) == (first.id, Change.UPDATED)
        assert (await endpoints(sandbox))[first.id]["status"] == "enabled"

    async def test_one_behind_the_first_page_is_found(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """Pages hold a hundred."""
        first = await gateway.adopt_webhook_endpoint(KEY, URL)
        for number in range(101):
            await foreign(sandbox, "*", url=f"https://shop.example.com/{number}")

        assert (await gateway.adopt_webhook_endpoint(KEY, URL)).id == first.id

    async def test_doubles_are_switched_off(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """One of two enabled endpoints of the same URL stays, and the caller is told which went."""
        ids = {await foreign(sandbox, "*"), await foreign(sandbox, "*")}

        adopted = await gateway.adopt_webhook_endpoint(KEY, URL)

        left = {id for id, one in (await endpoints(sandbox)).items() if one["status"] == "enabled"}
        assert left == {adopted.id}
        assert {adopted.id, *adopted.disabled} == ids


class TestOtherVersion:
    async def test_a_new_one_takes_its_place(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """An endpoint keeps its API version for life: ours is made, and the old one switched off."""
        old = await foreign(sandbox, "*", version=None)

        adopted = await gateway.adopt_webhook_endpoint(KEY, URL)

        there = await endpoints(sandbox)
        assert (adopted.change, adopted.disabled) == (Change.CREATED, (old,))
        assert adopted.secret is not None
        assert (there[old]["status"], there[adopted.id]["status"]) == ("disabled", "enabled")

    async def test_the_old_one_goes_only_after_the_new_one_is_there(
        self, sandbox: Sandbox, gateway: Gateway
    ) -> None:
        """When no new one can be made, events go on arriving as they did."""
        old = await foreign(sandbox, "*", version=None)
        await sandbox.fault("POST", "^/v1/webhook_endpoints$", "503")

        with pytest.raises(TryLater):
            await gateway.adopt_webhook_endpoint(KEY, URL)

        assert [(id, one["status"]) for id, one in (await endpoints(sandbox)).items()] == [(old, "enabled")]

    async def test_the_secret_is_given_even_if_the_old_one_stays(
        self, sandbox: Sandbox, gateway: Gateway
    ) -> None:
        """It is told only once: a failure on the way out must not swallow it."""
        old = await foreign(sandbox, "*", version=None)
        await sandbox.fault("POST", f"/{old}$", "503")

        adopted = await gateway.adopt_webhook_endpoint(KEY, URL)

        assert adopted.secret is not None
        assert (adopted.disabled, adopted.left) == ((), (old,))

    async def test_a_disabled_old_one_is_left_alone(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """Nothing arrives from it, and running again does not touch it."""
        old = await foreign(sandbox, "*", version=None)
        await gateway.adopt_webhook_endpoint(KEY, URL)

        again = await gateway.adopt_webhook_endpoint(KEY, URL)

        assert (again.change, again.disabled) == (Change.ALREADY, ())
        assert (await endpoints(sandbox))[old]["status"] == "disabled"


class TestReplaceAndRemove:
    async def test_a_replacement_has_a_secret_and_the_old_one_is_gone(
        self, sandbox: Sandbox, gateway: Gateway
    ) -> None:
        """For whoever has lost the secret."""
        old = await gateway.adopt_webhook_endpoint(KEY, URL)

        new = await gateway.adopt_webhook_endpoint(KEY, URL, replace=True)

        assert (new.change, new.deleted) == (Change.CREATED, (old.id,))
        assert new.secret is not None
        assert new.secret != old.secret
        assert list(await endpoints(sandbox)) == [new.id]

    async def test_replacing_nothing_makes_one(self, gateway: Gateway) -> None:
        """Asking for a new one needs no old one."""
        adopted = await gateway.adopt_webhook_endpoint(KEY, URL, replace=True)

        assert (adopted.change, adopted.deleted) == (Change.CREATED, ())

    async def test_remove(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """Twice is once."""
        adopted = await gateway.adopt_webhook_endpoint(KEY, URL)

        await gateway.remove_webhook_endpoint(KEY, adopted.id)
        await gateway.remove_webhook_endpoint(KEY, adopted.id)

        assert await endpoints(sandbox) == {}

    async def test_remove_with_a_key_that_may_not(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """A person must grant the permission, or remove it."""
        adopted = await gateway.adopt_webhook_endpoint(KEY, URL)

        with pytest.raises(NeedsOperator):
            await gateway.remove_webhook_endpoint(await restricted(sandbox), adopted.id)

        assert list(await endpoints(sandbox)) == [adopted.id]


class TestConnect:
    async def test_the_platforms_endpoint_hears_connected_accounts(
        self, sandbox: Sandbox, gateway: Gateway
    ) -> None:
        """It is made on the platform, whichever connected account the credentials act as, and hears of those that
        leave."""
        await sandbox.control("POST", "/accounts", {"id": "acct_3Sandbox", "platform": "acct_1Sandbox"})
        seller = KEY.model_copy(update={"stripe_account": "acct_3Sandbox"})

        adopted = await gateway.adopt_webhook_endpoint(seller, URL, connect=True)
        charge = await sandbox.charge(account="acct_3Sandbox")
        await sandbox.control("POST", "/disputes", {"charge": charge["id"], "reason": "fraudulent"})

        assert set((await endpoints(sandbox))[adopted.id]["enabled_events"]) == set(CONNECT_EVENTS)
        sent = (await sandbox.control("GET", f"/webhooks/deliveries?endpoint={adopted.id}"))["deliveries"]
        assert {one["account"] for one in sent} == {"acct_3Sandbox"}
        assert "charge.dispute.created" in {one["type"] for one in sent}
        await gateway.remove_webhook_endpoint(seller, adopted.id, connect=True)
        assert await endpoints(sandbox) == {}

    async def test_an_endpoint_of_the_other_kind_is_not_taken(
        self, sandbox: Sandbox, gateway: Gateway
    ) -> None:
        """The same URL may serve the platform's own charges and those of its sellers: that takes two endpoints."""
        own = await gateway.adopt_webhook_endpoint(KEY, URL)
        sellers = await gateway.adopt_webhook_endpoint(KEY, URL, connect=True)

        assert sellers.change is Change.CREATED
        assert {one["status"] for one in (await endpoints(sandbox)).values()} == {"enabled"}
        assert (await gateway.adopt_webhook_endpoint(KEY, URL)).id == own.id
        assert (await gateway.adopt_webhook_endpoint(KEY, URL, connect=True)).id == sellers.id


class TestByHand:
    @pytest.mark.parametrize("scopes", [(), ("webhook_read",)])
    async def test_a_key_that_may_not(
        self, sandbox: Sandbox, gateway: Gateway, scopes: tuple[str, ...]
    ) -> None:
        """Everything a person must enter in the Dashboard stands in the message."""
        key = await restricted(sandbox, *scopes)

        with pytest.raises(NeedsOperator) as refused:
            await gateway.adopt_webhook_endpoint(key, URL)

        steps = str(refused.value)
        assert refused.value.reason == "permission_missing"
        assert URL in steps
        assert API_VERSION in steps
        assert "https://dashboard.stripe.com/webhooks" in steps
        assert "whsec_" in steps
        assert "Webhook Endpoints, Event Destinations: write" in steps
        assert all(event in steps for event in EVENTS)
        assert "rk_test" not in steps

    async def test_a_key_that_may_only_read_cannot_mend(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """An endpoint that lacks events cannot be mended with a key that may only read it."""
        await foreign(sandbox, "charge.refunded")

        with pytest.raises(NeedsOperator, match="API version"):
            await gateway.adopt_webhook_endpoint(await restricted(sandbox, "webhook_read"), URL)

    async def test_a_fitting_one_needs_no_more_than_reading(self, sandbox: Sandbox, gateway: Gateway) -> None:
        """The permission to write may be taken away again after the set-up."""
        made = await gateway.adopt_webhook_endpoint(KEY, URL)

        adopted = await gateway.adopt_webhook_endpoint(await restricted(sandbox, "webhook_read"), URL)

        assert (adopted.id, adopted.change) == (made.id, Change.ALREADY)

    async def test_what_stripe_refuses(self, wired: Gateway, wire: Wire) -> None:
        """Such as one endpoint too many: a person sees the steps and Stripe's code."""
        wire.says(200, {"object": "list", "data": [], "has_more": False})
        wire.fails(400, "You have reached the maximum of 16 test webhook endpoints.")

        with pytest.raises(NeedsOperator, match="make the endpoint yourself") as refused:
            await wired.adopt_webhook_endpoint(KEY, URL)

        assert refused.value.reason == "http_400"

    async def test_a_refused_key(self, wired: Gateway, wire: Wire) -> None:
        """A wrong key is no matter of the endpoint."""
        wire.fails(401, "Invalid API Key provided")

        with pytest.raises(NeedsOperator) as refused:
            await wired.adopt_webhook_endpoint(KEY, URL)

        assert refused.value.reason == "key_refused"
        assert "Dashboard" not in str(refused.value)
        assert "events" not in str(refused.value)

    async def test_a_refused_removal(self, wired: Gateway, wire: Wire) -> None:
        """Only what is gone is success."""
        wire.fails(400, "No.", code="something_else")

        with pytest.raises(Refused):
            await wired.remove_webhook_endpoint(KEY, "we_1")


def test_stripe_knows_every_event_and_the_version() -> None:
    """By the SDK's own lists of what an endpoint may be made with."""
    known = WebhookEndpointCreateParams.__annotations__
    (events,), (versions,) = get_args(known["enabled_events"]), get_args(known["api_version"])

    assert set(CONNECT_EVENTS) <= set(get_args(events))
    assert len(set(CONNECT_EVENTS)) == len(CONNECT_EVENTS)
    assert API_VERSION in get_args(versions)


def test_one_call_lists_what_was_missed_of_all_events() -> None:
    """Stripe filters by twenty types at most."""
    assert len(EVENTS) <= MOST_TYPES
