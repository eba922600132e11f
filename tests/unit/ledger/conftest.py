"""Every test of the ledger runs on SQLite, and on PostgreSQL where one is at hand."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from refundsheet.ledger.engine import parse_url
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import SheetKey
from refundsheet.ledger.tables import metadata

_POSTGRES = os.environ.get("REFUNDSHEET_TEST_POSTGRES")
_WITHOUT = pytest.mark.skipif(not _POSTGRES, reason="REFUNDSHEET_TEST_POSTGRES names no database")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=_WITHOUT)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a ledger that is not there yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'state' / 'ledger.sqlite'}"
        return
    assert _POSTGRES
    _empty(_POSTGRES)
    yield _POSTGRES
    _empty(_POSTGRES)


def _empty(postgres: str) -> None:
    engine = create_engine(parse_url(postgres))
    metadata.drop_all(engine)
    engine.dispose()


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with Ledger.open(url) as opened:
        yield opened


@pytest.fixture
def sheet() -> SheetKey:
    return SheetKey("1kWf7", 0)
