"""Calls to alert sources, and the one place where their failures become ours.

=============================  =====================================================================
timeout, reset, torn answer    TryLater: nobody knows whether it was done; the same call is repeated
408, 425, 429, 5xx             TryLater, after `Retry-After` where given
401, 403                       NeedsOperator: names the secrets to mend
3xx                            NeedsOperator: the configured address is not the service's
other 4xx                      the adapter reads it: already answered, or Refused
=============================  =====================================================================
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, NamedTuple, NoReturn

import httpx

from chargebacks.errors import NeedsOperator, Refused, TryLater
from chargebacks.outcomes import Acknowledgement
from networks.cards import without_card_numbers
from runtime.connections import SourceSettings

TIMEOUT_SECONDS = 20.0
LONGEST_WORDS = 200
LONGEST_WAIT = timedelta(hours=1)
"""A source's wish to wait never outlives the window in which it wants its answer."""

_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_FINAL_ALREADY = re.compile(
    r"already.{0,20}(final|action|answer|resolv|clos|respond|submit|provid|receiv|outcome)|final outcome",
    re.I | re.S,
)


class Answer(NamedTuple):
    """What a source answered: the status (2xx, or a 4xx about this request) and the body if it was JSON."""

    status: int
    body: Any

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


class Words(NamedTuple):
    """The provider's own code and sentence for a refusal."""

    code: str
    sentence: str


def new_client() -> httpx.AsyncClient:
    """The client to share over all sources: bounded in time, follows no redirect."""
    return httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False)


async def call(
    http: httpx.AsyncClient,
    source: SourceSettings,
    *,
    method: str,
    path: str,
    headers: Mapping[str, str],
    content: bytes = b"",
    credentials: str,
) -> Answer:
    """One call. `path` is relative to the source's base address; `credentials` names the secrets it rests on."""
    url = source.base_url.rstrip("/") + path
    try:
        response = await http.request(method, url, content=content, headers=dict(headers))
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise NeedsOperator(
            f"The base address of the alert source {source.name} is not a URL: correct it in the source's settings.",
            reason="bad_base_url",
        ) from error
    except (httpx.LocalProtocolError, UnicodeError):
        # Not chained: the original names the header's value.
        raise NeedsOperator(
            f"{credentials} of {source.name} cannot be sent in an HTTP header: copy them again.",
            reason="bad_secret",
        ) from None
    except httpx.HTTPError as error:
        raise TryLater(
            f"{source.name} could not be reached or broke off ({type(error).__name__}).", reason="unreachable"
        ) from error
    return _answer(source, response, credentials=credentials)


def json_object(source: SourceSettings, answer: Answer) -> dict[str, Any]:
    """The object a source must have answered. Anything else is a torn answer: it may or may not have acted."""
    if not isinstance(answer.body, dict):
        raise torn(source, "is not a JSON object")
    return answer.body


def torn(source: SourceSettings, why: str) -> TryLater:
    return TryLater(f"The answer of {source.name} {why}; it is asked again.", reason="torn_answer")


def words_of(body: Any) -> Words:
    """The code and sentence in any of the providers' error envelopes."""
    found = error_in(body)
    code = _text(found, "code", "ReasonCode", "error", "reason")
    sentence = _text(found, "message", "Description", "Details", "detail")
    constraints = found.get("constraints") or found.get("fields")
    if isinstance(constraints, dict) and constraints:
        sentence = f"{sentence} ({'; '.join(f'{name}: {fault}' for name, fault in constraints.items())})"
    return Words(code, sentence)


def already_final(words: Words) -> bool:
    """Whether a refusal says that the alert has its final outcome. Providers do not publish the exact words."""
    return bool(_FINAL_ALREADY.search(words.code) or _FINAL_ALREADY.search(words.sentence))


def held_or_refused(source: SourceSettings, answer: Answer, *, code: str) -> Acknowledgement:
    """What a 4xx means: the alert has its final outcome already, or `Refused`."""
    words = words_of(answer.body)
    if not already_final(words):
        refuse(source, words, status=answer.status)
    return Acknowledgement(
        provider_code=code, already_known=True, answer=shortened(source, ": ".join(filter(None, words)))
    )


def refuse(source: SourceSettings, words: Words, *, status: int | None = None) -> NoReturn:
    """Raise `Refused` in the provider's words, shortened, without secrets."""
    said = shortened(source, ": ".join(part for part in words if part)) or "no reason given"
    number = f" ({status})" if status is not None else ""
    raise Refused(
        f"{source.name} refused the request{number}: {said}", reason=reason_of(source, words) or "refused"
    )


def reason_of(source: SourceSettings, words: Words) -> str:
    """The provider's code as a stable reason: lower case, no spaces, no secrets."""
    return re.sub(r"[^a-z0-9_.-]+", "_", shortened(source, words.code).lower())[:60]


def shortened(source: SourceSettings, text: str) -> str:
    """A provider's words for a log or a history: one short line, secrets and card numbers taken out."""
    for secret in source.secrets.values():
        if value := secret.get_secret_value():
            text = text.replace(value, "***")
    line = " ".join((without_card_numbers(text) or "").split())
    return line if len(line) <= LONGEST_WORDS else line[: LONGEST_WORDS - 1] + "…"


def _answer(source: SourceSettings, response: httpx.Response, *, credentials: str) -> Answer:
    status = response.status_code
    body = _json(response)
    if status in _LATER or status >= 500:
        wait = _retry_after(response)
        raise TryLater(f"{source.name} answered {status}.", reason=f"http_{status}", after=wait)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        said = shortened(source, words_of(body).sentence)
        raise NeedsOperator(
            f"{source.name} refused our credentials ({status}): check {credentials} in the source's settings. {said}",
            reason="credentials_refused",
        )
    if not 200 <= status < 300 and not 400 <= status < 500:
        raise NeedsOperator(
            f"{source.name} answered {status}: its base address is not the service's own; correct it.",
            reason="bad_base_url",
        )
    return Answer(status, body)


def _json(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def error_in(body: Any) -> dict[str, Any]:
    """The innermost object that says what is wrong: `error`, `errors.Error[0]`, or the body itself."""
    for _ in range(3):
        match body:
            case {"errors": inner} | {"Errors": inner} | {"Error": inner} | {"error": dict() as inner}:
                body = inner
            case [first, *_]:
                body = first
    return body if isinstance(body, dict) else {}


def _text(found: Mapping[str, Any], *names: str) -> str:
    return next((value for name in names if isinstance(value := found.get(name), str)), "")


def _retry_after(response: httpx.Response) -> timedelta | None:
    value = response.headers.get("retry-after", "").strip()
    try:
        wait = (
            timedelta(seconds=int(value))
            if value.isdigit()
            else parsedate_to_datetime(value) - datetime.now(UTC)
        )
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_WAIT)
