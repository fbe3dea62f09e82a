"""JSON from strangers: every value exactly as it was written, or BadInput."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from chargebacks.errors import BadInput


def read_json(body: bytes) -> Any:
    """The JSON value in a body, with decimals kept exact. A name given twice in one object is refused, and so are
    NaN, Infinity, and what is nested too deeply or has too many digits. The caller bounds the length."""
    try:
        return json.loads(
            body, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=unambiguous
        )
    except (ValueError, InvalidOperation, RecursionError) as error:
        raise BadInput("The body is not JSON.", reason="unparseable") from error


def unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The fields of one object; BadInput where one is given twice, because readers differ in which they believe."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadInput("The body gives a field twice in one object.", reason="ambiguous_field")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise BadInput(f"The body holds {name}, which is not a JSON number.", reason="unparseable")
