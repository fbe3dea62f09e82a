"""The tables of disputes. What may hold personal data is in columns called `sealed`, and nowhere else."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, Text
from sqlmodel import Field

from store.tables import Row, UtcDateTime


class DossierRow(Row, table=True):
    """What Stripe knew of a disputed sale when it was last read: `sealed` is the `Dossier`."""

    __tablename__ = "dossiers"

    case_id: str = Field(primary_key=True)
    read_at: datetime = Field(sa_type=UtcDateTime)
    sealed: bytes = Field(sa_type=LargeBinary)


class DocumentRow(Row, table=True):
    """The bytes of a file under their hash, whoever needs them: evidence as it came in, or a part of a packet."""

    __tablename__ = "documents"

    sha256: str = Field(primary_key=True)
    size: int
    sealed: bytes = Field(sa_type=LargeBinary)


class EvidenceItemRow(Row, table=True):
    """One piece of a case's evidence: `sealed` is the `EvidenceItem`. `number` is the order of arrival."""

    __tablename__ = "evidence_items"
    __table_args__ = (Index("uq_evidence_items_number", "case_id", "number", unique=True),)

    case_id: str = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    number: int
    type: str
    field: str | None = None
    supplier: str
    supplied_by: str
    supplied_at: datetime = Field(sa_type=UtcDateTime)
    sha256: str
    size: int | None = None
    sealed: bytes = Field(sa_type=LargeBinary)


class StandingDocumentRow(Row, table=True):
    """A document kept for every dispute of the account: `sealed` is the `EvidenceItem`."""

    __tablename__ = "standing_documents"

    account: str = Field(primary_key=True, foreign_key="accounts.name")
    item_id: str = Field(primary_key=True)
    in_force_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    in_force_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sealed: bytes = Field(sa_type=LargeBinary)


class PacketRow(Row, table=True):
    """A built packet; its files lie in `documents`. The highest `number` is the one that was kept last."""

    __tablename__ = "packets"
    __table_args__ = (Index("uq_packets_number", "case_id", "number", unique=True),)

    case_id: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    number: int
    manifest: str = Field(sa_type=Text)
    kept_at: datetime = Field(sa_type=UtcDateTime)
    sealed: bytes = Field(sa_type=LargeBinary)


class UploadedFileRow(Row, table=True):
    """The id that Stripe gave a file of a case."""

    __tablename__ = "uploaded_files"

    case_id: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    file_id: str


class SubmissionRow(Row, table=True):
    """The one submission of a dispute's round. The unique index is the last lock: one case per round."""

    __tablename__ = "submissions"
    __table_args__ = (
        Index("uq_submissions_round", "dispute_id", "round", unique=True),
        CheckConstraint("round >= 1 AND key_revision >= 1", name="counts"),
        CheckConstraint("state IN ('reserved', 'filed', 'elsewhere')", name="state"),
    )

    case_id: str = Field(primary_key=True)
    round: int = Field(primary_key=True)
    dispute_id: str
    digest: str
    approved_by: str
    state: str
    key_revision: int
    reserved_at: datetime = Field(sa_type=UtcDateTime)
    filed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DisputeResultRow(Row, table=True):
    """How a dispute came out. `evidence` is a JSON list of names in order, so that equal sets are equal texts."""

    __tablename__ = "dispute_results"
    __table_args__ = (
        Index("ix_dispute_results_account_opened_at", "account", "opened_at"),
        Index("ix_dispute_results_opened_at", "opened_at"),
    )

    case_id: str = Field(primary_key=True)
    account: str
    dispute_id: str
    reason: str
    network: str | None = None
    network_reason_code: str | None = None
    product_type: str | None = None
    completeness: int
    evidence: str = Field(sa_type=Text)
    filed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    filed_by: str | None = None
    verdict: str | None = None
    disputed_minor: int = Field(sa_type=BigInteger)
    disputed_currency: str
    recovered_minor: int = Field(sa_type=BigInteger)
    fees_minor: int = Field(sa_type=BigInteger)
    settlement_currency: str | None = None
    opened_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EvidenceSourceRow(Row, table=True):
    """One evidence source of the merchant's. `sealed` holds the secret that signs requests to an endpoint."""

    __tablename__ = "evidence_sources"

    name: str = Field(primary_key=True)
    account: str = Field(foreign_key="accounts.name", index=True)
    kind: str
    task_queue: str | None = None
    url: str | None = None
    timeout_seconds: int
    sealed: str | None = Field(default=None, sa_type=Text)


class SyncMarkRow(Row, table=True):
    """Until when everything of a kind has been brought in for an account."""

    __tablename__ = "sync_marks"

    account: str = Field(primary_key=True, foreign_key="accounts.name")
    what: str = Field(primary_key=True)
    until: datetime = Field(sa_type=UtcDateTime)
