"""Connecting what the system works with: Stripe accounts, alert and evidence sources, switches and policies."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import SecretStr

from chargebacks.errors import BadInput
from chargebacks.evidence_items import Supplier
from networks.registry import ADAPTERS, check_settings
from runtime.connections import EvidenceSourceSettings, SourceSettings, StripeCredentials
from store import Store
from stripe_gateway.gateway import ConnectedAccount, Gateway

_DEFAULT_ORDER_KEYS = ("order_id", "order_number")


async def connect_stripe(
    store: Store,
    stripe: Gateway,
    *,
    name: str,
    api_key: SecretStr,
    stripe_account: str | None = None,
    order_metadata_keys: tuple[str, ...] = _DEFAULT_ORDER_KEYS,
    alert_management: bool | None = None,
    dispute_representment: bool | None = None,
) -> ConnectedAccount:
    """Prove the key by a call to Stripe, then keep it, sealed, under the name. A known name gets the new key, and
    keeps its switches unless they are given; a new one begins with alert management on and representment off.

    `stripe_account` is `acct_…` for charges made on a connected account. NeedsOperator when Stripe refuses the key,
    BadInput when the key is of another kind or the name stands for another account.
    """
    check_name(name)
    tried = StripeCredentials(
        account=name,
        api_key=api_key,
        stripe_account=stripe_account,
        livemode=False,
        order_metadata_keys=order_metadata_keys,
    )
    found = await stripe.account_of(tried)
    proven = tried.model_copy(update={"livemode": found.livemode})
    await store.accounts.connect_account(
        proven,
        alert_management=alert_management is not False,
        dispute_representment=dispute_representment is True,
    )
    if alert_management is not None:
        await store.accounts.set_alert_management(name, alert_management)
    if dispute_representment is not None:
        await store.accounts.set_dispute_representment(name, dispute_representment)
    return found


async def connect_source(
    store: Store,
    *,
    name: str,
    kind: str,
    account: str,
    secrets: Mapping[str, SecretStr],
    options: Mapping[str, str],
    base_url: str | None = None,
) -> SourceSettings:
    """Keep an alert source, its secrets sealed; a known name is replaced. `base_url` is the real service's unless
    given. BadInput when secrets or options do not fit the kind, or the account is not connected."""
    check_name(name)
    adapter = ADAPTERS.get(kind)
    source = SourceSettings(
        name=name,
        kind=kind,
        account=account,
        base_url=base_url or (adapter.default_base_url if adapter is not None else ""),
        secrets=dict(secrets),
        options=dict(options),
    )
    check_settings(source)
    await store.sources.connect_source(source)
    return source


async def connect_evidence_source(
    store: Store,
    *,
    name: str,
    account: str,
    kind: Literal[Supplier.ACTIVITY, Supplier.ENDPOINT],
    task_queue: str | None = None,
    url: str | None = None,
    secret: SecretStr | None = None,
    timeout_seconds: int = 30,
) -> EvidenceSourceSettings:
    """Keep an evidence source of the merchant's, its secret sealed; a known name is replaced. BadInput when it cannot
    be reached as it is described, or the account is not connected."""
    check_name(name)
    source = EvidenceSourceSettings(
        name=name,
        account=account,
        kind=kind,
        task_queue=task_queue,
        url=url,
        secret=secret,
        timeout_seconds=timeout_seconds,
    )
    await store.evidence_sources.connect(source)
    return source


async def switch_alert_management(store: Store, account: str, *, on: bool) -> None:
    """Off: alerts of the account are recorded, and no money moves for them. NeedsOperator for an unknown account."""
    await store.accounts.set_alert_management(account, on)


async def switch_dispute_representment(store: Store, account: str, *, on: bool) -> None:
    """Off: disputes of the account are followed, and nothing is filed, accepted or refunded. NeedsOperator for an
    unknown account."""
    await store.accounts.set_dispute_representment(account, on)


async def activate_policy(store: Store, account: str, toml: str, *, by: str, at: datetime) -> str:
    """The policy of cases that open from now on; open cases keep theirs. Returns its version. BadInput for a wrong
    file, NeedsOperator for an unknown account."""
    if not by.strip():
        raise BadInput("Say who activates the policy: the name is kept.", reason="no_name")
    return await store.accounts.activate_policy(account, toml, by=by.strip(), at=at)


def check_name(name: str) -> str:
    """Names become a part of case ids, search attributes, addresses and command lines. BadInput for one that cannot."""
    if not name or len(name) > 60 or not all(letter.isalnum() or letter in "-_." for letter in name):
        raise BadInput(
            "A name has 1 to 60 letters, digits, dashes, dots or underscores.",
            reason="bad_name",
        )
    return name
