"""Reading what people give: files, durations, secrets. Everything wrong is BadInput: one sentence, exit code 2."""

import os
import re
import sys
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer
from pydantic import SecretStr

from chargebacks.errors import BadInput

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"([0-9]{1,5})([mhdw])")
_FIRST_YEAR = 2000
"""No Stripe account is as old as that."""
_STANDARD_INPUT = Path("-")


def duration(text: str) -> timedelta:
    """`30m`, `6h`, `2d` or `3w`."""
    given = _DURATION.fullmatch(text.strip().lower())
    if given is None:
        raise typer.BadParameter(f"{text!r} is not a duration such as 30m, 6h, 2d or 3w.")
    return timedelta(**{_UNITS[given[2]]: int(given[1])})


def moment(text: str) -> datetime:
    """A duration ago (`120d`), a date (`2026-01-31`) or a time (`2026-01-31T10:30:00Z`); UTC unless it says so."""
    try:
        if _DURATION.fullmatch(text.strip().lower()):
            given = datetime.now(UTC) - duration(text)
        else:
            given = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is neither a duration such as 120d nor a date.") from None
    given = given if given.tzinfo is not None else given.replace(tzinfo=UTC)
    if given.year < _FIRST_YEAR:
        raise typer.BadParameter(f"{text!r} lies before {_FIRST_YEAR}.")
    return given


def payload(file: Path, *, most: int) -> bytes:
    """The file's bytes, one more than `most` at the most: enough to see that it is too long."""
    if file == _STANDARD_INPUT:
        return sys.stdin.buffer.read(most + 1)
    try:
        with file.open("rb") as opened:
            return opened.read(most + 1)
    except OSError as error:
        raise _unreadable(file, error) from error


def text(file: Path) -> str:
    """A text file in UTF-8."""
    try:
        return sys.stdin.read() if file == _STANDARD_INPUT else file.read_text(encoding="utf-8")
    except OSError as error:
        raise _unreadable(file, error) from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not text in UTF-8.", reason="unreadable_file") from error


def stripe_key(*, file: Path | None, variable: str | None) -> SecretStr:
    """From a file, an environment variable or a hidden prompt; never from the command line, which others can see."""
    if file is not None and variable is not None:
        raise BadInput("Give --key-file or --key-env, not both.", reason="two_keys")
    if file is not None:
        return _not_empty(text(file), f"{file} is empty.")
    if variable is not None:
        return _not_empty(os.environ.get(variable, ""), f"The environment variable {variable} is not set.")
    return ask_secret("Stripe secret or restricted key", instead="--key-file or --key-env")


def ask_secret(prompt: str, *, instead: str) -> SecretStr:
    """A hidden prompt, at a terminal only."""
    if not sys.stdin.isatty():
        raise BadInput(f"There is no terminal to ask at: give {instead}.", reason="no_terminal")
    return _not_empty(str(typer.prompt(prompt, hide_input=True)), "Nothing was given.")


def secrets_file(file: Path) -> dict[str, SecretStr]:
    """A TOML file of `name = "secret"` lines. Its values are never quoted in an error."""
    try:
        table = tomllib.loads(text(file))
    except tomllib.TOMLDecodeError:
        raise BadInput(
            f'{file} is not TOML with lines of the form name = "secret".', reason="bad_file"
        ) from None
    if wrong := [name for name, value in table.items() if not isinstance(value, str)]:
        raise BadInput(f"{wrong[0]} in {file} must be a string in quotes.", reason="bad_file")
    return {name: SecretStr(value) for name, value in table.items()}


def options(pairs: Iterable[str]) -> dict[str, str]:
    """`key=value` pairs."""
    given: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise typer.BadParameter(f"{pair!r} is not of the form key=value.", param_hint="--option")
        given[key] = value
    return given


def _not_empty(secret: str, otherwise: str) -> SecretStr:
    if not secret.strip():
        raise BadInput(otherwise, reason="no_secret")
    return SecretStr(secret.strip())


def _unreadable(file: Path, error: OSError) -> BadInput:
    why = (error.strerror or type(error).__name__).lower()
    return BadInput(f"{file} cannot be read: {why}.", reason="unreadable_file")
