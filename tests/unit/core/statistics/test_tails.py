"""Tails and false discovery rates equal scipy's; where scipy itself gives way, exact decimals."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, nbinom, poisson

from refundsheet.core.statistics.tails import (
    false_discovery_q,
    negative_binomial_tail,
    poisson_tail,
)

TOLERANCE = 1e-9
MEANS = st.one_of(st.floats(0, 30), st.floats(0, 1e6, allow_subnormal=False))
OVERDISPERSION = st.floats(1e-3, 20)


def near(mean: float, spread: float, away: float) -> int:
    """A count some standard deviations from the mean, where tails are neither 0 nor 1."""
    return max(0, round(mean + away * spread))


@given(mean=MEANS, away=st.floats(-8, 12))
@example(mean=0.0, away=0.0)
def test_the_poisson_tail_equals_scipy(mean: float, away: float) -> None:
    count = near(mean, mean**0.5 + 1, away)
    expected = float(poisson.sf(count - 1, mean))
    assert poisson_tail(count, mean) == pytest.approx(expected, abs=TOLERANCE)


@given(mean=MEANS, overdispersion=OVERDISPERSION, away=st.floats(-8, 12))
def test_the_negative_binomial_tail_equals_scipy(
    mean: float, overdispersion: float, away: float
) -> None:
    count = near(mean, (mean + overdispersion * mean**2) ** 0.5 + 1, away)
    share = 1 / (1 + overdispersion * mean)
    expected = float(nbinom.sf(count - 1, 1 / overdispersion, share))
    found = negative_binomial_tail(count, mean, overdispersion)
    assert found == pytest.approx(expected, abs=TOLERANCE)


@given(count=st.integers(1, 300), mean=st.floats(0.01, 100), overdispersion=st.floats(0.01, 5))
def test_small_tails_keep_their_digits(count: int, mean: float, overdispersion: float) -> None:
    share = 1 / (1 + overdispersion * mean)
    for found, expected in (
        (poisson_tail(count, mean), poisson.sf(count - 1, mean)),
        (
            negative_binomial_tail(count, mean, overdispersion),
            nbinom.sf(count - 1, 1 / overdispersion, share),
        ),
    ):
        assert found == pytest.approx(float(expected), rel=TOLERANCE, abs=1e-280)


@pytest.mark.parametrize(
    ("count", "mean", "expected"),
    [
        pytest.param(0, 0.0, 1.0, id="at least nothing"),
        pytest.param(-3, 2.0, 1.0, id="at least less than nothing"),
        pytest.param(1, 0.0, 0.0, id="something where nothing is expected"),
        pytest.param(5, 1e-310, 0.0, id="a mean next to nothing"),
        pytest.param(1, 1e9, 1.0, id="a huge mean"),
    ],
)
def test_tails_at_the_edges(count: int, mean: float, expected: float) -> None:
    assert poisson_tail(count, mean) == expected
    assert negative_binomial_tail(count, mean, 0.0) == expected
    assert negative_binomial_tail(count, mean, 0.5) == pytest.approx(expected, abs=1e-4)


@given(mean=st.floats(0.01, 30), away=st.floats(-6, 8))
def test_with_little_overdispersion_the_negative_binomial_is_nearly_poisson(
    mean: float, away: float
) -> None:
    count = near(mean, mean**0.5, away)
    found = negative_binomial_tail(count, mean, 1e-6)
    assert found == pytest.approx(poisson_tail(count, mean), abs=1e-5)


def exact_poisson_tail(count: int, mean: float) -> Decimal:
    """The sum of the masses, log(count!) by six terms of Stirling's series."""
    with localcontext() as context:
        context.prec = 60
        exact, size = Decimal(mean), Decimal(count)
        two_pi = 2 * Decimal("3.14159265358979323846264338327950288419716939937510582097494")
        log_factorial = size * size.ln() - size + (two_pi * size).ln() / 2
        log_factorial += 1 / (12 * size) - 1 / (360 * size**3) + 1 / (1260 * size**5)
        mass = (size * exact.ln() - exact - log_factorial).exp()
        total = Decimal(0)
        while mass > total * Decimal("1e-20"):
            total += mass
            count += 1
            mass *= exact / count
        return total


@pytest.mark.parametrize("away", [0.5, 3.0, 6.0])
@pytest.mark.parametrize("mean", [4e5, 9303941.25, 1e8])
def test_huge_counts_keep_nine_digits(mean: float, away: float) -> None:
    count = near(mean, mean**0.5, away)
    exact = float(exact_poisson_tail(count, mean))
    assert poisson_tail(count, mean) == pytest.approx(exact, rel=TOLERANCE)


@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=60))
@example(p_values=[0.01, 0.01, 0.04, 0.04, 1.0])
def test_q_values_equal_scipy(p_values: list[float]) -> None:
    expected = false_discovery_control(p_values, method="bh")
    assert false_discovery_q(p_values) == pytest.approx(tuple(expected), abs=TOLERANCE)


def test_no_p_values_have_no_q_values() -> None:
    assert false_discovery_q([]) == ()
