"""The first form of the ledger."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing to do: a new ledger is made in the newest form at once."""
