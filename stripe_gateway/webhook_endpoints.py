"""The webhook endpoint at Stripe that sends to us: found or made, kept listening to what we need, taken away.

https://docs.stripe.com/api/webhook_endpoints. An endpoint's API version is fixed for its life, and its signing secret
is told once, when it is made.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from urllib.parse import quote, urlsplit

import structlog
from pydantic import SecretStr

from chargebacks.errors import BadInput, CaseError, NeedsOperator, Refused
from chargebacks.permissions import GRANT_AT, Permission
from chargebacks.values import Value
from stripe_gateway.clients import AccountClient, Params
from stripe_gateway.webhook_events import API_VERSION, CONNECT_EVENTS, EVENTS
from stripe_gateway.wire import Wire

MAKE_AT = "https://dashboard.stripe.com/webhooks"

_PATH = "/v1/webhook_endpoints"
_EVERYTHING = "*"
_FOR = "chargebacks_events_of"
"""Metadata of endpoints that we made: Stripe does not tell whose events an endpoint gets."""

_log = structlog.get_logger(__name__)


class Change(StrEnum):
    """What became of the endpoint."""

    CREATED = "created"
    UPDATED = "updated"
    """It was there and did not listen to everything, or was switched off."""
    ALREADY = "already"


class Adopted(Value):
    """The endpoint that sends to us from now on."""

    id: str
    """`we_…`"""
    change: Change
    secret: SecretStr | None
    """`whsec_…` of a new endpoint. None for one that was there: its secret stands in the Dashboard, from where a
    person can copy it; or have the endpoint replaced."""
    api_version: str
    disabled: tuple[str, ...] = ()
    """Endpoints of the same URL that were switched off: of another API version, or in double."""
    deleted: tuple[str, ...] = ()
    """Endpoints of the same URL that were taken away because a replacement was asked for."""
    left: tuple[str, ...] = ()
    """Endpoints of the same URL that should have gone, and that Stripe did not let go: events arrive twice until a
    person sees to it."""


class _Endpoint(Wire):
    id: str
    url: str
    status: str
    enabled_events: tuple[str, ...]
    api_version: str | None = None
    metadata: Mapping[str, str] = {}
    secret: SecretStr | None = None

    @property
    def enabled(self) -> bool:
        return self.status == "enabled"


async def adopt(client: AccountClient, url: str, *, connect: bool, replace: bool) -> Adopted:
    """The endpoint at Stripe with this URL, made if there is none that can be used. `connect`: it gets the events of
    connected accounts, and `client` must act as their platform. `replace`: in any case a new one, whose secret is then
    known; the others with the URL are deleted.

    NeedsOperator when the key may not do it or Stripe refuses it: the message says how to do it by hand. BadInput for
    a URL that Stripe cannot send to.
    """
    _check(url, livemode=client.credentials.livemode)
    try:
        there = await _sending_to(client, url, connect=connect)
        usable = [one for one in there if one.api_version == API_VERSION and not replace]
        if usable:
            return await _keep(client, usable, there, connect=connect)
        made = await _make(client, url, connect=connect)
    except (NeedsOperator, Refused) as refusal:
        raise _by_hand(refusal, client, url, connect=connect) from None
    gone, left = await _end(client, there, delete=replace)
    return Adopted(
        id=made.id,
        change=Change.CREATED,
        secret=made.secret,
        api_version=API_VERSION,
        disabled=() if replace else gone,
        deleted=gone if replace else (),
        left=left,
    )


async def remove(client: AccountClient, id: str) -> None:
    """Take an endpoint away. One that is gone already is success."""
    try:
        await client.delete(_path(id))
    except Refused as refusal:
        if refusal.reason != "resource_missing":
            raise


async def _sending_to(client: AccountClient, url: str, *, connect: bool) -> list[_Endpoint]:
    """Newest first, the enabled ones before the others. What somebody else made is taken for what is asked for."""
    found = [_Endpoint.model_validate(one) async for one in client.items(_PATH, {})]
    fitting = [
        one for one in found if one.url == url and one.metadata.get(_FOR, _whose(connect)) == _whose(connect)
    ]
    return sorted(fitting, key=lambda one: not one.enabled)


async def _keep(
    client: AccountClient, usable: list[_Endpoint], there: list[_Endpoint], *, connect: bool
) -> Adopted:
    kept = usable[0]
    needed = _with_needed(kept.enabled_events, connect=connect)
    change = Change.ALREADY
    if needed != kept.enabled_events or not kept.enabled:
        await client.post(_path(kept.id), {"enabled_events": list(needed), "disabled": False})
        change = Change.UPDATED
    disabled, left = await _end(client, [one for one in there if one is not kept], delete=False)
    return Adopted(
        id=kept.id, change=change, secret=None, api_version=API_VERSION, disabled=disabled, left=left
    )


async def _make(client: AccountClient, url: str, *, connect: bool) -> _Endpoint:
    """Without an idempotency key of ours: Stripe would answer a second order of the same day with the first endpoint,
    which may have been deleted since."""
    body: Params = {
        "url": url,
        "enabled_events": list(_needed(connect=connect)),
        "api_version": API_VERSION,
        "connect": connect,
        "description": "Chargeback alerts and disputes",
        "metadata": {_FOR: _whose(connect)},
    }
    return _Endpoint.model_validate(await client.post(_PATH, body))


async def _end(
    client: AccountClient, endpoints: Iterable[_Endpoint], *, delete: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of those that have gone, and of those that have not. Nothing here fails the whole: the new endpoint's
    secret is told only once, and must reach the caller."""
    gone: list[str] = []
    left: list[str] = []
    for one in endpoints:
        if not (delete or one.enabled):
            continue
        try:
            await (remove(client, one.id) if delete else client.post(_path(one.id), {"disabled": True}))
            gone.append(one.id)
        except CaseError as failure:
            _log.warning("stripe_endpoint_left", endpoint=one.id, why=str(failure))
            left.append(one.id)
    return tuple(gone), tuple(left)


