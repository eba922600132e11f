"""The `values` methods: reading and writing plain cells by A1 ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refundsheet.localsheets import a1, errors, tables
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.covered import clear_covered
from refundsheet.localsheets.errors import ApiError
from refundsheet.localsheets.headers import name_columns
from refundsheet.localsheets.intervals import COLUMNS, ROWS, Splice
from refundsheet.localsheets.matrix import Render, Rendering, matrix, transposed
from refundsheet.localsheets.ranges import Reach, are_the_same, check_writable, resolve
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet
from refundsheet.localsheets.writing import InputOption, clear_values, input_option, write_cell


def rendering(options: Json, *, prefix: str = "", major: str = "") -> Rendering:
    """The rendering a request's options name; `prefix` is "response" for a write's echo."""

    def option(name: str) -> str:
        field = prefix + name[0].upper() + name[1:] if prefix else name
        return options.get(field) or ""

    return Rendering(
        render=Render(option("valueRenderOption") or "FORMATTED_VALUE"),
        serial_dates=option("dateTimeRenderOption") != "FORMATTED_STRING",
        major=COLUMNS if (major or options.get("majorDimension")) == COLUMNS else ROWS,
    )


def get(book: Spreadsheet, text: str, how: Rendering) -> Json:
    """A range as a ValueRange; no `values` at all when nothing is in it."""
    return value_range(book, resolve(book, text), how)


def value_range(book: Spreadsheet, reach: Reach, how: Rendering) -> Json:
    """A resolved range as a ValueRange."""
    if how.render is not Render.FORMULA and reach.sheet.has_formulas(reach.box):
        book.calculate()
    rows = matrix(reach.sheet, reach.box, how, book.locale)
    if how.major == COLUMNS:
        rows = transposed(rows)
    body: Json = {"range": reach.echoed, "majorDimension": how.major}
    return body | {"values": rows} if rows else body


def batch_get(book: Spreadsheet, ranges: list[str], how: Rendering) -> Json:
    """Several ranges, in the order asked."""
    found = [get(book, text, how) for text in ranges]
    body: Json = {"spreadsheetId": book.spreadsheet_id}
    return body | {"valueRanges": found} if found else body


@dataclass(frozen=True, slots=True)
class Written:
    """What a write touched, for the counts of the answer."""

    sheet: Sheet
    box: Box
    cells: tuple[tuple[int, int], ...]

    @property
    def rows(self) -> set[tuple[int, int]]:
        """(sheetId, row) of each row with an entry."""
        return {(self.sheet.sheet_id, row) for row, _ in self.cells}

    @property
    def columns(self) -> set[tuple[int, int]]:
        """(sheetId, column) of each column with an entry."""
        return {(self.sheet.sheet_id, column) for _, column in self.cells}


def update(book: Spreadsheet, text: str, body: Json, options: Json) -> Json:
    """Write a ValueRange over a range; the answer names the box the array covered."""
    option = input_option(options.get("valueInputOption"))
    written = _update(book, text, body, option)
    return update_response(book, written, body, options, prefix="response")


def _update(book: Spreadsheet, text: str, body: Json, option: InputOption) -> Written:
    stated = body.get("range")
    if stated and not are_the_same(book, text, stated):
        raise errors.invalid(f"Request range[{text}] does not match value's range[{stated}]")
    return write(book, resolve(book, text), rows_of(body), option)


def rows_of(body: Json) -> list[list[Any]]:
    """A ValueRange's values by rows, whatever its major dimension.

    Raises:
        ApiError: 400 for a list or object where a scalar belongs.
    """
    rows: list[list[Any]] = body.get("values", [])
    for row_index, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, (list, dict)):
                shape = tables.proto_text(value)
                raise errors.invalid(f"Invalid values[{row_index}][{column}]: {shape}")
    if body.get("majorDimension") != COLUMNS:
        return rows
    height = max(map(len, rows), default=0)
    return [
        [line[place] if place < len(line) else None for line in rows] for place in range(height)
    ]


def write(book: Spreadsheet, reach: Reach, rows: list[list[Any]], option: InputOption) -> Written:
    """Enter an array from a range's top-left; null skips a cell, "" clears it.

    Raises:
        ApiError: 400, the array is larger than the range (or the grid, from an open range).
    """
    sheet, limit = reach.sheet, _limit(reach)
    height, width = len(rows), max(map(len, rows), default=0)
    top, left = reach.box.row_start, reach.box.column_start
    _check_fits(reach, limit, top + height, left + width)
    box = Box(sheet.sheet_id, top, top + max(height, 1), left, left + max(width, 1))
    check_writable(book, box)
    touched: list[tuple[int, int]] = []
    for row_index, row in enumerate(rows, start=top):
        for column, sent in enumerate(row, start=left):
            if sent is not None:
                write_cell(book, sheet, (row_index, column), sent, option)
                touched.append((row_index, column))
    clear_covered(book)
    name_columns(book)
    book.stale = True
    return Written(sheet, box, tuple(touched))


def _limit(reach: Reach) -> Box:
    """A single cell or an open bound lets the array spill to the edge of the grid."""
    box, asked, sheet = reach.box, reach.asked, reach.sheet
    row_end = sheet.row_count if asked.single or asked.row_end is None else box.row_end
    open_columns = asked.single or asked.column_end is None
    column_end = sheet.column_count if open_columns else box.column_end
    return Box(box.sheet_id, box.row_start, row_end, box.column_start, column_end)


def _check_fits(reach: Reach, limit: Box, row_end: int, column_end: int) -> None:
    within = f"Requested writing within range [{reach.echoed}], but tried writing to"
    if row_end > limit.row_end:
        raise errors.invalid(f"{within} row [{limit.row_end + 1}]")
    if column_end > limit.column_end:
        raise errors.invalid(f"{within} column [{a1.column_letters(limit.column_end + 1)}]")


def update_response(
    book: Spreadsheet, written: Written, body: Json, options: Json, *, prefix: str
) -> Json:
    """An UpdateValuesResponse: what a write covered, and on demand what is there now."""
    reply: Json = {
        "spreadsheetId": book.spreadsheet_id,
        "updatedRange": a1.echo(written.sheet.title, written.box),
    }
    counts = {
        "updatedRows": len(written.rows),
        "updatedColumns": len(written.columns),
        "updatedCells": len(written.cells),
    }
    reply |= {name: count for name, count in counts.items() if count}
    if options.get("includeValuesInResponse"):
        how = rendering(options, prefix=prefix, major=body.get("majorDimension") or ROWS)
        reply["updatedData"] = get(book, reply["updatedRange"], how)
    return reply


def batch_update(book: Spreadsheet, body: Json) -> Json:
    """Write several ValueRanges, all or none."""
    option = input_option(body.get("valueInputOption"))
    data: list[Json] = body.get("data", [])
    written: list[Written] = []
    for place, item in enumerate(data):
        try:
            written.append(_update(book, item.get("range", ""), item, option))
        except ApiError as refusal:
            raise errors.invalid(f"Invalid data[{place}]: {refusal.message}") from refusal
    responses = [
        update_response(book, done, item, body, prefix="response")
        for done, item in zip(written, data, strict=True)
    ]
    return totals(book, written) | ({"responses": responses} if responses else {})


def totals(book: Spreadsheet, written: list[Written]) -> Json:
    """The sums a batch of writes answers with; each row and column is counted once."""
    counts = {
        "totalUpdatedRows": len(set[tuple[int, int]]().union(*(done.rows for done in written))),
        "totalUpdatedColumns": len(
            set[tuple[int, int]]().union(*(done.columns for done in written))
        ),
        "totalUpdatedCells": sum(len(done.cells) for done in written),
        "totalUpdatedSheets": len({done.sheet.sheet_id for done in written if done.cells}),
    }
    body: Json = {"spreadsheetId": book.spreadsheet_id}
    return body | {name: count for name, count in counts.items() if count}


def append(book: Spreadsheet, text: str, body: Json, options: Json) -> Json:
    """Write after the table found in a range; with INSERT_ROWS what follows moves down."""
    option = input_option(options.get("valueInputOption"))
    reach = resolve(book, text)
    rows = rows_of(body)
    book.calculate()
    table = tables.find(reach.sheet, reach.box)
    start = (
        (table.row_end, table.column_start)
        if table
        else (reach.box.row_start, reach.box.column_start)
    )
    insert = options.get("insertDataOption") == "INSERT_ROWS"
    _make_room(book, reach.sheet, start, rows, insert=insert)
    anchor = resolve(book, f"{a1.quoted(reach.sheet.title)}!{a1.cell_name(*start)}")
    written = write(book, anchor, rows, option)
    reply: Json = {"spreadsheetId": book.spreadsheet_id}
    if table:
        reply["tableRange"] = a1.echo(reach.sheet.title, table)
    updates = update_response(book, written, body, options, prefix="response")
    return reply | {"updates": updates}


def _make_room(
    book: Spreadsheet, sheet: Sheet, start: tuple[int, int], rows: list[list[Any]], *, insert: bool
) -> None:
    row_end = start[0] + max(len(rows), 1)
    column_end = start[1] + max(map(len, rows), default=1)
    if insert and rows and start[0] < sheet.row_count:
        book.shift(Splice(sheet.sheet_id, ROWS, start[0], start[0], len(rows)))
    try:
        if row_end > sheet.row_count:
            book.resize(sheet, ROWS, row_end)
        if column_end > sheet.column_count:
            book.resize(sheet, COLUMNS, column_end)
    except errors.RequestError as refusal:
        raise errors.invalid(str(refusal)) from refusal


def clear(book: Spreadsheet, text: str) -> str:
    """Take the values of a range away; returns the range as the answer names it."""
    return clear_reach(book, resolve(book, text))


def clear_reach(book: Spreadsheet, reach: Reach) -> str:
    """Take the values of a resolved range away; returns the range as the answer names it."""
    check_writable(book, reach.box)
    clear_values(reach.sheet, reach.box)
    name_columns(book)
    book.stale = True
    return reach.echoed


def batch_clear(book: Spreadsheet, ranges: list[str]) -> Json:
    """Clear several ranges, all or none."""
    cleared = [clear(book, text) for text in ranges]
    body: Json = {"spreadsheetId": book.spreadsheet_id}
    return body | {"clearedRanges": cleared} if cleared else body
