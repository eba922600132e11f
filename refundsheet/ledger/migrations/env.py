"""How Alembic reaches the ledger: by the connection, and in the transaction, that it is handed."""

from alembic import context

from refundsheet.ledger.tables import ledger_version, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=ledger_version.name,
)
context.run_migrations()
