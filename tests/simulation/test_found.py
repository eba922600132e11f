"""What the simulation has found, each as short as it gets and named after what happened to people."""

import pytest

from refundsheet.localsheets.switches import FilteredPaste, Switches
from tests.simulation.in_memory import MemoryWorld
from tests.simulation.over_http import SheetsWorld
from tests.simulation.people import (
    Around,
    Beside,
    Clear,
    CopyRow,
    DeleteRow,
    Extent,
    FillDown,
    MoveColumn,
    MoveRow,
    PasteRows,
    Sort,
    Type,
    TypeFormula,
    Undo,
    Undoing,
    Where,
)
from tests.simulation.simulation import GRACE, Simulation, a_log
from tests.simulation.truth import STAMPS
from tests.simulation.wire import Moment

_QUIET = Moment()


def _desk(switches: Switches) -> Simulation:
    """A log that refundsheet knows, with nothing left to do."""
    desk = Simulation(SheetsWorld(a_log(), switches=switches))
    desk.start()
    desk.run()
    desk.wait(20)
    desk.run()
    return desk


def _stamped() -> Simulation:
    """A log whose first case has just got its last action from us."""
    desk = Simulation(MemoryWorld(a_log()))
    desk.start()
    desk.settle()
    desk.world.act(Type(row=0, name="status", number=4))
    desk.settle()
    return desk


def test_a_date_typed_beside_our_flag_stays_when_the_ledger_is_lost() -> None:
    desk = Simulation(MemoryWorld(a_log()))
    desk.start()
    desk.run()
    desk.world.act(Type(row=0, name="follow_up_by", number=0))
    desk.lose_ledger(0)
    desk.run()
    desk.wait(86_400)
    desk.run()
    assert desk.broken() == []


def test_a_case_that_was_there_twice_when_the_ledger_was_lost_is_no_news_once_the_copy_is_gone() -> (
    None
):
    desk = Simulation(MemoryWorld(a_log()))
    desk.start()
    desk.settle()
    desk.world.act(CopyRow(row=0, where=Where.BELOW))
    desk.lose_ledger(0)
    desk.wait(86_400)
    desk.run()
    desk.world.act(DeleteRow(row=1))
    desk.settle()
    assert desk.broken() == []


def test_a_case_that_comes_back_after_the_ledger_was_lost_is_no_news() -> None:
    desk = Simulation(MemoryWorld(a_log()))
    desk.start()
    desk.settle()
    desk.world.act(DeleteRow(row=0))
    desk.lose_ledger(0)
    desk.wait(86_400)
    desk.run()
    desk.world.act(Undo(how=Undoing.EVERYTHING))
    desk.settle()
    stamped = [(name, value.content) for _, name, value in desk.world.truth.stamps()]
    assert [name for name, _ in stamped if name in STAMPS] == []


def test_a_stamp_that_was_cleared_stays_away_when_an_older_ledger_is_put_back() -> None:
    desk = Simulation(MemoryWorld(a_log()))
    desk.start()
    desk.settle()
    desk.keep_ledger()
    for act in (Type(row=1, name="notes", number=5), Clear(row=1, name="last_action_at")):
        desk.world.act(act)
        desk.wait(20)
        desk.run()
    desk.put_ledger_back()
    desk.wait(20)
    desk.run(take_over=True)
    assert desk.broken() == []


def test_a_change_told_in_history_is_stamped_once_however_often_an_older_ledger_is_put_back() -> (
    None
):
    desk = Simulation(MemoryWorld(a_log()))
    desk.start()
    desk.run()
    desk.keep_ledger()
    desk.wait(86_400)
    desk.run()
    desk.world.act(Type(row=1, name="status", number=4))
    desk.wait(20)
    desk.run()
    desk.world.act(Type(row=1, name="status", number=0))
    report = None
    for _ in range(2):
        desk.put_ledger_back()
        desk.run()
        desk.wait(1)
        report = desk.run(take_over=True)
    assert report is not None
    assert report.receipts == ()
    assert desk.broken() == []


def test_what_an_older_ledger_and_a_new_history_cannot_know_is_no_broken_promise() -> None:
    desk = Simulation(MemoryWorld(a_log()))
    desk.start()
    desk.settle()
    desk.world.act(PasteRows(number=7, rows=1, with_ids=False))
    desk.run()
    desk.wait(GRACE)
    desk.run()
    desk.keep_ledger()
    desk.settle()
    row = desk.world.truth.count - 2
    assert desk.world.truth.value(row + 1, "requested_at").shows
    for act in (Clear(row=row, name="requested_at"), Beside(Around.REMOVE_HISTORY)):
        desk.world.act(act)
        desk.wait(20)
        desk.run()
    desk.put_ledger_back()
    for _ in range(3):
        desk.wait(20)
        desk.run(take_over=True)
    assert desk.world.truth.value(row + 1, "requested_at").shows
    assert desk.broken() == []


