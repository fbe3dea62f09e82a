"""API keys: who is calling, for which account, and what a restricted key may do.

https://docs.stripe.com/keys, https://docs.stripe.com/keys/restricted-api-keys
"""

import base64
import binascii
from dataclasses import dataclass

from sandbox.errors import ApiError

BAD_HEADER = (
    "You did not provide an API key. You need to provide your API key in the Authorization header, using "
    "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A registered key; `scopes` None means unrestricted."""

    secret: str
    account: str
    scopes: frozenset[str] | None
    expired: bool

    def allows(self, permission: str) -> bool:
        """Whether a scope such as `charge_read` is granted; write includes read."""
        if self.scopes is None or permission in self.scopes:
            return True
        return permission.removesuffix("_read") + "_write" in self.scopes

    @property
    def masked(self) -> str:
        return self.secret[:8] + "*" * 8 + self.secret[-4:]


class Keys:
    """The keys this sandbox accepts."""

    def __init__(self) -> None:
        self._keys: dict[str, Key] = {}

    def register(self, secret: str, *, account: str, scopes: list[str] | None, expired: bool) -> Key:
        granted = None if scopes is None else frozenset(scope.removeprefix("rak_") for scope in scopes)
        self._keys[secret] = Key(secret=secret, account=account, scopes=granted, expired=expired)
        return self._keys[secret]

    def forget(self, secret: str) -> bool:
        return self._keys.pop(secret, None) is not None

    def authenticate(self, authorization: str | None) -> Key:
        """The key of a Basic or Bearer header; 401 in Stripe's words otherwise."""
        secret = secret_of(authorization)
        if secret is None:
            raise ApiError(401, BAD_HEADER, stored=False)
        key = self._keys.get(secret)
        if key is None:
            raise ApiError(401, f"Invalid API Key provided: {_mask(secret)}", stored=False)
        if key.expired:
            message = f"Expired API Key provided: {key.masked}"
            raise ApiError(401, message, code="api_key_expired", stored=False)
        return key


LABELS = {
    "accounts_kyc_basic": "Basic Business Contact Information",
    "charge": "Charges and Refunds",
    "payment_intent": "PaymentIntents",
    "payment_method": "PaymentMethods",
    "plan": "Prices",
    "refund": "Charges and Refunds",
    "webhook": "Webhook Endpoints, Event Destinations",
}
"""Rows of the Dashboard's list whose names are not those of their permissions; the others are plurals."""


def lacking(permission: str) -> str:
    """The end of Stripe's sentence: what to grant, as the Dashboard and as the API call it."""
    resource, _, level = permission.rpartition("_")
    label = LABELS.get(resource, resource.replace("_", " ").capitalize() + "s")
    return (
        f"Enabling \"{label} {level.capitalize()}\" ('{permission}') permissions on this key would allow this request "
        "to continue."
    )


def require(key: Key, permissions: tuple[str, ...], *, account: str) -> None:
    """403 naming the first of `permissions` unless the key holds one of them."""
    if any(key.allows(permission) for permission in permissions):
        return
    raise ApiError(
        403,
        f"Permission denied. The provided key '{key.masked}' does not have the required permissions for this "
        f"endpoint on account '{account}'. {lacking(permissions[0])}",
        code="more_permissions_required",
        stored=False,
    )


def _mask(secret: str) -> str:
    return (
        secret[:8] + "*" * max(4, len(secret) - 12) + secret[-4:] if len(secret) > 12 else "*" * len(secret)
    )


def secret_of(authorization: str | None) -> str | None:
    """The key of a Basic or Bearer header, if there is one."""
    scheme, _, value = (authorization or "").strip().partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0] or None
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None
