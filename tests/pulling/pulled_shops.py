"""A shop whose Ethoca alerts are pulled, and what the network stand-in has for it."""

import asyncio
import itertools
import os
import sys
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from shops import Shop, open_shop

from demo.processes import REPOSITORY
from demo.stack import Stack, post
from networks.http import new_client
from networks.pulling import ConfiguredPulls
from operations.pulling import pull_now
from runtime.connections import SourceSettings
from store import Notice
from workflows.pull import PullReport

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Pulled:
    """A shop with one source that is asked for its alerts."""

    shop: Shop
    source: SourceSettings

    @property
    def stack(self) -> Stack:
        return self.shop.stack

    async def raised(self, count: int = 1, **fields: Any) -> list[str]:
        """Alerts that wait at the network; their ids."""
        ids = []
        for _ in range(count):
            body = {"network": "ethoca", "form": "pull", "type": "CUSTOMERDISPUTE", **fields}
            ids.append((await post(self.stack.networks_control, "/_networks/alerts/generate", body))["id"])
        return ids

    async def unacknowledged(self) -> list[str]:
        """What the network would list now."""
        async with new_client() as http:
            pulls = ConfiguredPulls(settings_of=self.stack.store.sources.source, http=http)
            return [str(alert.id) for alert in await pulls.pull(self.source.name, size=100)]

    async def fault(self, action: str, **fields: Any) -> None:
        await post(
            self.stack.networks_control,
            "/_networks/faults",
            {"network": "ethoca", "action": action, **fields},
        )

    async def pull(self) -> PullReport:
        return await pull_now(self.stack.client, self.stack.store, self.source.name)

    async def cases(self) -> list[str]:
        """Provider ids of the alerts that have a case."""
        cases = await self.stack.store.cases.list_cases(account=self.shop.name, limit=1000)
        return sorted(case.alert.provider_alert_id for case in cases if case.alert is not None)

    async def notices(self) -> list[Notice]:
        subject = f"source {self.source.name}"
        return [one for one in await self.stack.store.notices.open() if one.subject == subject]

    async def reconnect(self, **secrets: str) -> None:
        """The source with other secrets."""
        changed = {**self.source.secrets, **{name: SecretStr(value) for name, value in secrets.items()}}
        await self.stack.store.sources.connect_source(self.source.model_copy(update={"secrets": changed}))

    async def options(self, **options: str) -> None:
        """The source with other options."""
        await self.stack.store.sources.connect_source(self.source.model_copy(update={"options": options}))


async def open_pulled(stack: Stack) -> Pulled:
    """At a network that knows of no alert yet."""
    await post(stack.networks_control, "/_networks/reset", {})
    await stack.networks_control.delete("/_networks/faults")
    shop = await open_shop(stack, f"pulled-{next(_numbers)}")
    pattern = await stack.store.sources.source("ethoca-shop")
    without_pushes = {name: pattern.secrets[name] for name in ("consumer_key", "signing_key")}
    source = pattern.model_copy(
        update={"name": f"ethoca-{shop.name}", "account": shop.name, "secrets": without_pushes}
    )
    await stack.store.sources.connect_source(source)
    return Pulled(shop=shop, source=source)


async def starter(stack: Stack, *arguments: str) -> tuple[int, str]:
    """`starter.py` as a person runs it: its exit code, and what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "starter.py",
        *arguments,
        cwd=REPOSITORY,
        env={**os.environ, **stack.environment, "COLUMNS": "120"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, printed.decode()
