"""How many flags a change of the settings has changed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column."""
    op.add_column("settings", sa.Column("changed_flags", sa.Integer))
