"""How long cases take while some are still open: Kaplan-Meier, so that open cases count too.

Averages over closed cases flatter, because the slow ones are missing from them. A case that is
still open says "longer than this", which is what right censoring means.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from operator import neg
from statistics import NormalDist

ENOUGH_CASES = 10
ENOUGH_EVENTS = 5

_Z_95 = NormalDist().inv_cdf(0.975)
#: a product of fractions can miss 0.5 by its last digits; no two real steps lie this close
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Quantile:
    """The time by which a share of cases has ended; None means "not reached yet"."""

    time: float | None
    #: 95 % limits: the times at which the lower and the upper band first reach the share
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """A Kaplan-Meier estimate; times are in the unit that went in.

    The curve has one step for each time at which cases ended; the columns belong together.
    """

    cases: int
    events: int
    times: tuple[float, ...]
    #: share of cases that take longer than each time
    survival: tuple[float, ...]
    #: Greenwood's sum up to each time: the variance of the share by its square
    greenwood: tuple[float, ...]

    @property
    def still_open(self) -> int:
        """Cases that had not ended when they were last looked at."""
        return self.cases - self.events

    @property
    def enough(self) -> bool:
        """Whether there is enough to print a duration."""
        return self.cases >= ENOUGH_CASES and self.events >= ENOUGH_EVENTS

    def band(self, step: int) -> tuple[float, float]:
        """The pointwise 95 % limits of the share at one step.

        They are Greenwood's on the log(-log) scale, as scipy's "log-log" and lifelines give them,
        so they stay within 0 and 1. Where nobody is left they are not defined; then the lower one
        is 0 and the last upper one still holds.
        """
        share = self.survival[step]
        if not share:
            return 0.0, self.band(step - 1)[1] if step else 1.0
        width = _Z_95 * sqrt(self.greenwood[step]) / -log(share)
        return share ** exp(width), share ** exp(-width)

    def quantile(self, share: float) -> Quantile:
        """The time by which this share of the cases has ended, such as 0.5 or 0.9."""
        left = 1 - share + _ROUNDING
        steps = range(len(self.times))
        reached = bisect_left(self.survival, -left, key=neg)
        # the lower band falls all the way, and lies below the curve; the upper one may rise again
        low = bisect_left(steps[:reached], -left, key=lambda step: -self.band(step)[0])
        high = next((step for step in steps[reached:] if self.band(step)[1] <= left), len(steps))
        return Quantile(self._time(reached), self._time(low), self._time(high))

    def _time(self, step: int) -> float | None:
        return self.times[step] if step < len(self.times) else None


def kaplan_meier(ended: Iterable[float], still_open: Iterable[float]) -> SurvivalCurve:
    """Estimate how long cases take, from those that ended and those that have not.

    A case open at the very time another ended counts as still at risk then (censored last).
    """
    ends, leaves = sorted(ended), sorted(still_open)
    cases = len(ends) + len(leaves)
    times: list[float] = []
    survival: list[float] = []
    greenwood: list[float] = []
    share, variance, first, left = 1.0, 0.0, 0, 0
    while first < len(ends):
        time = ends[first]
        left = bisect_left(leaves, time, lo=left)
        at_risk = cases - first - left
        first = bisect_right(ends, time, lo=first)
        remaining = cases - first - left
        share *= remaining / at_risk
        variance += (at_risk - remaining) / (at_risk * remaining) if remaining else inf
        times.append(time)
        survival.append(share)
        greenwood.append(variance)
    return SurvivalCurve(cases, len(ends), tuple(times), tuple(survival), tuple(greenwood))
