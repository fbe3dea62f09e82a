"""Verification of OAuth 1.0a with RSA-SHA256 and a body hash, as Mastercard's gateway asks for it.

RFC 5849 (https://www.rfc-editor.org/rfc/rfc5849#section-3.4) for the base string; the body hash extension with
SHA-256; https://github.com/Mastercard/oauth1-signer-python for how Mastercard's own signers fill both.
"""

import base64
import binascii
import hashlib
import re
from collections import deque
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

TIMESTAMP_TOLERANCE_SECONDS = 300
"""Mastercard does not publish its tolerance; five minutes is common."""

_PARAMETER = re.compile(r'\s*([a-z_]+)="([^"]*)"\s*')
_REQUIRED = (
    "oauth_consumer_key",
    "oauth_nonce",
    "oauth_timestamp",
    "oauth_signature_method",
    "oauth_signature",
    "oauth_body_hash",
)


class NotAuthentic(Exception):
    """The request is not signed as it must be; the message says what is wrong."""


class Nonces:
    """Nonces seen inside the timestamp tolerance; older ones are refused by their timestamp anyway."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._by_age: deque[tuple[int, str]] = deque()

    def use(self, nonce: str, *, now: int) -> None:
        """Take a nonce, or raise `NotAuthentic` when it was taken before."""
        while self._by_age and self._by_age[0][0] < now - 2 * TIMESTAMP_TOLERANCE_SECONDS:
            self._seen.discard(self._by_age.popleft()[1])
        if nonce in self._seen:
            raise NotAuthentic("the nonce was used before")
        self._seen.add(nonce)
        self._by_age.append((now, nonce))


def verify(
    *,
    authorization: str,
    method: str,
    url: str,
    body: bytes,
    consumer_key: str,
    public_key_pem: str,
    nonces: Nonces,
    now: int,
) -> None:
    """Check one request; `now` is Unix seconds. The nonce is only spent by an otherwise good request."""
    given = parse_header(authorization)
    if given["oauth_consumer_key"] != consumer_key:
        raise NotAuthentic("unknown consumer key")
    if given["oauth_signature_method"] != "RSA-SHA256" or given.get("oauth_version", "1.0") != "1.0":
        raise NotAuthentic("only OAuth 1.0 with RSA-SHA256 is taken")
    _check_timestamp(given["oauth_timestamp"], now=now)
    if given["oauth_body_hash"] != base64.b64encode(hashlib.sha256(body).digest()).decode():
        raise NotAuthentic("the body hash does not fit the body")
    _check_signature(given, method=method, url=url, public_key_pem=public_key_pem)
    nonces.use(given["oauth_nonce"], now=now)


def parse_header(authorization: str) -> dict[str, str]:
    """The decoded parameters of an ``OAuth`` header, with every one that must be there."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() != "oauth":
        raise NotAuthentic("no OAuth authorization header")
    given: dict[str, str] = {}
    for part in rest.split(","):
        found = _PARAMETER.fullmatch(part)
        if found is None or found[1] in given:
            raise NotAuthentic("the authorization header cannot be read")
        given[found[1]] = unquote(found[2])
    missing = [name for name in _REQUIRED if not given.get(name)]
    if missing:
        raise NotAuthentic(f"missing {', '.join(missing)}")
    return given


def _check_timestamp(timestamp: str, *, now: int) -> None:
    if not timestamp.isascii() or not timestamp.isdigit():
        raise NotAuthentic("the timestamp is not a number of seconds")
    if abs(now - int(timestamp)) > TIMESTAMP_TOLERANCE_SECONDS:
        raise NotAuthentic(f"the timestamp is more than {TIMESTAMP_TOLERANCE_SECONDS} s off")


def _check_signature(given: dict[str, str], *, method: str, url: str, public_key_pem: str) -> None:
    key = serialization.load_pem_public_key(public_key_pem.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise NotAuthentic("the registered key is not an RSA key")
    try:
        signature = base64.b64decode(given["oauth_signature"], validate=True)
    except binascii.Error as error:
        raise NotAuthentic("the signature is not base64") from error
    for base_string in _base_strings(given, method=method, url=url):
        try:
            key.verify(signature, base_string.encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            continue
        return
    raise NotAuthentic("the signature does not fit the request")


def _base_strings(given: dict[str, str], *, method: str, url: str) -> list[str]:
    """The RFC's base string, and Mastercard's, whose signers do not encode OAuth values before joining them."""
    parts = urlsplit(url)
    query = [
        (_encode(name), _encode(value)) for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    oauth = [(name, value) for name, value in given.items() if name not in ("oauth_signature", "realm")]
    by_rfc = query + [(name, _encode(value)) for name, value in oauth]
    by_mastercard = query + oauth
    address = f"{parts.scheme.lower()}://{_host(parts.scheme, parts.netloc)}{parts.path or '/'}"
    return [
        "&".join((method.upper(), _encode(address), _encode(_joined(params))))
        for params in (by_rfc, by_mastercard)
    ]


def _joined(parameters: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted(parameters))


def _host(scheme: str, netloc: str) -> str:
    default_port = ":80" if scheme == "http" else ":443"
    return netloc.lower().removesuffix(default_port)


def _encode(text: str) -> str:
    return quote(text, safe="~")
