"""Built packets by case and digest: the manifest for everybody to read, what will be filed sealed."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlmodel import col

from chargebacks.compelling_evidence import Ce3Payload
from chargebacks.errors import NeedsOperator, TryLater
from chargebacks.packet import BuiltPacket, Manifest, PacketFile
from chargebacks.values import Value
from store.database import Database
from store.dispute_tables import PacketRow, UploadedFileRow
from store.documents import DOCUMENTS, Documents, hash_of, missing_documents
from store.sealing import ERASED, Sealer
from store.statements import hold, insert_new, insert_or_replace


class _KeptFile(Value):
    """A `PacketFile` whose bytes lie among the documents."""

    field: str
    name: str
    media_type: str
    sha256: str


class _KeptPacket(Value):
    """What is sealed of a packet beside the bytes of its files."""

    texts: dict[str, str]
    files: tuple[_KeptFile, ...]
    reading_copy: str
    """Its sha256."""
    ce3: Ce3Payload | None


class Packets:
    """Implements `activities.dispute_ports.PacketStore`. Every write is on disk before its method returns.

    Whoever needs one part asks for that part: a whole packet may take 10 MB of memory. Files can also be read one by
    one, as `store.evidence.document(entry.sha256)` for the entries of the manifest.
    """

    def __init__(self, database: Database, sealer: Sealer, documents: Documents) -> None:
        self._database = database
        self._sealer = sealer
        self._documents = documents

    async def keep(self, case_id: str, packet: BuiltPacket, ce3: Ce3Payload | None) -> None:
        """Keep the packet under its digest, and as the case's latest; the same digest again replaces what was
        remarked about it, its reading copy and its CE 3.0 payload.

        ValueError when the manifest speaks of other files than the packet holds.
        """
        digest = packet.manifest.digest
        contents = {hash_of(content): content for content in (packet.reading_copy, *_contents(packet))}
        kept = _kept(packet, ce3)
        _require_the_same(packet.manifest, kept)
        await self._documents.keep(contents)
        row = {
            "case_id": case_id,
            "digest": digest,
            "manifest": packet.manifest.model_dump_json(),
            "kept_at": datetime.now(UTC),
            "sealed": await self._sealer.seal_value(_owner(case_id, digest), kept),
        }
        await self._database.write_durably(lambda connection: _keep(connection, row, set(contents)))

    async def manifest(self, case_id: str, digest: str) -> Manifest:
        """NeedsOperator ("packet_gone") when the packet is not kept; needs no SECRETS_KEY."""
        return Manifest.model_validate_json((await self._row(case_id, digest)).manifest)

    async def packet(self, case_id: str, digest: str) -> BuiltPacket:
        """All of it. NeedsOperator ("packet_gone") when it is not kept."""
        row = await self._row(case_id, digest)
        kept = await self._unseal(row)
        return BuiltPacket(
            manifest=Manifest.model_validate_json(row.manifest),
            texts=kept.texts,
            files=tuple([await self._file(file) for file in kept.files]),
            reading_copy=await self._documents.read(kept.reading_copy),
        )

    async def texts(self, case_id: str, digest: str) -> dict[str, str]:
        """The text fields alone. NeedsOperator ("packet_gone") when the packet is not kept."""
        return (await self._unseal(await self._row(case_id, digest))).texts

    async def reading_copy(self, case_id: str, digest: str) -> bytes:
        """The PDF for people alone. NeedsOperator ("packet_gone") when the packet is not kept."""
        kept = await self._unseal(await self._row(case_id, digest))
        return await self._documents.read(kept.reading_copy)

    async def ce3(self, case_id: str, digest: str) -> Ce3Payload | None:
        """As it was last kept with the packet. NeedsOperator ("packet_gone") when the packet is not kept."""
        return (await self._unseal(await self._row(case_id, digest))).ce3

    async def latest(self, case_id: str) -> str | None:
        """Digest of the packet that was kept last."""
        digests = await self.digests(case_id)
        return digests[-1] if digests else None

    async def digests(self, case_id: str) -> tuple[str, ...]:
        """Of all packets of the case, in the order in which each was last kept."""
        of_case = (
            select(col(PacketRow.digest))
            .where(col(PacketRow.case_id) == case_id)
            .order_by(col(PacketRow.number))
        )
        return await self._database.read(lambda connection: tuple(connection.execute(of_case).scalars()))

    async def files_of(self, case_id: str) -> set[str]:
        """Hashes of every file of every packet of the case, reading copies included."""
        of_case = select(PacketRow).where(col(PacketRow.case_id) == case_id, col(PacketRow.sealed) != ERASED)
        rows = await self._database.read(lambda connection: connection.execute(of_case).all())
        kept = [await self._unseal(row) for row in rows]
        return {hash for one in kept for hash in (one.reading_copy, *(file.sha256 for file in one.files))}

    async def file_ids(self, case_id: str) -> dict[str, str]:
        """sha256 → Stripe file id of what was uploaded for this case."""
        of_case = select(col(UploadedFileRow.sha256), col(UploadedFileRow.file_id)).where(
            col(UploadedFileRow.case_id) == case_id
        )
        return await self._database.read(
            lambda connection: {row.sha256: row.file_id for row in connection.execute(of_case)}
        )

    async def keep_file_id(self, case_id: str, sha256: str, file_id: str) -> None:
        """On disk before this returns; the first id of a file stays."""
        row = {"case_id": case_id, "sha256": sha256, "file_id": file_id}
        await self._database.write_durably(
            lambda connection: connection.execute(insert_new(connection, UploadedFileRow), row)
        )

    async def _row(self, case_id: str, digest: str) -> Row[Any]:
        wanted = select(PacketRow).where(col(PacketRow.case_id) == case_id, col(PacketRow.digest) == digest)
        row = await self._database.read(lambda connection: connection.execute(wanted).one_or_none())
        if row is None:
            raise NeedsOperator(
                f"packet {digest} of {case_id} is not in the database: restore it, or build the packet again",
                reason="packet_gone",
            )
        return row

    async def _unseal(self, row: Row[Any]) -> _KeptPacket:
        if row.sealed == ERASED:
            raise NeedsOperator(
                f"packet {row.digest} of {row.case_id} was erased with the case's personal data: "
                "its manifest is all that is left",
                reason="packet_gone",
            )
        return await self._sealer.unseal_value(_owner(row.case_id, row.digest), row.sealed, _KeptPacket)

    async def _file(self, file: _KeptFile) -> PacketFile:
        content = await self._documents.read(file.sha256)
        return PacketFile(field=file.field, name=file.name, media_type=file.media_type, content=content)


def _contents(packet: BuiltPacket) -> tuple[bytes, ...]:
    return tuple(file.content for file in packet.files)


def _kept(packet: BuiltPacket, ce3: Ce3Payload | None) -> _KeptPacket:
    files = tuple(
        _KeptFile(field=one.field, name=one.name, media_type=one.media_type, sha256=hash_of(one.content))
        for one in packet.files
    )
    return _KeptPacket(texts=packet.texts, files=files, reading_copy=hash_of(packet.reading_copy), ce3=ce3)


def _require_the_same(manifest: Manifest, kept: _KeptPacket) -> None:
    """A person approves the manifest, and the files are what is filed."""
    said = {(entry.field, entry.sha256) for entry in manifest.entries if entry.kind == "file"}
    differing = said ^ {(file.field, file.sha256) for file in kept.files}
    if differing:
        fields = ", ".join(sorted({field for field, _ in differing}))
        raise ValueError(f"the manifest speaks of other files than the packet holds: {fields}")


def _keep(connection: Connection, row: dict[str, Any], files: set[str]) -> None:
    hold(connection, f"packets:{row['case_id']}")
    hold(connection, DOCUMENTS)
    if missing_documents(connection, files):
        raise TryLater(
            "files of the packet were erased while it was kept: keep it again", reason="files_erased"
        )
    highest = select(func.max(col(PacketRow.number))).where(col(PacketRow.case_id) == row["case_id"])
    number = (connection.execute(highest).scalar() or 0) + 1
    connection.execute(insert_or_replace(connection, PacketRow), row | {"number": number})


def _owner(case_id: str, digest: str) -> str:
    return f"packet {digest} of {case_id}"
