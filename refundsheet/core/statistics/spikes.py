"""Which weekly counts are too high to be chance, with every number needed to say so.

A week is compared with the weeks before it through a negative binomial distribution whose
overdispersion is pooled over the categories of a dimension (the reasons, the products). Series
are weekly counts, oldest first, of complete weeks in which the shop was open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import compress
from math import ceil, sqrt

from refundsheet.core.statistics.tails import false_discovery_q, negative_binomial_tail

BASELINE_WEEKS = 26
LEARNING_WEEKS = 8
WEEKS_TO_NORMAL = 2
WEEKS_A_YEAR = 52

_WINSORISED_ABOVE = 2.58
_USUAL_OVERDISPERSION = 0.02
_USUAL_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Look:
    """How many of the last weeks are tested together, and what it takes to be flagged."""

    weeks: int
    p_below: float
    at_least: int
    #: cases above the expected number
    above: float = 0.0
    #: times the expected number
    times: float = 0.0
    #: Benjamini-Hochberg over the dimension; 1 asks for nothing
    q_at_most: float = 1.0


WEEKLY = Look(weeks=1, p_below=0.01, at_least=5, above=3.0, times=1.5, q_at_most=0.10)
FOUR_WEEKS = Look(weeks=4, p_below=0.002, at_least=8)


@dataclass(frozen=True, slots=True)
class Learning:
    """Too few weeks to test anything: "learning: 5 of 8 weeks"."""

    weeks: int
    needed: int = LEARNING_WEEKS


@dataclass(frozen=True, slots=True)
class Finding:
    """One category's count in the tested weeks against what was to be expected."""

    count: int
    #: cases expected in as many weeks, before the rise of all categories is counted in
    usual: float
    #: what the count was tested against: usual, times the rise of all categories if there is one
    expected: float
    #: range that nine in ten stretches of as many weeks of the baseline lay in
    usual_low: int
    usual_high: int
    baseline_weeks: int
    overdispersion: float
    p: float = 1.0
    q: float = 1.0
    #: every condition but the false discovery rate is met
    unusual: bool = False
    flagged: bool = False

    @property
    def ratio(self) -> float:
        """The count as a multiple of the usual one."""
        return self.count / self.usual


@dataclass(frozen=True, slots=True)
class Spikes:
    """One look at all categories of every dimension."""

    look: Look
    overall: Finding
    by_dimension: Mapping[str, Mapping[str, Finding]]

    @property
    def all_up(self) -> float | None:
        """The multiple that all cases together rose to, if that is itself a spike."""
        return self.overall.ratio if self.overall.flagged else None


@dataclass(frozen=True, slots=True)
class Episode:
    """A spike from the week it was first flagged until it is over; weeks count from the oldest."""

    first_week: int
    last_flagged_week: int
    #: the week with which it was back to normal, None while in force
    normal_week: int | None
    #: it began while all cases together were up: part of that news, no news of its own
    with_all: bool = False


def open_weeks(counts: Sequence[int], is_open: Sequence[bool]) -> tuple[int, ...]:
    """The counts without the weeks in which the shop was closed."""
    return tuple(compress(counts, is_open))


def find_spikes(
    overall: Sequence[int], dimensions: Mapping[str, Mapping[str, Sequence[int]]], look: Look
) -> Spikes | Learning:
    """Test the last weeks of all series, those of the categories against the rise of all.

    A category without any case in the baseline and the tested weeks is left out. All series have
    the same weeks.
    """
    baseline = min(len(overall) - look.weeks, BASELINE_WEEKS)
    if baseline < LEARNING_WEEKS:
        return Learning(weeks=max(baseline, 0))
    together = _test({"": overall}, look, rise=1.0)[""]
    rise = together.ratio if together.flagged else 1.0
    by_dimension = {
        name: _test(_with_cases(categories, look), look, rise)
        for name, categories in dimensions.items()
    }
    return Spikes(look, together, by_dimension)


def episodes(flagged: Sequence[bool], all_up: Sequence[bool] = ()) -> tuple[Episode, ...]:
    """Spikes as they are announced: once at their first week, over after two normal weeks.

    Args:
        flagged: one category, week by week, by either look.
        all_up: the same of all cases together, when the category is not that itself.
    """
    over: list[Episode] = []
    in_force: Episode | None = None
    weeks_all_up = _weeks_in_force(all_up)
    for week, is_flagged in enumerate(flagged):
        if is_flagged and in_force:
            in_force = replace(in_force, last_flagged_week=week)
        elif is_flagged:
            in_force = Episode(week, week, normal_week=None, with_all=week in weeks_all_up)
        elif in_force and week - in_force.last_flagged_week == WEEKS_TO_NORMAL:
            over.append(replace(in_force, normal_week=week))
            in_force = None
    return (*over, in_force) if in_force else tuple(over)


def _weeks_in_force(flagged: Sequence[bool]) -> frozenset[int]:
    spans = episodes(flagged) if flagged else ()
    return frozenset(
        week for span in spans for week in range(span.first_week, span.normal_week or len(flagged))
    )


