"""A folder that a person or a program has filled with one dispute's evidence.

shipping_documentation/label.pdf     a file, in a folder named after its evidence field; several are allowed
shipping_carrier.txt                 a text in UTF-8, named after its evidence field
usage.csv                            what the customer did: at, what, ip, device, detail
supply.json                          anything else of the contract in `docs/evidence-sources.md`

Names that begin with a dot are passed over, and so is what file managers leave behind.
"""

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from chargebacks.errors import BadInput
from chargebacks.evidence_fields import FILE_FIELDS, MOST_FILE_BYTES, TEXT_FIELDS
from chargebacks.evidence_items import Supply
from chargebacks.supplies import did_you_mean, refuse, supply_mistakes, what_instead
from chargebacks.supply_reading import read_supply
from evidence_sources.bodies import from_json

_MOST_TEXT_BYTES = 25_000_000
_LEFT_BEHIND = ("Thumbs.db", "desktop.ini")
_COLUMNS = ("at", "what", "ip", "device", "detail")
_NEEDED = ("at", "what")
_WHAT_MAY_STAND = (
    "a folder per file field (such as receipt/), a .txt per text field (such as shipping_carrier.txt), usage.csv and "
    "supply.json"
)


@dataclass(frozen=True, kw_only=True)
class GivenFile:
    """A file as it was given, not yet checked."""

    field: str
    """One of Stripe's file fields."""
    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class FolderEvidence:
    supply: Supply
    """May name further files by URL, where `supply.json` does."""
    files: tuple[GivenFile, ...]


def read_folder(folder: Path) -> FolderEvidence:
    """Everything in the folder. BadInput (`bad_supply`) with one sentence per mistake when a single one is wrong:
    nothing is passed over that might have won the dispute."""
    reading = _Reading()
    for entry in _entries(folder):
        reading.take(entry)
    supply = reading.supply()
    refuse(reading.mistakes)
    if supply == Supply() and not reading.files:
        raise BadInput(f"{folder} holds no evidence: there may be {_WHAT_MAY_STAND}.", reason="no_evidence")
    return FolderEvidence(supply=supply, files=tuple(reading.files))


def read_file(path: Path, *, field: str) -> GivenFile:
    """One file for a field. BadInput (`unreadable_file`) when it cannot be read, is empty or too large."""
    return GivenFile(field=field, name=path.name, content=_bytes(path, most=MOST_FILE_BYTES))


@dataclass
class _Reading:
    """What has been read so far, and what was wrong."""

    given: Supply = field(default_factory=Supply)
    fields: dict[str, str] = field(default_factory=dict)
    usage: list[dict[str, str]] = field(default_factory=list)
    files: list[GivenFile] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    def take(self, entry: Path) -> None:
        try:
            if entry.is_dir():
                self._take_files(entry)
            elif not entry.is_file():
                self.mistakes.append(f"{entry.name} is neither a file nor a folder: remove it.")
            elif entry.name == "supply.json":
                self._take_json(entry)
            elif entry.name == "usage.csv":
                self.usage = _usage(_text(entry))
            elif entry.suffix == ".txt":
                self._take_text(entry)
            else:
                self.mistakes.append(_out_of_place(entry))
        except BadInput as mistake:
            self.mistakes += str(mistake).splitlines()

    def supply(self) -> Supply:
        """Everything but the files in the folder, as far as it could be read."""
        try:
            own = read_supply({"fields": self.fields, "usage": self.usage})
            both = {"fields": self.given.fields | own.fields, "usage": self.given.usage + own.usage}
            joined = self.given.model_copy(update=both)
            refuse(supply_mistakes(joined))
            return joined
        except BadInput as mistake:
            self.mistakes += str(mistake).splitlines()
            return Supply()

    def _take_files(self, folder: Path) -> None:
        if folder.name not in FILE_FIELDS:
            raise _wrong(f"{folder.name}/ {what_instead(folder.name, FILE_FIELDS)}.")
        found = _entries(folder)
        if not found:
            raise _wrong(f"{folder.name}/ is empty: put its file in, or remove it.")
        for path in found:
            if not path.is_file():
                raise _wrong(f"{folder.name}/{path.name} is no file: put files right into {folder.name}/.")
            self.files.append(read_file(path, field=folder.name))

    def _take_json(self, path: Path) -> None:
        given = from_json(_bytes(path, most=_MOST_TEXT_BYTES), path.name)
        try:
            self.given = read_supply(given)
        except BadInput as mistake:
            sentences = [f"{path.name}: {sentence}" for sentence in str(mistake).splitlines()]
            raise BadInput("\n".join(sentences), reason=mistake.reason) from mistake
        if twice := sorted(set(self.given.fields) & set(self.fields)):
            raise _wrong(f"{twice[0]} is given in {path.name} and in {twice[0]}.txt: keep one.")

    def _take_text(self, path: Path) -> None:
        if path.stem not in TEXT_FIELDS:
            raise _wrong(f"{path.name}: {path.stem} {what_instead(path.stem, TEXT_FIELDS)}.")
        self.fields[path.stem] = _text(path).strip()
        if not self.fields[path.stem]:
            raise _wrong(f"{path.name} holds no text: write it, or remove the file.")


