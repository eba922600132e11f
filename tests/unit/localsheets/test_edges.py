"""Every kind of request at its edges: empty, off the grid, overlapping, id 0, hidden, merged, formatted.

Each case names the fact it stands on: a paragraph of sheets-api.md with its strength, `DS` for the
discovery document's own words, `guess` where nobody has told and the choice is ours.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from refundsheet.localsheets import schema
from refundsheet.localsheets.batch_update import HANDLERS
from tests.unit.localsheets.callers import lines, span
from tests.unit.localsheets.desk import Desk, Json

_TABS = [
    {
        "properties": {
            "sheetId": number,
            "title": title,
            "gridProperties": {"rowCount": rows, "columnCount": columns},
        }
    }
    for number, title, rows, columns in ((0, "Log", 8, 4), (7, "Two", 3, 2))
]
#: What the first tab holds; the formula comes to 10.
_LOG = [["a", 1, "=B1*10"], ["b", 2, ""], ["", "", ""], ["a", 1, "x"]]
_RED, _BLUE = {"rgbColor": {"red": 1}}, {"rgbColor": {"blue": 1}}
_NO_MASK = "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
_OFF = "exceeds grid limits. Max rows: 8, max columns: 4"

Check = Callable[[Desk, Json], object]


@dataclass(frozen=True)
class Edge:
    """One request on the tabs above, after some others, and what must be seen then."""

    kind: str
    says: str
    fact: str
    request: Json
    #: A sentence it is refused with (or the end of one), or what to look at afterwards.
    then: str | Check
    given: tuple[Json, ...] = ()


def _reply(expected: Any) -> Check:
    """The reply to the request, in full."""
    return lambda _desk, reply: _equal(reply, expected)


def _replied(*path: Any) -> Check:
    """Something in the reply, the last of the path."""
    *names, expected = path

    def check(_desk: Desk, reply: Json) -> None:
        found: Any = reply
        for name in names:
            found = found[name]
        _equal(found, expected)

    return check


def _reads(where: str, expected: list[list[Any]], render: str = "UNFORMATTED_VALUE") -> Check:
    return lambda desk, _reply: _equal(desk.read(where, render), expected)


def _tab(*path: Any, sheet_id: int = 0) -> Check:
    """Something of a tab as `get` shows it; None where it is not there."""
    *names, expected = path

    def check(desk: Desk, _reply: Json) -> None:
        found: Any = desk.tab(sheet_id)
        for name in names:
            found = found.get(name) if isinstance(found, dict) else found and found[name]
        _equal(found, expected)

    return check


def _cell(where: str, **expected: Any) -> Check:
    """Fields of one cell; None for one that is not there."""

    def check(desk: Desk, _reply: Json) -> None:
        rows = desk.cells(where)
        found: Json = rows[0][0] if rows and rows[0] else {}
        _equal({name: found.get(name) for name in expected}, expected)

    return check


def _titles(*expected: str) -> Check:
    def check(desk: Desk, _reply: Json) -> None:
        _equal([tab["properties"]["title"] for tab in desk.get()["sheets"]], list(expected))

    return check


def _all(*checks: Check) -> Check:
    def check(desk: Desk, reply: Json) -> None:
        for one in checks:
            one(desk, reply)

    return check


def _equal(found: Any, expected: Any) -> None:
    assert found == expected


def _put(row: int, column: int, **cell: Any) -> Json:
    """An updateCells of one cell."""
    return {
        "updateCells": {
            "start": {"rowIndex": row, "columnIndex": column},
            "rows": [{"values": [cell]}],
            "fields": ",".join(cell),
        }
    }


_MERGED = {"mergeCells": {"range": span((0, 2), (0, 2)), "mergeType": "MERGE_ALL"}}
_ONE = span((0, 1), (0, 1))
_ALL = span((0, 8), (0, 4))
_OUTSIDE = span((8, 9), (0, 1))
_ACROSS = span((6, 99), (0, 1))
_BANDS = {"range": _ONE, "rowProperties": {"firstBandColorStyle": _RED}}
_BANDED = {"addBanding": {"bandedRange": {**_BANDS, "bandedRangeId": 3}}}
_BLANK: Json = {
    "booleanRule": {"condition": {"type": "BLANK"}, "format": {"backgroundColorStyle": _RED}}
}
_RULE: Json = {"ranges": [_ONE], **_BLANK}
_RULED = {"addConditionalFormatRule": {"rule": _RULE}}
_AT: Json = {"overlayPosition": {"anchorCell": {}}}
_SOURCE = {"sourceRange": {"sources": [span((0, 4), (1, 2))]}}
_PIE: Json = {"pieChart": {"domain": _SOURCE, "series": _SOURCE}}
_CHART: Json = {"chartId": 5, "spec": _PIE, "position": _AT}
_CHARTED = {"addChart": {"chart": _CHART}}
_SLICER: Json = {"slicerId": 6, "spec": {"dataRange": _ALL}, "position": _AT}
_SLICED = {"addSlicer": {"slicer": _SLICER}}
_VIEW: Json = {"filterViewId": 4, "title": "Mine", "range": span((0, 4), (0, 2))}
_VIEWED = {"addFilterView": {"filter": _VIEW}}
_NAME: Json = {"namedRangeId": "n", "name": "Rows", "range": span((0, 2), (0, 1))}
_NAMED = {"addNamedRange": {"namedRange": _NAME}}
_GUARD: Json = {"protectedRangeId": 2, "range": _ONE}
_GUARDED = {"addProtectedRange": {"protectedRange": _GUARD}}
_TABLE: Json = {"tableId": "t", "name": "Cases", "range": span((0, 2), (0, 2))}
_TABLED = {"addTable": {"table": _TABLE}}
_ROWS_1_3 = lines("ROWS", 1, 3)
_GROUPED = {"addDimensionGroup": {"range": _ROWS_1_3}}
_ENTRY: Json = {
    "metadataId": 9,
    "metadataKey": "k",
    "location": {"dimensionRange": lines("ROWS", 0, 1)},
    "visibility": "DOCUMENT",
}
_TAGGED = {"createDeveloperMetadata": {"developerMetadata": _ENTRY}}
_BY_KEY: Json = {"developerMetadataLookup": {"metadataKey": "k"}}


def _frozen(field: str, count: int) -> Json:
    """An updateSheetProperties that freezes lines of tab 0."""
    grid = {field: count}
    return {
        "updateSheetProperties": {
            "properties": {"gridProperties": grid},
            "fields": f"gridProperties.{field}",
        }
    }


_HIDDEN_TWO = {
    "updateSheetProperties": {"properties": {"sheetId": 7, "hidden": True}, "fields": "hidden"}
}
_HIDING: Json = {"columnIndex": 0, "filterCriteria": {"hiddenValues": ["b"]}}
_FILTERED = {
    "setBasicFilter": {"filter": {"range": span((0, 4), (0, 2)), "filterSpecs": [_HIDING]}}
}
_BOLD: Json = {"userEnteredFormat": {"textFormat": {"bold": True}}}
_PERCENT: Json = {"userEnteredFormat": {"numberFormat": {"type": "PERCENT", "pattern": "0%"}}}


def _merge(**body: Any) -> Json:
    return {"range": span((0, 2), (0, 2)), "mergeType": "MERGE_ALL"} | body


def _anchored(desk: Desk, tab: int, row: int, column: int) -> None:
    """The only comment is on this cell."""
    sheets = desk.get(commentsViewMode="COMMENTS_VIEW_MODE_INCLUDED")["sheets"]
    assert [len(sheet.get("commentAnchors", [])) for sheet in sheets][tab] == 1
    found = sheets[tab]["commentAnchors"][0]["range"]
    assert (found["startRowIndex"], found["startColumnIndex"]) == (row, column)


def _sort(*orders: Json, over: Json | None = None) -> Json:
    return {"range": over or span((0, 4), (0, 4)), "sortSpecs": list(orders)}


EDGES = [
    # Bands (DS BandedRange, BandingProperties)
    Edge("addBanding", "id 0 gets one of Google's", "§4 REC of other ids: 0 is unset", {"bandedRange": {**_BANDS, "bandedRangeId": 0}}, lambda _d, r: r["bandedRange"]["bandedRangeId"] > 0),
    Edge("addBanding", "neither rows nor columns", "DS BandedRange: at least one", {"bandedRange": {"range": _ONE}}, "One of rowProperties or columnProperties must be specified."),
    Edge("addBanding", "off the grid", "§5 LIVE GSM", {"bandedRange": {**_BANDS, "range": _OUTSIDE}}, f"Range (Log!A9) {_OFF}"),
    Edge("addBanding", "over a table, which has bands", "DS Table.rowsProperties", {"bandedRange": _BANDS}, "You cannot add alternating background colors to a range that already has alternating background colors.", (_TABLED,)),
    Edge("updateBanding", "no mask", "§5 LIVE BR", {"bandedRange": {"bandedRangeId": 3}}, _NO_MASK, (_BANDED,)),
    Edge("updateBanding", "masked and absent is reset", "§1 DS", {"bandedRange": {"bandedRangeId": 3, "range": _ONE, "columnProperties": {"firstBandColorStyle": _BLUE}}, "fields": "rowProperties,columnProperties"}, _tab("bandedRanges", 0, "rowProperties", None), (_BANDED,)),
    Edge("deleteBanding", "no such id", "guess: wording", {"bandedRangeId": 0}, "No banded range with id: 0"),
    # Charts and slicers
    Edge("addChart", "an id in use", "guess: wording", {"chart": _CHART}, "A chart with id 5 already exists", (_CHARTED,)),
    Edge("addChart", "a slicer's id is not free either", "DS EmbeddedObjects share ids", {"chart": {**_CHART, "chartId": 6}}, "A chart with id 6 already exists", (_SLICED,)),
    Edge("addChart", "reading off the grid", "§5 LIVE GSM", {"chart": {**_CHART, "spec": {"pieChart": {"series": {"sourceRange": {"sources": [_OUTSIDE]}}}}}}, f"Range (Log!A9) {_OFF}"),
    Edge("addChart", "its own tab has no grid", "§2 LIVE GSM: OBJECT", {"chart": {"spec": _PIE, "position": {"newSheet": True}}}, lambda d, r: _tab("properties", "gridProperties", None, sheet_id=r["chart"]["position"]["sheetId"])(d, r)),
    Edge("updateChartSpec", "no such id", "guess: wording", {"chartId": 0, "spec": _PIE}, "No chart with id: 0"),
    Edge("updateChartSpec", "no kind of chart", "§5 LIVE GSM: Google's misspelling", {"chartId": 5, "spec": {}}, "must be set on chartSpec.", (_CHARTED,)),
    Edge("addSlicer", "no data", "DS SlicerSpec.dataRange", {"slicer": {"position": _AT}}, "SlicerSpec.dataRange must be set."),
    Edge("addSlicer", "a column outside its data", "DS SlicerSpec.columnIndex: zero-based in the range", {"slicer": {**_SLICER, "spec": {"dataRange": _ONE, "columnIndex": 1}}}, "SlicerSpec.columnIndex[1] must be within the data range."),
    Edge("updateSlicerSpec", "masked and absent is reset", "§1 DS", {"slicerId": 6, "spec": {}, "fields": "title"}, _tab("slicers", 0, "spec", "title", None), (_SLICED,)),
    Edge("updateEmbeddedObjectPosition", "anchored off the grid", "§5 LIVE GSM", {"objectId": 5, "newPosition": {"overlayPosition": {"anchorCell": {"rowIndex": 8}}}, "fields": "anchorCell"}, _OFF, (_CHARTED,)),
    Edge("updateEmbeddedObjectPosition", "a slicer has no tab of its own", "DS: slicers lie on a sheet", {"objectId": 6, "newPosition": {"newSheet": True}, "fields": "*"}, "A slicer can only be positioned on an existing sheet.", (_SLICED,)),
    Edge("updateEmbeddedObjectBorder", "no mask", "§5 LIVE BR", {"objectId": 5, "border": {}}, _NO_MASK, (_CHARTED,)),
    Edge("updateEmbeddedObjectBorder", "masked and absent is reset", "§1 DS", {"objectId": 5, "fields": "colorStyle"}, _tab("charts", 0, "border", None), (_CHARTED,)),
    Edge("deleteEmbeddedObject", "no such object", "LIVE GSM", {"objectId": 0}, "No embedded object with id: 0"),
    # Rules
    Edge("addConditionalFormatRule", "after the last", "guess: wording", {"rule": _RULE, "index": 1}, "Invalid conditional format index: 1"),
    Edge("addConditionalFormatRule", "no range", "guess: wording", {"rule": _BLANK}, "ConditionalFormatRule.ranges must contain at least one range."),
    Edge("addConditionalFormatRule", "over two tabs", "DS ConditionalFormatRule.ranges", {"rule": {**_RULE, "ranges": [_ONE, span((0, 1), (0, 1), 7)]}}, "ConditionalFormatRule.ranges must all be on the same sheet."),
    Edge("addConditionalFormatRule", "a format rules cannot give", "DS BooleanRule.format", {"rule": {"ranges": [_ONE], "booleanRule": {"condition": {"type": "BLANK"}, "format": {"wrapStrategy": "WRAP"}}}}, "ConditionalFormatRule.format can only specify bold, italic, strikethrough, foreground color and background color."),
    Edge("addConditionalFormatRule", "partly off the grid is cut", "§4 LIVE GD 020", {"rule": {"ranges": [_ACROSS], **_BLANK}}, _tab("conditionalFormats", 0, "ranges", 0, "endRowIndex", 8)),
    Edge("updateConditionalFormatRule", "a rule and a new index at once", "DS: one of the two", {"index": 0, "rule": _RULE, "newIndex": 0}, "Exactly one of rule or newIndex must be specified.", (_RULED,)),
    Edge("updateConditionalFormatRule", "no rule there", "guess: wording", {"index": 1, "sheetId": 0, "newIndex": 0}, "No conditional format on sheet: 0 at index: 1", (_RULED,)),
    Edge("deleteConditionalFormatRule", "the first of tab 0, both zeros left out", "§1 REC: 0 is absent", {}, _all(_replied("rule", "ranges", [_ONE]), _tab("conditionalFormats", None)), (_RULED,)),
    # Threads of comments
    Edge("insertComment", "on a merge's hidden part, quoting nothing", "DS CommentThread.plainTextQuote", {"coordinate": {"rowIndex": 1, "columnIndex": 1}, "content": "hm"}, lambda _d, r: "plainTextQuote" not in r["commentThread"], (_MERGED,)),
    Edge("insertComment", "a sort takes it along", "guess", {"coordinate": {"rowIndex": 1}, "content": "hm"}, lambda d, _r: (d.batch({"sortRange": _sort({"sortOrder": "DESCENDING"})}), _anchored(d, 0, 0, 0))),
    Edge("insertComment", "a cut takes it to another tab", "guess", {"coordinate": {"rowIndex": 1}, "content": "hm"}, lambda d, _r: (d.batch({"cutPaste": {"source": span((1, 2), (0, 2)), "destination": {"sheetId": 7, "rowIndex": 2}}}), _anchored(d, 1, 2, 0))),
    Edge("addCommentReply", "no such thread", "guess: wording", {"commentId": "", "post": {"content": "x"}}, "No comment with id: "),
    Edge("updateCommentPost", "no such thread", "guess: wording", {"commentId": "?"}, "No comment with id: ?"),
    Edge("deleteComment", "no such thread", "guess: wording", {}, "No comment with id: "),
    Edge("deleteCommentReply", "no such thread", "guess: wording", {}, "No comment with id: "),
    # Groups
    Edge("addDimensionGroup", "all rows", "DS", {"range": {"dimension": "ROWS"}}, _replied("dimensionGroups", 0, "range", lines("ROWS", 0, 8))),
    Edge("addDimensionGroup", "columns: their toggle stands behind them", "§4 REC test_group_columns", {"range": lines("COLUMNS", 0, 2)}, _tab("properties", "gridProperties", "columnGroupControlAfter", True)),
    Edge("deleteDimensionGroup", "the place of the toggle is kept", "§4 REC test_group_columns", {"range": lines("COLUMNS", 0, 2)}, _tab("properties", "gridProperties", "columnGroupControlAfter", True), ({"addDimensionGroup": {"range": lines("COLUMNS", 0, 2)}},)),
    Edge("addDimensionGroup", "a ninth level", "DS: at most 8 deep", {"range": _ROWS_1_3}, "You can't have more than 8 levels of grouping.", (_GROUPED,) * 8),
    Edge("addDimensionGroup", "off the grid", "guess: wording", {"range": lines("ROWS", 8, 9)}, "startIndex[8] is after last row in sheet[8]"),
    Edge("deleteDimensionGroup", "the last one: the key stays, with nothing in it", "§4 REC C:test_group_columns", {"range": _ROWS_1_3}, _reply({}), (_GROUPED,)),
    Edge("updateDimensionGroup", "of another depth", "guess: wording", {"dimensionGroup": {"range": _ROWS_1_3, "depth": 2}, "fields": "collapsed"}, "There is no group with the requested range and depth.", (_GROUPED,)),
    # Filters
    Edge("addFilterView", "no title", "guess: Filter 1", {"filter": {"range": _ONE}}, _replied("filter", "title", "Filter 1")),
    Edge("addFilterView", "backed by nothing", "DS FilterView: one of three", {"filter": {}}, "One of range, namedRangeId or tableId must be specified."),
    Edge("addFilterView", "by a named range", "DS FilterView.namedRangeId", {"filter": {"namedRangeId": "n"}}, _replied("filter", "range", _NAME["range"]), (_NAMED,)),
    Edge("addFilterView", "a column outside", "DS FilterSpec.columnIndex", {"filter": {**_VIEW, "filterSpecs": [{**_HIDING, "columnIndex": 3}]}}, "The column index 3 is outside the range of the filter."),
    Edge("updateFilterView", "masked and absent is reset", "§1 DS", {"filter": {"filterViewId": 4, "sortSpecs": []}, "fields": "sortSpecs"}, _tab("filterViews", 0, "sortSpecs", None), (_VIEWED,)),
    Edge("duplicateFilterView", "twice", "guess: titles", {"filterId": 4}, _replied("filter", "title", "Copy of Mine 2"), (_VIEWED, {"duplicateFilterView": {"filterId": 4}})),
    Edge("deleteFilterView", "no such view", "guess: wording", {}, "No filter view with id: 0"),
    Edge("setBasicFilter", "an open range gets the grid's bounds", "§4 REC C:test_basic_filters", {"filter": {"range": {"sheetId": 0}}}, _tab("basicFilter", "range", _ALL)),
    Edge("setBasicFilter", "a second replaces the first", "DS: one a sheet", {"filter": {"range": _ONE}}, _tab("basicFilter", "filterSpecs", None), (_FILTERED,)),
    Edge("clearBasicFilter", "where there is none", "guess: no mistake", {"sheetId": 7}, _reply({})),
    # Names
    Edge("addNamedRange", "a name like a cell", "§5 LIVE GSM", {"namedRange": {**_NAME, "name": "B2"}}, "The name given to this range is invalid"),
    Edge("addNamedRange", "taken, in another letter case", "3P", {"namedRange": {"name": "ROWS", "range": _ONE}}, "Cannot add named range with name ROWS, a named range with that name already exists.", (_NAMED,)),
    Edge("addNamedRange", "off the grid", "§5 LIVE GSM", {"namedRange": {**_NAME, "range": _OUTSIDE}}, f"Range (Log!A9) {_OFF}"),
    Edge("updateNamedRange", "no mask", "§5 LIVE BR", {"namedRange": _NAME}, _NO_MASK, (_NAMED,)),
    Edge("updateNamedRange", "its own name in capitals", "guess: allowed", {"namedRange": {"namedRangeId": "n", "name": "ROWS"}, "fields": "name"}, _reads("ROWS", [["a"], ["b"]]), (_NAMED,)),
    Edge("deleteNamedRange", "twice", "guess: wording", {"namedRangeId": "n"}, "Cannot find named range with ID: n", (_NAMED, {"deleteNamedRange": {"namedRangeId": "n"}})),
    # Protection
    Edge("addProtectedRange", "an empty range is the whole tab 0", "DS GridRange: unbounded", {"protectedRange": {"range": {}}}, _replied("protectedRange", "range", {})),
    Edge("addProtectedRange", "the reply has empty editors, a get the creator", "§4 REC C:test_add_protected_range_normal", {"protectedRange": _GUARD}, _all(_replied("protectedRange", "editors", {}), _tab("protectedRanges", 0, "editors", "users", ["owner@localhost"]))),
    Edge("addProtectedRange", "a warning has no editors", "§4 REC C:test_add_protected_range_warning", {"protectedRange": {**_GUARD, "warningOnly": True}}, _tab("protectedRanges", 0, "editors", None)),
    Edge("addProtectedRange", "a tab that is protected", "3P", {"protectedRange": {"range": {"sheetId": 0}}}, 'Sheet "Log" already has sheet protection.', ({"addProtectedRange": {"protectedRange": {"range": {}}}},)),
    Edge("addProtectedRange", "a warning with editors", "3P", {"protectedRange": {**_GUARD, "warningOnly": True, "editors": {"users": ["a@b.c"]}}}, "ProtectedRange is warningOnly. Editors cannot be set on it."),
    Edge("updateProtectedRange", "no such id", "3P", {"protectedRange": {"protectedRangeId": 0}, "fields": "*"}, "No protected range with id: 0"),
    Edge("updateProtectedRange", "to a warning: the editors go", "DS ProtectedRange.warningOnly", {"protectedRange": {"protectedRangeId": 2, "warningOnly": True}, "fields": "warningOnly,editors"}, _tab("protectedRanges", 0, "editors", None), (_GUARDED,)),
    Edge("deleteProtectedRange", "twice", "3P", {"protectedRangeId": 2}, "No protected range with id: 2", (_GUARDED, {"deleteProtectedRange": {"protectedRangeId": 2}})),
    # Tabs
    Edge("addSheet", "id 0 is taken", "§5 LIVE GSM", {"properties": {"sheetId": 0}}, "Sheet with id 0 already exists"),
    Edge("addSheet", "a title in another letter case", "§5 LIVE BR, 3P", {"properties": {"title": "LOG"}}, 'A sheet with the name "LOG" already exists. Please enter another name.'),
    Edge("addSheet", "at index 0", "§4 DS", {"properties": {"title": "New", "index": 0}}, _titles("New", "Log", "Two")),
    Edge("addSheet", "an index beyond", "guess: wording", {"properties": {"index": 9}}, "Sheet index 9 is out of range"),
    Edge("addSheet", "more cells than a book holds", "§7 LIVE GSM G", {"properties": {"gridProperties": {"rowCount": 10_000_000, "columnCount": 1}}}, "above the limit of 10000000 cells."),
    Edge("addSheet", "more columns than a tab holds", "§7 LIVE GSM G", {"properties": {"gridProperties": {"columnCount": 18_279}}}, "above the limit of 18278 columns."),
    Edge("addSheet", "zero rows are as many as usual", "3P (create)", {"properties": {"gridProperties": {"rowCount": 0, "columnCount": 0}}}, _replied("properties", "gridProperties", {"rowCount": 1000, "columnCount": 26})),
    Edge("addSheet", "a title of 101 characters", "3P", {"properties": {"title": "x" * 101}}, "The sheet name cannot be greater than 100 characters."),
    Edge("deleteSheet", "no such tab", "§5 3P", {"sheetId": 99}, "No sheet with id: 99"),
    Edge("deleteSheet", "the last visible one", "guess: wording", {"sheetId": 0}, "You can't remove all the visible sheets in a document.", (_HIDDEN_TWO,)),
    Edge("deleteSheet", "its names go with it", "DS", {"sheetId": 0}, lambda d, _r: "namedRanges" not in d.get(), (_NAMED,)),
    Edge("duplicateSheet", "to the front, with its values, called after it", "DS; NGS suite", {"sourceSheetId": 7}, _titles("Copy of Two", "Log", "Two")),
    Edge("duplicateSheet", "formulas of the copy read the copy", "guess", {"newSheetId": 3, "newSheetName": "C"}, _reads("C!C1", [["=B1*10"]], "FORMULA")),
    Edge("duplicateSheet", "a hidden tab's copy is hidden too", "guess", {"sourceSheetId": 7, "newSheetId": 3}, _tab("properties", "hidden", True, sheet_id=3), (_HIDDEN_TWO,)),
    Edge("updateSheetProperties", "index counts before the move", "§4 DS, LIVE GSM H", {"properties": {"sheetId": 0, "index": 2}, "fields": "index"}, _titles("Two", "Log")),
    Edge("updateSheetProperties", "masked and absent is reset", "§1 DS", {"properties": {"sheetId": 7}, "fields": "hidden"}, _tab("properties", "hidden", None, sheet_id=7), (_HIDDEN_TWO,)),
    Edge("updateSheetProperties", "hiding the last visible one", "§5 REC C:test_hide_show_worksheet", {"properties": {"sheetId": 0, "hidden": True}, "fields": "hidden"}, "You can't hide all the sheets in a document.", (_HIDDEN_TWO,)),
    Edge("updateSheetProperties", "the size masked and absent", "§1 DS, wording 3P", {"properties": {"gridProperties": {"frozenRowCount": 1}}, "fields": "gridProperties"}, "You can't delete all the rows on the sheet."),
    Edge("updateSheetProperties", "a grid of frozen rows alone", "3P", {"properties": {"gridProperties": {"rowCount": 2}}, "fields": "gridProperties.rowCount"}, "Sorry, it is not possible to delete all non-frozen rows.", (_frozen("frozenRowCount", 2),)),
    Edge("updateSheetProperties", "freezing every row", "3P", {"properties": {"gridProperties": {"frozenRowCount": 8}}, "fields": "gridProperties.frozenRowCount"}, "You can't freeze all visible rows on the sheet."),
    Edge("updateSheetProperties", "a smaller grid loses cells", "§1 REC C:test_resize", {"properties": {"gridProperties": {"rowCount": 1}}, "fields": "gridProperties/rowCount"}, _reads("Log", [["a", 1, 10]])),
    Edge("updateSheetProperties", "a mask of what is no property", "guess: wording", {"properties": {}, "fields": "colour"}, "Invalid field: colour"),
    Edge("updateSpreadsheetProperties", "a zone nobody knows", "guess: wording", {"properties": {"timeZone": "Mars"}, "fields": "timeZone"}, "Invalid time zone: Mars"),
    Edge("updateSpreadsheetProperties", "another locale shows numbers otherwise", "§6 DS", {"properties": {"locale": "de_DE"}, "fields": "locale"}, _reads("B1", [["1,5"]], "FORMATTED_VALUE"), (_put(0, 1, userEnteredValue={"numberValue": 1.5}),)),
    Edge("updateSpreadsheetProperties", "the default format is Google's", "DS: read-only", {"properties": {}, "fields": "defaultFormat"}, "The field default_format is read-only."),
    # Cells
    Edge("updateCells", "neither start nor range", "guess: wording", {"fields": "note"}, "Must specify a start or range."),
    Edge("updateCells", "more rows than its range", "3P", {"range": _ONE, "rows": [{}, {}], "fields": "note"}, "Attempting to write row: 1, beyond the last requested row of: 0"),
    Edge("updateCells", "rows fewer than the range: the rest is cleared", "DS UpdateCellsRequest.range", {"range": span((0, 2), (0, 1)), "fields": "userEnteredValue"}, _reads("A1:B2", [["", 1], ["", 2]])),
    Edge("updateCells", "no rows from a start: nothing", "DS UpdateCellsRequest.start", {"start": {}, "fields": "userEnteredValue"}, _reads("A1", [["a"]])),
    Edge("updateCells", "an error cannot be entered", "guess: wording", {"start": {}, "rows": [{"values": [{"userEnteredValue": {"errorValue": {"type": "REF"}}}]}], "fields": "userEnteredValue"}, "Cannot set an error as a user entered value."),
    Edge("updateCells", "0 and false are values", "§1 REC", {"start": {}, "rows": [{"values": [{"userEnteredValue": {"numberValue": 0}}, {"userEnteredValue": {"boolValue": False}}]}], "fields": "userEnteredValue"}, _reads("A1:B1", [[0, False]])),
    Edge("updateCells", "50 000 characters fit", "§7 LIVE GSM G", {"start": {}, "rows": [{"values": [{"userEnteredValue": {"stringValue": "x" * 50_000}}]}], "fields": "userEnteredValue"}, lambda d, _r: _equal(len(d.read("A1")[0][0]), 50_000)),
    Edge("updateCells", "50 001 do not", "§5 LIVE GSM G", {"start": {}, "rows": [{"values": [{"userEnteredValue": {"stringValue": "x" * 50_001}}]}], "fields": "userEnteredValue"}, "Your input contains more than the maximum of 50000 characters in a single cell."),
    Edge("updateCells", "an exact time keeps its milliseconds", "§6 DOC F", {"start": {}, "rows": [{"values": [{"userEnteredValue": {"numberValue": 46292.999999}}]}], "fields": "userEnteredValue"}, _reads("A1", [[46292.999999]])),
    Edge("repeatCell", "starts past the grid", "§4 LIVE GD 020", {"range": _OUTSIDE, "cell": {}, "fields": "note"}, f"Range (Log!A9) {_OFF}"),
    Edge("repeatCell", "ends past the grid: cut, and the grid stays", "§4 LIVE GD 020", {"range": _ACROSS, "cell": {"note": "n"}, "fields": "note"}, _all(_cell("A8", note="n"), _tab("properties", "gridProperties", "rowCount", 8))),
    Edge("repeatCell", "an empty cell with * clears all", "§1 DS", {"range": _ONE, "cell": {}, "fields": "*"}, _cell("A1", note=None, userEnteredValue=None), (_put(0, 0, note="n"),)),
    Edge("repeatCell", "one format field leaves the others", "§1 DS", {"range": _ONE, "cell": {}, "fields": "userEnteredFormat.textFormat.italic"}, _cell("A1", **_BOLD), (_put(0, 0, **_BOLD),)),
    Edge("repeatCell", "no such grid", "§5 3P", {"range": {"sheetId": 1234}, "fields": "note"}, "No grid with id: 1234"),
    Edge("appendCells", "after the last row with data, not the first gap", "§4 DS", {"rows": [{"values": [{"note": "n"}]}], "fields": "note"}, _cell("A5", note="n")),
    Edge("appendCells", "a row with only a format is no data", "§4 DS", {"rows": [{"values": [{"note": "n"}]}], "fields": "note"}, _cell("A5", note="n"), (_put(6, 0, **_BOLD),)),
    Edge("appendCells", "to an empty tab", "§4 DS", {"sheetId": 7, "rows": [{"values": [{"userEnteredValue": {"numberValue": 1}}]}], "fields": "userEnteredValue"}, _reads("Two!A1", [[1]])),
    Edge("appendCells", "past the last row the grid grows", "§4 DS", {"rows": [{"values": [{"userEnteredValue": {"numberValue": 1}}]}], "fields": "userEnteredValue"}, _tab("properties", "gridProperties", "rowCount", 9), (_put(7, 0, userEnteredValue={"numberValue": 1}),)),
    Edge("appendCells", "no mask", "§5 LIVE BR", {"rows": []}, _NO_MASK),
    Edge("setDataValidation", "no rule takes rules away, formats stay", "NGS suite; §3 LIVE GSM I", {"range": _ONE}, _cell("A1", dataValidation=None, **_BOLD), (_put(0, 0, **_BOLD, dataValidation={"condition": {"type": "BOOLEAN"}}),)),
    Edge("setDataValidation", "a condition only formats have", "DS ConditionType BLANK", {"range": _ONE, "rule": {"condition": {"type": "BLANK"}}}, "Condition type 'BLANK' is not supported for data validation."),
    Edge("setDataValidation", "off the grid", "§5 LIVE GSM", {"range": _OUTSIDE}, f"Range (Log!A9) {_OFF}"),
    # Rows and columns
    Edge("insertDimension", "one index alone", "§4 DS, wording 3P", {"range": {"dimension": "ROWS", "startIndex": 1}}, "range.endIndex must be set"),
    Edge("insertDimension", "like the row before the first", "§4 DS", {"range": lines("ROWS", 0, 1), "inheritFromBefore": True}, "inheritFromBefore cannot be true if startIndex is 0"),
    Edge("insertDimension", "inside a merge: it grows", "DS", {"range": lines("ROWS", 1, 2)}, _tab("merges", 0, span((0, 3), (0, 2))), (_MERGED,)),
    Edge("insertDimension", "formats of the row before, no values", "DS inheritFromBefore", {"range": lines("ROWS", 1, 2), "inheritFromBefore": True}, _cell("A2", userEnteredValue=None, **_BOLD), (_put(0, 0, **_BOLD),)),
    Edge("insertDimension", "behind the last row, like the row after", "3P", {"range": lines("ROWS", 8, 9)}, "range.startIndex must be less than the grid size (8) if inheritFromBefore is false."),
    Edge("insertDimension", "before the grid", "3P", {"range": lines("ROWS", -1, 1)}, "DimensionRange indexes must be >= 0"),
    Edge("insertDimension", "more rows than a book holds", "§7 LIVE GSM G", {"range": lines("ROWS", 0, 2_147_483_647)}, "This action would increase the number of cells in the workbook above the limit of 10000000 cells."),
    Edge("insertDimension", "more columns than a sheet holds", "§5 LIVE GSM G", {"range": lines("COLUMNS", 1, 18_277)}, "This action would increase the number of columns in the sheet above the limit of 18278 columns."),
    Edge("insertDimension", "no dimension", "guess: wording", {"range": {"startIndex": 0, "endIndex": 1}}, "No dimension specified."),
    Edge("deleteDimension", "every row", "3P", {"range": {"dimension": "ROWS"}}, "You can't delete all the rows on the sheet."),
    Edge("deleteDimension", "off the grid", "3P", {"range": lines("ROWS", 8, 9)}, "Cannot delete a row that doesn't exist. Tried to delete row index 8 but there are only 8 rows."),
    Edge("deleteDimension", "all but the frozen ones", "3P", {"range": lines("COLUMNS", 1, 4)}, "Sorry, it is not possible to delete all non-frozen columns.", (_frozen("frozenColumnCount", 1),)),
    Edge("deleteDimension", "backwards", "guess: wording", {"range": lines("ROWS", 2, 1)}, "endIndex[1] must be after startIndex[2]"),
    Edge("deleteDimension", "a merge shrinks to one cell and is none", "guess", {"range": lines("ROWS", 1, 2)}, _tab("merges", None), ({"mergeCells": _merge(range=span((0, 2), (0, 1)))},)),
    Edge("deleteDimension", "its metadata goes silently", "§8 LIVE GSM K", {"range": lines("ROWS", 0, 1)}, lambda d, _r: _equal(d.ask("POST", f"{d.book}/developerMetadata:search", {"dataFilters": [_BY_KEY]}), {}), (_TAGGED,)),
    Edge("moveDimension", "onto itself", "§4 LIVE GD 018", {"source": lines("ROWS", 1, 2), "destinationIndex": 1}, "destinationIndex[1] must be outside the requested range[1-2]"),
    Edge("moveDimension", "to just behind the last row", "§4 LIVE GSM I: allowed", {"source": lines("ROWS", 0, 1), "destinationIndex": 8}, _reads("A8", [["a"]])),
    Edge("moveDimension", "further", "§4 LIVE GD 018", {"source": lines("ROWS", 1, 2), "destinationIndex": 9}, "destinationIndex[9] is after last row[8]"),
    Edge("moveDimension", "formats go along", "§8 LIVE GD M6", {"source": lines("ROWS", 0, 1), "destinationIndex": 2}, _cell("A2", **_BOLD), (_put(0, 0, **_BOLD),)),
    Edge("appendDimension", "nothing", "guess: wording", {"dimension": "ROWS"}, "length[0] must be greater than 0"),
    Edge("appendDimension", "columns on tab 0, its id left out", "§1 REC: 0 is absent", {"dimension": "COLUMNS", "length": 2}, _tab("properties", "gridProperties", "columnCount", 6)),
    Edge("updateDimensionProperties", "masked and absent is reset: shown again", "§1 DS", {"range": _ROWS_1_3, "properties": {}, "fields": "hiddenByUser"}, lambda d, _r: _equal(d.get(ranges="A2:A3", fields="sheets.data.rowMetadata.hiddenByUser")["sheets"][0]["data"][0]["rowMetadata"], [{}, {}]), ({"updateDimensionProperties": {"range": _ROWS_1_3, "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}},)),
    Edge("updateDimensionProperties", "no mask", "§5 LIVE BR", {"range": _ROWS_1_3}, _NO_MASK),
    Edge("autoResizeDimensions", "an empty column keeps its width", "guess", {"dimensions": lines("COLUMNS", 3, 4)}, lambda d, _r: _equal(d.get(ranges="D1", fields="sheets.data.columnMetadata.pixelSize")["sheets"][0]["data"][0]["columnMetadata"], [{"pixelSize": 100}])),
    Edge("autoResizeDimensions", "a longer text is wider", "§4 REC C:test_auto_resize_columns", {"dimensions": lines("COLUMNS", 0, 1)}, lambda d, _r: d.get(ranges="A1", fields="sheets.data.columnMetadata.pixelSize")["sheets"][0]["data"][0]["columnMetadata"][0]["pixelSize"] > 100, (_put(0, 0, userEnteredValue={"stringValue": "x" * 99}),)),
    # Blocks
    Edge("insertRange", "no dimension", "DS shiftDimension", {"range": _ONE}, "No shiftDimension specified."),
    Edge("insertRange", "other columns stay", "DS", {"range": _ONE, "shiftDimension": "ROWS"}, _reads("A1:B2", [["", 1], ["a", 2]])),
    Edge("insertRange", "into what an array formula fills", "3P", {"range": span((1, 2), (3, 4)), "shiftDimension": "ROWS"}, "You cannot insert or delete cells over an array formula.", (_put(0, 3, userEnteredValue={"formulaValue": "={1;2;3}"}),)),
    Edge("deleteRange", "through half a merge", "guess: wording", {"range": _ONE, "shiftDimension": "ROWS"}, "You can't perform a shift that would split a merged cell.", (_MERGED,)),
    Edge("deleteRange", "whole rows, columns left open", "NGS suite", {"range": {"startRowIndex": 0, "endRowIndex": 1}, "shiftDimension": "ROWS"}, _reads("A1:B1", [["b", 2]])),
    # Pasting
    Edge("copyPaste", "over its own source", "DS", {"source": span((0, 2), (0, 1)), "destination": span((1, 3), (0, 1))}, _reads("A1:A3", [["a"], ["a"], ["b"]])),
    Edge("copyPaste", "off the grid", "§5 LIVE GSM", {"source": _ONE, "destination": _OUTSIDE}, f"Range (Log!A9) {_OFF}"),
    Edge("copyPaste", "not a multiple: once", "DS CopyPasteRequest.destination", {"source": span((0, 2), (0, 1)), "destination": span((4, 7), (0, 1))}, _reads("A5:A7", [["a"], ["b"]])),
    Edge("copyPaste", "a reference off the grid is lost", "§12 3P", {"source": span((0, 1), (2, 3)), "destination": _ONE}, _reads("A1", [["=#REF!*10"]], "FORMULA")),
    Edge("copyPaste", "values of a formula, under the target's format", "DS PASTE_VALUES", {"source": span((0, 1), (2, 3)), "destination": span((0, 1), (3, 4)), "pasteType": "PASTE_VALUES"}, _all(_reads("D1", [["1000%"]], "FORMATTED_VALUE"), _reads("D1", [[10]], "FORMULA")), (_put(0, 3, **_PERCENT),)),
    Edge("copyPaste", "a merge is copied with its cells", "DS PASTE_NORMAL", {"source": span((0, 2), (0, 2)), "destination": span((4, 6), (0, 2))}, _tab("merges", 1, span((4, 6), (0, 2))), (_MERGED,)),
    Edge("cutPaste", "onto itself", "guess: nothing changes", {"source": _ONE, "destination": {}}, _reads("A1", [["a"]])),
    Edge("cutPaste", "half a merge", "guess: wording", {"source": _ONE, "destination": {"rowIndex": 5}}, "You can't cut and paste part of a merged cell.", (_MERGED,)),
    Edge("cutPaste", "row metadata stays", "§8 UNK: cells move, not rows", {"source": span((0, 1), (0, 4)), "destination": {"rowIndex": 5}}, lambda d, _r: _equal(d.ask("GET", f"{d.book}/developerMetadata/9")["location"]["dimensionRange"], lines("ROWS", 0, 1)), (_TAGGED,)),
    Edge("pasteData", "html and a delimiter", "DS: one of the two", {"html": True, "delimiter": ",", "data": "x"}, "Exactly one of html or delimiter must be specified."),
    Edge("pasteData", "nothing", "guess: no mistake", {"delimiter": ",", "coordinate": {}}, _reads("A1", [["a"]])),
    Edge("pasteData", "read as typed, in the book's locale", "DS: as if the user typed", {"delimiter": ";", "data": "007;50%", "coordinate": {"rowIndex": 4}}, _reads("A5:B5", [[7, 0.5]])),
    Edge("autoFill", "two ways at once", "DS: one of the two", {"range": _ONE, "sourceAndDestination": {}}, "Exactly one of range or sourceAndDestination must be specified."),
    Edge("autoFill", "past the grid", "guess: wording", {"sourceAndDestination": {"source": _ONE, "dimension": "ROWS", "fillLength": 8}}, "The range to fill exceeds the grid limits of the sheet."),
    Edge("autoFill", "length 0", "guess: nothing", {"sourceAndDestination": {"source": _ONE, "dimension": "ROWS"}}, _reads("A2", [["b"]])),
    # Texts
    Edge("findReplace", "tab 0 by its id, which is zero", "§1 REC: 0 is absent; DS: one of three", {"find": "a", "replacement": "z", "sheetId": 0}, _replied("occurrencesChanged", 2)),
    Edge("findReplace", "rows a filter hides too", "guess", {"find": "b", "replacement": "z", "allSheets": True}, _reads("A2", [["z"]]), (_FILTERED,)),
    Edge("trimWhitespace", "nothing to trim", "§1 REC: 0 is left out", {"range": _ALL}, _reply({})),
    Edge("trimWhitespace", "a text of spaces becomes blank", "DS", {"range": _ONE}, _reads("A1", []), (_put(0, 0, userEnteredValue={"stringValue": "   "}),)),
    Edge("textToColumns", "two columns", "DS: exactly one", {"source": span((0, 2), (0, 2)), "delimiterType": "COMMA"}, "The source range must span exactly one column."),
    Edge("textToColumns", "a custom delimiter not given", "DS: required for CUSTOM", {"source": _ONE, "delimiterType": "CUSTOM"}, "A delimiter must be specified when delimiterType is CUSTOM."),
    Edge("deleteDuplicates", "nothing twice", "§1 REC: 0 is left out", {"range": span((0, 2), (0, 2))}, _reply({})),
    Edge("deleteDuplicates", "blank rows are duplicates of each other", "DS DeleteDuplicatesRequest", {"range": span((4, 8), (0, 4))}, _reply({"duplicatesRemovedCount": 3})),
    Edge("deleteDuplicates", "formats and letter case do not count", "DS DeleteDuplicatesRequest", {"range": span((0, 2), (0, 1))}, _reply({"duplicatesRemovedCount": 1}), (_put(1, 0, userEnteredValue={"stringValue": "A"}, **_BOLD),)),
    Edge("deleteDuplicates", "hidden rows are removed as well", "DS DeleteDuplicatesRequest", {"range": span((0, 4), (0, 2))}, _all(_reply({"duplicatesRemovedCount": 1}), _reads("A1:A4", [["a"], ["b"]])), (_FILTERED,)),
    # Sorting
    Edge("sortRange", "by an absolute column", "§4 LIVE GSM", _sort({"dimensionIndex": 1, "sortOrder": "DESCENDING"}, over=span((0, 2), (0, 2))), _reads("A1:B2", [["b", 2], ["a", 1]])),
    Edge("sortRange", "blanks last, both ways", "§4 UNK: last as in the UI", _sort({"dimensionIndex": 0, "sortOrder": "DESCENDING"}), _reads("A1:A4", [["b"], ["a"], ["a"]])),
    Edge("sortRange", "no order", "guess: wording", {"range": _ALL}, "Must specify at least one sort spec."),
    Edge("sortRange", "a vertical merge", "guess: wording", _sort({"dimensionIndex": 0}), "You can't sort a range with vertical merges.", (_MERGED,)),
    Edge("sortRange", "metadata follows its row", "§8 LIVE GSM K", _sort({"dimensionIndex": 0, "sortOrder": "DESCENDING"}), lambda d, _r: _equal(d.ask("GET", f"{d.book}/developerMetadata/9")["location"]["dimensionRange"], lines("ROWS", 1, 2)), (_TAGGED,)),
    Edge("sortRange", "rules and protection stay in their place", "§8 3P", _sort({"dimensionIndex": 0, "sortOrder": "DESCENDING"}), _all(_tab("conditionalFormats", 0, "ranges", [_ONE]), _tab("protectedRanges", 0, "range", _ONE)), (_RULED, _GUARDED)),
    Edge("randomizeRange", "one row", "DS", {"range": span((0, 1), (0, 4))}, _reads("A1:C1", [["a", 1, 10]])),
    Edge("randomizeRange", "off the grid", "§5 LIVE GSM", {"range": _OUTSIDE}, f"Range (Log!A9) {_OFF}"),
    # Merges and borders
    Edge("mergeCells", "over other merges: they are replaced", "§4 REC C:test_merge_cells", _merge(range=span((0, 4), (0, 2))), _tab("merges", [span((0, 4), (0, 2))]), (_MERGED,)),
    Edge("mergeCells", "one cell", "guess: no merge", _merge(range=_ONE), _tab("merges", None)),
    Edge("mergeCells", "what it covers is lost", "REC C:test_batch_merged_cells", _merge(), _reads("A1:B2", [["a"]])),
    Edge("mergeCells", "frozen and other columns", "§5 LIVE GSM", _merge(), "You can't merge frozen and non-frozen columns", ({"updateSheetProperties": {"properties": {"gridProperties": {"frozenColumnCount": 1}}, "fields": "gridProperties.frozenColumnCount"}},)),
    Edge("unmergeCells", "where nothing is merged", "guess: no mistake", {"range": _ALL}, _reply({})),
    Edge("unmergeCells", "touching a part takes all of it apart", "guess", {"range": _ONE}, _tab("merges", None), (_MERGED,)),
    Edge("updateBorders", "none named: none changed", "DS UpdateBordersRequest", {"range": _ONE}, _cell("A1", **_BOLD), (_put(0, 0, **_BOLD),)),
    Edge("updateBorders", "NONE takes one away, the format stays", "DS Style NONE", {"range": _ONE, "top": {"style": "NONE"}}, _cell("A1", **_BOLD), (_put(0, 0, **_BOLD), {"updateBorders": {"range": _ONE, "top": {"style": "SOLID"}}})),
    # Tables
    Edge("addTable", "an id in use", "guess: wording", {"table": {"tableId": "t", "range": span((4, 6), (0, 2))}}, "A table with id t already exists", (_TABLED,)),
    Edge("addTable", "a name in use, in another letter case", "DS Table.name: unique", {"table": {"name": "CASES", "range": span((4, 6), (0, 2))}}, 'A table with the name "CASES" already exists.', (_TABLED,)),
    Edge("addTable", "a name typed into the header cell is the column's", "guess", {"table": _TABLE}, lambda d, _r: (d.write("A1", [["Case"]]), _tab("tables", 0, "columnProperties", 0, "columnName", "Case")(d, {}))),
    Edge("addTable", "a column put in is named by a free number", "guess", {"table": _TABLE}, lambda d, _r: (d.batch({"insertDimension": {"range": lines("COLUMNS", 1, 2)}}), _reads("A1:C1", [["a", "Column 1", "1"]])(d, {}))),
    Edge("addTable", "a blank header is named by its number", "LIVE GSM J", {"table": {"range": span((2, 4), (0, 1))}}, _reads("A3", [["Column 1"]])),
    Edge("updateTable", "a footer takes a row more", "DS TableRowsProperties.footerColorStyle", {"table": {"tableId": "t", "rowsProperties": {"footerColorStyle": _RED}}, "fields": "rowsProperties"}, _tab("tables", 0, "range", "endRowIndex", 3), (_TABLED,)),
    Edge("updateTable", "no such table", "guess: wording", {"table": {}, "fields": "name"}, "No table with id: "),
    Edge("deleteTable", "no such table", "guess: wording", {"tableId": "t"}, "No table with id: t"),
    Edge("deleteTable", "silently drops the rules over it", "§4 LIVE GSM J", {"tableId": "t"}, _tab("conditionalFormats", None), (_TABLED, _RULED)),
    # Developer metadata
    Edge("createDeveloperMetadata", "an id in use", "§7 DOC M", {"developerMetadata": _ENTRY}, "Developer metadata with ID 9 already exists", (_TAGGED,)),
    Edge("createDeveloperMetadata", "the same key twice", "§8 LIVE GSM K: not unique", {"developerMetadata": {**_ENTRY, "metadataId": 10}}, _replied("developerMetadata", "metadataId", 10), (_TAGGED,)),
    Edge("createDeveloperMetadata", "on tab 0, whose id is left out", "§1 REC: 0 is absent", {"developerMetadata": {**_ENTRY, "location": {"sheetId": 0}}}, _replied("developerMetadata", "location", {"locationType": "SHEET"})),
    Edge("createDeveloperMetadata", "two rows", "§5 LIVE GSM K", {"developerMetadata": {**_ENTRY, "location": {"dimensionRange": _ROWS_1_3}}}, "DimensionRange must represent a single row or column"),
    Edge("updateDeveloperMetadata", "that nothing matches", "§8 LIVE GSM K", {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "z"}}], "developerMetadata": {}, "fields": "metadataValue"}, _reply({})),
    Edge("updateDeveloperMetadata", "no mask", "§5 LIVE BR", {"dataFilters": [_BY_KEY]}, _NO_MASK, (_TAGGED,)),
    Edge("deleteDeveloperMetadata", "all, by an empty lookup", "§8 LIVE GSM K", {"dataFilter": {"developerMetadataLookup": {}}}, _replied("deletedDeveloperMetadata", 0, "metadataId", 9), (_TAGGED,)),
]  # fmt: skip


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.kind}: {edge.says} [{edge.fact}]")
def test_a_request_at_the_edge(edge: Edge) -> None:
    desk = Desk(sheets=_TABS)
    desk.write("A1", _LOG)
    desk.batch(*edge.given) if edge.given else None
    request = {edge.kind: edge.request}
    if isinstance(edge.then, str):
        text = desk.batch_refused(request)
        assert text.startswith(f"Invalid requests[0].{edge.kind}: ")
        assert text.endswith(edge.then)
    else:
        reply = desk.batch(request)[0]
        assert edge.then(desk, reply.get(edge.kind, {})) is not False


def test_every_kind_is_looked_at_at_its_edges() -> None:
    assert {edge.kind for edge in EDGES} == set(HANDLERS)
    assert set(HANDLERS) <= set(schema.fields_of("Request"))
