"""Two ranges in one answer: our marks are cut off, the log is left as Google sent it."""

import json
from typing import Any

import pytest

from refundsheet.core.decode import take_first_range

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
