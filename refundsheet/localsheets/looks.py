"""What conditional formats and bands make of cells, on top of and under what was entered.

Worked out only when a read asks for `effectiveFormat`, once for each range it asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import itemgetter

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.cell_formats import mirror_colors
from refundsheet.localsheets.conditions import Conditions
from refundsheet.localsheets.gradients import Gradient
from refundsheet.localsheets.rows import Cell
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet

#: The format a rule gives a cell at a row and column; empty where it does not hold.
Rule = Callable[[Cell, int, int], Json]
_RANKS = {"header": 0, "footer": 0, "firstBand": 1, "secondBand": 2}
_NO_FORMAT: Json = {}


@dataclass(frozen=True, slots=True)
class Look:
    """What a cell looks like apart from its own format."""

    #: Under its own format: the colour of a band.
    under: Json
    #: Over it: what the rules that hold say.
    over: Json

    def __bool__(self) -> bool:
        return bool(self.under or self.over)


PLAIN = Look(_NO_FORMAT, _NO_FORMAT)


@dataclass(frozen=True, slots=True)
class Band:
    """Rows and columns of a range in alternating colours."""

    box: Box
    rows: Json
    columns: Json

    def at(self, row: int, column: int) -> Json:
        """The fill of a cell.

        Headers and footers go before bands, first bands before second ones, and where that is
        equal rows before columns (documented).
        """
        box = self.box
        parts = [
            (_part(self.rows, row - box.row_start, box.rows), self.rows),
            (_part(self.columns, column - box.column_start, box.columns), self.columns),
        ]
        fills = [(_RANKS[part], _fill(colours, part)) for part, colours in parts]
        found = sorted((pair for pair in fills if pair[1]), key=itemgetter(0))
        return found[0][1] if found else _NO_FORMAT


def _part(colours: Json, index: int, count: int) -> str:
    """Which of its colours a line of a banded range has."""
    header = "headerColorStyle" in colours
    if header and index == 0:
        return "header"
    if "footerColorStyle" in colours and index == count - 1:
        return "footer"
    return "secondBand" if (index - header) % 2 else "firstBand"


def _fill(colours: Json, part: str) -> Json:
    style: Json | None = colours.get(f"{part}ColorStyle")
    if style is None:
        return _NO_FORMAT
    return mirror_colors("CellFormat", {"backgroundColorStyle": style})


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks of the cells of one box."""

    #: Each rule with the parts of its ranges that matter, the first to be asked first.
    rules: tuple[tuple[list[Box], Rule], ...] = ()
    bands: tuple[Band, ...] = ()
    #: One past the last row and column any of them reaches, beyond the cells' contents.
    row_end: int = 0
    column_end: int = 0

    def at(self, cell: Cell, row: int, column: int) -> Look:
        """The look of a cell; of each property the first rule that holds and names it decides."""
        over: Json = {}
        for areas, rule in self.rules:
            if any(_lies_in(area, row, column) for area in areas):
                over = _joined(rule(cell, row, column), over)
        bands = (band.at(row, column) for band in self.bands if _lies_in(band.box, row, column))
        under = next((colour for colour in bands if colour), _NO_FORMAT)
        return Look(under, over) if under or over else PLAIN


NO_LOOKS = Looks()


def looks_of(book: Spreadsheet, sheet: Sheet, box: Box) -> Looks:
    """What the rules and bands of a tab make of a box."""
    conditions = Conditions(book, sheet)
    rules = tuple(
        (areas, _rule(conditions, body, _covered(areas, box)))
        for body in sheet.objects.get("conditionalFormats", ())
        if (areas := _areas(sheet, body["ranges"], box))
    )
    bands = tuple(band for band in _bands(sheet) if band.box.meets(box))
    reached = [area for areas, _ in rules for area in areas] + [band.box for band in bands]
    row_end = min(max((area.row_end for area in reached), default=0), box.row_end)
    column_end = min(max((area.column_end for area in reached), default=0), box.column_end)
    return Looks(rules, bands, row_end, column_end)


def _areas(sheet: Sheet, ranges: list[Json], box: Box) -> list[Box]:
    """The parts of a rule's ranges that meet a box."""
    found = (sheet.bounded(body) for body in ranges)
    return [area for area in found if area.meets(box)]


def _lies_in(box: Box, row: int, column: int) -> bool:
    return box.row_start <= row < box.row_end and box.column_start <= column < box.column_end


def _joined(new: Json, old: Json) -> Json:
    """The format of a later rule under that of earlier ones."""
    if not new or not old:
        return new or old
    text = new.get("textFormat", {}) | old.get("textFormat", {})
    return new | old | ({"textFormat": text} if text else {})


def _rule(conditions: Conditions, body: Json, box: Box) -> Rule:
    """A rule's formulas are written for the top left of its first range."""
    first = conditions.sheet.bounded(body["ranges"][0])
    origin = (first.row_start, first.column_start)
    if "gradientRule" in body:
        areas = [conditions.sheet.bounded(found) for found in body["ranges"]]
        return Gradient(conditions, body["gradientRule"], origin, areas).look
    rule: Json = body["booleanRule"]
    condition = conditions.read(rule["condition"], origin, box)
    look: Json = rule.get("format", _NO_FORMAT)

    def given(cell: Cell, row: int, column: int) -> Json:
        return look if condition.holds(cell, row, column) else _NO_FORMAT

    return given


def _covered(areas: list[Box], box: Box) -> Box:
    """The part of a box that a rule's areas reach over."""
    return Box(
        box.sheet_id,
        max(min(area.row_start for area in areas), box.row_start),
        min(max(area.row_end for area in areas), box.row_end),
        max(min(area.column_start for area in areas), box.column_start),
        min(max(area.column_end for area in areas), box.column_end),
    )


def _bands(sheet: Sheet) -> Iterator[Band]:
    """The banded ranges, and the tables as far as they name their colours."""
    for body in sheet.objects.get("bandedRanges", ()):
        rows, columns = body.get("rowProperties", {}), body.get("columnProperties", {})
        yield Band(sheet.bounded(body["range"]), rows, columns)
    for body in sheet.objects.get("tables", ()):
        yield Band(sheet.bounded(body["range"]), body.get("rowsProperties", {}), {})
