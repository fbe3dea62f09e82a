"""Who may ask for what: bearer tokens with scopes (https://www.rfc-editor.org/rfc/rfc6750)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr

from chargebacks.errors import CaseError, NotAuthentic
from chargebacks.scopes import Scope
from ingest.errors import TooMany
from ingest.parts import Parts, parts_of
from store import ApiToken

_bearer = HTTPBearer(
    auto_error=False, description="A token of `starter.py token create`.", scheme_name="token"
)


class NotAllowed(CaseError):
    """The token is valid, and not for this."""


def require_scope(scope: Scope) -> Callable[..., Awaitable[ApiToken]]:
    """A dependency that gives the request's token. NotAuthentic without a valid one, NotAllowed without the scope,
    TooMany when the token is used too often."""

    async def token_of(
        request: Request,
        parts: Annotated[Parts, Depends(parts_of)],
        given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> ApiToken:
        token = await _valid(parts, given)
        if scope not in token.scopes:
            raise NotAllowed(
                f"The token {token.name} may not do this: it needs the scope {scope}.", reason="scope_missing"
            )
        if wait := parts.rates.take("token", token.name):
            raise TooMany(wait)
        return token

    return token_of


async def _valid(parts: Parts, given: HTTPAuthorizationCredentials | None) -> ApiToken:
    if given is None:
        raise NotAuthentic("Send a token: `Authorization: Bearer …`.", reason="unsigned")
    token = await parts.store.tokens.find(SecretStr(given.credentials))
    if token is None or not token.is_valid(datetime.now(UTC)):
        raise NotAuthentic("The token is unknown, revoked or has run out.", reason="bad_token")
    return token
