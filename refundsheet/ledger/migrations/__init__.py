"""Brings a ledger of an earlier version to the present form; imported only when one is found."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def migrate(connection: Connection) -> None:
    """Carry out what is missing, in the transaction of the connection: all of it or nothing."""
    config = Config()
    config.set_main_option("script_location", "refundsheet.ledger:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
