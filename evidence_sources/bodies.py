"""The two forms in which an endpoint may answer: JSON, or multipart/form-data with the files beside it."""

import base64
import json
from typing import Any

from python_multipart import FormParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File

from chargebacks.errors import BadInput
from chargebacks.supplies import BAD_SUPPLY, shown
from evidence_sources.wire import short

MOST_BYTES = 25_000_000
"""Of one answer, files included."""
SUPPLY_PART = "supply"
_MOST_PARTS = 100


def from_json(body: bytes, what: str) -> Any:
    """BadInput (`bad_supply`) when it is something else."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{what} is not JSON in UTF-8.", reason=BAD_SUPPLY) from error


def from_parts(body: bytes, *, boundary: bytes) -> Any:
    """The JSON of the part `supply`, and every other part as a file for the evidence field of its name.

    https://www.rfc-editor.org/rfc/rfc7578. BadInput (`bad_supply`) when it cannot be taken apart.
    """
    fields: list[Field] = []
    files: list[File] = []
    whole: list[bool] = []
    try:
        parser = FormParser(
            "multipart/form-data",
            fields.append,
            files.append,
            on_end=lambda: whole.append(True),
            boundary=boundary,
            # In memory: nothing of it is to lie about in a temporary file.
            config={"MAX_MEMORY_FILE_SIZE": len(body) + 1, "UPLOAD_ERROR_ON_BAD_CTE": True},
        )
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise BadInput(
            f"The answer is not multipart/form-data: {short(str(error))}", reason=BAD_SUPPLY
        ) from error
    if not whole:
        raise BadInput("The answer's last boundary is missing: it is not whole.", reason=BAD_SUPPLY)
    if len(fields) + len(files) > _MOST_PARTS:
        raise BadInput(f"The answer has more than {_MOST_PARTS} parts.", reason=BAD_SUPPLY)
    supplies, uploads = _sorted(fields, files)
    if len(supplies) > 1:
        raise BadInput(f"The answer has {len(supplies)} parts named {SUPPLY_PART}.", reason=BAD_SUPPLY)
    given = from_json(supplies[0], f"The part {SUPPLY_PART}") if supplies else {}
    return _with_files(given, [_supplied(file) for file in uploads])


def _sorted(fields: list[Field], files: list[File]) -> tuple[list[bytes], list[File]]:
    """The contents of the parts named `supply`, with or without a file name, and the evidence files."""
    supplies: list[bytes] = []
    for field in fields:
        name = _text(field.field_name)
        if name != SUPPLY_PART:
            raise BadInput(
                f"The part {shown(name)} has no file name: text goes into the part {SUPPLY_PART}.",
                reason=BAD_SUPPLY,
            )
        supplies.append(field.value or b"")
    supplies += [_bytes(file) for file in files if _text(file.field_name) == SUPPLY_PART]
    return supplies, [file for file in files if _text(file.field_name) != SUPPLY_PART]


def _with_files(given: Any, files: list[dict[str, str]]) -> Any:
    """What is no object, or lists its files wrongly, is left as it is for the reader to refuse."""
    listed = (given.get("files") or []) if isinstance(given, dict) else None
    return {**given, "files": [*listed, *files]} if isinstance(listed, list) else given


def _supplied(file: File) -> dict[str, str]:
    field, name, content = _text(file.field_name), _text(file.file_name), _bytes(file)
    if not content:
        raise BadInput(f"The file {shown(name)} in the part {shown(field)} is empty.", reason=BAD_SUPPLY)
    return {"field": field, "name": name, "content_base64": base64.b64encode(content).decode()}


def _bytes(file: File) -> bytes:
    file.file_object.seek(0)
    return file.file_object.read()


def _text(given: bytes | None) -> str:
    return (given or b"").decode("utf-8", "replace")
