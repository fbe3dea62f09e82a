"""Who goes when, on a clock that jumps: limits, lines, priorities, refusals. No call is made here."""

import asyncio
from dataclasses import dataclass

import pytest
import stripe
from gateway_support import SHOP, credentials
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from virtual_time import run

from chargebacks.errors import TryLater
from chargebacks.pacing import Urgency
from runtime.settings import Settings
from stripe_gateway.pacing import LONGEST_WAIT, MOST_WAITING, Pace, Pacing, lane_of

CHARGES, DISPUTES, SEARCH = "/v1/charges", "/v1/disputes", "/v1/charges/search"
ACTING, READING, BULK = Urgency.ACTING, Urgency.READING, Urgency.BULK
FULL_IN_ALL, FULL_OF_ONE = 80.0, 20.0
"""Calls per second that are left of Stripe's 100 and 25, after a burst has its part of every second."""

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Went:
    at: float
    asked: float
    path: str
    urgency: Urgency


def refusal(*, code: str = "rate_limit", status: int = 429, **headers: str) -> stripe.RateLimitError:
    return stripe.RateLimitError(
        "slow down",
        http_status=status,
        json_body={"error": {"code": code, "message": "slow down"}},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


class Shop:
    """An account in live mode, and which calls went when."""

    def __init__(self) -> None:
        self.pace = Pace(livemode=True, part=1.0)
        self.went: list[Went] = []
        self.held_back: list[TryLater] = []

    async def call(self, path: str = CHARGES, urgency: Urgency = READING, *, at: float = 0.0) -> None:
        await asyncio.sleep(at)
        clock = asyncio.get_running_loop().time
        asked = clock()
        try:
            async with self.pace.turn(SHOP, "GET", path, urgency):
                self.went.append(Went(clock(), asked, path, urgency))
        except TryLater as later:
            self.held_back.append(later)

    async def refused(
        self, *, code: str = "rate_limit", status: int = 429, seconds: float = 0.0, **headers: str
    ) -> None:
        """A call that Stripe refuses after so many seconds, by 429 if not said otherwise."""
        with pytest.raises(stripe.StripeError):
            await self._refused(refusal(code=code, status=status, **headers), seconds)

    async def _refused(self, error: stripe.StripeError, seconds: float) -> None:
        async with self.pace.turn(SHOP, "GET", CHARGES, READING):
            await asyncio.sleep(seconds)
            raise error

    async def keeps_calling(self, seconds: float, path: str = CHARGES, urgency: Urgency = READING) -> int:
        """How many calls go in so many seconds, each asked for when the one before it went."""
        clock = asyncio.get_running_loop().time
        begun, until = clock(), clock() + seconds
        while clock() < until:
            await self.call(path, urgency)
        ours = [one for one in self.went if (one.path, one.urgency) == (path, urgency)]
        return sum(begun <= one.at < until for one in ours)

    def paths(self) -> list[str]:
        return [one.path for one in self.went]


ARRIVALS = st.lists(
    st.tuples(
        st.floats(min_value=0, max_value=2),
        st.sampled_from([CHARGES, f"{CHARGES}/ch_1", DISPUTES, SEARCH, "/v1/files"]),
        st.sampled_from(list(Urgency)),
    ),
    max_size=150,
)


@given(ARRIVALS)
def test_limits_are_kept_whatever_comes(arrivals: list[tuple[float, str, Urgency]]) -> None:
    """Of all calls, of each endpoint's, and half of each for bulk; who waits is told within seconds."""
    shop = Shop()

    async def play() -> None:
        await asyncio.gather(*(shop.call(path, urgency, at=at) for at, path, urgency in arrivals))

    run(play())
    assert len(shop.went) + len(shop.held_back) == len(arrivals)
    bulk = [one for one in shop.went if one.urgency is BULK]
    assert_kept(shop.went, FULL_IN_ALL)
    assert_kept(bulk, FULL_IN_ALL / 2)
    for path in {one.path for one in shop.went}:
        full = lane_of("GET", path)[1] * 0.8
        assert_kept([one for one in shop.went if one.path == path], full)
        assert_kept([one for one in bulk if one.path == path], full / 2)
    assert all(one.at - one.asked <= LONGEST_WAIT[one.urgency] + _ROUNDING for one in shop.went)


def assert_kept(went: list[Went], full: float) -> None:
    burst = max(1.0, full / 4)
    times = sorted(one.at for one in went)
    for first, begun in enumerate(times):
        for last in range(first, len(times)):
            assert last - first + 1 <= burst + full * (times[last] - begun) + _ROUNDING


def test_who_acts_goes_first() -> None:
    """Before what is read for a case, and that before bulk, however long they have waited."""
    shop = Shop()

    async def play() -> None:
        await asyncio.gather(*(shop.call() for _ in range(5)))
        shop.went.clear()
        waiting = [(BULK, 0.0), (BULK, 0.0), (READING, 0.001), (READING, 0.002), (ACTING, 0.003)]
        await asyncio.gather(*(shop.call(urgency=urgency, at=at) for urgency, at in waiting))

    run(play())
    assert [one.urgency for one in shop.went] == [ACTING, READING, READING, BULK, BULK]


def test_bulk_has_half_and_no_more() -> None:
    """Not even when hardly anybody else calls; what a case needs meanwhile goes at once."""
    shop = Shop()
    counted: list[int] = []

    async def play() -> None:
        cases = [shop.call(at=tenth / 10) for tenth in range(100)]
        bulk, *_ = await asyncio.gather(shop.keeps_calling(10, urgency=BULK), *cases)
        counted.append(bulk)

    run(play())
    assert FULL_OF_ONE * 10 * 0.45 <= counted[0] <= FULL_OF_ONE * 10 / 2 + 3
    cases = [one for one in shop.went if one.urgency is READING]
    assert len(cases) == 100
    assert all(one.at - one.asked <= 1 / FULL_OF_ONE + _ROUNDING for one in cases)


def test_a_burst_holds_up_no_other_account() -> None:
    """Each has buckets and a line of its own: hundreds of calls and refusals of one are nothing to the other."""
    loud, calm = Shop(), Shop()

    async def play() -> None:
        await loud.refused(stripe_rate_limited_reason="global-rate", retry_after="30")
        await asyncio.gather(*(loud.call() for _ in range(300)), *(calm.call() for _ in range(4)))

    run(play())
    assert [one.at for one in calm.went] == [0.0] * 4
    assert loud.went == []


def test_a_burst_of_one_endpoint_holds_up_no_other() -> None:
    shop = Shop()

    async def play() -> None:
        await asyncio.gather(*(shop.call(CHARGES) for _ in range(20)), shop.call(DISPUTES))

    run(play())
    assert next(one.at for one in shop.went if one.path == DISPUTES) == 0.0


def test_only_few_wait_and_the_rest_comes_later() -> None:
    """A call that waits holds a slot of the worker. What is turned away comes back at different moments."""
    shop = Shop()

    async def play() -> None:
        await asyncio.gather(*(shop.call() for _ in range(300)))

    run(play())
    assert len(shop.went) == FULL_OF_ONE / 4 + MOST_WAITING
    assert {later.reason for later in shop.held_back} == {"paced"}
    waits = [later.after.total_seconds() for later in shop.held_back if later.after is not None]
    assert len(waits) == len(shop.held_back)
    assert len(set(waits)) > len(waits) / 2
    assert all(1 <= wait <= 2 * LONGEST_WAIT[READING] for wait in waits)


def test_readers_that_wait_turn_away_nobody_who_acts() -> None:
    shop = Shop()

    async def play() -> None:
        readers = [shop.call() for _ in range(100)]
        await asyncio.gather(*readers, shop.call(urgency=ACTING, at=0.01))

    run(play())
    acted = next(one for one in shop.went if one.urgency is ACTING)
    assert acted.at - acted.asked <= 1 / FULL_OF_ONE + _ROUNDING


@pytest.mark.parametrize(
    ("reason", "slowed", "unmoved"),
    [
        ("global-rate", {CHARGES, DISPUTES}, set[str]()),
        ("global-concurrency", {CHARGES, DISPUTES}, set[str]()),
        ("endpoint-rate", {CHARGES}, {DISPUTES}),
        ("endpoint-concurrency", {CHARGES}, {DISPUTES}),
        ("resource-specific", {CHARGES}, {DISPUTES}),
        (None, {CHARGES, DISPUTES}, set[str]()),
    ],
)
def test_a_refusal_slows_what_it_was_about(reason: str | None, slowed: set[str], unmoved: set[str]) -> None:
    """Nothing more of it comes at once, and Stripe's header says what it was about."""
    shop = Shop()

    async def play() -> None:
        await shop.refused(**({"stripe_rate_limited_reason": reason} if reason else {}))
        await asyncio.gather(shop.call(CHARGES), shop.call(DISPUTES))

    run(play())
    at_once = {one.path for one in shop.went if one.at == 0.0}
    assert at_once == unmoved
    assert {one.path for one in shop.went} == slowed | unmoved


def test_half_as_fast_after_a_refusal_and_all_of_it_a_minute_later() -> None:
    shop = Shop()
    counted: list[int] = []

    async def play() -> None:
        await asyncio.sleep(1)
        await shop.refused(stripe_rate_limited_reason="endpoint-rate")
        counted.append(await shop.keeps_calling(2))
        await asyncio.sleep(60)
        counted.append(await shop.keeps_calling(2))

    run(play())
    slow, recovered = counted
    assert FULL_OF_ONE * 0.8 <= slow <= FULL_OF_ONE * 1.2
    assert recovered >= FULL_OF_ONE * 2


def test_a_locked_object_is_no_reason_to_slow_down() -> None:
    """Stripe answers 429 to that, too; nor does any other failure slow anything."""
    shop = Shop()

    async def play() -> None:
        await shop.refused(code="lock_timeout")
        await shop.refused(code="api_error", status=503)
        await shop.call()

    run(play())
    assert shop.paths() == [CHARGES]
    assert shop.went[0].at == 0.0


def test_what_stripe_asks_for_is_waited_for() -> None:
    """Shortly within the call; longer is left to Temporal, with the rest of the wait."""
    shop = Shop()

    async def play() -> None:
        await shop.refused(stripe_rate_limited_reason="endpoint-rate", retry_after="2")
        await shop.call()
        await shop.refused(stripe_rate_limited_reason="endpoint-rate", retry_after="40")
        await asyncio.sleep(10)
        await shop.call()

    run(play())
    assert len(shop.went) == 1
    assert 2.0 < shop.went[0].at < 2.2
    [later] = shop.held_back
    assert later.after is not None
    assert 30 <= later.after.total_seconds() <= 62
    assert "account shop" in str(later)


def test_who_gives_up_waiting_is_not_waited_for() -> None:
    """A cancelled call leaves the line, and takes nothing with it."""
    shop = Shop()

    async def play() -> None:
        await asyncio.gather(*(shop.call() for _ in range(5)))
        given_up = [asyncio.create_task(shop.call()) for _ in range(5)]
        behind = asyncio.create_task(shop.call())
        await asyncio.sleep(0)
        for task in given_up:
            task.cancel()
        await behind
        assert all(
            isinstance(ended, asyncio.CancelledError)
            for ended in await asyncio.gather(*given_up, return_exceptions=True)
        )

    run(play())
    assert len(shop.went) == 6
    assert shop.went[-1].at <= 1 / FULL_OF_ONE + _ROUNDING


def test_who_waited_in_vain_stands_in_nobodys_way() -> None:
    """An endpoint that is closed while calls wait for it turns them away; others are called as before."""
    shop = Shop()

    async def play() -> None:
        closing = shop.refused(seconds=0.01, stripe_rate_limited_reason="endpoint-rate", retry_after="40")
        waiting = [shop.call(CHARGES) for _ in range(4 + MOST_WAITING)]
        await asyncio.gather(closing, *waiting, shop.call(DISPUTES, at=5))

    run(play())
    assert len(shop.held_back) == MOST_WAITING
    assert next(one.at for one in shop.went if one.path == DISPUTES) == 5


def test_bulk_that_never_gets_a_turn_is_told_so() -> None:
    """While cases use up an endpoint, bulk waits for its ten seconds and comes back later."""
    shop = Shop()

    async def play() -> None:
        cases = [shop.keeps_calling(20, urgency=READING) for _ in range(4)]
        await asyncio.gather(*cases, shop.call(urgency=BULK, at=0.5))

    run(play())
    [later] = shop.held_back
    assert later.reason == "paced"
    assert all(one.urgency is READING for one in shop.went)


@pytest.mark.parametrize(
    ("method", "path", "lane"),
    [
        ("GET", "/v1/charges", "/v1/charges"),
        ("GET", "/v1/charges/ch_3NfQ8", "/v1/charges/{id}"),
        ("POST", "/v1/disputes/du_1MtJ/close", "/v1/disputes/{id}/close"),
        ("GET", "/v1/radar/early_fraud_warnings/issfr_1N", "/v1/radar/early_fraud_warnings/{id}"),
        ("GET", "/v1/invoice_payments", "/v1/invoice_payments"),
        ("GET", "/v1/charges/search", "search"),
        ("GET", "/v1/payment_intents/search", "search"),
        ("POST", "/v1/files", "uploads"),
        ("GET", "/v1/files/file_1N", "reading files"),
        ("POST", "/v1/file_links", "/v1/file_links"),
    ],
)
def test_which_limit_a_call_meets(method: str, path: str, lane: str) -> None:
    assert lane_of(method, path)[0] == lane


def test_names_that_reach_the_same_account_share_its_limits() -> None:
    """Each mode and each connected account has limits of its own."""
    pacing = Pacing(Settings())
    first = pacing.of(credentials(account="shop"))

    assert pacing.of(credentials(account="same-shop")) is first
    assert pacing.of(credentials(stripe_account="acct_2")) is not first
    assert pacing.of(credentials(livemode=True)) is not first
    assert pacing.of(credentials(api_key=SecretStr("sk_test_other"))) is not first


def test_workers_divide_the_share() -> None:
    """Two workers at 0.8 of Stripe's limits: each keeps to 0.4, and makes 8 calls a second to one endpoint."""
    pacing = Pacing(Settings(stripe_workers=2))
    shop = Shop()
    shop.pace = pacing.of(credentials(livemode=True))
    counted: list[int] = []

    async def play() -> None:
        counted.append(await shop.keeps_calling(10))

    run(play())
    assert counted[0] == pytest.approx(80, abs=3)
