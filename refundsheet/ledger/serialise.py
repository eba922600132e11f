"""Records to JSON text and back, exactly: amounts, dates, times of day, zones and the second hour.

A log of 100 000 cases is recalled in every process, so a case is stored as the bare values of its
fields, and the names of the fields once, as the shape. A field that is added later is missing from
the older shapes and takes its default; one that is dropped is passed over.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

from pydantic_core import from_json

from refundsheet.core.memory import Owed, Remembered, Seen, Visit
from refundsheet.core.model import Change, Moment, RefundCase
from refundsheet.ledger.tables import show_instant

#: Many cases were seen in one read, and prices come again: the same value is one object.
_instant = lru_cache(maxsize=4096)(datetime.fromisoformat)
_amount = lru_cache(maxsize=4096)(Decimal)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock, of whatever zone
_SECOND = timedelta(seconds=1)


def dump(value: Any) -> str:
    """JSON in ASCII alone, which every database stores whatever a cell holds."""
    return json.dumps(value, separators=(",", ":"))


def load(text: str) -> Any:
    """What ``dump`` wrote; pydantic's reader is fast but refuses half a surrogate pair."""
    try:
        return from_json(text)
    except ValueError:
        return json.loads(text)


def show_moment(moment: Moment, zone: str) -> str | int:
    """A date as text; a time of the case's own zone as seconds on the wall clock since 1970.

    The wall clock, not the instant, is what the sheet's serial number says, and it stays what it
    was when a government moves its clocks. Whatever does not fit is spelled out.
    """
    if not isinstance(moment, datetime):
        return moment.isoformat()
    key = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else None
    if key is None:
        return moment.isoformat()
    wall = moment.replace(tzinfo=None)
    if key == zone and not moment.fold and not moment.microsecond:
        return (wall - _EPOCH) // _SECOND
    return f"{wall.isoformat()}[{key}]{'+' * moment.fold}"


def read_moment(shown: str) -> Moment:
    """What ``show_moment`` spelled out."""
    wall, bracket, rest = shown.partition("[")
    if not bracket:
        is_date = len(wall) == len("2026-03-04")
        return date.fromisoformat(wall) if is_date else datetime.fromisoformat(wall)
    key, _, second_time = rest.partition("]")
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(key), fold=len(second_time))


def _fields_of(record: type, *hints: Any) -> tuple[str, ...]:
    return tuple(name for name, hint in get_type_hints(record).items() if hint in hints)


_MOMENTS = _fields_of(RefundCase, Moment, Moment | None)
_AMOUNTS = _fields_of(RefundCase, Decimal, Decimal | None)
_INSTANTS = _fields_of(Remembered, datetime, datetime | None)
_CASE = tuple(field.name for field in fields(RefundCase))
_BESIDES = tuple(field.name for field in fields(Remembered) if field.name not in ("key", "case"))

#: The shape in which cases are stored now.
SHAPE = ("zone", *(f"case.{name}" for name in _CASE), *_BESIDES)


def dump_remembered(remembered: Remembered) -> str:
    """All but the key, as the values of ``SHAPE``."""
    case = remembered.case
    zone = _zone_of(case)
    content = {name: getattr(case, name) for name in _CASE}
    for name in _MOMENTS:
        if content[name] is not None:
            content[name] = show_moment(content[name], zone)
    for name in _AMOUNTS:
        if content[name] is not None:
            content[name] = str(content[name])
    return dump([zone, *content.values(), *_dump_besides(remembered)])


def _zone_of(case: RefundCase) -> str:
    for name in _MOMENTS:
        zone = getattr(getattr(case, name), "tzinfo", None)
        if isinstance(zone, ZoneInfo) and zone.key:
            return zone.key
    return ""


def _dump_besides(remembered: Remembered) -> Iterable[Any]:
    values = {name: getattr(remembered, name) for name in _BESIDES}
    for name in _INSTANTS:
        if values[name] is not None:
            values[name] = show_instant(values[name])
    values["written"] = dict(remembered.written)
    values["undone"] = dict(remembered.undone)
    values["barred"] = dict(remembered.barred)
    values["unread"] = dict(remembered.unread)
    values["owed"] = {
        field: [show_instant(owed.at), owed.reason] for field, owed in remembered.owed.items()
    }
    found = remembered.found_since
    values["found_since"] = None if found is None else show_moment(found, "")
    values["visits"] = [[visit.status, *_dump_seen(visit)] for visit in remembered.visits]
    first = remembered.first_action
    values["first_action"] = None if first is None else _dump_seen(first)
    return values.values()


