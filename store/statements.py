"""What SQLAlchemy has no common word for in SQLite and PostgreSQL."""

from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql, sqlite

from store.tables import Row


def insert_into(connection: Connection, table: type[Row]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may say ON CONFLICT, in the words of the connection's database."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def hold(connection: Connection, name: str) -> None:
    """Let no other transaction that holds `name` run until this one ends. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})
