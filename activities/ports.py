"""What the activities need of the outside, as Protocols. `worker.py` wires the real parts.

Every method raises a `chargebacks.errors.CaseError` for failures of the outside; anything else is a bug.
`account` and `source` are the names under which they are configured here.
"""

from datetime import datetime
from typing import Protocol

from chargebacks.accounts import AccountFacts
from chargebacks.alerts import Alert
from chargebacks.charges import ChargeSnapshot, DisputeSnapshot, RefundSnapshot, SubscriptionSnapshot
from chargebacks.contracts import AlertRequest, CaseFile
from chargebacks.matching import Candidates
from chargebacks.money import Money
from chargebacks.outcomes import Acknowledgement, Outcome, OutcomeReport
from chargebacks.policy import Policy
from chargebacks.refunds import EntryState, LedgerEntry, RefundReason


class AccountStore(Protocol):
    async def account_facts(self, account: str) -> AccountFacts:
        """NeedsOperator when the account is not connected."""
        ...

    async def policy(self, version: str) -> Policy:
        """The stored policy of that hash. NeedsOperator when it is gone."""
        ...


class CaseStore(Protocol):
    async def open_case(self, request: AlertRequest, *, opened_at: datetime) -> None:
        """Insert the case row if it is not there yet."""
        ...

    async def save_case(self, case: CaseFile) -> None:
        """Project the case file: overwrite the row's facts, add timeline entries not yet stored."""
        ...


class ChargeIndex(Protocol):
    async def candidates(self, account: str, alert: Alert, *, date_tolerance_days: int) -> Candidates:
        """Charges that share an identifier with the alert, with how common its values are. Index reads only. They come
        without their metadata."""
        ...

    async def with_metadata(self, account: str, charge: ChargeSnapshot) -> ChargeSnapshot:
        """The same with the metadata as it was last read."""
        ...

    async def upsert(self, account: str, charges: tuple[ChargeSnapshot, ...]) -> None:
        """Insert or refresh; an older reading never overwrites a newer one; a known subscription is kept."""
        ...


class RefundLedger(Protocol):
    async def reserve(
        self,
        *,
        account: str,
        charge_id: str,
        case_id: str,
        provider_alert_id: str,
        amount: Money,
        now: datetime,
    ) -> LedgerEntry:
        """Hold the charge for this case in one immediate transaction, or return the case's open entry again.

        An entry of this case in RESERVED, PENDING or SUCCEEDED is returned as it is (same sequence).
        TryLater(reason="charge_held") while another case holds the charge (RESERVED or PENDING).
        """
        ...

    async def entries(self, *, account: str, charge_id: str) -> tuple[LedgerEntry, ...]: ...

    async def settle(
        self,
        entry: LedgerEntry,
        *,
        state: EntryState,
        refund_id: str | None = None,
        amount: Money | None = None,
    ) -> LedgerEntry:
        """Move an entry on. Never from SUCCEEDED back to RESERVED; SUCCEEDED to FAILED is allowed (late failure)."""
        ...

    async def next_key(self, entry: LedgerEntry) -> LedgerEntry:
        """Raise key_revision by one from the given entry's (no-op when already raised)."""
        ...

    async def book_external(
        self,
        *,
        account: str,
        charge_id: str,
        case_id: str,
        provider_alert_id: str,
        amount: Money,
        now: datetime,
    ) -> LedgerEntry:
        """Book what the network refunded by itself; once per case."""
        ...

    async def release_external(self, *, account: str, case_id: str) -> tuple[LedgerEntry, ...]:
        """Let go of what was booked for that case: the network has taken its refund back. Returns what was let go."""
        ...


class OutcomeReports(Protocol):
    async def begin(self, *, case_id: str, source: str, outcome: Outcome, now: datetime) -> OutcomeReport:
        """Reserve the case's one final outcome before it is sent, and say how far its report has come.

        The first reservation wins: a repeat returns what was reserved then, whatever is asked now.
        """
        ...

    async def attempt(self, case_id: str, *, now: datetime) -> None:
        """Count an attempt, before it is made."""
        ...

    async def finish(self, case_id: str, *, acknowledgement: Acknowledgement, now: datetime) -> None: ...


class StripeGateway(Protocol):
    async def search_charges(self, account: str, alert: Alert, *, date_tolerance_days: int) -> Candidates:
        """A named id first, else Stripe Search by the alert's identifiers, else a list by time. Bounded."""
        ...

    async def read_charge(self, account: str, charge_id: str) -> ChargeSnapshot:
        """One read with every refund and the customer's live subscriptions. Refused("resource_missing")."""
        ...

    async def list_disputes(self, account: str, charge: ChargeSnapshot) -> tuple[DisputeSnapshot, ...]:
        """Every dispute of the payment intent (or of the charge when it has none)."""
        ...

    async def create_refund(
        self,
        account: str,
        charge: ChargeSnapshot,
        *,
        amount: Money,
        reason: RefundReason,
        entry: LedgerEntry,
    ) -> RefundSnapshot:
        """POST with the entry's idempotency key and metadata {case_id, ledger_key}; reverses Connect transfers."""
        ...

    async def read_refund(self, account: str, refund_id: str) -> RefundSnapshot: ...

    async def cancel_payment_intent(self, account: str, payment_intent: str, *, case_id: str) -> None:
        """Void an uncaptured payment; already cancelled is success."""
        ...

    async def subscription_of(self, account: str, charge: ChargeSnapshot) -> SubscriptionSnapshot | None:
        """payment intent → invoice_payments → invoice → subscription; None when no subscription was paid."""
        ...

    async def list_subscriptions(self, account: str, customer: str) -> tuple[SubscriptionSnapshot, ...]:
        """The customer's subscriptions that can still be cancelled."""
        ...

    async def cancel_subscription(
        self, account: str, subscription: SubscriptionSnapshot, *, at_period_end: bool, case_id: str
    ) -> None:
        """Releases a schedule first; already cancelled is success."""
        ...


class AlertNetworks(Protocol):
    async def report(self, source: str, alert: Alert, outcome: Outcome) -> Acknowledgement:
        """Send the final outcome in the source's own words. TryLater when it may be sent again; Refused when the
        source refuses it for good; NeedsOperator for credentials."""
        ...
