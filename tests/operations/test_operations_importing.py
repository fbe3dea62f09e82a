"""Importing: what Stripe has already gets its case, once; the schedule goes on with it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from dispute_samples import a_dispute, disputed_sale, keep_dispute
from operations_samples import fresh, source
from temporalio.client import Client

from chargebacks.contracts import CaseKind, CaseStatus, dispute_case_id
from chargebacks.dispute_case import DisputeStory, Verdict
from chargebacks.disputes import Dispute
from chargebacks.errors import BadInput
from operations.importing import EVERY, CaseStarter, Imported, import_account, schedule_sync
from store import Store
from stripe_gateway.gateway import Gateway

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class Listed:
    """Disputes and warnings as Stripe would list them."""

    def __init__(self, disputes: tuple[Dispute, ...] = (), warnings: tuple[dict[str, Any], ...] = ()) -> None:
        self.disputes = disputes
        self.warnings = warnings

    async def disputes_created(
        self, account: str, *, since: datetime, until: datetime
    ) -> AsyncIterator[Dispute]:
        for dispute in self.disputes:
            yield dispute

    async def early_fraud_warnings_created(
        self, account: str, *, since: datetime, until: datetime
    ) -> AsyncIterator[dict[str, Any]]:
        for warning in self.warnings:
            yield warning


def a_warning() -> dict[str, Any]:
    return {
        "id": f"issfr_{fresh()}",
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": "ch_sandbox",
        "created": int(datetime.now(UTC).timestamp()) - 60,
        "fraud_type": "made_with_stolen_card",
        "livemode": False,
    }


async def imported(client: Client, store: Store, stripe: Any, **changes: Any) -> Imported:
    period: dict[str, Any] = {"account": "shop", "since": NOW - DAY, "until": NOW}
    return await import_account(client, store, stripe, **(period | changes))


async def test_disputes_at_stripe_get_their_cases(
    client: Client, store: Store, stripe: Gateway, stripe_url: str
) -> None:
    """Each once, however often it is imported, and whatever it is about."""
    ids = {await disputed_sale(stripe_url, reason=reason) for reason in ("fraudulent", "duplicate")}
    now = datetime.now(UTC)
    period = {"since": now - DAY, "until": now + DAY}
    first = await imported(client, store, stripe, **period)
    assert first.new_disputes == first.disputes >= 2
    cases = await store.cases.list_cases(kind=CaseKind.DISPUTE)
    assert ids <= {case.case_id.removeprefix("dispute/shop/") for case in cases}
    await imported(client, store, stripe, **period)
    assert await store.cases.list_cases(kind=CaseKind.DISPUTE) == cases
    for case_id in (f"dispute/shop/{one}" for one in ids):
        assert (await client.get_workflow_handle(case_id).describe()).run_id


async def test_a_dispute_that_tells_nothing_new_is_left_alone(client: Client, store: Store) -> None:
    """A case that knows all of it is not woken; one that does not is news."""
    case = await keep_dispute(store)
    assert case.dispute is not None
    assert case.dispute.dispute is not None
    known = case.dispute.dispute
    read_again = known.model_copy(update={"as_of": NOW + DAY})
    assert not await CaseStarter(client, store).found_dispute("shop", read_again)
    decided = known.model_copy(update={"status": "won"})
    assert await CaseStarter(client, store).found_dispute("shop", decided)


async def test_a_closed_win_is_not_started_again(client: Client, store: Store) -> None:
    """The store remembers it for longer than Temporal."""
    dispute = a_dispute(f"du_{fresh()}", status="won")
    story = DisputeStory.model_validate({"dispute": dispute, "verdict": "won"})
    case_id = f"dispute/shop/{dispute.id}"
    await keep_dispute(store, case_id=case_id, dispute=story, closed_at=NOW)
    done = await imported(client, store, Listed((dispute,)))
    assert (done.disputes, done.new_disputes) == (1, 0)


async def test_warnings_become_alerts_of_their_source(client: Client, store: Store) -> None:
    """Without a source for them they are left out, and that is said."""
    listed = Listed(warnings=(a_warning(), a_warning()))
    without = await imported(client, store, listed)
    assert (without.warnings, without.warnings_source) == (0, None)
    await store.sources.connect_source(source("stripe_efw", name="radar", webhook_secret="whsec_test"))
    done = await imported(client, store, listed)
    assert (done.warnings, done.new_warnings, done.warnings_source) == (2, 2, "radar")
    again = await imported(client, store, listed)
    assert (again.warnings, again.new_warnings) == (2, 0)


async def test_progress_is_told_as_it_goes(client: Client, store: Store) -> None:
    """Whoever waits sees how many were found."""
    told: list[int] = []
    some = tuple(a_dispute(f"du_{fresh()}") for _ in range(3))
    await imported(client, store, Listed(some), progress=lambda done: told.append(done.disputes))
    assert told == [1, 2, 3]


async def test_a_period_that_lies_ahead_is_refused(client: Client, store: Store) -> None:
    """Nothing would be found, which might look like no disputes."""
    with pytest.raises(BadInput, match="must lie in the past"):
        await imported(client, store, Listed(), since=NOW, until=NOW)


async def test_the_account_is_looked_at_by_a_schedule(client: Client) -> None:
    """One schedule per account, with its own id; a second call finds it."""
    account = f"shop-{fresh()}"
    assert await schedule_sync(client, account=account)
    assert not await schedule_sync(client, account=account)
    described = await client.get_schedule_handle(f"sync/{account}").describe()
    [interval] = described.schedule.spec.intervals
    assert interval.every == EVERY


async def test_a_charge_may_have_several_disputes(
    client: Client, store: Store, stripe: Gateway, stripe_url: str
) -> None:
    """Cases are told apart by dispute, never by charge."""
    async with httpx.AsyncClient(base_url=stripe_url, timeout=60) as control:
        sold = await control.post("/_sandbox/charges", json={"charges": [{"amount": 4999}]})
        charge_id = sold.raise_for_status().json()["charges"][0]["id"]
        for _ in range(2):
            body = {"charge": charge_id, "amount": 1000}
            (await control.post("/_sandbox/disputes", json=body)).raise_for_status()
    now = datetime.now(UTC)
    await imported(client, store, stripe, since=now - DAY, until=now + DAY)
    found = [one async for one in stripe.disputes_created("shop", since=now - DAY, until=now + DAY)]
    of_charge = {f"dispute/shop/{one.id}" for one in found if one.charge_id == charge_id}
    cases = {case.case_id for case in await store.cases.list_cases(kind=CaseKind.DISPUTE, limit=1000)}
    assert len(of_charge) == 2
    assert of_charge <= cases


@pytest.mark.parametrize(
    ("verdict", "goes_on"),
    [(Verdict.WON, False), (Verdict.ACCEPTED, False), (Verdict.LOST, True), (Verdict.INQUIRY_CLOSED, True)],
)
async def test_a_closed_case_goes_on_only_where_it_may(
    client: Client, store: Store, verdict: Verdict, goes_on: bool
) -> None:
    """A loss may turn, an inquiry may escalate; what is over for good is no news, however often it is seen."""
    dispute = a_dispute(f"du_{fresh()}", status="lost")
    case_id = dispute_case_id(account="shop", dispute_id=dispute.id)
    story = DisputeStory(dispute=dispute, verdict=verdict)
    await keep_dispute(store, case_id=case_id, status=CaseStatus.CLOSED, closed_at=NOW, dispute=story)

    news = await CaseStarter(client, store).found_dispute(
        "shop", a_dispute(dispute.id, status="needs_response")
    )

    assert news is goes_on
    if goes_on:
        assert (await client.get_workflow_handle(case_id).describe()).run_id
