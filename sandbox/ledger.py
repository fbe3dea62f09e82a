"""Every movement of money in the order it happened, for tests to count."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Movement(StrEnum):
    """What moved the money."""

    CHARGE = "charge"
    CAPTURE = "capture"
    REFUND_CREATED = "refund_created"
    REFUND_SUCCEEDED = "refund_succeeded"
    REFUND_FAILED = "refund_failed"
    DISPUTE_WITHDRAWN = "dispute_withdrawn"
    DISPUTE_REINSTATED = "dispute_reinstated"
    DISPUTE_FEE = "dispute_fee"
    DISPUTE_FEE_RETURNED = "dispute_fee_returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One movement; `amount` in minor units of `currency`, always positive."""

    seq: int
    at: int
    kind: Movement
    account: str
    charge: str
    amount: int
    currency: str
    refund: str | None = None
    dispute: str | None = None
    request: str | None = None
    idempotency_key: str | None = None


class Ledger:
    """The movements and, per charge, what they add up to."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def record(
        self,
        kind: Movement,
        *,
        at: int,
        account: str,
        charge: str,
        amount: int,
        currency: str,
        refund: str | None = None,
        dispute: str | None = None,
        request: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        self._entries.append(
            Entry(
                seq=len(self._entries) + 1,
                at=at,
                kind=kind,
                account=account,
                charge=charge,
                amount=amount,
                currency=currency,
                refund=refund,
                dispute=dispute,
                request=request,
                idempotency_key=idempotency_key,
            )
        )

    def read(self, *, charge: str | None, account: str | None) -> list[dict[str, Any]]:
        return [
            asdict(entry)
            for entry in self._entries
            if charge in (None, entry.charge) and account in (None, entry.account)
        ]
