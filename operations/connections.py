"""What a connected account may do and is told: permissions, pauses, its webhook endpoint, its source of warnings."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr, TypeAdapter

from chargebacks.accounts import AccountFacts
from chargebacks.errors import BadInput, NeedsOperator
from chargebacks.notices import Notice, about_account, about_source
from chargebacks.permissions import GRANT_AT, Feature, FeatureVerdict, Probe, Verdict, verdict
from chargebacks.values import Value
from operations.connect import check_name, connect_source
from runtime.connections import StripeCredentials
from store import Store
from stripe_gateway.gateway import Gateway
from stripe_gateway.webhook_endpoints import Adopted

OVERLAP = timedelta(hours=24)
"""How long what is signed with the secret before is still taken; Stripe's own longest for a rolled secret
(https://docs.stripe.com/webhooks#roll-endpoint-secrets)."""

PERMISSION_MISSING = "permission_missing"
_WARNINGS = "stripe_efw"
_PROBES = TypeAdapter(tuple[Probe, ...])


class Permissions(Value):
    """What a key may do, and what follows for what is switched on."""

    probes: tuple[Probe, ...]
    verdicts: tuple[FeatureVerdict, ...]
    """Of the features that are switched on."""


async def check_permissions(store: Store, stripe: Gateway, account: str, *, at: datetime) -> Permissions:
    """Try out every permission, without doing anything. A feature that lacks what it needs rests from now on, with a
    notice that says what is missing; one that has it all goes on.

    NeedsOperator when the account is not connected or its key is refused.
    """
    credentials = await store.accounts.stripe_credentials(account)
    facts = await store.accounts.account_facts(account)
    probes = await stripe.probe_permissions(credentials)
    await store.accounts.note_probes(account, _PROBES.dump_json(probes).decode(), at=at)
    verdicts = verdict(probes, _switched_on(facts))
    await _rest_or_go_on(store, account, verdicts, at=at)
    return Permissions(probes=probes, verdicts=verdicts)


async def known_permissions(store: Store, account: str) -> tuple[tuple[Probe, ...], datetime | None]:
    """What was found at the last check, and when that was."""
    probes, at = await store.accounts.probes(account)
    return _PROBES.validate_python(json.loads(probes)), at


def _switched_on(facts: AccountFacts) -> tuple[Feature, ...]:
    on = {Feature.ALERTS: facts.alert_management, Feature.DISPUTES: facts.dispute_representment}
    return tuple(feature for feature, is_on in on.items() if is_on)


async def _rest_or_go_on(
    store: Store, account: str, verdicts: Sequence[FeatureVerdict], *, at: datetime
) -> None:
    found = {one.feature: one for one in verdicts}
    lacking = [one for one in verdicts if one.verdict is Verdict.CANNOT]
    await store.accounts.pause(account, "alerts", _why(found.get(Feature.ALERTS)))
    await store.accounts.pause(account, "disputes", _why(found.get(Feature.DISPUTES)))
    if not lacking:
        await store.notices.clear(about_account(account), PERMISSION_MISSING, at=at)
        return
    text = " ".join(f"{one.feature.value.capitalize()} rest: {_why(one)}." for one in lacking)
    text += f" Grant it at {GRANT_AT}, then run `starter.py connect check --account {account}`."
    notice = Notice(subject=about_account(account), kind=PERMISSION_MISSING, text=text, raised_at=at)
    await store.notices.raise_notice(notice)


def _why(found: FeatureVerdict | None) -> str | None:
    if found is None or found.verdict is not Verdict.CANNOT:
        return None
    return f"the key lacks {', '.join(one.in_words for one in found.missing)}"


class PermissionWatch:
    """Implements `activities.pausing.PermissionWatch`: a 403 during work has the key looked at again."""

    def __init__(self, store: Store, stripe: Gateway) -> None:
        self._store = store
        self._stripe = stripe

    async def refused(self, account: str) -> None:
        await check_permissions(self._store, self._stripe, account, at=datetime.now(UTC))


async def rotate_key(store: Store, stripe: Gateway, *, account: str, api_key: SecretStr) -> bool:
    """Give the account a new key of the same Stripe account; the old one stays valid at Stripe until it is revoked
    there. False when the old one is refused already, so that the accounts could not be compared.

    BadInput when the new key reaches another account, NeedsOperator when Stripe refuses it.
    """
    old = await store.accounts.stripe_credentials(account)
    new = old.model_copy(update={"api_key": api_key})
    found = await stripe.account_of(new)
    same = await _account_id(stripe, old)
    if found.livemode != old.livemode or same not in (None, found.id):
        mode = "live" if found.livemode else "test"
        raise BadInput(
            f"The new key reaches {found.id} in {mode} mode, which is not the account that {account} stands for: "
            "connect it under another name.",
            reason="account_differs",
        )
    await store.accounts.connect_account(new)
    return same is not None


async def _account_id(stripe: Gateway, credentials: StripeCredentials) -> str | None:
    try:
        return (await stripe.account_of(credentials)).id
    except NeedsOperator:
        return None


async def ensure_warnings_source(store: Store, account: str, *, base_url: str) -> str | None:
    """Early fraud warnings come with the account's own events: they need no secret of their own. The name of the
    source that was made; None where the account has one."""
    if await store.sources.names_of(account, kind=_WARNINGS):
        return None
    name = f"warnings-{account}"
    await connect_source(
        store, name=name, kind=_WARNINGS, account=account, secrets={}, options={}, base_url=base_url
    )
    return name


async def ensure_webhook(
    store: Store, stripe: Gateway, account: str, *, public_url: str, at: datetime
) -> Adopted:
    """See to it that Stripe sends the account's events here, and that their signing secret is known here: an endpoint
    whose secret is not is replaced. For a connected account of a platform, the platform's Connect endpoint.

    NeedsOperator when the key may not do it: the message says how to do it by hand.
    """
    credentials = await store.accounts.stripe_credentials(account)
    url = webhook_url(public_url, account)
    known = any(one.url == url for one in await store.webhooks.of(account))
    connect = credentials.stripe_account is not None
    adopted = await stripe.adopt_webhook_endpoint(credentials, url, connect=connect, replace=not known)
    if adopted.secret is not None:
        await _add_secret(
            store, account, url=url, secret=adopted.secret, endpoint_id=adopted.id, at=at, overlap=OVERLAP
        )
    return adopted


async def add_webhook_secret(
    store: Store,
    account: str,
    secret: SecretStr,
    *,
    public_url: str | None,
    at: datetime,
    overlap: timedelta = OVERLAP,
) -> None:
    """Take events that are signed with this secret (`whsec_…`), and for a while those signed with the ones before.
    BadInput for what is no signing secret."""
    if not secret.get_secret_value().startswith("whsec_"):
        raise BadInput(
            "A signing secret begins with whsec_: copy it from the endpoint's page in the Dashboard.",
            reason="bad_secret",
        )
    url = webhook_url(public_url, account) if public_url else ""
    await _add_secret(store, account, url=url, secret=secret, endpoint_id=None, at=at, overlap=overlap)


async def _add_secret(
    store: Store,
    account: str,
    *,
    url: str,
    secret: SecretStr,
    endpoint_id: str | None,
    at: datetime,
    overlap: timedelta,
) -> None:
    await store.webhooks.add(account, url=url, secret=secret, endpoint_id=endpoint_id, at=at)
    newest = (await store.webhooks.of(account))[0]
    await store.webhooks.expire(account, keep=newest.id, at=at + overlap)


def webhook_url(public_url: str, account: str) -> str:
    """Where Stripe sends the account's events."""
    return f"{public_url.rstrip('/')}/stripe/{check_name(account)}"


def alerts_url(public_url: str, source: str) -> str:
    """Where an alert network or reseller sends its messages."""
    return f"{public_url.rstrip('/')}/alerts/{check_name(source)}"


async def set_enabled(store: Store, account: str, *, enabled: bool) -> None:
    """The main switch: off, everything is still taken in and kept, and nothing is done. NeedsOperator for an unknown
    account."""
    await store.accounts.set_enabled(account, enabled)


async def remove_account(store: Store, stripe: Gateway, account: str, *, at: datetime) -> tuple[str, ...]:
    """Take away the webhook endpoints that we made at Stripe, then erase every secret of the account and its sources;
    cases, ledger and charges stay. Returns what could not be taken away at Stripe."""
    left = await _endpoints_left(store, stripe, account)
    for source in await store.sources.list_sources():
        if source.account == account:
            await remove_source(store, source.name, at=at)
    await store.webhooks.forget(account)
    await store.accounts.remove(account)
    for kind in (PERMISSION_MISSING, "no_events", "backfill_stopped"):
        await store.notices.clear(about_account(account), kind, at=at)
    return left


async def _endpoints_left(store: Store, stripe: Gateway, account: str) -> tuple[str, ...]:
    credentials = await store.accounts.stripe_credentials(account)
    left: list[str] = []
    made = {one.endpoint_id for one in await store.webhooks.of(account) if one.endpoint_id is not None}
    for endpoint in sorted(made):
        try:
            await stripe.remove_webhook_endpoint(
                credentials, endpoint, connect=credentials.stripe_account is not None
            )
        except NeedsOperator:
            left.append(endpoint)
    return tuple(left)


async def remove_source(store: Store, name: str, *, at: datetime) -> None:
    """Erase an alert source's secrets: nothing of it is taken any more, its cases stay."""
    await store.sources.remove(name)
    for kind in ("pull_failed", "no_events"):
        await store.notices.clear(about_source(name), kind, at=at)
