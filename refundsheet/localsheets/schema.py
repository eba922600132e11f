"""Checks and normalises JSON against Google's message types, in Google's words."""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Callable
from functools import cache
from typing import Any

from refundsheet.localsheets import errors
from refundsheet.localsheets.discovery import SCHEMA_FILE

Json = dict[str, Any]
Violations = list[tuple[str, str]]

#: Fields whose zero is written out although proto3 JSON would leave it out (recorded).
_KEEPS_ZERO = {
    "SheetProperties": {"sheetId", "index"},
    "GridRange": {"startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"},
    "DimensionRange": {"startIndex", "endIndex"},
    "ExtendedValue": {"numberValue", "stringValue", "boolValue"},
    "TextFormat": {"bold", "italic", "strikethrough", "underline"},
    "Padding": {"top", "right", "bottom", "left"},
    "SortSpec": {"dimensionIndex"},
    "FilterSpec": {"columnIndex"},
    "GridCoordinate": {"rowIndex", "columnIndex"},
}
#: Repeated query parameters; the condensed table does not tell.
_REPEATED_PARAMETERS = frozenset({"ranges"})
_INT32 = range(-(2**31), 2**31)
_INTEGER_TEXT = re.compile(r"-?\d+\Z")


@cache
def _table(api: str) -> Json:
    return json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))[api]


def fields_of(message: str, api: str = "sheets") -> dict[str, str]:
    """The fields of a message in Google's order, with their short types."""
    return _table(api)["messages"][message]


def is_message(type_name: str, api: str = "sheets") -> bool:
    """Whether a short type names a message (not a scalar, list, map or enum)."""
    return type_name in _table(api)["messages"]


def methods(api: str) -> Json:
    """Every method of the API: verb, path, request and response messages, parameters."""
    return _table(api)["methods"]


def parse(message: str, body: Any, *, at: str = "", api: str = "sheets") -> Json:
    """The body with nulls dropped, names and scalars normalised; `at` is the binding's name.

    Raises:
        ApiError: 400 listing every unknown field, wrong type and unknown enum value.
    """
    parser = _Parser(api)
    parsed = parser.message(message, body, at)
    if parser.violations:
        raise errors.bad_request(parser.violations)
    return parsed


def parse_parameters(method: Json, query: dict[str, list[str]], *, strict: bool) -> Json:
    """A method's query parameters, typed; repeated ones as lists.

    Raises:
        ApiError: 400 for a wrong value, and with `strict` for a name the method does not have.
    """
    parser = _Parser("sheets")
    known: dict[str, str] = method["parameters"]
    parsed: Json = {}
    for key, texts in query.items():
        name = key if key in known else camel(key)
        if name in known:
            parsed[name] = parser.parameter(name, known[name], texts)
        elif strict and key not in _SYSTEM_PARAMETERS:
            parser.violations.append(("", _unknown_parameter(key)))
    if parser.violations:
        raise errors.bad_request(parser.violations)
    return parsed


def _unknown_parameter(key: str) -> str:
    return (
        f'Invalid JSON payload received. Unknown name "{key}": Cannot bind query parameter. '
        f"Field '{key}' could not be found in request message."
    )


#: Parameters every method takes.
_SYSTEM_PARAMETERS = frozenset(
    {
        *("$.xgafv", "access_token", "alt", "callback", "fields", "key", "oauth_token"),
        *("prettyPrint", "quotaUser", "uploadType", "upload_protocol"),
    }
)


