"""Connected Stripe accounts: their key, their switches and the policy that is active."""

import json
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.engine import Row
from sqlmodel import col

from chargebacks.accounts import AccountFacts
from chargebacks.errors import BadInput, NeedsOperator
from chargebacks.policy import Policy, parse_policy
from runtime.connections import StripeCredentials
from store.database import Database
from store.policies import Policies, keep_policy
from store.sealing import Sealer
from store.statements import hold
from store.tables import AccountRow, PolicyActivationRow

PausedFeature = Literal["alerts", "disputes"]

_DEFAULT_POLICY = ""
"""A policy file that says nothing: the shipped default, which observes."""


class Accounts:
    """Implements `activities.ports.AccountStore`, and connects accounts."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer
        self._policies = Policies(database)
        self._numbers: dict[str, int] = {}

    async def connect_account(
        self,
        credentials: StripeCredentials,
        *,
        alert_management: bool = True,
        dispute_representment: bool = False,
    ) -> None:
        """Store an account with the default policy; give a known one its new key and keep its policy and switches.

        BadInput when the name already stands for another mode or another Stripe account: the charges, ledger and
        cases of the two would mix.
        """
        changeable = {
            "order_metadata_keys": json.dumps(credentials.order_metadata_keys),
            "sealed": self._sealer.seal(_owner(credentials.account), {"api_key": credentials.api_key}),
        }
        switches = {"alert_management": alert_management, "dispute_representment": dispute_representment}
        await self._database.write_durably(
            lambda connection: _connect(connection, credentials, changeable, switches)
        )

    async def account_facts(self, account: str) -> AccountFacts:
        """NeedsOperator when the account is not connected."""
        return _facts(await self._row(account))

    async def list_accounts(self) -> tuple[AccountFacts, ...]:
        """Every connected account, by name."""
        every = select(AccountRow).order_by(col(AccountRow.name))
        return await self._database.read(
            lambda connection: tuple(_facts(row) for row in connection.execute(every))
        )

    async def stripe_credentials(self, account: str) -> StripeCredentials:
        """The account's key, unsealed. NeedsOperator when it is not connected or SECRETS_KEY does not fit."""
        row = await self._row(account)
        if not row.sealed:
            raise NeedsOperator(
                f"The account {account} was removed: connect it again, then resume the case.",
                reason="account_removed",
            )
        return StripeCredentials(
            account=row.name,
            api_key=self._sealer.unseal(_owner(row.name), row.sealed)["api_key"],
            stripe_account=row.stripe_account,
            livemode=row.livemode,
            order_metadata_keys=tuple(json.loads(row.order_metadata_keys)),
        )

    async def set_alert_management(self, account: str, switched_on: bool) -> None:
        """The account's switch: off, its alerts are recorded and nothing is done about them."""
        await self._database.write_durably(
            lambda connection: _change(connection, account, {"alert_management": switched_on})
        )

    async def set_dispute_representment(self, account: str, switched_on: bool) -> None:
        """The account's switch: off, its disputes are followed and nothing is filed, accepted or refunded."""
        await self._database.write_durably(
            lambda connection: _change(connection, account, {"dispute_representment": switched_on})
        )

    async def set_enabled(self, account: str, enabled: bool) -> None:
        """The account's main switch: off, messages are still taken in and cases kept, and nothing is done."""
        await self._database.write_durably(
            lambda connection: _change(connection, account, {"enabled": enabled})
        )

    async def pause(self, account: str, feature: PausedFeature, why: str | None) -> None:
        """Let a feature rest for a reason that a person must mend; None: it goes on."""
        await self._database.write_durably(
            lambda connection: _change(connection, account, {f"{feature}_paused": why})
        )

    async def note_probes(self, account: str, probes: str, *, at: datetime) -> None:
        """Keep what the key was found to be allowed (JSON of the caller's)."""
        found = {"probes": probes, "probed_at": at}
        await self._database.write_durably(lambda connection: _change(connection, account, found))

    async def probes(self, account: str) -> tuple[str, datetime | None]:
        """What `note_probes` kept last, and when; `[]` and None when nothing was probed."""
        row = await self._row(account)
        return row.probes, row.probed_at

    async def remove(self, account: str) -> None:
        """Erase the key and switch the account off; its cases, ledger and charges stay.

        Connecting the same Stripe account under the name again brings it back.
        """
        gone = {"sealed": "", "enabled": False, "probes": "[]", "probed_at": None}
        await self._database.write_durably(lambda connection: _change(connection, account, gone))

    async def is_connected(self, account: str) -> bool:
        """False once it was removed. NeedsOperator when it never was connected."""
        return bool((await self._row(account)).sealed)

    async def name_of(self, stripe_account: str) -> str | None:
        """The name under which this connected account of a platform (`acct_…`) is known here."""
        wanted = select(col(AccountRow.name)).where(col(AccountRow.stripe_account) == stripe_account)
        return await self._database.read(
            lambda connection: connection.execute(wanted.order_by(col(AccountRow.name))).scalars().first()
        )

    async def activate_policy(self, account: str, policy_toml: str, *, by: str, at: datetime) -> str:
        """Make the file the policy of cases that open from now on; returns its version.

        BadInput for a wrong file, NeedsOperator when the account is not connected.
        """
        policy = parse_policy(policy_toml)

        def activate(connection: Connection) -> None:
            keep_policy(connection, policy, toml=policy_toml)
            _change(connection, account, {"policy_version": policy.version})
            _note_activation(connection, account, policy, by=by, at=at)

        await self._database.write_durably(activate)
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
        return await self._database.read(lambda connection: _known(connection, account))


