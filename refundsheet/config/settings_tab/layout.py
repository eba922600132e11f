"""The tab as it is made: what is in force, with dropdowns and ticks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from refundsheet.config.settings import Settings
from refundsheet.config.settings_tab.keys import (
    EPOCH,
    LINES,
    LINES_HEAD,
    LISTS,
    MESSAGES,
    MESSAGES_HEAD,
    TEAM_KEYS,
    TICKS,
)
from refundsheet.config.values import Grade
from refundsheet.core.desk import Meaning
from refundsheet.core.model import Cell
from refundsheet.core.pages import Choice, Page, PageCell, Style
from refundsheet.core.rules.catalogue import CATALOGUE

_FIRST_SECTION = 5


def settings_page(settings: Settings, title: str) -> Page:
    """The tab as it is made: what is in force, with dropdowns and ticks."""
    cells: dict[tuple[int, int], PageCell] = {
        (0, 0): PageCell("Settings", Style.TITLE),
        (0, MESSAGES): PageCell(MESSAGES_HEAD, Style.COLUMN_HEAD),
        (1, 0): PageCell(
            "What you change here takes effect the next day, or at once with the tick below. "
            "A value that cannot be used changes nothing; the reason stands at the right.",
            Style.NOTE,
        ),
    }
    choices = [Choice(row, row + 1, 1) for row in TICKS.values()]
    for label, row in TICKS.items():
        cells[row, 0], cells[row, 1] = PageCell(label), PageCell(value=False)
    row = _FIRST_SECTION
    for heads, lines, offered in _sections(settings):
        _put(cells, row, heads, lines)
        first = row + 1
        choices += [
            Choice(first, first + len(lines) + _SPARE_ROWS * (heads != LINES_HEAD), column, options)
            for column, options in offered.items()
        ]
        row = first + len(lines) + _SPARE_ROWS
    widths = (210, 170, 130, 130, 130, 130, 90, 90, 260, 420)
    return Page(title, cells, widths, frozen_rows=1, choices=tuple(choices))


#: Room for more entries below each list.
_SPARE_ROWS = 3


def _sections(
    settings: Settings,
) -> Iterator[tuple[tuple[str, ...], list[tuple[Cell, ...]], dict[int, tuple[str, ...]]]]:
    """Heads, lines, and what may be chosen by column."""
    dumped = settings.model_dump(mode="json", include=set(TEAM_KEYS))
    yield LINES_HEAD, [(line.label, _shown(_at(dumped, line.path))) for line in LINES], {}
    for section in LISTS:
        fields = tuple(section.columns)
        lines = [
            tuple(_shown(entry.get(name)) for name in fields)
            for entry in _entries(section.key, dumped)
        ]
        offered = {
            fields.index(name): options for name, options in _OFFERED.items() if name in fields
        }
        yield tuple(section.columns.values()), lines, offered


#: Fields with a dropdown; () is a tick.
_OFFERED: Mapping[str, tuple[str, ...]] = {
    "meaning": tuple(meaning.value for meaning in Meaning),
    "payout": (),
    "urgent": (),
    "needs_note": (),
    "grade": tuple(grade.value for grade in Grade),
}


def _entries(key: str, dumped: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    match key:
        case "holidays":
            closed: Mapping[str, str] = dict.fromkeys(dumped[key]["dates"], "")
            return [
                {"label": (date.fromisoformat(day) - EPOCH).days, "hours": hours}
                for day, hours in sorted((closed | dumped[key]["half_days"]).items())
            ]
        case "rules":
            graded: Mapping[str, str] = dumped[key]
            return [
                {
                    "label": rule.id,
                    "grade": graded.get(rule.id, rule.severity.name.lower()),
                    "what": rule.meaning,
                }
                for rule in CATALOGUE
            ]
        case _:
            return dumped[key]


def _shown(value: Any) -> Cell:
    return ", ".join(value) if isinstance(value, list) else value


def _at(dumped: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        dumped = dumped[part]
    return dumped


def _put(
    cells: dict[tuple[int, int], PageCell],
    row: int,
    heads: Sequence[str],
    lines: Sequence[Sequence[Cell]],
) -> None:
    for column, head in enumerate(heads):
        cells[row, column] = PageCell(head, Style.COLUMN_HEAD)
    is_dates = heads[0] == "Closed on"
    for at, line in enumerate(lines, row + 1):
        for column, value in enumerate(line):
            if value not in (None, ""):
                style = Style.DATE if is_dates and column == 0 else Style.TEXT
                cells[at, column] = PageCell(value, style)
