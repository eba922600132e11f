"""What nobody knows of Google, as switches: the judged write is safe in each combination, or not used."""

from itertools import product

import pytest

from refundsheet.localsheets.switches import Compare, FilteredPaste, Switches
from tests.simulation.episodes import Weather, play
from tests.simulation.over_http import SheetsWorld
from tests.simulation.people import Around
from tests.simulation.simulation import a_log
from tests.simulation.truth import Promise

_UNKNOWNS = [
    Switches(
        filtered_paste=paste,
        duplicates_compare=compare,
        duplicates_blank_is_empty=blank_is_empty,
        duplicates_move_formats=move_formats,
    )
    for paste, compare, blank_is_empty, move_formats in product(
        FilteredPaste, Compare, (True, False), (True, False)
    )
]
#: People hide rows by filters all the time.
_FILTERED = Weather(
    "filtered", 0.35, 0.1, (Around.FILTER, Around.FILTER, Around.UNFILTER, Around.LATE_ONES_ARRIVE)
)


def _name(switches: Switches) -> str:
    return (
        f"paste {switches.filtered_paste.value}, compares {switches.duplicates_compare.value}"
        f"{', blank is empty' if switches.duplicates_blank_is_empty else ''}"
        f"{', formats move' if switches.duplicates_move_formats else ''}"
    )


def _open_holes(switches: Switches) -> set[Promise]:
    """What is not safe today; test_found.py has each of them by itself."""
    holes: set[Promise] = set()
    if not switches.duplicates_blank_is_empty:
        holes |= {Promise.REST}
    if switches.filtered_paste is FilteredPaste.DISPLACED:
        holes |= {Promise.PEOPLES_CELLS, Promise.PEOPLES_TIMES, Promise.OWN_CASE, Promise.EXPLAINED}
        holes |= {Promise.PREMISE}  # on another case the reason is another one, too
    return holes


@pytest.mark.parametrize("switches", _UNKNOWNS, ids=_name)
def test_no_promise_breaks_whatever_google_does(switches: Switches) -> None:
    world = SheetsWorld(a_log(), switches=switches)
    broken = play(f"{_name(switches)} 1", _FILTERED, world)
    holes = _open_holes(switches)
    assert [one for one in broken if one.promise not in holes] == []
