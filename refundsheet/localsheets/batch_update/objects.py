"""What lies on tabs under an id of its own: found, added, replaced and taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from refundsheet.localsheets import cell_formats, schema
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import OBJECTS, Sheet
from refundsheet.localsheets.workbook import Spreadsheet


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object."""

    #: The Sheet field Google lists it under.
    field: str
    id_field: str
    #: What refusals call it.
    word: str

    @property
    def message(self) -> str:
        """Google's message type."""
        return OBJECTS[self.field]


BANDED_RANGE = Kind("bandedRanges", "bandedRangeId", "banded range")
CHART = Kind("charts", "chartId", "chart")
FILTER_VIEW = Kind("filterViews", "filterViewId", "filter view")
PROTECTED_RANGE = Kind("protectedRanges", "protectedRangeId", "protected range")
SLICER = Kind("slicers", "slicerId", "slicer")
TABLE = Kind("tables", "tableId", "table")
KINDS = (BANDED_RANGE, CHART, FILTER_VIEW, PROTECTED_RANGE, SLICER, TABLE)
#: Charts and slicers share their ids: requests name either as an embedded object.
EMBEDDED = (CHART, SLICER)

Found = tuple[Sheet, Json]


def every(book: Spreadsheet, kind: Kind) -> Iterator[Found]:
    """Each object of the kind with its tab."""
    for sheet in book.sheets:
        for body in sheet.objects.get(kind.field, ()):
            yield sheet, body


def find(book: Spreadsheet, kind: Kind, object_id: int | str) -> Found:
    """The object of that id and its tab.

    Raises:
        RequestError: there is none.
    """
    for sheet, body in every(book, kind):
        if body.get(kind.id_field) == object_id:
            return sheet, body
    raise RequestError(f"No {kind.word} with id: {object_id}")


def free_id(book: Spreadsheet, kind: Kind, wanted: int) -> int:
    """The id asked for, or a fresh one for 0.

    Raises:
        RequestError: taken, or negative.
    """
    if not wanted:
        return book.context.new_id()
    if wanted < 0:
        raise RequestError(f"{kind.id_field}[{wanted}] must be greater than or equal to 0")
    shared = EMBEDDED if kind in EMBEDDED else (kind,)
    taken = {body[one.id_field] for one in shared for _, body in every(book, one)}
    if wanted in taken:
        raise RequestError(f"A {kind.word} with id {wanted} already exists")
    return wanted


def normal(message: str, body: Json) -> Json:
    """A body as Google stores it: defaults left out, colours in both spellings."""
    return cell_formats.mirror_colors(message, schema.omit_defaults(message, body))


def add(sheet: Sheet, kind: Kind, body: Json) -> None:
    """Lay an object on a tab, after those of its kind."""
    sheet.put_objects(kind.field, (*sheet.objects.get(kind.field, ()), body))


def replace(sheet: Sheet, kind: Kind, old: Json, new: Json) -> None:
    """Put an object in the place of another."""
    bodies = sheet.objects[kind.field]
    sheet.put_objects(kind.field, tuple(new if body is old else body for body in bodies))


def remove(sheet: Sheet, kind: Kind, old: Json) -> None:
    """Take an object away."""
    bodies = sheet.objects[kind.field]
    sheet.put_objects(kind.field, tuple(body for body in bodies if body is not old))


def move(source: Sheet, target: Sheet, kind: Kind, old: Json, new: Json) -> None:
    """Replace an object, on another tab if need be."""
    if source is target:
        replace(source, kind, old, new)
    else:
        remove(source, kind, old)
        add(target, kind, new)
