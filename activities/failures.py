"""Translates the errors of the outside into Temporal's, once, for every activity.

The failure's `type` is the error's reason, the word an operator reads in the Temporal UI; its `details` say which
class of error it was, for the workflow. Causes are left out: they may quote what the other side said of a customer.
"""

from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from chargebacks.errors import CaseError, NeedsOperator, TryLater

NEEDS_OPERATOR = "needs_operator"
TRY_LATER = "try_later"
REFUSED = "refused"

_log = structlog.get_logger(__name__)


def as_activity_failure(error: CaseError) -> ApplicationError:
    """Retryable only where repeating the very same call can help."""
    if isinstance(error, TryLater):
        # Benign: it is retried and told by our own log line; a traceback per attempt would bury what matters.
        return ApplicationError(
            str(error),
            TRY_LATER,
            type=error.reason,
            next_retry_delay=error.after,
            category=ApplicationErrorCategory.BENIGN,
        )
    kind = NEEDS_OPERATOR if isinstance(error, NeedsOperator) else REFUSED
    return ApplicationError(str(error), kind, type=error.reason, non_retryable=True)


class FailureTranslation(Interceptor):
    """Install on every worker that runs our activities."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Translate(next)


class _Translate(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except CaseError as error:
            _log.warning(
                "activity_failed",
                activity=activity.info().activity_type,
                reason=error.reason,
                error=str(error),
            )
            raise as_activity_failure(error) from None
