"""What is wrong with a policy file, said in one sentence per mistake."""

import re
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

_WANTED = {
    "bool_type": "true or false",
    "dict_type": "a table",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "model_type": "a table",
    "string_type": "text in quotes",
    "tuple_type": "a list",
}


def sentences_of(problem: ValidationError, model: type[BaseModel]) -> list[str]:
    """For each mistake the key's path and what to write instead."""
    sentences = [
        _sentence(error["type"], error["loc"], error["input"], error.get("ctx", {}), error["msg"], model)
        for error in problem.errors(include_url=False)
    ]
    return list(dict.fromkeys(sentences))


def _sentence(
    kind: str,
    location: tuple[int | str, ...],
    given: Any,
    context: dict[str, Any],
    otherwise: str,
    model: type[BaseModel],
) -> str:
    place = [part for part in location if part != "[key]"]
    if kind == "extra_forbidden":
        return _unknown_key(place, model)
    if kind == "missing":
        return f"{_path(place)}: this key is required."
    if kind in ("enum", "literal_error"):
        is_key = "[key]" in location
        return _unknown_word(_path(place[:-1] if is_key else place), given, context["expected"])
    if kind in _WANTED:
        return f"{_path(place)}: must be {_WANTED[kind]}, not {_shown(given)}."
    if kind == "value_error":
        return f"{_path(place)}: {str(context['error']).rstrip('.')}."
    return f"{_path(place)}: {otherwise.removeprefix('Input ')}."


def _unknown_key(location: list[Any], model: type[BaseModel]) -> str:
    *above, key = location
    known = _keys_at(above, model)
    nearest = get_close_matches(str(key), known, n=1, cutoff=0.5)
    hint = f"did you mean {_path([*above, nearest[0]])}" if nearest else f"known here: {', '.join(known)}"
    return f"{_path(location)}: unknown key; {hint}."


def _unknown_word(path: str, given: Any, expected: str) -> str:
    words = re.findall(r"'([^']*)'", expected)
    nearest = get_close_matches(str(given), words, n=1) if isinstance(given, str) else []
    hint = f'; did you mean "{nearest[0]}"' if nearest else ""
    return f"{path}: {_shown(given)} is not one of {', '.join(words)}{hint}."


def _keys_at(location: list[Any], model: type[BaseModel]) -> list[str]:
    """The keys of the table at this place."""
    at: Any = model
    for part in location:
        if isinstance(part, int):
            continue
        if get_origin(at) is dict:
            at = get_args(at)[1]
            continue
        at = at.model_fields[part].annotation
        at = get_args(at)[0] if get_origin(at) is tuple else at
    return sorted(key for key in at.model_fields if key != "version")


def _path(location: list[Any]) -> str:
    """`rule[2].when.brand`; tables in a list count from 1."""
    path = ""
    for part in location:
        path += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return path.removeprefix(".")


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if value is True else str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
