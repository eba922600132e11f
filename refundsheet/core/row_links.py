"""Links from our tabs to rows of the log: formulas that find a case by its name wherever it stands."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from refundsheet.core.columns import CUSTOMER_AND_ORDER
from refundsheet.core.headers import column_letter
from refundsheet.core.model import Cell, Layout, Row
from refundsheet.core.parse import cell

#: The columns by which a row can be found, the best first.
_NAMES = ("case_id", "order_id", CUSTOMER_AND_ORDER.field)

#: A longer name, or a number of more digits than a sheet keeps, is shown without a link.
_LONGEST_NAME = 200
_LARGEST_NUMBER = 10**15
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTab:
    """The log's tab as it was read.

    Attributes:
        rows: All its rows: a link needs a name that no other row has.
    """

    sheet_id: int
    title: str
    layout: Layout
    rows: Sequence[Row]


def row_links(log: LogTab, labels: Mapping[int, tuple[str, str]]) -> dict[int, str]:
    """A formula for each row that can be found by a name of its own.

    It looks the name up when it is shown, so it stays right however people sort, and shows the label
    alone once the row is gone. Arguments are separated as every locale of Google's understands it.

    Args:
        log: The tab.
        labels: Row number to what the link shows, and to the Case ID that the row was given since it
            was read, "" for none.

    Returns:
        Row number to formula.
    """
    rows = {row.number: row for row in log.rows if row.number in labels}
    formulas: dict[int, str] = {}
    for field in _NAMES:
        names = dict(_names(field, rows, labels, log.layout))
        counts = _counts(field, names.values(), log)
        for number, name in names.items():
            if number not in formulas and counts[_compared(name)] <= 1:
                formula = _formula(name, labels[number][0], log, log.layout.columns[field])
                formulas |= {number: formula} if formula else {}
    return formulas


def _names(
    field: str, rows: Mapping[int, Row], labels: Mapping[int, tuple[str, str]], layout: Layout
) -> Iterator[tuple[int, str | float]]:
    if field not in layout.columns:
        return
    for number, row in rows.items():
        held = cell(row, field, layout)
        if held is None and field == "case_id":
            held = labels[number][1] or None
        if held is not None:
            yield number, held


def _counts(field: str, names: Iterable[Cell], log: LogTab) -> Counter[Cell]:
    """How often each name stands in its column."""
    wanted = {_compared(name) for name in names}
    if not wanted:
        return Counter()
    held = (_compared(cell(row, field, log.layout)) for row in log.rows)
    return Counter(name for name in held if name in wanted)


def _compared(name: Cell) -> Cell:
    """As MATCH compares: texts ignoring case, a number and its digits being two things."""
    return name.casefold() if isinstance(name, str) else name


def _formula(name: str | float, label: str, log: LogTab, column: int) -> str:
    """The link; "" for a name that a formula cannot hold."""
    key = _key(name)
    if not key:
        return ""
    letter = column_letter(column)
    place = f"{_sheet(log.title)}!${letter}:${letter}"
    address = f'"#gid={log.sheet_id}&range={letter}"&MATCH({key};{place};0)'
    return f"=IFERROR(HYPERLINK({address};{_text(label)});{_text(label)})"


def tab_link(sheet_id: int, label: str) -> str:
    """A formula that shows a label and leads to a tab."""
    return f'=HYPERLINK("#gid={sheet_id}";{_text(label)})'


def _key(name: str | float) -> str:
    match name:
        case bool():
            return ""
        case str():
            is_plain = len(name) <= _LONGEST_NAME and _CONTROL.search(name) is None
            return _text(_without_wildcards(name)) if is_plain else ""
        case _:
            is_plain = abs(name) < _LARGEST_NUMBER and name == int(name)
            return f"{name:.0f}" if is_plain else ""


def _without_wildcards(name: str) -> str:
    for sign in "~*?":  # the tilde first: it is what takes the others their meaning
        name = name.replace(sign, f"~{sign}")
    return name


def _text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _sheet(title: str) -> str:
    return "'" + title.replace("'", "''") + "'"