class _Parser:
    """One walk over a body, collecting what Google would complain about."""

    def __init__(self, api: str) -> None:
        self._api = api
        self.violations: Violations = []

    def message(self, name: str, body: Any, at: str) -> Json:
        if not isinstance(body, dict):
            self._not_a_message(name, body, at)
            return {}
        parsed: Json = {}
        known = fields_of(name, self._api)
        for key, value in body.items():
            field = key if key in known else camel(key)
            if field not in known:
                self._unknown_field(key, at)
            elif value is not None:
                parsed[field] = self.value(known[field], value, _join(at, field), key, at)
        return {field: parsed[field] for field in known if field in parsed}

    def value(self, kind: str, value: Any, path: str, key: str, at: str) -> Any:
        if kind.startswith("["):
            return self._list(kind[1:-1], value, path)
        if kind.startswith("{"):
            return self._map(kind[1:-1], value, path)
        if isinstance(value, list) and kind != "any":
            self._unknown(key, at, "Proto field is not repeating, cannot start list.")
            return None
        if is_message(kind, self._api):
            return self.message(kind, value, path)
        return self._scalar(kind, value, path)

    def parameter(self, name: str, kind: str, texts: list[str]) -> Any:
        """A query parameter: always text, the last one counts unless the field repeats."""
        last = texts[-1]
        if kind == "bool":
            return self._scalar(kind, last.lower(), name)
        if name in _REPEATED_PARAMETERS:
            return texts
        return self._scalar(kind, last, name) if last else None

    def _list(self, kind: str, value: Any, path: str) -> list[Any]:
        if kind == "[any]":
            return self._cells(value, path)
        items: list[Any] = value if isinstance(value, list) else [value]
        return [
            entry
            for place, item in enumerate(items)
            for entry in self._entries(kind, item, f"{path}[{place}]")
        ]

    def _entries(self, kind: str, item: Any, path: str) -> list[Any]:
        """What an item adds to its list: those of a list inside count as the outer one's own.

        That Google reads them so, two client libraries rely on: gspread-formatting's batches and
        pygsheets send `{"requests": [[...]]}`.
        """
        if isinstance(item, list) and kind != "any":
            return self._list(kind, item, path)
        if item is None and is_message(kind, self._api):
            return []  # nulls are passed over (NGS)
        return [self._item(kind, item, path)]

    def _item(self, kind: str, item: Any, path: str) -> Any:
        if is_message(kind, self._api):
            return self.message(kind, item, path)
        return self._scalar(kind, item, path)

    def _cells(self, value: Any, path: str) -> list[Any]:
        rows: list[Any] = value if isinstance(value, list) else [value]
        for row in rows:
            if not isinstance(row, list):
                self._invalid(path, "type.googleapis.com/google.protobuf.ListValue", row)
        return rows

    def _map(self, kind: str, value: Any, path: str) -> Json:
        if not isinstance(value, dict):
            self._invalid(path, "Map", value)
            return {}
        return {str(key): self._item(kind, item, path) for key, item in value.items()}

    def _scalar(self, kind: str, value: Any, path: str) -> Any:
        if kind.startswith("="):
            return self._enum(kind[1:].split("|"), value, path)
        try:
            return _SCALARS[kind](value)
        except (ValueError, TypeError, OverflowError):
            self._invalid(path, f"TYPE_{_TYPE_NAMES.get(kind, 'STRING')}", value)
            return None

    def _enum(self, names: list[str], value: Any, path: str) -> str | None:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names):
            return names[value]
        if isinstance(value, str) and value in names:
            return value
        self._invalid(path, f"type.googleapis.com/google.apps.sheets.v4.{_enum_name(path)}", value)
        return None

    def _not_a_message(self, name: str, body: Any, at: str) -> None:
        if at:
            self._invalid(at, f"type.googleapis.com/google.apps.sheets.v4.{name}", body)
        else:
            text = "Invalid JSON payload received. Root element must be a message."
            self.violations.append(("", text))

    def _unknown_field(self, key: str, at: str) -> None:
        """Drive takes no notice of a name it does not know (gspread's `withLink`)."""
        if self._api == "sheets":
            self._unknown(key, at, "Cannot find field.")

    def _unknown(self, key: str, at: str, cause: str) -> None:
        place = f" at '{snake(at)}'" if at else ""
        text = f'Invalid JSON payload received. Unknown name "{key}"{place}: {cause}'
        self.violations.append((snake(at), text))

    def _invalid(self, path: str, type_name: str, value: Any) -> None:
        shown = json.dumps(value, ensure_ascii=False)
        shown = shown if isinstance(value, (str, list, dict)) else shown.strip('"')
        text = f"Invalid value at '{snake(path)}' ({type_name}), {shown}"
        self.violations.append((snake(path), text))


