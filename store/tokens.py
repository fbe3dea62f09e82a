"""Bearer tokens of the JSON API, and the answers to requests that carried a key of the client's."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from chargebacks.errors import BadInput
from chargebacks.values import Instant, Value
from store.database import Database
from store.ingest_tables import ApiRequestRow, ApiTokenRow
from store.statements import insert_new


class ApiToken(Value):
    """Who may ask for what. The token itself is not kept."""

    name: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: Instant
    expires_at: Instant | None = None
    revoked_at: Instant | None = None

    def is_valid(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class EarlierAnswer(Value):
    """What a request with this key of the client's was answered. `status` None: it is still being worked on."""

    request_sha256: str
    status: int | None
    answer: bytes | None
    at: Instant


class Tokens:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token: ApiToken, secret: SecretStr) -> None:
        """Keep the token's hash. BadInput when the name is taken: a name stays with one token for good."""
        row = token.model_dump() | {"scopes": json.dumps(token.scopes), "sha256": _hash(secret)}
        try:
            await self._database.write_durably(
                lambda connection: connection.execute(insert(ApiTokenRow.__table__), row)
            )
        except IntegrityError:
            raise BadInput(
                f"There is a token {token.name} already: choose another name.", reason="token_exists"
            ) from None

    async def find(self, secret: SecretStr) -> ApiToken | None:
        """The token with this secret, whether it is still valid or not."""
        wanted = select(ApiTokenRow).where(col(ApiTokenRow.sha256) == _hash(secret))
        row = await self._database.read(lambda connection: connection.execute(wanted).one_or_none())
        return _token(row) if row is not None else None

    async def list(self) -> tuple[ApiToken, ...]:
        """Every token by name."""
        wanted = select(ApiTokenRow).order_by(col(ApiTokenRow.name))
        rows = await self._database.read(lambda connection: connection.execute(wanted).all())
        return tuple(_token(row) for row in rows)

    async def revoke(self, name: str, *, at: datetime) -> None:
        """BadInput for an unknown name; one that is revoked stays as it is."""

        def revoke(connection: Connection) -> None:
            of_name = col(ApiTokenRow.name) == name
            if connection.execute(select(col(ApiTokenRow.name)).where(of_name)).one_or_none() is None:
                raise BadInput(f"There is no token {name}.", reason="unknown_token")
            connection.execute(
                update(ApiTokenRow)
                .where(of_name, col(ApiTokenRow.revoked_at).is_(None))
                .values(revoked_at=at)
            )

        await self._database.write_durably(revoke)


class ApiRequests:
    """Requests that carry a key of the client's are done once; (token, key) is their identity."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, token: str, client_key: str, *, request_sha256: str, at: datetime, patience: timedelta
    ) -> EarlierAnswer | None:
        """None: this is the first request with the key, go on. Else what became of the first.

        One that was begun longer than `patience` ago and never answered counts as never made.
        """
        row = {"token": token, "client_key": client_key, "request_sha256": request_sha256, "at": at}

        def begin(connection: Connection) -> EarlierAnswer | None:
            unfinished = delete(ApiRequestRow).where(
                _same(token, client_key),
                col(ApiRequestRow.status).is_(None),
                col(ApiRequestRow.at) < at - patience,
            )
            connection.execute(unfinished)
            if connection.execute(insert_new(connection, ApiRequestRow), row).rowcount == 1:
                return None
            found = connection.execute(select(ApiRequestRow).where(_same(token, client_key))).one()
            return EarlierAnswer.model_validate(dict(found._mapping))

        return await self._database.write_durably(begin)

    async def finish(self, token: str, client_key: str, *, status: int, answer: bytes) -> None:
        """Keep the answer for whoever asks again."""
        done = update(ApiRequestRow).where(_same(token, client_key)).values(status=status, answer=answer)
        await self._database.write(lambda connection: connection.execute(done))

    async def abandon(self, token: str, client_key: str) -> None:
        """The request was not carried out: the key is free again."""
        gone = delete(ApiRequestRow).where(_same(token, client_key), col(ApiRequestRow.status).is_(None))
        await self._database.write(lambda connection: connection.execute(gone))

    async def forget(self, *, before: datetime) -> int:
        """Erase answers from before that moment; returns how many."""
        old = delete(ApiRequestRow).where(col(ApiRequestRow.at) < before)
        return await self._database.write(lambda connection: connection.execute(old).rowcount)


def _same(token: str, client_key: str) -> Any:
    return (col(ApiRequestRow.token) == token) & (col(ApiRequestRow.client_key) == client_key)


def _hash(secret: SecretStr) -> str:
    """Tokens are long and random: a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.get_secret_value().encode()).hexdigest()


def _token(row: Row[Any]) -> ApiToken:
    return ApiToken.model_validate({**row._mapping, "scopes": json.loads(row.scopes)})
