"""What came is taken apart: our marks are cut off, and a long log is decoded a part at a time."""

import json
from typing import Any

import pytest

from refundsheet.core import decode
from refundsheet.core.columns import header_names
from refundsheet.core.decode import decode_rows, read_head, take_first_range
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
def test_the_first_range_is_taken_and_the_others_left(
    first: dict[str, Any], rows: tuple[Any, ...]
) -> None:
    assert take_first_range(answer(first, LOG)) == (rows, answer(LOG))
    assert take_first_range(answer(first, first, LOG)) == (rows, answer(first, LOG))


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(answer(LOG), id="one range"),
        pytest.param(answer("no range", LOG), id="not a range"),
        pytest.param(answer(marks("n1"), LOG)[:60], id="cut off"),
        pytest.param(b"<html>", id="no answer at all"),
    ],
)
def test_anything_else_is_given_back_whole(values: bytes) -> None:
    assert take_first_range(values) == ((), values)


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


def decoded(values: bytes) -> list[list[Any]]:
    layout, width = read_head(values, header_names())
    return [list(row) for row in decode_rows(values, layout, width)]


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
