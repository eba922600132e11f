"""Drive's file methods, for spreadsheets only."""

from __future__ import annotations

import re

from refundsheet.localsheets import errors, exchange, masks, sharing
from refundsheet.localsheets.calls import Call, Raw
from refundsheet.localsheets.exchange import SPREADSHEET_TYPE
from refundsheet.localsheets.library import Library, new_spreadsheet_id
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sharing import NO_CONTENT, file_book, permissions_of, stamp
from refundsheet.localsheets.spreadsheets import Method, book_from
from refundsheet.localsheets.workbook import Spreadsheet, copy_sheet, new_spreadsheet

_DEFAULT_FIELDS: masks.Mask = {"kind": {}, "id": {}, "name": {}, "mimeType": {}}
_CLAUSE = re.compile(
    r"""\s*(?:(?P<field>mimeType|name|trashed)\s*(?P<sign>=|!=|contains)\s*
        (?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|true|false)
      | (?P<parent>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s+in\s+parents)\s*""",
    re.VERBOSE,
)


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
        "ownedByMe": True,
        "permissions": permissions_of(book),
        "trashed": False,
    }
    return masks.choose(mask or _DEFAULT_FIELDS, whole)


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
    books = [book for book in books if _matches(call.parameters.get("q") or "", book)]
    books.sort(key=lambda book: book.modified, reverse=True)
    below = masks.below(call.mask, "files")
    body: Json = {
        "kind": "drive#fileList",
        "incompleteSearch": False,
        "files": [_file(book, below) for book in books],
    }
    return masks.choose(call.mask, body)


def _matches(query: str, book: Spreadsheet) -> bool:
    """Clauses joined by `and`.

    Raises:
        ApiError: 400 for a query outside this part of Drive's language.
    """
    at = 0
    while at < len(query):
        match = _CLAUSE.match(query, at)
        if not match:
            raise errors.invalid("Invalid Value")
        if not _holds(match, book):
            return False
        at = match.end()
        if query.startswith("and", at):
            at += len("and")
    return True


def _holds(match: re.Match[str], book: Spreadsheet) -> bool:
    if match["parent"]:
        return _unquoted(match["parent"]) == "root"
    actual = {"mimeType": SPREADSHEET_TYPE, "name": book.title, "trashed": "false"}[match["field"]]
    wanted = _unquoted(match["value"])
    if match["sign"] == "contains":
        return wanted.casefold() in actual.casefold()
    return (actual == wanted) == (match["sign"] == "=")


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[:1] in {"'", '"'} else text


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
