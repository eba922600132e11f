"""What `init` adds to a spreadsheet, and what `init --remove` takes away again: nothing else.

A piece of ours is known by a mark that people do not change by accident: a column and a tab by an entry
of developer metadata, which follows them wherever they are moved; a warning by its description, and a
dropdown by its help text. A colour has no room for a mark: it is ours
where it is exactly one that we make, on a column that is ours.

No column of the log is ever deleted, not even ours: between the look and the request somebody could
insert one, and theirs would go. Ours are emptied by their mark, which goes with the column.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from refundsheet.core.columns import BY_FIELD, OUR_FIELDS, Column, Kind
from refundsheet.core.model import Cell, Layout
from refundsheet.core.pages import Page
from refundsheet.sheets.grid import a1
from refundsheet.sheets.layout import (
    MARK_KEY,
    Request,
    add_columns,
    add_page,
    extended_value,
    grow,
    mark_column,
)
from refundsheet.sheets.store import Setup, Tab

#: What is asked of a spreadsheet before anything is added or taken away, and of the log's cells.
BOOK_FIELDS = (
    "sheets(properties.sheetId,conditionalFormats,"
    "protectedRanges(protectedRangeId,range,description),"
    "tables(range,columnProperties(columnIndex,columnType)),"
    "developerMetadata(metadataKey,metadataValue))"
)
GRID_FIELDS = (
    "sheets.data(startColumn,"
    "columnMetadata.developerMetadata(metadataId,metadataKey,metadataValue),"
    "rowData.values.dataValidation)"
)
#: What is asked of the answer to a batch.
ANSWER_FIELDS = (
    "replies,updatedSpreadsheet.sheets(properties.sheetId,data.rowData.values.formattedValue)"
)
_NO_TYPE = "COLUMN_TYPE_UNSPECIFIED"
_DROPDOWN = "refundsheet offers these; what else is typed stays, and is looked at."
_COLUMN_WARNING = "refundsheet writes this column, and leaves alone what you type in it."

#: Below a cell that begins so, people look first at what is darkest. Each pair is told apart on a grey
#: print, too, and every text stays readable on its ground.
_COLOURS: Mapping[str, tuple[str, str]] = {
    "Possible double": ("#7a0019", "#ffffff"),
    "Escalate": ("#b3261e", "#ffffff"),
    "Deadline": ("#f4b6b0", "#5c0f0a"),
    "Overdue": ("#f9cf9c", "#4d2b00"),
    "Stale": ("#fbe3a2", "#453500"),
    "Reopened": ("#cfe0f7", "#10305e"),
    "Nudge": ("#dcd3ee", "#35205e"),
    "Due soon": ("#eef3d8", "#333d0c"),
}

#: A new log's columns in their order, with what they are wide: Follow-up stands beside Status.
_ORDER: Mapping[str, int] = {
    "case_id": 110, "customer_name": 150, "order_id": 130, "product": 170, "amount": 90,
    "currency": 90, "requested_at": 200, "reason": 170, "status": 140, "follow_up": 340,
    "follow_up_by": 140, "owner": 110, "notes": 320, "last_action_at": 160, "approved_at": 140,
    "paid_at": 140, "resolved_at": 140, "deadline": 110, "snooze_until": 120, "row_check": 320,
}  # fmt: skip
#: How many rows a log in a tab of its own begins with, below the headers.
_NEW_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that is added or taken away, in words and as requests that only work together."""

    words: str
    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What cells of one field offer to choose from."""

    field: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry that says that a column is ours.

    Attributes:
        key: The entry's own id: a copy of the column has another.
        field: Which of our columns it says it is.
        column: Where the column stood.
    """

    key: int
    field: str
    column: int

    @property
    def filter(self) -> Request:
        """This entry alone as Google's DataFilter: it is found wherever its column has been moved."""
        return {"developerMetadataLookup": {"metadataId": self.key}}

    def is_headed(self, layout: Layout) -> bool:
        """Whether the column's header says the same; else people have made the column theirs."""
        return layout.columns.get(self.field) == self.column


