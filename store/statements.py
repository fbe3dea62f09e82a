"""What SQLAlchemy has no common word for in SQLite and PostgreSQL."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import Row


def insert_into(connection: AsyncConnection, table: type[Row]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may say ON CONFLICT, in the words of the connection's database."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
