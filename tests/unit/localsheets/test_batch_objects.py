"""Rules, bands, filters, charts, slicers and groups: what lies on a tab and follows its cells."""

from typing import Any

import pytest

from tests.unit.localsheets.callers import Book, lines, span

Json = dict[str, Any]
_RED = {"rgbColor": {"red": 1}}
_CELLS = span((0, 4), (0, 2))


def _rule(kind: str = "NUMBER_GREATER", *values: str, over: Json = _CELLS) -> Json:
    condition: Json = {"type": kind}
    if values:
        condition["values"] = [{"userEnteredValue": value} for value in values]
    look = {"backgroundColorStyle": _RED}
    return {"ranges": [over], "booleanRule": {"condition": condition, "format": look}}


def _shown(rule: Json) -> Json:
    """A rule as Google shows it: its colours in both spellings."""
    look = {"backgroundColor": {"red": 1}, "backgroundColorStyle": _RED}
    return {**rule, "booleanRule": {**rule["booleanRule"], "format": look}}


def _kinds(book: Book) -> list[str]:
    rules = book.tab().get("conditionalFormats", [])
    return [rule["booleanRule"]["condition"]["type"] for rule in rules]


def _add_rules(book: Book, *rules: Json) -> None:
    book.batch(
        *(
            {"addConditionalFormatRule": {"rule": rule, "index": place}}
            for place, rule in enumerate(rules)
        )
    )


def test_rules_are_kept_in_order_and_the_reply_to_an_add_is_empty(book: Book) -> None:
    _add_rules(book, _rule("NUMBER_GREATER", "5"), _rule("NOT_BLANK"))
    first = {"addConditionalFormatRule": {"rule": _rule("BLANK"), "index": 0}}
    assert book.reply(first) == {}
    assert _kinds(book) == ["BLANK", "NUMBER_GREATER", "NOT_BLANK"]
    assert book.tab()["conditionalFormats"][1] == _shown(_rule("NUMBER_GREATER", "5"))


def test_a_rule_is_replaced_moved_and_deleted_by_its_index(book: Book) -> None:
    _add_rules(book, _rule("BLANK"), _rule("NOT_BLANK"))
    update = {"rule": _rule("TEXT_CONTAINS", "x"), "index": 1}
    replaced = book.reply({"updateConditionalFormatRule": update})["updateConditionalFormatRule"]
    assert replaced == {
        "newRule": _shown(_rule("TEXT_CONTAINS", "x")),
        "newIndex": 1,
        "oldRule": _shown(_rule("NOT_BLANK")),
    }
    moved = book.reply({"updateConditionalFormatRule": {"index": 0, "newIndex": 1}})
    assert moved["updateConditionalFormatRule"]["newRule"] == _shown(_rule("BLANK"))
    assert _kinds(book) == ["TEXT_CONTAINS", "BLANK"]
    deleted = book.reply({"deleteConditionalFormatRule": {"index": 0}})
    assert deleted["deleteConditionalFormatRule"]["rule"] == _shown(_rule("TEXT_CONTAINS", "x"))
    assert _kinds(book) == ["BLANK"]


def test_a_point_of_a_scale_at_the_end_loses_its_value(book: Book) -> None:
    points = {
        "minpoint": {"type": "MIN", "value": "2", "colorStyle": _RED},
        "maxpoint": {"type": "NUMBER", "value": "9", "colorStyle": _RED},
    }
    rule = {"ranges": [_CELLS], "gradientRule": points}
    book.batch({"addConditionalFormatRule": {"rule": rule}})
    stored = book.tab()["conditionalFormats"][0]["gradientRule"]
    both = {"color": {"red": 1}, "colorStyle": _RED}
    assert stored == {
        "minpoint": {"type": "MIN", **both},
        "maxpoint": {"type": "NUMBER", "value": "9", **both},
    }


