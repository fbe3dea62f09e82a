"""Reads and writes the payloads of an installation that encrypts what Temporal keeps (docs/encryption.md).

PAYLOAD_KEYS is the installation's setting: name:key,name:key, the first encrypts. A copy for a worker of your own, such
as examples/evidence_worker.py; it needs Temporal's SDK and `cryptography`. In other languages, the codec of Temporal's
encryption samples does the same.
"""

import base64
import os
from collections.abc import Sequence
from dataclasses import replace

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)


class Codec(PayloadCodec):
    """AES-256-GCM: 12 bytes of nonce, then the ciphertext of the whole payload."""

    def __init__(self, payload_keys: str) -> None:
        named = [entry.strip().partition(":") for entry in payload_keys.split(",")]
        self.keys = {name: AESGCM(base64.b64decode(key)) for name, _, key in named if key}
        self.first = named[0][0]

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        if self.first not in self.keys:  # `clear` stands in front: nothing is encrypted yet
            return list(payloads)
        return [self.encrypted(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [
            self.decrypted(payload) if payload.metadata.get("encoding") == b"binary/encrypted" else payload
            for payload in payloads
        ]

    def encrypted(self, payload: Payload) -> Payload:
        nonce = os.urandom(12)
        data = nonce + self.keys[self.first].encrypt(nonce, payload.SerializeToString(), None)
        metadata = {"encoding": b"binary/encrypted", "encryption-key-id": self.first.encode()}
        return Payload(metadata=metadata, data=data)

    def decrypted(self, payload: Payload) -> Payload:
        key = self.keys[payload.metadata["encryption-key-id"].decode()]
        return Payload.FromString(key.decrypt(payload.data[:12], payload.data[12:], None))


def converter() -> DataConverter:
    """As the environment says."""
    payload_keys = os.environ.get("PAYLOAD_KEYS")
    if payload_keys is None:
        return DataConverter.default
    return replace(
        DataConverter.default,
        payload_codec=Codec(payload_keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
