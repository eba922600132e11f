"""Every test of the ledger runs on SQLite, and on PostgreSQL where one is at hand."""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.schema import CreateSchema, DropSchema

from refundsheet.ledger.engine import parse_url
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import SheetKey

_POSTGRES = os.environ.get("REFUNDSHEET_TEST_POSTGRES")
_WITHOUT = pytest.mark.skipif(
    not _POSTGRES, reason="needs postgres: REFUNDSHEET_TEST_POSTGRES names none"
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=_WITHOUT)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a ledger that is not there yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'state' / 'ledger.sqlite'}"
        return
    with _own_schema(make_url(str(_POSTGRES))) as address:
        yield address.render_as_string(hide_password=False)


@contextmanager
def _own_schema(postgres: URL) -> Generator[URL]:
    """A part of the database for this process: tests run in several at once."""
    schema = f"ledger_{os.getpid()}"
    engine = create_engine(parse_url(str(_POSTGRES)))
    try:
        with engine.begin() as connection:
            connection.execute(CreateSchema(schema))
        yield postgres.update_query_dict({"options": f"-csearch_path={schema}"})
    finally:
        with engine.begin() as connection:
            connection.execute(DropSchema(schema, cascade=True, if_exists=True))
        engine.dispose()


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with Ledger.open(url) as opened:
        yield opened


@pytest.fixture
def sheet() -> SheetKey:
    return SheetKey("1kWf7", 0)
