"""What goes wrong, as HTTP: 4xx for what the sender can mend, 503 for what mends itself. Never a 500 for bad input."""

import math
from collections.abc import Sequence
from http import HTTPStatus

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from chargebacks.errors import BadInput, CaseError, NeedsOperator, NotAuthentic, Refused, TryLater

_STATUS_OF_REASON = {
    "oversized": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unknown_source": HTTPStatus.NOT_FOUND,
    "source_removed": HTTPStatus.NOT_FOUND,
    "unknown_account": HTTPStatus.NOT_FOUND,
    "account_removed": HTTPStatus.NOT_FOUND,
    "unknown_case": HTTPStatus.NOT_FOUND,
    "scope_missing": HTTPStatus.FORBIDDEN,
    "answer_refused": HTTPStatus.CONFLICT,
    "case_closed": HTTPStatus.CONFLICT,
    "unknown_packet": HTTPStatus.CONFLICT,
}
_RETRY_SECONDS = 5
_MOST_MISTAKES = 5

_log = structlog.get_logger(__name__)


class TooMany(CaseError):
    """More requests than the sender may make."""

    def __init__(self, wait: float) -> None:
        super().__init__("Too many requests: wait, then send again.", reason="rate_limited")
        self.wait = wait


def status_of(error: CaseError) -> HTTPStatus:
    """Senders repeat what was answered with 429 or 503; the rest they give up or a person looks at it."""
    if error.reason in _STATUS_OF_REASON:
        return _STATUS_OF_REASON[error.reason]
    match error:
        case TooMany():
            return HTTPStatus.TOO_MANY_REQUESTS
        case TryLater() | NeedsOperator():
            return HTTPStatus.SERVICE_UNAVAILABLE
        case NotAuthentic():
            return HTTPStatus.UNAUTHORIZED
        case Refused():
            return HTTPStatus.CONFLICT
        case BadInput():
            return HTTPStatus.BAD_REQUEST
    return HTTPStatus.SERVICE_UNAVAILABLE


def answer_to(error: CaseError) -> JSONResponse:
    """The error's status, and when to come again where that helps."""
    status, headers = status_of(error), {}
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"  # required by RFC 9110; for webhooks it says nothing
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        wait = error.wait if isinstance(error, TooMany) else _RETRY_SECONDS
        headers["Retry-After"] = str(max(1, math.ceil(wait)))
    return JSONResponse(error_body(error.reason, str(error)), status_code=int(status), headers=headers)


def error_body(reason: str, message: str) -> dict[str, dict[str, str]]:
    """One JSON object in one form for every error."""
    return {"error": {"reason": reason, "message": message}}


async def on_http_error(request: Request, error: Exception) -> JSONResponse:
    """Registered for `HTTPException`: unknown paths and methods, and bodies beyond their limits."""
    assert isinstance(error, HTTPException)
    reason = getattr(error, "reason", HTTPStatus(error.status_code).phrase.lower().replace(" ", "_"))
    _log_refusal(request, error.status_code, reason)
    return JSONResponse(
        error_body(reason, str(error.detail)), status_code=error.status_code, headers=error.headers
    )


async def on_wrong_form(request: Request, error: Exception) -> JSONResponse:
    """Registered for `RequestValidationError`: names each place and what is wrong there, and quotes nothing."""
    assert isinstance(error, RequestValidationError)
    mistakes = [f"{_place(one['loc'])}: {one['msg']}" for one in error.errors()[:_MOST_MISTAKES]]
    _log_refusal(request, 422, "wrong_form")
    return JSONResponse(error_body("wrong_form", "; ".join(mistakes) + "."), status_code=422)


def _place(parts: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in parts)[:100]


async def on_bug(request: Request, error: Exception) -> JSONResponse:
    """Registered for everything else: our fault, so the sender is asked to repeat."""
    _log.error("request_broke", method=request.method, path=request.url.path[:200], exc_info=error)
    return JSONResponse(
        error_body("internal", "Something is wrong on our side; the message was not taken."), status_code=500
    )


async def on_case_error(request: Request, error: Exception) -> JSONResponse:
    """Registered for `CaseError`; one log line each, without anything of the message itself."""
    assert isinstance(error, CaseError)
    _log_refusal(request, int(status_of(error)), error.reason)
    return answer_to(error)


def _log_refusal(request: Request, status: int, reason: str) -> None:
    _log.warning(
        "request_refused", method=request.method, path=request.url.path[:200], status=status, reason=reason
    )
