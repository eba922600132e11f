"""What the tab says, as people have left it; a value that cannot be used keeps the last good one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ValidationError

from refundsheet.config.load import explain
from refundsheet.config.settings import Settings
from refundsheet.config.settings_tab.keys import (
    APPLY,
    EPOCH,
    LINES,
    LINES_HEAD,
    LISTS,
    RELEASE,
    TEAM_KEYS,
    TICKS,
    List,
    Team,
    updated,
)
from refundsheet.core.columns import comparable
from refundsheet.core.model import Cell
from refundsheet.core.rules.catalogue import RULE_BY_ID

_YES, _NO = {"yes", "true", "on", "x"}, {"no", "false", "off"}

#: A place in the settings, as pydantic names it.
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the tab says.

    Attributes:
        wanted: The settings as it wants them, with the last good value where its own is none.
        messages: Row, counted from 0, to what is wrong there; "" where nothing is.
        at_once: Whether changes shall take effect without waiting for the next day.
        release: Whether what waits shall be let through.
        ticks: Row of each of the two.
    """

    wanted: Settings
    messages: Mapping[int, str]
    at_once: bool
    release: bool
    ticks: Mapping[str, int]


@dataclass(slots=True)
class _Raw:
    """What the rows say before anything is checked, with the row each part came from."""

    values: dict[str, Any]
    rows: dict[Place, int] = field(default_factory=dict[Place, int])
    ticks: dict[str, int] = field(default_factory=dict[str, int])


def read_tab(rows: Sequence[Sequence[Cell]], good: Settings) -> Reading:
    """Read the tab.

    Args:
        rows: Its cells, unformatted, as people have left them.
        good: The settings in force, which hold where the tab says nothing that can be used.
    """
    kept = good.model_dump(mode="json", include=set(TEAM_KEYS))
    raw = _collected(rows, kept)
    messages: dict[int, str] = {}
    team: BaseModel | None = None
    for _ in range(_MOST_REPAIRS):
        try:
            team = Team.model_validate(_without_gaps(raw.values))
            break
        except ValidationError as error:
            for mistake in error.errors(include_url=False):
                place = _with_gaps(tuple(mistake["loc"]), raw.values)
                messages.setdefault(_row_of(place, raw), explain(mistake))
                _repair(place, raw.values, kept)
    wanted = good if team is None else updated(good, team)
    return Reading(
        wanted=wanted,
        messages=messages,
        at_once=_tick(rows, raw, APPLY),
        release=_tick(rows, raw, RELEASE),
        ticks=raw.ticks,
    )


#: Each round mends all that a round of checking has found; what it hid comes in the next.
_MOST_REPAIRS = 5


def _collected(rows: Sequence[Sequence[Cell]], kept: Mapping[str, Any]) -> _Raw:
    raw = _Raw({key: _copied(value) for key, value in kept.items()})
    section: List | None = None
    heads: dict[str, int] = {}
    is_lines = False
    for number, row in enumerate(rows):
        label = _text(_cell(row, 0))
        found = _section_at(row)
        if found is not None:
            section, heads = found
            is_lines = section is None
            if section is not None:
                _begin(section, number, raw)
        elif label in TICKS:
            raw.ticks[label] = number
        elif label and section is not None:
            _take_entry(section, heads, row, number, raw)
        elif label and is_lines:
            _take_line(label, _cell(row, 1), number, raw)
    return raw


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(part) for key, part in value.items()}
    return list(value) if isinstance(value, list) else value


def _section_at(row: Sequence[Cell]) -> tuple[List | None, dict[str, int]] | None:
    """Which section begins with a row, and where its fields stand; None where none does."""
    first, second = (comparable(_text(_cell(row, column))) for column in (0, 1))
    if (first, second) == tuple(map(comparable, LINES_HEAD)):
        return None, {}
    for section in LISTS:
        heads = {comparable(head): name for name, head in section.columns.items()}
        if first == comparable(section.columns["label"]) and second in heads:
            places = {heads.get(comparable(_text(cell))): at for at, cell in enumerate(row)}
            return section, {name: at for name, at in places.items() if name is not None}
    return None


def _begin(section: List, number: int, raw: _Raw) -> None:
    """A list on the tab stands for the whole of it."""
    if section.key == "holidays":
        raw.values["holidays"] |= {"dates": [], "half_days": {}}
        raw.rows["holidays", "dates"] = number
    else:
        raw.rows[section.key,] = number
        raw.values[section.key] = {} if section.key == "rules" else []


def _take_line(label: str, value: Cell, number: int, raw: _Raw) -> None:
    line = next((line for line in LINES if comparable(line.label) == comparable(label)), None)
    if line is None:
        return
    holder = raw.values
    for part in line.path[:-1]:
        holder = holder[part]
    is_day = line.path[0] == "hours"
    holder[line.path[-1]] = _plain(value, blank="" if is_day else None)
    raw.rows[line.path] = number


