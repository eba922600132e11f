"""A long answer says the same whether it is decoded at once or a row at a time."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.sheets import long_answer
from refundsheet.sheets.long_answer import Rows, take_apart


@pytest.fixture(scope="module", autouse=True)
def every_answer_is_long() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_answer, "LONG", 0)
        patch.setattr(long_answer, "_WINDOW", 48)
        yield


def a_row(*texts: str) -> dict[str, Any]:
    return {"values": [{"userEnteredValue": {"stringValue": text}} for text in texts]}


def a_spreadsheet(*blocks: list[Any]) -> dict[str, Any]:
    data = [{"startRow": number, "rowData": rows} for number, rows in enumerate(blocks)]
    return {"properties": {"timeZone": "Europe/Berlin"}, "sheets": [{"data": data}, {"id": 2}]}


def in_full(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with its rows decoded."""
    spreadsheet = answer.get("updatedSpreadsheet", answer)
    for data in spreadsheet["sheets"][0]["data"]:
        data["rowData"] = list(data["rowData"])
    return answer


TRICKY = [
    '"rowData":[{"values":[',
    "],[",
    "}]}",
    "\\",
    '\\"',
    "",
    "ü",
    "返金",
    "💶" * 30,
    "x" * 500,
]


@given(
    rows=st.lists(
        st.lists(
            st.sampled_from(TRICKY) | st.text(st.characters(codec="utf-8"), max_size=8), max_size=3
        ),
        max_size=8,
    ),
    encoding=st.sampled_from(["ascii", "utf-8"]),
    indent=st.sampled_from([None, 1]),
)
def test_whatever_the_cells_hold_the_rows_are_those_that_were_sent(
    rows: list[list[str]], encoding: str, indent: int | None
) -> None:
    sent = a_spreadsheet([a_row(*row) for row in rows], [], [{}, a_row("last")])
    text = json.dumps(sent, ensure_ascii=encoding == "ascii", indent=indent)
    assert in_full(take_apart(text.encode())) == sent


def test_long_rows_can_be_gone_through_again() -> None:
    sent = a_spreadsheet([a_row(f"R-{n}") for n in range(20)])
    [sheet, _] = take_apart(json.dumps({"updatedSpreadsheet": sent}).encode())[
        "updatedSpreadsheet"
    ]["sheets"]
    rows = sheet["data"][0]["rowData"]
    assert isinstance(rows, Rows)
    assert [*rows] == [*rows] == sent["sheets"][0]["data"][0]["rowData"]


def test_rows_that_are_few_stay_a_list() -> None:
    sent = a_spreadsheet([{}], [a_row(f"R-{n}") for n in range(20)])
    first, _ = take_apart(json.dumps(sent).encode())["sheets"][0]["data"]
    assert first["rowData"] == [{}]


@pytest.mark.parametrize("end", [30, 120, 200])
def test_an_answer_that_is_cut_off_is_none(end: int) -> None:
    body = json.dumps(a_spreadsheet([a_row(f"R-{n}") for n in range(20)])).encode()
    with pytest.raises(ValueError, match=r".+"):
        take_apart(body[:end])
