"""Developer metadata: where each entry lies now, and which entries a DataFilter selects.

Entries live where they belong: on a row's or column's `Dimension`, on the tab, on the book. So
they follow their row by themselves. What is stored has no `location`; `Entry.shown` adds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.intervals import COLUMNS, ROWS
from refundsheet.localsheets.ranges import grid_box, grid_sheet, lines, resolve
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet

SHEET, SPREADSHEET = "SHEET", "SPREADSHEET"
_EXACT, _INTERSECTING = "EXACT_LOCATION", "INTERSECTING_LOCATION"
_STORED = ("metadataId", "metadataKey", "metadataValue", "visibility")


@dataclass(frozen=True, slots=True)
class Place:
    """Where metadata lies: a row or column (axis and index), a tab, or the book (no sheet)."""

    sheet: Sheet | None = None
    axis: str = ""
    index: int = 0

    @property
    def location_type(self) -> str:
        """Google's name for the kind of place."""
        if self.sheet is None:
            return SPREADSHEET
        return self.axis.removesuffix("S") or SHEET

    @property
    def box(self) -> Box | None:
        """The cells of the place; None for the whole book."""
        if self.sheet is None:
            return None
        whole = self.sheet.whole
        if self.axis == ROWS:
            return replace(whole, row_start=self.index, row_end=self.index + 1)
        if self.axis == COLUMNS:
            return replace(whole, column_start=self.index, column_end=self.index + 1)
        return whole

    @property
    def location(self) -> Json:
        """The place as a DeveloperMetadataLocation."""
        body: Json = {"locationType": self.location_type}
        if self.sheet is None:
            return body | {"spreadsheet": True}
        sheet_id: Json = {"sheetId": self.sheet.sheet_id} if self.sheet.sheet_id else {}
        if not self.axis:
            return body | sheet_id
        span = {"dimension": self.axis, "startIndex": self.index, "endIndex": self.index + 1}
        return body | {"dimensionRange": sheet_id | span}

    def meets(self, other: Place) -> bool:
        """Whether the places share a cell; the book as a whole meets only itself."""
        if self.sheet is None or other.sheet is None:
            return self.sheet is other.sheet
        own, others = self.box, other.box
        return own is not None and others is not None and own.meets(others)


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of metadata and the place it has now."""

    place: Place
    #: Id, key, value and visibility.
    body: Json

    @property
    def metadata_id(self) -> int:
        """The id it is found by."""
        return self.body["metadataId"]

    @property
    def shown(self) -> Json:
        """The entry as DeveloperMetadata."""
        kept = {name: self.body[name] for name in _STORED[:-1] if self.body.get(name)}
        return kept | {"location": self.place.location, "visibility": self.body["visibility"]}


def entries(book: Spreadsheet) -> Iterator[Entry]:
    """Every entry: the book's, then tab by tab its own, its rows' and its columns'."""
    for body in book.metadata:
        yield Entry(Place(), body)
    for sheet in book.sheets:
        for body in sheet.metadata:
            yield Entry(Place(sheet), body)
        for axis in (ROWS, COLUMNS):
            for index, dimension in sheet.dimensions(axis):
                for body in dimension.metadata:
                    yield Entry(Place(sheet, axis, index), body)


def find(book: Spreadsheet, metadata_id: int) -> Entry | None:
    """The entry of that id."""
    return next((entry for entry in entries(book) if entry.metadata_id == metadata_id), None)


def at(place: Place, book: Spreadsheet) -> tuple[Json, ...]:
    """What is stored at a place."""
    if place.sheet is None:
        return book.metadata
    if not place.axis:
        return place.sheet.metadata
    return place.sheet.dimension(place.axis, place.index).metadata


def put(book: Spreadsheet, place: Place, bodies: tuple[Json, ...]) -> None:
    """Replace what is stored at a place."""
    if place.sheet is None:
        book.metadata = bodies
    elif not place.axis:
        place.sheet.metadata = bodies
    else:
        old = place.sheet.dimension(place.axis, place.index)
        place.sheet.put_dimension(place.axis, place.index, replace(old, metadata=bodies))


def stored(body: Json) -> Json:
    """A DeveloperMetadata as it is kept: without its location."""
    return {name: body[name] for name in _STORED if name in body}


def add(book: Spreadsheet, place: Place, body: Json) -> Entry:
    """Store an entry at a place."""
    put(book, place, (*at(place, book), stored(body)))
    return Entry(place, stored(body))


