"""A packet's files in a folder of their own."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

from chargebacks.errors import BadInput, NeedsOperator
from chargebacks.packet import ManifestEntry
from cli.rows import Row, section
from cli.wording import plural, size
from operations.packets import PacketCopy

_FOR_THE_OWNER = 0o700
"""A packet holds what is known of a customer."""


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write them in order. BadInput, and nothing is written, when the folder holds anything else: files of two packets
    would mix. The same files again are harmless. NeedsOperator when the disk refuses."""
    try:
        _check_folder(folder, files)
        folder.mkdir(mode=_FOR_THE_OWNER, parents=True, exist_ok=True)
        for path, content in files.items():
            (folder / path).parent.mkdir(mode=_FOR_THE_OWNER, exist_ok=True)
            (folder / path).write_bytes(content)
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise NeedsOperator(
            f"{error.filename or folder} cannot be written: {why}.", reason="unwritable"
        ) from error


def show_packet(console: Console, folder: Path, copy: PacketCopy) -> None:
    """What was written: pages, bytes, what is in each field, findings."""
    manifest = copy.manifest
    console.print(Text(copy.case.case_id, style="bold"), soft_wrap=True)
    rows: list[Row] = [
        ("packet", copy.digest),
        ("written to", f"{folder}: {plural(len(copy.files), 'file')}, begin with packet.pdf"),
        ("holds", f"{plural(manifest.pages, 'page')}, {size(manifest.size)}"),
    ]
    present = copy.case.dispute.packet if copy.case.dispute is not None else None
    if present is not None and present.digest != copy.digest:
        rows.append(
            ("note", Text(f"an older one: the case's packet is {present.digest[:12]}", style="yellow"))
        )
    section(console, "", rows)
    section(console, "Fields", ((entry.field, _field(copy, entry)) for entry in manifest.entries))
    remarks = [("left out", f"{one.what}: {one.why}") for one in manifest.left_out]
    section(console, "Findings", [*remarks, *(("look at", finding) for finding in manifest.findings)])


def _field(copy: PacketCopy, entry: ManifestEntry) -> str:
    if entry.kind == "text":
        return plural(entry.size, "character")
    titles = [
        f"{number} {copy.manifest.exhibits[number - 1]}"
        for number in entry.exhibits
        if 0 < number <= len(copy.manifest.exhibits)
    ]
    pages = f"{plural(entry.pages, 'page')}, " if entry.pages is not None else ""
    shown = f": {'; '.join(titles)}" if titles else ""
    return f"{pages}{size(entry.size)}{shown}"


def _check_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BadInput(f"{folder} is a file: give a folder.", reason="not_a_folder")
    folders = {Path(path).parent for path in files}
    found = [
        entry
        for within in sorted(folders)
        if (folder / within).is_dir()
        for entry in sorted((folder / within).iterdir())
    ]
    for entry in found:
        path = entry.relative_to(folder)
        if path in folders:
            continue
        mine = files.get(path.as_posix())
        if mine is None or not entry.is_file() or entry.read_bytes() != mine:
            raise BadInput(
                f"{entry} is there already and is none of this packet's files: give a folder that is empty or not "
                "there yet.",
                reason="folder_in_use",
            )
