"""The `spreadsheets` and `values` methods over the library: one function a method."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from refundsheet.localsheets import batch_update, data_filters, errors, resource, threads, values
from refundsheet.localsheets.batch_update.copies import renumber
from refundsheet.localsheets.calls import Call, Raw
from refundsheet.localsheets.creation import book_from
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.library import Library
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.workbook import (
    Spreadsheet,
    copy_sheet,
)

Method = Callable[[Library, Call], Json | Raw]


def create(library: Library, call: Call) -> Json:
    """A new spreadsheet; a `sheets` list takes the place of the first tab Google would make."""
    context = library.context(call.caller)
    book = book_from(call.body, context)
    library.keep(book)
    return resource.spreadsheet(book, call.mask, [], grid=False)


def get(library: Library, call: Call) -> Json:
    """The book, masked, with cells where they are asked for."""
    book = library.book(call.spreadsheet_id, call.caller)
    ranges: list[str] = call.parameters.get("ranges", [])
    grid = bool(call.parameters.get("includeGridData"))
    comments = threads.wanted(call.parameters)
    return resource.spreadsheet(book, call.mask, ranges, grid=grid, comments=comments)


def get_by_data_filter(library: Library, call: Call) -> Json:
    """The book, of its cells only what the filters match; without a filter all of it."""
    book = library.book(call.spreadsheet_id, call.caller)
    boxes = data_filters.boxes_by_sheet(book, call.body)
    grid = bool(call.body.get("includeGridData"))
    comments = threads.wanted(call.body)
    return resource.selected(book, call.mask, boxes, grid=grid, comments=comments)


def metadata_get(library: Library, call: Call) -> Json:
    """One entry of developer metadata."""
    book = library.book(call.spreadsheet_id, call.caller)
    return data_filters.metadata_get(book, call.names["metadataId"])


def metadata_search(library: Library, call: Call) -> Json:
    """The developer metadata that filters match."""
    return data_filters.metadata_search(library.book(call.spreadsheet_id, call.caller), call.body)


def update(library: Library, call: Call) -> Json:
    """`batchUpdate`: all requests or none, and on demand the book as it is afterwards."""

    def apply(book: Spreadsheet) -> Json:
        asked: list[Json] = call.body.get("requests", [])
        replies = batch_update.apply(book, asked)
        body: Json = {"spreadsheetId": book.spreadsheet_id, "replies": replies}
        if batch_update.touches_comments(asked):
            body["commentUpdateState"] = "ALL_SAVED"
        if call.body.get("includeSpreadsheetInResponse"):
            body["updatedSpreadsheet"] = resource.spreadsheet(
                book,
                call.mask.get("updatedSpreadsheet", {}),
                call.body.get("responseRanges", []),
                grid=bool(call.body.get("responseIncludeGridData")),
                comments=threads.wanted(call.body),
            )
        return body

    return library.change(call.spreadsheet_id, call.caller, apply)


def copy_to(library: Library, call: Call) -> Json:
    """Copy a tab to the end of another book, as `Copy of ...`."""
    source = library.book(call.spreadsheet_id, call.caller)
    try:
        sheet = source.sheet(int(call.names["sheetId"]))
    except (RequestError, ValueError) as refusal:
        raise errors.not_found() from refusal

    def copy(book: Spreadsheet) -> Json:
        title = f"Copy of {sheet.title}"
        number = 1
        while book.sheet_titled(title):
            number += 1
            title = f"Copy of {sheet.title} {number}"
        new = copy_sheet(sheet, book.context.new_id(), title)
        renumber(book, new)
        try:
            book.add_sheet(new, len(book.sheets))
        except RequestError as refusal:
            raise errors.invalid(str(refusal)) from refusal
        return resource.sheet_properties(book, new)

    target = call.body.get("destinationSpreadsheetId", "")
    return library.change(target, call.caller, copy)


def values_get(library: Library, call: Call) -> Json:
    """One range."""
    book = library.book(call.spreadsheet_id, call.caller)
    return values.get(book, call.names["range"], values.rendering(call.parameters))


def values_batch_get(library: Library, call: Call) -> Json:
    """Several ranges in one answer."""
    book = library.book(call.spreadsheet_id, call.caller)
    how = values.rendering(call.parameters)
    return values.batch_get(book, call.parameters.get("ranges", []), how)


def values_update(library: Library, call: Call) -> Json:
    """Write one range."""
    return library.change(
        call.spreadsheet_id,
        call.caller,
        lambda book: values.update(book, call.names["range"], call.body, call.parameters),
    )


def values_append(library: Library, call: Call) -> Json:
    """Write after a table."""
    return library.change(
        call.spreadsheet_id,
        call.caller,
        lambda book: values.append(book, call.names["range"], call.body, call.parameters),
    )


def values_clear(library: Library, call: Call) -> Json:
    """Take the values of one range away."""

    def clear(book: Spreadsheet) -> Json:
        cleared = values.clear(book, call.names["range"])
        return {"spreadsheetId": book.spreadsheet_id, "clearedRange": cleared}

    return library.change(call.spreadsheet_id, call.caller, clear)


def values_batch_update(library: Library, call: Call) -> Json:
    """Write several ranges, all or none."""
    return library.change(
        call.spreadsheet_id, call.caller, lambda book: values.batch_update(book, call.body)
    )


def values_batch_clear(library: Library, call: Call) -> Json:
    """Clear several ranges, all or none."""
    ranges: list[str] = call.body.get("ranges", [])
    return library.change(
        call.spreadsheet_id, call.caller, lambda book: values.batch_clear(book, ranges)
    )


def values_get_by_data_filter(library: Library, call: Call) -> Json:
    """The ranges that filters match."""
    return data_filters.get(library.book(call.spreadsheet_id, call.caller), call.body)


def values_update_by_data_filter(library: Library, call: Call) -> Json:
    """Write to the ranges that filters match, all or none."""
    return library.change(
        call.spreadsheet_id, call.caller, lambda book: data_filters.update(book, call.body)
    )


def values_clear_by_data_filter(library: Library, call: Call) -> Json:
    """Clear the ranges that filters match, all or none."""
    return library.change(
        call.spreadsheet_id, call.caller, lambda book: data_filters.clear(book, call.body)
    )


_PREFIX = "sheets.spreadsheets."
METHODS: dict[str, Method] = {
    _PREFIX + "create": create,
    _PREFIX + "get": get,
    _PREFIX + "getByDataFilter": get_by_data_filter,
    _PREFIX + "batchUpdate": update,
    _PREFIX + "developerMetadata.get": metadata_get,
    _PREFIX + "developerMetadata.search": metadata_search,
    _PREFIX + "sheets.copyTo": copy_to,
    _PREFIX + "values.get": values_get,
    _PREFIX + "values.batchGet": values_batch_get,
    _PREFIX + "values.update": values_update,
    _PREFIX + "values.append": values_append,
    _PREFIX + "values.clear": values_clear,
    _PREFIX + "values.batchUpdate": values_batch_update,
    _PREFIX + "values.batchClear": values_batch_clear,
    _PREFIX + "values.batchGetByDataFilter": values_get_by_data_filter,
    _PREFIX + "values.batchUpdateByDataFilter": values_update_by_data_filter,
    _PREFIX + "values.batchClearByDataFilter": values_clear_by_data_filter,
}

#: What changes nothing that the quota does not count as a read.
_HARMLESS = frozenset(
    f"drive.{name}"
    for name in (
        *("files.get", "files.list", "files.copy", "files.export", "browser.export"),
        *("permissions.get", "permissions.list", "comments.get", "comments.list"),
    )
)


def concerned(call: Call) -> Iterator[tuple[str, bool]]:
    """The spreadsheets a call is about, each with whether it would be changed."""
    own = call.names.get("spreadsheetId") or call.names.get("fileId", "")
    target: str = call.body.get("destinationSpreadsheetId", "")
    if target:
        yield own, False
        yield target, True
    else:
        yield own, call.method not in READS | _HARMLESS


#: What Google's quota counts as reads: "any method that retrieves data".
READS = frozenset(
    _PREFIX + name
    for name in (
        "get",
        "getByDataFilter",
        "developerMetadata.get",
        "developerMetadata.search",
        "values.get",
        "values.batchGet",
        "values.batchGetByDataFilter",
    )
)