def remove(book: Spreadsheet, entry: Entry) -> None:
    """Take an entry away."""
    left = tuple(body for body in at(entry.place, book) if body is not entry.body)
    put(book, entry.place, left)


def place_of(book: Spreadsheet, location: Json) -> Place:
    """The place a DeveloperMetadataLocation names.

    Raises:
        RequestError: no such tab, or more than a single row or column.
    """
    span: Json | None = location.get("dimensionRange")
    if location.get("spreadsheet"):
        return Place()
    if span is None:
        return Place(grid_sheet(book, location.get("sheetId", 0)))
    if "startIndex" not in span or "endIndex" not in span:
        raise RequestError("DimensionRange must specify both a startIndex and an endIndex")
    if span["endIndex"] - span["startIndex"] != 1:
        raise RequestError("DimensionRange must represent a single row or column")
    found = lines(book, span)
    return Place(found.sheet, found.axis, found.start)


def selected(book: Spreadsheet, data_filter: Json) -> list[Entry]:
    """The entries a DataFilter selects: by its lookup, or lying on the cells it names.

    Raises:
        RequestError: a lookup that contradicts itself.
        ApiError: 400, a range that cannot be read.
    """
    if "developerMetadataLookup" in data_filter:
        return looked_up(book, data_filter["developerMetadataLookup"])
    boxes = cells(book, data_filter)
    return [
        entry
        for entry in entries(book)
        if entry.place.box and any(entry.place.box.meets(box) for box in boxes)
    ]


def looked_up(book: Spreadsheet, lookup: Json) -> list[Entry]:
    """The entries that match every field of a lookup; an empty one matches all."""
    lookup = {name: value for name, value in lookup.items() if not _unspecified(value)}
    fits = _location_test(book, lookup)
    wanted = {name: lookup[name] for name in _STORED if name in lookup}
    kind = lookup.get("locationType")
    return [
        entry
        for entry in entries(book)
        if all(entry.body.get(name) == value for name, value in wanted.items())
        and kind in {None, entry.place.location_type}
        and fits(entry.place)
    ]


def _unspecified(value: object) -> bool:
    return isinstance(value, str) and value.endswith("_UNSPECIFIED")


def _location_test(book: Spreadsheet, lookup: Json) -> Callable[[Place], bool]:
    location: Json | None = lookup.get("metadataLocation")
    strategy = lookup.get("locationMatchingStrategy")
    _check_lookup(lookup, location, strategy)
    if location is None:
        return lambda _place: True
    asked = place_of(book, location)
    if strategy == _EXACT or asked.sheet is None:
        return lambda place: place == asked
    return asked.meets


def _check_lookup(lookup: Json, location: Json | None, strategy: str | None) -> None:
    if strategy is not None and location is None:
        raise RequestError(
            "DeveloperMetadataLookup.locationMatchingStrategy was specified, but "
            "metadataLocation was not"
        )
    if strategy == _EXACT and "locationType" in lookup:
        raise RequestError(
            "DeveloperMetadataLookup.locationType must not be specified when "
            "locationMatchingStrategy is EXACT"
        )
    if strategy != _INTERSECTING:
        return
    if location and location.get("spreadsheet"):
        raise RequestError(
            "DeveloperMetadataLookup.spreadsheet is true, but locationMatchingStrategy was "
            "specified as INTERSECTING"
        )
    if lookup.get("locationType") == SPREADSHEET:
        raise RequestError(
            "DeveloperMetadataLookup.locationType cannot be SPREADSHEET when "
            "locationMatchingStrategy is INTERSECTING"
        )


def cells(book: Spreadsheet, data_filter: Json) -> list[Box]:
    """The cells a DataFilter selects: a range, or whole rows, columns and tabs with metadata.

    Raises:
        RequestError: no such tab, or outside its grid.
        ApiError: 400, a range that cannot be read.
    """
    if "a1Range" in data_filter:
        return [resolve(book, data_filter["a1Range"]).box]
    if "gridRange" in data_filter:
        return [grid_box(book, data_filter["gridRange"])]
    if "developerMetadataLookup" not in data_filter:
        raise RequestError("DataFilter must specify exactly one filter.")
    found: list[Box] = []
    for entry in looked_up(book, data_filter["developerMetadataLookup"]):
        box = entry.place.box
        found += [sheet.whole for sheet in book.sheets] if box is None else [box]
    return list(dict.fromkeys(found))
