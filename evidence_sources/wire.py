"""What every call to the merchant's side shares: which addresses may be called, bounded reading, failures become ours.

A call ends within its time and its bytes, whatever the other side does: every read is counted, compression is neither
asked for nor taken, and no redirect is followed unseen.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address

import httpx

from chargebacks.errors import BadInput, Refused, TryLater

LONGEST_WAIT = timedelta(hours=1)
"""A wish to wait longer is cut to this: the case asks again in good time before its answer is due."""
LONGEST_WORDS = 200
_LONG_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){12,}")
_UNCOMPRESSED = ("", "identity")


class TooLarge(Exception):
    """More bytes than asked for. Raised while reading: what came until then is thrown away."""


def address(text: str) -> httpx.URL:
    """An address that may be called: https, or http on this machine itself (a sidecar, a test).

    Plain http would let anybody on the way read and change evidence; it also keeps cloud metadata services, which
    speak nothing else, out of reach. BadInput (`bad_url`) in one sentence that does not tell the address: it may hold a
    token.
    """
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, TypeError, ValueError):
        raise BadInput(
            "the address is not a URL such as https://files.example.com/1.", reason="bad_url"
        ) from None
    if not url.host or url.scheme not in ("https", "http"):
        raise BadInput("the address must begin with https://.", reason="bad_url")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise BadInput(
            f"the address on {url.host} must begin with https://; http is for this machine itself only.",
            reason="bad_url",
        )
    if url.userinfo:
        raise BadInput(f"the address on {url.host} must hold no user name or password.", reason="bad_url")
    return url


def same_server(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


@asynccontextmanager
async def translated(who: str, *, seconds: float) -> AsyncIterator[None]:
    """The whole call, reading included, within `seconds`; what goes wrong on the way is TryLater."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (TimeoutError, httpx.TimeoutException) as error:
        raise TryLater(f"{who} did not answer within {seconds:g} seconds.", reason="timeout") from error
    except httpx.HTTPError as error:
        why = short(str(error)) or type(error).__name__
        raise TryLater(f"{who} could not be reached or broke off: {why}", reason="unreachable") from error


async def read_bounded(response: httpx.Response, *, most_bytes: int) -> bytes:
    """The body as it came. TooLarge as soon as it is known to be longer; Refused when it is compressed."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in _UNCOMPRESSED:
        raise Refused(
            f"{response.url.host} answered compressed ({short(encoding)}), although it was asked not to.",
            reason="compressed_answer",
        )
    declared = response.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most_bytes:
        raise TooLarge
    read = bytearray()
    async for piece in response.aiter_raw():
        read += piece
        if len(read) > most_bytes:
            raise TooLarge
    return bytes(read)


def retry_after(response: httpx.Response) -> timedelta | None:
    """`Retry-After` in seconds or as a date, at most an hour; None when it is missing or means nothing."""
    value = response.headers.get("retry-after", "").strip()
    try:
        wait = (
            timedelta(seconds=int(value))
            if value.isdecimal()
            else parsedate_to_datetime(value) - datetime.now(UTC)
        )
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_WAIT)


def short(text: str) -> str:
    """Somebody else's words for a log or a history: one short line, without what may be a card number."""
    line = " ".join(_LONG_NUMBER.sub("…", text).split())
    return line if len(line) <= LONGEST_WORDS else line[: LONGEST_WORDS - 1] + "…"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