@dataclass(frozen=True, slots=True)
class Workbook:
    """What a spreadsheet has of the kinds of things that are ours to add.

    Attributes:
        log: The log's tab.
        tabs: Our titles to the tabs that are there.
        marked: The ids of the tabs that carry our mark.
        barred: The log's columns with a warning of ours, each with the protection's id.
        colours: The log's rules for colours, in their order.
        offering: The log's columns in which a cell offers something, with whether that is ours;
            a column to which a table gives a type is people's.
        marks: The marks on the log's columns, from left to right.
    """

    log: Tab
    tabs: Mapping[str, Tab]
    marked: frozenset[int]
    barred: Mapping[int, int]
    colours: tuple[Request, ...]
    offering: Mapping[int, bool]
    marks: tuple[Mark, ...]


def nothing_yet(log: Tab) -> Workbook:
    """The workbook of a log that is yet to be made."""
    return Workbook(log, {}, frozenset(), {}, (), {}, ())


def read_workbook(
    whole: Mapping[str, Any], grid: Mapping[str, Any], log: Tab, tabs: Mapping[str, Tab]
) -> Workbook:
    """What two masked ``spreadsheets.get`` say: of all tabs, and of the log's cells."""
    sheets = {sheet["properties"].get("sheetId", 0): sheet for sheet in whole["sheets"]}
    ours = sheets[log.sheet_id]
    return Workbook(
        log=log,
        tabs=tabs,
        marked=frozenset(key for key, sheet in sheets.items() if _mark_of(sheet)),
        barred=dict(_column_warnings(ours)),
        colours=tuple(ours.get("conditionalFormats", ())),
        offering=_offering(grid) | dict.fromkeys(_typed_columns(ours), False),
        marks=tuple(_column_marks(grid)),
    )


