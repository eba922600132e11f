"""Statements that are executed for many rows, on SQLite and PostgreSQL alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, UpdateBase
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> None:
    """Insert rows, or bring those that are there up to date.

    Args:
        connection: Within a transaction.
        table: The table.
        rows: The rows, all with the same columns, no two with the same key.
        keys: The columns of the unique index that decides what is there.
    """
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    changed = {name: statement.excluded[name] for name in rows[0]}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)


def execute_all(
    connection: Connection, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute a statement once for each row; for none of them not at all."""
    if rows:
        connection.execute(statement, rows)
