"""A merchant's evidence worker: offers the activity `collect_evidence` on a task queue of its own.

python examples/evidence_worker.py --queue shop-evidence

It needs nothing but Temporal's SDK, in any language, and the contract in docs/evidence-sources.md. TEMPORAL_ADDRESS
and the other settings of Temporal say where the server is, and PAYLOAD_KEYS how payloads are encrypted, if they are.
"""

import argparse
import asyncio
from datetime import timedelta
from typing import Any

from payload_codec import converter
from temporalio import activity
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

ORDERS: dict[str, dict[str, Any]] = {
    "1001": {
        "tracking_number": "1Z999AA10123456784",
        "shipped_at": "2026-10-05T15:20:00Z",
        "delivered_at": "2026-10-08T15:41:00Z",
        "label": "https://files.shop.example/labels/1001.pdf",
        "label_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },
    "1002": {"tracking_number": "1Z999AA10123456785", "shipped_at": "2026-11-20T09:00:00Z"},
}
"""A real shop asks its database here."""


@activity.defn
async def collect_evidence(request: dict[str, Any]) -> dict[str, Any]:
    """What we know of the disputed order. Nothing: an empty supply. Not yet: an error that says when to ask again."""
    order = next((ORDERS[name] for name in request["order_ids"] if name in ORDERS), None)
    if order is None:
        return {}
    if "delivered_at" not in order:
        raise ApplicationError(
            "The parcel is on its way.", type="not_ready", next_retry_delay=timedelta(hours=6)
        )
    return {
        "fields": {"shipping_carrier": "UPS"},
        "deliveries": [
            {
                "carrier": "UPS",
                "tracking_number": order["tracking_number"],
                "shipped_at": order["shipped_at"],
                "delivered_at": order["delivered_at"],
            }
        ],
        # By URL, because what an activity returns is kept in the workflow's history.
        "files": [
            {
                "field": "shipping_documentation",
                "name": "label.pdf",
                "url": order["label"],
                "sha256": order["label_sha256"],
            }
        ],
    }


async def main(queue: str) -> None:
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "localhost:7233")
    client = await Client.connect(**config, data_converter=converter())
    async with Worker(client, task_queue=queue, activities=[collect_evidence]):
        print(f"evidence worker on {queue}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Offers collect_evidence on a task queue.")
    parser.add_argument("--queue", required=True)
    asyncio.run(main(parser.parse_args().queue))
