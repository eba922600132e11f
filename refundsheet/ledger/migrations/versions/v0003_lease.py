"""What tells ledgers apart, the marks they left on the hidden tab, and the sheet's zone and locale."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table and columns."""
    op.create_table(
        "identity",
        sa.Column("id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity"),
    )
    for name in ("marks", "zone", "locale"):
        op.add_column("sheets", sa.Column(name, sa.Text))