def _dump_seen(seen: Seen) -> list[str | None]:
    """The two reads between which something happened."""
    before = seen.not_before
    return [None if before is None else show_instant(before), show_instant(seen.not_after)]


class UnreadableRecordError(Exception):
    """What is stored is not what we once stored."""

    def __init__(self, what: str, why: Exception) -> None:
        super().__init__(f"{what} is stored in a way that cannot be read: {why}")


class Reader:
    """Reads the cases that were stored in one shape."""

    def __init__(self, shape: Sequence[str]) -> None:
        places = {name: place for place, name in enumerate(shape)}
        self._zone = places["zone"]
        self._case = _present(_CASE, places, "case.")
        self._besides = _present(_BESIDES, places)
        self._moments = [place for _, place in _present(_MOMENTS, places, "case.")]
        self._amounts = [place for _, place in _present(_AMOUNTS, places, "case.")]
        self._instants = [place for _, place in _present(_INSTANTS, places)]
        self._nested = [(name, read) for name, read in _NESTED.items() if name in places]
        self._starts: dict[str, datetime] = {}

    def __call__(self, key: str, record: str) -> Remembered:
        """The case that was stored under a key.

        Raises:
            UnreadableRecordError: when the record is not one of this shape.
        """
        try:
            return self._read(key, load(record))
        except (ValueError, TypeError, LookupError) as error:
            raise UnreadableRecordError(key, error) from error

    def _read(self, key: str, values: list[Any]) -> Remembered:
        starts = self._start_of(values[self._zone])
        for place in self._moments:
            shown = values[place]
            if type(shown) is int:  # the usual case, without a call: it comes 400 000 times
                values[place] = starts + timedelta(0, shown)
            elif shown is not None:
                values[place] = read_moment(shown)
        for place in self._amounts:
            if values[place] is not None:
                values[place] = _amount(values[place])
        for place in self._instants:
            if values[place] is not None:
                values[place] = _instant(values[place])
        case = RefundCase(**{name: values[place] for name, place in self._case})
        besides = {name: values[place] for name, place in self._besides}
        for name, read in self._nested:
            # What is empty, as in most cases, takes its default.
            if stored := besides.pop(name):
                besides[name] = read(stored)
        return Remembered(key=key, case=case, **besides)

    def _start_of(self, zone: str) -> datetime:
        if zone not in self._starts:
            self._starts[zone] = _EPOCH.replace(tzinfo=ZoneInfo(zone) if zone else UTC)
        return self._starts[zone]


def _present(
    names: Iterable[str], places: Mapping[str, int], prefix: str = ""
) -> list[tuple[str, int]]:
    return [(name, places[prefix + name]) for name in names if prefix + name in places]


def _read_owed(owed: Mapping[str, Sequence[str]]) -> dict[str, Owed]:
    return {field: Owed(datetime.fromisoformat(at), reason) for field, (at, reason) in owed.items()}


def _read_seen(seen: Sequence[str | None]) -> Seen:
    return Seen(**_interval(seen))


def _read_visits(visits: Iterable[Sequence[str]]) -> tuple[Visit, ...]:
    return tuple(Visit(status=status, **_interval(seen)) for status, *seen in visits)


def _interval(seen: Sequence[str | None]) -> dict[str, Any]:
    not_before, not_after = (None if at is None else datetime.fromisoformat(at) for at in seen)
    return {"not_before": not_before, "not_after": not_after}


#: The fields that are stored in a form of their own, and how they are read.
_NESTED: Mapping[str, Callable[[Any], Any]] = {
    "found_since": read_moment,
    "written": dict,
    "undone": dict,
    "barred": dict,
    "unread": dict,
    "owed": _read_owed,
    "visits": _read_visits,
    "backfilled": tuple,
    "first_action": _read_seen,
}


def dump_change(change: Change) -> str:
    """A change whole."""
    return dump(asdict(change))


def load_change(text: str, case: str) -> Change:
    """The change again, of the case as it is called now: a renamed one keeps its history."""
    try:
        parts = load(text)
        tuples = {name: tuple(part) for name, part in parts.items() if isinstance(part, list)}
        return Change(**(parts | tuples | {"case": case}))
    except (ValueError, TypeError, AttributeError) as error:
        raise UnreadableRecordError(f"A change of {case}", error) from error
