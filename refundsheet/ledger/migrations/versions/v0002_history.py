"""The history of every cell, what of it stands on the History tab, and when the ledger was pruned."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the tables and columns."""
    op.add_column("sheets", sa.Column("pruned_at", sa.String(32)))
    op.add_column("sheets", sa.Column("pruned_bytes", sa.BigInteger))
    _add_history()
    op.create_table(
        "additions",
        _sheet("additions"),
        sa.Column("mark", sa.BigInteger, nullable=False),
        sa.Column("through", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.String(32), nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("sheet", "mark", name="pk_additions"),
    )


def _add_history() -> None:
    op.create_table(
        "history",
        sa.Column("id", _number, nullable=False),
        _sheet("history"),
        sa.Column("run", sa.BigInteger, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("case", sa.Text, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_history_sheet_digest", "history", ["sheet", "digest"])
    op.create_index("ix_history_sheet_run", "history", ["sheet", "run"])


def _sheet(table: str) -> sa.Column[int]:
    of_sheet = sa.ForeignKey("sheets.id", name=f"fk_{table}_sheet", ondelete="CASCADE")
    return sa.Column("sheet", _number, of_sheet, nullable=False)
