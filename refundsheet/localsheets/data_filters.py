"""The methods that take DataFilters: cells and metadata by what lies on them, not by address."""

from __future__ import annotations

from collections.abc import Iterator

from refundsheet.localsheets import errors, metadata, schema, values
from refundsheet.localsheets.a1 import Box, Cells
from refundsheet.localsheets.errors import ApiError, RequestError
from refundsheet.localsheets.ranges import Reach
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.workbook import Spreadsheet
from refundsheet.localsheets.writing import input_option


def get(book: Spreadsheet, body: Json) -> Json:
    """`batchGetByDataFilter`: each range once, with all filters that matched it."""
    how = values.rendering(body)
    matched: dict[Box, list[Json]] = {}
    for data_filter in body.get("dataFilters", []):
        for box in metadata.cells(book, data_filter):
            matched.setdefault(box, []).append(_shown(data_filter))
    ranges = [
        {"valueRange": values.value_range(book, _reach(book, box), how), "dataFilters": filters}
        for box, filters in matched.items()
    ]
    answer: Json = {"spreadsheetId": book.spreadsheet_id}
    return answer | ({"valueRanges": ranges} if ranges else {})


def update(book: Spreadsheet, body: Json) -> Json:
    """`batchUpdateByDataFilter`: values go to every range their filter matches, all or none."""
    option = input_option(body.get("valueInputOption"))
    done: list[tuple[values.Written, Json]] = []
    for place, item in enumerate(body.get("data", [])):
        try:
            rows = values.rows_of(item)
            boxes = metadata.cells(book, item.get("dataFilter", {}))
            reaches = [_reach(book, box) for box in boxes]
            done += [(values.write(book, reach, rows, option), item) for reach in reaches]
        except (ApiError, RequestError) as refusal:
            raise errors.invalid(f"Invalid data[{place}]: {_cause(refusal)}") from refusal
    answer = values.totals(book, [written for written, _ in done])
    responses = [_response(book, written, item, body) for written, item in done]
    return answer | ({"responses": responses} if responses else {})


def _response(book: Spreadsheet, written: values.Written, item: Json, body: Json) -> Json:
    """Like a plain update's, with the filter in place of the spreadsheet's id."""
    response = values.update_response(book, written, item, body, prefix="response")
    del response["spreadsheetId"]
    updated = response.pop("updatedData", None)
    response["dataFilter"] = _shown(item.get("dataFilter", {}))
    return response | ({"updatedData": updated} if updated else {})


def clear(book: Spreadsheet, body: Json) -> Json:
    """`batchClearByDataFilter`: the values of every range a filter matches, all or none."""
    boxes = dict.fromkeys(_boxes(book, body))
    cleared = [values.clear_reach(book, _reach(book, box)) for box in boxes]
    answer: Json = {"spreadsheetId": book.spreadsheet_id}
    return answer | ({"clearedRanges": cleared} if cleared else {})


def boxes_by_sheet(book: Spreadsheet, body: Json) -> dict[int, list[Box]] | None:
    """The ranges `getByDataFilter` is to show, by tab; None where no filter is given."""
    if not body.get("dataFilters"):
        return None
    found: dict[int, list[Box]] = {}
    for box in dict.fromkeys(_boxes(book, body)):
        found.setdefault(box.sheet_id, []).append(box)
    return found


def metadata_get(book: Spreadsheet, metadata_id: str) -> Json:
    """`developerMetadata.get`.

    Raises:
        ApiError: 404, there is none of that id; 400, the id is no number.
    """
    try:
        wanted = int(metadata_id)
    except ValueError as mistake:
        text = f"Invalid value at 'metadata_id' (TYPE_INT32), \"{metadata_id}\""
        raise errors.bad_request([("metadata_id", text)]) from mistake
    entry = metadata.find(book, wanted)
    if entry is None:
        raise ApiError(404, f"No developer metadata with ID {wanted}")
    return entry.shown


def metadata_search(book: Spreadsheet, body: Json) -> Json:
    """`developerMetadata.search`: each entry once, with all filters that matched it."""
    matched: dict[int, Json] = {}
    for data_filter in body.get("dataFilters", []):
        for entry in metadata.selected(book, data_filter):
            found = matched.setdefault(
                entry.metadata_id, {"developerMetadata": entry.shown, "dataFilters": []}
            )
            found["dataFilters"].append(_shown(data_filter))
    return {"matchedDeveloperMetadata": list(matched.values())} if matched else {}


def _boxes(book: Spreadsheet, body: Json) -> Iterator[Box]:
    for data_filter in body.get("dataFilters", []):
        yield from metadata.cells(book, data_filter)


def _reach(book: Spreadsheet, box: Box) -> Reach:
    """Closed on all sides: values larger than a match are refused (documented)."""
    closed = Cells(
        box.row_start + 1, box.row_end, box.column_start + 1, box.column_end, single=False
    )
    return Reach(book.sheet(box.sheet_id), box, closed)


def _shown(data_filter: Json) -> Json:
    return schema.omit_defaults("DataFilter", data_filter)


def _cause(refusal: ApiError | RequestError) -> str:
    return refusal.message if isinstance(refusal, ApiError) else str(refusal)