def _join(at: str, field: str) -> str:
    return f"{at}.{field}" if at else field


def snake(path: str) -> str:
    """A path of lowerCamel names the way Google's parser prints it."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match[1].lower(), path)


def camel(key: str) -> str:
    """A name as proto JSON writes it, from either spelling."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), key)


def _enum_name(path: str) -> str:
    last = re.sub(r"\[\d+\]\Z", "", path).rsplit(".", 1)[-1]
    return last[:1].upper() + last[1:]


def _int32(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError
    if isinstance(value, str) and not _INTEGER_TEXT.match(value):
        raise ValueError
    number = int(value)
    if number not in _INT32 or (isinstance(value, float) and not value.is_integer()):
        raise ValueError
    return number


def _double(value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return plain_number(number)


def _float(value: Any) -> float | int:
    return float32(_double(value))


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in {"true", "false"}:
        return value == "true"
    raise ValueError


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise TypeError


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "int32": _int32,
    "double": _double,
    "float": _float,
    "bool": _bool,
    "string": _string,
    "mask": _string,
    "any": lambda value: value,
}
_TYPE_NAMES = {"int32": "INT32", "double": "DOUBLE", "float": "FLOAT", "bool": "BOOL"}
_EXACT_INTEGERS = 2**53


def plain_number(number: float) -> float:
    """Integral doubles print as integers in Google's answers."""
    if abs(number) <= _EXACT_INTEGERS and number == int(number):
        return int(number)
    return number


def float32(number: float) -> float | int:
    """The number as a 32-bit float, in the fewest digits that name it (`0.49803922`)."""
    packed = struct.pack("f", number)
    for digits in range(1, 10):
        shown = float(f"{number:.{digits}g}")
        if struct.pack("f", shown) == packed:
            return plain_number(shown)
    return plain_number(struct.unpack("f", packed)[0])


def omit_defaults(message: str, body: Json, api: str = "sheets") -> Json:
    """The body as proto3 JSON writes it: false, 0, "" and [] left out, with the known exceptions."""
    kept: Json = {}
    keeps = _KEEPS_ZERO.get(message, set())
    for field, kind in fields_of(message, api).items():
        if field not in body:
            continue
        value = _omit_inside(kind, body[field], api)
        if isinstance(value, dict) or field in keeps or value:
            kept[field] = value
    return kept


def _omit_inside(kind: str, value: Any, api: str) -> Any:
    if is_message(kind, api):
        return omit_defaults(kind, value, api)
    if kind.startswith("[") and is_message(kind[1:-1], api):
        return [omit_defaults(kind[1:-1], item, api) for item in value]
    if kind.startswith("{") and is_message(kind[1:-1], api):
        return {key: omit_defaults(kind[1:-1], item, api) for key, item in value.items()}
    return value


def map_messages(
    message: str, body: Json, wanted: str, change: Callable[[Json], Json | None]
) -> Json | None:
    """The body with every nested `wanted` message changed; None where a change drops the body.

    A dropped message inside a list or map leaves it; anywhere else it takes its parent with it.
    """
    if message == wanted:
        return change(body)
    changed: Json = {}
    for field, value in body.items():
        kind = fields_of(message)[field]
        if kind.startswith("[") and is_message(kind[1:-1]):
            inner = [map_messages(kind[1:-1], item, wanted, change) for item in value]
            changed[field] = [item for item in inner if item is not None]
        elif kind.startswith("{") and is_message(kind[1:-1]):
            found = {
                key: map_messages(kind[1:-1], item, wanted, change) for key, item in value.items()
            }
            changed[field] = {key: item for key, item in found.items() if item is not None}
        elif is_message(kind):
            new = map_messages(kind, value, wanted, change)
            if new is None:
                return None
            changed[field] = new
        else:
            changed[field] = value
    return changed
