"""How often the spike test cries wolf, and how soon it sees one, by simulation of the shipped code.

Run with `uv run python tests/benchmarks/false_alarms.py [years]`; 1,000 years take some ten minutes.
A false flag is a line people would read: a category, or all cases together, that either look flags,
announced once and in force until two normal weeks have passed. Every figure comes with its standard
error. The README's section on figures shows what this printed.
"""

# ruff: noqa: T201 - the table it prints is what it is for

import sys
from collections.abc import Callable, Sequence
from statistics import fmean, stdev

import numpy as np
from numpy.typing import NDArray

from refundsheet.core.statistics.spikes import (
    BASELINE_WEEKS,
    FOUR_WEEKS,
    WEEKLY,
    Spikes,
    Walk,
    find_spikes,
    walk,
)
from refundsheet.core.statistics.vigilance import watch

Weekly = NDArray[np.int64]
Shares = Callable[[int], NDArray[np.float64]]
WEEKS_A_YEAR = 52
WARM_UP = BASELINE_WEEKS + FOUR_WEEKS.weeks - 1
CASES_A_WEEK, REASONS, PRODUCTS = 25.0, 9, 40
OVERDISPERSED = 8.0  # the size k of a negative binomial, Var = m + m²/k
POISSON_MEANS = (0.5, 1, 2, 3, 5, 8, 12, 20)
KINDS = (("Poisson", None), ("negative binomial, k = 8", OVERDISPERSED))


def skewed(categories: int) -> NDArray[np.float64]:
    """Shares as shops have them: the second is half the first, the third a third of it."""
    weights = 1 / np.arange(1, categories + 1)
    return weights / weights.sum()


def even(categories: int) -> NDArray[np.float64]:
    return np.full(categories, 1 / categories)


def draw(
    random: np.random.Generator, means: NDArray[np.float64], weeks: int, size: float | None
) -> Weekly:
    """Weekly counts by category; each category has its own good and bad weeks."""
    rates = np.repeat(means[:, None], weeks, axis=1)
    if size is not None:
        rates = rates * random.gamma(size, 1 / size, rates.shape)
    return random.poisson(rates)


def walked(dimensions: dict[str, Weekly], tested_weeks: int) -> Walk:
    """What the shipped code finds week by week."""
    overall: list[int] = next(iter(dimensions.values())).sum(axis=0).tolist()
    series = {
        name: {str(n): row for n, row in enumerate(counts.tolist())}
        for name, counts in dimensions.items()
    }
    return walk(overall, series, tested_weeks)


def unusual_per_1000(random: np.random.Generator, mean: float, weeks: int) -> list[float]:
    """Category-weeks per 1,000 that are unusual before Benjamini-Hochberg, of ten categories each."""
    found: list[float] = []
    for _ in range(weeks):
        counts = draw(random, np.full(10, float(mean)), BASELINE_WEEKS + 1, None)
        series = {str(n): row for n, row in enumerate(counts.tolist())}
        spikes = find_spikes(counts.sum(axis=0).tolist(), {"reason": series}, WEEKLY)
        assert isinstance(spikes, Spikes)
        findings = spikes.by_dimension["reason"].values()
        found.append(100.0 * sum(finding.unusual for finding in findings))
    return found


def flags_in_a_year(
    random: np.random.Generator, shares: Shares, size: float | None
) -> tuple[int, int, float]:
    """Announcements of a year over all categories and both looks, weeks flagged, and expected."""
    weeks = WARM_UP + WEEKS_A_YEAR
    means = {"reason": CASES_A_WEEK * shares(REASONS), "product": CASES_A_WEEK * shares(PRODUCTS)}
    dimensions = {name: draw(random, of_each, weeks, size) for name, of_each in means.items()}
    found = walked(dimensions, WEEKS_A_YEAR)
    announced = sum(len(found.episodes(category)) for category in found.flagged)
    in_force = sum(finding is not None for found in found.flagged.values() for finding in found)
    expected = sum(
        one.false_alarms
        for spikes in walked(dimensions, 1).latest
        for one in watch(spikes).values()
    )
    return announced, in_force, expected


def is_caught(
    random: np.random.Generator, categories: int, size: float | None
) -> tuple[bool, bool]:
    """Whether a tripling at 5 cases a week is flagged in its first week, and within four."""
    means = np.r_[5.0, np.full(categories - 1, (CASES_A_WEEK - 5) / (categories - 1))]
    tripled = means.copy()
    tripled[0] *= 3
    before, after = draw(random, means, WARM_UP + 1, size), draw(random, tripled, 4, size)
    found = walked({"all": np.concatenate([before, after], axis=1)}, tested_weeks=4)
    seen = found.flagged.get(("all", "0"), (None,))
    return seen[0] is not None, any(seen)


def shown(values: Sequence[float], form: str = ".1f") -> str:
    """A mean with its standard error."""
    return f"{fmean(values):{form}} \u00b1 {stdev(values) / len(values) ** 0.5:{form}}"


def report(years: int, seed: int = 1) -> None:
    random = np.random.default_rng(seed)
    print("unusual category-weeks per 1,000, before Benjamini-Hochberg (at most 6)")
    for mean in POISSON_MEANS:
        print(f"  Poisson mean {mean:>4}: {shown(unusual_per_1000(random, mean, years * 10))}")
    print("false flags a year at 25 cases a week, 9 reasons, 40 products (at most 4; 8 at k = 8)")
    for name, shares in (("skewed", skewed), ("even", even)):
        for kind, size in KINDS:
            simulated = (flags_in_a_year(random, shares, size) for _ in range(years))
            announced, in_force, expected = zip(*simulated, strict=True)
            print(
                f"  {name} shares, {kind}: {shown(announced, '.2f')} announced, "
                f"{shown(in_force)} weeks flagged; the Summary expects {fmean(expected):.1f}"
            )
    print("a tripling at 5 a week caught in its first week (at least 60 %), within four (90 %)")
    for name, categories in (("reasons", REASONS), ("products", PRODUCTS)):
        for kind, size in KINDS:
            simulated = (is_caught(random, categories, size) for _ in range(years * 4))
            first, within = zip(*simulated, strict=True)
            print(
                f"  one of {categories} {name}, {kind}: {shown(first, '.1%')}, {shown(within, '.1%')}"
            )


if __name__ == "__main__":
    report(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
