"""Rows leave a tab by what they hold, and nothing else does, whatever people did to it meanwhile."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refundsheet.core.model import Cell
from refundsheet.localsheets.server import LocalServer
from refundsheet.sheets.layout import LARGEST_BODY
from refundsheet.sheets.sweep import sweep
from tests.teams import HttpTeam

HEAD = ("When", "Case", "Note")
TAB = 77


def inserted(requests: list[dict[str, Any]]) -> int:
    """How many rows a batch fills and deletes."""
    insert, write, compare, delete = requests
    assert insert["insertDimension"]["range"] == delete["deleteDimension"]["range"]
    assert "deleteDuplicates" in compare
    rows = insert["insertDimension"]["range"]
    assert rows["endIndex"] - rows["startIndex"] == len(write["updateCells"]["rows"])
    return len(write["updateCells"]["rows"])


@pytest.mark.parametrize(
    ("rows", "batches"),
    [
        pytest.param([], [], id="none"),
        pytest.param([[], ["", None]], [], id="a blank row is never looked for: all blank ones would go"),
        pytest.param([[1, "a"], [1, "b"]], [2], id="rows that differ"),
        pytest.param([[1, "a"], [1, "a"]], [1], id="one stands for all that are equal to it"),
        pytest.param([[1, "a"], [2, "a"], [1, "b"]], [2, 1], id="numbers may be shown alike"),
        pytest.param([["a"], ["A "]], [1, 1], id="and letters are compared ignoring case"),
        pytest.param([["a"], ["a", 5], ["b"]], [2, 1], id="a number at the end may be shown as nothing"),
    ],
)  # fmt: skip
def test_rows_that_could_be_taken_for_each_other_go_in_different_batches(
    rows: list[list[Cell]], batches: list[int]
) -> None:
    assert [inserted(requests) for requests in sweep(TAB, rows)] == batches


def test_no_batch_is_larger_than_google_recommends() -> None:
    rows = [[f"{number}", "x" * 1000] for number in range(3000)]
    counts = [inserted(requests) for requests in sweep(TAB, rows)]
    assert sum(counts) == 3000
    assert max(counts) * 1000 < LARGEST_BODY < 3000 * 1000


CELLS = st.sampled_from(["", "a", "A", "b", "1", 1, 1.0001, 46000.5, 46000.50001])
LINES = st.lists(CELLS, min_size=1, max_size=3).map(tuple)


@pytest.fixture
def team(local_server: LocalServer) -> Iterator[HttpTeam]:
    made = HttpTeam(local_server, [])
    yield made
    made.close()


def test_whatever_stands_there_only_the_rows_that_are_to_go_do(team: HttpTeam) -> None:
    team.fill("A1", [HEAD])
    format_ = {"userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "0"}}}
    column = {"sheetId": TAB, "startColumnIndex": 0, "endColumnIndex": 1}

    @given(st.lists(LINES, unique=True, max_size=8), st.data())
    @settings(max_examples=12)
    def try_out(lines: list[tuple[Cell, ...]], data: st.DataObject) -> None:
        numbered = [(*line, *("",) * (3 - len(line)), f"no {n}") for n, line in enumerate(lines)]
        gone = data.draw(st.lists(st.sampled_from(numbered), unique=True)) if numbered else []
        standing = data.draw(st.permutations(numbered))
        blank = [[""] * 4] * (8 - len(standing))
        team.fill("A2", [*standing, *blank])
        shown = {"range": column, "cell": format_, "fields": "userEnteredFormat"}
        team.change({"repeatCell": shown})

        for requests in sweep(TAB, gone):
            team.change(*requests)

        assert team.rows()[0] == list(HEAD)
        left = Counter(row[3] for row in team.rows()[1:] if row)
        assert left == Counter(line[3] for line in numbered if line not in gone)

    try_out()