def _entries(folder: Path) -> list[Path]:
    try:
        # Texts before supply.json: whichever is read later is compared with the other.
        found = sorted(folder.iterdir(), key=lambda path: (path.name == "supply.json", path.name))
    except OSError as error:
        raise _unreadable(folder, error) from error
    return [path for path in found if not path.name.startswith(".") and path.name not in _LEFT_BEHIND]


def _out_of_place(entry: Path) -> str:
    if entry.stem in FILE_FIELDS:
        return f"{entry.name}: put it into a folder named {entry.stem}/."
    if (near := did_you_mean(entry.name, ("supply.json", "usage.csv"), closeness=0.8)) is not None:
        return f"{entry.name}: did you mean {near}?"
    return f"{entry.name} is out of place: there may be {_WHAT_MAY_STAND}."


def _usage(text: str) -> list[dict[str, str]]:
    """The rows of usage.csv; with commas, or with semicolons as some spreadsheets write it."""
    head = text.partition("\n")[0]
    delimiter = ";" if ";" in head and "," not in head else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [name.strip().lower() for name in reader.fieldnames or ()]
        _check_columns(columns)
        reader.fieldnames = columns
        return [_row(row, line=reader.line_num) for row in reader]
    except csv.Error as error:
        raise _wrong(f"usage.csv, line {reader.reader.line_num}: {error}.") from error


def _check_columns(columns: list[str]) -> None:
    if missing := [name for name in _NEEDED if name not in columns]:
        raise _wrong(f"usage.csv has no column {missing[0]}: its first line must name {', '.join(_COLUMNS)}.")
    if strange := [name for name in columns if name not in _COLUMNS]:
        raise _wrong(f'usage.csv has an unknown column "{strange[0]}": known are {", ".join(_COLUMNS)}.')


def _row(row: dict[str | Any, str | Any], *, line: int) -> dict[str, str]:
    cells = {name: value.strip() for name, value in row.items() if isinstance(value, str) and value.strip()}
    if None in row:
        raise _wrong(f"usage.csv, line {line}: has more cells than columns; put quotes around commas.")
    if not cells.get("what"):
        raise _wrong(f"usage.csv, line {line}: what must not be empty.")
    try:
        at = datetime.fromisoformat(cells.get("at", ""))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise _wrong(
            f"usage.csv, line {line}: at must be a time with its time zone, such as 2026-11-23T10:30:00Z."
        )
    return {**cells, "at": at.isoformat()}


def _text(path: Path) -> str:
    try:
        return _bytes(path, most=_MOST_TEXT_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong(f"{path.name} is not text in UTF-8: save it as that.") from error


def _bytes(path: Path, *, most: int) -> bytes:
    try:
        with path.open("rb") as opened:
            content = opened.read(most + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not content:
        raise BadInput(f"{path.name} is empty.", reason="unreadable_file")
    if len(content) > most:
        raise BadInput(f"{path.name} is larger than {most:,} bytes.", reason="unreadable_file")
    return content


def _wrong(sentence: str) -> BadInput:
    return BadInput(sentence, reason="bad_supply")


def _unreadable(path: Path, error: OSError) -> BadInput:
    why = (error.strerror or type(error).__name__).lower()
    return BadInput(f"{path} cannot be read: {why}.", reason="unreadable_file")
