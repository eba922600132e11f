"""The search of a findReplace: a text or a regular expression, and what it is replaced with."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import regex

from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.schema import Json

#: How many seconds a regex may search in one request, which holds up all others.
_LONGEST_SEARCH = 30.0
_JAVA_REFERENCE = re.compile(r"\\(.)|\$(\d)|\$\{(\w+)\}|\$", re.DOTALL)


@dataclass(slots=True)
class Search:
    """What is looked for in each text, and what it is replaced with."""

    pattern: regex.Pattern[str]
    fill: Callable[[regex.Match[str]], str]
    whole: bool
    #: What is left of the time a regex has (some would never end); None for a plain text.
    seconds: float | None

    def __call__(self, text: str) -> tuple[str, int]:
        """The text with its replacements, and how many there were."""
        started = monotonic()
        try:
            return self._replaced(text)
        except TimeoutError as mistake:
            raise RequestError(f"The search takes too long: {self.pattern.pattern}") from mistake
        finally:
            if self.seconds is not None:
                self.seconds = max(self.seconds - (monotonic() - started), 0.0)

    def _replaced(self, text: str) -> tuple[str, int]:
        if not self.whole:
            return self.pattern.subn(self.fill, text, timeout=self.seconds)
        match = self.pattern.fullmatch(text, timeout=self.seconds)
        return (self.fill(match), 1) if match else (text, 0)


def search_of(request: Json) -> Search:
    """What a findReplace asks for.

    Raises:
        RequestError: nothing to find, no regular expression, or a replacement that names no group.
    """
    find, replacement = request.get("find", ""), request.get("replacement", "")
    if not find:
        raise RequestError("The find text must not be empty.")
    by_regex = bool(request.get("searchByRegex"))
    pattern = _pattern(find if by_regex else regex.escape(find), request)
    template = _template(replacement, pattern) if by_regex else _literal(replacement)
    whole = bool(request.get("matchEntireCell"))
    return Search(pattern, template, whole=whole, seconds=_LONGEST_SEARCH if by_regex else None)


def _pattern(text: str, request: Json) -> regex.Pattern[str]:
    flags = regex.RegexFlag(0) if request.get("matchCase") else regex.IGNORECASE
    try:
        return regex.compile(text, flags)
    except regex.error as mistake:
        raise RequestError(f"Invalid regular expression: {text}") from mistake


def _literal(text: str) -> Callable[[regex.Match[str]], str]:
    def fill(_match: regex.Match[str]) -> str:
        return text

    return fill


def _template(text: str, pattern: regex.Pattern[str]) -> Callable[[regex.Match[str]], str]:
    """A Java replacement: `$1` and `${name}` are groups, a backslash takes the next sign as is."""
    for found in _JAVA_REFERENCE.finditer(text):
        number, name = found[2], found[3]
        known = found[1] or (number and int(number) <= pattern.groups)
        if not known and (name is None or name not in pattern.groupindex):
            raise RequestError(f"Invalid replacement: {text}")

    def fill(match: regex.Match[str]) -> str:
        return _JAVA_REFERENCE.sub(
            lambda found: found[1] or match[int(found[2]) if found[2] else found[3]] or "", text
        )

    return fill
