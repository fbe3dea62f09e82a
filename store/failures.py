"""What a failing database means to a caller."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chargebacks.errors import CaseError, NeedsOperator, TryLater

_REFUSED = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)


@contextmanager
def named_failures() -> Iterator[None]:
    """Turns failures of the database into case errors. A broken constraint or a wrong statement is a bug of ours and
    stays what it is."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, PoolTimeout, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        named = _named(error)
        if named is None:
            raise
        raise named from error


def _named(error: Exception) -> CaseError | None:
    said = " ".join(str(getattr(error, "orig", None) or error).split())
    if "no such table" in said or "UndefinedTable" in said:
        return NeedsOperator(
            "the database has no tables of this version: run `python starter.py migrate`",
            reason="schema_behind",
        )
    if isinstance(error, _REFUSED):
        return NeedsOperator(f"the database refuses the connection: {said}", reason="database_refused")
    if isinstance(error, ProgrammingError):
        return None
    return TryLater(f"the database does not answer: {said}", reason="database_unavailable")
