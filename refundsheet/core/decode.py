"""Decodes what the sheet answered, once: bytes to typed rows by the columns its headers name."""

import json
import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeAlias, TypeVar, cast

from pydantic import BaseModel, Field, Strict, TypeAdapter, ValidationError
from pydantic_core import from_json

from refundsheet.core.columns import BY_FIELD, CUSTOMER_AND_ORDER, Kind, Writer
from refundsheet.core.headers import ROWS_SEARCHED, find_layout
from refundsheet.core.model import Layout
from refundsheet.errors import LayoutError

#: A row as decoded: a named tuple where every cell is as its column promises, else a bare list.
Cells = Sequence[Any]

Share: TypeAlias = Callable[[int, list[Cells]], list[Cells]]
"""Gets the index of the first of some rows, and these rows; gives them back, made of what is there already."""

RowT = TypeVar("RowT")


class _ValueRange(BaseModel, Generic[RowT]):
    range: str = ""
    majorDimension: Literal["ROWS"] = "ROWS"  # noqa: N815 - Google's name
    values: list[RowT] = []


class _Answer(_ValueRange[RowT], Generic[RowT]):
    """The body of ``values:batchGet`` with one range, or of ``values.get``."""

    valueRanges: list[_ValueRange[RowT]] = []  # noqa: N815 - Google's name

    def only_range(self) -> _ValueRange[RowT]:
        """The one range that was asked for, which must begin at the sheet's first cell."""
        ranges = self.valueRanges or ([self] if self.range or self.values else [])
        if len(ranges) != 1:
            raise ValueError(f"one range of cells was expected, {len(ranges)} came")
        # Of a cut answer the range may still be to come.
        if ranges[0].range and not _FROM_FIRST_CELL.fullmatch(ranges[0].range):
            raise ValueError(f"the range {ranges[0].range} does not begin at A1")
        return ranges[0]


_FROM_FIRST_CELL = re.compile(r"(?:.*!)?A1(?::[A-Z]+\d*)?", re.DOTALL)

# What a good cell is. One that is something else leaves its row a list, to be read cell by cell.
_Scalar = str | int | float | bool | None
_Text = Annotated[str, Strict()]
_Serial = Annotated[float, Strict(), Field(ge=36526, lt=400_000, allow_inf_nan=False)]
_Money = Annotated[float, Strict(), Field(ge=0.005, lt=1e15, allow_inf_nan=False)]
_IN_ORDER = Field(union_mode="left_to_right")
_TYPES: Mapping[Kind | None, Any] = {
    Kind.IDENTIFIER: _Text,
    Kind.TEXT: _Text,
    Kind.AMOUNT: Annotated[_Money | Literal[""], _IN_ORDER],
    Kind.MOMENT: Annotated[_Serial | Literal[""], _IN_ORDER],
    None: _Scalar,
}

#: Enough for the first rows of nearly every log.
_HEAD_BYTES = 1 << 16


def read_head(values: bytes, names: Mapping[str, str], start: int = 0) -> tuple[Layout, int]:
    """The log's layout and the width of its widest row, from the first rows of the answer.

    Args:
        values: The answer.
        names: Comparable header to field.
        start: Where the log's range begins; 0 where it is the only one.

    Raises:
        LayoutError: The answer is no table of cells, or has no header row.
    """
    rows = _first_rows(values, start)
    return find_layout(rows, names), max(map(len, rows), default=0)


def _as_decoded(first: int, rows: list[Cells]) -> list[Cells]:  # noqa: ARG001
    return rows


def decode_rows(
    values: bytes, layout: Layout, width: int, start: int = 0, share: Share = _as_decoded
) -> list[Cells]:
    """All rows of the log, the first one first; blank cells are "".

    Args:
        values: The answer.
        layout: The log's layout.
        width: The width of its widest row.
        start: Where its range begins; 0 where it is the only one.
        share: Called with some thousands of rows at a time: what it puts in their place is kept, so
            that a long log that is known already is never there twice.

    Raises:
        LayoutError: The answer is no table of cells.
    """
    kinds: list[Kind | None] = [None] * max(width, len(layout.headers))
    for field, index in layout.columns.items():
        kinds[index] = _kind(field)
    whole, rows_alone = _rows_of(tuple(kinds))
    rows: list[Cells] = []
    for part in _decoded_in_parts(whole, rows_alone, values, start):
        rows += share(len(rows), part)
    return rows


_RANGES = re.compile(rb'"valueRanges"\s*:\s*\[\s*')
_AFTER_RANGE = re.compile(rb"\s*,\s*")
_DECODER = json.JSONDecoder()


#: The rows of a range as they came, untyped.
RawRows: TypeAlias = tuple[tuple[Any, ...], ...]


def leading_ranges(values: bytes, count: int) -> tuple[tuple[RawRows, ...], int]:
    """The rows of each of the first ranges of an answer, and where the range after them begins.

    What follows may be large: it is neither looked at nor copied. An answer that is something else,
    or has no range after these, tells of them nothing, and begins at 0.
    """
    found = _RANGES.search(values) if count else None
    start = found.end() if found else 0
    ranges: list[RawRows] = []
    while start and len(ranges) < count:
        rows, start = _leading_range(values, start)
        ranges.append(rows)
    return (tuple(ranges), start) if start else (((),) * count, 0)


