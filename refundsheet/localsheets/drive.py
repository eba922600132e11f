"""Drive's file methods, for spreadsheets only."""

from __future__ import annotations

from refundsheet.localsheets import errors, exchange, file_query, masks, sharing
from refundsheet.localsheets.calls import Call, Raw
from refundsheet.localsheets.creation import book_from
from refundsheet.localsheets.file_query import SPREADSHEET_TYPE
from refundsheet.localsheets.library import Library, new_spreadsheet_id
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sharing import NO_CONTENT, file_book, permissions_of, person_id, stamp
from refundsheet.localsheets.spreadsheets import Method
from refundsheet.localsheets.workbook import OWNER, Spreadsheet, copy_sheet, new_spreadsheet

_DEFAULT_FIELDS: masks.Mask = {"kind": {}, "id": {}, "name": {}, "mimeType": {}}


def _file(book: Spreadsheet, mask: masks.Mask) -> Json:
    whole: Json = {
        "kind": "drive#file",
        "id": book.spreadsheet_id,
        "name": book.title,
        "mimeType": SPREADSHEET_TYPE,
        "parents": ["root"],
        "spaces": ["drive"],
        "webViewLink": f"https://docs.google.com/spreadsheets/d/{book.spreadsheet_id}/edit",
        "createdTime": stamp(book.created),
        "modifiedTime": stamp(book.modified),
        "shared": bool(book.permissions),
        "owners": [_owner(book)],
        "ownedByMe": book.context.caller == OWNER,
        "permissions": permissions_of(book),
        "trashed": False,
    }
    return masks.choose(mask or _DEFAULT_FIELDS, whole)


def _owner(book: Spreadsheet) -> Json:
    return {
        "kind": "drive#user",
        "displayName": OWNER.partition("@")[0],
        "me": book.context.caller == OWNER,
        "permissionId": person_id(OWNER),
        "emailAddress": OWNER,
    }


def create(library: Library, call: Call) -> Json:
    """A new spreadsheet file."""
    if call.body.get("mimeType") != SPREADSHEET_TYPE:
        raise errors.not_built(f"drive.files.create of mimeType {call.body.get('mimeType')}")
    title = call.body.get("name") or "Untitled"
    book = book_from({"properties": {"title": title}}, library.context(call.caller))
    library.keep(book)
    return _file(book, call.mask)


def get(library: Library, call: Call) -> Json:
    """A file's fields."""
    return _file(file_book(library, call), call.mask)


def list_files(library: Library, call: Call) -> Json:
    """The files that match `q`, newest change first."""
    books = [library.book(found, call.caller) for found in library.ids()]
    books = file_query.selected(
        books, call.parameters.get("q") or "", call.parameters.get("orderBy") or ""
    )
    part, following = file_query.page(len(books), call.parameters, usual=None, most=1000)
    below = masks.below(call.mask, "files")
    body: Json = {"kind": "drive#fileList", **following, "incompleteSearch": False}
    body["files"] = [_file(book, below) for book in books[part]]
    return masks.choose(call.mask, body)


def copy(library: Library, call: Call) -> Json:
    """A copy of a spreadsheet, named `Copy of ...` unless told otherwise."""
    source = file_book(library, call)
    title = call.body.get("name") or f"Copy of {source.title}"
    book = new_spreadsheet(
        new_spreadsheet_id(),
        title,
        library.context(call.caller),
        locale=source.locale,
        time_zone=source.properties["timeZone"],
    )
    book.properties = source.properties | {"title": title}
    book.named_ranges, book.metadata = source.named_ranges, source.metadata
    book.sheets = [copy_sheet(sheet, sheet.sheet_id, sheet.title) for sheet in source.sheets]
    library.keep(book)
    return _file(book, call.mask)


def update(library: Library, call: Call) -> Json:
    """Rename a file."""
    file_book(library, call)

    def rename(book: Spreadsheet) -> Json:
        if call.body.get("name"):
            book.properties = book.properties | {"title": call.body["name"]}
        return _file(book, call.mask)

    return library.change(call.names["fileId"], call.caller, rename)


def delete(library: Library, call: Call) -> Raw:
    """Delete a file; the answer has no body."""
    library.delete(file_book(library, call).spreadsheet_id)
    return NO_CONTENT


METHODS: dict[str, Method] = {
    "drive.files.create": create,
    "drive.files.get": get,
    "drive.files.list": list_files,
    "drive.files.copy": copy,
    "drive.files.update": update,
    "drive.files.delete": delete,
    **sharing.METHODS,
    **exchange.METHODS,
}
