"""Our own tabs: only what differs is sent, and what was published is remembered exactly."""

import json

from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.pages import (
    Page,
    PageCell,
    Style,
    difference,
    from_stored,
    to_stored,
    whole,
    with_cell,
)

_CELLS = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(0, 5)),
    st.builds(
        PageCell,
        st.none() | st.text(max_size=3) | st.integers(-9, 9) | st.booleans(),
        st.sampled_from(Style),
        st.booleans(),
    ),
)


def test_a_page_that_stands_needs_nothing() -> None:
    page = Page("Summary", {(0, 0): PageCell("Open")})
    assert difference(page.cells, page).cells == {}


def test_what_is_new_changed_or_gone_is_sent() -> None:
    stands = {(0, 0): PageCell("Open"), (0, 1): PageCell(3), (9, 9): PageCell("old")}
    page = Page("Summary", {(0, 0): PageCell("Open"), (0, 1): PageCell(4), (1, 1): PageCell(5)})
    assert difference(stands, page).cells == {
        (0, 1): PageCell(4),
        (1, 1): PageCell(5),
        (9, 9): None,
    }


def test_another_style_alone_is_a_difference() -> None:
    page = Page("Summary", {(0, 0): PageCell(1, Style.COUNT)})
    assert difference({(0, 0): PageCell(1)}, page).cells == {(0, 0): PageCell(1, Style.COUNT)}


def test_a_cell_is_added_without_touching_the_page() -> None:
    page = Page("Summary", {}, (100,), 3)
    more = with_cell(page, (1, 2), PageCell("x"))
    assert (page.cells, more.cells) == ({}, {(1, 2): PageCell("x")})
    assert (more.title, more.widths, more.frozen_rows) == ("Summary", (100,), 3)


A_LIST = Page(
    "Queue", {(0, 0): PageCell("a"), (1, 1): PageCell("b")}, widths=(9, 9, 9), is_ours_below=True
)


def test_a_list_goes_whole_or_not_at_all() -> None:
    stands = {**A_LIST.cells, (1, 1): PageCell("c"), (5, 0): PageCell("d")}
    assert difference(A_LIST.cells, A_LIST).cells == {}
    assert difference(stands, A_LIST).cells == {
        (0, 0): PageCell("a"),
        (0, 1): None,
        (0, 2): None,
        (1, 0): None,
        (1, 1): PageCell("b"),
        (1, 2): None,
    }


def test_a_page_goes_whole_with_what_an_edit_empties() -> None:
    page = Page("Summary", {(0, 0): PageCell("a")})
    edit = difference({**page.cells, (9, 9): PageCell("old")}, page)
    assert whole(edit).cells == {(0, 0): PageCell("a"), (9, 9): None}


@given(_CELLS)
def test_what_was_published_is_remembered_exactly(cells: dict[tuple[int, int], PageCell]) -> None:
    assert from_stored(json.loads(json.dumps(to_stored(cells)))) == cells


@given(_CELLS, _CELLS)
def test_what_is_sent_turns_what_stands_into_the_page(
    stands: dict[tuple[int, int], PageCell], wanted: dict[tuple[int, int], PageCell]
) -> None:
    sent = difference(stands, Page("Summary", wanted)).cells
    after = {**stands, **sent}
    assert {place: cell for place, cell in after.items() if cell is not None} == wanted
