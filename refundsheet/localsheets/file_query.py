"""Which files `files.list` shows, in which order, and a page at a time: a part of Drive's language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from refundsheet.localsheets import errors
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.workbook import Spreadsheet

SPREADSHEET_TYPE = "application/vnd.google-apps.spreadsheet"
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<sign>!=|<=|>=|=|<|>|\(|\)) | (?P<word>\w+))\s*""",
    re.VERBOSE,
)
_SIGNS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda found, wanted: found == wanted,
    "!=": lambda found, wanted: found != wanted,
    "<": lambda found, wanted: found < wanted,
    "<=": lambda found, wanted: found <= wanted,
    ">": lambda found, wanted: found > wanted,
    ">=": lambda found, wanted: found >= wanted,
    "contains": lambda found, wanted: wanted.casefold() in found.casefold(),
}
_FIELDS: dict[str, Callable[[Spreadsheet], str]] = {
    "name": lambda book: book.title,
    "mimeType": lambda _: SPREADSHEET_TYPE,
    "trashed": lambda _: "false",
    "createdTime": lambda book: _moment(book.created),
    "modifiedTime": lambda book: _moment(book.modified),
}
_ORDERS: dict[str, Callable[[Spreadsheet], str]] = {
    "name": lambda book: book.title,
    "name_natural": lambda book: book.title.casefold(),
    "createdTime": lambda book: _moment(book.created),
    "modifiedTime": lambda book: _moment(book.modified),
    "recency": lambda book: _moment(book.modified),
    "folder": lambda _: "",
}
#: What Drive knows besides: refused by name.
_UNBUILT = frozenset(
    {"fullText", "viewedByMeTime", "starred", "owners", "writers", "readers", "sharedWithMe"}
    | {"properties", "appProperties", "visibility", "shortcutDetails", "labels"}
    | {"modifiedByMeTime", "quotaBytesUsed", "sharedWithMeTime"}
)
_TIMES = frozenset({"createdTime", "modifiedTime"})


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def selected(books: list[Spreadsheet], query: str, order: str) -> list[Spreadsheet]:
    """The books a query matches; the one changed last comes first unless an order is given.

    Raises:
        ApiError: 400, no query or order; 501, one of Drive's this server does not know.
    """
    found = [book for book in books if _Query(query, book).holds()] if query else list(books)
    found.sort(key=lambda book: book.modified, reverse=True)
    for text in reversed(order.split(",") if order else []):
        name, _, direction = text.strip().partition(" ")
        if name not in _ORDERS or direction not in {"", "desc"}:
            raise _unknown(name)
        found.sort(key=_ORDERS[name], reverse=bool(direction))
    return found


def _unknown(name: str) -> errors.ApiError:
    if name in _UNBUILT:
        return errors.not_built(f"drive.files.list by {name}")
    return errors.drive_invalid("Invalid Value")


class _Query:
    """A query read and answered for one book, clause by clause."""

    def __init__(self, query: str, book: Spreadsheet) -> None:
        self._book = book
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(query):
            match = _TOKEN.match(query, at)
            if not match or not match.lastgroup:
                raise errors.drive_invalid("Invalid Value")
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()

    def holds(self) -> bool:
        answer = self._either()
        if self._tokens:
            raise errors.drive_invalid("Invalid Value")
        return answer

    def _either(self) -> bool:
        answer = self._both()
        while self._next_is("or"):
            answer = self._both() or answer
        return answer

    def _both(self) -> bool:
        answer = self._one()
        while self._next_is("and"):
            answer = self._one() and answer
        return answer

    def _one(self) -> bool:
        if self._next_is("not"):
            return not self._one()
        if self._next_is("("):
            answer = self._either()
            if not self._next_is(")"):
                raise errors.drive_invalid("Invalid Value")
            return answer
        return self._clause()

    def _clause(self) -> bool:
        (kind, left), (_, sign), (_, right) = (self._take() for _ in range(3))
        if sign == "in" and kind == "text" and right == "parents":
            return _plain(left) == "root"
        if sign == "in" and left == "parents":  # the way gspread writes it
            return _plain(right) == "root"
        name = right if sign == "in" else left
        if name not in _FIELDS or sign not in _SIGNS:
            raise _unknown(name)
        return _SIGNS[sign](_FIELDS[name](self._book), _wanted(name, right))

    def _take(self) -> tuple[str, str]:
        if not self._tokens:
            raise errors.drive_invalid("Invalid Value")
        return self._tokens.pop(0)

    def _next_is(self, text: str) -> bool:
        found = bool(self._tokens) and self._tokens[0][1] == text
        if found:
            self._tokens.pop(0)
        return found


def _wanted(name: str, text: str) -> str:
    text = _plain(text)
    if name not in _TIMES:
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as mistake:
        raise errors.drive_invalid("Invalid Value") from mistake
    return _moment(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[:1] in {"'", '"'} else text


def page(count: int, parameters: Json, *, usual: int | None, most: int) -> tuple[slice, Json]:
    """Which of a list to show, and the token of the next page where there is one.

    Raises:
        ApiError: 400, a token no page was given with, or no size.
    """
    token: str = parameters.get("pageToken") or "0"
    size: int | None = parameters.get("pageSize", usual)
    if not token.isdecimal():
        raise errors.drive_invalid("Invalid Value", location="pageToken")
    if size is not None and size < 1:
        raise errors.drive_invalid("Invalid Value", location="pageSize")
    start = int(token)
    end = count if size is None else start + min(size, most)
    return slice(start, end), {"nextPageToken": str(end)} if end < count else {}
