"""What Temporal keeps of a case, encrypted before it leaves our processes: AES-256-GCM under keys from PAYLOAD_KEYS.

An encrypted payload has the encoding `binary/encrypted`, the key's id in `encryption-key-id`, and as data a random
nonce of 12 bytes followed by the ciphertext of the whole payload, its own encoding included. That is the form of
Temporal's own samples (https://github.com/temporalio/samples-python/tree/main/encryption), so that a merchant's
evidence worker can read it in any language. Nothing is bound to it as associated data: all of the payload is inside,
and the workflow it belongs to is not known to Temporal's UI when it asks for a decoding.
"""

import base64
import dataclasses
import os
import re
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf import json_format
from google.protobuf.message import DecodeError
from pydantic import SecretStr
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)

from chargebacks.errors import BadInput, NeedsOperator
from runtime.settings import Settings

ENCODING = b"binary/encrypted"
KEY_ID = "encryption-key-id"
CLEAR = "clear"
"""In front of the keys: nothing is encrypted, and what was is read."""

_KEY_BYTES, _NONCE_BYTES = 32, 12
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MAKE_A_KEY = "openssl rand -base64 32"


def data_converter(settings: Settings) -> DataConverter:
    """How values become payloads: pydantic's JSON, encrypted once PAYLOAD_KEYS is set; messages and stack traces of
    failures, too. NeedsOperator for malformed keys."""
    codec = Encryption(settings.payload_keys)
    if not codec.has_keys:
        return pydantic_data_converter
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=codec,
        failure_converter_class=(
            DefaultFailureConverterWithEncodedAttributes
            if codec.encrypts
            else pydantic_data_converter.failure_converter_class
        ),
    )


class Encryption(PayloadCodec):
    """Encrypts with the first key, decrypts with any; what is not encrypted is read as it is, so that encryption can
    be switched on while cases are open. Without keys everything stays as it is."""

    def __init__(self, payload_keys: SecretStr | None) -> None:
        """NeedsOperator for malformed keys; the message never quotes one."""
        named = _parse(payload_keys)
        self._first = next(iter(named), CLEAR)
        self._keys = {name: AESGCM(key) for name, key in named.items() if key}

    @property
    def has_keys(self) -> bool:
        return bool(self._keys)

    @property
    def encrypts(self) -> bool:
        return self._first != CLEAR

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self.encrypted(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self.decrypted(payload) for payload in payloads]

    def encrypted(self, payload: Payload) -> Payload:
        """The payload under the first key."""
        if not self.encrypts:
            return payload
        nonce = os.urandom(_NONCE_BYTES)
        data = self._keys[self._first].encrypt(nonce, payload.SerializeToString(), None)
        return Payload(metadata={"encoding": ENCODING, KEY_ID: self._first.encode()}, data=nonce + data)

    def decrypted(self, payload: Payload) -> Payload:
        """The payload as it was before. NeedsOperator when its key is not there, or does not open it."""
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        name = payload.metadata.get(KEY_ID, b"").decode(errors="replace")[:64]
        key = self._keys.get(name)
        if key is None:
            raise NeedsOperator(
                f"A payload in Temporal is encrypted under the key {name!r}, which PAYLOAD_KEYS does not hold "
                f"({', '.join(self._keys) or 'it is not set'}): add it behind the others.",
                reason="payload_key_unknown",
            )
        try:
            plain = key.decrypt(payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:], None)
            return Payload.FromString(plain)
        except (InvalidTag, ValueError, DecodeError):
            raise NeedsOperator(
                f"The key {name} in PAYLOAD_KEYS does not open a payload in Temporal that names it: either the key is "
                "another one than it was, or the payload was changed.",
                reason="payload_not_opened",
            ) from None


def encode_json(codec: Encryption, body: bytes) -> bytes:
    """What Temporal's CLI and UI send to `/encode`: `{"payloads": [...]}` in protobuf's JSON, answered in the same
    form (https://github.com/temporalio/samples-go/tree/main/codec-server#codec-server-protocol). BadInput for another
    form."""
    return _each(body, codec.encrypted)


def decode_json(codec: Encryption, body: bytes) -> bytes:
    """The same for `/decode`. BadInput also for what cannot be decrypted."""
    try:
        return _each(body, codec.decrypted)
    except NeedsOperator as error:
        raise BadInput(str(error), reason=error.reason) from None


def _each(body: bytes, convert: Callable[[Payload], Payload]) -> bytes:
    try:
        given = json_format.Parse(body, Payloads(), ignore_unknown_fields=True)
    except (json_format.ParseError, UnicodeDecodeError):
        raise BadInput(
            'Send Temporal\'s payloads as JSON: {"payloads": [{"metadata": {"encoding": "…"}, "data": "…"}]}, '
            "metadata and data in base64.",
            reason="bad_payloads",
        ) from None
    answer = Payloads(payloads=[convert(payload) for payload in given.payloads])
    return json_format.MessageToJson(answer, indent=None).encode()


def _parse(payload_keys: SecretStr | None) -> dict[str, bytes]:
    """Name to key in the order given; CLEAR has no bytes."""
    if payload_keys is None:
        return {}
    named: dict[str, bytes] = {}
    for number, entry in enumerate(payload_keys.get_secret_value().split(","), start=1):
        entry = entry.strip()
        name, colon, written = entry.partition(":")
        if entry == CLEAR and number == 1:
            named[CLEAR] = b""
            continue
        if not colon or not _NAME.fullmatch(name) or name == CLEAR:
            raise _malformed(number, "does not begin with a name and a colon")
        if name in named:
            raise _malformed(number, f"is a second one with the name {name}")
        named[name] = _key(written.strip(), number)
    if list(named) == [CLEAR]:
        raise _malformed(1, f"is `{CLEAR}`, and no key follows: leave PAYLOAD_KEYS unset, or add one")
    return named


def _key(written: str, number: int) -> bytes:
    try:
        key = base64.b64decode(written.replace("-", "+").replace("_", "/"), validate=True)
    except ValueError:
        raise _malformed(number, "is not base64") from None
    if len(key) != _KEY_BYTES:
        raise _malformed(number, f"has {len(key)} bytes instead of {_KEY_BYTES}")
    return key


def _malformed(number: int, what: str) -> NeedsOperator:
    return NeedsOperator(
        f"PAYLOAD_KEYS must be name:key,name:key, the key that encrypts first. Entry {number} {what}. Make a key with "
        f"`{_MAKE_A_KEY}`.",
        reason="payload_keys",
    )
