"""Stripe's error envelope and the errors that more than one place raises.

Sources: https://docs.stripe.com/api/errors, https://docs.stripe.com/error-codes, https://docs.stripe.com/keys
"""

from typing import Any

DOC_URL = "https://docs.stripe.com/error-codes#"


class ApiError(Exception):
    """An answer that is an error.

    `stored` says whether an idempotency key keeps it: Stripe stores what happened once execution began, and
    does not store refused parameters, conflicts, throttling or failed authentication.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        stored: bool = True,
        headers: dict[str, str] | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.type = type
        self.code = code
        self.param = param
        self.stored = stored
        self.headers = headers or {}
        self.details = details

    def body(self, *, request_log_url: str | None) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.type}
        if self.code is not None:
            error |= {"code": self.code, "doc_url": DOC_URL + self.code.replace("_", "-")}
        if self.param is not None:
            error["param"] = self.param
        if request_log_url is not None:
            error["request_log_url"] = request_log_url
        return {"error": error | {k: v for k, v in self.details.items() if v is not None}}


def resource_missing(noun: str, id: str, *, param: str, status: int = 404) -> ApiError:
    """404 when the id is in the path, 400 when it is a parameter."""
    return ApiError(status, f"No such {noun}: '{id}'", code="resource_missing", param=param)


def refused_parameter(message: str, *, param: str, code: str | None = None) -> ApiError:
    return ApiError(400, message, code=code, param=param, stored=False)


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    """A request that was understood and cannot be carried out in the object's present state."""
    return ApiError(400, message, code=code, param=param)
