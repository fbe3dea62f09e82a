"""SQLModel tables, sessions, migrations and sealed secrets. No table row leaves this package."""
