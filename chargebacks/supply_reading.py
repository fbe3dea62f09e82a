"""Reading the JSON that an evidence source answers (`docs/evidence-sources.md`): strict about what it says, tolerant
of what it leaves out.

The sentences name the place and never quote what stands there: it may be personal, and they end in histories and logs.
"""

import json
import re
from typing import Any

from pydantic import ValidationError

from chargebacks.errors import BadInput
from chargebacks.evidence_fields import LONG
from chargebacks.evidence_items import Supply
from chargebacks.supplies import BAD_SUPPLY, did_you_mean, file_mistakes, refuse, shown, supply_mistakes

_PARTS = tuple(Supply.model_fields)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|[\ud800-\udfff]")
"""What neither documents nor databases hold; line ends and tabs may stay."""
_DEEPEST = 20
_SURELY = 0.82
"""How close a name must come to count as a misspelling: `feilds` and `file` do, a newer `profiles` does not."""
_WANTED = {
    "bool_type": "true or false",
    "dict_type": "an object",
    "model_type": "an object",
    "string_type": "text",
    "tuple_type": "a list",
}
_QUOTED = re.compile(r"'([^']*)'")
_A_TIME = "must be a time with its time zone, such as 2026-11-23T10:30:00Z."


def read_supply(given: object) -> Supply:
    """A JSON value as a supply. null and blank text count as not given; control characters become spaces; names that
    are not known are ignored, since the source may be newer.

    BadInput (`bad_supply`) holds one sentence per mistake, each on its own line, with the place, such as
    `deliveries[1].carrier`.
    """
    if not isinstance(given, dict):
        raise BadInput(f"The supply must be an object, not {_kind(given)}.", reason=BAD_SUPPLY)
    refuse(_misspelled(given))
    try:
        supply = Supply.model_validate_json(_as_json(_clean(given, "")), strict=True)
    except ValidationError as problem:
        refuse(_sentences(problem))
        raise
    refuse([*supply_mistakes(supply), *file_mistakes(supply.files)])
    return supply


def _misspelled(given: dict[str, Any]) -> list[str]:
    """Parts that are surely meant to be another: unknown, and close to a known one that is not there."""
    absent = [part for part in _PARTS if part not in given]
    sentences = []
    for name in given:
        plural = f"{name[:-1]}ies" if name.endswith("y") else name
        near = None if name in _PARTS else did_you_mean(plural, absent, closeness=_SURELY)
        if near is not None:
            sentences.append(f"{shown(name)} is no part of a supply: did you mean {near}?")
    if given and not sentences and not any(name in _PARTS for name in given):
        sentences.append(f"{shown(next(iter(given)))} is no part of a supply: known are {', '.join(_PARTS)}.")
    return sentences


def _clean(value: Any, place: str, depth: int = 0) -> Any:
    if depth > _DEEPEST:
        raise BadInput(f"{place}: is nested too deeply.", reason=BAD_SUPPLY)
    if isinstance(value, dict):
        cleaned = {
            _CONTROL.sub(" ", str(name)): _clean(inner, f"{place}.{name}".removeprefix("."), depth + 1)
            for name, inner in value.items()
        }
        return {name: inner for name, inner in cleaned.items() if inner not in (None, "")}
    if isinstance(value, list | tuple):
        return [_clean(inner, f"{place}[{number}]", depth + 1) for number, inner in enumerate(value)]
    return _clean_text(value, place) if isinstance(value, str) else value


def _clean_text(text: str, place: str) -> str:
    if place.endswith("content_base64"):
        return text
    if len(text) > LONG:
        raise BadInput(
            f"{_short(place)}: has {len(text):,} characters; at most {LONG:,} are taken: shorten it.",
            reason=BAD_SUPPLY,
        )
    return _CONTROL.sub(" ", text).strip()


def _as_json(cleaned: object) -> str:
    """Validated as strict JSON, so that a number is never taken for text, and a time may still be written as text."""
    try:
        return json.dumps(cleaned, allow_nan=False)
    except ValueError as problem:
        raise BadInput(
            "The supply holds NaN or Infinity, which are no JSON numbers.", reason=BAD_SUPPLY
        ) from problem


def _sentences(problem: ValidationError) -> list[str]:
    return [
        f"{_path(error['loc'])}: {_wrong(error['type'], error.get('ctx', {}), error['input'])}"
        for error in problem.errors(include_url=False)
    ]


def _wrong(kind: str, context: dict[str, Any], given: Any) -> str:
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {_kind(given)}."
    if kind.startswith(("datetime", "timezone")):
        return _A_TIME
    match kind:
        case "missing":
            return "is required."
        case "enum" | "literal_error":
            return f"must be one of {', '.join(_QUOTED.findall(context['expected']))}."
        case "string_too_short":
            return "must not be empty."
        case "string_too_long":
            return f"has more than {context['max_length']:,} characters: shorten it."
    return "is not what the contract says."


def _path(location: tuple[int | str, ...]) -> str:
    """`deliveries[1].carrier`; entries of a list count from 0, as in JSON."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return _short(path.removeprefix("."))


def _short(place: str) -> str:
    return place if len(place) <= 100 else f"{place[:99]}…"


def _kind(value: object) -> str:
    """What a JSON value is, without telling it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list() | tuple():
            return "a list"
    return "an object"
