"""How often the spike test cries wolf, and how soon it sees one, by simulation of the shipped code.

Run with `uv run python tests/benchmarks/false_alarms.py [years]`; 200 years take some minutes. A
false flag is a line people would read: a category that is flagged by either look, announced once
and in force until two normal weeks have passed.
"""

# ruff: noqa: T201 - the table it prints is what it is for

import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from refundsheet.core.statistics.spikes import (
    BASELINE_WEEKS,
    FOUR_WEEKS,
    WEEKLY,
    Learning,
    Look,
    Spikes,
    episodes,
    find_spikes,
)

Weekly = NDArray[np.int64]
WEEKS_A_YEAR = 52
WARM_UP = BASELINE_WEEKS + FOUR_WEEKS.weeks - 1
CASES_A_WEEK, REASONS, PRODUCTS = 25.0, 9, 40
OVERDISPERSED = 8.0  # the size k of a negative binomial, Var = m + m²/k
POISSON_MEANS = (0.5, 1, 2, 3, 5, 8, 12, 20)


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


def look_at(overall: Weekly, dimensions: dict[str, Weekly], end: int, look: Look) -> Spikes:
    first = max(end - BASELINE_WEEKS - look.weeks, 0)
    spikes = find_spikes(
        overall[first:end].tolist(),
        {
            name: {str(n): row for n, row in enumerate(counts[:, first:end].tolist())}
            for name, counts in dimensions.items()
        },
        look,
    )
    assert not isinstance(spikes, Learning)
    return spikes


def flagged(spikes: Spikes) -> set[tuple[str, str]]:
    found = {
        (dimension, category)
        for dimension, findings in spikes.by_dimension.items()
        for category, finding in findings.items()
        if finding.flagged
    }
    return found | ({("overall", "")} if spikes.overall.flagged else set())


def unusual_per_1000(random: np.random.Generator, mean: float, weeks: int) -> float:
    """Category-weeks per 1,000 that are unusual before Benjamini-Hochberg, ten categories."""
    counts = draw(random, np.full(10, float(mean)), BASELINE_WEEKS + weeks, None)
    unusual = 0
    for end in range(BASELINE_WEEKS + 1, BASELINE_WEEKS + weeks + 1):
        spikes = look_at(counts.sum(axis=0), {"reason": counts}, end, WEEKLY)
        unusual += sum(finding.unusual for finding in spikes.by_dimension["reason"].values())
    return 1000 * unusual / (10 * weeks)


def flags_a_year(
    random: np.random.Generator,
    shares: Callable[[int], NDArray[np.float64]],
    size: float | None,
    years: int,
) -> tuple[float, float]:
    """Announcements a year over all categories and both looks, and flagged category-weeks."""
    announced = in_force = 0
    for _ in range(years):
        weeks = WARM_UP + WEEKS_A_YEAR
        dimensions = {
            "reason": draw(random, CASES_A_WEEK * shares(REASONS), weeks, size),
            "product": draw(random, CASES_A_WEEK * shares(PRODUCTS), weeks, size),
        }
        history = [
            flagged(look_at(dimensions["reason"].sum(axis=0), dimensions, end, WEEKLY))
            | flagged(look_at(dimensions["reason"].sum(axis=0), dimensions, end, FOUR_WEEKS))
            for end in range(WARM_UP + 1, weeks + 1)
        ]
        in_force += sum(map(len, history))
        for name in set().union(*history):
            announced += len(episodes([name in found for found in history]))
    return announced / years, in_force / years


def caught(
    random: np.random.Generator, categories: int, size: float | None, runs: int
) -> tuple[float, float]:
    """Shares of triplings at 5 cases a week that are caught in the first week, and within four."""
    means = np.r_[5.0, np.full(categories - 1, (CASES_A_WEEK - 5) / (categories - 1))]
    tripled = means.copy()
    tripled[0] *= 3
    first = within = 0
    for _ in range(runs):
        before, after = draw(random, means, WARM_UP, size), draw(random, tripled, 4, size)
        counts = np.concatenate([before, after], axis=1)
        seen = [
            any(
                spikes.by_dimension["all"]["0"].flagged
                for spikes in (
                    look_at(counts.sum(axis=0), {"all": counts}, end, look)
                    for look in (WEEKLY, FOUR_WEEKS)
                )
            )
            for end in range(WARM_UP + 1, WARM_UP + 5)
        ]
        first += seen[0]
        within += any(seen)
    return first / runs, within / runs


def report(years: int, seed: int = 1) -> None:
    random = np.random.default_rng(seed)
    print("unusual category-weeks per 1,000, before Benjamini-Hochberg (at most 6)")
    for mean in POISSON_MEANS:
        print(f"  Poisson mean {mean:>4}: {unusual_per_1000(random, mean, years * 20):.1f}")
    print("false flags a year at 25 cases a week, 9 reasons, 40 products (at most 4; 8 at k = 8)")
    for name, shares in (("skewed", skewed), ("even", even)):
        for kind, size in (("Poisson", None), ("negative binomial, k = 8", OVERDISPERSED)):
            announced, in_force = flags_a_year(random, shares, size, years)
            print(
                f"  {name} shares, {kind}: {announced:.1f} announced, {in_force:.1f} weeks flagged"
            )
    print("a tripling at 5 a week caught in its first week (at least 60 %), within four (90 %)")
    for name, categories in (("reasons", REASONS), ("products", PRODUCTS)):
        for kind, size in (("Poisson", None), ("negative binomial, k = 8", OVERDISPERSED)):
            first, within = caught(random, categories, size, years * 10)
            print(f"  one of {categories} {name}, {kind}: {first:.0%}, {within:.0%}")


if __name__ == "__main__":
    report(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
