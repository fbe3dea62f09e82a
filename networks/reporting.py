"""Outcomes to alert sources: finds the source's settings and lets its adapter speak."""

from collections.abc import Awaitable, Callable, Mapping

import httpx

from chargebacks.alerts import Alert, AnswerMode
from chargebacks.errors import NeedsOperator, Refused
from chargebacks.outcomes import Acknowledgement, Outcome
from networks.adapter import Adapter
from networks.registry import ADAPTERS, adapter_of
from runtime.connections import SourceSettings


class ConfiguredNetworks:
    """`activities.ports.AlertNetworks` over the sources that are configured now."""

    def __init__(
        self,
        *,
        settings_of: Callable[[str], Awaitable[SourceSettings]],
        http: httpx.AsyncClient,
        adapters: Mapping[str, Adapter] = ADAPTERS,
    ) -> None:
        self._settings_of = settings_of
        self._http = http
        self._adapters = adapters

    async def report(self, source: str, alert: Alert, outcome: Outcome) -> Acknowledgement:
        """Send the outcome. An alert goes back only to the kind of source that it came from."""
        if alert.answer_mode is not AnswerMode.CALLBACK:
            raise Refused(f"{source} takes no outcome for this alert.", reason="takes_no_outcome")
        settings = await self._settings_of(source)
        if settings.kind != alert.provider:
            raise NeedsOperator(
                f"The alert source {source} is now of the kind {settings.kind}, but the alert came from "
                f"{alert.provider}: configure the source as it was.",
                reason="source_changed",
            )
        return await adapter_of(settings, self._adapters).report(self._http, settings, alert, outcome)
