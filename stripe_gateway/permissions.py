"""Trying out what a key may do, without doing anything.

Stripe judges a key's permission before it looks for the object (https://docs.stripe.com/keys/restricted-api-keys), so
a call about an object that cannot exist tells one from the other: 403 the permission is missing, 404 it is there.

Nothing can come of any of these calls:

- Stripe makes the ids of charges, disputes, subscriptions, payments and webhook endpoints itself, of a prefix and
  letters and digits. `NOBODY` has an underscore in it: no such object exists or ever will, in any account.
- Where the same permission covers a call that would change nothing even if there were such an object, it is that
  one: an update without parameters, and of a dispute `submit=false` (Stripe's default would submit).
- A refund can only be tried as a refund, since sources differ on which permission it takes: the charge is what is
  missing. An upload names no object: it comes without a file and for a purpose that does not exist, and a file is
  never made of that.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from uuid import uuid4

from chargebacks.errors import CaseError, NeedsOperator, Refused
from chargebacks.permissions import GRANT_AT, Permission, Probe, Standing
from stripe_gateway.clients import AccountClient, Json

AT_ONCE = 4
"""Calls in flight: far below every limit of Stripe's (https://docs.stripe.com/rate-limits)."""

NOBODY = "permission_probe"

Ask = Callable[[AccountClient], Awaitable[Json]]

_ABOUT_THE_REQUEST = frozenset({"resource_missing", "http_400", "file_refused"})

_UNRESTRICTED = f"the key is an unrestricted secret key; a restricted one is safer: {GRANT_AT}"


async def probe(client: AccountClient, platform: AccountClient) -> tuple[Probe, ...]:
    """One for each permission, in the table's order. NeedsOperator("key_refused" | "account_invalid") when the key
    is good for nothing, so that there is nothing to tell about permissions.

    `platform` acts as the key's own account: there the webhook endpoint is made, whichever account `client` acts as.
    """
    if client.credentials.api_key.get_secret_value().startswith("sk_"):
        return tuple(Probe(permission=one, state=Standing.HAS, note=_UNRESTRICTED) for one in Permission)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(permission: Permission) -> Probe:
        async with gate:
            asked = platform if permission is Permission.WEBHOOK_ENDPOINTS_WRITE else client
            return await _probe(asked, permission)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(permission)) for permission in Permission]
    except* NeedsOperator as failed:
        refusal = failed.exceptions[0]
    else:
        return tuple(task.result() for task in tasks)
    raise refusal


async def _probe(client: AccountClient, permission: Permission) -> Probe:
    try:
        await _ASK[permission](client)
    except NeedsOperator as missing:
        if missing.reason != "permission_missing":
            raise
        return Probe(permission=permission, state=Standing.LACKS, note=_called(missing))
    except Refused as refusal:
        if _was_looked_at(refusal):
            return Probe(permission=permission, state=Standing.HAS)
        return Probe(permission=permission, state=Standing.UNKNOWN, note=str(refusal))
    except CaseError as unsettled:
        return Probe(permission=permission, state=Standing.UNKNOWN, note=str(unsettled))
    return Probe(permission=permission, state=Standing.HAS)


def _called(missing: NeedsOperator) -> str:
    names = re.findall(r"\brak_[a-z_]+", str(missing))
    if not names:
        return "Stripe names no permission; the key may be tied to other IP addresses"
    return f"Stripe calls it {' or '.join(names)}"


def _was_looked_at(refusal: Refused) -> bool:
    """Refused for what was asked about, which is judged after the permission."""
    return refusal.reason in _ABOUT_THE_REQUEST or refusal.reason.startswith("parameter_")


def _get(path: str) -> Ask:
    return lambda client: client.get(path)


def _post(path: str, params: Mapping[str, object] | None = None) -> Ask:
    """Without an idempotency key of ours: Stripe would replay yesterday's answer to it."""
    return lambda client: client.post(path, params)


def _upload_nothing(client: AccountClient) -> Awaitable[Json]:
    return client.upload("/v1/files", {"purpose": NOBODY}, idempotency_key=f"probe:{uuid4()}")


_ASK: Mapping[Permission, Ask] = {
    Permission.CHARGES_READ: _get(f"/v1/charges/ch_{NOBODY}"),
    Permission.CHARGES_WRITE: _post("/v1/refunds", {"charge": f"ch_{NOBODY}"}),
    Permission.PAYMENT_INTENTS_READ: _get(f"/v1/payment_intents/pi_{NOBODY}"),
    Permission.PAYMENT_INTENTS_WRITE: _post(f"/v1/payment_intents/pi_{NOBODY}"),
    Permission.SUBSCRIPTIONS_READ: _get(f"/v1/subscriptions/sub_{NOBODY}"),
    Permission.SUBSCRIPTIONS_WRITE: _post(f"/v1/subscriptions/sub_{NOBODY}"),
    Permission.DISPUTES_READ: _get(f"/v1/disputes/du_{NOBODY}"),
    Permission.DISPUTES_WRITE: _post(f"/v1/disputes/du_{NOBODY}", {"submit": False}),
    Permission.FILES_WRITE: _upload_nothing,
    Permission.CUSTOMERS_READ: _get(f"/v1/customers/cus_{NOBODY}"),
    Permission.INVOICES_READ: _get(f"/v1/invoices/in_{NOBODY}"),
    Permission.CREDIT_NOTES_READ: _get(f"/v1/credit_notes/cn_{NOBODY}"),
    Permission.PAYMENT_METHODS_READ: _get(f"/v1/payment_methods/pm_{NOBODY}"),
    Permission.EVENTS_READ: _get(f"/v1/events/evt_{NOBODY}"),
    Permission.EARLY_FRAUD_WARNINGS_READ: _get(f"/v1/radar/early_fraud_warnings/issfr_{NOBODY}"),
    Permission.REVIEWS_READ: _get(f"/v1/reviews/prv_{NOBODY}"),
    Permission.BALANCE_TRANSACTIONS_READ: _get(f"/v1/balance_transactions/txn_{NOBODY}"),
    Permission.ACCOUNT_READ: _get("/v1/account"),
    Permission.WEBHOOK_ENDPOINTS_WRITE: _post(f"/v1/webhook_endpoints/we_{NOBODY}"),
}
