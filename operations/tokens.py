"""Tokens of the HTTP service: who may ask it for what. The secret is given once; what is kept is its hash."""

import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from pydantic import SecretStr

from chargebacks.errors import BadInput
from chargebacks.scopes import Scope
from operations.decide import named
from store import ApiToken, Store

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PREFIX = "cbk_"
"""By which scanners for leaked secrets, and people, know what it is."""
_RANDOM_BYTES = 32


async def create_token(
    store: Store,
    *,
    name: str,
    scopes: Collection[Scope],
    by: str,
    at: datetime,
    valid_for: timedelta | None = None,
) -> tuple[ApiToken, SecretStr]:
    """The token and its secret, which cannot be had again. BadInput for a name that is taken or cannot be one, and
    for no scope at all."""
    if not _NAME.fullmatch(name):
        raise BadInput(
            f"{name!r} cannot be a token's name: up to 64 letters, digits, dots, dashes and underscores, the first one "
            "a letter or a digit.",
            reason="bad_name",
        )
    if not scopes:
        raise BadInput(f"Say what the token is for: {', '.join(Scope)}.", reason="no_scope")
    token = ApiToken(
        name=name,
        scopes=tuple(scope.value for scope in Scope if scope in scopes),
        created_by=named(by),
        created_at=at,
        expires_at=at + valid_for if valid_for is not None else None,
    )
    secret = SecretStr(_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES))
    await store.tokens.add(token, secret)
    return token, secret