def _mark_of(holder: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Our mark on something; None where it carries none."""
    entries = holder.get("developerMetadata", ())
    return next((entry for entry in entries if entry["metadataKey"] == MARK_KEY), None)


def _column_warnings(sheet: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    for protection in sheet.get("protectedRanges", ()):
        if protection.get("description") == _COLUMN_WARNING:
            yield protection["range"].get("startColumnIndex", 0), protection["protectedRangeId"]


def _offering(sheet: Mapping[str, Any]) -> dict[int, bool]:
    """The columns that offer something; ours are those in which no cell offers anything else."""
    found: dict[int, bool] = {}
    for data in sheet.get("data", ()):
        left = data.get("startColumn", 0)
        for line in data.get("rowData", ()):
            for column, cell in enumerate(line.get("values", ()), left):
                if rule := cell.get("dataValidation"):
                    is_ours = rule.get("inputMessage") == _DROPDOWN
                    found[column] = found.get(column, True) and is_ours
    return found


def _typed_columns(sheet: Mapping[str, Any]) -> Iterator[int]:
    """The columns whose type people have chosen in a table: a dropdown, numbers, people."""
    for table in sheet.get("tables", ()):
        left = table["range"].get("startColumnIndex", 0)
        for column in table.get("columnProperties", ()):
            if column.get("columnType", _NO_TYPE) != _NO_TYPE:
                yield left + column.get("columnIndex", 0)


def _column_marks(sheet: Mapping[str, Any]) -> Iterator[Mark]:
    for data in sheet.get("data", ()):
        for column, entry in enumerate(data.get("columnMetadata", ()), data.get("startColumn", 0)):
            mark = _mark_of(entry)
            if mark and mark.get("metadataValue") in OUR_FIELDS:
                yield Mark(mark["metadataId"], mark["metadataValue"], column)


# --- what is added ---


def new_log(
    tab: Tab | None, sheet_id: int, title: str, rows: Sequence[Mapping[str, Cell]]
) -> Iterator[Piece]:
    """A log in a tab that is empty, or in one of its own where there is none.

    Headers and cases come in rows that this very batch inserts: whatever somebody has typed meanwhile
    stands below them.

    Args:
        tab: The empty tab; None makes one.
        sheet_id: Its id, or that of the one to make.
        title: What it is to be called; "" leaves its title.
        rows: The cases to begin with: field to content.
    """
    fields = tuple(_ORDER)
    requests: list[Request] = []
    if tab is None:
        grid = {"rowCount": _NEW_ROWS + 1, "columnCount": len(fields)}
        properties = {"sheetId": sheet_id, "title": title, "index": 0, "gridProperties": grid}
        requests.append({"addSheet": {"properties": properties}})
        words = (
            f'add the tab "{title}" with the log: {len(fields)} columns, from Case ID to Row Check'
        )
    else:
        requests += grow(tab, 0, len(fields))
        inserted = {"sheetId": sheet_id, "dimension": "ROWS", "startIndex": 0}
        requests.append({"insertDimension": {"range": {**inserted, "endIndex": 1 + len(rows)}}})
        words = f'make the empty tab "{tab.title}" the log: {len(fields)} columns, from Case ID to Row Check'
        if title and title != tab.title:
            words = words.replace(" the log:", f' the log, called "{title}":')
            requests.append(_properties(sheet_id, {"title": title}))
    requests.append(_properties(sheet_id, {"gridProperties": {"frozenRowCount": 1}}))
    for index, (field, width) in enumerate(_ORDER.items()):
        requests += _dress(sheet_id, index, BY_FIELD[field], width)
    requests.append(_cells(sheet_id, 0, [[BY_FIELD[field].header for field in fields]]))
    requests += [mark_column(sheet_id, fields.index(field), field) for field in OUR_FIELDS]
    yield Piece(words, tuple(requests))
    yield from _examples(sheet_id, 1, [[row.get(field) for field in fields] for row in rows])


def examples(log: Tab, layout: Layout, rows: Sequence[Mapping[str, Cell]]) -> Iterator[Piece]:
    """Cases for a log that has none, in rows of their own below its headers."""
    field_of = {column: field for field, column in layout.columns.items()}
    width = max(field_of) + 1
    cells = [[row.get(field_of.get(column, "")) for column in range(width)] for row in rows]
    inserted = {"sheetId": log.sheet_id, "dimension": "ROWS", "startIndex": layout.header_row}
    inserted["endIndex"] = layout.header_row + len(rows)
    insert = {"insertDimension": {"range": inserted, "inheritFromBefore": False}}
    yield from _examples(log.sheet_id, layout.header_row, cells, insert)


def _examples(
    sheet_id: int, row: int, cells: Sequence[Sequence[Cell]], *before: Request
) -> Iterator[Piece]:
    if cells:
        words = f"enter {len(cells)} example cases; delete their rows when you have seen enough"
        yield Piece(words, (*before, _cells(sheet_id, row, cells)))


def new_layout() -> Layout:
    """The layout of a log made by ``new_log``."""
    headers = tuple(BY_FIELD[field].header for field in _ORDER)
    return Layout(1, headers, {field: index for index, field in enumerate(_ORDER)})


def our_columns(log: Tab, setup: Setup) -> Iterator[Piece]:
    """The columns of ours that a log lacks, fresh ones after its last header."""
    if setup.columns:
        names = ", ".join(f'"{column.header}"' for column in setup.columns)
        many = "columns" if len(setup.columns) > 1 else "column"
        yield Piece(f"add the {many} {names} after the last one", tuple(add_columns(log, setup)))


def our_tabs(pages: Iterable[tuple[int, Page]]) -> Iterator[Piece]:
    """The tabs of ours that are not there, each with the id it is to have."""
    for sheet_id, page in pages:
        yield Piece(f'add the tab "{page.title}"', tuple(add_page(sheet_id, page)))


def extras(workbook: Workbook, layout: Layout, offers: Sequence[Offer]) -> Iterator[Piece]:
    """Dropdowns, colours and warnings that a log lacks; nothing where people have their own.

    Args:
        workbook: What is there.
        layout: The log's columns as they will be.
        offers: What to choose from, by field.
    """
    log, first = workbook.log, layout.header_row
    for offer in offers:
        column = layout.columns.get(offer.field)
        if offer.options and column is not None and column not in workbook.offering:
            yield Piece(
                f'offer {len(offer.options)} entries to choose from in "{layout.headers[column]}"; '
                "others can be typed",
                (_dropdown(log.sheet_id, first, column, offer.options),),
            )
    follow_up = layout.columns.get("follow_up")
    if follow_up is not None:
        rules = [_rule(log.sheet_id, first, follow_up, *colours) for colours in _COLOURS.items()]
        missing = [rule for rule in rules if not _has(workbook.colours, rule)]
        if missing:
            yield Piece(
                f'colour "{layout.headers[follow_up]}" by how pressing it is',
                tuple(_add_rule(rule, index) for index, rule in enumerate(missing)),
            )
    bare = [layout.columns[field] for field in OUR_FIELDS if field in layout.columns]
    bare = [column for column in bare if column not in workbook.barred]
    if bare:
        names = ", ".join(f'"{layout.headers[column]}"' for column in bare)
        yield Piece(
            f"warn whoever types in {names}; nobody is kept from it",
            tuple(_warn(_below(log.sheet_id, first, column), _COLUMN_WARNING) for column in bare),
        )


# --- what is taken away ---


def removal(workbook: Workbook, layout: Layout) -> Iterator[Piece]:
    """All that is ours, but for the contents of our columns, which go by their marks."""
    log = workbook.log
    follow_up = layout.columns.get("follow_up")
    known = set[int]()
    if follow_up is not None:
        rules = [_rule(log.sheet_id, layout.header_row, follow_up, *c) for c in _COLOURS.items()]
        known = {at for at, rule in enumerate(workbook.colours) if _has(rules, rule)}
    if known:
        # From the last one on, so that none moves before it is removed.
        requests = [_delete_rule(log.sheet_id, at) for at in sorted(known, reverse=True)]
        yield Piece("take away our colours", tuple(requests))
    if workbook.barred:
        requests = [_delete_warning(key) for key in workbook.barred.values()]
        yield Piece("take away the warnings on our columns", tuple(requests))
    for column, is_ours in sorted(workbook.offering.items()):
        if is_ours:
            yield Piece(
                f'take away what we offer in "{layout.headers[column]}"',
                (_dropdown(log.sheet_id, layout.header_row, column, ()),),
            )
    for tab in workbook.tabs.values():
        if tab.sheet_id in workbook.marked:
            words = f'delete the tab "{tab.title}", with whatever somebody typed there'
            yield Piece(words, ({"deleteSheet": {"sheetId": tab.sheet_id}},))


# --- what came in between ---


def told_of(log: Tab, layout: Layout) -> Request:
    """What a batch is asked to answer with: the log's headers in the very moment of writing."""
    head, width = layout.header_row, 1 + max(layout.columns.values())
    return {
        "includeSpreadsheetInResponse": True,
        "responseIncludeGridData": True,
        "responseRanges": [a1(log, head - 1, head, 0, width)],
    }


def moved(log: Tab, layout: Layout, answer: Mapping[str, Any]) -> tuple[str, ...]:
    """The headers that stood elsewhere when the batch came: what it put there is off its place."""
    sheets = answer["updatedSpreadsheet"]["sheets"]
    data = next(sheet for sheet in sheets if sheet["properties"].get("sheetId", 0) == log.sheet_id)
    [line] = data["data"][0].get("rowData") or [{}]
    heads = [_plain(cell.get("formattedValue", "")) for cell in line.get("values", ())]
    return tuple(
        layout.headers[column]
        for column in sorted(layout.columns.values())
        if heads[column : column + 1] != [_plain(layout.headers[column])]
    )


def _plain(header: str) -> str:
    return " ".join(header.split())


def put_back(
    requests: Sequence[Request], layout: Layout, answer: Mapping[str, Any]
) -> Iterator[Request]:
    """People's rules for colours that were taken for ours, since rules are known by their number alone.

    The last one that was taken is put back first, so that each gets the number it had.
    """
    follow_up = layout.columns.get("follow_up", -1)
    ours = [_rule(0, layout.header_row, follow_up, *colours) for colours in _COLOURS.items()]
    for request, reply in reversed([*zip(requests, answer["replies"], strict=True)]):
        sent = request.get("deleteConditionalFormatRule")
        rule = reply.get("deleteConditionalFormatRule", {}).get("rule")
        if sent and rule and not _has(ours, rule):
            yield _add_rule(_told_once(rule), sent["index"])


def _told_once(told: Any) -> Any:
    """Google tells each colour twice, as a style and in the older field, and takes only the style."""
    match told:
        case dict():
            once = cast("Request", told)
            return {k: _told_once(v) for k, v in once.items() if f"{k}Style" not in once}
        case list():
            return [_told_once(one) for one in cast("list[Any]", told)]
        case _:
            return told


def unmark(mark: Mark) -> Request:
    """Take our mark from a column."""
    return {"deleteDeveloperMetadata": {"dataFilter": mark.filter}}


# --- requests ---


def _properties(sheet_id: int, properties: Request) -> Request:
    fields = ",".join(
        f"{name}.{next(iter(value))}" if isinstance(value, dict) else name
        for name, value in properties.items()
    )
    return {
        "updateSheetProperties": {
            "properties": {"sheetId": sheet_id, **properties},
            "fields": fields,
        }
    }


def _dress(sheet_id: int, index: int, column: Column, width: int) -> Iterator[Request]:
    whole = {"sheetId": sheet_id, "startColumnIndex": index, "endColumnIndex": index + 1}
    head: Request = {
        "textFormat": {"bold": True},
        "wrapStrategy": "WRAP",
        "verticalAlignment": "MIDDLE",
        "backgroundColorStyle": _ground("#e8e8e8"),
    }
    if column.field in OUR_FIELDS:
        head["textFormat"] = {"bold": True, "italic": True}
    yield _look({**whole, "startRowIndex": 0, "endRowIndex": 1}, head)
    cells: Request = {"verticalAlignment": "TOP", "wrapStrategy": "CLIP", **_kind_of(column)}
    yield _look({**whole, "startRowIndex": 1}, cells)
    columns = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": index}
    yield {
        "updateDimensionProperties": {
            "range": {**columns, "endIndex": index + 1},
            "properties": {"pixelSize": width},
            "fields": "pixelSize",
        }
    }


def _kind_of(column: Column) -> Request:
    """How a column shows what it is for; IDs are text, so that no leading zero is lost."""
    match column.kind:
        case Kind.MOMENT:
            return {"numberFormat": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}}
        case Kind.AMOUNT:
            return {"numberFormat": {"type": "NUMBER", "pattern": "#,##0.00"}}
        case Kind.IDENTIFIER:
            return {"numberFormat": {"type": "TEXT"}}
        case Kind.TEXT:
            return {}


