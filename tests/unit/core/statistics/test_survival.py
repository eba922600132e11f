"""Kaplan-Meier equals scipy's, and the published medians."""

import csv
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import CensoredData, ecdf

from refundsheet.core.statistics.survival import Quantile, SurvivalCurve, kaplan_meier

TOLERANCE = 1e-9
TIED = st.integers(0, 12).map(float)
Column = NDArray[np.float64]
ANY = st.floats(0, 1e12, allow_subnormal=False)


@given(
    cases=st.sampled_from([TIED, ANY]).flatmap(
        lambda times: st.lists(st.tuples(times, st.booleans()), min_size=1, max_size=120)
    ),
    share=st.sampled_from([0.25, 0.5, 0.9]),
)
def test_curve_bands_and_quantiles_equal_scipy(
    cases: list[tuple[float, bool]], share: float
) -> None:
    curve = kaplan_meier([t for t, open_ in cases if not open_], [t for t, open_ in cases if open_])
    data = CensoredData.right_censored([t for t, _ in cases], [open_ for _, open_ in cases])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # scipy says so where a band is undefined
        oracle = ecdf(data).sf
        band = oracle.confidence_interval(method="log-log")
    at = np.searchsorted(oracle.quantiles, curve.times)
    assert curve.times == tuple(oracle.quantiles[at])
    assert curve.survival == pytest.approx(oracle.probabilities[at], abs=TOLERANCE)
    for step, index in enumerate(at):
        if curve.survival[step] > 0:
            limits = band.low.probabilities[index], band.high.probabilities[index]
            assert curve.band(step) == pytest.approx(limits, abs=TOLERANCE)
    left = 1 - share + TOLERANCE
    with_curve = replace_undefined(oracle.probabilities, band.low.probabilities)
    found = curve.quantile(share)
    assert found.time == first_reached(oracle.quantiles, oracle.probabilities, left)
    assert found.lower == first_reached(oracle.quantiles, with_curve, left)
    assert found.upper == first_reached(oracle.quantiles, band.high.probabilities, left)


def replace_undefined(curve: Column, lower: Column) -> Column:
    """The lower band where it is defined; where nobody is left it is 0, before any end it is 1."""
    return np.where(np.isnan(lower), curve, lower)


def first_reached(times: Column, shares: Column, left: float) -> float | None:
    reached = times[shares <= left]
    return float(reached[0]) if len(reached) else None


def test_a_hundred_thousand_cases_equal_scipy() -> None:
    random = np.random.default_rng(5)
    times, is_open = random.exponential(3.0, 100_000).round(3), random.random(100_000) < 0.3
    curve = kaplan_meier(times[~is_open].tolist(), times[is_open].tolist())
    oracle = ecdf(CensoredData.right_censored(times, is_open)).sf
    median = oracle.quantiles[oracle.probabilities <= 0.5][0]
    assert curve.quantile(0.5).time == median
    assert (curve.cases, curve.events) == (100_000, int((~is_open).sum()))


@pytest.mark.parametrize(
    ("ended", "still_open", "median"),
    [
        pytest.param([], [], Quantile(None, None, None), id="no case"),
        pytest.param([], [3.0, 5.0], Quantile(None, None, None), id="all censored"),
        pytest.param([3.0], [], Quantile(3.0, 3.0, None), id="one case: no upper limit"),
        pytest.param([0.0, 0.0], [], Quantile(0.0, 0.0, None), id="at once"),
        pytest.param([1.0], [2.0, 3.0], Quantile(None, 1.0, None), id="not reached yet"),
        pytest.param([1.0, 2.0], [1.0], Quantile(2.0, 1.0, None), id="tie: censored last"),
        pytest.param([1.0, 2.0, 3.0, 4.0], [], Quantile(2.0, 1.0, None), id="exactly half"),
        pytest.param(
            [1.0] * 3 + [2.0] * 3, [], Quantile(1.0, 1.0, None), id="exactly half by ties"
        ),
    ],
)
def test_the_median_is_said_only_when_reached(
    ended: list[float], still_open: list[float], median: Quantile
) -> None:
    assert kaplan_meier(ended, still_open).quantile(0.5) == median


def test_half_left_counts_as_reached_in_spite_of_rounding() -> None:
    curve = kaplan_meier([1.0, 2.0, 3.0], [2.5, 4.0, 5.0])
    assert curve.quantile(1 - (curve.survival[-1] - 1e-15)).time == 3.0


def test_where_nobody_is_left_the_last_upper_limit_holds() -> None:
    curve = kaplan_meier([1.0, 2.0, 3.0], [])
    assert curve.survival[-1] == 0.0
    assert curve.band(2) == (0.0, curve.band(1)[1])


@pytest.mark.parametrize(
    ("ended", "still_open", "verdict"),
    [
        pytest.param(5, 5, "enough", id="just enough"),
        pytest.param(4, 60, "too few", id="too few events"),
        pytest.param(9, 0, "too few", id="too few cases"),
    ],
)
def test_a_duration_needs_ten_cases_and_five_events(
    ended: int, still_open: int, verdict: str
) -> None:
    curve = kaplan_meier([1.0] * ended, [2.0] * still_open)
    assert ("enough" if curve.enough else "too few") == verdict
    assert curve.still_open == still_open


@dataclass(frozen=True, slots=True)
class Published:
    file: str
    time: str
    group: tuple[str, str]
    cases: int
    events: int
    median: float
    survival: dict[int, float] = field(default_factory=dict[int, float])

    def curve(self, folder: Path) -> SurvivalCurve:
        column, value = self.group
        with (folder / self.file).open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if row[column] == value]
        ended, still_open = (
            [float(row[self.time]) for row in rows if row["status"] == status] for status in "10"
        )
        return kaplan_meier(ended, still_open)


MEN = {11: 0.9783, 12: 0.9710, 13: 0.9565, 15: 0.9493, 26: 0.9420}
TREATED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


@pytest.mark.parametrize(
    "published",
    [
        pytest.param(
            Published("km_lung.csv", "time", ("sex", "1"), 138, 112, 270, MEN),
            id="NCCTG lung cancer, men",
        ),
        pytest.param(
            Published("km_lung.csv", "time", ("sex", "2"), 90, 53, 426),
            id="NCCTG lung cancer, women",
        ),
        pytest.param(
            Published("km_leukemia.csv", "t", ("Rx", "0"), 21, 9, 23, TREATED),
            id="Freireich leukaemia, treated",
        ),
        pytest.param(
            Published("km_leukemia.csv", "t", ("Rx", "1"), 21, 21, 8),
            id="Freireich leukaemia, placebo",
        ),
    ],
)
def test_published_curves_are_reproduced(shared: Path, published: Published) -> None:
    curve = published.curve(shared / "data" / "published")
    found = dict(zip(curve.times, curve.survival, strict=True))
    assert (curve.cases, curve.events) == (published.cases, published.events)
    assert curve.quantile(0.5).time == published.median
    assert {at: found[at] for at in published.survival} == pytest.approx(
        published.survival, abs=6e-4
    )
