"""The one look at the cells before a write: what stands there, and what forbids writing them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from refundsheet.core.model import Cell
from refundsheet.errors import MissingTabError
from refundsheet.sheets.grid import value_of
from refundsheet.sheets.store import Tab
from refundsheet.sheets.transport import Json

#: What a look asks of every cell it names.
LOOK_FIELDS = (
    "properties.timeZone,"
    "sheets(properties(sheetId,gridProperties(rowCount,columnCount)),merges,"
    "protectedRanges(range,warningOnly,requestingUserCanEdit),"
    "basicFilter.range,slicers.slicerId,tables.tableId,"
    "data(startRow,startColumn,rowData.values(userEnteredValue,userEnteredFormat.numberFormat),"
    "rowMetadata.hiddenByFilter))"
)
#: And where it matters what a cell shows that looks blank.
CLOSER_LOOK_FIELDS = LOOK_FIELDS.replace("(userEnteredValue,", "(userEnteredValue,effectiveValue,")

#: What people hide rows with.
_FILTERS = ("basicFilter", "slicers", "tables")


#: What a formula has that fills the cells below it. Anything entered there makes all of it "#REF!".
_FILLS = re.compile(
    r"^=\s*\{|\bARRAYFORMULA\s*\(|^=\s*(?:IFERROR\s*\(\s*)?(?:BYROW|FILTER|FLATTEN|IMPORTRANGE|MAKEARRAY|MAP"
    r"|QUERY|SCAN|SEQUENCE|SORT|SORTN|TOCOL|TRANSPOSE|UNIQUE|VSTACK)\s*\(",
    re.IGNORECASE,
)

#: How a stamp is shown where neither the cell nor its neighbours have a format of their own.
MOMENT_FORMAT: Mapping[str, str] = {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}


@dataclass(frozen=True, slots=True)
class Look:
    """The cells to write as they are a moment before, with all that forbids writing them.

    Attributes:
        cells: The cells by row and column, as far as they are needed and not blank.
        has_filter: Whether there is anything by which people hide rows.
        filled_below: Column to the row from which on a formula fills it.
    """

    log: Tab
    hidden: Tab
    nonce: Cell
    cells: Mapping[tuple[int, int], Mapping[str, Any]]
    hidden_rows: frozenset[int]
    barred: Sequence[tuple[Mapping[str, int], str]]
    zone: str = ""
    has_filter: bool = False
    filled_below: Mapping[int, int] = field(default_factory=dict[int, int])

    def then(self, later: "Look") -> "Look":
        """With what a look at other rows found a moment later; nonce and bars are as they are by then."""
        cells, filled = {**self.cells, **later.cells}, {**later.filled_below, **self.filled_below}
        return replace(
            later,
            cells=cells,
            hidden_rows=self.hidden_rows | later.hidden_rows,
            filled_below=filled,
        )

    def with_filters_of(self, later: "Look") -> "Look":
        """The same look, with what a later one found hidden."""
        return replace(self, has_filter=later.has_filter, hidden_rows=later.hidden_rows)

    def formula_at(self, row: int, column: int) -> bool:
        """Whether a formula stands there."""
        return "formulaValue" in self.cells.get((row, column), {}).get("userEnteredValue", ())

    def shows_empty_text(self, row: int, column: int) -> bool:
        """Whether a cell that looks blank is none: a formula shows nothing there, or spills nothing."""
        shown = self.cells.get((row, column), {}).get("effectiveValue", {})
        return self.formula_at(row, column) or "stringValue" in shown

    def value_at(self, row: int, column: int) -> Cell:
        """What was entered there."""
        return value_of(self.cells.get((row, column), {}).get("userEnteredValue"))

    def has_format(self, row: int, column: int) -> bool:
        """Whether somebody chose how the cell shows its number."""
        return bool(self.cells.get((row, column), {}).get("userEnteredFormat"))

    def moment_format(self, row: int, column: int) -> Mapping[str, str]:
        """How a cell without a format shows a moment: as its neighbour, with the time of day."""
        for neighbour in (row - 1, row + 1):
            entered = self.cells.get((neighbour, column), {}).get("userEnteredFormat", {})
            match entered.get("numberFormat", {}):
                case {"type": "DATE_TIME"} as theirs:
                    return theirs
                case {"type": "DATE", "pattern": pattern}:
                    return {"type": "DATE_TIME", "pattern": f"{pattern} hh:mm"}
                case _:
                    continue
        return MOMENT_FORMAT

    def refusal(self, row: int, column: int) -> str:
        """Why the cell must not be written, "" where it may."""
        if self.formula_at(row, column):
            return "a formula stands there"
        if row > self.filled_below.get(column, row):
            return "a formula further up fills the column"
        return next((why for bounds, why in self.barred if _inside(bounds, row, column)), "")


_Cell: TypeAlias = Mapping[str, Any]
"""Google's CellData."""


