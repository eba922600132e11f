"""Answers about very many cells, decoded a row at a time: as objects they weigh ten times their text."""

import json
import re
from codecs import utf_8_decode
from collections.abc import Generator, Iterator
from typing import Any

#: What a JSON answer is once it has been taken apart.
Json = dict[str, Any]

#: An answer of fewer bytes is decoded at once.
LONG = 1 << 20
#: So much of a longer one is decoded at a time; rows that are shorter than this stay a list.
_WINDOW = 1 << 18

# Within a text a quote has a backslash before it, so this stands nowhere but before rows.
_BEFORE_ROWS = re.compile(rb'"rowData"\s*:\s*(?=\[)')
_SIGN = re.compile(r"\s*(\[?\s*\]|[\[,])\s*")
_DECODER = json.JSONDecoder()


class Rows:
    """The rows of a ``GridData``, decoded one after the other, and anew each time they are gone through."""

    def __init__(self, body: bytes, start: int) -> None:
        self._body, self._start = body, start

    def __iter__(self) -> Iterator[Json]:
        return _entries(self._body, self._start)


def take_apart(body: bytes) -> Json:
    """A JSON answer; in a long one each ``rowData`` of some length is ``Rows``, else a list as ever.

    Raises:
        ValueError: It is no JSON.
    """
    if len(body) < LONG:
        return json.loads(body)
    rest: list[bytes] = []
    long_ones: dict[str, Rows] = {}
    done = 0
    for found in _BEFORE_ROWS.finditer(body):
        start, end = found.end(), _end_of(body, found.end())
        if end - start > _WINDOW:
            name = f"rows {len(long_ones)}"
            long_ones[name] = Rows(body, start)
            rest += body[done:start], json.dumps(name).encode()
            done = end
    answer = json.loads(b"".join((*rest, body[done:])))
    for data in _grids(answer):
        rows = data.get("rowData")
        if isinstance(rows, str):
            data["rowData"] = long_ones[rows]
    return answer


def _grids(answer: Json) -> Iterator[Json]:
    """Every ``GridData`` of a spreadsheet, be it the answer or what an update tells of."""
    for sheet in answer.get("updatedSpreadsheet", answer).get("sheets", ()):
        yield from sheet.get("data", ())


def _end_of(body: bytes, start: int) -> int:
    entries = _entries(body, start)
    while True:
        try:
            next(entries)
        except StopIteration as finished:
            return finished.value


def _entries(body: bytes, start: int) -> Generator[Any, None, int]:
    """The entries of the array that begins at a place; returns the place after its end.

    Raises:
        ValueError: It has no end.
    """
    size = _WINDOW
    while True:
        text, _ = utf_8_decode(body[start : start + size], "strict", False)
        done = 0
        while sign := _SIGN.match(text, done):
            if sign[1].endswith("]"):
                return start + len(text[: sign.end(1)].encode())
            try:
                entry, end = _DECODER.raw_decode(text, sign.end())
            except ValueError:
                break  # it is cut in two: the next window begins with it
            yield entry
            done = end
        if not done:
            if start + size >= len(body):
                raise ValueError("an array without an end")
            size *= 4
        start += len(text[:done].encode())
