"""A formula's text cut into tokens: references, functions, literals and signs, none of it lost."""

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

#: A column name has at most three letters; `ZZZ` is Google's last column.
LAST_COLUMN = 18_278
LETTERS = 26


class Kind(Enum):
    """What a token is."""

    TEXT = auto()
    NUMBER = auto()
    REFERENCE = auto()
    FUNCTION = auto()
    NAME = auto()
    ERROR = auto()
    OPEN = auto()
    CLOSE = auto()
    BRACE_OPEN = auto()
    BRACE_CLOSE = auto()
    SEPARATOR = auto()
    SPACE = auto()
    OPERATOR = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class End:
    """One end of a reference, zero-based; a whole column has no row and a whole row no column."""

    row: int | None
    column: int | None
    #: Whether a `$` stands before it.
    row_fixed: bool
    column_fixed: bool

    @property
    def text(self) -> str:
        """The end as a formula writes it, such as `$A1`."""
        column = "" if self.column is None else column_name(self.column)
        row = "" if self.row is None else str(self.row + 1)
        before_column = "$" if self.column_fixed else ""
        before_row = "$" if self.row_fixed else ""
        return f"{before_column}{column}{before_row}{row}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell or range a formula names."""

    #: The sheet's title without quotes; None for the formula's own sheet.
    sheet: str | None
    first: End
    #: None for a single cell.
    last: End | None

    @property
    def text(self) -> str:
        """The reference as a formula writes it, such as `'Refund Log'!A2:A`."""
        sheet = "" if self.sheet is None else f"{quoted_title(self.sheet)}!"
        last = "" if self.last is None else f":{self.last.text}"
        return f"{sheet}{self.first.text}{last}"

    def on(self, sheet: str | None) -> "Reference":
        """The same cells of another sheet."""
        return replace(self, sheet=sheet)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a formula; the texts of all tokens in their order are the formula."""

    kind: Kind
    text: str
    reference: Reference | None = None


_END = r"(?:\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,7}|\$?[A-Za-z]{1,3}|\$?[1-9][0-9]{0,7})"
_CELL = r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,7}"
_PART = r"\[[^\[\]]*+\]"
#: A part of a table, or two of them that meet: `[Amount]`, `[[#HEADERS],[Amount]]`.
_BRACKET = rf"{_PART}|\[{_PART}\s*+[,;]\s*+{_PART}\]"
#: Quotes are matched without second thoughts (`++`): a run of them would take minutes otherwise.
_TOKEN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<text>"(?:[^"]|"")*+")
    | (?P<reference>
        (?P<sheet>(?:'(?:[^']|'')++'|[^\W\d][\w.]*)!)?
        (?P<cells>{_END}:{_END}|{_CELL})
        (?![\w(!.\[])
      )
    | (?P<error>(?:(?:'(?:[^']|'')++'|[^\W\d][\w.]*)!)?
        \#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|ERROR!))
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<function>[^\W\d][\w.]*)(?=\s*\()
    | (?P<name>(?:'(?:[^']|'')++'!|[^\W\d][\w.]*!)?[^\W\d][\w.]*+(?:{_BRACKET})?+)
    | (?P<open>\()
    | (?P<close>\))
    | (?P<brace_open>\{{)
    | (?P<brace_close>\}})
    | (?P<separator>[,;\\])
    | (?P<operator><>|<=|>=|[-+*/^&=<>%:!\#@])
    | (?P<unknown>'+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_BETWEEN_PARTS = re.compile(r"\]\s*[,;]\s*\[")
_PARTS = re.compile(r"(\$?)([A-Za-z]*)(\$?)([0-9]*)")
_BARE_TITLE = re.compile(r"[^\W\d]\w*")
_CELL_LIKE = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*|TRUE|FALSE", re.IGNORECASE)


def column_name(column: int) -> str:
    """The letters of a zero-based column: 0 is A, 26 is AA."""
    name = ""
    number = column + 1
    while number:
        number, letter = divmod(number - 1, LETTERS)
        name = chr(ord("A") + letter) + name
    return name


def column_number(name: str) -> int:
    """The zero-based number of a column's letters."""
    number = 0
    for letter in name.upper():
        number = number * LETTERS + ord(letter) - ord("A") + 1
    return number - 1


def name_key(text: str) -> str:
    """What is the same for all ways of writing one name: letter case, spaces between two parts."""
    return _BETWEEN_PARTS.sub("],[", text).casefold()


def quoted_title(title: str) -> str:
    """A sheet's title as a formula writes it: in quotes unless it is a plain word."""
    if _BARE_TITLE.fullmatch(title) and not _CELL_LIKE.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def plain_title(text: str) -> str:
    """A sheet's title from how a formula writes it."""
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def tokens_of(formula: str) -> list[Token]:
    """The tokens of a formula, its leading `=` included."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(formula):
        reference = _reference(match) if match["reference"] else None
        tokens.append(Token(_kind(match), match[0], reference))
    return tokens


def _kind(match: re.Match[str]) -> Kind:
    if match["reference"]:
        return Kind.REFERENCE
    return Kind[(match.lastgroup or "unknown").upper()]


def _reference(match: re.Match[str]) -> Reference:
    sheet = match["sheet"]
    first, _, last = match["cells"].partition(":")
    return Reference(
        sheet=plain_title(sheet[:-1]) if sheet else None,
        first=_end(first),
        last=_end(last) if last else None,
    )


def _end(text: str) -> End:
    match = _PARTS.fullmatch(text)
    if match is None:
        raise ValueError(text)
    dollar, letters, second_dollar, digits = match.groups()
    if not letters:
        return End(int(digits) - 1, None, row_fixed=bool(dollar), column_fixed=False)
    return End(
        row=int(digits) - 1 if digits else None,
        column=column_number(letters),
        row_fixed=bool(second_dollar),
        column_fixed=bool(dollar),
    )
