"""Alert sources that are asked for their alerts, instead of or beside being sent them."""

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import httpx

from chargebacks.errors import BadInput, NeedsOperator
from chargebacks.pulls import PulledAlert
from networks import ethoca_api
from networks.ethoca import Ethoca
from runtime.connections import SourceSettings

PULL_EVERY = "pull_every"
NEVER = "never"
_EVERY_BY_DEFAULT = timedelta(minutes=5)
"""Ethoca asks for an answer within 24 hours; the sooner the refund, the likelier it is that no chargeback follows."""
_MOST_MINUTES = 60
_PUSH_SECRETS = {"push_username", "proxy_secret"}


def pull_interval(source: SourceSettings) -> timedelta | None:
    """How often the source is asked; None: it is not. `source` with its secrets.

    By the option `pull_every` (minutes, 1 to 60, or `never`); without it, every five minutes where nothing is set that
    would prove a push. BadInput for any other value.
    """
    if source.kind != Ethoca.kind:
        return None
    given = source.options.get(PULL_EVERY)
    if given is None:
        return None if _PUSH_SECRETS & set(source.secrets) else _EVERY_BY_DEFAULT
    if given == NEVER:
        return None
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= _MOST_MINUTES:
        raise BadInput(
            f"The option {PULL_EVERY} of {source.name} must be 1 to {_MOST_MINUTES} minutes or {NEVER}, not {given!r}.",
            reason="bad_option",
        )
    return timedelta(minutes=int(given))


class ConfiguredPulls:
    """Implements `activities.pulling.PulledNetworks` over the sources that are configured now."""

    def __init__(
        self, *, settings_of: Callable[[str], Awaitable[SourceSettings]], http: httpx.AsyncClient
    ) -> None:
        self._settings_of = settings_of
        self._http = http

    async def pull(self, source: str, *, size: int) -> tuple[PulledAlert, ...]:
        """Up to `size` alerts that are not acknowledged yet."""
        bodies = await ethoca_api.pull(self._http, await self._pulled(source), size=size)
        return tuple(PulledAlert(id=_id_of(body), body=body) for body in bodies)

    async def acknowledge(self, source: str, alert_ids: Sequence[str]) -> None:
        """Only what is kept: the network lists it no more."""
        await ethoca_api.acknowledge(self._http, await self._pulled(source), alert_ids)

    async def _pulled(self, source: str) -> SourceSettings:
        settings = await self._settings_of(source)
        if settings.kind != Ethoca.kind:
            raise NeedsOperator(
                f"The alert source {source} is of the kind {settings.kind}, which sends its alerts by itself: remove "
                "its schedule with `starter.py schedules`.",
                reason="takes_no_pull",
            )
        return settings


def _id_of(body: bytes) -> str | None:
    """As the adapter reads it, and also where the rest of the alert cannot be read."""
    item: Any = json.loads(body)
    found = (item.get("alertId") or item.get("ethocaId")) if isinstance(item, dict) else None
    return found if isinstance(found, str) else None
