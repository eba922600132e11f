"""What came is taken apart: our marks are cut off, and a long log is decoded a part at a time."""

import json
from typing import Any

import pytest

from refundsheet.core import decode
from refundsheet.core.columns import header_names
from refundsheet.core.decode import decode_rows, leading_ranges, read_head
from refundsheet.errors import LayoutError

LOG = {"range": "Log!A1:B2", "majorDimension": "ROWS", "values": [["Case ID"], ["R-1"]]}


def answer(*ranges: Any) -> bytes:
    return json.dumps({"spreadsheetId": "1", "valueRanges": list(ranges)}).encode()


def marks(*cells: Any) -> dict[str, Any]:
    return {"range": "refundsheet!A1:F1", "values": [list(cells)]}


@pytest.mark.parametrize(
    ("first", "rows"),
    [
        pytest.param(marks("n1", "lease"), (("n1", "lease"),), id="a nonce and a lease"),
        pytest.param({"range": "refundsheet!A1:F1"}, (), id="a blank row"),
        pytest.param({"values": [["a"], [], [1]]}, (("a",), (), (1,)), id="several rows"),
        pytest.param(marks("é" * 100_000), (("é" * 100_000,),), id="longer than the first look"),
    ],
)
def test_the_first_ranges_are_taken_and_the_last_one_is_left(
    first: dict[str, Any], rows: tuple[Any, ...]
) -> None:
    values = answer(first, LOG)
    assert leading_ranges(values, 1) == ((rows,), values.index(b'{"range": "Log'))
    values = answer(marks("n1"), first, LOG)
    assert leading_ranges(values, 2) == (((("n1",),), rows), values.index(b'{"range": "Log'))


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(answer(LOG), id="one range"),
        pytest.param(answer(marks("n1"), "no range"), id="one range too few"),
        pytest.param(answer("no range", LOG), id="not a range"),
        pytest.param(answer(marks("n1"), LOG)[:60], id="cut off"),
        pytest.param(b"<html>", id="no answer at all"),
    ],
)
def test_an_answer_that_is_something_else_tells_of_no_range(values: bytes) -> None:
    assert leading_ranges(values, 2) == (((), ()), 0)


def test_where_no_other_range_was_asked_for_the_log_begins_the_answer() -> None:
    assert leading_ranges(answer(LOG), 0) == ((), 0)


ROWS: list[list[Any]] = [
    ["Case ID", "Order ID", "Status", "Notes"],
    *([f"R-{n}", n if n % 7 == 0 else str(n), "New", 'so "],["'] for n in range(200)),
]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of some rows is long already."""
    monkeypatch.setattr(decode, "_PART_BYTES", 64)


def long_log(rows: list[list[Any]], **format_: Any) -> bytes:
    body = {"valueRanges": [{"range": "'Log [1]'!A1:D", "majorDimension": "ROWS", "values": rows}]}
    return json.dumps(body, **format_).encode()


def decoded(values: bytes, start: int = 0) -> list[list[Any]]:
    layout, width = read_head(values, header_names(), start)
    return [list(row) for row in decode_rows(values, layout, width, start)]


@pytest.mark.parametrize("indent", [None, 1])
def test_a_long_log_is_decoded_in_parts_and_comes_out_whole(
    small_parts: None, monkeypatch: pytest.MonkeyPatch, indent: int | None
) -> None:
    values = long_log(ROWS, indent=indent)
    asked: list[int] = []
    whole = decode._decoded
    monkeypatch.setattr(decode, "_decoded", lambda *a: (asked.append(len(a[1])), whole(*a))[1])
    assert decoded(values) == ROWS
    assert asked[-1] < len(values) / 4


@pytest.mark.parametrize("part", [64, 1 << 21])
def test_a_log_behind_other_ranges_is_decoded_as_if_it_were_alone(
    monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    monkeypatch.setattr(decode, "_PART_BYTES", part)
    monkeypatch.setattr(decode, "_HEAD_BYTES", 2048)
    log = json.loads(long_log(ROWS))["valueRanges"][0]
    values = answer(marks("n1"), {"values": [["Settings", "],["]]}, log)
    _, start = leading_ranges(values, 2)
    assert decoded(values, start) == ROWS


@pytest.mark.parametrize(
    "note",
    [
        pytest.param("],[" * 40, id="a text that is all cuts"),
        pytest.param("x" * 400, id="a text longer than a part"),
    ],
)
def test_a_text_in_which_no_cut_can_be_found_is_decoded_whole(small_parts: None, note: str) -> None:
    rows = [*ROWS[:3], ["R-x", "1", "New", note], *ROWS[3:9]]
    assert decoded(long_log(rows)) == rows


def test_an_answer_that_is_cut_off_is_refused_in_parts_as_whole(small_parts: None) -> None:
    values = long_log(ROWS)
    layout, width = read_head(values, header_names())
    with pytest.raises(LayoutError, match="no table of cells"):
        decode_rows(values[: len(values) // 2], layout, width)