@pytest.mark.parametrize(
    ("request_", "cause"),
    [
        pytest.param(
            {"deleteConditionalFormatRule": {"index": 5}},
            "deleteConditionalFormatRule: No conditional format on sheet: 0 at index: 5",
            id="no such rule",
        ),
        pytest.param(
            {"addConditionalFormatRule": {"rule": {"ranges": [_CELLS], "gradientRule": {}}}},
            "addConditionalFormatRule: No interpolationPointType specified.",
            id="a scale without points (observed)",
        ),
        pytest.param(
            {
                "addConditionalFormatRule": {
                    "rule": {
                        "ranges": [_CELLS],
                        "gradientRule": {"minpoint": {"type": "NUMBER"}},
                    }
                }
            },
            "addConditionalFormatRule: InterpolationPoint.value is required.",
            id="a number point without a number (observed)",
        ),
        pytest.param(
            {"addConditionalFormatRule": {"rule": _rule("NUMBER_BETWEEN", "1")}},
            "addConditionalFormatRule: "
            "Invalid number of values for condition type 'NUMBER_BETWEEN': 1",
            id="one value where two are needed (documented)",
        ),
        pytest.param(
            {"addConditionalFormatRule": {"rule": _rule("ONE_OF_LIST", "a")}},
            "addConditionalFormatRule: "
            "Condition type 'ONE_OF_LIST' is not supported for conditional formatting.",
            id="a condition of validation only (documented)",
        ),
        pytest.param(
            {
                "addBanding": {
                    "bandedRange": {"range": _CELLS, "rowProperties": {"headerColorStyle": _RED}}
                }
            },
            "addBanding: You cannot add alternating background colors to a range that already "
            "has alternating background colors.",
            id="bands on bands",
        ),
        pytest.param(
            {"deleteBanding": {"bandedRangeId": 5}},
            "deleteBanding: No banded range with id: 5",
            id="no such bands",
        ),
        pytest.param(
            {"deleteFilterView": {"filterId": 0}},
            "deleteFilterView: No filter view with id: 0",
            id="no such view",
        ),
        pytest.param(
            {"addChart": {"chart": {"spec": {"title": "x"}, "position": {"newSheet": True}}}},
            "addChart: One of basicChart, pieChart, bubbleChart, candelstickChart, "
            "histogramChart, or orgChart must be set on chartSpec.",
            id="a chart of no kind (observed)",
        ),
        pytest.param(
            {"addChart": {"chart": {"spec": {"pieChart": {}}}}},
            "addChart: One of EmbeddedObjectPosition.overlayPosition or "
            "EmbeddedObjectPosition.sheetId must be set",
            id="a chart nowhere (observed)",
        ),
        pytest.param(
            {"deleteEmbeddedObject": {"objectId": 8}},
            "deleteEmbeddedObject: No embedded object with id: 8",
            id="no such object (observed)",
        ),
        pytest.param(
            {"deleteDimensionGroup": {"range": lines("ROWS", 0, 2)}},
            "deleteDimensionGroup: There are no groups over the requested range.",
            id="no group",
        ),
        pytest.param(
            {"updateFilterView": {"filter": {"filterViewId": 77}, "fields": ""}},
            "updateFilterView: At least one field must be listed in 'fields'. "
            "(Use '*' to indicate all fields.)",
            id="no mask",
        ),
    ],
)
def test_what_cannot_be_is_refused(book: Book, request_: Json, cause: str) -> None:
    bands = {"range": span((3, 5), (1, 3)), "rowProperties": {"firstBandColorStyle": _RED}}
    book.batch({"addBanding": {"bandedRange": bands}})
    assert book.batch_refused(request_) == (400, f"Invalid requests[0].{cause}")


def test_bands_are_changed_moved_and_taken_away(book: Book) -> None:
    new = {"range": _CELLS, "rowProperties": {"firstBandColorStyle": _RED}}
    added = book.reply({"addBanding": {"bandedRange": new}})["addBanding"]["bandedRange"]
    band_id = added["bandedRangeId"]
    assert added["rowProperties"]["firstBandColor"] == {"red": 1}
    changed = {"bandedRangeId": band_id, "range": span((10, 20), (0, 2))}
    book.batch({"updateBanding": {"bandedRange": changed, "fields": "range"}})
    assert book.tab()["bandedRanges"] == [{**added, "range": span((10, 20), (0, 2))}]
    book.batch({"deleteBanding": {"bandedRangeId": band_id}})
    assert "bandedRanges" not in book.tab()


def test_a_filter_view_shows_its_criteria_in_both_spellings(book: Book) -> None:
    criteria = {"hiddenValues": ["Closed"]}
    new = {"title": "Mine", "range": _CELLS, "criteria": {"1": criteria}}
    view = book.reply({"addFilterView": {"filter": new}})["addFilterView"]["filter"]
    specs = [{"columnIndex": 1, "filterCriteria": criteria}]
    assert (view["criteria"], view["filterSpecs"]) == ({"1": criteria}, specs)
    assert book.tab()["filterViews"] == [view]


