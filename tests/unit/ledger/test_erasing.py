"""What is about somebody leaves every table, and others' records lose what names them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from refundsheet.core.forget import Counts, Gone, Wanted, gone
from refundsheet.core.history import By, Entry
from refundsheet.core.memory import Observation, Remembered
from refundsheet.core.model import Change, RefundCase
from refundsheet.ledger import ledger as ledgers
from refundsheet.ledger.engine import parse_url
from refundsheet.ledger.errors import LedgerBusyError
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import IntentState, Learnt, RaisedFlag, SheetKey
from refundsheet.ledger.tables import metadata

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)
ADA, ORDER = "Zo\u00eb Lovelace", "VB-77001"


def case(number: int, **content: str) -> Remembered:
    content = {"case_id": f"R-{number}", **content}
    of_case = RefundCase(**content)  # type: ignore[arg-type]
    return Remembered(
        key=f"r-{number}", case=of_case, adopted=False, first_seen=NINE, still_since=NINE
    )


HERS, OTHERS = case(1, customer_name=ADA, order_id=ORDER), case(2, customer_name="Mary")


def meant() -> Gone:
    return gone(Wanted("order_id", ORDER), [HERS, OTHERS], ())


def change(key: str, after: str) -> Change:
    return Change(
        case=key, label=key.upper(), row=2, field="row_check", before=None, after=after, reason=""
    )


def entry(key: str, after: str) -> Entry:
    return Entry(
        case=key, label=key.upper(), field="notes", before="", after=after, by=By.TEAM, why="",
        run=1, not_before=NINE, not_after=NINE,
    )  # fmt: skip


def saw(key: str, after: str) -> Observation:
    return Observation(
        case=key, field="notes", before="", after=after, not_before=NINE, not_after=NINE
    )


@pytest.fixture
def full(ledger: Ledger, sheet: SheetKey) -> Ledger:
    """A ledger in which both have something in every table, and hers is named in the other's."""
    run = ledger.begin_pass(sheet, NINE)
    ledger.record(
        sheet,
        Learnt(
            at=NINE,
            pass_number=run,
            remembered=[HERS, OTHERS],
            observations=[saw("r-1", "x"), saw("r-2", f"not {ADA}"), saw("r-2", "y")],
            texts=[f"like {ORDER}", f"stands: {ORDER}", "Stale: since Mon"],
            raised=[RaisedFlag("r-1", "Stale", "s"), RaisedFlag("r-2", "Double", f"like {ORDER}")],
            history=[entry("r-1", "x"), entry("r-2", f"not {ADA}"), entry("r-2", "y")],
        ),
    )
    beside = {"above": ADA, "compared": {"2": "New"}}
    changes = [change("r-1", "a"), change("r-2", f"like {ORDER}"), change("r-2", "b")]
    sent = ledger.intend(sheet, run, changes, nonce="n", expected=[{}, {}, beside])
    waiting = ledger.intend(sheet, run, [change("r-2", "c")], nonce="m", expected=[beside])
    ledger.settle(dict.fromkeys(sent, (IntentState.DONE, "")))
    assert len(waiting) == 1
    ledger.end_pass(run, {"removed": [f"{ORDER}: gone", "R-1: gone", "R-2: gone"], "rows": 1})
    other = ledger.begin_pass(sheet, NINE)
    ledger.end_pass(other, {"removed": ["R-2: gone"], "withheld": []})
    ledger.set_published(sheet, "Summary", {"0,0": [f"about {ADA}", "text", False]})
    ledger.set_published(sheet, "Needs attention", {"0,0": ["R-2", "text", False]})
    return ledger


def everything(url: str) -> str:
    """All rows of all tables."""
    engine = create_engine(parse_url(url))
    with engine.begin() as connection:
        rows = [list(connection.execute(table.select())) for table in metadata.sorted_tables]
    engine.dispose()
    return str(rows)


def test_every_table_is_rid_of_them(full: Ledger, sheet: SheetKey, url: str) -> None:
    assert full.erase(sheet, meant(), NINE, {f"stands: {ORDER}"}, dry_run=False) == Counts(
        cases=1, changes=2, lines=2, flags=2, writes=3, texts=1, reports=2
    )

    left = everything(url).replace(f"stands: {ORDER}", "").replace("\\\\u00eb", "\u00eb")
    assert ORDER not in left
    assert left.count(ADA) == 1  # what a write is conditional on whose answer is not known yet
    memory = full.recall(sheet)
    assert memory.cases["r-1"].case == RefundCase(case_id="R-1")
    assert memory.cases["r-2"] == OTHERS
    assert memory.texts == {f"stands: {ORDER}", "Stale: since Mon"}
    assert [one.after for one in full.observations(sheet)] == ["y"]
    assert [(one.label, one.after) for one in full.history(sheet)] == [("R-2", "y"), ("R-1", None)]
    assert [(flag.case, flag.text) for flag in full.flags(sheet)] == [("r-2", "")]
    assert [intent.change.after for intent in full.intents(sheet)] == ["b", "c"]
    reports = [record.report for record in full.passes(sheet)]
    assert [report["removed"] for report in reports if report] == [["R-2: gone"]] * 2
    assert full.published(sheet, "Summary") is None
    assert full.published(sheet, "Needs attention") is not None


def test_a_dry_run_counts_the_same_and_keeps_all(full: Ledger, sheet: SheetKey, url: str) -> None:
    before = everything(url)
    planned = full.erase(sheet, meant(), NINE, (), dry_run=True)
    assert everything(url) == before
    assert full.erase(sheet, meant(), NINE, (), dry_run=False) == planned


def test_a_second_time_there_is_nothing(full: Ledger, sheet: SheetKey) -> None:
    full.erase(sheet, meant(), NINE, (), dry_run=False)
    again = gone(Wanted("order_id", ORDER), full.recall(sheet).cases.values(), ())
    assert full.erase(sheet, again, NINE, (), dry_run=False).total == 0


def test_no_byte_is_left_once_the_database_is_written_anew(
    full: Ledger, sheet: SheetKey, url: str
) -> None:
    full.erase(sheet, meant(), NINE, (), dry_run=False)
    full.leave_no_trace()
    if make_url(url).get_backend_name() == "sqlite":
        folder = Path(str(make_url(url).database)).parent
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert [name for name, held in files.items() if ORDER.encode() in held] == []
        assert files["ledger.sqlite-wal"] == b""
    assert full.recall(sheet).cases["r-2"] == OTHERS


def test_where_a_reader_keeps_old_pages_it_says_so(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "rewrite", lambda _: False)
    with pytest.raises(LedgerBusyError):
        ledger.leave_no_trace()
