"""Cell formats: shared between cells, colours kept in both of Google's spellings, defaults."""

from __future__ import annotations

import json
from typing import Any
from weakref import WeakValueDictionary

from refundsheet.localsheets import masks, schema
from refundsheet.localsheets.display import NumberFormat
from refundsheet.localsheets.masks import Mask
from refundsheet.localsheets.schema import Json


class CellFormat:
    """A userEnteredFormat; two equal ones are one object, so a log's column costs nothing."""

    __slots__ = ("__weakref__", "data", "number_format")

    def __init__(self, data: Json) -> None:
        self.data = data
        number: Json | None = data.get("numberFormat")
        self.number_format = (
            NumberFormat(number.get("type", ""), number.get("pattern", "")) if number else None
        )


_shared: WeakValueDictionary[str, CellFormat] = WeakValueDictionary()


def share(data: Json) -> CellFormat | None:
    """The one object for a format; None for an empty one. The data must not change afterwards."""
    if not data:
        return None
    key = json.dumps(data, sort_keys=True)
    found = _shared.get(key)
    if found is None:
        found = _shared[key] = CellFormat(data)
    return found


def with_number_format(old: CellFormat | None, number: NumberFormat | None) -> CellFormat | None:
    """The format with its number format exchanged (None takes it away)."""
    data = {} if old is None else dict(old.data)
    data.pop("numberFormat", None)
    if number is not None:
        shown = {"type": number.type} | ({"pattern": number.pattern} if number.pattern else {})
        data = {"numberFormat": shown} | data
    return share(data)


def without(old: CellFormat | None, field: str) -> CellFormat | None:
    """The format without one of its fields."""
    if old is None or field not in old.data:
        return old
    return share({name: value for name, value in old.data.items() if name != field})


def merge(message: str, mask: Mask, old: Json, new: Json) -> Json:
    """`old` with the masked fields of `new`; a colour and its ColorStyle twin change together."""
    both = mirror_colors(message, schema.omit_defaults(message, new))
    return _ordered(message, masks.merge(_widened(message, mask), old, both))


def _ordered(message: str, body: Json) -> Json:
    return {name: body[name] for name in schema.fields_of(message) if name in body}


def _widened(message: str, mask: Mask) -> Mask:
    """The mask with the twin of each colour it names."""
    fields = schema.fields_of(message)
    wide: Mask = {}
    for name, below in mask.items():
        twins = _twins(name, fields)
        if twins:
            wide |= {twin: {} for twin in twins}
        elif below and fields.get(name, "") in {"TextFormat", "Borders", "Border"}:
            wide[name] = _widened(fields[name], below)
        else:
            wide[name] = below
    return wide


def _twins(name: str, fields: dict[str, str]) -> tuple[str, ...]:
    plain = name.removesuffix("Style")
    styled = plain + "Style"
    if fields.get(plain) == "Color" and fields.get(styled) == "ColorStyle":
        return plain, styled
    return ()


def mirror_colors(message: str, body: Json) -> Json:
    """The body with each colour in both spellings; the ColorStyle decides where they differ."""
    fields = schema.fields_of(message)
    filled = {name: _mirror_inside(fields[name], value) for name, value in body.items()}
    for name, kind in fields.items():
        if kind != "ColorStyle" or not _twins(name, fields):
            continue
        plain = name.removesuffix("Style")
        if filled.get(name) == {}:  # a style of no colour takes the colour away (recorded)
            filled = {key: value for key, value in filled.items() if key not in {name, plain}}
        elif name in filled:
            filled[plain] = _rgb(filled[name])
        elif plain in filled:
            filled[name] = {"rgbColor": filled[plain]}
    return _ordered(message, filled)


def _mirror_inside(kind: str, value: Any) -> Any:
    if schema.is_message(kind):
        return mirror_colors(kind, value)
    if kind.startswith("[") and schema.is_message(kind[1:-1]):
        return [mirror_colors(kind[1:-1], item) for item in value]
    return value


def _rgb(style: Json) -> Json:
    if "themeColor" in style:
        return _THEME_RGB.get(style["themeColor"], {})
    return style.get("rgbColor", {})


def _color(red: float, green: float, blue: float) -> Json:
    channels = {"red": red, "green": green, "blue": blue}
    return {name: schema.plain_number(value) for name, value in channels.items() if value}


_WHITE = _color(1, 1, 1)
_THEME_RGB = {
    "TEXT": {},
    "BACKGROUND": _WHITE,
    "ACCENT1": _color(0.25882354, 0.52156866, 0.95686275),
    "ACCENT2": _color(0.91764706, 0.2627451, 0.20784314),
    "ACCENT3": _color(0.9843137, 0.7372549, 0.015686275),
    "ACCENT4": _color(0.20392157, 0.65882355, 0.3254902),
    "ACCENT5": _color(1, 0.42745098, 0.003921569),
    "ACCENT6": _color(0.27450982, 0.7411765, 0.7764706),
    "LINK": _color(0.06666667, 0.33333334, 0.8),
}

#: What a new spreadsheet has (recorded).
DEFAULT_FORMAT: Json = {
    "backgroundColor": _WHITE,
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": {
        "foregroundColor": {},
        "fontFamily": "arial,sans,sans-serif",
        "fontSize": 10,
        "bold": False,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "foregroundColorStyle": {"rgbColor": {}},
    },
    "backgroundColorStyle": {"rgbColor": _WHITE},
}
DEFAULT_THEME: Json = {
    "primaryFontFamily": "Arial",
    "themeColors": [
        {"colorType": name, "color": {"rgbColor": color}} for name, color in _THEME_RGB.items()
    ],
}


def effective(default: Json, alignment: str, *layers: Json) -> Json:
    """The format a cell is shown with: the book's default, and each layer over those before it."""
    merged = default | {"horizontalAlignment": alignment, "hyperlinkDisplayType": "PLAIN_TEXT"}
    for layer in layers:
        text = merged.get("textFormat", {}) | layer.get("textFormat", {})
        merged = merged | layer | {"textFormat": text}
    return _ordered("CellFormat", merged)