def smallest_unusual(finding: Finding, look: Look) -> int:
    """The smallest count that would have been unusual: what lies below, the test cannot see."""
    count = max(look.at_least, ceil(finding.expected + look.above))
    count = max(count, ceil(finding.expected * look.times))
    while _p_value(count, finding, look) >= look.p_below:
        count += 1
    return count


def false_alarms_a_year(findings: Iterable[Finding], look: Look) -> float:
    """How many weeks of a year would be unusual by chance alone, before the false discovery rate.

    It takes what is usual for the truth, so it is a rough figure, and an upper one.
    """
    return WEEKS_A_YEAR * sum(
        negative_binomial_tail(
            smallest_unusual(finding, look), finding.expected, finding.overdispersion / look.weeks
        )
        for finding in findings
    )


def _with_cases(categories: Mapping[str, Sequence[int]], look: Look) -> dict[str, Sequence[int]]:
    weeks = BASELINE_WEEKS + look.weeks
    return {name: counts for name, counts in categories.items() if any(counts[-weeks:])}


def _test(categories: Mapping[str, Sequence[int]], look: Look, rise: float) -> dict[str, Finding]:
    weeks = BASELINE_WEEKS + look.weeks
    recent = {name: counts[-weeks:] for name, counts in categories.items()}
    baselines = {name: counts[: -look.weeks] for name, counts in recent.items()}
    means, overdispersion = _model(baselines)
    untested = [
        _untested(recent[name], mean * look.weeks, rise, overdispersion, look)
        for name, mean in means.items()
    ]
    p_values = [_p_value(finding.count, finding, look) for finding in untested]
    q_values = false_discovery_q(p_values)
    judged = map(partial(_judged, look), untested, p_values, q_values)
    return dict(zip(means, judged, strict=True))


def _untested(
    counts: Sequence[int], usual: float, rise: float, overdispersion: float, look: Look
) -> Finding:
    baseline = counts[: -look.weeks]
    low, high = _usual_range(baseline, look.weeks)
    return Finding(
        count=sum(counts[-look.weeks :]),
        usual=usual,
        expected=usual * rise,
        usual_low=low,
        usual_high=high,
        baseline_weeks=len(baseline),
        overdispersion=overdispersion,
    )


def _judged(look: Look, finding: Finding, p: float, q: float) -> Finding:
    unusual = (
        p < look.p_below
        and finding.count >= look.at_least
        and finding.count - finding.expected >= look.above
        and finding.count >= finding.expected * look.times
    )
    return replace(finding, p=p, q=q, unusual=unusual, flagged=unusual and q <= look.q_at_most)


def _model(baselines: Mapping[str, Sequence[int]]) -> tuple[dict[str, float], float]:
    """Mean per week of each category and their common overdispersion, outlying weeks cut down.

    An outbreak in the baseline would hide the next one. Outlying is what Farrington's method calls
    so, an Anscombe residual above 2.58; such a week counts as if its residual were just that.
    """
    means, overdispersion = _moments(baselines)
    cut = {
        name: [min(count, _outlying(means[name], overdispersion)) for count in counts]
        for name, counts in baselines.items()
    }
    return _moments(cut)


def _moments(baselines: Mapping[str, Sequence[float]]) -> tuple[dict[str, float], float]:
    """Means, and the overdispersion a of Var = m + a * m², pooled and drawn towards a usual one."""
    excess = squares = 0.0
    for counts in baselines.values():
        mean = sum(counts) / len(counts)
        excess += sum((count - mean) ** 2 for count in counts) / (len(counts) - 1) - mean
        squares += mean * mean
    pooled = excess / squares if squares else 0.0
    shrunk = max(_USUAL_OVERDISPERSION, (pooled + _USUAL_OVERDISPERSION) / 2)
    return {name: (sum(c) + 0.5) / len(c) for name, c in baselines.items()}, shrunk


def _outlying(mean: float, overdispersion: float) -> float:
    spread = 2 / 3 * mean ** (1 / 6) * sqrt(1 + overdispersion * mean)
    return (mean ** (2 / 3) + _WINSORISED_ABOVE * spread) ** 1.5


def _p_value(count: int, finding: Finding, look: Look) -> float:
    """P(X >= count) where X has the spread of so many weeks and that of the mean's estimate."""
    expected, weeks = finding.expected, look.weeks
    per_week = expected / weeks
    spread = weeks * (per_week + finding.overdispersion * per_week**2)
    predictive = spread * (1 + weeks / finding.baseline_weeks)
    return negative_binomial_tail(count, expected, (predictive - expected) / expected**2)


def _usual_range(baseline: Sequence[int], weeks: int) -> tuple[int, int]:
    totals = sorted(sum(baseline[i : i + weeks]) for i in range(len(baseline) - weeks + 1))
    outside = int(len(totals) * _USUAL_SHARE)
    return totals[outside], totals[-1 - outside]
