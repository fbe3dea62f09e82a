"""Secrets at rest: sealed with Fernet (https://cryptography.io/en/latest/fernet/) under keys from SECRETS_KEY."""

import asyncio
import json
from collections.abc import Mapping
from typing import TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from chargebacks.errors import NeedsOperator
from chargebacks.values import Value

V = TypeVar("V", bound=Value)

ERASED = b""
"""Stands where something sealed was erased: nothing that was sealed is empty."""

_MAKE_A_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


class Sealer:
    """Seals with the first key, opens with any: a new key goes in front, the old one stays until all is resealed.

    What is sealed names its owner, so that a sealed secret copied to another row does not open there.
    """

    def __init__(self, secrets_key: SecretStr | None) -> None:
        self._keys = _parse_keys(secrets_key)

    def seal(self, owner: str, secrets: Mapping[str, SecretStr]) -> str:
        """NeedsOperator when there is no key: a secret is never stored in the clear."""
        plain = {"owner": owner, "secrets": {name: each.get_secret_value() for name, each in secrets.items()}}
        return self._ready_keys().encrypt(json.dumps(plain).encode()).decode()

    def unseal(self, owner: str, sealed: str) -> dict[str, SecretStr]:
        """NeedsOperator when there is no key, or none of the keys fits."""
        try:
            plain = json.loads(self._ready_keys().decrypt(sealed.encode()))
        except InvalidToken:
            raise _does_not_open(owner) from None
        if plain["owner"] != owner:
            raise _belongs_elsewhere(owner, plain["owner"])
        return {name: SecretStr(value) for name, value in plain["secrets"].items()}

    def seal_content(self, owner: str, content: bytes) -> bytes:
        """Like `seal`, for bytes as they are."""
        return self._ready_keys().encrypt(owner.encode() + b"\0" + content)

    def unseal_content(self, owner: str, sealed: bytes) -> bytes:
        """NeedsOperator when there is no key, or none of the keys fits."""
        try:
            found, _, content = self._ready_keys().decrypt(sealed).partition(b"\0")
        except InvalidToken:
            raise NeedsOperator(
                f"SECRETS_KEY does not open {owner}: set the key it was sealed with "
                "(several keys are separated by commas)",
                reason="secrets_key",
            ) from None
        if found != owner.encode():
            raise NeedsOperator(
                f"what is stored as {owner} is {found.decode(errors='replace')}: restore it from a backup",
                reason="secrets_owner",
            )
        return content

    async def seal_value(self, owner: str, value: Value) -> bytes:
        """Like `seal_content`, for a value. Off the event loop: a mailbox or a usage log takes its time."""
        return await asyncio.to_thread(lambda: self.seal_content(owner, value.model_dump_json().encode()))

    async def unseal_value(self, owner: str, sealed: bytes, kind: type[V]) -> V:
        """Like `unseal_content`, for a value of that kind."""
        return await asyncio.to_thread(lambda: kind.model_validate_json(self.unseal_content(owner, sealed)))

    def _ready_keys(self) -> MultiFernet:
        if self._keys is None:
            raise NeedsOperator(
                f"secrets are only stored sealed: make a key with `{_MAKE_A_KEY}`, keep it safe, "
                "and set it as SECRETS_KEY",
                reason="secrets_key",
            )
        return self._keys


def _does_not_open(owner: str) -> NeedsOperator:
    return NeedsOperator(
        f"SECRETS_KEY does not open the secrets of {owner}: set the key they were sealed with "
        "(several keys are separated by commas), or connect it again",
        reason="secrets_key",
    )


def _belongs_elsewhere(owner: str, found: str) -> NeedsOperator:
    return NeedsOperator(
        f"the secrets stored for {owner} belong to {found}: connect it again", reason="secrets_owner"
    )


def _parse_keys(secrets_key: SecretStr | None) -> MultiFernet | None:
    keys = [key.strip() for key in secrets_key.get_secret_value().split(",")] if secrets_key else []
    keys = [key for key in keys if key]
    if not keys:
        return None
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise NeedsOperator(
            f"SECRETS_KEY holds something that is not a Fernet key: make one with `{_MAKE_A_KEY}`",
            reason="secrets_key",
        ) from None
