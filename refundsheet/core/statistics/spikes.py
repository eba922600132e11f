"""Which weekly counts are too high to be chance, with every number needed to say so.

A week is compared with the weeks before it through a negative binomial distribution whose
overdispersion is pooled over the categories of a dimension (the reasons, the products). Series
are weekly counts, oldest first, of complete weeks in which the shop was open.

Many categories are looked at, so some are high by chance. Benjamini and Hochberg's q-value says which
share of the flags would be false. As counts are whole numbers, a category seldom reaches a p-value
as small as p with probability p: a product sold once a month all but never does. So the chances that
each category really has are added up, as Heyse (2011) does, and not p for each of them; a hundred
products that cannot be flagged then do not hide the one that can.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import ceil, sqrt
from operator import mul
from typing import Self

from refundsheet.core.statistics.tails import false_discovery_q, negative_binomial_tail

BASELINE_WEEKS = 26
LEARNING_WEEKS = 8
WEEKS_TO_NORMAL = 2

_WINSORISED_ABOVE = 2.58
_USUAL_OVERDISPERSION = 0.02
_USUAL_SHARE = 0.05
#: so that a category without any case so far expects something
_HALF_A_CASE = 0.5
#: where one category has more than this of what is usual, there are no others to rise with
_NEARLY_ALL = 0.95
#: p-values that differ by less are those of one count
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Look:
    """How many of the last weeks are tested together, and what it takes to be flagged."""

    weeks: int
    p_below: float
    at_least: int
    #: Benjamini-Hochberg over the dimension
    q_at_most: float
    #: cases above the expected number
    above: float = 0.0
    #: times the expected number
    times: float = 0.0


WEEKLY = Look(weeks=1, p_below=0.01, at_least=5, q_at_most=0.04, above=3.0, times=1.5)
FOUR_WEEKS = Look(weeks=4, p_below=0.002, at_least=8, q_at_most=0.03)
LOOKS = (WEEKLY, FOUR_WEEKS)


@dataclass(frozen=True, slots=True)
class Learning:
    """Too few weeks to test anything: "learning: 5 of 8 weeks"."""

    weeks: int
    needed: int = LEARNING_WEEKS


@dataclass(frozen=True, slots=True)
class Finding:
    """One category's count in the tested weeks against what was to be expected."""

    look: Look
    count: int
    #: what is tested of them: of several weeks none counts more than an outlying one, so that a
    #: single high week, which the other look has told, is not told again
    tested: int
    #: cases expected in as many weeks, before the rise of all categories is counted in
    usual: float
    #: what the count was tested against: usual, times the rise of all others if there is one
    expected: float
    overdispersion: float
    #: the overdispersion of the dimension as it was counted, before it was drawn to the usual one
    counted_overdispersion: float
    #: the weekly counts of the baseline, oldest first
    before: Sequence[int]
    #: every condition but the false discovery rate is met
    unusual: bool = False
    #: the share of false flags if all as unlikely were flagged
    q: float = 1.0

    @property
    def flagged(self) -> bool:
        """Whether it is a spike."""
        return self.unusual and self.q <= self.look.q_at_most

    @property
    def p(self) -> float:
        """The chance of so many tested cases or more, were nothing the matter."""
        return self.tail(self.tested)

    @property
    def ratio(self) -> float:
        """The count as a multiple of the usual one."""
        return self.count / self.usual

    @property
    def baseline_weeks(self) -> int:
        """How many weeks it was compared with."""
        return len(self.before)

    @property
    def usual_range(self) -> tuple[int, int]:
        """The range that nine in ten stretches of as many weeks of the baseline lay in."""
        weeks, before = self.look.weeks, self.before
        totals = sorted(sum(before[i : i + weeks]) for i in range(len(before) - weeks + 1))
        outside = int(len(totals) * _USUAL_SHARE)
        return totals[outside], totals[-1 - outside]

    def tail(self, count: int) -> float:
        """P(X >= count) where X has the spread of so many weeks and that of the mean's estimate."""
        weeks, expected = self.look.weeks, self.expected
        if not expected:
            return float(count <= 0)
        per_week = expected / weeks
        spread = weeks * (per_week + self.overdispersion * per_week**2)
        predictive = spread * (1 + weeks / len(self.before))
        return negative_binomial_tail(count, expected, (predictive - expected) / expected**2)

    @property
    def as_counted(self) -> Self:
        """The same by the bare moments, without what makes the test careful where cases are few."""
        expected = self.expected * (
            1 - _HALF_A_CASE * self.look.weeks / len(self.before) / self.usual
        )
        return replace(self, expected=expected, overdispersion=self.counted_overdispersion)

    @property
    def least(self) -> int:
        """The smallest count that is large enough to be worth a flag, however unlikely it is."""
        look, expected = self.look, self.expected
        return max(look.at_least, ceil(expected + look.above), ceil(expected * look.times))

    def smallest(self, p: float) -> int:
        """The smallest count that is large enough and no more likely than p."""
        least = self.least
        if self.tail(least) <= p:
            return least
        step = 1
        while self.tail(least + step) > p:
            step *= 2
        low, high = least + step // 2, least + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.tail(middle) > p else (low, middle)
        return high


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


