"""A ledger of an earlier version is brought to the present form, and loses nothing on the way."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from refundsheet.ledger import migrations
from refundsheet.ledger.engine import parse_url
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import IntentState, SheetKey
from refundsheet.ledger.tables import ledger_version, metadata

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)
#: The tables as version 1 made them, with a log in them: never to be changed.
VERSION_1 = (Path(__file__).parent / "version_1.sql").read_text()
TYPES = {
    "sqlite": ("INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "INTEGER"),
    "postgresql": ("BIGSERIAL PRIMARY KEY", "BIGINT"),
}


@pytest.fixture
def old(url: str) -> str:
    """The address of a ledger that version 1 has written."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    engine = create_engine(parse_url(url))
    counted, number = TYPES[engine.dialect.name]
    statements = VERSION_1.replace("{counted}", counted).replace("{number}", number)
    with engine.begin() as connection:
        for statement in filter(str.strip, statements.split(";\n")):
            connection.exec_driver_sql(statement)
    engine.dispose()
    return url


def test_what_an_older_version_knew_is_still_known(old: str, sheet: SheetKey) -> None:
    with Ledger.open(old) as ledger:
        memory = ledger.recall(sheet)
        [intent] = ledger.intents(sheet)

    assert memory.baseline_at == NINE
    assert memory.texts == {"Stale: New since Mon"}
    assert memory.cases["r-1"].written == {"paid_at": 46000.5}
    assert intent.state is IntentState.DONE


def test_a_migrated_ledger_has_the_form_of_a_new_one(old: str) -> None:
    Ledger.open(old).close()
    engine = create_engine(parse_url(old))

    with engine.connect() as connection:
        options = {"version_table": ledger_version.name, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


def test_a_ledger_that_was_migrated_is_used_like_any_other(old: str, sheet: SheetKey) -> None:
    with Ledger.open(old) as ledger:
        assert ledger.begin_pass(sheet, NINE) == 2
    with Ledger.open(old) as ledger:
        assert ledger.begin_pass(sheet, NINE) == 3


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(old: str) -> None:
    migrate = migrations.migrate

    def fail_afterwards(connection: object) -> None:
        migrate(connection)  # pyright: ignore[reportArgumentType]
        raise RuntimeError

    with (
        patch.object(migrations, "migrate", fail_afterwards),
        pytest.raises(RuntimeError),
    ):
        Ledger.open(old)

    engine = create_engine(parse_url(old))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM ledger_version")).scalar() == "0001"
        columns = connection.execute(text("SELECT * FROM sheets")).keys()
    engine.dispose()
    assert "pruned_at" not in columns


OPEN = """
import sys
from refundsheet.ledger.ledger import Ledger

Ledger.open(sys.argv[1]).close()
sys.exit("alembic" in sys.modules)
"""


def test_alembic_is_imported_only_when_the_ledger_is_behind(url: str) -> None:
    command = [sys.executable, "-c", OPEN, url]

    assert [subprocess.call(command) for _ in ("new", "known")] == [0, 0]  # noqa: S603 - our own
