"""Under which headers the fields of a log stood."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column."""
    op.add_column("sheets", sa.Column("headers", sa.Text))
