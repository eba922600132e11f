"""What the spike test sees and how often it errs, against its own verdicts and against scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from refundsheet.core.statistics.spikes import (
    FOUR_WEEKS,
    WEEKLY,
    Finding,
    Look,
    Spikes,
    find_spikes,
)
from refundsheet.core.statistics.vigilance import watch

BASELINES = st.lists(
    st.lists(st.integers(0, 12), min_size=26, max_size=26).filter(any), min_size=1, max_size=12
)
OVERALL = tuple(200 + n % 5 for n in range(30))


def spikes_of(look: Look, *series: tuple[int, ...]) -> Spikes:
    """Looks at categories, among so many cases that a rise of one is none of all."""
    reasons = {str(n): counts for n, counts in enumerate(series)}
    found = find_spikes(OVERALL[: len(series[0])], {"reason": reasons}, look)
    assert isinstance(found, Spikes)
    return found


@given(baselines=BASELINES)
def test_what_is_seen_from_a_number_on_is_flagged_from_it_on(baselines: list[list[int]]) -> None:
    calm = [(*counts, 0) for counts in baselines]
    seen_from = watch(spikes_of(WEEKLY, *calm))["reason"].seen_from["0"]
    for count in (seen_from - 1, seen_from):
        raised = spikes_of(WEEKLY, (*calm[0][:-1], count), *calm[1:])
        assert raised.by_dimension["reason"]["0"].flagged == (count >= seen_from)


def test_the_more_categories_the_more_it_takes() -> None:
    quiet = (*(5, 4, 7, 5, 3, 6, 5, 8, 4, 5, 6, 2, 5, 7, 4, 5, 6, 3, 5, 4, 7, 6, 5, 4, 5, 6), 5)
    alone = watch(spikes_of(WEEKLY, quiet))["reason"]
    crowd = watch(spikes_of(WEEKLY, *[quiet] * 30))["reason"]
    assert (alone.seen_from["0"], crowd.seen_from["0"]) == (13, 15)
    assert alone.false_alarms < crowd.false_alarms < 52 * WEEKLY.q_at_most


@given(baselines=BASELINES)
def test_false_alarms_of_single_weeks_are_the_tails_together(baselines: list[list[int]]) -> None:
    found = spikes_of(WEEKLY, *((*counts, 0) for counts in baselines))
    watched = watch(found)
    for name, findings in (("", {"": found.overall}), *found.by_dimension.items()):
        seen_from = watched[name].seen_from
        tails = [
            nbinom.sf(seen_from[one] - 1, *of_weeks(finding.as_counted, 1))
            for one, finding in findings.items()
        ]
        assert watched[name].false_alarms == pytest.approx(52 * sum(tails), abs=1e-9)


def of_weeks(finding: Finding, weeks: int) -> tuple[float, float]:
    """Size and share of so many weeks, as scipy takes them."""
    week = finding.expected / finding.look.weeks
    spread = (week + finding.overdispersion * week**2) * (
        1 + finding.look.weeks / finding.baseline_weeks
    )
    return weeks * week**2 / (spread - week), week / spread


@pytest.mark.parametrize(
    ("mean", "tolerance"),
    [
        pytest.param(2, 1e-9, id="count by count"),
        pytest.param(40, 0.03, id="in parts, where there are many"),
    ],
)
def test_a_stretch_of_weeks_that_is_high_alarms_once(mean: int, tolerance: float) -> None:
    found = spikes_of(FOUR_WEEKS, tuple(mean + n % 3 for n in range(30)))
    finding = found.by_dimension["reason"]["0"].as_counted
    watched = watch(found)["reason"]
    least = watched.seen_from["0"]
    shared = np.arange(least)
    missing = least - shared
    crosses = nbinom.sf(missing - 1, *of_weeks(finding, 1))
    begins = nbinom.pmf(shared, *of_weeks(finding, 3)) * crosses * (1 - crosses)
    assert watched.false_alarms == pytest.approx(52 * begins.sum(), rel=tolerance)


def test_a_category_without_a_case_so_far_raises_no_false_alarm() -> None:
    new = (*(0,) * 29, 3)
    for look in (WEEKLY, FOUR_WEEKS):
        found = spikes_of(look, new)
        assert found.by_dimension["reason"]["0"].expected > 0
        assert watch(found)["reason"].false_alarms == 0