def test_a_filter_view_is_duplicated_changed_and_deleted(book: Book) -> None:
    new = {"filterViewId": 7, "title": "Mine", "range": _CELLS}
    book.batch({"addFilterView": {"filter": new}})
    copied = book.reply({"duplicateFilterView": {"filterId": 7}})["duplicateFilterView"]["filter"]
    assert (copied["title"], copied["filterViewId"] != 7) == ("Copy of Mine", True)
    sort = {"filterViewId": 7, "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]}
    book.batch(
        {"updateFilterView": {"filter": sort, "fields": "sortSpecs"}},
        {"deleteFilterView": {"filterId": copied["filterViewId"]}},
    )
    assert book.tab()["filterViews"] == [{**new, "sortSpecs": sort["sortSpecs"]}]


def test_a_basic_filter_with_sort_orders_sorts_below_its_header(book: Book) -> None:
    book.write("A1", [["n"], [3], [1], [2]])
    sort = [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]
    book.batch({"setBasicFilter": {"filter": {"range": span((0, 4), (0, 1)), "sortSpecs": sort}}})
    assert book.read("A1:A4") == [["n"], [1], [2], [3]]


def _chart(**position: Any) -> Json:
    def data(column: int) -> Json:
        return {"sourceRange": {"sources": [span((0, 4), (column, column + 1))]}}

    basic = {
        "chartType": "COLUMN",
        "domains": [{"domain": data(0)}],
        "series": [{"series": data(1)}],
    }
    chart = {"spec": {"title": "Ages", "basicChart": basic}, "position": position}
    return {"addChart": {"chart": chart}}


def _anchored(row: int, column: int) -> Json:
    return {"overlayPosition": {"anchorCell": {"rowIndex": row, "columnIndex": column}}}


def test_a_chart_over_cells_gets_googles_size_and_keeps_its_specification(book: Book) -> None:
    request = _chart(**_anchored(2, 3))
    chart = book.reply(request)["addChart"]["chart"]
    sizes = {"widthPixels": 600, "heightPixels": 371}
    assert {**chart["position"]["overlayPosition"]} == {
        "anchorCell": {"rowIndex": 2, "columnIndex": 3},
        **sizes,
    }
    assert chart["spec"] == request["addChart"]["chart"]["spec"]
    assert book.tab()["charts"] == [chart]


def test_a_chart_without_domains_and_series_is_an_internal_error(book: Book) -> None:
    chart = {"spec": {"basicChart": {"chartType": "BAR"}}, "position": _anchored(0, 0)}
    refusal = book.batch_refused({"addChart": {"chart": chart}})
    assert refusal == (500, "Internal error encountered.")


def test_a_chart_on_its_own_tab_has_no_grid_and_leaves_with_it(book: Book) -> None:
    chart = book.reply(_chart(newSheet=True))["addChart"]["chart"]
    own = chart["position"]["sheetId"]
    assert book.tab(own)["properties"] == {
        "sheetId": own,
        "title": "Chart1",
        "index": 1,
        "sheetType": "OBJECT",
    }
    fields = "anchorCell,widthPixels"
    move = {"objectId": chart["chartId"], "newPosition": _anchored(0, 1), "fields": fields}
    moved = book.reply({"updateEmbeddedObjectPosition": move})["updateEmbeddedObjectPosition"]
    assert moved["position"]["overlayPosition"]["widthPixels"] == 600
    assert [tab["properties"]["title"] for tab in book.get()["sheets"]] == ["Sheet1"]
    book.batch({"deleteEmbeddedObject": {"objectId": chart["chartId"]}})
    assert "charts" not in book.tab()


def test_a_chart_is_given_another_specification_whole(book: Book) -> None:
    chart = book.reply(_chart(**_anchored(0, 0)))["addChart"]["chart"]
    pie = {"title": "Shares", "pieChart": {"legendPosition": "NO_LEGEND"}}
    border = {"objectId": chart["chartId"], "border": {"colorStyle": _RED}, "fields": "colorStyle"}
    book.batch(
        {"updateChartSpec": {"chartId": chart["chartId"], "spec": pie}},
        {"updateEmbeddedObjectBorder": border},
    )
    stored = book.tab()["charts"][0]
    assert (stored["spec"], stored["border"]["color"]) == (pie, {"red": 1})


def test_a_deleted_column_silently_takes_the_series_that_read_it(book: Book) -> None:
    book.batch(_chart(**_anchored(0, 5)))
    assert book.batch({"deleteDimension": {"range": lines("COLUMNS", 1, 2)}})["replies"] == [{}]
    chart = book.tab()["charts"][0]
    assert len(chart["spec"]["basicChart"]["domains"]) == 1
    assert not chart["spec"]["basicChart"].get("series")
    assert chart["position"]["overlayPosition"]["anchorCell"] == {"rowIndex": 0, "columnIndex": 4}


def test_a_slicer_is_added_and_changed_by_fields(book: Book) -> None:
    slicer = {"spec": {"dataRange": _CELLS, "columnIndex": 1}, "position": _anchored(0, 6)}
    added = book.reply({"addSlicer": {"slicer": slicer}})["addSlicer"]["slicer"]
    update = {"slicerId": added["slicerId"], "spec": {"title": "Status"}, "fields": "title"}
    book.batch({"updateSlicerSpec": update})
    stored = book.tab()["slicers"][0]["spec"]
    assert stored == {
        "dataRange": _CELLS,
        "columnIndex": 1,
        "applyToPivotTables": True,
        "title": "Status",
    }


def _groups(book: Book, axis: str = "column") -> list[tuple[int, int, int]]:
    shown = book.tab().get(f"{axis}Groups", [])
    return [
        (group["range"]["startIndex"], group["range"]["endIndex"], group["depth"])
        for group in shown
    ]


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        pytest.param([(2, 4), (1, 5)], [(1, 5, 1), (2, 4, 2)], id="a superset (documented)"),
        pytest.param([(1, 5), (2, 4)], [(1, 5, 1), (2, 4, 2)], id="a subset (documented)"),
        pytest.param([(1, 4), (2, 5)], [(1, 5, 1), (2, 4, 2)], id="crossing (documented)"),
        pytest.param([(1, 3), (5, 7)], [(1, 3, 1), (5, 7, 1)], id="apart"),
        pytest.param([(1, 3), (3, 7)], [(1, 3, 1), (3, 7, 1)], id="touching"),
        pytest.param([(1, 3), (1, 3)], [(1, 3, 1), (1, 3, 2)], id="the same twice"),
    ],
)
def test_groups_nest_and_never_cross(
    book: Book, added: list[tuple[int, int]], expected: list[tuple[int, int, int]]
) -> None:
    ranges = [lines("COLUMNS", *one) for one in added]
    book.batch(*({"addDimensionGroup": {"range": one}} for one in ranges))
    assert _groups(book) == expected


