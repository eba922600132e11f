"""How long cases take while some are still open: Kaplan-Meier, so that open cases count too.

Averages over closed cases flatter, because the slow ones are missing from them. A case that is
still open says "longer than this", which is what right censoring means.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

ENOUGH_CASES = 10
ENOUGH_EVENTS = 5

_Z_95 = NormalDist().inv_cdf(0.975)
#: a product of fractions can miss 0.5 by its last digits; no two real steps lie this close
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Step:
    """The curve from one time at which cases ended until the next such time."""

    time: float
    at_risk: int
    ended: int
    #: share of cases that take longer than this time
    survival: float
    #: pointwise 95 % band of that share
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Quantile:
    """The time by which a share of cases has ended; None means "not reached yet"."""

    time: float | None
    #: 95 % limits: the times at which the lower and the upper band reach the share
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """A Kaplan-Meier estimate; times are in the unit that went in."""

    cases: int
    events: int
    steps: tuple[Step, ...]

    @property
    def still_open(self) -> int:
        """Cases that had not ended when they were last looked at."""
        return self.cases - self.events

    @property
    def enough(self) -> bool:
        """Whether there is enough to print a duration."""
        return self.cases >= ENOUGH_CASES and self.events >= ENOUGH_EVENTS

    def quantile(self, share: float) -> Quantile:
        """The time by which this share of the cases has ended, such as 0.5 or 0.9."""
        left = 1 - share + _ROUNDING
        return Quantile(
            time=next((step.time for step in self.steps if step.survival <= left), None),
            lower=next((step.time for step in self.steps if step.lower <= left), None),
            upper=next((step.time for step in self.steps if step.upper <= left), None),
        )


def kaplan_meier(ended: Collection[float], still_open: Collection[float]) -> SurvivalCurve:
    """Estimate how long cases take, from those that ended and those that have not.

    A case open at the very time another ended counts as still at risk then (censored last). The
    band is Greenwood's variance on the log(-log) scale, as in scipy's "log-log" and lifelines; it
    stays within 0 and 1.
    """
    ends, leaves = Counter(ended), Counter(still_open)
    at_risk = len(ended) + len(still_open)
    survival, greenwood, upper = 1.0, 0.0, 1.0
    steps: list[Step] = []
    for time in sorted(ends | leaves):
        events = ends[time]
        if events:
            survival *= (at_risk - events) / at_risk
            if survival:
                greenwood += events / (at_risk * (at_risk - events))
                lower, upper = _band(survival, greenwood)
            else:  # nobody is left: the band is not defined, the last upper limit still holds
                lower = 0.0
            steps.append(Step(time, at_risk, events, survival, lower, upper))
        at_risk -= events + leaves[time]
    return SurvivalCurve(len(ended) + len(still_open), len(ended), tuple(steps))


def _band(survival: float, greenwood: float) -> tuple[float, float]:
    width = _Z_95 * sqrt(greenwood) / -log(survival)
    return survival ** exp(width), survival ** exp(-width)
