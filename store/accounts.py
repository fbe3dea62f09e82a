"""Connected Stripe accounts: their key, their switches and the policy that is active."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from chargebacks.accounts import AccountFacts
from chargebacks.errors import BadInput, NeedsOperator
from chargebacks.policy import Policy
from runtime.connections import StripeCredentials
from store.database import Database
from store.policies import Policies, keep_policy, parse_policy
from store.sealing import Sealer
from store.tables import AccountRow, PolicyActivationRow

_DEFAULT_POLICY = ""
"""A policy file that says nothing: the shipped default, which observes."""


class Accounts:
    """Implements `activities.ports.AccountStore`, and connects accounts."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer
        self._policies = Policies(database)
        self._numbers: dict[str, int] = {}

    async def connect_account(self, credentials: StripeCredentials, *, alert_management: bool = True) -> None:
        """Store an account with the default policy; give a known one its new key and keep its policy.

        BadInput when the name already stands for another mode or another Stripe account: the charges, ledger and
        cases of the two would mix.
        """
        changeable = {
            "alert_management": alert_management,
            "order_metadata_keys": json.dumps(credentials.order_metadata_keys),
            "sealed": self._sealer.seal(_owner(credentials.account), {"api_key": credentials.api_key}),
        }
        lasting = {"livemode": credentials.livemode, "stripe_account": credentials.stripe_account}
        async with self._database.write_durably() as connection:
            await self._database.hold(connection, "accounts")
            known = await _find(connection, credentials.account)
            if known is None:
                await _insert(connection, {"name": credentials.account, **lasting, **changeable})
            elif any(getattr(known, name) != value for name, value in lasting.items()):
                raise BadInput(
                    f"{credentials.account} already stands for another Stripe account or mode: "
                    "connect this one under another name",
                    reason="account_differs",
                )
            else:
                changed = update(AccountRow).where(col(AccountRow.id) == known.id).values(changeable)
                await connection.execute(changed)

    async def account_facts(self, account: str) -> AccountFacts:
        """NeedsOperator when the account is not connected."""
        return _facts(await self._row(account))

    async def list_accounts(self) -> tuple[AccountFacts, ...]:
        """Every connected account, by name."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(AccountRow).order_by(col(AccountRow.name)))
            return tuple(_facts(row) for row in rows)

    async def stripe_credentials(self, account: str) -> StripeCredentials:
        """The account's key, unsealed. NeedsOperator when it is not connected or SECRETS_KEY does not fit."""
        row = await self._row(account)
        return StripeCredentials(
            account=row.name,
            api_key=self._sealer.unseal(_owner(row.name), row.sealed)["api_key"],
            stripe_account=row.stripe_account,
            livemode=row.livemode,
            order_metadata_keys=tuple(json.loads(row.order_metadata_keys)),
        )

    async def set_alert_management(self, account: str, switched_on: bool) -> None:
        """The account's switch: off, its alerts are recorded and nothing is done about them."""
        switched = update(AccountRow).where(col(AccountRow.name) == account)
        async with self._database.write_durably() as connection:
            if (await connection.execute(switched.values(alert_management=switched_on))).rowcount == 0:
                raise await _unknown(connection, account)

    async def activate_policy(self, account: str, policy_toml: str, *, by: str, at: datetime) -> str:
        """Make the file the policy of cases that open from now on; returns its version. BadInput for a wrong file."""
        policy = parse_policy(policy_toml)
        async with self._database.write_durably() as connection:
            await keep_policy(connection, policy, toml=policy_toml)
            if await _find(connection, account) is None:
                raise await _unknown(connection, account)
            await _activate(connection, account, policy, by=by, at=at)
        return policy.version

    async def policy(self, version: str) -> Policy:
        """The stored policy of that hash. NeedsOperator when it is gone."""
        return await self._policies.policy(version)

    async def number_of(self, account: str) -> int:
        """The account's number in this database, which never changes."""
        if account not in self._numbers:
            self._numbers[account] = (await self._row(account)).id
        return self._numbers[account]

    async def _row(self, account: str) -> Row[Any]:
        async with self._database.read() as connection:
            row = await _find(connection, account)
            if row is None:
                raise await _unknown(connection, account)
            return row


def _owner(account: str) -> str:
    return f"account {account}"


def _facts(row: Row[Any]) -> AccountFacts:
    return AccountFacts.model_validate(dict(row._mapping))


async def _find(connection: AsyncConnection, account: str) -> Row[Any] | None:
    of_name = select(AccountRow).where(col(AccountRow.name) == account)
    return (await connection.execute(of_name)).one_or_none()


async def _unknown(connection: AsyncConnection, account: str) -> NeedsOperator:
    names = (await connection.execute(select(col(AccountRow.name)).order_by(col(AccountRow.name)))).scalars()
    return NeedsOperator(
        f'no account "{account}" is connected (connected: {", ".join(names) or "none"})',
        reason="unknown_account",
    )


async def _insert(connection: AsyncConnection, values: dict[str, Any]) -> None:
    policy = parse_policy(_DEFAULT_POLICY)
    await keep_policy(connection, policy, toml=_DEFAULT_POLICY)
    await connection.execute(insert(AccountRow).values({**values, "policy_version": policy.version}))
    await _activate(connection, values["name"], policy, by="default", at=datetime.now(UTC))


async def _activate(
    connection: AsyncConnection, account: str, policy: Policy, *, by: str, at: datetime
) -> None:
    await connection.execute(
        update(AccountRow).where(col(AccountRow.name) == account).values(policy_version=policy.version)
    )
    await connection.execute(
        insert(PolicyActivationRow).values(
            account=account, version=policy.version, activated_by=by, activated_at=at
        )
    )