def require_account(connection: Connection, account: str, *, named_by: str) -> None:
    """BadInput unless the account is connected. `named_by` begins the sentence, such as `source ethoca`."""
    if _find(connection, account) is None:
        raise BadInput(
            f'{named_by} names the account "{account}", which is not connected '
            f"(connected: {_connected(connection)})",
            reason="unknown_account",
        )


def known_facts(connection: Connection, account: str) -> AccountFacts:
    """What everybody may know of the account. NeedsOperator when it is unknown."""
    return _facts(_known(connection, account))


def _owner(account: str) -> str:
    return f"account {account}"


def _facts(row: Row[Any]) -> AccountFacts:
    return AccountFacts.model_validate(dict(row._mapping))


def _connect(
    connection: Connection,
    credentials: StripeCredentials,
    changeable: dict[str, Any],
    switches: dict[str, bool],
) -> None:
    lasting = {"livemode": credentials.livemode, "stripe_account": credentials.stripe_account}
    hold(connection, f"connect:{credentials.account}")
    known = _find(connection, credentials.account)
    if known is None:
        policy = parse_policy(_DEFAULT_POLICY)
        keep_policy(connection, policy, toml=_DEFAULT_POLICY)
        values = {
            "name": credentials.account,
            "policy_version": policy.version,
            **switches,
            **lasting,
            **changeable,
        }
        connection.execute(insert(AccountRow.__table__), values)
        _note_activation(connection, credentials.account, policy, by="default", at=datetime.now(UTC))
    elif any(getattr(known, name) != value for name, value in lasting.items()):
        raise BadInput(
            f"{credentials.account} already stands for another Stripe account or mode: "
            "connect this one under another name",
            reason="account_differs",
        )
    elif known.sealed:
        _change(connection, credentials.account, changeable)
    else:
        _change(connection, credentials.account, changeable | {"enabled": True})  # it had been removed


def _find(connection: Connection, account: str) -> Row[Any] | None:
    return connection.execute(_BY_NAME, {"name": account}).one_or_none()


_BY_NAME = select(AccountRow).where(col(AccountRow.name) == bindparam("name"))


def _known(connection: Connection, account: str) -> Row[Any]:
    row = _find(connection, account)
    if row is None:
        raise NeedsOperator(
            f'no account "{account}" is connected (connected: {_connected(connection)})',
            reason="unknown_account",
        )
    return row


def _connected(connection: Connection) -> str:
    names = connection.execute(select(col(AccountRow.name)).order_by(col(AccountRow.name))).scalars()
    return ", ".join(names) or "none"


def _change(connection: Connection, account: str, values: dict[str, Any]) -> None:
    number = _known(connection, account).id
    connection.execute(update(AccountRow).where(col(AccountRow.id) == number).values(values))


def _note_activation(connection: Connection, account: str, policy: Policy, *, by: str, at: datetime) -> None:
    noted = {"account": account, "version": policy.version, "activated_by": by, "activated_at": at}
    connection.execute(insert(PolicyActivationRow.__table__), noted)
