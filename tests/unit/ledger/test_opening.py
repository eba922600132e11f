"""A ledger opens ready for use, or says in one sentence why not and what to do."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from refundsheet.core.memory import Remembered
from refundsheet.core.model import Change, RefundCase
from refundsheet.errors import ExitCode, LedgerError
from refundsheet.ledger import engine
from refundsheet.ledger.engine import parse_url
from refundsheet.ledger.errors import (
    ClearErrors,
    FailedLedgerError,
    ForeignLedgerError,
    LedgerBusyError,
    LedgerDamagedError,
    LedgerDriverError,
    LedgerUnreachableError,
    LedgerUnwritableError,
    LedgerUrlError,
    NewerLedgerError,
)
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import Learnt, SheetKey

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def case(key: str) -> Remembered:
    return Remembered(
        key=key, case=RefundCase(case_id=key), adopted=False, first_seen=NINE, still_since=NINE
    )


def test_a_new_file_and_its_folder_are_ours_alone(tmp_path: Path, sheet: SheetKey) -> None:
    file = tmp_path / "state" / "refundsheet" / "ledger.sqlite"

    with Ledger.open(f"sqlite:///{file}") as ledger:
        ledger.record(sheet, Learnt(at=NINE, texts=["Stale"]))
        rights = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}

    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert rights == dict.fromkeys(rights, 0o600)
    assert "ledger.sqlite-wal" in rights


def test_nothing_is_lost_when_the_power_goes(file: Path) -> None:
    with Ledger.open(f"sqlite:///{file}") as ledger, ledger._reading() as connection:
        habits = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    assert habits == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }


def test_a_ledger_in_memory_serves_every_thread(sheet: SheetKey) -> None:
    with Ledger.open("sqlite://") as ledger:
        thread = threading.Thread(
            target=lambda: ledger.record(sheet, Learnt(at=NINE, texts=["Stale"]))
        )
        thread.start()
        thread.join()

        assert ledger.recall(sheet).texts == {"Stale"}
        assert ledger.place == "memory"


def test_threads_that_record_at_once_take_turns(ledger: Ledger, sheet: SheetKey) -> None:
    def record(worker: int) -> None:
        for number in range(10):
            ledger.record(sheet, Learnt(at=NINE, remembered=[case(f"R-{worker}-{number}")]))
            ledger.begin_pass(sheet, NINE)

    threads = [threading.Thread(target=record, args=[worker]) for worker in range(3)]
    ledger.begin_pass(sheet, NINE)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ledger.recall(sheet).cases) == 30
    assert len(ledger.passes(sheet, limit=100)) == 31


OPEN = "import sys; from refundsheet.ledger.ledger import Ledger; Ledger.open(sys.argv[1]).close()"


def test_processes_that_open_a_new_ledger_at_once_all_succeed(url: str) -> None:
    command = [sys.executable, "-c", OPEN, url]
    processes = [subprocess.Popen(command) for _ in range(3)]  # noqa: S603 - our own

    assert [process.wait() for process in processes] == [0, 0, 0]


def test_a_failure_halfway_leaves_what_was_there(ledger: Ledger, sheet: SheetKey) -> None:
    naive = datetime(2026, 11, 2)  # noqa: DTZ001 - the mistake this is about
    broken = Remembered(
        key="R-2", case=RefundCase(), adopted=True, first_seen=naive, still_since=naive
    )
    ledger.record(sheet, Learnt(at=NINE, remembered=[case("R-1")]))

    with pytest.raises(ValueError, match="has no time zone"):
        ledger.record(sheet, Learnt(at=NINE, forgotten=["R-1"], remembered=[broken]))

    assert list(ledger.recall(sheet).cases) == ["R-1"]


# --- what can be wrong with a file ---


def text_file(file: Path) -> None:
    file.write_text("Case ID,Status\nR-1,New\n" * 100, encoding="utf-8")


def folder(file: Path) -> None:
    file.mkdir()


def other_program(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")


def same_name_by_chance(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE ledger_version (version_num TEXT)")


def newer_version(file: Path) -> None:
    Ledger.open(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE ledger_version SET version_num = '9000'")


def broken_pages(file: Path) -> None:
    with Ledger.open(f"sqlite:///{file}") as ledger:
        ledger.record(SheetKey("1kWf7", 0), Learnt(at=NINE, remembered=[case("R-1")]))
    content = bytearray(file.read_bytes())
    content[200:] = b"\xff" * (len(content) - 200)
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "error", "sentence"),
    [
        pytest.param(text_file, LedgerDamagedError, "is damaged .* move it away", id="text"),
        pytest.param(folder, LedgerUnwritableError, "it is a folder", id="a folder"),
        pytest.param(other_program, ForeignLedgerError, "nothing was changed in it", id="foreign"),
        pytest.param(same_name_by_chance, ForeignLedgerError, "not a ledger", id="no version"),
        pytest.param(newer_version, NewerLedgerError, r"newer refundsheet .*9000", id="newer"),
    ],
)
def test_a_file_that_is_no_ledger_of_ours_is_refused(
    file: Path, spoil: Callable[[Path], None], error: type[LedgerError], sentence: str
) -> None:
    spoil(file)

    with pytest.raises(error, match=sentence) as caught:
        Ledger.open(f"sqlite:///{file}")

    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code is ExitCode.USAGE


def broken_page_in_the_middle(file: Path) -> None:
    with Ledger.open(f"sqlite:///{file}") as ledger:
        seen = [case(f"R-{number}") for number in range(500)]
        ledger.record(SheetKey("1kWf7", 0), Learnt(at=NINE, remembered=seen))
    content = bytearray(file.read_bytes())
    content[-60_000:-50_000] = b"\xff" * 10_000
    file.write_bytes(content)


@pytest.mark.parametrize("spoil", [broken_pages, broken_page_in_the_middle])
def test_a_damaged_ledger_is_kept_aside_and_a_new_one_takes_its_place(
    file: Path, sheet: SheetKey, spoil: Callable[[Path], None]
) -> None:
    spoil(file)
    damaged = file.read_bytes()

    with Ledger.open(f"sqlite:///{file}") as ledger:
        assert "is damaged" in ledger.notice
        assert "kept as ledger.sqlite.damaged-1" in ledger.notice
        assert "\n" not in ledger.notice
        assert ledger.recall(sheet).baseline_at is None
    assert file.with_name("ledger.sqlite.damaged-1").read_bytes() == damaged


def test_no_damaged_ledger_is_ever_overwritten(file: Path) -> None:
    for _ in range(2):
        broken_pages(file)
        Ledger.open(f"sqlite:///{file}").close()

    kept = sorted(path.name for path in file.parent.glob("*.damaged-?"))
    assert kept == ["ledger.sqlite.damaged-1", "ledger.sqlite.damaged-2"]


def test_a_sound_ledger_is_opened_without_a_word(file: Path) -> None:
    for _ in range(2):
        with Ledger.open(f"sqlite:///{file}") as ledger:
            assert not ledger.notice


def test_the_file_of_another_program_is_left_as_it_was(file: Path) -> None:
    other_program(file)
    before = file.read_bytes()

    with pytest.raises(ForeignLedgerError):
        Ledger.open(f"sqlite:///{file}")

    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_an_empty_file_becomes_a_ledger(file: Path, sheet: SheetKey) -> None:
    file.touch()

    with Ledger.open(f"sqlite:///{file}") as ledger:
        ledger.record(sheet, Learnt(at=NINE, texts=["Stale"]))


@pytest.mark.parametrize(
    ("place", "why"),
    [
        pytest.param("taken/ledger.sqlite", "its folder is a file", id="a file for a folder"),
        pytest.param("x" * 300, "File name too long", id="an impossible name"),
    ],
)
def test_a_place_that_cannot_be_is_named(tmp_path: Path, place: str, why: str) -> None:
    (tmp_path / "taken").write_text("x", encoding="utf-8")

    with pytest.raises(LedgerUnwritableError, match=f"{place} cannot be written .*{why}"):
        Ledger.open(f"sqlite:///{tmp_path / place}")


@pytest.mark.skipif(os.geteuid() == 0, reason="everything is writable for root")
def test_a_file_without_the_right_to_write_is_named(file: Path) -> None:
    Ledger.open(f"sqlite:///{file}").close()
    file.chmod(0o400)

    with pytest.raises(LedgerUnwritableError, match="give this user the right"):
        Ledger.open(f"sqlite:///{file}")


def test_a_ledger_that_somebody_holds_is_busy_and_later_free(
    file: Path, monkeypatch: pytest.MonkeyPatch, sheet: SheetKey
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    with Ledger.open(f"sqlite:///{file}") as ledger, closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(LedgerBusyError, match="in use by another program") as caught:
            ledger.begin_pass(sheet, NINE)
        assert caught.value.try_again
        assert ledger.passes(sheet) == []  # reading goes on

        other.rollback()
        assert ledger.begin_pass(sheet, NINE)


def test_a_record_that_cannot_be_read_is_damage(file: Path, sheet: SheetKey) -> None:
    with Ledger.open(f"sqlite:///{file}") as ledger:
        ledger.record(sheet, Learnt(at=NINE, remembered=[case("R-1")]))
        with closing(sqlite3.connect(file)) as other, other:
            other.execute("UPDATE cases SET record = '[\"Atlantis/Nowhere\"'")

        with pytest.raises(LedgerDamagedError, match="R-1 is stored in a way"):
            ledger.recall(sheet)


def test_a_change_that_cannot_be_read_is_damage(file: Path, sheet: SheetKey) -> None:
    with Ledger.open(f"sqlite:///{file}") as ledger:
        change = Change(
            case="R-1", label="R-1", row=2, field="paid_at", before=None, after=1.5, reason="paid"
        )
        run = ledger.begin_pass(sheet, NINE)
        ledger.intend(sheet, run, [change], nonce="n", expected=[[]])
        with closing(sqlite3.connect(file)) as other, other:
            other.execute("UPDATE intents SET change = '[]'")

        with pytest.raises(LedgerDamagedError, match="A change of R-1 is stored in a way"):
            ledger.open_intents(sheet)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        pytest.param("SQLITE_BUSY_SNAPSHOT", LedgerBusyError, id="busy"),
        pytest.param("SQLITE_FULL", LedgerUnwritableError, id="disk full"),
        pytest.param("SQLITE_IOERR_FSYNC", LedgerUnwritableError, id="disk broken"),
        pytest.param("SQLITE_READONLY", LedgerUnwritableError, id="read-only"),
        pytest.param("SQLITE_CORRUPT_INDEX", LedgerDamagedError, id="damaged"),
        pytest.param("SQLITE_CONSTRAINT_UNIQUE", FailedLedgerError, id="a mistake of ours"),
    ],
)
def test_what_sqlite_says_becomes_a_sentence(code: str, error: type[LedgerError]) -> None:
    said = sqlite3.OperationalError("it said so")
    said.sqlite_errorname = code

    with pytest.raises(error, match="The ledger at here "), ClearErrors("here"):
        raise DBAPIError("SELECT 1", {}, said)


class ServerError(Exception):
    """As a driver of PostgreSQL raises them."""


def test_what_a_server_refuses_is_told_in_one_line() -> None:
    with (
        pytest.raises(FailedLedgerError, match=r"here failed: no such thing$"),
        ClearErrors("here"),
    ):
        raise DBAPIError("SELECT 1", {}, ServerError("no such thing\nDETAIL: the row itself"))


def test_a_connection_that_broke_may_come_back() -> None:
    with pytest.raises(LedgerUnreachableError) as caught, ClearErrors("here"):
        raise DBAPIError("SELECT 1", {}, ServerError("gone"), connection_invalidated=True)

    assert caught.value.try_again


def test_what_the_library_refuses_is_told_too() -> None:
    with pytest.raises(FailedLedgerError, match="no such column"), ClearErrors("here"):
        raise SQLAlchemyError("no such column")


# --- addresses ---


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("ledger.sqlite", id="a path"),
        pytest.param("mysql://ada:hunter2@host/refunds", id="another database"),
        pytest.param("postgresql://ada:hunter2@host:port/refunds", id="no port"),
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(LedgerUrlError, match="write for example sqlite:///") as caught:
        Ledger.open(url)

    assert "hunter2" not in str(caught.value)


def test_postgresql_is_reached_by_the_driver_we_install() -> None:
    assert parse_url("postgresql://host/ledger").drivername == "postgresql+psycopg"


def test_without_the_driver_the_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(LedgerDriverError, match=r"install refundsheet\[postgres\]"):
        Ledger.open("postgresql://ada:hunter2@localhost/refunds")


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    pytest.importorskip("psycopg", reason="the postgres extra is not installed")

    with pytest.raises(LedgerUnreachableError, match="cannot be reached") as caught:
        Ledger.open("postgresql://ada:hunter2@127.0.0.1:9/refunds")

    assert caught.value.try_again
    assert "127.0.0.1/refunds" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "is_refused"),
    [
        pytest.param("songs", False, id="beside the tables of another program"),
        pytest.param("settings", True, id="where another program has tables of our names"),
    ],
)
def test_a_ledger_shares_a_postgresql_unless_names_collide(
    url: str, name: str, *, is_refused: bool
) -> None:
    if url.startswith("sqlite"):
        pytest.skip("a SQLite file belongs to one program")
    database = create_engine(parse_url(url))
    with database.begin() as connection:
        connection.execute(text(f"CREATE TABLE {name} (title TEXT)"))

    try:
        with pytest.raises(ForeignLedgerError) if is_refused else nullcontext():
            Ledger.open(url).close()
    finally:
        with database.begin() as connection:
            connection.execute(text(f"DROP TABLE {name}"))
        database.dispose()
