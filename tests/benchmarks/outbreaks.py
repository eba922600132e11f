"""How the spike test does on 14 labelled outbreak series, beside eight published algorithms and six rules.

Run with `uv run python tests/benchmarks/outbreaks.py [folder]`; it takes some seconds. The folder holds
the published series and scores, `../shared/data/published` unless named. No delays were published. The
protocol is the published one: each week of a series is tested as if it were the last, and the first four years stand twice before
each series. The series are of infections, with outbreaks that begin with a case or two; a shop's refunds
are something else, so this says how the test compares, and not how much it will see.
"""

# ruff: noqa: T201 - the table it prints is what it is for

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Any, Self

from refundsheet.core.statistics.spikes import (
    BASELINE_WEEKS,
    FOUR_WEEKS,
    LOOKS,
    WEEKLY,
    Learning,
    Look,
    find_spikes,
)

FOLDER = Path("../shared/data/published")
FIRST_YEARS = 4 * 52
#: Each series as its weekly cases, with whether experts called the week a part of an outbreak.
Labelled = Mapping[str, Sequence[tuple[int, bool]]]


@dataclass(frozen=True, slots=True)
class Score:
    """Pooled over the series: weeks by label and alarm.

    Attributes:
        delays: Of each outbreak the weeks until its first alarm; None where there was none.
    """

    tp: int
    fp: int
    tn: int
    fn: int
    delays: tuple[int | None, ...] = ()

    @classmethod
    def told(cls, tally: Mapping[str, Any]) -> Self:
        """A score as the files have it."""
        return cls(*(tally[kind] for kind in ("TP", "FP", "TN", "FN")))

    @property
    def sensitivity(self) -> float:
        return self.tp / (self.tp + self.fn)

    @property
    def specificity(self) -> float:
        return self.tn / (self.tn + self.fp)

    def line(self, name: str) -> str:
        rates = f"sensitivity {self.sensitivity:6.1%}  specificity {self.specificity:6.1%}"
        seen = [delay for delay in self.delays if delay is not None]
        if not seen:
            return f"{name:>24}  {rates}"
        of_all = f"of the {len(seen)} outbreaks seen, of {len(self.delays)}"
        return f"{name:>24}  {rates}  delay {fmean(seen):.1f} weeks {of_all}"


def labelled_series(folder: Path) -> Labelled:
    series: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    with (folder / "survstat_outbreaks.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            series[row["series"]].append((int(row["count"]), row["outbreak_state"] == "1"))
    return series


def others(folder: Path) -> Iterator[tuple[str, Score]]:
    """The published algorithms, then common rules that were scored in the same way."""
    published = json.loads((folder / "published.json").read_text())["survstat_14_series"]
    rules = json.loads((folder / "spike_rules_scored_here.json").read_text())["rules"]
    yield from ((name, Score.told(tally)) for name, tally in published["published"].items())
    yield from ((f"{name} (not published)", Score.told(tally)) for name, tally in rules.items())


def alarms(counts: Sequence[int], looks: Sequence[Look]) -> list[bool]:
    """Whether any of the looks flags each week."""
    enlarged = [*counts[:FIRST_YEARS], *counts[:FIRST_YEARS], *counts]
    needed = BASELINE_WEEKS + FOUR_WEEKS.weeks
    found: list[bool] = []
    for end in range(len(enlarged) - len(counts) + 1, len(enlarged) + 1):
        spikes = [find_spikes(enlarged[end - needed : end], {}, look) for look in looks]
        found.append(any(not isinstance(s, Learning) and s.overall.flagged for s in spikes))
    return found


def score(series: Labelled, looks: Sequence[Look]) -> Score:
    judged: list[tuple[bool, bool]] = []
    delays: list[int | None] = []
    for weeks in series.values():
        found = alarms([count for count, _ in weeks], looks)
        labelled = [is_outbreak for _, is_outbreak in weeks]
        judged += zip(labelled, found, strict=True)
        for is_outbreak, run in groupby(zip(labelled, found, strict=True), lambda week: week[0]):
            seen = [alarm for _, alarm in run]
            if is_outbreak:
                delays.append(seen.index(True) if any(seen) else None)
    tallied = {pair: judged.count(pair) for pair in set(judged)}
    return Score(
        tp=tallied[True, True],
        fp=tallied[False, True],
        tn=tallied[False, False],
        fn=tallied[True, False],
        delays=tuple(delays),
    )


def report(folder: Path) -> None:
    series = labelled_series(folder)
    for name, found in others(folder):
        print(found.line(name))
    print(score(series, [WEEKLY]).line("ours, one week"))
    print(score(series, LOOKS).line("ours, both looks"))


if __name__ == "__main__":
    report(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
