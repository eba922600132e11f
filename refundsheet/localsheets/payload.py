"""The JSON of a request's body, as strict as Google's parser where Python's is not."""

import json
import math
import re
from typing import Any

#: How deep objects and lists may stand in each other: the default of Google's parser.
_DEEPEST = 100
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
_TOO_DEEP = "Message too deep. Max recursion depth reached."
_TOO_LARGE = "Number exceeds the range of double."


def read(body: bytes) -> Any:
    """The content of a body.

    Raises:
        ValueError: no JSON, a number beyond a double, half a character, or more than 100 levels.
    """
    try:
        content: Any = json.loads(
            body, parse_int=_integer, parse_float=_double, parse_constant=_constant
        )
    except RecursionError as mistake:
        raise ValueError(_TOO_DEEP) from mistake
    _check_depth(content)
    if _HALF_CHARACTER.search(body):
        _check_characters(content)
    return content


def _integer(text: str) -> int:
    _double(text)
    return int(text)


def _double(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(_TOO_LARGE)
    return number


def _constant(text: str) -> float:
    """Python reads NaN and Infinity; JSON knows neither."""
    raise ValueError(f"Unexpected token. {text}")


def _check_depth(content: Any) -> None:
    level: list[Any] = [content]
    for _ in range(_DEEPEST + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in _inside(outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return
    raise ValueError(_TOO_DEEP)


def _inside(outer: dict[str, Any] | list[Any]) -> Any:
    return outer.values() if isinstance(outer, dict) else outer


def _check_characters(content: Any) -> None:
    """Half of a surrogate pair is no character, and no file can hold it."""
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as mistake:
        raise ValueError("Invalid unicode code point.") from mistake