def test_ungrouping_takes_one_level_from_the_lines_named(book: Book) -> None:
    ranges = [lines("COLUMNS", 1, 5), lines("COLUMNS", 2, 4)]
    book.batch(*({"addDimensionGroup": {"range": one}} for one in ranges))
    book.batch({"deleteDimensionGroup": {"range": lines("COLUMNS", 3, 5)}})
    assert _groups(book) == [(1, 4, 1), (2, 3, 2)]


def test_a_folded_group_hides_its_lines_and_follows_them(book: Book) -> None:
    group = {"range": lines("ROWS", 1, 3), "depth": 1, "collapsed": True}
    book.batch(
        {"addDimensionGroup": {"range": group["range"]}},
        {"updateDimensionGroup": {"dimensionGroup": group, "fields": "collapsed"}},
        {"insertDimension": {"range": lines("ROWS", 0, 2)}},
    )
    assert _groups(book, "row") == [(3, 5, 1)]
    rows = book.get(ranges="A1:A6", fields="sheets.data.rowMetadata.hiddenByUser")
    hidden = [row.get("hiddenByUser", False) for row in rows["sheets"][0]["data"][0]["rowMetadata"]]
    assert hidden == [False, False, False, True, True, False]


def test_rules_follow_their_cells_and_go_with_the_last_of_them(book: Book) -> None:
    _add_rules(book, _rule("BLANK", over=span((2, 4), (0, 2))))
    book.batch({"insertDimension": {"range": lines("ROWS", 3, 5)}})
    assert book.tab()["conditionalFormats"][0]["ranges"] == [span((2, 6), (0, 2))]
    book.batch({"deleteDimension": {"range": lines("ROWS", 2, 6)}})
    assert "conditionalFormats" not in book.tab()


def test_borders_are_drawn_at_the_edges_and_inside_and_taken_away(book: Book) -> None:
    solid, none = {"style": "SOLID", "colorStyle": _RED}, {"style": "NONE"}
    book.batch({"updateBorders": {"range": _CELLS, "top": solid, "innerVertical": solid}})
    drawn = {"style": "SOLID", "color": {"red": 1}, "colorStyle": _RED}
    assert book.cell("A1")["userEnteredFormat"]["borders"] == {"top": drawn, "right": drawn}
    assert book.cell("B2")["userEnteredFormat"]["borders"] == {"left": drawn}
    book.batch({"updateBorders": {"range": _CELLS, "top": none, "innerVertical": none}})
    assert "userEnteredFormat" not in book.cell("A1")
