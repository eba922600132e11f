"""Who is meant, whose names are theirs alone, and what tells of them."""

from datetime import UTC, datetime

import pytest

from refundsheet.core.forget import (
    Counts,
    Forgotten,
    Gone,
    Wanted,
    bare,
    gone,
    id_kept,
    is_bare,
    standing,
)
from refundsheet.core.history import By, Entry
from refundsheet.core.keys import comparable_id
from refundsheet.core.memory import Remembered
from refundsheet.core.model import Cell, RefundCase, Row

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)
ADA, ALONE, MARY = (
    RefundCase(case_id="R-1", customer_name="Ada Lovelace", order_id="#1001"),
    RefundCase(case_id="R-2", customer_name="Ada Lovelace", order_id="77"),
    RefundCase(case_id="R-3", customer_name="Mary", order_id="1003"),
)


def remembered(case: RefundCase) -> Remembered:
    key = comparable_id(case.case_id) or "\x1eprint"
    return Remembered(key=key, case=case, adopted=False, first_seen=NINE, still_since=NINE)


def found(field: str, text: str, *cases: RefundCase, rows: tuple[RefundCase, ...] = ()) -> Gone:
    log = [Row(number, (), case, ()) for number, case in enumerate(rows, 2)]
    return gone(Wanted(field, text), map(remembered, cases), log)


def entry(
    case: str, before: Cell = "", after: Cell = "", by: By = By.TEAM, label: str = ""
) -> Entry:
    return Entry(
        case=case, label=label or case, field="notes", before=before, after=after, by=by, why="",
        run=1, not_before=NINE, not_after=NINE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "text", "keys", "names"),
    [
        pytest.param("order_id", "#1001", {"r-1"}, {"#1001"}, id="her name is in another order"),
        ("order_id", " 77 ", {"r-2"}, {"77"}),
        ("customer_name", "ADA lovelace", {"r-1", "r-2"}, {"ada lovelace", "#1001", "77"}),
        ("case_id", "r-3", {"r-3"}, {"mary", "1003"}),
        pytest.param("order_id", "9999", set(), {"9999"}, id="nobody remembers it"),
        pytest.param("case_id", "R-9", set(), set(), id="an id names nobody"),
    ],
)
def test_whose_cases_are_meant_and_which_names_are_theirs_alone(
    field: str, text: str, keys: set[str], names: set[str]
) -> None:
    meant = found(field, text, ADA, ALONE, MARY)
    assert (meant.keys, meant.names) == (keys, names)


def test_a_name_that_stands_in_another_row_of_the_log_is_not_theirs_alone() -> None:
    other = RefundCase(case_id="R-3", customer_name="Mary", order_id="2000")
    assert found("order_id", "1003", MARY, rows=(other,)).names == {"1003"}
    assert found("order_id", "1003", MARY, rows=(other,)).case_ids == ()
    assert found("order_id", "1003", MARY).case_ids == ("R-3",)


def test_a_case_id_that_is_the_order_as_well_does_not_remain() -> None:
    alike = RefundCase(case_id="#1001", customer_name="Ada Lovelace", order_id="#1001")
    assert found("order_id", "#1001", alike).case_ids == ()


@pytest.mark.parametrize(
    ("told", "is_told"),
    [
        pytest.param(entry("r-1", after="x"), True, id="the case"),
        pytest.param(entry("", label="R-1"), True, id="its label, from the tab"),
        pytest.param(entry("", label="(#1001)"), True, id="a row without an id"),
        pytest.param(entry("r-3", after="as for Ada  LOVELACE."), True, id="a whole name"),
        pytest.param(entry("r-3", after="Ada was here"), False, id="half a name"),
        pytest.param(entry("r-3", after="paid 77 of it"), False, id="an everyday number"),
        pytest.param(entry("r-3", before="77"), True, id="nothing but the number"),
        pytest.param(entry("r-3", after="as order 77", by=By.US), True, id="we meant the order"),
        pytest.param(entry("r-3", after="R-77", by=By.US), False, id="part of another id"),
        pytest.param(entry("r-3", after=77.5, by=By.US), False, id="a number of ours"),
        pytest.param(entry("r-3", label="R-3"), False, id="another case"),
        pytest.param(id_kept("R-1", 7, NINE), False, id="that an id was used"),
    ],
)
def test_what_tells_of_them(told: Entry, *, is_told: bool) -> None:
    assert found("customer_name", "Ada Lovelace", ADA, ALONE, MARY).is_told(told) is is_told


def test_without_a_name_nothing_names_them() -> None:
    nameless = found("case_id", "R-9", MARY)
    assert not nameless.are_named_in("anything")
    assert not nameless.is_in(["anything", None, 5])
    assert nameless.is_called("r-9")


def test_of_a_forgotten_case_its_id_alone_remains_and_is_not_found_again() -> None:
    left = bare("R-1", NINE)
    assert (left.key, left.removed, is_bare(left)) == ("r-1", True, True)
    assert not is_bare(remembered(ADA))
    assert gone(Wanted("case_id", "R-1"), [left], ()).cases == ()


def test_the_rows_that_still_tell_of_them() -> None:
    rows = [Row(number, (), case, ()) for number, case in enumerate((ADA, MARY, ALONE), 2)]
    assert [row.number for row in standing(Wanted("customer_name", "ada lovelace"), rows)] == [2, 4]


def test_what_was_removed_is_told_without_names() -> None:
    meant = found("order_id", "#1001", ADA)
    some = Forgotten(gone=meant, ledger=Counts(cases=1, lines=2), history_rows=2, left=(7,))
    assert some.to_json() == {
        "cases": 1,
        "ledger_entries": 3,
        "history_rows": 2,
        "history_rows_left": 1,
    }
    assert not some.is_nothing
    assert Forgotten(gone=meant, ledger=Counts(), history_rows=0).is_nothing
    assert meant.wanted.said == "order #1001"
