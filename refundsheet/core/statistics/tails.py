"""How unlikely a count is: upper tails of the Poisson and the negative binomial distribution.

Both tails are a probability mass times a continued fraction or series. The mass is written as a
deviance, so that nothing large is subtracted from something large: means of many millions keep
their digits.
"""

from collections.abc import Callable, Sequence
from math import exp, inf, lgamma, log, log1p, pi, sqrt

_PRECISION = 1e-15
_TINY = 1e-300
_HALF_LOG_TWO_PI = 0.5 * log(2 * pi)
#: below this the gamma function itself is exact enough, above it four terms of its series are
_SERIES_FROM = 16.0


def poisson_tail(count: int, mean: float) -> float:
    """P(X >= count) for a Poisson variable."""
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    mass = exp(-_stirling_error(count) - _deviance(count, mean)) / sqrt(2 * pi * count)
    if mean < count + 1:
        return min(mass * _gamma_series(count, mean), 1.0)
    return max(1.0 - mass * count * _gamma_fraction(count, mean), 0.0)


def negative_binomial_tail(count: int, mean: float, overdispersion: float) -> float:
    """P(X >= count) where the variance is mean + overdispersion * mean²; 0 is the Poisson tail.

    Overdispersions down to a millionth keep nine digits; smaller ones lose them one by one.
    """
    if overdispersion <= 0 or count <= 0 or mean <= 0:
        return poisson_tail(count, mean)
    size = 1 / overdispersion
    success, failure = size / (size + mean), mean / (size + mean)
    mass = _negative_binomial_mass(count, size, success, failure)
    if failure * (count + size + 2) < count + 1:
        return min(mass * _beta_fraction(count, size, failure), 1.0)
    return max(1.0 - mass * count / size * _beta_fraction(size, count, success), 0.0)


def false_discovery_q(
    p_values: Sequence[float], by_chance: Callable[[float], float] | None = None
) -> tuple[float, ...]:
    """Benjamini-Hochberg: for each p the share of false flags if all as small were flagged.

    Args:
        p_values: Of the tests that are in question.
        by_chance: How many tests have a p-value so small or smaller by chance alone. Left out, it
            is p for each of these tests, which is exact where p can be any number.
    """

    def for_each(p: float) -> float:
        return p * len(p_values)

    expected = by_chance or for_each
    smallest = 1.0
    q_values = [1.0] * len(p_values)
    by_size = sorted(range(len(p_values)), key=p_values.__getitem__, reverse=True)
    for rank, index in zip(range(len(p_values), 0, -1), by_size, strict=True):
        smallest = min(smallest, expected(p_values[index]) / rank)
        q_values[index] = smallest
    return tuple(q_values)


def _negative_binomial_mass(count: int, size: float, success: float, failure: float) -> float:
    """P(X = count), as the saddle-point form of a binomial mass with real-valued counts."""
    total = count + size
    exponent = (
        _stirling_error(total)
        - _stirling_error(size)
        - _stirling_error(count)
        - _deviance(size, total * success)
        - _deviance(count, total * failure)
    )
    return exp(exponent) * sqrt(size / (2 * pi * count * total))


def _stirling_error(value: float) -> float:
    """What Stirling's formula lacks of log(value!)."""
    if value < _SERIES_FROM:
        return lgamma(value + 1) - (value + 0.5) * log(value) + value - _HALF_LOG_TWO_PI
    square = value * value
    return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / square) / square) / square) / value


def _deviance(seen: float, expected: float) -> float:
    """The value of seen * log(seen / expected) + expected - seen, without loss where both are close."""
    relative = (seen - expected) / expected
    return inf if relative == inf else seen * log1p(relative) - (seen - expected)


def _gamma_series(count: int, mean: float) -> float:
    """The tail in units of its first mass, for means below the count."""
    total = term = 1.0
    following = count
    while term > total * _PRECISION:
        following += 1
        term *= mean / following
        total += term
    return total


def _gamma_fraction(count: int, mean: float) -> float:
    """The other tail in units of count times its mass, for means above the count (DLMF 8.9.2)."""
    denominator = mean + 1 - count
    ratio, convergent = 1 / denominator, inf
    fraction = ratio
    step = 0
    change = inf
    while abs(change - 1) > _PRECISION:
        step += 1
        numerator = step * (count - step)
        denominator += 2
        ratio = 1 / _not_zero(denominator + numerator * ratio)
        convergent = _not_zero(denominator + numerator / convergent)
        change = ratio * convergent
        fraction *= change
    return fraction


def _beta_fraction(first: float, second: float, share: float) -> float:
    """The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz."""
    convergent = 1.0
    ratio = 1 / _not_zero(1 - (first + second) * share / (first + 1))
    fraction = ratio
    step = 0
    change = inf
    while abs(change - 1) > _PRECISION:
        step += 1
        at = first + 2 * step
        for numerator in (
            step * (second - step) * share / ((at - 1) * at),
            -(first + step) * (first + second + step) * share / (at * (at + 1)),
        ):
            ratio = 1 / _not_zero(1 + numerator * ratio)
            convergent = _not_zero(1 + numerator / convergent)
            change = ratio * convergent
            fraction *= change
    return fraction


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
