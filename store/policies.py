"""Policies by their hash. A case keeps the version it opened with, so none is ever changed or removed."""

from sqlalchemy import Connection, select
from sqlmodel import col

from chargebacks.errors import NeedsOperator
from chargebacks.policy import Policy
from store.database import Database
from store.statements import insert_new
from store.tables import PolicyRow


class Policies:
    """Reads policies as they were understood when they were stored, so that a newer parser changes no case."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Policy] = {}

    async def policy(self, version: str) -> Policy:
        """The stored policy of that hash. NeedsOperator when it is gone."""
        if version not in self._known:
            self._known[version] = await self._read(version)
        return self._known[version]

    async def _read(self, version: str) -> Policy:
        stored = select(col(PolicyRow.document)).where(col(PolicyRow.version) == version)
        document = await self._database.read(
            lambda connection: connection.execute(stored).scalar_one_or_none()
        )
        if document is None:
            raise NeedsOperator(
                f"policy {version} is not in the database: activate the account's policy file again",
                reason="unknown_policy",
            )
        return Policy.model_validate_json(document)


def keep_policy(connection: Connection, policy: Policy, *, toml: str) -> None:
    """Store the policy under its hash, if it is not there yet."""
    row = {"version": policy.version, "toml": toml, "document": policy.model_dump_json()}
    connection.execute(insert_new(connection, PolicyRow), row)
