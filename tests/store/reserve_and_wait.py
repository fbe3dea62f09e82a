"""Reserves charge ch_1 for case-a, says so, and waits to be killed."""

import asyncio
import sys

from store_values import ACCOUNT, NOW, usd

from store import Store


async def main(database_url: str) -> None:
    store = await Store.connect(database_url, None)
    entry = await store.ledger.reserve(
        account=ACCOUNT,
        charge_id="ch_1",
        case_id="case-a",
        provider_alert_id="alert-a",
        amount=usd(4999),
        now=NOW,
    )
    print(entry.ledger_key, flush=True)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1]))
