"""The ledger's tables, and how times and texts are stored in them on SQLite and PostgreSQL alike."""

import hashlib
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect

#: The version of what stands below; every change of it needs a migration.
SCHEMA_VERSION = 7


class Instant(TypeDecorator[datetime]):
    """A point in time as UTC text: exact to the microsecond, in order when sorted, legible."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy calls it so
        """To the text that is stored."""
        return None if value is None else show_instant(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy calls it so
        """To the zone-aware time, in UTC."""
        return None if value is None else datetime.fromisoformat(value)


def show_instant(at: datetime) -> str:
    """A zone-aware time as it is stored; a naive one would mean the machine's own zone.

    Raises:
        ValueError: when the time has no zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class SheetText(TypeDecorator[str]):
    r"""Text from a cell, whatever it holds.

    PostgreSQL refuses a NUL and no database takes half a surrogate pair, yet both can be pasted
    into a cell. They are stored as \uXXXX, and a backslash therefore as \u005c.
    """

    impl = Text
    cache_ok = True
    _unstorable = re.compile(r"[\x00\ud800-\udfff\\]")
    _escaped = re.compile(r"\\u([0-9a-f]{4})")

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy calls it so
        """To the text that is stored."""
        if value is None:
            return None
        return self._unstorable.sub(lambda found: f"\\u{ord(found[0]):04x}", value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy calls it so
        """To the text as it stood in the cell."""
        if value is None or "\\" not in value:
            return value
        return self._escaped.sub(lambda found: chr(int(found[1], 16)), value)


def digest(text: str) -> str:
    """What stands for a text in an index: a cell can hold more than PostgreSQL indexes."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


_number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only plain integers

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _sheet(*, primary_key: bool = False) -> Column[int]:
    of_sheet = ForeignKey("sheets.id", ondelete="CASCADE")
    return Column("sheet", _number, of_sheet, primary_key=primary_key, nullable=False)


#: One row, in the form Alembic keeps its own version table in, so that it can take over.
ledger_version = Table(
    "ledger_version", metadata, Column("version_num", String(32), primary_key=True)
)

#: One row: what tells this ledger from every other, and from the one that stood here before it.
identity = Table("identity", metadata, Column("id", String(32), primary_key=True))

sheets = Table(
    "sheets",
    metadata,
    Column("id", _number, primary_key=True),
    Column("spreadsheet_id", SheetText, nullable=False),
    Column("sheet_id", BigInteger, nullable=False),
    Column("baseline_at", Instant),
    Column("last_read_at", Instant),
    Column("fields", Text, nullable=False, default="[]"),
    Column("headers", SheetText),
    Column("waiting", SheetText),
    Column("pruned_at", Instant),
    Column("pruned_bytes", BigInteger),
    Column("marks", Text),
    Column("zone", Text),
    Column("locale", Text),
    Column("team_settings", SheetText),
    UniqueConstraint("spreadsheet_id", "sheet_id"),
)

passes = Table(
    "passes",
    metadata,
    Column("id", _number, primary_key=True),
    _sheet(),
    Column("at", Instant, nullable=False),
    Column("report", Text),
    sqlite_autoincrement=True,  # people say "run 17": a number once used stays used
)

#: The fields a case was stored with, in their order; cases.record holds only their values.
shapes = Table(
    "shapes",
    metadata,
    Column("id", _number, primary_key=True),
    Column("names", Text, nullable=False, unique=True),
)

cases = Table(
    "cases",
    metadata,
    _sheet(primary_key=True),
    Column("digest", String(32), primary_key=True),
    Column("key", SheetText, nullable=False),
    Column("shape", _number, ForeignKey("shapes.id"), nullable=False),
    Column("record", Text, nullable=False),
)

texts = Table(
    "texts",
    metadata,
    _sheet(primary_key=True),
    Column("digest", String(32), primary_key=True),
    Column("text", SheetText, nullable=False),
)

observations = Table(
    "observations",
    metadata,
    Column("id", _number, primary_key=True),
    _sheet(),
    Column("pass_id", _number, ForeignKey("passes.id", ondelete="SET NULL")),
    Column("digest", String(32), nullable=False),
    Column("case", SheetText, nullable=False),
    Column("field", String(64), nullable=False),
    Column("before", SheetText, nullable=False),
    Column("after", SheetText, nullable=False),
    Column("not_before", Instant),
    Column("not_after", Instant, nullable=False),
    Index(None, "sheet", "field", "not_after"),
    Index(None, "sheet", "digest"),
    Index(None, "pass_id"),
)

flags = Table(
    "flags",
    metadata,
    Column("id", _number, primary_key=True),
    _sheet(),
    Column("digest", String(32), nullable=False),
    Column("case", SheetText, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("text", SheetText, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("cleared_at", Instant),
)

#: A case has at most one standing flag of a kind.
one_standing_flag = Index(
    "uq_flags_standing",
    flags.c.sheet,
    flags.c.digest,
    flags.c.kind,
    unique=True,
    sqlite_where=flags.c.cleared_at.is_(None),
    postgresql_where=flags.c.cleared_at.is_(None),
)

intents = Table(
    "intents",
    metadata,
    Column("id", _number, primary_key=True),
    _sheet(),
    Column("pass_id", _number, ForeignKey("passes.id"), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("digest", String(32), nullable=False),
    Column("case", SheetText, nullable=False),
    Column("change", Text, nullable=False),
    Column("expected", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("detail", SheetText, nullable=False, default=""),
    Index(None, "sheet", "state"),
    Index(None, "sheet", "digest"),
    Index(None, "pass_id"),
    sqlite_autoincrement=True,  # the number stands in receipts on the sheet
)

published = Table(
    "published",
    metadata,
    _sheet(primary_key=True),
    Column("digest", String(32), primary_key=True),
    Column("tab", SheetText, nullable=False),
    Column("cells", Text, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    _sheet(primary_key=True),
    Column("since", Instant, primary_key=True),
    Column("text", SheetText, nullable=False),
    Column("changed_flags", Integer),
)

#: What people changed and what we wrote, an entry a cell, as the History tab tells it.
history = Table(
    "history",
    metadata,
    Column("id", _number, primary_key=True),
    _sheet(),
    Column("run", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("digest", String(32), nullable=False),
    Column("case", SheetText, nullable=False),
    Column("entry", Text, nullable=False),
    Index(None, "sheet", "digest"),
    Index(None, "sheet", "run"),
    sqlite_autoincrement=True,  # the History tab holds all up to a number
)

#: The additions that were sent to the History tab; only the latest can be unconfirmed.
additions = Table(
    "additions",
    metadata,
    _sheet(primary_key=True),
    Column("mark", BigInteger, primary_key=True),
    Column("through", BigInteger, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("confirmed", Boolean, nullable=False, default=False),
)
