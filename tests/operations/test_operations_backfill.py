"""A filling for which no worker is there: it waits, and whoever asks is told."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client

from chargebacks.charge_index import Pace
from chargebacks.errors import TryLater
from operations.backfill import progress_of, set_pace, start_backfill, watch
from store import Store


async def test_a_filling_waits_for_its_worker(
    client: Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is started and remembered; its progress is unknown and its pace cannot be set, which is no failure of it."""
    monkeypatch.setattr("operations.backfill._ANSWER_WITHIN", timedelta(seconds=1))
    now = datetime.now(UTC)
    filling, new = await start_backfill(
        client, store, account="shop", since=now - timedelta(days=1), until=now
    )

    assert new
    assert await progress_of(filling) is None
    assert await anext(aiter(watch(filling))) is None
    with pytest.raises(TryLater, match="worker"):
        await set_pace(filling, Pace(calls_per_second=1))
    await filling.terminate()
