"""The policy file: TOML in, a policy with its version out, or one clear sentence per mistake."""

import hashlib
import json
import tomllib
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chargebacks.errors import BadInput
from chargebacks.policy.model import Policy

_VERSION_LENGTH = 16


def parse_policy(text: str) -> Policy:
    """Read a policy file. An empty one is the shipped default, which only observes.

    BadInput (reason `bad_policy`) holds one sentence per mistake, each on its own line, with the key's path.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise BadInput(f"The policy is not valid TOML: {problem}.", reason="bad_policy") from problem
    if "version" in table:
        raise BadInput("version: it is computed from the content; remove the key.", reason="bad_policy")
    try:
        # Strict JSON: text is never taken for a number, and an enum's word is still accepted.
        policy = Policy.model_validate_json(
            json.dumps({**table, "version": ""}, default=str), strict=True, extra="forbid"
        )
    except ValidationError as problem:
        sentences = "\n".join(_sentence(error, table) for error in problem.errors(include_url=False))
        raise BadInput(sentences, reason="bad_policy") from problem
    return policy.model_copy(update={"version": version_of(policy)})


def version_of(policy: Policy) -> str:
    """16 hex digits of the meaning's hash. What equals the default counts as not written."""
    meaning = policy.model_dump(mode="json", exclude={"version"}, exclude_defaults=True)
    canonical = json.dumps(meaning, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:_VERSION_LENGTH]


def _sentence(error: ErrorDetails, table: dict[str, Any]) -> str:
    return f"{error['loc']}: {error['msg']}"