#: A dimension, and one of its categories; ``ALL`` is all cases together.
Category = tuple[str, str]
ALL: Category = ("", "")


@dataclass(frozen=True, slots=True)
class Walk:
    """What was found week by week.

    Attributes:
        flagged: For each category that was ever flagged, what was found in each tested week.
        latest: What the looks found in the last week, of those that have learnt enough.
    """

    flagged: Mapping[Category, Sequence[Finding | None]]
    latest: tuple[Spikes, ...]

    def episodes(self, category: Category) -> tuple[Episode, ...]:
        """The spikes of a category; weeks count from the first tested one."""
        flagged, all_up = (
            [finding is not None for finding in self.flagged.get(one, ())]
            for one in (category, ALL)
        )
        return episodes(flagged, () if category == ALL else all_up)


def find_spikes(
    overall: Sequence[int],
    dimensions: Mapping[str, Mapping[str, Sequence[int]]],
    look: Look,
    *,
    is_all_up: bool = False,
) -> Spikes | Learning:
    """Test the last weeks of all series, those of the categories against the rise of all others.

    Args:
        overall: Weekly counts of all cases.
        dimensions: Dimension to category to weekly counts, of the same weeks; a category without
            any case in the baseline and the tested weeks is left out.
        look: How many of the last weeks are tested.
        is_all_up: Whether all cases rose in weeks before, so that their rise is reckoned with
            though the tested weeks alone do not show it.
    """
    baseline = min(len(overall) - look.weeks, BASELINE_WEEKS)
    if baseline < LEARNING_WEEKS:
        return Learning(weeks=max(baseline, 0))
    together = _test({"": overall}, look, None)[""]
    risen = together if together.flagged or is_all_up else None
    by_dimension = {
        name: _test(_with_cases(categories, look), look, risen)
        for name, categories in dimensions.items()
    }
    return Spikes(look, together, by_dimension)


def walk(
    overall: Sequence[int],
    dimensions: Mapping[str, Mapping[str, Sequence[int]]],
    tested_weeks: int,
) -> Walk:
    """Test each of the last weeks as if it had been the last one, by every look.

    A rise of all is reckoned with as long as it lasts, and as long as the baseline goes back before
    it: else its categories would be found one by one when it is over.
    """
    ends = range(max(len(overall) - tested_weeks, 0) + 1, len(overall) + 1)
    alone = [_looks_at(overall, {}, end, is_all_up=False) for end in ends]
    up = [any(spikes.overall.flagged for spikes in looks) for looks in alone]
    reckoned = _weeks_in_force(up, at_least=BASELINE_WEEKS)
    flagged: dict[Category, list[Finding | None]] = {}
    looks: tuple[Spikes, ...] = ()
    for week, end in enumerate(ends):
        looks = _looks_at(overall, dimensions, end, is_all_up=week in reckoned)
        # Where both looks flag, the single week is told: so it comes last.
        for category, finding in chain.from_iterable(map(_flagged, reversed(looks))):
            flagged.setdefault(category, [None] * len(ends))[week] = finding
    return Walk(flagged, looks)


def _looks_at(
    overall: Sequence[int],
    dimensions: Mapping[str, Mapping[str, Sequence[int]]],
    end: int,
    *,
    is_all_up: bool,
) -> tuple[Spikes, ...]:
    """What the looks find after so many of the weeks, of those that have learnt enough."""
    found: list[Spikes] = []
    for look in LOOKS:
        first = max(end - look.weeks - BASELINE_WEEKS, 0)
        until = {
            dimension: {name: counts[first:end] for name, counts in categories.items()}
            for dimension, categories in dimensions.items()
        }
        spikes = find_spikes(overall[first:end], until, look, is_all_up=is_all_up)
        if isinstance(spikes, Spikes):
            found.append(spikes)
    return tuple(found)


def _flagged(spikes: Spikes) -> Iterator[tuple[Category, Finding]]:
    if spikes.overall.flagged:
        yield ALL, spikes.overall
    for dimension, findings in spikes.by_dimension.items():
        for name, finding in findings.items():
            if finding.flagged:
                yield (dimension, name), finding


def episodes(flagged: Sequence[bool], all_up: Sequence[bool] = ()) -> tuple[Episode, ...]:
    """Spikes as they are announced: once at their first week, over after two normal weeks.

    Args:
        flagged: one category, week by week, by either look.
        all_up: the same of all cases together, when the category is not that itself.
    """
    over: list[Episode] = []
    in_force: Episode | None = None
    weeks_all_up = _weeks_in_force(all_up) if all_up else frozenset[int]()
    for week, is_flagged in enumerate(flagged):
        if is_flagged and in_force:
            in_force = replace(in_force, last_flagged_week=week)
        elif is_flagged:
            in_force = Episode(week, week, normal_week=None, with_all=week in weeks_all_up)
        elif in_force and week - in_force.last_flagged_week == WEEKS_TO_NORMAL:
            over.append(replace(in_force, normal_week=week))
            in_force = None
    return (*over, in_force) if in_force else tuple(over)


