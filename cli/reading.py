"""Reading what people give: files, durations, secrets. Everything wrong is BadInput: one sentence, exit code 2."""

import getpass
import os
import re
import sys
import tomllib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from pydantic import SecretStr

from chargebacks.errors import BadInput

if TYPE_CHECKING:
    from chargebacks.evidence_items import PolicyContent, PolicyKind, Supply
    from chargebacks.reporting import Dimension
    from evidence_sources.folder import FolderEvidence, GivenFile

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"([0-9]{1,5})([mhdw])")
_FIRST_YEAR = 2000
"""No Stripe account is as old as that."""
_STANDARD_INPUT = Path("-")
_DISPUTE_ID = re.compile(r"d[pu]_[A-Za-z0-9_]{1,80}")


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


def dispute_id(text: str) -> str:
    """Stripe's id of a dispute: `dp_…`, or `du_…` for newer ones."""
    if _DISPUTE_ID.fullmatch(text) is None:
        raise typer.BadParameter(f"{text!r} is no dispute's id at Stripe: those begin with dp_ or du_.")
    return text


def dimensions(text: str) -> "tuple[Dimension, ...]":
    """`reason,month`: names with commas between them."""
    from chargebacks.reporting import Dimension

    known = {dimension.value: dimension for dimension in Dimension}
    names = [name.strip() for name in text.split(",")]
    if wrong := [name for name in names if name not in known]:
        raise typer.BadParameter(f"{wrong[0]!r} is not one of {', '.join(known)}.", param_hint="--by")
    return tuple(dict.fromkeys(known[name] for name in names))


def evidence(
    fields: Sequence[str], files: Sequence[str], folder: Path | None
) -> "tuple[Supply, tuple[GivenFile, ...]]":
    """`NAME=TEXT` and `FIELD=PATH` options and a folder, as one supply with its files. BadInput with a line per
    mistake."""
    from chargebacks.evidence_fields import FILE_FIELDS, TEXT_FIELDS
    from chargebacks.supplies import parse_assignment
    from chargebacks.supply_reading import read_supply
    from evidence_sources.folder import read_file, read_folder

    mistakes: list[str] = []
    texts: dict[str, str] = {}
    given: list[GivenFile] = []
    for option in fields:
        try:
            name, text_of_field = parse_assignment(option, known=TEXT_FIELDS)
            if name in texts:
                mistakes.append(f"{name} is given twice: a field takes one text.")
            texts[name] = text_of_field
        except BadInput as mistake:
            mistakes += str(mistake).splitlines()
    for option in files:
        try:
            name, path = parse_assignment(option, known=FILE_FIELDS)
            given.append(read_file(Path(path).expanduser(), field=name))
        except BadInput as mistake:
            mistakes += str(mistake).splitlines()
    found = None
    try:
        found = read_folder(folder) if folder is not None else None
        supply = read_supply({"fields": texts})
    except BadInput as mistake:
        mistakes += str(mistake).splitlines()
    if mistakes:
        raise BadInput("\n".join(mistakes), reason="bad_evidence")
    return _joined(supply, found, given)


def _joined(
    supply: "Supply", found: "FolderEvidence | None", given: "list[GivenFile]"
) -> "tuple[Supply, tuple[GivenFile, ...]]":
    if found is None:
        return supply, tuple(given)
    if twice := sorted(supply.fields.keys() & found.supply.fields.keys()):
        raise BadInput(
            f"{twice[0]} is given with --field and in the folder: keep one.", reason="bad_evidence"
        )
    both = found.supply.model_copy(update={"fields": found.supply.fields | supply.fields})
    return both, (*found.files, *given)


def policy(
    file: Path,
    *,
    kind: "PolicyKind",
    clause: str | None,
    since: datetime | None,
    until: datetime | None,
    shown_where: str,
    url: str | None,
) -> "PolicyContent":
    """A policy from a text file. BadInput when it is empty or too long, or when the clause is no part of it."""
    from chargebacks.evidence_fields import LONG
    from chargebacks.evidence_items import PolicyContent

    said = text(file).strip()
    if not said:
        raise BadInput(f"{file} holds no text.", reason="bad_document")
    if len(said) > LONG:
        raise BadInput(
            f"{file} has {len(said):,} characters; at most {LONG:,} are taken: keep the parts that matter.",
            reason="bad_document",
        )
    if clause is not None and clause not in said:
        raise BadInput(
            f"The clause is no part of {file}: give it letter by letter, so that it can be marked.",
            reason="bad_document",
        )
    return PolicyContent(
        kind=kind,
        text=said,
        clause=clause,
        in_force_from=since,
        in_force_until=until,
        shown_where=shown_where,
        url=url,
    )


def name(given: str | None) -> str:
    """Who acts: as given, else the login name. BadInput where there is none."""
    if given is not None:
        return given
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise BadInput("Say who adds it: give --by NAME.", reason="no_name") from error


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
    """Of an account: from a file, an environment variable or a hidden prompt."""
    return secret("key", "Stripe secret or restricted key", file=file, variable=variable)


def secret(option: str, prompt: str, *, file: Path | None, variable: str | None) -> SecretStr:
    """From `--{option}-file`, `--{option}-env` or a hidden prompt; never from the command line, which others can
    see."""
    if file is not None and variable is not None:
        raise BadInput(f"Give --{option}-file or --{option}-env, not both.", reason="two_secrets")
    if file is not None:
        return _not_empty(text(file), f"{file} is empty.")
    if variable is not None:
        return _not_empty(os.environ.get(variable, ""), f"The environment variable {variable} is not set.")
    return ask_secret(prompt, instead=f"--{option}-file or --{option}-env")


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
