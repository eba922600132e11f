"""What of the Settings tab is in force, and what of it waits."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column."""
    op.add_column("sheets", sa.Column("team_settings", sa.Text))
