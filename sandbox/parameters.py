"""Parameters of API v1: form encoding, types, and the refusal of everything an operation does not take.

Refusals carry the codes of https://docs.stripe.com/error-codes (parameter_unknown, parameter_missing, ...).
A kind is a function of (raw value, name as Stripe would print it) that gives the typed value or refuses.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from sandbox.errors import refused_parameter
from sandbox.multipart import Upload
from sandbox.tables import CreatedRange

Kind = Callable[[Any, str], Any]
Values = dict[str, Any]

NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
METADATA_KEYS, METADATA_KEY_LENGTH, METADATA_VALUE_LENGTH = 50, 40, 500
LARGEST_AMOUNT = 99_999_999
MAX_LIMIT, DEFAULT_LIMIT = 100, 10


def decode_form(encoded: str) -> Values:
    """`a[b]=1&c[]=2&d[0]=3` as nested hashes; lists are hashes of indices until a kind reads them."""
    return nested(parse_qsl(encoded, keep_blank_values=True, strict_parsing=False))


def nested(pairs: Iterable[tuple[str, Any]]) -> Values:
    """Names such as `a[b]` with their values as nested hashes."""
    root: Values = {}
    for key, value in pairs:
        match = NAME.fullmatch(key)
        if match is None:
            raise refused_parameter(f"Invalid parameter name: {key}", param=key, code="parameter_unknown")
        node = root
        parts = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        for part in parts[:-1]:
            child = node.setdefault(part or str(len(node)), {})
            if not isinstance(child, dict):
                raise refused_parameter(f"Invalid {parts[0]}: used as a value and as a hash", param=parts[0])
            node = child
        node[parts[-1] or str(len(node))] = value
    return root


class Parameters:
    """What one operation takes."""

    def __init__(self, *groups: Mapping[str, Kind], required: Iterable[str] = (), **kinds: Kind) -> None:
        self._kinds = _joined({"expand": list_of(text())}, *groups, kinds)
        self._required = tuple(required)

    def read(self, raw: Values) -> Values:
        return _read_hash(raw, self._kinds, self._required, "")


def _joined(*groups: Mapping[str, Kind]) -> Mapping[str, Kind]:
    return {name: kind for group in groups for name, kind in group.items()}


def _read_hash(raw: Values, kinds: Mapping[str, Kind], required: Iterable[str], prefix: str) -> Values:
    def full(name: str) -> str:
        return f"{prefix}[{name}]" if prefix else name

    for name in raw:
        if name not in kinds:
            message = f"Received unknown parameter: {full(name)}"
            raise refused_parameter(message, param=full(name), code="parameter_unknown")
    for name in required:
        if name not in raw:
            message = f"Missing required param: {full(name)}."
            raise refused_parameter(message, param=full(name), code="parameter_missing")
    return {name: kinds[name](value, full(name)) for name, value in raw.items()}


def _scalar(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise refused_parameter(f"Invalid string: {name} was given as a hash", param=name)
    return value


def text(*choices: str, longest: int = 5000, unset: bool = False) -> Kind:
    """A string, one of `choices` if there are any; `unset` lets the empty string mean null."""

    def read(value: Any, name: str) -> str | None:
        string = _scalar(value, name)
        if string == "":
            if unset:
                return None
            message = (
                f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a "
                f"parameter; however '{name}' cannot be unset. You should remove '{name}' from your request "
                "or supply a non-empty value."
            )
            raise refused_parameter(message, param=name, code="parameter_invalid_empty")
        if choices and string not in choices:
            message = f"Invalid {name}: must be one of {', '.join(choices)}"
            raise refused_parameter(message, param=name)
        if len(string) > longest:
            message = f"Invalid string: {string[:10]}...; must be at most {longest} characters"
            raise refused_parameter(message, param=name, code="parameter_invalid_string_too_long")
        return string

    return read


def integer(*, least: int | None = None, most: int | None = None, unset: bool = False) -> Kind:
    def read(value: Any, name: str) -> int | None:
        string = _scalar(value, name)
        if string == "" and unset:
            return None
        if not re.fullmatch(r"-?\d{1,18}", string):
            message = f"Invalid integer: {string}"
            raise refused_parameter(message, param=name, code="parameter_invalid_integer")
        number = int(string)
        if least is not None and number < least:
            message = f"This value must be greater than or equal to {least}."
            raise refused_parameter(message, param=name, code="parameter_invalid_integer")
        if most is not None and number > most:
            message = f"This value must be less than or equal to {most}."
            raise refused_parameter(message, param=name, code="parameter_invalid_integer")
        return number

    return read


def amount() -> Kind:
    """An amount of at least one minor unit. https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts"""
    return integer(least=1, most=LARGEST_AMOUNT)


def flag() -> Kind:
    def read(value: Any, name: str) -> bool:
        string = _scalar(value, name)
        if string not in ("true", "false"):
            raise refused_parameter(f"Invalid boolean: {string}", param=name)
        return string == "true"

    return read


def hash_of(
    *groups: Mapping[str, Kind], required: Iterable[str] = (), unset: bool = False, **kinds: Kind
) -> Kind:
    """A nested hash with these fields; `unset` lets the empty string mean null."""
    names = tuple(required)
    fields = _joined(*groups, kinds)

    def read(value: Any, name: str) -> Values | None:
        if value == "" and unset:
            return None
        if not isinstance(value, dict):
            raise refused_parameter("Invalid hash", param=name)
        return _read_hash(value, fields, names, name)

    return read


def list_of(kind: Kind) -> Kind:
    def read(value: Any, name: str) -> list[Any]:
        if value == "":
            return []
        if not isinstance(value, dict):
            raise refused_parameter("Invalid array", param=name)
        return [kind(item, f"{name}[{index}]") for index, item in value.items()]

    return read


def upload() -> Kind:
    """A file of a multipart body."""

    def read(value: Any, name: str) -> Upload:
        if not isinstance(value, Upload):
            raise refused_parameter(f"Invalid file: {name} must be uploaded as a file", param=name)
        return value

    return read


def anything() -> Kind:
    """A value the sandbox accepts as Stripe does and has no use for."""
    return lambda value, name: value


def metadata() -> Kind:
    """Up to 50 keys; an empty value deletes a key, an empty `metadata` all of them (read as None).

    https://docs.stripe.com/api/metadata
    """

    def read(value: Any, name: str) -> dict[str, str] | None:
        if value == "":
            return None
        if not isinstance(value, dict):
            raise refused_parameter("Metadata must be a hash", param=name)
        if len(value) > METADATA_KEYS:
            raise refused_parameter(f"Metadata can have up to {METADATA_KEYS} keys.", param=name)
        for key, item in value.items():
            if len(key) > METADATA_KEY_LENGTH or len(_scalar(item, name)) > METADATA_VALUE_LENGTH:
                message = (
                    f"Metadata keys can be up to {METADATA_KEY_LENGTH} characters long and values up to "
                    f"{METADATA_VALUE_LENGTH}."
                )
                raise refused_parameter(message, param=f"{name}[{key}]")
        return value

    return read


def merged_metadata(old: Mapping[str, str], given: Values) -> dict[str, str]:
    """The metadata after an update with the parameters `given`."""
    if "metadata" not in given:
        return dict(old)
    if given["metadata"] is None:
        return {}
    return {key: value for key, value in {**old, **given["metadata"]}.items() if value != ""}


def created_filter() -> Kind:
    """A moment, or bounds by gt, gte, lt and lte; read as an inclusive range."""
    bounds = hash_of({name: integer(least=0) for name in ("gt", "gte", "lt", "lte")})

    def read(value: Any, name: str) -> CreatedRange:
        if isinstance(value, str):
            moment = integer(least=0)(value, name)
            return CreatedRange(moment, moment)
        given = bounds(value, name)
        firsts = [given[name] + shift for name, shift in (("gte", 0), ("gt", 1)) if name in given]
        lasts = [given[name] - shift for name, shift in (("lte", 0), ("lt", 1)) if name in given]
        return CreatedRange(max(firsts, default=None), min(lasts, default=None))

    return read


def listing(**filters: Kind) -> Parameters:
    """The parameters of a list operation: cursor, limit and these filters."""
    return Parameters(
        filters, limit=integer(least=1, most=MAX_LIMIT), starting_after=text(), ending_before=text()
    )


SEARCH = Parameters(required=("query",), query=text(), limit=integer(least=1, most=MAX_LIMIT), page=text())
CURRENCY = text(longest=3)
ADDRESS_FIELDS = ("city", "country", "line1", "line2", "postal_code", "state")
ADDRESS = hash_of(dict.fromkeys(ADDRESS_FIELDS, text(unset=True)), unset=True)
BILLING_DETAILS = hash_of(
    dict.fromkeys(("email", "name", "phone", "tax_id"), text(unset=True)), address=ADDRESS
)
SHIPPING = hash_of(
    dict.fromkeys(("name", "phone", "carrier", "tracking_number"), text(unset=True)),
    unset=True,
    address=ADDRESS,
)
