"""Taking messages in: kept before anything starts, started once, refused with a reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from operations_samples import early_fraud_warning, ethoca, fresh, source
from temporalio.client import Client, WorkflowExecutionDescription
from temporalio.service import RetryConfig, RPCError

from chargebacks.contracts import AlertRequest, alert_case_id
from chargebacks.errors import BadInput, TryLater
from networks.ethoca import Ethoca
from networks.stripe_warnings import StripeWarnings
from operations.start import StartedCase, receive_alerts, start_alert
from runtime.codec import data_converter
from runtime.embedded_temporal import embedded_temporal
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from store import Store
from workflows.attributes import ACCOUNT, AMOUNT, RESPOND_BY, SOURCE, STATUS
from workflows.attributes import ALL as SEARCH_ATTRIBUTES


async def start(client: Client, store: Store, body: bytes) -> tuple[StartedCase, ...]:
    return await start_alert(client, store, source(), Ethoca(), body, datetime.now(UTC))


async def described(client: Client, case_id: str) -> WorkflowExecutionDescription:
    return await client.get_workflow_handle(case_id).describe()


async def test_an_alert_becomes_a_case_named_after_it(client: Client, store: Store) -> None:
    """The workflow's id is the source and the provider's own id, in Temporal and in the store."""
    alert_id = fresh()
    [case] = await start(client, store, ethoca(alert_id))
    assert (case.case_id, case.new) == (f"alert/alerts-of-shop/{alert_id}", True)
    assert (await described(client, case.case_id)).id == case.case_id
    kept = await store.cases.case_file(case.case_id)
    assert kept is not None
    assert kept.alert == case.alert


async def test_the_case_can_be_found_before_any_worker_has_seen_it(client: Client, store: Store) -> None:
    """Search attributes, summary and priority are there from the start."""
    [case] = await start(client, store, ethoca(fresh()))
    found = await described(client, case.case_id)
    attributes = found.typed_search_attributes
    assert (attributes[ACCOUNT], attributes[SOURCE]) == ("shop", "alerts-of-shop")
    assert (attributes[AMOUNT], attributes[STATUS]) == (4999, "working")
    assert attributes[RESPOND_BY] - case.alert.alerted_at == timedelta(hours=24)
    assert await found.static_summary() == "ETHOCA refund request, 49.99 USD, shop"


async def test_the_same_alert_twice_is_one_case(client: Client, store: Store) -> None:
    """A second delivery, also in other bytes, attaches to the case that is there."""
    alert_id = fresh()
    [first] = await start(client, store, ethoca(alert_id))
    [again] = await start(client, store, ethoca(alert_id, issuer="told later"))
    assert (again.case_id, again.new) == (first.case_id, False)


async def test_a_message_with_several_alerts_starts_a_case_for_each(client: Client, store: Store) -> None:
    """Nothing in a batch is left behind."""
    ids = [fresh(), fresh(), fresh()]
    started = await start(client, store, ethoca(*ids))
    assert [case.case_id for case in started] == [f"alert/alerts-of-shop/{each}" for each in ids]
    assert all(case.new for case in started)


async def test_a_case_that_temporal_has_forgotten_is_not_started_again(client: Client, store: Store) -> None:
    """Temporal forgets closed cases after its retention time, the store does not."""
    body = ethoca(fresh())
    [alert] = (await receive_alerts(store, source(), Ethoca(), body, datetime.now(UTC))).alerts
    case_id = f"alert/alerts-of-shop/{alert.provider_alert_id}"
    await store.cases.open_case(
        AlertRequest(case_id=case_id, account="shop", alert=alert), opened_at=alert.received_at
    )
    kept = await store.cases.case_file(case_id)
    assert kept is not None
    await store.cases.save_case(kept.model_copy(update={"closed_at": datetime.now(UTC)}))
    [again] = await start(client, store, body)
    assert (again.case_id, again.new) == (case_id, False)
    with pytest.raises(RPCError, match="not found"):
        await described(client, case_id)


async def test_a_message_waits_in_the_inbox_while_temporal_is_down(client: Client, store: Store) -> None:
    """Accepted is accepted: the message is kept first, and the same call starts its case later."""
    body = ethoca(fresh())
    async with embedded_temporal(search_attributes=cli_types(SEARCH_ATTRIBUTES)) as server:
        dying = await Client.connect(
            server.address,
            data_converter=data_converter(Settings()),
            retry_config=RetryConfig(max_elapsed_time_millis=100, max_retries=1),
        )
    with pytest.raises(TryLater, match="did not start"):
        await start(dying, store, body)
    assert [message.body for message in await store.inbox.pending()] == [body]
    [case] = await start(client, store, body)
    assert case.new
    assert await store.inbox.pending() == ()


REFUSED: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"{", "unparseable"),
    "empty": (b"", "unparseable"),
    "not text": (b"\xff\xfe\x00", "unparseable"),
    "oversized": (b" " * 300_000, "oversized"),
    "no id": (ethoca(""), "bad_id"),
    "negative": (ethoca("A1", amount={"value": -5, "currencyCode": "USD"}), "negative_amount"),
    "zero": (ethoca("A1", amount={"value": 0, "currencyCode": "USD"}), "bad_amount"),
    "absurd": (ethoca("A1", amount={"value": 1e15, "currencyCode": "USD"}), "bad_amount"),
    "too large": (ethoca("A1", amount={"value": 99999999999, "currencyCode": "USD"}), "absurd_amount"),
    "currency": (ethoca("A1", amount={"value": 5, "currencyCode": "XQX"}), "unknown_currency"),
    "future": (ethoca("A1", alertTimestamp="2199-01-01T00:00:00Z"), "future_date"),
    "years ago": (ethoca("A1", alertTimestamp="2012-01-01T00:00:00Z"), "stale_date"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_wrong_message_is_refused_and_kept(client: Client, store: Store, case: str) -> None:
    """One reason, one sentence, the bytes for inspection; no case."""
    body, reason = REFUSED[case]
    with pytest.raises(BadInput) as refusal:
        await start(client, store, body)
    assert refusal.value.reason == reason
    assert "\n" not in str(refusal.value)
    [kept] = await store.inbox.refused()
    assert kept.body == body[: 256 * 1024]
    assert kept.refused_reason == f"{reason}: {refusal.value}"
    assert await store.cases.list_cases() == ()


async def test_an_alert_of_the_other_mode_is_refused(client: Client, store: Store) -> None:
    """A live alert never reaches an account that is connected in test mode."""
    body = early_fraud_warning(livemode=True)
    with pytest.raises(BadInput, match="live mode") as refusal:
        await start_alert(client, store, source("stripe_efw"), StripeWarnings(), body, datetime.now(UTC))
    assert refusal.value.reason == "livemode_mismatch"
    assert len(await store.inbox.refused()) == 1


async def test_a_message_that_tells_of_no_alert_starts_nothing(client: Client, store: Store) -> None:
    """An event of another type is kept with the reason and is not waited for."""
    body = b'{"object": "event", "type": "charge.succeeded", "data": {"object": {}}}'
    started = await start_alert(
        client, store, source("stripe_efw"), StripeWarnings(), body, datetime.now(UTC)
    )
    assert started == ()
    assert await store.inbox.pending() == ()
    [kept] = await store.inbox.refused()
    assert kept.refused_reason == "no_alert: the message tells of no alert"


async def test_what_was_refused_once_is_started_when_it_is_accepted_later(
    client: Client, store: Store
) -> None:
    """After the account was connected in the right mode, the very same message starts its case."""
    body = early_fraud_warning()

    async def receive(adapter: Any) -> tuple[StartedCase, ...]:
        return await start_alert(client, store, source("stripe_efw"), adapter, body, datetime.now(UTC))

    with pytest.raises(BadInput):
        await receive(Ethoca())
    [case] = await receive(StripeWarnings())
    assert case.new
    assert await store.inbox.refused() == ()


@given(alert_id=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=500))
def test_every_provider_id_makes_a_usable_case_id(alert_id: str) -> None:
    """Temporal takes ids of up to 255 bytes on a self-hosted SQL store, whatever a provider sends."""
    assert len(alert_case_id(source="s" * 60, provider_alert_id=alert_id)) <= 255
