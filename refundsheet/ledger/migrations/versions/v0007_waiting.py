"""Which cases wait since part of a log was sorted without the rest."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column."""
    op.add_column("sheets", sa.Column("waiting", sa.Text))