@pytest.mark.parametrize("world", [MemoryWorld, SheetsWorld])
def test_a_formula_that_shows_nothing_stays_though_it_comes_just_before_the_write(
    world: type[MemoryWorld] | type[SheetsWorld],
) -> None:
    desk = Simulation(world(a_log()))
    desk.start()
    desk.run()
    desk.world.act(Type(row=0, name="status", number=4))
    desk.wait(20)
    formula = TypeFormula(row=0, name="last_action_at")
    desk.run(script=(_QUIET, _QUIET, Moment(before=(formula,))))
    assert desk.broken() == []


@pytest.mark.parametrize("world", [MemoryWorld, SheetsWorld])
def test_rows_sorted_under_ids_that_stay_in_the_second_of_a_write_get_nothing_of_each_others(
    world: type[MemoryWorld] | type[SheetsWorld],
) -> None:
    desk = Simulation(world(a_log()))
    desk.start()
    desk.run()
    desk.world.act(MoveColumn(column=0, to=12))  # of the Case IDs
    for row in range(5):
        desk.world.act(Clear(row=row, name="notes"))
        desk.world.act(Type(row=row, name="status", number=3))
    desk.wait(20)
    by_order = Sort("order_id", descending=True, extent=Extent.FIRST_SIX)
    desk.run(script=(_QUIET, _QUIET, Moment(before=(by_order,))))
    assert desk.broken() == []


def test_a_hidden_row_dragged_to_a_case_that_is_written_does_not_spill_over_its_neighbour() -> None:
    desk = _desk(Switches(filtered_paste=FilteredPaste.DISPLACED))
    desk.world.act(Type(row=1, name="last_action_at", number=3))
    desk.wait(20)
    desk.run()
    desk.world.act(Beside(Around.FILTER, row=1))
    desk.world.act(Type(row=0, name="status", number=4))
    desk.wait(20)
    desk.run(script=(_QUIET, _QUIET, Moment(before=(MoveRow(row=1, to=0),))))
    assert desk.broken() == []


def test_a_formula_that_was_typed_over_a_stamp_and_undone_before_anybody_read_it_was_never_there() -> (
    None
):
    desk = _stamped()
    desk.world.act(Type(row=0, name="status", number=1))
    desk.wait(20)
    desk.run(script=(_QUIET, _QUIET, Moment(before=(MoveRow(row=4, to=1),))))
    desk.world.act(TypeFormula(row=0, name="last_action_at"))
    desk.world.act(Undo(how=Undoing.CHANGED_CELLS))
    desk.settle()
    assert desk.broken() == []


def test_a_case_pasted_over_one_that_was_stamped_in_the_same_second_is_it_once_its_own_row_is_gone() -> (
    None
):
    desk = Simulation(MemoryWorld(a_log()))
    desk.start()
    desk.settle()
    for row in (0, 1):
        desk.world.act(Type(row=row, name="status", number=2))
    desk.settle()
    desk.world.act(CopyRow(row=0, where=Where.OVER, extent=Extent.FIRST_SIX))
    desk.settle()
    desk.world.act(DeleteRow(row=0))
    desk.world.act(Type(row=0, name="status", number=1))
    desk.settle()
    assert desk.broken() == []


def test_a_stamp_filled_into_another_row_and_undone_before_anybody_read_it_was_never_there() -> (
    None
):
    desk = _stamped()
    desk.world.act(Type(row=1, name="status", number=4))
    desk.world.act(FillDown(row=0, name="last_action_at"))
    desk.world.act(Undo(how=Undoing.EVERYTHING))
    desk.settle()
    assert desk.broken() == []


@pytest.mark.xfail(
    strict=True,
    reason="where Google pastes past hidden rows, a filter that somebody sets between our look and the "
    "batch sends what is pasted on a row that it hides to the next visible one: no request both depends "
    "on content and is indifferent to filters, none fails because of one, and people's filters are theirs",
)
def test_a_filter_set_in_the_second_of_a_write_sends_no_cell_to_the_row_beside() -> None:
    desk = _desk(Switches(filtered_paste=FilteredPaste.DISPLACED))
    desk.world.act(Type(row=0, name="status", number=4))
    desk.wait(20)
    desk.run(script=(_QUIET, _QUIET, Moment(before=(Beside(Around.FILTER, row=0),))))
    assert desk.broken() == []


def test_a_formula_that_shows_nothing_does_not_keep_a_case_from_its_stamps() -> None:
    desk = _desk(Switches(duplicates_blank_is_empty=False))
    desk.world.act(TypeFormula(row=0, name="notes"))
    desk.world.act(Type(row=0, name="status", number=4))
    assert list(desk.second_pass()) == []
