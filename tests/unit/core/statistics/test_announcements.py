"""What is told of spikes: once, with the cases behind it, and no more than can be known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from refundsheet.core.memory import Remembered
from refundsheet.core.model import RefundCase
from refundsheet.core.statistics.announcements import announcements
from refundsheet.core.statistics.figures import Dimension, Figure, Spike, SpikeWatch, Table
from tests.figures import FIELDS, FRIDAY, facts, known, watched
from tests.passes import ZONE

WEEK = timedelta(days=7)
RUNNING = date(2026, 11, 16)  # the Monday of the running week
QUIET = (5, 4, 7, 5, 3, 6, 5, 8, 4, 5, 6, 2, 5, 7, 4, 5, 6, 3, 5, 4, 7, 6, 5, 4, 5, 6)
STEADY = tuple(20 + n % 3 for n in range(26))


def weeks_of(**counts: Sequence[int]) -> Iterator[RefundCase]:
    """Cases of the weeks before the running one, by reason; all but the blank reason have names."""
    for reason, weekly in counts.items():
        for back, count in enumerate(reversed(weekly), start=1):
            for number in range(count):
                yield RefundCase(
                    case_id=f"{reason}-{back}-{number}",
                    reason=reason if reason != "blank" else "",
                    requested_at=RUNNING - back * WEEK + timedelta(days=number % 5),
                )


def told(*cases: RefundCase | Remembered, **given: Any) -> tuple[SpikeWatch, Figure, Table, Figure]:
    given = {"fields": FIELDS - {"product"}} | given
    return announcements(facts(*cases, **given))


def spikes(after: Mapping[str, Sequence[int]], **given: Any) -> tuple[Spike, ...]:
    """What is told after some weeks more of an odd reason and a steady one."""
    odd, steady = after.get("odd", ()), after.get("steady", ())
    return told(*weeks_of(Odd=(*QUIET, *odd), Steady=(*STEADY, *steady)), **given)[0].spikes


def test_a_spike_is_told_with_its_range_its_weeks_and_its_cases() -> None:
    (spike,) = spikes({"odd": [15], "steady": [20]})
    assert spike.text == "Odd: 15 in the week from Mon 9 Nov, usually 3\u20137 (26 weeks)"
    assert (spike.dimension, spike.category) == (Dimension.REASON, "Odd")
    assert (spike.since, spike.is_since_seen, spike.is_new) == (RUNNING - WEEK, True, True)
    assert (spike.count, spike.usual_low, spike.usual_high, spike.baseline_weeks) == (15, 3, 7, 26)
    assert spike.ratio == pytest.approx(3, abs=0.1)
    assert spike.cases == tuple(f"Odd-1-{number}" for number in range(10))


def test_a_reason_that_is_new_is_told_with_all_its_cases() -> None:
    (spike,) = told(*weeks_of(New=(8,), Steady=(*STEADY, 20)))[0].spikes
    assert spike.text == "New: 8 in the week from Mon 9 Nov, usually 0 (26 weeks)"
    assert len(spike.cases) == 8


@pytest.mark.parametrize(
    ("odd", "since", "normal", "is_new"),
    [
        pytest.param([15, 16], 2, None, False, id="told once, kept while in force"),
        pytest.param([15, 5], 2, None, False, id="one normal week is not enough"),
        pytest.param([15, 5, 5], 3, 1, False, id="back to normal after two"),
        pytest.param([15, 5, 5, 5, 5, 5], 6, 4, False, id="told for four weeks"),
    ],
)
def test_a_spike_lasts_until_it_is_over(
    odd: list[int], since: int, normal: int | None, *, is_new: bool
) -> None:
    (spike,) = spikes({"odd": odd, "steady": [20] * len(odd)})
    assert spike.since == RUNNING - since * WEEK
    assert spike.normal_since == (normal and RUNNING - normal * WEEK)
    assert spike.is_new is is_new


def test_what_is_long_over_is_not_told() -> None:
    assert spikes({"odd": [15, *[5] * 6], "steady": [20] * 7}) == ()


def test_a_slow_rise_is_told_of_the_four_weeks_together() -> None:
    (spike,) = spikes({"odd": [8, 9, 10, 11], "steady": [20, 21, 20, 20]})
    assert "38 in the 4 weeks from Mon 19 Oct, usually 18\u201323" in spike.text
    assert (spike.weeks, spike.first_week) == (4, RUNNING - 4 * WEEK)


def test_when_everything_rises_it_is_told_once_with_what_rose_more() -> None:
    both = [*weeks_of(Odd=(*QUIET, 40), Steady=(*STEADY, 42), Other=(*QUIET, 10))]
    watch = told(*both)[0]
    (spike,) = watch.spikes
    assert watch.all_up is spike
    assert spike.text.startswith("All refunds are up 3.0\u00d7: 92 in the week from Mon 9 Nov")
    assert [part.category for part in spike.parts] == ["Odd"]
    assert len(spike.cases) == 10


def test_when_the_rise_of_all_is_over_its_parts_are_told_only_while_they_last() -> None:
    def after(*odd: int) -> SpikeWatch:
        steady = (42, *[20] * (len(odd) - 1))
        return told(*weeks_of(Odd=(*QUIET, *odd), Steady=(*STEADY, *steady)))[0]

    over = after(40, 5, 5)
    assert over.all_up is None
    assert [(spike.category, spike.normal_since is None) for spike in over.spikes] == [("", False)]
    lasting = after(40, 18, 18)
    assert [(spike.category, spike.normal_since is None) for spike in lasting.spikes] == [
        ("", False),
        ("Odd", True),
    ]


def test_products_are_watched_as_reasons_are() -> None:
    cases = [
        replace(case, product=case.reason, reason="")
        for case in weeks_of(Odd=(*QUIET, 15), Steady=(*STEADY, 20))
    ]
    (spike,) = told(*cases, fields=FIELDS)[0].spikes
    assert (spike.dimension, spike.category) == (Dimension.PRODUCT, "Odd")


def test_nobody_is_sent_to_look_after_a_blank_reason() -> None:
    assert told(*weeks_of(blank=(*QUIET, 15), Steady=(*STEADY, 20)))[0].spikes == ()


@pytest.mark.parametrize(
    ("weeks", "learnt"), [pytest.param(0, 0, id="none"), (1, 0), (8, 7), pytest.param(9, None)]
)
def test_until_there_are_weeks_enough_it_learns(weeks: int, learnt: int | None) -> None:
    watch, alarms, seen_from, _ = told(*weeks_of(Steady=(20,) * weeks))
    assert (watch.learnt, watch.to_learn) == (learnt, 8)
    assert (alarms.value is None) == (learnt is not None)
    assert [row[0] for row in seen_from.rows] == (
        [] if learnt is not None else ["All refunds", "Steady"]
    )


def test_an_old_case_typed_in_is_not_the_beginning_of_the_log() -> None:
    old = RefundCase(reason="Steady", requested_at=RUNNING - 40 * WEEK)
    watch = told(old, *weeks_of(Steady=(20,) * 9))[0]
    assert watch.spikes == ()
    assert watch.used == 180


def test_weeks_in_which_the_shop_was_closed_are_passed_over() -> None:
    closed = RUNNING - 2 * WEEK
    holidays = frozenset(closed + timedelta(days=n) for n in range(3))
    counts = (*STEADY[:-2], 0, 20)
    quiet = told(*weeks_of(Steady=counts))[2].rows[0]
    calendar = replace(facts().calendar, holidays=holidays)
    passed = told(*weeks_of(Steady=counts), calendar=calendar)[2].rows[0]
    assert (quiet[1], passed[1]) == (pytest.approx(20.2, abs=0.1), pytest.approx(21, abs=0.1))


def test_the_running_week_is_never_tested() -> None:
    cases = [*weeks_of(Steady=STEADY)]
    cases += [RefundCase(reason="Steady", requested_at=RUNNING)] * 100
    assert told(*cases)[0].spikes == ()


def test_what_cannot_be_seen_and_the_false_alarms_to_expect_are_told() -> None:
    _, alarms, seen_from, _ = told(*weeks_of(Odd=(*QUIET, 5), Steady=(*STEADY, 20)))
    assert isinstance(alarms.value, float)
    assert 0 < alarms.value < 4
    rows = {row[0]: row[1:] for row in seen_from.rows}
    assert list(rows) == ["All refunds", "Steady", "Odd"]
    usual, in_a_week, in_four = rows["Odd"]
    assert usual == pytest.approx(5.1, abs=0.2)
    assert (in_a_week, in_four) == (13, 38)


def test_of_many_reasons_the_frequent_ones_are_told() -> None:
    reasons = {f"R{number:02}": (number + 1,) * 12 for number in range(12)}
    rows = told(*weeks_of(**reasons))[2].rows
    assert [row[0] for row in rows] == ["All refunds", *(f"R{n:02}" for n in range(11, 1, -1))]


def test_cases_typed_late_for_last_week_are_counted() -> None:
    last = datetime(2026, 11, 13, 9, tzinfo=ZONE)
    in_time = watched(("New", last))
    late = replace(in_time, first_seen=FRIDAY)
    adopted = known(RefundCase(requested_at=last))
    earlier = watched(("New", last - WEEK))
    figure = told(in_time, late, late, adopted, earlier, RefundCase())[3]
    assert (figure.value, figure.used) == (2, 3)
    assert [reason.cases for reason in figure.left_out] == [1]


def test_cases_without_a_date_are_left_out() -> None:
    watch = told(RefundCase(), *weeks_of(Steady=STEADY), being_typed=2)[0]
    assert [(reason.cases, reason.why) for reason in watch.left_out] == [
        (1, "no readable date of receipt"),
        (2, "still being typed"),
    ]


def test_what_began_before_the_weeks_that_are_looked_at_says_so() -> None:
    rising = tuple(20 + 15 * week for week in range(48))
    (spike,) = (s for s in told(*weeks_of(Steady=(*STEADY, *rising)))[0].spikes)
    assert not spike.is_since_seen