def _take_entry(
    section: List, heads: Mapping[str, int], row: Sequence[Cell], number: int, raw: _Raw
) -> None:
    said = {name: _cell(row, at) for name, at in heads.items()}
    match section.key:
        case "holidays":
            _take_holiday(_day(said["label"]), _text(said.get("hours")), number, raw)
        case "rules":
            _take_grade(_text(said["label"]), _text(said.get("grade")).casefold(), number, raw)
        case _:
            raw.rows[section.key, len(raw.values[section.key])] = number
            raw.values[section.key].append(_entry(said))


def _take_holiday(day: str, hours: str, number: int, raw: _Raw) -> None:
    """A day on which the desk is closed, or open for some hours only."""
    holidays = raw.values["holidays"]
    if hours:
        holidays["half_days"][day] = hours
        raw.rows["holidays", "half_days", day] = number
    else:
        raw.rows["holidays", "dates", len(holidays["dates"])] = number
        holidays["dates"].append(day)


def _take_grade(rule: str, grade: str, number: int, raw: _Raw) -> None:
    """A rule's weight, where it is another than its usual one."""
    usual = RULE_BY_ID.get(rule)
    if usual is None or grade != usual.severity.name.lower():
        raw.values["rules"][rule] = grade
        raw.rows["rules", rule] = number


def _entry(said: Mapping[str, Cell]) -> dict[str, Any]:
    """A status or a reason; what is blank is left out, and has its default."""
    entry = {name: _plain(value) for name, value in said.items() if value not in (None, "")}
    for name in ("synonyms",):
        if name in entry:
            entry[name] = [word.strip() for word in _text(said[name]).split(",") if word.strip()]
    entry["label"] = _text(said["label"])
    if "meaning" in entry:
        entry["meaning"] = _text(said["meaning"]).casefold()
    return entry


def _plain(value: Cell, blank: Cell = None) -> Any:
    """A cell as a setting: whole numbers as such, yes and no as what they mean."""
    if value in (None, ""):
        return blank
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        word = value.strip().casefold()
        return True if word in _YES else False if word in _NO else value.strip()
    return value


def _day(value: Cell) -> str:
    """A day as ISO text: a serial number is one, and typed text may be."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (EPOCH + timedelta(days=int(value))).isoformat()
    return _text(value)


def _cell(row: Sequence[Cell], column: int) -> Cell:
    return row[column] if column < len(row) else None


def _text(value: Cell) -> str:
    return "" if value is None else str(value).strip()


def _tick(rows: Sequence[Sequence[Cell]], raw: _Raw, label: str) -> bool:
    return label in raw.ticks and _plain(_cell(rows[raw.ticks[label]], 1)) is True


def _without_gaps(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was taken out leaves a gap, so that the others keep their numbers."""
    return {
        key: [entry for entry in value if entry is not None] if isinstance(value, list) else value
        for key, value in values.items()
    }


def _with_gaps(place: Place, values: Mapping[str, Any]) -> Place:
    """A place as numbered with the gaps."""
    if len(place) < 2 or not isinstance(values.get(str(place[0])), list):  # noqa: PLR2004 - a key and a number
        return place
    entries = values[str(place[0])]
    there = [number for number, entry in enumerate(entries) if entry is not None]
    return (place[0], there[int(place[1])], *place[2:])


def _row_of(place: Place, raw: _Raw) -> int:
    """The row a place came from; that of its section, or of the tab's head, where it came from none."""
    for length in range(len(place), 0, -1):
        if place[:length] in raw.rows:
            return raw.rows[place[:length]]
    lines = [row for path, row in raw.rows.items() if path[:1] == place[:1]]
    return min(lines, default=1)


def _repair(place: Place, values: dict[str, Any], kept: Mapping[str, Any]) -> None:
    """Put the last good value where a bad one stands; a bad entry that is new is left out."""
    key, *inside = place
    held = values[str(key)]
    if inside and key == "rules":
        _put_back(held, str(inside[0]), kept["rules"])
    elif inside and isinstance(held, list):
        held[int(inside[0])] = _last_good(held[int(inside[0])], kept[str(key)])
    elif len(inside) == 1 and isinstance(held, dict):
        held[inside[0]] = _copied(kept[str(key)].get(inside[0]))
    else:
        values[str(key)] = _copied(kept[str(key)])


def _put_back(held: dict[str, Any], name: str, kept: Mapping[str, Any]) -> None:
    held.pop(name, None)
    if name in kept:
        held[name] = kept[name]


def _last_good(entry: Mapping[str, Any], kept: Sequence[Mapping[str, Any]]) -> Any:
    """The entry of the same label as it was; None where there was none, or where it is the culprit."""
    label = comparable(str(entry["label"]))
    same = next((good for good in kept if comparable(good["label"]) == label), None)
    return None if same == entry else _copied(same)
