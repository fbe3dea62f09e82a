"""The policy file: TOML in, a policy with its version out, or one clear sentence per mistake."""

import hashlib
import json
import tomllib
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from chargebacks.errors import BadInput
from chargebacks.policy.consistency import contradictions
from chargebacks.policy.mistakes import sentences_of
from chargebacks.policy.model import Policy

_VERSION_LENGTH = 16
_MOST_CHARACTERS = 1_000_000


def parse_policy(text: str) -> Policy:
    """Read a policy file. An empty one is the shipped default, which only observes.

    BadInput (reason `bad_policy`) holds one sentence per mistake, each on its own line and with the key's path.
    """
    document = _as_json(_toml(text))
    try:
        policy = Policy.model_validate_json(document, strict=True, extra="forbid")
    except ValidationError as problem:
        raise BadInput("\n".join(sentences_of(problem, Policy)), reason="bad_policy") from problem
    if problems := contradictions(policy):
        raise BadInput("\n".join(problems), reason="bad_policy")
    return policy.model_copy(update={"version": version_of(policy)})


def version_of(policy: Policy) -> str:
    """16 hex digits of the meaning's SHA-256. What equals the default counts as not written."""
    meaning = policy.model_dump(mode="json", exclude={"version"}, exclude_defaults=True)
    canonical = json.dumps(meaning, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:_VERSION_LENGTH]


def _toml(text: str) -> dict[str, Any]:
    if len(text) > _MOST_CHARACTERS:
        raise BadInput(
            f"The policy is longer than {_MOST_CHARACTERS:,} characters: shorten it.", reason="bad_policy"
        )
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BadInput(f"The policy is not valid TOML: {problem}.", reason="bad_policy") from problem
    if "version" in table:
        raise BadInput("version: it is computed from the content; remove the key.", reason="bad_policy")
    return table


def _as_json(table: dict[str, Any]) -> str:
    """Validated as strict JSON, text is never taken for a number, and the word of an enum is still accepted."""
    try:
        return json.dumps({**_with_lists(table, Policy), "version": ""}, default=str, allow_nan=False)
    except ValueError as problem:
        raise BadInput(f"The policy holds an impossible number: {problem}.", reason="bad_policy") from problem


def _with_lists(table: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Where a list is wanted, a single text stands for a list of one."""
    return {
        key: _listed(value, model.model_fields[key].annotation) if key in model.model_fields else value
        for key, value in table.items()
    }


def _listed(value: Any, wanted: Any) -> Any:
    if get_origin(wanted) is tuple:
        item = get_args(wanted)[0]
        return [value] if isinstance(value, str) else _each(value, item)
    if isinstance(value, dict) and isinstance(wanted, type) and issubclass(wanted, BaseModel):
        return _with_lists(value, wanted)
    return value


def _each(values: Any, item: Any) -> Any:
    return [_listed(value, item) for value in values] if isinstance(values, list) else values
