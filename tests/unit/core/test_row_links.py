"""Links to rows: the formulas are given to a formula engine, and not compared letter by letter."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from refundsheet.core.columns import header_names
from refundsheet.core.headers import find_layout
from refundsheet.core.model import Cell, RefundCase, Row
from refundsheet.core.row_links import LogTab, row_links
from refundsheet.localsheets.formulas import Formula, evaluate

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
HEADERS = ("Customer Name", "Order ID", "Case ID", "Status")
TITLE = "Ann's log"


def a_log(*rows: Sequence[Cell], headers: Sequence[str] = HEADERS) -> LogTab:
    """A log whose rows are given by their cells."""
    cells = (headers, *rows)
    return LogTab(
        sheet_id=77,
        title=TITLE,
        layout=find_layout(cells, header_names()),
        rows=[Row(n, tuple(row), RefundCase(), ()) for n, row in enumerate(rows, 2)],
    )


def links(log: LogTab, given: Mapping[int, str] | None = None) -> dict[int, str]:
    """Row number to formula, for every row; the label is its number in words."""
    given = given or {}
    return row_links(
        log, {r.number: (f'row "{r.number}"', given.get(r.number, "")) for r in log.rows}
    )


def followed(
    formula: str, rows: Sequence[Sequence[Any]], locale: str = "en_GB"
) -> tuple[object, str | None]:
    """What a formula shows and where it leads, with these rows below the headers."""
    held = ((HEADERS, *rows), [[Formula(formula)]])
    sheets = {
        title: {
            (row, column): float(value) if type(value) is int else value
            for row, cells in enumerate(grid)
            for column, value in enumerate(cells)
            if value not in {None, ""}
        }
        for title, grid in zip((TITLE, "Needs attention"), held, strict=True)
    }
    found = evaluate(sheets, now=NOW, locale=locale)
    key = ("Needs attention", 0, 0)
    return found.values[key], found.links.get(key)


def named(name: Cell) -> list[Cell]:
    return ["Jo", "1001", name, "New"]


OTHERS = [named(name) for name in ("R-1", "r-10", "R", "1", 10, "R-1*", "x", 12.5)]


@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
@pytest.mark.parametrize(
    "name",
    [
        "R-2026-0001",
        "00123",
        "12E3",
        "123456789012345678",
        1001,
        1001.0,
        pytest.param("1001", id="digits as text"),
        " R-7 ",
        "R\u00a07",
        "R-?",
        "R-*",
        "~R",
        "~?*~",
        '5" pipe',
        "=1+1",
        "'R-8",
        "R'9",
        "R;10,11",
        "ÄÖ-1",
        "二-1",
    ],
)
def test_a_link_leads_to_its_row_wherever_that_stands_now(name: Cell, locale: str) -> None:
    rows = [named(name), *OTHERS]
    formula = links(a_log(*rows))[2]

    assert followed(formula, rows, locale) == ('row "2"', "#gid=77&range=C2")
    assert followed(formula, rows[::-1], locale) == ('row "2"', f"#gid=77&range=C{len(rows) + 1}")


def test_once_the_row_is_gone_its_name_alone_is_left() -> None:
    formula = links(a_log(named("R-2"), *OTHERS))[2]

    assert followed(formula, OTHERS) == ('row "2"', None)


@pytest.mark.parametrize(
    ("rows", "linked"),
    [
        pytest.param([named("R-1"), named("r-1")], set[int](), id="two rows with one ID: nobody knows which is meant"),
        pytest.param([named("R-1"), named("R-2")], {2, 3}, id="the ID comes first, whatever the orders say"),
        pytest.param([["Jo", "1001"], ["Jo", "1002"]], {2, 3}, id="without an ID the order will do"),
        pytest.param([["Jo", "1001"], ["Jo", "1001"]], set[int](), id="unless two have it"),
        pytest.param([["Jo"], ["Jo", "", "R-1"]], {3}, id="a customer may have several cases"),
        pytest.param([named(12.5), named(10**15), named(True), named("x" * 201), named("a\nb")], set[int](), id="odd names are left alone"),
    ],
)  # fmt: skip
def test_only_a_name_that_no_other_row_has_makes_a_link(
    rows: list[Sequence[Cell]], linked: set[int]
) -> None:
    assert links(a_log(*rows)).keys() == linked


def test_an_id_that_was_given_since_the_read_is_looked_for_already() -> None:
    formula = links(a_log(["Jo", "1001"], ["Jo", "1001"]), {2: "R-3"})[2]

    rows = [["Jo", "1001"], named("R-3")]
    assert followed(formula, rows) == ('row "2"', "#gid=77&range=C3")


def test_a_log_with_one_column_for_both_names_is_searched_there() -> None:
    log = a_log(["Jo, 1001", "New"], headers=("Customer Name & Order ID", "Status"))

    assert "MATCH(\"Jo, 1001\";'Ann''s log'!$A:$A;0)" in links(log)[2]
