"""Formulas inside rules: how those of formats, filters and validation follow the cells they name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from refundsheet.localsheets import references, schema
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.intervals import ROWS, Move, Shift, Splice
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import OBJECTS, Sheet

Change = Callable[[str], str]
_RULE = "ConditionalFormatRule"
_HOLDERS = ("conditionalFormats", "basicFilter", "filterViews", "slicers")
#: The messages that can hold a formula, with the field it stands in.
_FIELDS = {"ConditionValue": "userEnteredValue", "InterpolationPoint": "value"}


def rewrite(sheet: Sheet, change: Change) -> None:
    """Change every formula in the rules of a tab."""
    for field in _HOLDERS:
        bodies = sheet.objects.get(field, ())
        sheet.put_objects(field, tuple(changed(OBJECTS[field], body, change) for body in bodies))
    _rewrite_validation(sheet, change)


def changed(message: str, body: Json, change: Change) -> Json:
    """A message with the formulas of its conditions and scales changed."""
    for wanted, field in _FIELDS.items():

        def follow(found: Json, field: str = field) -> Json:
            text: str = found.get(field, "")
            return found | {field: change(text)} if text.startswith(("=", "+")) else found

        body = schema.map_messages(message, body, wanted, follow) or body
    return body


def _rewrite_validation(sheet: Sheet, change: Change) -> None:
    """Many cells share a rule: each is changed once."""
    new: dict[int, Json] = {}
    for index, row in enumerate(sheet.rows):
        for column, extra in list((row.more or {}).items()):
            old = extra.validation
            if old is None:
                continue
            if id(old) not in new:
                new[id(old)] = changed("DataValidationRule", old, change)
            if new[id(old)] != old:
                cell = replace(sheet.cell(index, column), validation=new[id(old)])
                sheet.put(index, column, cell)


def follow(sheet: Sheet, shift: Shift, title: str) -> None:
    """Let the formulas in a tab's rules follow a shift of the tab `title`, before the ranges do.

    A conditional format's formula is written for the first cell of its range. Where that cell is
    deleted, it is first read at the first cell that stays, as every other cell reads it.
    """

    def plain(text: str) -> str:
        return references.follow(text, shift, title, own_title=sheet.title)

    rules = sheet.objects.get("conditionalFormats", ())
    sheet.put_objects("conditionalFormats", ())
    rewrite(sheet, plain)
    followed = (_followed(sheet, rule, shift, plain) for rule in rules)
    sheet.put_objects("conditionalFormats", tuple(followed))


def _followed(sheet: Sheet, rule: Json, shift: Shift, plain: Change) -> Json:
    boxes = [sheet.bounded(body) for body in rule["ranges"]]
    if shift.sheet_id != sheet.sheet_id:
        return changed(_RULE, rule, plain)
    down = shift.axis == ROWS
    spans = [
        (box.row_start, box.row_end) if down else (box.column_start, box.column_end)
        for box in boxes
    ]
    if isinstance(shift, Move) and _is_torn(shift, *spans[0]):
        return rule
    rows, columns = _further(boxes, spans, shift)
    return changed(_RULE, rule, lambda text: plain(references.shift(text, rows, columns)))


def _further(boxes: list[Box], spans: list[tuple[int, int]], shift: Shift) -> tuple[int, int]:
    """How far from its first cell the first one lies that a deletion leaves a rule."""
    for box, (start, end) in zip(boxes, spans, strict=True):
        gone = isinstance(shift, Splice) and shift.start <= start < shift.end
        left = shift.end if gone else start
        if left < end:
            rows, columns = (
                box.row_start - boxes[0].row_start,
                box.column_start - boxes[0].column_start,
            )
            return (
                (rows + left - start, columns)
                if shift.axis == ROWS
                else (rows, columns + left - start)
            )
    return 0, 0


def _is_torn(move: Move, start: int, end: int) -> bool:
    """Whether a move takes lines out of a range or brings others in: then the range stays."""
    stays = move.interval(start, end) == (start, end)
    return stays and (move.index(start), move.index(end - 1)) != (start, end - 1)
