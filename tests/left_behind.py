"""Everything that a run leaves where others may read it: our logs, the histories, the database."""

import asyncio

from demo.stack import Stack


async def left_behind(stack: Stack) -> dict[str, bytes]:
    """By where it lies. Payloads of histories stand in clear; what is sealed in the database does not."""
    logs = {f"{name}.log": (stack.folder / f"{name}.log").read_bytes() for name in ("worker", "ingest")}
    histories = {
        each.id: (await stack.client.get_workflow_handle(each.id).fetch_history())
        async for each in stack.client.list_workflows()
    }
    found = {id: b"".join(event.SerializeToString() for event in one.events) for id, one in histories.items()}
    database = await asyncio.to_thread(
        lambda: b"".join(file.read_bytes() for file in sorted(stack.folder.glob("chargebacks.db*")))
    )
    return {**logs, **found, "database": database}
