"""What the signature checks of all alert sources share: their secrets, and what every signed message is checked for."""

from chargebacks.errors import NeedsOperator
from runtime.connections import SourceSettings
from runtime.signatures import check_signed_time, same, unsigned, wrongly_signed

__all__ = ["check_signed_time", "optional_secret", "same", "secret_of", "unsigned", "wrongly_signed"]


def secret_of(source: SourceSettings, name: str) -> str:
    """A configured secret; `NeedsOperator` when it is missing, because then nobody can be told apart."""
    secret = optional_secret(source, name)
    if secret is None:
        raise NeedsOperator(
            f"The alert source {source.name} has no secret {name!r}: add it to the source's settings.",
            reason="secret_missing",
        )
    return secret


def optional_secret(source: SourceSettings, name: str) -> str | None:
    """A configured secret without the line end that copying often adds, or None."""
    secret = source.secrets.get(name)
    return secret.get_secret_value().strip() or None if secret is not None else None
