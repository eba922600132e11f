"""What became of writes whose answer was lost."""

import pytest

from refundsheet.core.model import Cell, Change, Outcome
from refundsheet.core.recovery import settle
from tests.passes import Log, case


def a_change(key: str, field: str, after: Cell) -> Change:
    return Change(case=key, label=key, row=2, field=field, before=None, after=after, reason="so")


def outcome(log: Log, change: Change, told: Outcome | None = None) -> Outcome:
    read = log.read()
    (receipt,) = settle([change], [told], log.recognise(), read.layout)
    return receipt.outcome


@pytest.mark.parametrize(
    ("held", "after", "expected"),
    [
        pytest.param(46328.5, 46328.5, Outcome.DONE, id="it stands there"),
        pytest.param(46328.5, 46328.5 + 1e-9, Outcome.DONE, id="to the second"),
        pytest.param("", 46328.5, Outcome.UNRESOLVED, id="blank: written and cleared, or never"),
        pytest.param(46328.0, 46328.5, Outcome.LOST, id="another date"),
        pytest.param("", None, Outcome.DONE, id="it was to be cleared"),
    ],
)
def test_the_cell_tells_whether_it_was_written(held: Cell, after: Cell, expected: Outcome) -> None:
    log = Log([case("R-0"), case("R-1", resolved=held)])
    log.run()
    assert outcome(log, a_change("r-1", "resolved_at", after)) is expected


@pytest.mark.parametrize("told", [Outcome.DONE, Outcome.LOST], ids=lambda told: told.value)
@pytest.mark.parametrize("held", ["", 46328.5], ids=["blank", "filled"])
def test_a_receipt_tells_more_than_the_cell(told: Outcome, held: Cell) -> None:
    log = Log([case("R-1", resolved=held)])
    log.run()
    assert outcome(log, a_change("r-1", "resolved_at", 46328.5), told) is told


def test_a_case_that_is_gone_or_in_doubt_tells_nothing() -> None:
    log = Log([case("R-1", resolved=46328.5), case("R-1", resolved=46328.5)])
    log.run()
    assert outcome(log, a_change("r-1", "resolved_at", 46328.5)) is Outcome.LOST
    assert outcome(log, a_change("r-9", "resolved_at", 46328.5)) is Outcome.LOST


def test_an_id_that_arrived_is_found_on_its_row() -> None:
    log = Log([case("", order="#1")])
    (nameless,) = log.run().keys
    log.rows[0]["Case ID"] = "R-7"
    assert outcome(log, a_change(nameless, "case_id", "R-7")) is Outcome.DONE


def test_the_same_id_on_another_row_is_somebody_elses() -> None:
    log = Log([case("", order="#1")])
    (nameless,) = log.run().keys
    log.add(case("R-7", order="#2"))
    assert outcome(log, a_change(nameless, "case_id", "R-7")) is Outcome.LOST
