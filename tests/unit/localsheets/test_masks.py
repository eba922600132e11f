from typing import Any

import pytest

from refundsheet.localsheets import masks


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        pytest.param("a,b", {"a": {}, "b": {}}, id="two"),
        pytest.param("a.b", {"a": {"b": {}}}, id="dot"),
        pytest.param("a/b", {"a": {"b": {}}}, id="slash (recorded)"),
        pytest.param("a(b,c(d))", {"a": {"b": {}, "c": {"d": {}}}}, id="nested"),
        pytest.param("a.b, a.c", {"a": {"b": {}, "c": {}}}, id="joined"),
        pytest.param("a,a.b", {"a": {}}, id="whole wins"),
        pytest.param("a.b,a", {"a": {}}, id="whole wins later"),
        pytest.param("*", {"*": {}}, id="all"),
        pytest.param("sheet_id", {"sheetId": {}}, id="proto spelling"),
    ],
)
def test_a_mask_is_read(text: str, tree: Any) -> None:
    assert masks.parse(text) == tree


@pytest.mark.parametrize("text", ["", "a(", "a)", "a,,b", ".a", "a b(c", "a(b)c", "ä", "a(" * 999])
def test_what_is_no_mask_is_refused(text: str) -> None:
    with pytest.raises(masks.MaskError):
        masks.check(masks.parse(text), "Sheet")


def test_a_name_the_message_does_not_have_is_named() -> None:
    with pytest.raises(masks.MaskError) as mistake:
        masks.check(masks.parse("sheets(properties.colour)"), "Spreadsheet")
    assert mistake.value.path == "sheets.properties.colour"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("a", {"a": {"b": 1, "c": [{"d": 2, "e": 3}]}}, id="whole"),
        pytest.param("a.c.d", {"a": {"c": [{"d": 2}]}}, id="through lists"),
        pytest.param("a.x", {"a": {}}, id="a present message stays"),
        pytest.param("x", {}, id="nothing"),
    ],
)
def test_an_answer_is_cut_to_its_mask(text: str, kept: Any) -> None:
    body = {"a": {"b": 1, "c": [{"d": 2, "e": 3}]}, "f": 4}
    assert masks.choose(masks.parse(text), body) == kept


def test_an_update_resets_what_is_masked_and_absent() -> None:
    old = {"a": {"b": 1, "c": 2}, "d": 3}
    assert masks.merge(masks.parse("a.b,d"), old, {"a": {}}) == {"a": {"c": 2}}
