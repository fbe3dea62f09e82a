"""Credentials of the four networks, obviously fake, and the key pair Ethoca outcomes are signed with."""

import base64
from dataclasses import asdict, dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass(frozen=True)
class EthocaKeys:
    """An RSA key pair in PEM."""

    public_key_pem: str
    private_key_pem: str

    @classmethod
    def generate(cls) -> "EthocaKeys":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return cls(public_key_pem=public.decode(), private_key_pem=private.decode())


@dataclass
class Chargebackhit:
    """One key pair for both directions."""

    public_key: str = "cbh_public_sandbox"
    secret_key: str = "cbh_secret_sandbox"


@dataclass
class Ethoca:
    """OAuth 1.0a for outcomes and pull; Basic auth, agreed at onboarding, for push."""

    public_key_pem: str
    private_key_pem: str | None
    consumer_key: str = "ethoca-consumer-key-sandbox"
    push_username: str = "ethoca-sandbox"
    push_password: str = "ethoca-password-sandbox"


@dataclass
class Reseller:
    """`api_token` authorises outcomes; `webhook_token` is the bearer the merchant gave to the reseller."""

    api_token: str = "reseller-token-sandbox"
    webhook_token: str = "merchant-token-sandbox"


@dataclass
class Chargeblast:
    """An API key for updates and a Svix secret for webhooks."""

    api_key: str = "chargeblast-key-sandbox"
    webhook_secret: str = "whsec_" + base64.b64encode(b"chargeblast-webhook-sandbox").decode()


@dataclass
class Credentials:
    """What each network accepts and signs with."""

    chargebackhit: Chargebackhit
    ethoca: Ethoca
    reseller: Reseller
    chargeblast: Chargeblast

    @classmethod
    def default(cls, keys: EthocaKeys) -> "Credentials":
        ethoca = Ethoca(public_key_pem=keys.public_key_pem, private_key_pem=keys.private_key_pem)
        return cls(Chargebackhit(), ethoca, Reseller(), Chargeblast())

    def listed(self) -> dict[str, dict[str, str | None]]:
        return asdict(self)

    def replace(self, network: str, changes: dict[str, str]) -> None:
        """Set the named credentials of one network; `ValueError` when a name is unknown or a value empty."""
        known = getattr(self, network)
        for name, value in changes.items():
            if name not in asdict(known) or not isinstance(value, str) or not value:
                raise ValueError(f"{network} has no credential {name!r}, or its value is not a text")
        if "public_key_pem" in changes:
            serialization.load_pem_public_key(changes["public_key_pem"].encode())
            changes = {"private_key_pem": "", **changes}
        for name, value in changes.items():
            setattr(known, name, value or None)