def _look(place: Request, looks: Request) -> Request:
    fields = ",".join(f"userEnteredFormat.{name}" for name in looks)
    return {"repeatCell": {"range": place, "cell": {"userEnteredFormat": looks}, "fields": fields}}


def _cells(sheet_id: int, row: int, lines: Sequence[Sequence[Cell]]) -> Request:
    rows = [
        {"values": [{"userEnteredValue": extended_value(cell)} for cell in line]} for line in lines
    ]
    start = {"sheetId": sheet_id, "rowIndex": row, "columnIndex": 0}
    return {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}


def _below(sheet_id: int, first: int, column: int) -> Request:
    return {
        "sheetId": sheet_id,
        "startRowIndex": first,
        "startColumnIndex": column,
        "endColumnIndex": column + 1,
    }


def _dropdown(sheet_id: int, first: int, column: int, options: Sequence[str]) -> Request:
    """A dropdown; without options there is none any more."""
    cells = _below(sheet_id, first, column)
    if not options:
        return {"setDataValidation": {"range": cells}}
    values = [{"userEnteredValue": option} for option in options]
    rule = {
        "condition": {"type": "ONE_OF_LIST", "values": values},
        "inputMessage": _DROPDOWN,
        "showCustomUi": True,
    }
    return {"setDataValidation": {"range": cells, "rule": rule}}


