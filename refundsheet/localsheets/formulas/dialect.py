"""Sheets' formulas in the engine's dialect: what it names otherwise, and what it lacks."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from refundsheet.localsheets.formulas.book import Area, Book, Formula, Value
from refundsheet.localsheets.formulas.lookups import Lookups
from refundsheet.localsheets.formulas.tokens import (
    End,
    Kind,
    Reference,
    Token,
    column_name,
    name_key,
    quoted_title,
    tokens_of,
)
from refundsheet.localsheets.formulas.tree import (
    Braces,
    Call,
    FormulaParseError,
    Group,
    Node,
    Sequence,
)

DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - serial numbers have no zone
#: The engine's grid ends here; a reference beyond is lost in it.
ENGINE_COLUMNS = 16_384
ENGINE_ROWS = 1_048_576
#: A spreadsheet has no more cells (sheets-api.md 7).
MOST_CELLS = 10_000_000
NOT_FOUND = "NA()"
LOST = "#REF!"
#: What stands for a part of a table nobody has; the engine has words of its own for brackets.
UNKNOWN = "#NAME?"
#: Functions that stand for a sign between their two arguments.
SIGNS = {
    "ADD": "+",
    "MINUS": "-",
    "MULTIPLY": "*",
    "DIVIDE": "/",
    "EQ": "=",
    "NE": "<>",
    "GT": ">",
    "GTE": ">=",
    "LT": "<",
    "LTE": "<=",
}
#: Functions that only change how a value is shown or spread; the engine spreads arrays anyway.
WRAPPERS = frozenset(
    {"ARRAYFORMULA", "TO_DATE", "TO_PERCENT", "TO_DOLLARS", "TO_PURE_NUMBER", "UPLUS"}
)
RENAMED = {"REGEXMATCH": "REGEXTEST", "FLATTEN": "TOCOL", "ARRAY_CONSTRAIN": "TAKE"}
#: Functions whose result fills more than their own cell.
SPREADING = frozenset(
    {
        "ARRAYFORMULA", "ARRAY_CONSTRAIN", "BYCOL", "BYROW", "CHOOSECOLS", "CHOOSEROWS", "FILTER",
        "FLATTEN", "FREQUENCY", "HSTACK", "MAKEARRAY", "MAP", "SCAN", "SEQUENCE", "SORT", "SPLIT",
        "TOCOL", "TOROW", "TRANSPOSE", "UNIQUE", "VSTACK", "WRAPCOLS", "WRAPROWS",
    }
)  # fmt: skip
#: Functions that can reach any cell: what they read is known only when they run.
REACHING = frozenset({"INDIRECT", "OFFSET"})
ASCENDING = {"TRUE": "1", "FALSE": "-1", "1": "1", "0": "-1"}
_FUNCTION = re.compile(r"[A-Z][A-Z0-9._]*")


@dataclass(slots=True)
class Translation:
    """A formula as the engine reads it, and what it takes to evaluate it."""

    text: str = ""
    #: What it reads.
    areas: list[Area] = field(default_factory=list[Area])
    #: Every function the engine is asked for.
    functions: set[str] = field(default_factory=set[str])
    #: Names of no range, unless the formula itself gives them a meaning.
    names: list[str] = field(default_factory=list[str])
    spreads: bool = False
    reaches_everywhere: bool = False
    #: Whether the formula only repeats one cell, as `=A1` does.
    is_one_cell: bool = False


class Translator:
    """Writes formulas of one book for the engine, at one moment."""

    def __init__(self, book: Book, titles: dict[str, str], now: datetime) -> None:
        """Prepare for a book.

        Args:
            book: the sheets.
            titles: each sheet's title in the engine, which refuses some that Google allows.
            now: what NOW() says, in the spreadsheet's zone.
        """
        self._book = book
        self._titles = titles
        self._lookups = Lookups(book)
        naive = now.replace(tzinfo=None)
        self._now = repr((naive - DAY_ZERO).total_seconds() / 86_400)
        self._today = str(date.toordinal(naive.date()) - DAY_ZERO.toordinal())
        self._special: dict[str, Callable[[Call], str | None]] = {
            "NOW": lambda _: self._now,
            "TODAY": lambda _: self._today,
            "JOIN": self._join,
            "COUNTUNIQUE": self._count_unique,
            "SORT": self._sort,
            "SPLIT": self._split,
            "IFERROR": self._if_error,
            "ISBETWEEN": self._is_between,
            "TO_TEXT": lambda call: f'(({self._argument(call, 0)})&"")',
            "MATCH": self._match,
            "VLOOKUP": self._vlookup,
            "XLOOKUP": self._xlookup,
        }
        self._sheet = ""
        self._out = Translation()

    def translate(self, tree: Sequence, sheet: str, row: int, column: int) -> Translation:
        """The engine's text for a formula that stands in a cell of a sheet.

        Raises:
            FormulaParseError: a call without the arguments it needs.
        """
        self._sheet = sheet
        self._out = Translation()
        parts = tree if _spreads(tree) else self._met(tree, row, column)
        self._out.text = "=" + self._written(parts)
        self._out.is_one_cell = _is_one_cell(tree) and len(self._out.areas) == 1
        return self._out

    def _met(self, sequence: Sequence, row: int, column: int) -> Sequence:
        """Ranges beside signs give the one cell that meets the formula's row or column."""
        return tuple(self._met_node(node, row, column) for node in sequence)

    def _met_node(self, node: Node, row: int, column: int) -> Node:
        if isinstance(node, Group):
            return Group(tuple(self._met(part, row, column) for part in node.parts))
        if not isinstance(node, Token) or node.reference is None or node.reference.last is None:
            return node
        area = self._area(node.reference)
        if area is None:
            return node
        if area.first_column == area.last_column and area.first_row <= row <= area.last_row:
            column = area.first_column
        elif area.first_row == area.last_row and area.first_column <= column <= area.last_column:
            row = area.first_row
        else:
            return Token(Kind.ERROR, "#VALUE!")
        end = End(row, column, row_fixed=False, column_fixed=False)
        return Token(Kind.REFERENCE, node.text, Reference(node.reference.sheet, end, None))

    def _written(self, sequence: Sequence) -> str:
        return "".join(self._node(node) for node in sequence)

    def _node(self, node: Node) -> str:
        match node:
            case Call():
                return self._call(node)
            case Group():
                return f"({','.join(self._written(part) for part in node.parts)})"
            case Braces():
                return self._braces(node)
            case Token():
                return self._token(node)

    def _token(self, token: Token) -> str:
        if token.reference is not None:
            return self._reference(token.reference)
        if token.kind is Kind.ERROR:
            return token.text[token.text.rindex("#") :]
        named = self._book.names.get(name_key(token.text)) if token.kind is Kind.NAME else None
        if named is None:
            if token.kind is Kind.NAME and token.text.upper() not in {"TRUE", "FALSE"}:
                self._out.names.append(token.text)
            return UNKNOWN if "[" in token.text else token.text
        parts = [(each.text, each.reference) for each in tokens_of(named)]
        return "".join(text if found is None else self._reference(found) for text, found in parts)

    def _call(self, call: Call) -> str:
        self._out.spreads |= call.name in SPREADING
        self._out.reaches_everywhere |= call.name in REACHING
        special = self._special.get(call.name)
        written = special(call) if special else None
        if written is not None:
            return written
        arguments = [self._written(argument) for argument in call.arguments]
        if call.name in SIGNS and len(arguments) == 2:  # noqa: PLR2004 - both sides of the sign
            return f"(({arguments[0]}){SIGNS[call.name]}({arguments[1]}))"
        if call.name in WRAPPERS and arguments:
            return f"({arguments[0]})"
        return self._plain(RENAMED.get(call.name, call.name), arguments)

    def _plain(self, name: str, arguments: list[str]) -> str:
        if _FUNCTION.fullmatch(name):
            self._out.functions.add(name)
        return f"{name}({','.join(arguments)})"

    def _argument(self, call: Call, index: int) -> str:
        if index >= len(call.arguments):
            raise FormulaParseError
        return self._written(call.arguments[index])

    def _braces(self, braces: Braces) -> str:
        """An array of literals as it is; one of ranges is stacked, which the engine's braces refuse."""
        self._out.spreads = True
        rows = [[self._written(part) for part in row] for row in braces.rows]
        literal = {Kind.NUMBER, Kind.TEXT, Kind.OPERATOR}
        nodes = [node for row in braces.rows for part in row for node in part]
        if all(isinstance(node, Token) and node.kind in literal for node in nodes):
            return "{" + ";".join(",".join(row) for row in rows) + "}"
        stacked = [self._plain("HSTACK", row) if len(row) > 1 else row[0] for row in rows]
        return self._plain("VSTACK", stacked) if len(stacked) > 1 else f"({stacked[0]})"

    # References

    def _reference(self, reference: Reference) -> str:
        area = self._area(reference)
        if area is None:
            return LOST
        self._out.areas.append(area)
        return self._area_text(area, is_cell=reference.last is None)

    def _area_text(self, area: Area, *, is_cell: bool) -> str:
        title = "" if area.sheet == self._sheet else quoted_title(self._titles[area.sheet]) + "!"
        first = f"{column_name(area.first_column)}{area.first_row + 1}"
        if is_cell:
            return title + first
        return f"{title}{first}:{column_name(area.last_column)}{area.last_row + 1}"

    def _area(self, reference: Reference) -> Area | None:
        """The cells a reference means; an open end reaches to the last used row or column.

        So does one of an area no spreadsheet has room for: the engine would walk for days.
        """
        sheet = self._book.title(self._sheet if reference.sheet is None else reference.sheet)
        if sheet is None:
            return None
        first, last = reference.first, reference.last or reference.first
        rows = _span(first.row, last.row, self._book.last_row)
        columns = _span(first.column, last.column, self._book.last_column)
        if rows[1] >= ENGINE_ROWS or columns[1] >= ENGINE_COLUMNS:
            return None
        if (rows[1] - rows[0] + 1) * (columns[1] - columns[0] + 1) > MOST_CELLS:
            rows = _span(rows[0], None, self._book.last_row)
            columns = _span(columns[0], None, self._book.last_column)
        return Area(sheet, *rows, *columns)

    # Functions the engine lacks or takes otherwise

    def _join(self, call: Call) -> str:
        arguments = [self._written(argument) for argument in call.arguments]
        return self._plain("TEXTJOIN", [*arguments[:1], "FALSE", *arguments[1:]])

    def _count_unique(self, call: Call) -> str:
        columns = [self._plain("TOCOL", [self._written(part), "1"]) for part in call.arguments]
        stacked = self._plain("VSTACK", columns) if len(columns) > 1 else columns[0]
        return self._plain("ROWS", [self._plain("UNIQUE", [stacked])])

    def _sort(self, call: Call) -> str:
        arguments = [self._written(argument) for argument in call.arguments]
        keys = list(zip(arguments[1::2], arguments[2::2], strict=False))
        orders = [ASCENDING.get(order.upper(), order) for _, order in keys]
        if len(keys) <= 1:
            return self._plain("SORT", [*arguments[:2], *orders])
        by = [self._sort_key(arguments[0], column) for column, _ in keys]
        pairs = [text for pair in zip(by, orders, strict=True) for text in pair]
        return self._plain("SORTBY", [arguments[0], *pairs])

    def _sort_key(self, area: str, column: str) -> str:
        return self._plain("CHOOSECOLS", [area, column]) if column.isdigit() else column

    def _split(self, call: Call) -> str:
        text, sign = self._argument(call, 0), self._argument(call, 1)
        return self._plain("TEXTSPLIT", [text, sign, "", "TRUE"])

    def _if_error(self, call: Call) -> str | None:
        if len(call.arguments) != 1:
            return None
        return self._plain("IFERROR", [self._argument(call, 0), '""'])

    def _is_between(self, call: Call) -> str:
        value, low, high = (self._argument(call, index) for index in range(3))
        return self._plain("AND", [f"({value})>=({low})", f"({value})<=({high})"])

    # Look-ups

    def _match(self, call: Call) -> str | None:
        if len(call.arguments) != 3 or _literal(call.arguments[2]) != "0":  # noqa: PLR2004
            return None
        area = self._column(call.arguments[1])
        offset = None if area is None else self._offset(call.arguments[0], area)
        if offset is None:
            return None
        return NOT_FOUND if offset < 0 else str(offset + 1)

    def _vlookup(self, call: Call) -> str | None:
        if len(call.arguments) != 4 or _literal(call.arguments[3]) not in {"FALSE", "0"}:  # noqa: PLR2004
            return None
        area, nth = self._only_area(call.arguments[1]), _literal(call.arguments[2])
        if area is None or not nth.isdigit():
            return None
        column = area.first_column + int(nth) - 1
        if not area.first_column <= column <= area.last_column:
            return None
        offset = self._offset(call.arguments[0], area)
        if offset is None:
            return None
        return NOT_FOUND if offset < 0 else self._cell(area.sheet, area.first_row + offset, column)

    def _xlookup(self, call: Call) -> str | None:
        if len(call.arguments) not in {3, 4}:
            return None
        area, answers = self._column(call.arguments[1]), self._column(call.arguments[2])
        if area is None or answers is None:
            return None
        offset = self._offset(call.arguments[0], area)
        if offset is None:
            return None
        if offset < 0:
            missing = call.arguments[3:]
            return f"({self._written(missing[0])})" if missing else NOT_FOUND
        return self._cell(answers.sheet, answers.first_row + offset, answers.first_column)

    def _cell(self, sheet: str, row: int, column: int) -> str:
        area = Area(sheet, row, row, column, column)
        self._out.areas.append(area)
        return self._area_text(area, is_cell=True)

    def _offset(self, wanted: Sequence, area: Area) -> int | None:
        """Where a value stands in an area's first column: -1 for nowhere, None if the engine must look."""
        value = self._known_value(wanted)
        if isinstance(value, Formula) or not self._lookups.answers(value, area):
            return None
        offset = self._lookups.offset(value, area)
        return -1 if offset is None else offset

    def _known_value(self, sequence: Sequence) -> Value | Formula:
        if len(sequence) != 1 or not isinstance(sequence[0], Token):
            return None
        token = sequence[0]
        if token.kind is Kind.TEXT:
            return token.text[1:-1].replace('""', '"')
        if token.kind is Kind.NUMBER:
            return float(token.text)
        if token.reference is None or token.reference.last is not None:
            return None
        area = self._area(token.reference)
        return (
            None
            if area is None
            else self._book.value(area.sheet, area.first_row, area.first_column)
        )

    def _only_area(self, sequence: Sequence) -> Area | None:
        token = sequence[0] if len(sequence) == 1 else None
        if not isinstance(token, Token) or token.reference is None:
            return None
        return self._area(token.reference)

    def _column(self, sequence: Sequence) -> Area | None:
        area = self._only_area(sequence)
        return area if area is not None and area.first_column == area.last_column else None


def _spreads(sequence: Sequence) -> bool:
    """Whether a formula may fill more than its own cell: it calls for arrays or writes one out."""
    for node in sequence:
        if isinstance(node, Braces):
            return True
        if isinstance(node, Call) and node.name in SPREADING:
            return True
        parts = node.arguments if isinstance(node, Call) else ()
        parts = node.parts if isinstance(node, Group) else parts
        if any(_spreads(part) for part in parts):
            return True
    return False


def _is_one_cell(sequence: Sequence) -> bool:
    token = sequence[0] if len(sequence) == 1 else None
    reference = token.reference if isinstance(token, Token) else None
    return reference is not None and reference.last is None


def _literal(sequence: Sequence) -> str:
    """The text of a lone literal in capitals; empty for anything else."""
    if len(sequence) == 1 and isinstance(sequence[0], Token):
        return sequence[0].text.upper()
    return ""


def _span(first: int | None, last: int | None, end: int) -> tuple[int, int]:
    low = 0 if first is None else first
    high = max(low, end) if last is None else last
    return min(low, high), max(low, high)
