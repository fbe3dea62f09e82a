"""How long the charge index takes to answer for one alert, and how that grows with the number of charges.

    python -m benchmarks.match_query [--sizes 10000,1000000,10000000] [--engine sqlite,postgresql] [--queries 500]

Charges of one account over one year, six of ten at one of five prices, one of five paid with a wallet. A query is what
`find_charge` asks before anything else: candidates and commonness, from the alert to the values, one after another.
The alerts carry different identifiers in turn (`_ALERTS`), some about charges that are not there. *Missed* counts
alerts that name a charge by something rare and were not offered it. A temporary directory holds the data: ten million
charges take about 10 GB, and minutes to load.
"""

import argparse
import asyncio
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from random import Random
from sqlite3 import sqlite_version
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.indexed_charges import ACCOUNT, NOW, SyntheticCharge, indexed_charges, synthetic_charge
from chargebacks.alerts import Alert, AlertKind, CardTransaction, NetworkProduct, TimePrecision
from chargebacks.money import Money
from store import Store

_WARM_UP = 50
_TOLERANCE_DAYS = 2


@dataclass(frozen=True)
class Timing:
    """Milliseconds per query, over `queries` queries."""

    engine: str
    charges: int
    queries: int
    load_seconds: float
    median_ms: float
    p99_ms: float
    worst_ms: float
    missed: int


def _usd(amount_minor: int) -> Money:
    return Money(amount_minor=amount_minor, currency="USD")


def _at(charge: SyntheticCharge) -> datetime:
    return datetime.fromtimestamp(charge.created, tz=UTC)


def _everything(charge: SyntheticCharge) -> dict[str, Any]:
    return {
        "network_transaction_id": charge.network_transaction_id,
        "auth_code": charge.auth_code,
        "last4": charge.last4,
        "amount": _usd(charge.amount_minor),
        "at": _at(charge),
    }


def _code_and_day(charge: SyntheticCharge) -> dict[str, Any]:
    day = _at(charge).replace(hour=0, minute=0, second=0)
    return {
        "auth_code": charge.auth_code,
        "at": day,
        "at_precision": TimePrecision.DATE,
        "last4": charge.last4,
    }


def _card_and_amount(charge: SyntheticCharge) -> dict[str, Any]:
    shown = charge.dynamic_last4 or charge.last4
    return {"last4": shown, "amount": _usd(charge.amount_minor), "at": _at(charge)}


def _amount_only(charge: SyntheticCharge) -> dict[str, Any]:
    return {"amount": _usd(charge.amount_minor), "at": _at(charge) + timedelta(hours=9)}


def _no_date(charge: SyntheticCharge) -> dict[str, Any]:
    return {"last4": charge.last4, "amount": _usd(charge.amount_minor)}


def _order(charge: SyntheticCharge) -> dict[str, Any]:
    return {"merchant_order_id": charge.order_id, "last4": charge.last4, "amount": _usd(charge.amount_minor)}


def _stripe_id(charge: SyntheticCharge) -> dict[str, Any]:
    return {"stripe_id": charge.charge_id}


def _not_there(charge: SyntheticCharge) -> dict[str, Any]:
    return _everything(charge) | {"network_transaction_id": "9" * 15, "auth_code": "ZZZZZZ", "last4": "0000"}


_ALERTS: tuple[tuple[Callable[[SyntheticCharge], dict[str, Any]], bool], ...] = (
    (_everything, True),
    (_code_and_day, True),
    (_card_and_amount, True),
    (_amount_only, False),
    (_no_date, False),
    (_order, True),
    (_stripe_id, True),
    (_not_there, False),
)
"""What the alert carries, and whether the charge must be among the candidates."""


def _alert(charge: SyntheticCharge, sold: dict[str, Any]) -> Alert:
    alerted_at = min(_at(charge) + timedelta(days=20), datetime.fromtimestamp(NOW, tz=UTC))
    return Alert(
        source="benchmark",
        provider="ethoca",
        provider_alert_id=charge.charge_id,
        product=NetworkProduct.ETHOCA,
        kind=AlertKind.REFUND_REQUEST,
        alerted_at=alerted_at,
        received_at=alerted_at,
        raw_sha256="0" * 64,
        transaction=CardTransaction(**sold),
    )


async def measure(engine: str, size: int, *, queries: int, seed: int) -> Timing:
    """Load, warm up, then time each query."""
    began = perf_counter()
    async with indexed_charges(engine, size) as store:
        load_seconds = perf_counter() - began
        await _ask(store, size, queries=_WARM_UP, random=Random(seed + 1))
        seconds, missed = await _ask(store, size, queries=queries, random=Random(seed))
    seconds.sort()
    return Timing(
        engine=engine,
        charges=size,
        queries=queries,
        load_seconds=load_seconds,
        median_ms=seconds[queries // 2] * 1000,
        p99_ms=seconds[queries * 99 // 100] * 1000,
        worst_ms=seconds[-1] * 1000,
        missed=missed,
    )


async def _ask(store: Store, size: int, *, queries: int, random: Random) -> tuple[list[float], int]:
    seconds, missed = [], 0
    for carries, must_offer in islice(cycle(_ALERTS), queries):
        charge = synthetic_charge(random.randrange(size), size=size)
        alert = _alert(charge, carries(charge))
        began = perf_counter()
        found = await store.charges.candidates(ACCOUNT, alert, date_tolerance_days=_TOLERANCE_DAYS)
        seconds.append(perf_counter() - began)
        if must_offer and charge.charge_id not in {each.id for each in found.charges}:
            missed += 1
    return seconds, missed


def _table(timings: list[Timing]) -> Table:
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    table = Table(title=f"Match query ({machine}, SQLite {sqlite_version})")
    for heading in ("engine", "charges", "load s", "median ms", "p99 ms", "worst ms", "growth", "missed"):
        table.add_column(heading, justify="left" if heading == "engine" else "right")
    for timing in timings:
        smallest = next(each for each in timings if each.engine == timing.engine)
        table.add_row(
            timing.engine,
            f"{timing.charges:,}",
            f"{timing.load_seconds:.0f}",
            f"{timing.median_ms:.2f}",
            f"{timing.p99_ms:.2f}",
            f"{timing.worst_ms:.2f}",
            f"x{timing.median_ms / smallest.median_ms:.2f}",
            str(timing.missed),
        )
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description="Median and p99 of a match query, by size and engine.")
    parser.add_argument("--sizes", default="10000,1000000,10000000", help="numbers of charges, by commas")
    parser.add_argument(
        "--engine", default="sqlite,postgresql", help="sqlite, postgresql or both, by a comma"
    )
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",")]
    timings = []
    for engine in arguments.engine.split(","):
        for size in sizes:
            timings.append(asyncio.run(measure(engine, size, queries=arguments.queries, seed=arguments.seed)))
    Console(width=120).print(_table(timings))
    return 1 if any(timing.missed for timing in timings) else 0


if __name__ == "__main__":
    raise SystemExit(main())
