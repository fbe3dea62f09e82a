"""The merchant's evidence endpoints: asked with a signed question, answered with a supply; and files given by URL."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import quote

import httpx

from chargebacks.errors import BadInput, NeedsOperator, Refused, TryLater
from chargebacks.evidence_items import Supply, SupplyRequest
from evidence_sources.answers import supply_of
from evidence_sources.bodies import MOST_BYTES
from evidence_sources.signing import HEADER, signature
from evidence_sources.wire import TooLarge, address, read_bounded, retry_after, same_server, translated
from runtime.connections import EvidenceSourceSettings

FETCH_SECONDS = 30.0
"""For one file, redirects included."""
_MOST_REDIRECTS = 3
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


class ConfiguredSources:
    """`activities.dispute_ports.EvidenceSources` over the sources that are configured now."""

    def __init__(
        self,
        *,
        settings_of: Callable[[str], Awaitable[EvidenceSourceSettings]],
        http: httpx.AsyncClient,
    ) -> None:
        self._settings_of = settings_of
        self._http = http

    async def ask(self, name: str, request: SupplyRequest) -> Supply:
        """Ask the endpoint configured under this name.

        Refused for an answer that breaks the contract, and for a question that the endpoint refuses; NeedsOperator
        for wrong settings or a refused signature; TryLater when it has no answer yet.
        """
        source = await self._settings_of(name)
        url, secret = _address_of(source), _secret_of(source)
        body = request.model_dump_json().encode()
        headers = {
            HEADER: signature(body, secret=secret, at=datetime.now(UTC)),
            "Idempotency-Key": question_key(request.case_id, body),
            "Content-Type": "application/json",
            "Accept": "application/json, multipart/form-data",
            "Accept-Encoding": "identity",
        }
        seconds = source.timeout_seconds
        async with (
            translated(source.name, seconds=seconds),
            self._http.stream(
                "POST", url, content=body, headers=headers, timeout=seconds, follow_redirects=False
            ) as response,
        ):
            try:
                content = await read_bounded(response, most_bytes=MOST_BYTES)
            except TooLarge:
                raise Refused(
                    f"The answer of the evidence source {source.name} is larger than {MOST_BYTES:,} bytes: give large "
                    "files by URL.",
                    reason="answer_too_large",
                ) from None
        return await asyncio.to_thread(supply_of, source, response, content)

    async def fetch(self, url: str, *, most_bytes: int) -> bytes:
        """A file that a supply names by URL, as the merchant's server gives it; nothing of ours is sent along.

        Refused when the address may not be called, when it is not to be had, empty, or larger than `most_bytes`.
        Redirects are followed on the same server only. Addresses inside the merchant's network are allowed: that is
        where such files lie.
        """
        target = _fetchable(url)
        who = f"The file server {target.host}"
        async with translated(who, seconds=FETCH_SECONDS):
            for _ in range(_MOST_REDIRECTS + 1):
                async with self._http.stream(
                    "GET",
                    target,
                    headers={"Accept-Encoding": "identity"},
                    timeout=FETCH_SECONDS,
                    follow_redirects=False,
                ) as response:
                    if not response.has_redirect_location:
                        return await _file(response, who=who, most_bytes=most_bytes)
                    target = _redirected(response, target)
        raise Refused(f"{who} redirects more than {_MOST_REDIRECTS} times.", reason="redirected")


def question_key(case_id: str, body: bytes) -> str:
    """`{case id}:{hash of the question}`: the same question again has the same key, one about other gaps another."""
    return f"{quote(case_id, safe='/:._-~')}:{hashlib.sha256(body).hexdigest()[:16]}"


def _address_of(source: EvidenceSourceSettings) -> httpx.URL:
    if not source.url:
        raise NeedsOperator(
            f"The evidence source {source.name} is no endpoint, or has no address: correct its settings.",
            reason="bad_url",
        )
    try:
        return address(source.url)
    except BadInput as wrong:
        raise NeedsOperator(
            f"The evidence source {source.name} cannot be asked: {wrong} Correct its settings.",
            reason=wrong.reason,
        ) from wrong


def _secret_of(source: EvidenceSourceSettings) -> str:
    secret = source.secret.get_secret_value().strip() if source.secret is not None else ""
    if not secret:
        raise NeedsOperator(
            f"The evidence source {source.name} has no secret to sign with: add one to its settings.",
            reason="secret_missing",
        )
    return secret


def _fetchable(text: str) -> httpx.URL:
    try:
        return address(text)
    except BadInput as wrong:
        raise Refused(f"The file cannot be fetched: {wrong}", reason=wrong.reason) from wrong


def _redirected(response: httpx.Response, asked: httpx.URL) -> httpx.URL:
    target = _fetchable(str(asked.join(response.headers["location"])))
    if not same_server(target, asked):
        raise Refused(
            f"{asked.host} redirects to {target.host}: give the address where the file really lies.",
            reason="redirected",
        )
    return target


async def _file(response: httpx.Response, *, who: str, most_bytes: int) -> bytes:
    status = response.status_code
    if status in _LATER or status >= 500:
        raise TryLater(f"{who} answered {status}.", reason=f"http_{status}", after=retry_after(response))
    if status != HTTPStatus.OK:
        raise Refused(
            f"{who} answered {status} instead of the file: it must be there, for whoever knows the address, until "
            "the answer is due.",
            reason=f"http_{status}",
        )
    try:
        content = await read_bounded(response, most_bytes=most_bytes)
    except TooLarge:
        raise Refused(
            f"The file on {response.url.host} is larger than {most_bytes:,} bytes.", reason="file_too_large"
        ) from None
    if not content:
        raise Refused(f"The file on {response.url.host} is empty.", reason="file_empty")
    return content
