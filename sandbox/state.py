"""All that the sandbox knows: accounts with their objects, and the services that every account shares."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sandbox.balances import Balances
from sandbox.clock import Clock
from sandbox.dispute_records import DisputeRecord
from sandbox.faults import Faults
from sandbox.idempotency import IdempotencyStore
from sandbox.keys import Keys
from sandbox.ledger import Ledger
from sandbox.multipart import Upload
from sandbox.request_log import RequestLog
from sandbox.tables import Collection, Object
from sandbox.test_cards import TestCard
from sandbox.webhooks import Webhooks

API_VERSION = "2026-10-28.endive"
DEFAULT_ACCOUNT = "acct_1Sandbox"
DEFAULT_KEY = "sk_test_sandbox"


class Ids:
    """Deterministic ids: Stripe's prefix, a salt from the seed, a counter per prefix."""

    def __init__(self, seed: int) -> None:
        self._counters: Counter[str] = Counter()
        self.reseed(seed)

    def reseed(self, seed: int) -> None:
        self._salt = hashlib.sha256(str(seed).encode()).hexdigest()[:8].upper()
        self._counters.clear()

    def next(self, prefix: str) -> str:
        self._counters[prefix] += 1
        return f"{prefix}_1{self._salt}{self._counters[prefix]:012d}"


@dataclass(kw_only=True)
class Settings:
    """Sandbox behaviour that Stripe leaves to banks; durations in seconds of sandbox time."""

    refund_settles_after: int = 60
    refund_fails_after: int = 120
    reference_after: int = 3 * 86_400
    prevention_enrolled: bool = True
    verdict_after: int = 5
    lose_at_deadline: bool = True
    inquiries_escalate: bool = False
    inquiry_closes_after: int = 120 * 86_400
    smart_disputes_before: int = 0
    strict_ce3: bool = True
    prefill_evidence: bool = False
    dispute_received_fee: int = 1500
    dispute_countered_fee: int = 1500


@dataclass(kw_only=True)
class Account:
    """One Stripe account: its tables, balance and the platform whose keys may act for it.

    `contents` holds what was uploaded by the files' ids.
    """

    id: str
    country: str
    default_currency: str
    name: str
    created: int
    platform: str | None
    tables: dict[str, Collection]
    balances: Balances = field(default_factory=Balances)
    card_of_method: dict[str, TestCard] = field(default_factory=dict)
    smart_disputes: bool = False
    contents: dict[str, Upload] = field(default_factory=dict)
    dispute_records: defaultdict[str, DisputeRecord] = field(
        default_factory=lambda: defaultdict(DisputeRecord)
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """The API request that causes a change; None where the control plane or time itself does."""

    request: str | None = None
    idempotency_key: str | None = None


EventListener = Callable[["Account", Object], None]


class Sandbox:
    """The whole state of one process. `reset` forgets all of it, but keeps ids counting and listeners."""

    def __init__(self, *, seed: int, indexes: dict[str, tuple[str, ...]]) -> None:
        """`indexes` names every table and the fields it is indexed by."""
        self.ids = Ids(seed)
        self._indexes = indexes
        self._listeners: list[EventListener] = []
        self.reset(seed=None)

    def reset(self, *, seed: int | None) -> None:
        if seed is not None:
            self.ids.reseed(seed)
        self.clock = Clock()
        self.settings = Settings()
        self.ledger = Ledger()
        self.faults = Faults()
        self.requests = RequestLog()
        self.idempotency = IdempotencyStore()
        self.keys = Keys()
        self.webhooks = Webhooks()
        self.accounts: dict[str, Account] = {}
        self.origin = Origin()
        self.open_account(id=DEFAULT_ACCOUNT)
        self.keys.register(DEFAULT_KEY, account=DEFAULT_ACCOUNT, scopes=None, expired=False)

    def open_account(
        self,
        *,
        id: str | None = None,
        country: str = "US",
        default_currency: str = "usd",
        name: str = "Sandbox Shop",
        platform: str | None = None,
        smart_disputes: bool = False,
    ) -> Account:
        account = Account(
            id=id or self.ids.next("acct"),
            country=country,
            default_currency=default_currency,
            name=name,
            created=self.clock.now(),
            platform=platform,
            tables={table: Collection(fields) for table, fields in self._indexes.items()},
            smart_disputes=smart_disputes,
        )
        self.accounts[account.id] = account
        return account

    def on_event(self, listener: EventListener) -> None:
        """Call `listener(account, event)` for every event from now on, after it was appended."""
        self._listeners.append(listener)

    def emit(
        self, account: Account, type: str, obj: Object, *, previous: dict[str, Any] | None = None
    ) -> None:
        """Append an event about `obj` as it is now; `previous` holds the old values of changed fields.

        Every change of state goes through here, in the order in which Stripe documents its events.
        """
        id, created = self.ids.next("evt"), self.clock.now()
        recipe = partial(_event, id, created, type, json.dumps(obj), previous, self.origin)
        if self._listeners:
            event = recipe()
            account.tables["events"].add(event)
            for listener in self._listeners:
                listener(account, event)
        else:
            account.tables["events"].add_recipes([(id, created, {"type": type}, recipe)])


def _event(
    id: str, created: int, type: str, snapshot: str, previous: dict[str, Any] | None, origin: Origin
) -> Object:
    data: dict[str, Any] = {"object": json.loads(snapshot)}
    if previous is not None:
        data["previous_attributes"] = previous
    return {
        "id": id,
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": origin.request, "idempotency_key": origin.idempotency_key},
        "type": type,
    }
