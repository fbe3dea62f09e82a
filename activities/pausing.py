"""A permission that is missing during work is missing for the next case, too: the key is looked at again at once, and
the features that lack what they need rest until it is granted."""

import time
from typing import Any, Protocol

import structlog
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from chargebacks.errors import CaseError, NeedsOperator

_REASON = "permission_missing"
_NOT_AGAIN_WITHIN_SECONDS = 60.0

_log = structlog.get_logger(__name__)


class PermissionWatch(Protocol):
    async def refused(self, account: str) -> None:
        """Stripe refused a call of this account for want of a permission."""
        ...


class Pausing(Interceptor):
    """Install on workers whose activities call Stripe, inside the translation of failures."""

    def __init__(self, watch: PermissionWatch) -> None:
        self._watch = watch
        self._looked: dict[str, float] = {}

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Pause(next, self)

    async def look_again(self, account: str) -> None:
        """Once a minute and account: many cases run into the same missing permission."""
        now = time.monotonic()
        if now - self._looked.get(account, -_NOT_AGAIN_WITHIN_SECONDS) < _NOT_AGAIN_WITHIN_SECONDS:
            return
        self._looked[account] = now
        try:
            await self._watch.refused(account)
        except CaseError as error:  # the case that met the refusal is parked with it in any case
            _log.warning("permissions_not_checked", account=account, reason=error.reason, error=str(error))


class _Pause(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, pausing: Pausing) -> None:
        super().__init__(next)
        self._pausing = pausing

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except NeedsOperator as error:
            account = getattr(input.args[0], "account", None) if input.args else None
            if error.reason == _REASON and isinstance(account, str):
                _log.warning(
                    "permission_missing",
                    account=account,
                    activity=activity.info().activity_type,
                    error=str(error),
                )
                await self._pausing.look_again(account)
            raise