def _any_cell(row: int, column: int, cell: _Cell) -> bool:  # noqa: ARG001
    return True


def read_look(
    answer: Json, log: Tab, hidden: Tab, *, is_needed: Callable[[int, int, _Cell], bool] = _any_cell
) -> Look:
    """What a masked ``spreadsheets.get`` of cells of both tabs says.

    Args:
        answer: What was answered.
        log: The log's tab, as it was asked for.
        hidden: Our hidden tab.
        is_needed: Whether the cell in a row and column has to be remembered.

    Raises:
        MissingTabError: where one of them has another name than was asked for.
    """
    sheets = {sheet["properties"].get("sheetId", 0): sheet for sheet in answer["sheets"]}
    if log.sheet_id not in sheets or hidden.sheet_id not in sheets:
        raise MissingTabError("A tab has another name than a moment ago.")
    grids = sheets[log.sheet_id].get("data", ())
    cells: dict[tuple[int, int], _Cell] = {}
    filled_below: dict[int, int] = {}
    for row, column, cell in _cells(grids):
        if _fills(cell):
            filled_below[column] = min(row, filled_below.get(column, row))
        # Of whole columns most cells are blank or not needed, and a place for each is memory.
        if cell and is_needed(row, column, cell):
            cells[row, column] = cell
    nonce_cell = sheets[hidden.sheet_id]["data"][0].get("rowData", [{}])[0].get("values", [{}])[0]
    return Look(
        log=_resized(log, sheets[log.sheet_id]),
        hidden=_resized(hidden, sheets[hidden.sheet_id]),
        nonce=value_of(nonce_cell.get("userEnteredValue")),
        cells=cells,
        hidden_rows=frozenset(_filtered_rows(grids)),
        barred=tuple(_barred(sheets[log.sheet_id])),
        zone=answer.get("properties", {}).get("timeZone", ""),
        has_filter=any(name in sheets[log.sheet_id] for name in _FILTERS),
        filled_below=filled_below,
    )


def _cells(grids: Iterable[Json]) -> Iterator[tuple[int, int, _Cell]]:
    """Each cell of the grids with its row and column."""
    for data in grids:
        top, left = data.get("startRow", 0), data.get("startColumn", 0)
        for row, line in enumerate(data.get("rowData", ()), top):
            for column, cell in enumerate(line.get("values", ()), left):
                yield row, column, cell


def _filtered_rows(grids: Iterable[Json]) -> Iterator[int]:
    """The rows that a filter hides."""
    for data in grids:
        for row, metadata in enumerate(data.get("rowMetadata", ()), data.get("startRow", 0)):
            if metadata.get("hiddenByFilter"):
                yield row


def _fills(cell: _Cell) -> bool:
    """Whether a formula stands there that fills the cells below it."""
    formula = cell.get("userEnteredValue", {}).get("formulaValue", "")
    return bool(formula) and _FILLS.search(formula) is not None


def _resized(tab: Tab, sheet: Json) -> Tab:
    grid = sheet["properties"]["gridProperties"]
    return replace(tab, row_count=grid["rowCount"], column_count=grid["columnCount"])


def _barred(sheet: Json) -> Iterator[tuple[Mapping[str, int], str]]:
    for merge in sheet.get("merges", ()):
        yield merge, "the cell is merged with others"
    for protection in sheet.get("protectedRanges", ()):
        may_edit = protection.get("requestingUserCanEdit") or protection.get("warningOnly")
        if not may_edit:
            yield protection["range"], "the cell is protected against refundsheet"


def _inside(bounds: Mapping[str, int], row: int, column: int) -> bool:
    """Whether a GridRange holds the cell; a bound that is missing is no bound."""
    return bounds.get("startRowIndex", 0) <= row < bounds.get(
        "endRowIndex", row + 1
    ) and bounds.get("startColumnIndex", 0) <= column < bounds.get("endColumnIndex", column + 1)
