import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.localsheets import a1
from refundsheet.localsheets.a1 import Cells
from refundsheet.localsheets.intervals import ROWS, Move, Splice


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        pytest.param("B2", Cells(2, 2, 2, 2, True), id="one cell"),
        pytest.param("A1:B2", Cells(1, 2, 1, 2, False), id="a range"),
        pytest.param("D4:A1", Cells(1, 4, 1, 4, False), id="reversed (recorded)"),
        pytest.param("A:C", Cells(None, None, 1, 3, False), id="columns"),
        pytest.param("2:5", Cells(2, 5, None, None, False), id="rows"),
        pytest.param("A1:1", Cells(1, 1, 1, None, False), id="to the row's end (recorded)"),
        pytest.param("A5:A", Cells(5, None, 1, 1, False), id="to the column's end"),
        pytest.param("R1C2:R3C4", Cells(1, 3, 2, 4, False), id="R1C1"),
        pytest.param("$B$2", Cells(2, 2, 2, 2, True), id="fixed"),
        pytest.param("A", None, id="a letter is no cell"),
        pytest.param("AAAA1", None, id="four letters (sheets-api 5)"),
        pytest.param("A0", None, id="no row 0"),
        pytest.param("A1:B2:C3", None, id="three ends"),
    ],
)
def test_cells_are_read(text: str, cells: Cells | None) -> None:
    assert a1.parse_cells(text) == cells


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Sheet1", "Sheet1"),
        ("Data", "Data"),
        ("D3", "'D3'"),
        ("🌵 x 1", "'🌵 x 1'"),
        ("profiles-10.csv", "'profiles-10.csv'"),
        ("Лист1", "'Лист1'"),  # noqa: RUF001
        ("it's", "'it''s'"),
        ("R1C1", "'R1C1'"),
    ],
)
def test_a_title_is_quoted_where_google_quotes_it(title: str, shown: str) -> None:
    assert a1.quoted(title) == shown


@given(st.integers(1, 18278))
def test_column_letters_and_numbers_are_each_others_inverse(number: int) -> None:
    assert a1.column_number(a1.column_letters(number)) == number


@given(st.integers(0, 9), st.integers(1, 9), st.integers(0, 9), st.integers(0, 9))
def test_a_splice_moves_an_interval_as_it_moves_the_cells(
    start: int, size: int, at: int, inserted: int
) -> None:
    cells = list(range(20))
    moved = [*cells[:at], *[-1] * inserted, *cells[at:]]
    first, last = moved.index(start), moved.index(start + size - 1)
    expected = (start, start + size) if not inserted else (first, last + 1)
    assert Splice(0, ROWS, at, at, inserted).interval(start, start + size) == expected


@given(st.integers(0, 9), st.integers(1, 9), st.integers(0, 9), st.integers(1, 9))
def test_a_deletion_keeps_the_part_of_an_interval_that_is_left(
    start: int, size: int, at: int, gone: int
) -> None:
    left = [index for index in range(30) if not at <= index < at + gone]
    kept = [place for place, index in enumerate(left) if start <= index < start + size]
    expected = (kept[0], kept[-1] + 1) if kept else None
    assert Splice(0, ROWS, at, at + gone, 0).interval(start, start + size) == expected


@given(st.integers(0, 9), st.integers(1, 5), st.integers(0, 15), st.integers(0, 14))
def test_a_move_sends_each_line_where_the_cells_go(
    start: int, size: int, to: int, line: int
) -> None:
    cells = list(range(15))
    block = cells[start : start + size]
    if start <= to <= start + size:
        to = start
    rest = [index for index in cells if index not in block]
    place = len([index for index in rest if index < to])
    moved = rest[:place] + block + rest[place:]
    assert Move(0, ROWS, start, start + size, to).index(line) == moved.index(line)