def _rule(sheet_id: int, first: int, column: int, word: str, colours: tuple[str, str]) -> Request:
    ground, letters = colours
    return {
        "ranges": [_below(sheet_id, first, column)],
        "booleanRule": {
            "condition": {"type": "TEXT_STARTS_WITH", "values": [{"userEnteredValue": word}]},
            "format": {
                "backgroundColorStyle": _ground(ground),
                "textFormat": {"foregroundColorStyle": _ground(letters)},
            },
        },
    }


def _has(rules: Iterable[Request], wanted: Request) -> bool:
    """Whether one of the rules does what the wanted one does: ends of ranges and shades apart."""
    return any(_gist(rule) == _gist(wanted) for rule in rules)


def _gist(rule: Request) -> tuple[Any, ...]:
    condition = rule.get("booleanRule", {}).get("condition", {})
    values = [value.get("userEnteredValue") for value in condition.get("values", ())]
    columns = {
        (cells.get("startColumnIndex", 0), cells.get("endColumnIndex"))
        for cells in rule.get("ranges", ())
    }
    return condition.get("type"), values, columns


def _add_rule(rule: Request, index: int) -> Request:
    return {"addConditionalFormatRule": {"rule": rule, "index": index}}


def _delete_rule(sheet_id: int, index: int) -> Request:
    return {"deleteConditionalFormatRule": {"sheetId": sheet_id, "index": index}}


def _warn(cells: Request, description: str) -> Request:
    protected = {"range": cells, "description": description, "warningOnly": True}
    return {"addProtectedRange": {"protectedRange": protected}}


def _delete_warning(key: int) -> Request:
    return {"deleteProtectedRange": {"protectedRangeId": key}}


def _ground(colour: str) -> Request:
    """A colour as ``#rrggbb`` in Google's words."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return {"rgbColor": {"red": red, "green": green, "blue": blue}}
