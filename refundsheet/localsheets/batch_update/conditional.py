"""Conditional format rules: an ordered list a tab, the first rule that holds wins."""

from __future__ import annotations

from refundsheet.localsheets import references, rule_formulas
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.batch_update.conditions import FORMATTING, check_condition
from refundsheet.localsheets.batch_update.objects import normal
from refundsheet.localsheets.entry import enter
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.ranges import grid_box, grid_range, grid_sheet, open_box
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet

_FIELD = "conditionalFormats"
_NO_VALUE = frozenset({"MIN", "MAX"})
#: What a rule may set of a format (documented).
_TEXT = frozenset({"bold", "italic", "strikethrough", "underline", "foregroundColor"})


def rules_of(sheet: Sheet) -> list[Json]:
    """The rules of a tab in their order."""
    return list(sheet.objects.get(_FIELD, ()))


def put_rules(sheet: Sheet, rules: list[Json]) -> None:
    """Replace the rules of a tab."""
    sheet.put_objects(_FIELD, tuple(rules))


def add_rule(book: Spreadsheet, request: Json) -> None:
    """Add a rule at its index; those from there on move down."""
    sheet, rule = _checked(book, request.get("rule", {}))
    rules, index = rules_of(sheet), request.get("index", 0)
    if not 0 <= index <= len(rules):
        raise RequestError(f"Invalid conditional format index: {index}")
    rules.insert(index, rule)
    put_rules(sheet, rules)


def update_rule(book: Spreadsheet, request: Json) -> Json:
    """Replace a rule, or move it to `newIndex`."""
    if ("rule" in request) == ("newIndex" in request):
        raise RequestError("Exactly one of rule or newIndex must be specified.")
    if "rule" in request:
        sheet, rule = _checked(book, request["rule"])
        old, rules = _rule_at(sheet, request), rules_of(sheet)
        index = request.get("index", 0)
        rules[index] = rule
        put_rules(sheet, rules)
        return {"newRule": rule, "newIndex": index, "oldRule": old}
    return _move_rule(book, request)


def _move_rule(book: Spreadsheet, request: Json) -> Json:
    sheet = grid_sheet(book, request.get("sheetId", 0))
    rule, rules = _rule_at(sheet, request), rules_of(sheet)
    old, new = request.get("index", 0), request["newIndex"]
    if not 0 <= new < len(rules):
        raise RequestError(f"Invalid conditional format index: {new}")
    rules.insert(new, rules.pop(old))
    put_rules(sheet, rules)
    return {"newRule": rule, "newIndex": new, "oldIndex": old}


def delete_rule(book: Spreadsheet, request: Json) -> Json:
    """Delete the rule at an index; those after it move up."""
    sheet = grid_sheet(book, request.get("sheetId", 0))
    rule, rules = _rule_at(sheet, request), rules_of(sheet)
    del rules[request.get("index", 0)]
    put_rules(sheet, rules)
    return {"rule": rule}


def _rule_at(sheet: Sheet, request: Json) -> Json:
    rules, index = rules_of(sheet), request.get("index", 0)
    if not 0 <= index < len(rules):
        raise RequestError(f"No conditional format on sheet: {sheet.sheet_id} at index: {index}")
    return rules[index]


def _checked(book: Spreadsheet, body: Json) -> tuple[Sheet, Json]:
    """A rule as it is stored, and its tab."""
    boxes = [grid_box(book, found) for found in body.get("ranges", [])]
    if not boxes:
        raise RequestError("ConditionalFormatRule.ranges must contain at least one range.")
    if len({box.sheet_id for box in boxes}) > 1:
        raise RequestError("ConditionalFormatRule.ranges must all be on the same sheet.")
    if "booleanRule" not in body and "gradientRule" not in body:
        raise RequestError("No rule specified.")
    if "booleanRule" in body and "gradientRule" in body:
        raise RequestError("ConditionalFormatRule can only have one of booleanRule, gradientRule.")
    if "booleanRule" in body:
        _check_boolean(body["booleanRule"])
    else:
        body = {**body, "gradientRule": _checked_gradient(book, body["gradientRule"])}
    kept = {**body, "ranges": [grid_range(box) for box in boxes]}
    return book.sheet(boxes[0].sheet_id), normal("ConditionalFormatRule", kept)


def _check_boolean(rule: Json) -> None:
    check_condition(rule.get("condition", {}), FORMATTING)
    look: Json = rule.get("format", {})
    named = set(look) - {"backgroundColor", "backgroundColorStyle", "textFormat"}
    named |= {
        name for name in look.get("textFormat", {}) if name.removesuffix("Style") not in _TEXT
    }
    if named:
        raise RequestError(
            "ConditionalFormatRule.format can only specify bold, italic, strikethrough, "
            "foreground color and background color."
        )


def _checked_gradient(book: Spreadsheet, gradient: Json) -> Json:
    """The points checked; a MIN or MAX point loses the value it came with (observed)."""
    checked: Json = {}
    for name in ("minpoint", "midpoint", "maxpoint"):
        point: Json = gradient.get(name, {})
        if name != "midpoint" or name in gradient:
            checked[name] = _checked_point(book, point)
    return checked


def _checked_point(book: Spreadsheet, point: Json) -> Json:
    kind = point.get("type", "INTERPOLATION_POINT_TYPE_UNSPECIFIED")
    if kind == "INTERPOLATION_POINT_TYPE_UNSPECIFIED":
        raise RequestError("No interpolationPointType specified.")
    if kind in _NO_VALUE:
        return {name: value for name, value in point.items() if name != "value"}
    text = point.get("value", "")
    if not text:
        raise RequestError("InterpolationPoint.value is required.")
    typed = enter(text, locale=book.locale, today=book.local_now.date())
    if typed.formula is None and not isinstance(typed.value, float):
        raise RequestError(f"Invalid InterpolationPoint.value: {text}")
    return point


def copy_rules(book: Spreadsheet, source: Box, target: Box) -> None:
    """Let the rules over copied cells hold where they were pasted; on another tab, as new rules."""
    if source == target:
        return
    origin, goal = book.sheet(source.sheet_id), book.sheet(target.sheet_id)
    over = [rule for rule in rules_of(origin) if _holds(book, rule, source)]
    pasted = grid_range(target)
    if origin is not goal:
        new = [{**_as_read_at(origin, rule, target), "ranges": [pasted]} for rule in over]
        put_rules(goal, [*rules_of(goal), *new])
        return
    grown = [
        {**rule, "ranges": [*rule["ranges"], pasted]}
        if rule in over and not _holds(book, rule, target)
        else rule
        for rule in rules_of(goal)
    ]
    put_rules(goal, grown)


def _as_read_at(sheet: Sheet, rule: Json, target: Box) -> Json:
    """A rule whose formulas are written for another first cell, as a copy would read there."""
    first = sheet.bounded(rule["ranges"][0])
    rows = target.row_start - first.row_start
    columns = target.column_start - first.column_start
    return rule_formulas.changed(
        "ConditionalFormatRule", rule, lambda text: references.shift(text, rows, columns)
    )


def _holds(book: Spreadsheet, rule: Json, box: Box) -> bool:
    return any(open_box(book, body).holds(box) for body in rule["ranges"])


HANDLERS = {
    "addConditionalFormatRule": add_rule,
    "updateConditionalFormatRule": update_rule,
    "deleteConditionalFormatRule": delete_rule,
}
