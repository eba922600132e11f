"""What the spike test cannot see at this volume, and how often it will cry wolf.

Both follow from the distributions it tests with. The false alarms are those of weeks that are spread
as the weeks of the baseline were; as these are few, the figure is a rough one, and rather high.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log

from refundsheet.core.statistics.spikes import Chances, Finding, Look, Spikes
from refundsheet.core.statistics.tails import negative_binomial_tail

WEEKS_A_YEAR = 52

_SMALLEST_P = 1e-6
_HALVINGS = 14
#: parts a distribution is cut into where it has more counts than that
_PARTS = 60


@dataclass(frozen=True, slots=True)
class Vigilance:
    """How one look at the categories of one dimension watches.

    Attributes:
        seen_from: The smallest count of each category that would be flagged if it alone were high.
        false_alarms: How many false alarms a year are to be expected of all of them.
    """

    seen_from: Mapping[str, int]
    false_alarms: float


def vigilance(findings: Mapping[str, Finding], look: Look) -> Vigilance:
    """How the categories of a dimension are watched."""
    limit = _limit(findings.values(), look)
    seen_from = {name: finding.smallest(limit) for name, finding in findings.items()}
    alarms = {
        kind: _alarms_a_week(finding.as_counted, seen_from[name])
        for kind, (name, finding) in _kinds(findings).items()
    }
    a_week = sum(alarms[finding.expected] for finding in findings.values())
    return Vigilance(seen_from, WEEKS_A_YEAR * a_week)


def watch(spikes: Spikes) -> Mapping[str, Vigilance]:
    """How each dimension is watched, and "" all cases together."""
    together = {"": {"": spikes.overall}}
    return {
        name: vigilance(findings, spikes.look)
        for name, findings in (together | dict(spikes.by_dimension)).items()
    }


def _kinds(findings: Mapping[str, Finding]) -> Mapping[float, tuple[str, Finding]]:
    """One category of each expectation."""
    return {finding.expected: (name, finding) for name, finding in findings.items()}


def _limit(findings: Iterable[Finding], look: Look) -> float:
    """The largest p-value at which a category is flagged that alone is high."""
    chances = Chances(findings)
    if chances.below(look.p_below) <= look.q_at_most:
        return look.p_below
    low, high = log(_SMALLEST_P), log(look.p_below)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_flagged = chances.below(exp(middle)) <= look.q_at_most
        low, high = (middle, high) if is_flagged else (low, middle)
    return exp(low)


def _alarms_a_week(finding: Finding, seen_from: int) -> float:
    """The chance that a week begins a false alarm: the week before it was none.

    Looks that share weeks are alike: a sum of four weeks that is high by chance stays high, and is
    announced once.
    """
    shared = finding.look.weeks - 1
    if not shared or not finding.expected:
        return finding.tail(seen_from)
    week, spread = finding.expected / finding.look.weeks, _week_overdispersion(finding)
    width = max(seen_from // _PARTS, 1)
    chance = 0.0
    at_least = 1.0
    for low in range(0, seen_from, width):
        more = negative_binomial_tail(low + width, shared * week, spread / shared)
        crosses = negative_binomial_tail(seen_from - low - width // 2, week, spread)
        chance += (at_least - more) * crosses * (1 - crosses)
        at_least = more
    return chance


def _week_overdispersion(finding: Finding) -> float:
    """Of single weeks whose sums are spread as those the look tests with."""
    weeks = finding.look.weeks
    week = finding.expected / weeks
    spread = (week + finding.overdispersion * week**2) * (1 + weeks / finding.baseline_weeks)
    return (spread - week) / week**2
