"""The charge index: every charge known here, found by whatever an alert may say about it."""

import asyncio
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, or_, select, update
from sqlmodel import col

from chargebacks import identifiers
from chargebacks.alerts import Alert
from chargebacks.charges import ChargeSnapshot
from chargebacks.matching import Candidates
from store.accounts import Accounts
from store.candidates import Question, find_charges, question_of, snapshot_of
from store.commonness import count_common
from store.database import Database
from store.keys import network_key, order_key
from store.sealing import Sealer
from store.statements import Insert, insert_into, insert_new
from store.tables import ChargeOrderRow, ChargeRow

_BATCH = 1_000


class Charges:
    """Implements `activities.ports.ChargeIndex`."""

    def __init__(self, database: Database, accounts: Accounts, sealer: Sealer) -> None:
        self._database = database
        self._accounts = accounts
        self._sealer = sealer

    async def candidates(self, account: str, alert: Alert, *, date_tolerance_days: int) -> Candidates:
        """Charges that share an identifier with the alert, with how common its values are. See `find_charges`. They
        come without their metadata, which tells nothing of which charge is meant: see `with_metadata`."""
        account_id = await self._accounts.number_of(account)
        question = question_of(account_id, alert, date_tolerance_days=date_tolerance_days)
        return await self._database.read(lambda connection: _candidates(connection, question))

    async def known(self, account: str, charge_ids: Collection[str]) -> tuple[ChargeSnapshot, ...]:
        """Those of the charges that are indexed, without their metadata."""
        account_id = await self._accounts.number_of(account)
        wanted = select(ChargeRow).where(
            col(ChargeRow.account_id) == account_id, col(ChargeRow.charge_id).in_(charge_ids)
        )
        rows = await self._database.read(lambda connection: connection.execute(wanted).all())
        return tuple(snapshot_of(row) for row in rows)

    async def with_metadata(self, account: str, charge: ChargeSnapshot) -> ChargeSnapshot:
        """The same with the metadata as it was last read. NeedsOperator where SECRETS_KEY does not open it."""
        account_id = await self._accounts.number_of(account)
        of_charge = select(col(ChargeRow.sealed)).where(
            col(ChargeRow.account_id) == account_id, col(ChargeRow.charge_id) == charge.id
        )
        sealed = await self._database.read(
            lambda connection: connection.execute(of_charge).scalar_one_or_none()
        )
        if sealed is None:
            return charge
        metadata = json.loads(self._sealer.unseal_content(_owner(charge.id), sealed))
        return charge.model_copy(update={"metadata": metadata})

    async def upsert(self, account: str, charges: Sequence[ChargeSnapshot]) -> None:
        """Insert or refresh; an older reading never overwrites a newer one; a known subscription is kept.

        Of several readings of one charge in `charges` the newest counts. Each thousand is one transaction.
        NeedsOperator for metadata without a SECRETS_KEY.
        """
        account_id = await self._accounts.number_of(account)
        newest = {charge.id: charge for charge in sorted(charges, key=lambda charge: charge.as_of)}
        # In one order everywhere, or two writers could lock the same rows crosswise.
        ordered = sorted(newest.values(), key=lambda charge: charge.id)
        for start in range(0, len(ordered), _BATCH):
            batch = ordered[start : start + _BATCH]
            sealed = await asyncio.to_thread(self._sealed, batch)
            await self._database.write(partial(_upsert, account_id=account_id, charges=batch, sealed=sealed))

    async def link(self, account: str, subscriptions: Mapping[str, str]) -> int:
        """Note which subscription each payment intent was for; returns how many charges it made that known of.

        A charge that is known to be another subscription's becomes unknown: its payment was for several, and whoever
        needs to know asks Stripe.
        """
        account_id = await self._accounts.number_of(account)
        pairs = [{"intent": intent, "found": found} for intent, found in sorted(subscriptions.items())]
        if not pairs:
            return 0
        return await self._database.write(
            lambda connection: sum(_link(connection, account_id, pair) for pair in pairs)
        )

    async def count(self, account: str, *, since: datetime | None = None) -> int:
        """How many charges of the account are indexed: all, or those made since then."""
        account_id = await self._accounts.number_of(account)
        counted = select(func.count()).select_from(ChargeRow).where(col(ChargeRow.account_id) == account_id)
        if since is not None:
            counted = counted.where(col(ChargeRow.created) >= int(since.timestamp()))
        return await self._database.read(lambda connection: connection.execute(counted).scalar_one())

    def _sealed(self, charges: Sequence[ChargeSnapshot]) -> dict[str, bytes]:
        """The metadata by charge, where there is any."""
        return {
            charge.id: self._sealer.seal_content(_owner(charge.id), json.dumps(charge.metadata).encode())
            for charge in charges
            if charge.metadata
        }


