"""Published outbreak series: our weeks and baselines, and how our spike test does beside others."""

import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from statistics import NormalDist, fmean, stdev
from zoneinfo import ZoneInfo

import pytest

from refundsheet.core.statistics.spikes import FOUR_WEEKS, WEEKLY, Learning, Look, find_spikes
from refundsheet.core.statistics.weeks import WEEK, complete_weeks, label, week_start, weekly_counts

BERLIN = ZoneInfo("Europe/Berlin")
ENLARGED = 2 * 208  # the published protocol puts the first 208 weeks, twice, before each series


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


@dataclass(frozen=True, slots=True)
class Score:
    """Pooled over the series: weeks by label and alarm, and weeks from outbreak to alarm."""

    tp: int
    fp: int
    tn: int
    fn: int
    delays: tuple[int, ...] = ()

    @property
    def sensitivity(self) -> float:
        return self.tp / (self.tp + self.fn)

    @property
    def specificity(self) -> float:
        return self.tn / (self.tn + self.fp)

    def line(self, name: str) -> str:
        delay = f"{fmean(self.delays):.1f} weeks" if self.delays else "-"
        rates = f"sensitivity {self.sensitivity:6.1%}  specificity {self.specificity:6.1%}"
        return f"{name:>18}  {rates}  mean delay {delay}"


def alarms(counts: Sequence[int], looks: Sequence[Look]) -> list[bool]:
    enlarged = [*counts[:208], *counts[:208], *counts]
    found: list[bool] = []
    for end in range(ENLARGED + 1, len(enlarged) + 1):
        spikes = [find_spikes(enlarged[end - 30 : end], {}, look) for look in looks]
        found.append(any(not isinstance(s, Learning) and s.overall.flagged for s in spikes))
    return found


def score(series: dict[str, list[tuple[int, bool]]], looks: Sequence[Look]) -> Score:
    judged: list[tuple[bool, bool]] = []
    delays: list[int] = []
    for weeks in series.values():
        found = alarms([count for count, _ in weeks], looks)
        labelled = [is_outbreak for _, is_outbreak in weeks]
        judged += zip(labelled, found, strict=True)
        for is_outbreak, run in groupby(zip(labelled, found, strict=True), lambda week: week[0]):
            seen = [alarm for _, alarm in run]
            if is_outbreak and any(seen):
                delays.append(seen.index(True))
    tallied = {pair: judged.count(pair) for pair in set(judged)}
    return Score(
        tp=tallied[True, True],
        fp=tallied[False, True],
        tn=tallied[False, False],
        fn=tallied[True, False],
        delays=tuple(delays),
    )


def test_the_spike_test_on_labelled_outbreaks_stands_beside_the_published_ones(
    shared: Path,
) -> None:
    folder = shared / "data" / "published"
    series: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for row in rows(folder / "survstat_outbreaks.csv"):
        series[row["series"]].append((int(row["count"]), row["outbreak_state"] == "1"))
    published = json.loads((folder / "published.json").read_text())["survstat_14_series"]
    others = json.loads((folder / "spike_rules_scored_here.json").read_text())["rules"]
    ours = score(series, [WEEKLY])
    print()  # noqa: T201 - the comparison is for reading, with -s
    for name, found in {**published["published"], **others}.items():
        other = Score(found["TP"], found["FP"], found["TN"], found["FN"])
        print(other.line(name))  # noqa: T201
    print(ours.line("ours, weekly"))  # noqa: T201
    print(score(series, [WEEKLY, FOUR_WEEKS]).line("ours, both looks"))  # noqa: T201
    assert (len(series), ours.tp + ours.fp + ours.tn + ours.fn) == (14, 14 * 209)
    c1 = Score(**{key.lower(): others["C1"][key] for key in ("TP", "FP", "TN", "FN")})
    assert ours.sensitivity > c1.sensitivity
    assert ours.specificity > c1.specificity
