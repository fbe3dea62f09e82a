"""What an endpoint's answer means. The contract is in `docs/evidence-sources.md`.

=====================  ==============================================================================
200                    a supply, as JSON or as multipart/form-data with files; Refused when it is wrong
204                    nothing about this sale
202, 408, 425, 429,    TryLater, after `Retry-After` where given
5xx
401, 403               NeedsOperator: the secrets differ, or a clock is wrong
3xx                    NeedsOperator: the configured address is not the endpoint's
other 4xx              Refused, in the endpoint's own words
=====================  ==============================================================================
"""

import re
from http import HTTPStatus
from typing import Any, NamedTuple, NoReturn

import httpx
from python_multipart.multipart import parse_options_header

from chargebacks.errors import BadInput, NeedsOperator, Refused, TryLater
from chargebacks.evidence_items import Supply
from chargebacks.supplies import BAD_SUPPLY
from chargebacks.supply_reading import read_supply
from evidence_sources.bodies import from_json, from_parts
from evidence_sources.wire import retry_after, short
from runtime.connections import EvidenceSourceSettings

_JSON, _FORM = b"application/json", b"multipart/form-data"
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


class Words(NamedTuple):
    """An endpoint's own code and sentence for a refusal, such as `unknown_order`; empty where it gives none."""

    code: str
    sentence: str


def supply_of(source: EvidenceSourceSettings, response: httpx.Response, body: bytes) -> Supply:
    """What the source has to say. Raises what the table above says."""
    status = response.status_code
    if status == HTTPStatus.NO_CONTENT:
        return Supply()
    if status != HTTPStatus.OK:
        _refuse(source, response, body)
    try:
        return read_supply(_content(response, body))
    except BadInput as wrong:
        raise Refused(
            f"The answer of the evidence source {source.name} breaks the contract:\n{wrong}",
            reason=wrong.reason,
        ) from wrong


def _content(response: httpx.Response, body: bytes) -> Any:
    kind, options = parse_options_header(response.headers.get("content-type"))
    if kind == _FORM:
        return from_parts(body, boundary=options.get(b"boundary", b""))
    if kind == _JSON:
        return from_json(body, "The answer")
    raise BadInput(
        f"The answer's content type must be {_JSON.decode()} or {_FORM.decode()}.", reason=BAD_SUPPLY
    )


def _refuse(source: EvidenceSourceSettings, response: httpx.Response, body: bytes) -> NoReturn:
    status, wait = response.status_code, retry_after(response)
    if status == HTTPStatus.ACCEPTED:
        raise TryLater(f"{source.name} has no answer yet.", reason="not_ready", after=wait)
    if status in _LATER or status >= 500:
        raise TryLater(f"{source.name} answered {status}.", reason=f"http_{status}", after=wait)
    said = _words(source, body)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise NeedsOperator(
            f"{source.name} refused our signature ({status}): check that both sides have the same secret and the "
            f"right time. {said.sentence}".rstrip(),
            reason="signature_refused",
        )
    if 400 <= status < 500:
        raise Refused(
            f"{source.name} refused the question ({status}): {said.sentence or 'no reason given'}",
            reason=said.code or f"http_{status}",
        )
    raise NeedsOperator(
        f"{source.name} answered {status}: the address in its settings is not the endpoint's own; correct it.",
        reason="bad_url",
    )


def _words(source: EvidenceSourceSettings, body: bytes) -> Words:
    """`{"reason": "unknown_order", "message": "…"}`."""
    try:
        said = from_json(body, "The answer")
    except BadInput:
        return Words("", "")  # a proxy's page: the status says enough
    if not isinstance(said, dict):
        return Words("", "")
    code, sentence = (_plain(source, said.get(name)) for name in ("reason", "message"))
    return Words(re.sub(r"[^a-z0-9_.-]+", "_", code.lower())[:60], sentence or code)


def _plain(source: EvidenceSourceSettings, said: Any) -> str:
    text = said if isinstance(said, str) else ""
    secret = source.secret.get_secret_value() if source.secret is not None else ""
    return short(text.replace(secret, "***") if secret else text)