def _weeks_in_force(flagged: Sequence[bool], at_least: int = 0) -> frozenset[int]:
    """The weeks of all spikes from their first one on, until they are over and so many have gone by."""
    return frozenset(
        week
        for span in episodes(flagged)
        for week in range(
            span.first_week,
            max(span.normal_week or len(flagged), span.first_week + at_least),
        )
    )


def _with_cases(categories: Mapping[str, Sequence[int]], look: Look) -> dict[str, Sequence[int]]:
    weeks = BASELINE_WEEKS + look.weeks
    return {name: counts for name, counts in categories.items() if any(counts[-weeks:])}


def _test(
    categories: Mapping[str, Sequence[int]], look: Look, risen: Finding | None
) -> dict[str, Finding]:
    weeks = BASELINE_WEEKS + look.weeks
    recent = {name: counts[-weeks:] for name, counts in categories.items()}
    baselines = {name: counts[: -look.weeks] for name, counts in recent.items()}
    means, counted = _model(baselines)
    overdispersion = _drawn(counted)
    findings: dict[str, Finding] = {}
    for name, before in baselines.items():
        counts, usual = recent[name][-look.weeks :], means[name] * look.weeks
        count = sum(counts)
        expected = usual * _rise_of_others(risen, count, usual)
        tested = count if look.weeks == 1 else _cut_down(counts, expected, overdispersion)
        finding = Finding(
            look, count, tested, usual, expected, overdispersion, max(counted, 0.0), before
        )
        is_unusual = tested >= finding.least and finding.p < look.p_below
        findings[name] = replace(finding, unusual=True) if is_unusual else finding
    unusual = [name for name, finding in findings.items() if finding.unusual]
    q_values = false_discovery_q(
        [findings[name].p for name in unusual], Chances(findings.values()).below
    )
    for name, q in zip(unusual, q_values, strict=True):
        findings[name] = replace(findings[name], q=q)
    return findings


def _rise_of_others(risen: Finding | None, count: int, usual: float) -> float:
    """What all cases but the category's rose to, where all together did: 1 is no rise.

    Without it a category that alone made the total rise would be held against its own rise.
    """
    if risen is None or usual > risen.usual * _NEARLY_ALL:
        return 1.0
    return max((risen.count - count) / (risen.usual - usual), 1.0)


def _cut_down(counts: Sequence[int], expected: float, overdispersion: float) -> int:
    """The cases of several weeks, none of them counted as more than an outlying one."""
    most = _outlying(expected / len(counts), overdispersion)
    return int(sum(min(count, most) for count in counts) + _ROUNDING)


class Chances:
    """How many categories of a dimension are as unlikely by chance alone, and still flagged.

    Categories with the same expectation have the same chance; it is computed once for all of them.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._kinds: dict[float, list[Finding]] = {}
        for finding in findings:
            self._kinds.setdefault(finding.expected, []).append(finding)

    def below(self, p: float) -> float:
        """The expected number of unusual categories with a p-value of p or less."""
        return sum(len(kind) * self._chance(kind[0], p) for kind in self._kinds.values())

    def _chance(self, finding: Finding, p: float) -> float:
        return finding.tail(finding.smallest(min(p * (1 + _ROUNDING), finding.look.p_below)))


def _model(baselines: Mapping[str, Sequence[int]]) -> tuple[dict[str, float], float]:
    """Mean per week of each category and their common overdispersion, outlying weeks cut down.

    An outbreak in the baseline would hide the next one. Outlying is what Farrington's method calls
    so, an Anscombe residual above 2.58; such a week counts as if its residual were just that.
    """
    means, counted = _moments(baselines)
    overdispersion = _drawn(counted)
    cut: dict[str, Sequence[float]] = {}
    for name, counts in baselines.items():
        most = _outlying(means[name], overdispersion)
        is_outlying = max(counts) > most
        cut[name] = [min(count, most) for count in counts] if is_outlying else counts
    return _moments(cut)


def _moments(baselines: Mapping[str, Sequence[float]]) -> tuple[dict[str, float], float]:
    """Means, and the overdispersion a of Var = m + a * m² that is pooled over the categories."""
    excess = squares = 0.0
    means: dict[str, float] = {}
    for name, counts in baselines.items():
        total, weeks = sum(counts), len(counts)
        mean = total / weeks
        excess += (sum(map(mul, counts, counts)) - total * mean) / (weeks - 1) - mean
        squares += mean * mean
        means[name] = (total + _HALF_A_CASE) / weeks
    return means, excess / squares if squares else 0.0


def _drawn(overdispersion: float) -> float:
    """What was counted, drawn half-way to what is usual and never below it."""
    return max(_USUAL_OVERDISPERSION, (overdispersion + _USUAL_OVERDISPERSION) / 2)


def _outlying(mean: float, overdispersion: float) -> float:
    spread = 2 / 3 * mean ** (1 / 6) * sqrt(1 + overdispersion * mean)
    return (mean ** (2 / 3) + _WINSORISED_ABOVE * spread) ** 1.5