def _leading_range(values: bytes, start: int) -> tuple[RawRows, int]:
    """The rows of the range at a place, and where the next one begins; 0 where it cannot be told."""
    size = _HEAD_BYTES
    while True:
        head = values[start : start + size].decode(errors="ignore")
        try:
            first, end = _DECODER.raw_decode(head)
        except ValueError:
            if start + size >= len(values):
                return (), 0
            size *= 16
            continue
        comma = _AFTER_RANGE.match(values, start + len(head[:end].encode()))
        if comma is None or not isinstance(first, dict):
            return (), 0
        rows = cast("dict[str, Any]", first).get("values") or []
        return tuple(map(tuple, rows)), comma.end()


#: What stands before the first range: what was skipped is not needed, and what follows is an answer.
_OPENING = b'{"valueRanges":['


def _from(values: bytes, start: int, end: int) -> bytes:
    """A beginning of the answer, as if the ranges before a place had not been asked for."""
    return _OPENING + values[start:end] if start else values[:end]


def _first_rows(values: bytes, start: int) -> list[Cells]:
    size = _HEAD_BYTES
    while start + size < len(values):
        # The last of these rows may be cut in two.
        rows = _decoded_partly(_from(values, start, start + size))[:-1]
        if len(rows) > ROWS_SEARCHED:
            return rows
        size *= 16
    return _decoded(_ANY_ROWS, _from(values, start, len(values)))


_ANY_ROWS: TypeAdapter[Any] = TypeAdapter(_Answer[list[_Scalar]])


def _decoded(adapter: TypeAdapter[Any], values: bytes) -> list[Cells]:
    try:
        return adapter.validate_json(values).only_range().values
    except ValueError as error:
        raise _no_table(error) from error


#: So much of an answer is decoded at a time: what JSON is on the way weighs more than the rows.
_PART_BYTES = 1 << 19
_BEFORE_ROWS = re.compile(rb'"values"\s*:\s*\[\s*(?=\[)')
_BETWEEN_ROWS = re.compile(rb"\]\s*,\s*(?=\[)")
#: So often a part may have been cut within a text that holds the very signs between two rows.
_CUTS = 8


def _decoded_in_parts(
    whole: TypeAdapter[Any], rows_alone: TypeAdapter[Any], values: bytes, start: int
) -> Iterator[list[Cells]]:
    """All rows, some thousands of them after the others; what cannot be cut is decoded whole."""
    found = _BEFORE_ROWS.search(values, start, start + _HEAD_BYTES)
    if found is None or len(values) - start < 2 * _PART_BYTES:
        yield _decoded(whole, _from(values, start, len(values)))
        return
    place = found.end()
    while len(values) - place > 2 * _PART_BYTES:
        part, following = _next_part(rows_alone, values, place)
        if not part:
            break
        yield part
        place = following
    yield _decoded(whole, _from(values, start, found.end()) + values[place:])


def _next_part(rows_alone: TypeAdapter[Any], values: bytes, start: int) -> tuple[list[Cells], int]:
    """The rows from a place on, and where the row after them begins; no rows where it cannot be told.

    A part that was cut within a text is no JSON, so the next cut is tried.
    """
    cuts = _BETWEEN_ROWS.finditer(values, start + _PART_BYTES)
    for cut in islice(cuts, _CUTS):
        try:
            return rows_alone.validate_json(b"[%b]" % values[start : cut.start() + 1]), cut.end()
        except ValueError:
            continue
    return [], start


def _decoded_partly(beginning: bytes) -> list[Cells]:
    text = beginning.decode(errors="ignore")
    try:
        answer = from_json(text, allow_partial=True)
        return _ANY_ROWS.validate_python(answer).only_range().values
    except ValueError as error:
        raise _no_table(error) from error


def _no_table(error: ValueError) -> LayoutError:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        detail = f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
    else:
        detail = str(error)
    return LayoutError(
        f"The answer to the read is no table of cells ({detail}). "
        "Check that the base URL leads to Google's API or to a local sheet, and try again."
    )


def _kind(field: str) -> Kind | None:
    column = BY_FIELD.get(field, CUSTOMER_AND_ORDER)
    return None if column.writer is Writer.US else column.kind


@lru_cache(maxsize=16)
def _rows_of(kinds: tuple[Kind | None, ...]) -> tuple[TypeAdapter[Any], TypeAdapter[Any]]:
    """What decodes an answer with rows of such columns, and what such rows alone.

    A sheet whose headers stay the same needs it built once.
    """

    def fill(namespace: dict[str, Any]) -> None:
        fields = [f"column_{index}" for index in range(len(kinds))]
        namespace["__module__"] = __name__
        namespace["__annotations__"] = dict(
            zip(fields, (_TYPES[kind] for kind in kinds), strict=True)
        )
        # Google leaves trailing blanks out.
        namespace.update(dict.fromkeys(fields, ""))

    typed_row: Any = types.new_class("TypedRow", (NamedTuple,), {}, fill)
    # Indexed as values: these types exist only once the headers have been read.
    row: Any = cast("Any", Annotated)[typed_row | list[_Scalar], _IN_ORDER]
    return TypeAdapter(cast("Any", _Answer)[row]), TypeAdapter(cast("Any", list)[row])
