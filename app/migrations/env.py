"""How Alembic runs our steps: one transaction, bounded waits, one migration at a time."""

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine, text

from app.core.db import engine
from app.tables import table_metadata

_ONE_AT_A_TIME = 0x4D617769


def run(connection: Connection) -> None:
    """Run the steps asked for in the connection's transaction."""
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    connection.execute(text("SET LOCAL statement_timeout = '10min'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    context.configure(connection=connection, target_metadata=table_metadata(), compare_server_default=True)
    context.run_migrations()


url = context.config.attributes.get("url")
with (create_engine(url, poolclass=NullPool) if url else engine()).begin() as opened:
    run(opened)
