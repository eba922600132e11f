"""The spike test by example, its formula against scipy, and its announcements."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from refundsheet.core.statistics.spikes import (
    FOUR_WEEKS,
    LEARNING_WEEKS,
    WEEKLY,
    Episode,
    Finding,
    Learning,
    Look,
    Spikes,
    episodes,
    false_alarms_a_year,
    find_spikes,
    open_weeks,
    smallest_unusual,
)

#: five a week, as chance has it
QUIET = (5, 4, 7, 5, 3, 6, 5, 8, 4, 5, 6, 2, 5, 7, 4, 5, 6, 3, 5, 4, 7, 6, 5, 4, 5, 6)
STEADY = tuple(20 + n % 3 for n in range(26))
WEEKS = st.lists(st.integers(0, 40), min_size=LEARNING_WEEKS + 4, max_size=40)


def look_at(look: Look, *series: tuple[int, ...], overall: tuple[int, ...] | None = None) -> Spikes:
    total = overall or tuple(map(sum, zip(*series, strict=True)))
    reasons = {f"reason {n}": counts for n, counts in enumerate(series)}
    spikes = find_spikes(total, {"reason": reasons}, look)
    assert isinstance(spikes, Spikes)
    return spikes


def reason(spikes: Spikes, number: int = 0) -> Finding:
    return spikes.by_dimension["reason"][f"reason {number}"]


@pytest.mark.parametrize(
    ("weeks", "look", "learnt"),
    [
        pytest.param(0, WEEKLY, 0, id="a new log"),
        pytest.param(8, WEEKLY, 7, id="seven weeks before the tested one"),
        pytest.param(11, FOUR_WEEKS, 7, id="seven weeks before the tested four"),
    ],
)
def test_fewer_than_eight_weeks_are_learning(weeks: int, look: Look, learnt: int) -> None:
    assert find_spikes((5,) * weeks, {}, look) == Learning(weeks=learnt, needed=8)


def test_a_tripling_is_flagged_with_all_that_is_said_about_it() -> None:
    spikes = look_at(WEEKLY, (*QUIET, 15), (*STEADY, 20))
    found = reason(spikes)
    assert found.flagged
    assert (found.count, found.usual_low, found.usual_high) == (15, 3, 7)
    assert found.baseline_weeks == 26
    assert found.usual == pytest.approx(5, abs=0.2)
    assert found.ratio == pytest.approx(3, abs=0.1)
    assert not reason(spikes, 1).unusual
    assert spikes.all_up is None


@pytest.mark.parametrize(
    ("baseline", "count"),
    [
        pytest.param((0,) * 26, 4, id="fewer than five cases"),
        pytest.param(QUIET, 9, id="within chance"),
        pytest.param((100,) * 26, 145, id="less than half as many again"),
    ],
)
def test_what_is_not_a_spike(baseline: tuple[int, ...], count: int) -> None:
    assert not look_at(WEEKLY, (*baseline, count)).overall.unusual


def test_three_cases_more_than_usual_are_needed() -> None:
    strict = replace(WEEKLY, above=13.0)
    spikes = look_at(strict, (*QUIET, 15))
    assert spikes.overall.p < WEEKLY.p_below
    assert not spikes.overall.unusual


def test_only_the_last_26_weeks_before_the_tested_one_count() -> None:
    assert look_at(WEEKLY, (90,) * 30 + (*QUIET, 15)).overall.flagged


def test_an_old_outbreak_does_not_hide_the_next_one() -> None:
    with_outbreak = (*QUIET[:12], 30, 40, *QUIET[14:])
    found = look_at(WEEKLY, (*with_outbreak, 15), (*STEADY, 20))
    assert reason(found).flagged
    assert reason(found).usual < 6


def test_closed_weeks_are_left_out() -> None:
    assert open_weeks((5, 0, 6), (True, False, True)) == (5, 6)


def test_a_slow_rise_is_seen_by_the_four_weeks_together() -> None:
    rising, steady = (*QUIET, 8, 9, 10, 11), (*STEADY, 20, 21, 20, 20)
    assert not reason(look_at(WEEKLY, rising, steady)).flagged
    found = reason(look_at(FOUR_WEEKS, rising, steady))
    assert found.flagged
    assert (found.count, found.usual_low, found.usual_high) == (38, 18, 23)


def test_when_everything_rises_it_is_said_once() -> None:
    spikes = look_at(WEEKLY, (*QUIET, 10), (*STEADY, 42), (*QUIET, 11))
    assert spikes.all_up == pytest.approx(2.0, abs=0.1)
    assert [finding.flagged for finding in spikes.by_dimension["reason"].values()] == [False] * 3
    assert reason(spikes).expected == pytest.approx(reason(spikes).usual * (spikes.all_up or 0))


def test_when_everything_rises_what_rose_more_is_still_named() -> None:
    spikes = look_at(WEEKLY, (*QUIET, 40), (*STEADY, 30))
    assert spikes.all_up
    assert reason(spikes).flagged
    assert not reason(spikes, 1).flagged


def test_many_categories_make_chance_findings_and_are_held_to_more() -> None:
    alone = look_at(WEEKLY, (*QUIET, 13), overall=(*STEADY, 20))
    crowd = look_at(WEEKLY, (*QUIET, 13), *[(*QUIET, 5)] * 60, overall=(*STEADY, 20))
    assert reason(alone).flagged
    assert reason(crowd).unusual
    assert not reason(crowd).flagged
    assert reason(crowd).q > WEEKLY.q_at_most


def test_a_category_without_cases_is_not_tested() -> None:
    spikes = look_at(WEEKLY, (*QUIET, 5), (9,) * 10 + (0,) * 27, overall=(*STEADY, 20) * 2)
    assert list(spikes.by_dimension["reason"]) == ["reason 0"]


def test_a_log_without_cases_has_no_spike() -> None:
    spikes = look_at(WEEKLY, (0,) * 20)
    assert not spikes.overall.unusual
    assert spikes.by_dimension["reason"] == {}


@given(series=WEEKS, look=st.sampled_from([WEEKLY, FOUR_WEEKS]))
def test_p_is_the_predictive_negative_binomial_tail(series: list[int], look: Look) -> None:
    found = look_at(look, tuple(series)).overall
    week = found.expected / look.weeks
    variance = look.weeks * (week + found.overdispersion * week**2)
    variance *= 1 + look.weeks / found.baseline_weeks
    size = found.expected**2 / (variance - found.expected)
    oracle = nbinom.sf(found.count - 1, size, found.expected / variance)
    assert found.p == pytest.approx(float(oracle), abs=1e-9)


@given(series=WEEKS)
def test_mean_and_overdispersion_are_moments_where_no_week_is_outlying(series: list[int]) -> None:
    baseline = [min(count, 6) + 6 for count in series[:-1]][-26:]
    found = look_at(WEEKLY, (*baseline, series[-1])).overall
    mean = sum(baseline) / len(baseline)
    variance = sum((count - mean) ** 2 for count in baseline) / (len(baseline) - 1)
    assert found.usual == pytest.approx(mean + 0.5 / len(baseline))
    pooled = (variance - mean) / mean**2
    assert found.overdispersion == pytest.approx(max(0.02, (pooled + 0.02) / 2))


@given(series=WEEKS, look=st.sampled_from([WEEKLY, FOUR_WEEKS]))
def test_the_smallest_unusual_count_is_where_unusual_begins(series: list[int], look: Look) -> None:
    smallest = smallest_unusual(look_at(look, tuple(series)).overall, look)
    rest = sum(series[len(series) - look.weeks : -1])
    for count in {max(smallest - 1 - rest, 0), max(smallest - rest, 0)}:
        found = look_at(look, (*series[:-1], count)).overall
        assert found.unusual == (found.count >= smallest)


def test_false_alarms_to_expect_are_few() -> None:
    findings = look_at(WEEKLY, (*QUIET, 5), (*STEADY, 20)).by_dimension["reason"].values()
    assert 0 < false_alarms_a_year(findings, WEEKLY) < 1


@pytest.mark.parametrize(
    ("flagged", "announced"),
    [
        pytest.param("....", [], id="nothing"),
        pytest.param(".x", [Episode(1, 1, None)], id="new this week"),
        pytest.param("xxx", [Episode(0, 2, None)], id="announced once, kept while in force"),
        pytest.param("x.", [Episode(0, 0, None)], id="one normal week is not enough"),
        pytest.param("x..", [Episode(0, 0, 2)], id="back to normal after two"),
        pytest.param("x.x", [Episode(0, 2, None)], id="a normal week between is the same spike"),
        pytest.param("x..x", [Episode(0, 0, 2), Episode(3, 3, None)], id="a new one after it"),
        pytest.param("x....", [Episode(0, 0, 2)], id="long over"),
    ],
)
def test_a_spike_is_announced_once_and_over_after_two_normal_weeks(
    flagged: str, announced: list[Episode]
) -> None:
    assert list(episodes([week == "x" for week in flagged])) == announced


@pytest.mark.parametrize(
    ("all_up", "with_all"),
    [
        pytest.param("......", False, id="all as usual"),
        pytest.param("...x..", True, id="up in the same week"),
        pytest.param("..x...", True, id="not yet back to normal"),
        pytest.param("x.....", False, id="back to normal before"),
        pytest.param("....x.", False, id="up only later"),
    ],
)
def test_a_spike_that_begins_while_all_is_up_is_part_of_that_news(
    all_up: str, *, with_all: bool
) -> None:
    (found,) = episodes([False] * 3 + [True] * 3, [week == "x" for week in all_up])
    assert found == Episode(3, 5, None, with_all=with_all)


def test_while_the_rise_of_all_lasts_all_spikes_belong_to_it() -> None:
    (found,) = episodes([False, False, True], [True, True, True])
    assert found.with_all
