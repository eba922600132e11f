"""What nobody knows of Google, as switches: the judged write is safe in each combination, or not used."""

import os
from itertools import product

import pytest

from refundsheet.localsheets.switches import Compare, FilteredPaste, Switches
from tests.simulation.episodes import Weather, play
from tests.simulation.over_http import SheetsWorld
from tests.simulation.people import Around
from tests.simulation.simulation import a_log
from tests.simulation.wire import Fault

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
#: At every run one combination in so many is tried, and where the whole is wanted all of them.
_EVERY = {"ci": 1}
_EPISODES = {"ci": 8}
_PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")
#: People hide rows by filters all the time.
_FILTERED = Weather(
    "filtered", 0.35, 0.1, (Around.FILTER, Around.FILTER, Around.UNFILTER, Around.LATE_ONES_ARRIVE)
)
#: And the same where a filter that comes just before a batch is too much (test_found.py has that one).
_FILTERED_BETWEEN_PASSES = Weather(
    "filtered between passes",
    0.35,
    0.1,
    (Around.FILTER, Around.FILTER, Around.UNFILTER),
    beside_requests=(Around.UNFILTER,),
    failing=(Fault.LOST_AFTER, Fault.LOST_BEFORE, Fault.DIES_BEFORE, Fault.DIES_AFTER),
)


def _name(switches: Switches) -> str:
    return (
        f"paste {switches.filtered_paste.value}, compares {switches.duplicates_compare.value}"
        f"{', blank is empty' if switches.duplicates_blank_is_empty else ''}"
        f"{', formats move' if switches.duplicates_move_formats else ''}"
    )


@pytest.mark.parametrize("switches", _UNKNOWNS[:: _EVERY.get(_PROFILE, 5)], ids=_name)
def test_no_promise_breaks_whatever_google_does(switches: Switches) -> None:
    displaced = switches.filtered_paste is FilteredPaste.DISPLACED
    weather = _FILTERED_BETWEEN_PASSES if displaced else _FILTERED
    for number in range(_EPISODES.get(_PROFILE, 1)):
        world = SheetsWorld(a_log(), switches=switches)
        assert play(f"{_name(switches)} {number}", weather, world) == []
