"""What a failing database means to a caller."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chargebacks.errors import BadInput, CaseError, NeedsOperator, TryLater

_UNDEFINED_TABLE = "42P01"
_REFUSED = ("28000", "28P01", "3D000", "42501")
"""Wrong user, wrong password, no such database, no permission
(https://www.postgresql.org/docs/current/errcodes-appendix.html)."""
_SQLITE_REFUSES = ("unable to open database file", "readonly database", "file is not a database")
_BAD_DATA = "22"
_PASSING = ("08", "25", "40", "53", "55", "57", "58", "XX")
"""Classes of errors that lie with the server or with others on it, not with the statement."""


@contextmanager
def named_failures() -> Iterator[None]:
    """Turns failures of the database into case errors. A broken constraint or a wrong statement is a bug of ours and
    stays what it is."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, PoolTimeout, OSError) as error:
        named = _named(error)
        if named is None:
            raise
        raise named from error


def _named(error: Exception) -> CaseError | None:
    driver = getattr(error, "orig", None) or error
    said = " ".join(str(driver).split())
    state = getattr(driver, "sqlstate", None)
    if state == _UNDEFINED_TABLE or "no such table" in said:
        return NeedsOperator(
            "the database has no tables of this version: run `python starter.py migrate`",
            reason="schema_behind",
        )
    if state in _REFUSED or any(words in said for words in _SQLITE_REFUSES):
        return NeedsOperator(f"the database refuses: {said}", reason="database_refused")
    if state is not None and state.startswith(_BAD_DATA):
        return BadInput(f"the database cannot hold this: {said}", reason="cannot_be_stored")
    if isinstance(error, ProgrammingError) or (state is not None and not state.startswith(_PASSING)):
        return None
    return TryLater(f"the database does not answer: {said}", reason="database_unavailable")