def _needed(*, connect: bool) -> tuple[str, ...]:
    return CONNECT_EVENTS if connect else EVENTS


def _with_needed(listening: tuple[str, ...], *, connect: bool) -> tuple[str, ...]:
    """What an endpoint listens to already and what it must; others may have added to it for purposes of theirs."""
    if _EVERYTHING in listening:
        return listening
    return tuple(dict.fromkeys((*listening, *_needed(connect=connect))))


def _whose(connect: bool) -> str:
    return "connected_accounts" if connect else "account"


def _path(id: str) -> str:
    return f"{_PATH}/{quote(id, safe='')}"


def _check(url: str, *, livemode: bool) -> None:
    """https://docs.stripe.com/webhooks#register-webhook: HTTPS, in test mode plain HTTP as well."""
    try:
        parts = urlsplit(url)
        fits = bool(parts.hostname) and parts.username is None and not parts.fragment
    except ValueError:
        fits = False
    if not fits or parts.scheme not in (("https",) if livemode else ("https", "http")):
        raise BadInput(
            "The webhook URL must be one that Stripe reaches, such as https://chargebacks.example.com/stripe/shop; "
            "https in live mode, and without user name or fragment.",
            reason="webhook_url",
        )


def _by_hand(refusal: CaseError, client: AccountClient, url: str, *, connect: bool) -> CaseError:
    """A key that is refused altogether is no better by hand; for all else the steps in the Dashboard."""
    if refusal.reason in ("key_refused", "account_invalid"):
        return refusal
    what = str(refusal)
    if refusal.reason == "permission_missing":
        needed = Permission.WEBHOOK_ENDPOINTS_WRITE.in_words
        what = f"The key of account {client.credentials.account} may not set up webhook endpoints. Grant it "
        what += f"{needed} at {GRANT_AT} and try again."
    whose = "connected accounts" if connect else "your account"
    return NeedsOperator(
        f"{what} Or make the endpoint yourself at {MAKE_AT} and give its signing secret (whsec_…) here: events of "
        f"{whose}, API version {API_VERSION}, URL {url}, events {', '.join(_needed(connect=connect))}",
        reason=refusal.reason,
    )