def _owner(charge_id: str) -> str:
    return f"metadata of {charge_id}"


def _candidates(connection: Connection, question: Question) -> Candidates:
    charges, complete = find_charges(connection, question)
    return Candidates(charges=charges, commonness=count_common(connection, question), complete=complete)


def _link(connection: Connection, account_id: int, pair: dict[str, str]) -> int:
    new = connection.execute(_LINK, {"account": account_id, **pair}).rowcount
    connection.execute(_DOUBT, {"account": account_id, **pair})
    return new


_OF_PAYMENT = (
    col(ChargeRow.account_id) == bindparam("account"),
    col(ChargeRow.payment_intent) == bindparam("intent"),
)
_DOUBT = (
    update(ChargeRow)
    .where(*_OF_PAYMENT, col(ChargeRow.subscription) != bindparam("found"))
    .values(subscription=None, subscription_known=False)
)
_LINK = (
    update(ChargeRow)
    .where(*_OF_PAYMENT, col(ChargeRow.subscription_known).is_(False))
    .values(subscription=bindparam("found"), subscription_known=True)
)

_REFRESHED = (
    "payment_intent",
    "created",
    "amount_minor",
    "currency",
    "presentment_minor",
    "presentment_currency",
    "last4",
    "dynamic_last4",
    "auth_code",
    "network_transaction_id",
    "as_of",
    "document",
    "sealed",
)


def _upsert(
    connection: Connection,
    *,
    account_id: int,
    charges: Sequence[ChargeSnapshot],
    sealed: Mapping[str, bytes],
) -> None:
    rows = [_charge_row(account_id, charge) | {"sealed": sealed.get(charge.id)} for charge in charges]
    connection.execute(_insert_or_refresh(connection.dialect.name), rows)
    orders = list(_order_rows(account_id, charges))
    if orders:
        connection.execute(insert_new(connection, ChargeOrderRow), orders)


@lru_cache
def _insert_or_refresh(dialect: str) -> Insert:
    insert = insert_into(dialect, ChargeRow)
    read_now = insert.excluded
    changes: dict[str, ColumnElement[Any]] = {name: read_now[name] for name in _REFRESHED}
    knows = read_now["subscription_known"]
    changes["subscription"] = case((knows, read_now["subscription"]), else_=col(ChargeRow.subscription))
    changes["subscription_known"] = or_(knows, col(ChargeRow.subscription_known))
    return insert.on_conflict_do_update(
        index_elements=["account_id", "charge_id"],
        set_=changes,
        where=read_now["as_of"] >= col(ChargeRow.as_of),
    )


def _charge_row(account_id: int, charge: ChargeSnapshot) -> dict[str, Any]:
    """The row of a charge. The customer's live subscriptions are left out: they would be stale when read."""
    seen = charge.presentment
    return {
        "account_id": account_id,
        "charge_id": charge.id,
        "payment_intent": charge.payment_intent,
        "created": int(charge.created.timestamp()),
        "amount_minor": charge.amount.amount_minor,
        "currency": charge.amount.currency,
        "presentment_minor": seen.amount_minor if seen else None,
        "presentment_currency": seen.currency if seen else None,
        "last4": identifiers.last4(charge.last4),
        "dynamic_last4": identifiers.last4(charge.dynamic_last4),
        "auth_code": identifiers.auth_code(charge.auth_code),
        "network_transaction_id": network_key(charge.network_transaction_id),
        "subscription": charge.subscription,
        "subscription_known": charge.subscription_known,
        "as_of": charge.as_of,
        "document": charge.model_dump_json(exclude={"live_subscriptions", "metadata"}, exclude_defaults=True),
    }


def _order_rows(account_id: int, charges: Iterable[ChargeSnapshot]) -> Iterable[dict[str, Any]]:
    for charge in charges:
        for key in {order_key(order_id) for order_id in charge.order_ids} - {None}:
            yield {"account_id": account_id, "order_id": key, "charge_id": charge.id}
