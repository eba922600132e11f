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
    pieces: list[str] = []
    if pretty:
        _pretty(body, "", pieces)
    else:
        pieces.append(_compact.encode(body))
    pieces.append("\n")
    return "".join(pieces).encode()


def _pretty(value: Any, indent: str, pieces: list[str]) -> None:
    deeper = indent + _STEP
    if isinstance(value, dict) and value:
        opening = f"{{\n{deeper}"
        for name, item in value.items():
            pieces.append(f"{opening}{_compact.encode(name)}: ")
            opening = f",\n{deeper}"
            if name == "values" and item and isinstance(item[0], list):
                _table(item, deeper, pieces)
            else:
                _pretty(item, deeper, pieces)
        pieces.append(f"\n{indent}}}")
    elif isinstance(value, list) and value:
        opening = f"[\n{deeper}"
        for item in value:
            pieces.append(opening)
            opening = f",\n{deeper}"
            _pretty(item, deeper, pieces)
        pieces.append(f"\n{indent}]")
    else:
        pieces.append(_compact.encode(value))


def _table(rows: list[list[Any]], indent: str, pieces: list[str]) -> None:
    """Rows of scalars, encoded in one go by the fast encoder with line breaks for separators.

    A raw line break cannot be inside a JSON string, so what looks like the end of a row is one.
    """
    deeper = indent + _STEP
    inner = deeper + _STEP
    encoder = json.JSONEncoder(ensure_ascii=False, separators=(",\n" + inner, ": "), default=_other)
    opening, closing = f"[\n{inner}", f"\n{deeper}]"
    text = encoder.encode(rows)[2:-2]
    text = text.replace(f"],\n{inner}[", f"{closing},\n{deeper}{opening}")
    pieces += [f"[\n{deeper}", opening, text, closing, f"\n{indent}]"]
    if not all(rows):
        blank = "".join(pieces[-4:-1]).replace(opening + closing, "[]")
        pieces[-4:-1] = [blank]
