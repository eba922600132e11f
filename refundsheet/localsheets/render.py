"""JSON as Google writes it: two spaces, UTF-8, a final newline; fast for long tables."""

from __future__ import annotations

import json
from typing import Any

from refundsheet.localsheets.display import CellError

_STEP = "  "


def _other(value: object) -> str:
    if isinstance(value, CellError):
        return value.text
    raise TypeError(type(value).__name__)


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_other)


def dumps(body: Any, *, pretty: bool) -> bytes:
    """The body as bytes. An error in a cell is written as its text, such as `#REF!`."""
    if pretty:
        return (_pretty(body, "") + "\n").encode()
    return (_compact.encode(body) + "\n").encode()


def _pretty(value: Any, indent: str) -> str:
    if isinstance(value, dict) and value:
        deeper = indent + _STEP
        members = [
            f"{deeper}{_compact.encode(name)}: {_item(name, item, deeper)}"
            for name, item in value.items()
        ]
        return "{\n" + ",\n".join(members) + "\n" + indent + "}"
    if isinstance(value, list) and value:
        deeper = indent + _STEP
        items = [deeper + _pretty(item, deeper) for item in value]
        return "[\n" + ",\n".join(items) + "\n" + indent + "]"
    return _compact.encode(value)


def _item(name: str, item: Any, indent: str) -> str:
    if name == "values" and item and isinstance(item[0], list):
        return _table(item, indent)
    return _pretty(item, indent)


def _table(rows: list[list[Any]], indent: str) -> str:
    """Rows of scalars, encoded by the fast encoder with line breaks for separators."""
    deeper = indent + _STEP
    inner = deeper + _STEP
    encoder = json.JSONEncoder(ensure_ascii=False, separators=(",\n" + inner, ": "), default=_other)
    opening, closing = f"[\n{inner}", f"\n{deeper}]"
    if all(rows):
        # In one go: a raw line break cannot be inside a JSON string, so it always ends a row.
        text = encoder.encode(rows)[2:-2]
        text = text.replace(f"],\n{inner}[", f"{closing},\n{deeper}{opening}")
        return f"[\n{deeper}{opening}{text}{closing}\n{indent}]"
    lines = [f"{opening}{encoder.encode(row)[1:-1]}{closing}" if row else "[]" for row in rows]
    return f"[\n{deeper}" + f",\n{deeper}".join(lines) + f"\n{indent}]"
