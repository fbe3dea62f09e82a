"""The store as the processes open it: one value with a part per thing that is kept."""

from types import TracebackType
from typing import Self

from pydantic import SecretStr
from sqlalchemy import text

from store import schema
from store.accounts import Accounts
from store.backfills import Backfills
from store.cases import Cases
from store.charges import Charges
from store.database import Database, open_database
from store.documents import Documents
from store.evidence import Evidence
from store.evidence_sources import EvidenceSources
from store.inbox import Inbox
from store.ledger import RefundLedger
from store.notices import Notices
from store.packets import Packets
from store.purging import Purging
from store.reports import OutcomeReports
from store.results import Results
from store.sealing import Sealer
from store.sources import Sources
from store.submissions import Submissions
from store.sync import SyncMarks
from store.tokens import ApiRequests, Tokens
from store.webhooks import StripeWebhooks


class Store:
    """Everything that is kept, on one database. Close it, or use it as an async context manager.

    Every part raises `chargebacks.errors.TryLater` ("database_unavailable") when the database does not answer.
    """

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self.accounts = Accounts(database, sealer)
        self.sources = Sources(database, sealer)
        self.cases = Cases(database)
        self.charges = Charges(database, self.accounts, sealer)
        self.ledger = RefundLedger(database)
        self.reports = OutcomeReports(database)
        self.inbox = Inbox(database, sealer)
        documents = Documents(database, sealer)
        self.evidence = Evidence(database, sealer, documents)
        self.evidence_sources = EvidenceSources(database, sealer)
        self.packets = Packets(database, sealer, documents)
        self.submissions = Submissions(database)
        self.results = Results(database)
        self.sync = SyncMarks(database)
        self.webhooks = StripeWebhooks(database, sealer)
        self.tokens = Tokens(database)
        self.api_requests = ApiRequests(database)
        self.notices = Notices(database)
        self.backfills = Backfills(database)
        self.purging = Purging(database, self.evidence, self.packets, self.api_requests)

    @classmethod
    async def connect(cls, database_url: str, secrets_key: SecretStr | None) -> Self:
        """Open the database and see that it answers.

        BadInput for an address that is not SQLite's or PostgreSQL's, NeedsOperator for a wrong SECRETS_KEY or a
        refused connection, TryLater when the database does not answer.
        """
        sealer = Sealer(secrets_key)
        database = open_database(database_url)
        try:
            await database.read(lambda connection: connection.execute(text("SELECT 1")))
        except BaseException:
            await database.close()
            raise
        return cls(database, sealer)

    async def migrate(self) -> None:
        """Bring the schema to this version; safe when several processes do so at once."""
        await schema.migrate(self._database)

    async def check_schema(self) -> None:
        """NeedsOperator, with the command to run, unless the schema is this version's."""
        await schema.check_schema(self._database)

    async def close(self) -> None:
        await self._database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
