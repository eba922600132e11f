"""Files in other formats: Drive's export as CSV, and the upload of a CSV over a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io

from refundsheet.localsheets import errors
from refundsheet.localsheets.calls import Call, Raw
from refundsheet.localsheets.file_query import SPREADSHEET_TYPE
from refundsheet.localsheets.library import Library
from refundsheet.localsheets.load import sheet_of
from refundsheet.localsheets.matrix import Rendering, matrix
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sharing import file_book, person_id, stamp
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet

_CSV, _TSV = "text/csv", "text/tab-separated-values"
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What Google exports a spreadsheet as, by its media type, with the short name in addresses.
_FORMATS = {
    "application/x-vnd.oasis.opendocument.spreadsheet": "ods",
    _TSV: "tsv",
    "application/pdf": "pdf",
    _OFFICE: "xlsx",
    _CSV: "csv",
    "application/zip": "zip",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}
#: The zone Google gives a spreadsheet made of an imported file (recorded).
_IMPORT_ZONE = "America/Los_Angeles"


def export(library: Library, call: Call) -> Raw:
    """The first tab as CSV or TSV, as it is shown; other formats are refused by name."""
    wanted: str = call.parameters.get("mimeType") or ""
    book = file_book(library, call)
    if not wanted:
        raise errors.drive_invalid("Required parameter: mimeType", "required", "mimeType")
    if wanted not in _FORMATS:
        raise errors.drive_invalid("The requested conversion is not supported.", "badRequest")
    return _exported(book, book.sheets[0], wanted)


def browser_export(library: Library, call: Call) -> Raw:
    """One tab, or the first, from the address a browser downloads from."""
    book = file_book(library, call)
    short, gid = call.parameters.get("format") or "xlsx", call.parameters.get("gid")
    wanted = next((long for long, name in _FORMATS.items() if name == short), None)
    sheet = next((tab for tab in book.sheets if gid in {None, str(tab.sheet_id)}), None)
    if not wanted or not sheet:
        raise errors.drive_invalid("Bad Request", "badRequest")
    return _exported(book, sheet, wanted)


def _exported(book: Spreadsheet, sheet: Sheet, wanted: str) -> Raw:
    if wanted not in {_CSV, _TSV}:
        raise errors.not_built(f"An export as {wanted}")
    return Raw(_table(_shown(book, sheet), wanted).encode(), wanted)


def _shown(book: Spreadsheet, sheet: Sheet) -> list[list[str]]:
    """What a tab shows, each row as wide as the widest."""
    if not sheet.row_count:
        return []
    book.calculate()
    rows = matrix(sheet, sheet.whole, Rendering(), book.locale)
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _table(rows: list[list[str]], media_type: str) -> str:
    """CRLF between rows, no byte order mark, no final line break (observed)."""
    if media_type == _TSV:
        # Without quotes, a tab or line break inside a cell would make another cell of it.
        lines = ("\t".join(" ".join(text.splitlines()) for text in _untabbed(row)) for row in rows)
        return "\r\n".join(lines)
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().removesuffix("\r\n")


def _untabbed(row: list[str]) -> list[str]:
    return [text.replace("\t", " ") for text in row]


def upload(library: Library, call: Call) -> Json:
    """Drive v2's upload of a CSV: the book becomes one tab titled as the file.

    Raises:
        ApiError: 501 for another media type, 400 for a text that is not UTF-8.
    """
    file_book(library, call)
    media_type = call.media_type.partition(";")[0].strip()
    if media_type not in {_CSV, _TSV}:
        raise errors.not_built(f"An upload of {media_type or 'unknown media'}")
    try:
        text = call.content.decode("utf-8-sig")
    except UnicodeDecodeError as mistake:
        raise errors.drive_invalid("Bad Request", "badRequest") from mistake
    lines = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if media_type == _TSV else ",")

    def replace(book: Spreadsheet) -> Json:
        sheet = sheet_of(book, book.title, lines)
        sheet.properties = sheet.properties | {"sheetId": book.context.new_id()}
        book.sheets, book.named_ranges = [sheet], ()
        book.properties = book.properties | {"timeZone": _IMPORT_ZONE}
        book.stale, book.modified = True, book.context.now
        book.check_size()
        return _file(book, call.caller)

    return library.change(call.names["fileId"], call.caller, replace)


def _file(book: Spreadsheet, caller: str) -> Json:
    """Drive v2's File, in the order and with the fields of the recording."""
    key = book.spreadsheet_id
    address = f"https://www.googleapis.com/drive/v2/files/{key}"
    person: Json = {
        "displayName": caller,
        "kind": "drive#user",
        "isAuthenticatedUser": True,
        "permissionId": person_id(caller),
        "emailAddress": caller,
        "picture": {"url": "https://lh3.googleusercontent.com/a/default-user=s64"},
    }
    return {
        "kind": "drive#file",
        "userPermission": _permission(address, key),
        "selfLink": address,
        "ownerNames": [caller],
        "lastModifyingUserName": caller,
        "editable": True,
        "writersCanShare": True,
        "mimeType": SPREADSHEET_TYPE,
        "exportLinks": {media: _export_link(key, short) for media, short in _FORMATS.items()},
        "parents": [_parent(address)],
        "thumbnailLink": f"https://docs.google.com/feeds/vt?gd=true&id={key}&v=1&sz=s220",
        "appDataContents": False,
        "iconLink": "https://drive-thirdparty.googleusercontent.com/16/type/" + SPREADSHEET_TYPE,
        "shared": bool(book.permissions),
        "lastModifyingUser": person,
        "owners": [person],
        "copyable": True,
        "etag": _etag(key, stamp(book.modified)),
        "alternateLink": f"https://docs.google.com/spreadsheets/d/{key}/edit?usp=drivesdk",
        "embedLink": f"https://docs.google.com/spreadsheets/d/{key}/htmlembed",
        **_facts(book),
    }


def _facts(book: Spreadsheet) -> Json:
    modified = stamp(book.modified)
    labels = dict.fromkeys(("viewed", "restricted", "starred", "hidden", "trashed"), False)
    return {
        "fileSize": "1024",
        "copyRequiresWriterPermission": False,
        "spaces": ["drive"],
        "id": book.spreadsheet_id,
        "title": book.title,
        "labels": labels | {"viewed": True},
        "explicitlyTrashed": False,
        "createdDate": stamp(book.created),
        **dict.fromkeys(("modifiedDate", "modifiedByMeDate", "lastViewedByMeDate"), modified),
        "markedViewedByMeDate": "1970-01-01T00:00:00.000Z",
        "quotaBytesUsed": "1024",
        "capabilities": {"canEdit": True, "canCopy": True},
    }


def _export_link(key: str, short: str) -> str:
    return f"https://docs.google.com/spreadsheets/export?id={key}&exportFormat={short}"


def _permission(address: str, key: str) -> Json:
    return {
        "id": "me",
        "type": "user",
        "role": "owner",
        "kind": "drive#permission",
        "selfLink": f"{address}/permissions/me",
        "etag": _etag(key, "me"),
        "pendingOwner": False,
    }


def _parent(address: str) -> Json:
    return {
        "selfLink": f"{address}/parents/root",
        "id": "root",
        "isRoot": True,
        "kind": "drive#parentReference",
        "parentLink": "https://www.googleapis.com/drive/v2/files/root",
    }


def _etag(*parts: str) -> str:
    return f'"{hashlib.sha256(" ".join(parts).encode()).hexdigest()[:27]}"'


METHODS = {
    "drive.files.export": export,
    "drive.browser.export": browser_export,
    "drive.v2.files.update": upload,
}
