"""Developer metadata: made, changed and taken away; it follows its row by itself."""

from __future__ import annotations

from refundsheet.localsheets import masks, metadata
from refundsheet.localsheets.batch_update.cells import read_mask
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.metadata import Entry, Place
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.workbook import Spreadsheet

#: Characters of keys and values a tab, and apart from it the book as a whole, may hold (documented).
_MOST_CHARACTERS = 30_000
_PLACES = ("spreadsheet", "sheetId", "dimensionRange")


def create_metadata(book: Spreadsheet, request: Json) -> Json:
    """Attach an entry to the book, a tab, a row or a column."""
    new: Json = request.get("developerMetadata", {})
    metadata_id = new.get("metadataId", 0) or book.context.new_id()
    if metadata_id < 0:
        raise RequestError("DeveloperMetadata.metadataId must be positive.")
    if metadata.find(book, metadata_id):
        raise RequestError(f"Developer metadata with ID {metadata_id} already exists")
    _check_whole(new)
    place = _place(book, new)
    entry = metadata.add(book, place, {**new, "metadataId": metadata_id})
    _check_size(book, place)
    return {"developerMetadata": entry.shown}


def _check_whole(body: Json) -> None:
    if not body.get("metadataKey"):
        raise RequestError("Developer metadata must always have a key specified.")
    visibility = body.get("visibility", "DEVELOPER_METADATA_VISIBILITY_UNSPECIFIED")
    if visibility == "DEVELOPER_METADATA_VISIBILITY_UNSPECIFIED":
        raise RequestError("Developer metadata must always have visibility specified.")


def _place(book: Spreadsheet, body: Json) -> Place:
    location: Json = body.get("location", {})
    named = [name for name in _PLACES if name in location and location[name] is not False]
    if not named:
        raise RequestError("Developer metadata must always have a location specified.")
    if len(named) > 1:
        raise RequestError("Developer metadata must have exactly one location specified.")
    return metadata.place_of(book, location)


def _check_size(book: Spreadsheet, place: Place) -> None:
    """The book's own entries count apart from each tab's, whose rows and columns are its."""
    size = sum(
        len(entry.body["metadataKey"]) + len(entry.body.get("metadataValue", ""))
        for entry in metadata.entries(book)
        if entry.place.sheet is place.sheet
    )
    if size > _MOST_CHARACTERS:
        where = "spreadsheet" if place.sheet is None else "sheet"
        raise RequestError(
            f"This action would increase the size of the developer metadata of the {where} above "
            f"the limit of {_MOST_CHARACTERS} characters."
        )


def update_metadata(book: Spreadsheet, request: Json) -> Json:
    """Change the masked fields of every entry the filters select, wherever it lies."""
    mask = read_mask(request, "DeveloperMetadata")
    new: Json = request.get("developerMetadata", {})
    chosen = _selected(book, request.get("dataFilters", []))
    return {"developerMetadata": [_changed(book, entry, mask, new).shown for entry in chosen]}


def _selected(book: Spreadsheet, filters: list[Json]) -> list[Entry]:
    """The entries any of the filters selects, each once."""
    if not filters:
        raise RequestError("Must specify at least one data filter.")
    found = [entry for one in filters for entry in metadata.selected(book, one)]
    return list({entry.metadata_id: entry for entry in found}.values())


def _changed(book: Spreadsheet, entry: Entry, mask: masks.Mask, new: Json) -> Entry:
    merged = masks.merge(mask, {**entry.body, "location": entry.place.location}, new)
    if merged.get("metadataId", entry.metadata_id) != entry.metadata_id and "*" not in mask:
        raise RequestError("DeveloperMetadata.metadataId cannot be updated.")
    _check_whole(merged)
    moves = masks.wants(mask, "location")
    place = _place(book, merged) if moves else entry.place
    body = metadata.stored({**merged, "metadataId": entry.metadata_id})
    if place == entry.place:
        stored = metadata.at(place, book)
        metadata.put(book, place, tuple(body if old is entry.body else old for old in stored))
    else:
        metadata.remove(book, entry)
        metadata.add(book, place, body)
    _check_size(book, place)
    return Entry(place, body)


def delete_metadata(book: Spreadsheet, request: Json) -> Json:
    """Take away every entry the filter selects; none is no mistake."""
    if "dataFilter" not in request:
        raise RequestError("Must specify a data filter.")
    chosen = metadata.selected(book, request["dataFilter"])
    for entry in chosen:
        metadata.remove(book, entry)
    return {"deletedDeveloperMetadata": [entry.shown for entry in chosen]}


HANDLERS = {
    "createDeveloperMetadata": create_metadata,
    "updateDeveloperMetadata": update_metadata,
    "deleteDeveloperMetadata": delete_metadata,
}
