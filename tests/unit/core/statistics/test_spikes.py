"""The spike test by example, its formula against scipy, and its announcements."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from refundsheet.core.statistics.spikes import (
    ALL,
    FOUR_WEEKS,
    LEARNING_WEEKS,
    WEEKLY,
    Episode,
    Finding,
    Learning,
    Look,
    Spikes,
    Walk,
    episodes,
    find_spikes,
    walk,
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
    assert (found.count, found.usual_range) == (15, (3, 7))
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


def test_a_slow_rise_is_seen_by_the_four_weeks_together() -> None:
    rising, steady = (*QUIET, 8, 9, 10, 11), (*STEADY, 20, 21, 20, 20)
    assert not reason(look_at(WEEKLY, rising, steady)).flagged
    found = reason(look_at(FOUR_WEEKS, rising, steady))
    assert found.flagged
    assert (found.count, found.usual_range) == (38, (18, 23))


def test_a_single_high_week_is_not_told_again_by_the_four_weeks_together() -> None:
    high, steady = (*QUIET, 60, 5, 4, 6), (*STEADY, 20, 21, 20, 20)
    found = reason(look_at(FOUR_WEEKS, high, steady))
    assert found.count == 75
    assert found.tested == 15 + int(outlying(found))
    assert not found.flagged


def outlying(finding: Finding) -> float:
    """The count whose Anscombe residual is 2.58, in a week of what is tested together."""
    mean = finding.expected / finding.look.weeks
    spread = 2 / 3 * mean ** (1 / 6) * (1 + finding.overdispersion * mean) ** 0.5
    return (mean ** (2 / 3) + 2.58 * spread) ** 1.5


def test_when_everything_rises_it_is_said_once() -> None:
    spikes = look_at(WEEKLY, (*QUIET, 10), (*STEADY, 42), (*QUIET, 11))
    assert spikes.all_up == pytest.approx(2.0, abs=0.1)
    assert [finding.flagged for finding in spikes.by_dimension["reason"].values()] == [False] * 3
    assert reason(spikes).expected == pytest.approx(reason(spikes).usual * 53 / 26.2, rel=0.01)


def test_a_reason_that_alone_made_the_rise_is_not_held_against_it() -> None:
    spikes = look_at(WEEKLY, (*QUIET, 30), (*QUIET, 5), (*STEADY, 21))
    assert spikes.all_up
    assert reason(spikes).expected == pytest.approx(reason(spikes).usual)
    assert reason(spikes).flagged


def test_where_there_are_no_others_a_reason_rises_with_nothing() -> None:
    spikes = look_at(WEEKLY, (*STEADY, 60))
    assert spikes.all_up
    assert reason(spikes).flagged


def test_a_rise_of_all_that_began_before_is_reckoned_with() -> None:
    series = ((*QUIET, 7), (*STEADY, 28))
    total = tuple(map(sum, zip(*series, strict=True)))
    reasons = {"r": {str(n): counts for n, counts in enumerate(series)}}
    for is_all_up, rise in ((False, 1.0), (True, 28 / 21)):
        spikes = find_spikes(total, reasons, WEEKLY, is_all_up=is_all_up)
        assert isinstance(spikes, Spikes)
        assert not spikes.all_up
        found = spikes.by_dimension["r"]["0"]
        assert found.expected == pytest.approx(found.usual * rise, rel=0.01)


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


def test_categories_too_small_to_be_flagged_by_chance_do_not_hide_the_one_that_is() -> None:
    rare = tuple(int(n == 7) for n in range(27))
    crowd = look_at(WEEKLY, (*QUIET, 13), *[rare] * 300, overall=(*STEADY, 20))
    assert reason(crowd).flagged


COUNTS = np.arange(400)


def chances(findings: Iterable[Finding], p: float) -> float:
    """How many categories are unusual by chance with so small a p-value, count by count."""
    expected = 0.0
    for finding in findings:
        share, size = distribution(finding)
        tails = nbinom.sf(COUNTS - 1, size, share)
        is_so = (finding.least <= COUNTS) & (tails <= p * (1 + 1e-9)) & (tails < 0.01)
        expected += nbinom.pmf(COUNTS[is_so], size, share).sum()
    return expected


def distribution(finding: Finding) -> tuple[float, float]:
    """Share and size of the predictive distribution, as scipy takes them."""
    look, week = finding.look, finding.expected / finding.look.weeks
    variance = look.weeks * (week + finding.overdispersion * week**2)
    variance *= 1 + look.weeks / finding.baseline_weeks
    return finding.expected / variance, finding.expected**2 / (variance - finding.expected)


@given(
    series=st.lists(st.lists(st.integers(0, 12), min_size=20, max_size=20), min_size=1, max_size=6)
)
def test_q_is_the_share_of_flags_by_chance(series: list[list[int]]) -> None:
    raised = [(*counts, max(counts) + 6 + n) for n, counts in enumerate(series)]
    findings = look_at(WEEKLY, *raised, overall=(99,) * 21).by_dimension["reason"].values()
    unusual = sorted((f for f in findings if f.unusual), key=lambda finding: finding.p)
    smallest = 1.0
    for rank in range(len(unusual), 0, -1):
        smallest = min(smallest, chances(findings, unusual[rank - 1].p) / rank)
        assert unusual[rank - 1].q == pytest.approx(smallest, abs=1e-9)


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
    share, size = distribution(found)
    oracle = nbinom.sf(found.tested - 1, size, share)
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
    assert found.as_counted.expected == pytest.approx(mean)
    assert found.as_counted.overdispersion == pytest.approx(max(pooled, 0), abs=1e-9)


@given(series=WEEKS, look=st.sampled_from([WEEKLY, FOUR_WEEKS]), p=st.floats(1e-9, 0.5))
def test_the_smallest_count_as_unlikely_as_p(series: list[int], look: Look, p: float) -> None:
    found = look_at(look, tuple(series)).overall
    smallest = found.smallest(p)
    assert smallest >= found.least
    assert found.tail(smallest) <= p
    assert smallest == found.least or found.tail(smallest - 1) > p


def weeks_of(*series: tuple[int, ...]) -> Walk:
    total = tuple(map(sum, zip(*series, strict=True)))
    reasons = {f"reason {n}": counts for n, counts in enumerate(series)}
    return walk(total, {"reason": reasons}, tested_weeks=6)


def test_each_week_is_tested_as_if_it_had_been_the_last() -> None:
    walked = weeks_of((*QUIET, 15, 5, 5), (*STEADY, 20, 21, 20))
    found = walked.flagged["reason", "reason 0"]
    assert [week for week, finding in enumerate(found) if finding] == [3]
    assert walked.episodes(("reason", "reason 0")) == (Episode(3, 3, 5),)
    assert [spikes.look for spikes in walked.latest] == [WEEKLY, FOUR_WEEKS]


def test_a_week_that_both_looks_flag_is_told_alone() -> None:
    walked = weeks_of((*QUIET, 30, 30), (*STEADY, 20, 21))
    told = walked.flagged["reason", "reason 0"][-1]
    assert told
    assert (told.look, told.count) == (WEEKLY, 30)


def test_what_rose_with_all_is_no_news_of_its_own_when_the_rise_is_over() -> None:
    doubled = [(*counts, *(2 * count for count in counts[:8])) for counts in (QUIET, STEADY)]
    steep = (*QUIET, *(40, 40), *(9,) * 6)
    walked = walk(
        tuple(map(sum, zip(*doubled, steep, strict=True))),
        {"reason": {"A": doubled[0], "B": doubled[1], "steep": steep}},
        tested_weeks=8,
    )
    assert walked.episodes(ALL)
    assert all(episode.with_all for episode in walked.episodes(("reason", "steep")))
    assert walked.episodes(("reason", "steep"))
    assert ("reason", "A") not in walked.flagged
    assert ("reason", "B") not in walked.flagged


def test_a_log_of_a_few_weeks_is_walked_without_a_finding() -> None:
    for weeks in (0, 1, 5):
        walked = walk((5,) * weeks, {"reason": {"A": (5,) * weeks}}, tested_weeks=26)
        assert (walked.flagged, walked.latest) == ({}, ())


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
