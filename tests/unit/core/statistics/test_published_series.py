"""Published outbreak series: our weeks and baselines, and how our spike test does beside others."""

import csv
import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import NormalDist, fmean, stdev
from zoneinfo import ZoneInfo

import pytest

from refundsheet.core.statistics.spikes import LOOKS, WEEKLY
from refundsheet.core.statistics.weeks import WEEK, complete_weeks, label, week_start, weekly_counts
from tests.benchmarks import outbreaks

BERLIN = ZoneInfo("Europe/Berlin")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def c1_upper_bound(baseline: Sequence[int]) -> float:
    """EARS C1 at 5 %: mean and sample deviation of the seven weeks before."""
    return fmean(baseline) + NormalDist().inv_cdf(0.95) * stdev(baseline)


def test_ears_c1_bounds_and_alarms_are_the_published_ones(shared: Path) -> None:
    folder = shared / "data" / "published"
    published = json.loads((folder / "published.json").read_text())["ears_c1_newport"]
    series = {
        date.fromisoformat(row["week_start"]): int(row["count"])
        for row in rows(folder / "salmonella_newport_germany_weekly.csv")
    }
    after = week_start(max(series) + WEEK, BERLIN)
    weeks = complete_weeks(min(series), after, BERLIN)
    cases = [monday for monday, count in series.items() for _ in range(count)]
    counts = weekly_counts(cases, weeks, BERLIN)
    tested = [n for n, monday in enumerate(weeks) if label(monday).startswith("2011-")]
    bounds = {n: c1_upper_bound(counts[n - 7 : n]) for n in tested}
    first_four = [bounds[n] for n in tested[:4]]
    assert first_four == pytest.approx(published["upperbound_2011_weeks_1_to_4"], abs=1e-6)
    alarms = [week for week, n in enumerate(tested, start=1) if counts[n] > bounds[n]]
    assert alarms == published["alarm_weeks_2011"]


def test_the_weeks_of_a_published_series_bear_their_iso_names(shared: Path) -> None:
    table = rows(shared / "data" / "published" / "salmonella_newport_germany_weekly.csv")
    names = [f"{row['iso_year']}-W{int(row['iso_week']):02}" for row in table]
    assert [label(date.fromisoformat(row["week_start"])) for row in table] == names
    assert {"2004-W53", "2009-W53"} <= set(names)


def test_the_spike_test_on_labelled_outbreaks_beats_the_rule_it_shares_its_baseline_with(
    shared: Path,
) -> None:
    folder = shared / "data" / "published"
    series = outbreaks.labelled_series(folder)
    ours, both = (outbreaks.score(series, looks) for looks in ([WEEKLY], LOOKS))
    assert (len(series), ours.tp + ours.fp + ours.tn + ours.fn) == (14, 14 * 209)
    c1 = dict(outbreaks.others(folder))["C1 (not published)"]
    assert ours.sensitivity > c1.sensitivity
    assert ours.specificity > c1.specificity
    assert both.sensitivity > ours.sensitivity
    assert len(both.delays) == len(ours.delays)


def test_the_comparison_is_printed_by_a_command_of_its_own(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outbreaks.report(shared / "data" / "published")
    lines = capsys.readouterr().out.splitlines()
    assert re.search(r"farrington\(3,0,5\)  sensitivity  19.7%  specificity  97.4%$", lines[7])
    assert "ours, both looks" in lines[-1]
    assert re.search(r"delay [\d.]+ weeks of the \d+ outbreaks seen, of \d+$", lines[-1])
