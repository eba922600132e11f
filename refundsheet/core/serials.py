"""Google's serial numbers, days since 30 December 1899, to moments in the spreadsheet's zone and back."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from refundsheet.core.model import Moment

_EPOCH = date(1899, 12, 30).toordinal()
# A day from either end, so that no zone's offset leads out of the calendar.
_FIRST = date.min.toordinal() + 1 - _EPOCH
_LAST = date.max.toordinal() - 1 - _EPOCH
_DAY_SECONDS = 86400


def to_moment(serial: float, zone: ZoneInfo) -> Moment:
    """The moment a serial number means, rounded to the whole second.

    A whole number is a date without a time. An hour the clocks skip is shifted forward, of an hour
    they repeat it is the first.

    Args:
        serial: Days since 30 December 1899; the fraction is the time of day.
        zone: The spreadsheet's zone: serials have none of their own.

    Raises:
        ValueError: The serial lies outside the years 1 to 9999, or is no number.
    """
    if not _FIRST <= serial < _LAST:
        raise ValueError(f"{serial} is no date between the years 1 and 9999")
    day, second = divmod(round(serial * _DAY_SECONDS), _DAY_SECONDS)
    if not second:
        return date.fromordinal(_EPOCH + day)
    midnight, is_regular = _midnight(day, zone)
    moment = midnight + timedelta(0, second)
    return moment if is_regular else _existing(moment)


def at_wall_time(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks of the zone show a naive time, as ``to_moment`` decides it."""
    return _existing(wall.replace(tzinfo=zone, fold=0))


def to_serial(moment: Moment, zone: ZoneInfo) -> float:
    """The serial number of a moment, exact to the second it lies in.

    Args:
        moment: A date, or a zone-aware datetime of whatever zone.
        zone: The spreadsheet's zone.

    Raises:
        ValueError: The datetime has no zone.
    """
    if not isinstance(moment, datetime):
        return float(moment.toordinal() - _EPOCH)
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    wall = moment.astimezone(zone)
    second = wall.hour * 3600 + wall.minute * 60 + wall.second
    return wall.toordinal() - _EPOCH + second / _DAY_SECONDS


def same_serial(one: float, other: float) -> bool:
    """Whether two serials mean the same second."""
    return round(one * _DAY_SECONDS) == round(other * _DAY_SECONDS)


# A log holds few distinct days and many times: with the day's midnight at hand a time costs one addition.
@lru_cache(maxsize=8192)
def _midnight(day: int, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The day's midnight, and whether no clock is changed during the day."""
    midnight = datetime.fromordinal(_EPOCH + day).replace(tzinfo=zone)
    quarters = {(midnight + timedelta(hours=hour)).utcoffset() for hour in (0, 6, 12, 18, 24)}
    return midnight, len(quarters) == 1


def _existing(moment: datetime) -> datetime:
    """The moment, shifted forward where the clocks skip it: Python leaves such times as they are."""
    zone = moment.tzinfo
    return moment.astimezone(UTC).astimezone(zone)
