"""The next Case ID goes on where the team is."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.case_ids import next_ids
from refundsheet.core.keys import comparable_id

DEFAULT = "R-{year}-####"


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        pytest.param([], "R-2026-0001", id="an empty log"),
        pytest.param(["RB-2024-001", "RB-2024-002"], "RB-2024-003", id="the team's pattern"),
        pytest.param(["17", "16"], "18", id="bare numbers"),
        pytest.param(["007", "009"], "010", id="digits are kept"),
        pytest.param(["R-9", "R-10"], "R-11", id="where none are padded, none are"),
        pytest.param(["9/A", "10/A"], "11/A", id="a suffix"),
        pytest.param(["R-2025-041", "R-2026-007"], "R-2026-008", id="the year's own series"),
        pytest.param(["R-2024-041", "R-2025-007"], "R-2026-001", id="a new year begins anew"),
        pytest.param(["R-2062-001", "R-2026-007"], "R-2026-008", id="a slip of the year"),
        pytest.param(["R-2062-001", "R-2061-007"], "R-2062-002", id="years ahead, all of them"),
        pytest.param(["Ada", "Bo", "R-1"], "R-2026-0001", id="no pattern of most"),
        pytest.param(["Ada", "Bo"], "R-2026-0001", id="no numbers at all"),
        pytest.param(["R-1", "R-2", "x"], "R-3", id="the pattern of most"),
        pytest.param([" R-1 ", "R-2"], "R-3", id="spaces around"),
        pytest.param(["R-1", "R-2", "r-3"], "R-4", id="one that is taken in small letters"),
    ],
)
def test_the_next_id_continues_the_log(used: list[str], expected: str) -> None:
    assert next(next_ids(used, DEFAULT, 2026)) == expected


@given(
    used=st.lists(
        st.from_regex(r"[A-Z]{0,2}-?(2025-|2026-)?[0-9]{1,4}", fullmatch=True), max_size=20
    ),
    count=st.integers(1, 20),
)
def test_no_id_is_given_twice(used: list[str], count: int) -> None:
    minted = list(islice(next_ids(used, DEFAULT, 2026), count))
    keys = [comparable_id(text) for text in minted]
    assert len(set(keys)) == count
    assert not set(keys) & {comparable_id(text) for text in used}
