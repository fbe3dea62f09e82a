"""Files under the hash of their bytes, sealed. Every file is handled by itself: a case's may be 100 MB together."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from chargebacks.errors import NeedsOperator
from store.database import Database
from store.dispute_tables import DocumentRow
from store.sealing import Sealer
from store.statements import insert_new

DOCUMENTS = "documents"
"""Who holds this writes a reference to documents, or erases documents without one."""


class Documents:
    """The same bytes are kept once, whichever case or packet they belong to, until `store.purging` finds that nobody
    needs them."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def keep(self, documents: Mapping[str, bytes]) -> None:
        """Keep each file under its sha256, on disk before this returns, in a transaction of its own.

        ValueError when the bytes are not those of the hash: evidence is told apart by nothing else.
        """
        for sha256, content in documents.items():
            if await asyncio.to_thread(hash_of, content) != sha256:
                raise ValueError(f"the bytes given as document {sha256} are others")
            if not await self._is_kept(sha256):
                await self._insert(sha256, content)

    async def read(self, sha256: str) -> bytes:
        """NeedsOperator ("document_gone") when it is not kept, or when SECRETS_KEY does not fit."""
        of_hash = select(col(DocumentRow.sealed)).where(col(DocumentRow.sha256) == sha256)
        sealed = await self._database.read(
            lambda connection: connection.execute(of_hash).scalar_one_or_none()
        )
        if sealed is None:
            raise NeedsOperator(
                f"document {sha256} is not in the database: restore it, or add the evidence again",
                reason="document_gone",
            )
        return await asyncio.to_thread(self._sealer.unseal_content, _owner(sha256), sealed)

    async def _is_kept(self, sha256: str) -> bool:
        return not await self._database.read(lambda connection: missing_documents(connection, {sha256}))

    async def _insert(self, sha256: str, content: bytes) -> None:
        # Sealed before the transaction: it takes longer than writing, and SQLite has one writer.
        sealed = await asyncio.to_thread(self._sealer.seal_content, _owner(sha256), content)
        row: dict[str, Any] = {"sha256": sha256, "size": len(content), "sealed": sealed}
        await self._database.write_durably(
            lambda connection: connection.execute(insert_new(connection, DocumentRow), row)
        )


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def missing_documents(connection: Connection, hashes: Collection[str]) -> set[str]:
    """Those of the hashes under which nothing is kept."""
    known = select(col(DocumentRow.sha256)).where(col(DocumentRow.sha256).in_(hashes))
    return set(hashes) - set(connection.execute(known).scalars())


def _owner(sha256: str) -> str:
    return f"document {sha256}"
