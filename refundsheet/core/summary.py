"""What the figures say, in words and as JSON; summary_page.py lays them out on the tab."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import chain, zip_longest
from typing import Any

from refundsheet.core.columns import BY_FIELD, OUR_FIELDS
from refundsheet.core.headers import headers_twice, missing_fields
from refundsheet.core.model import Layout, Moment, Outcome, Receipt
from refundsheet.core.statistics.facts import Facts
from refundsheet.core.statistics.figures import (
    Clock,
    Duration,
    Estimate,
    Figure,
    LeftOut,
    Measure,
    Number,
    Spike,
    SpikeWatch,
    SwitchedOff,
    Table,
)
from refundsheet.core.statistics.registry import Result, Topic, compute

#: Said where there is nothing to look at.
NOTHING = "Nothing out of the ordinary."
#: Said where no case can tell.
NOT_KNOWN = "not known yet"
#: Said in place of the rows of a table that has none.
NO_ROWS = "(none yet)"

_HOUR = timedelta(hours=1)

#: Raised when a key of the JSON is renamed, removed or given another meaning.
JSON_VERSION = 1


@dataclass(frozen=True, slots=True)
class Summary:
    """What the figures say, for whichever way it is shown.

    Attributes:
        as_of: The time of the figures.
        topics: Every figure, by what it is about, in the order they are shown in.
        quality: What is wrong with the log as a whole, a line each.
    """

    as_of: Moment
    topics: Mapping[Topic, tuple[Result, ...]]
    quality: tuple[str, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The numbers that stand alone."""
        return tuple(result for result in self._results if isinstance(result, Figure))

    @property
    def durations(self) -> tuple[Duration, ...]:
        """How long things take."""
        return tuple(result for result in self._results if isinstance(result, Duration))

    @property
    def tables(self) -> tuple[Table, ...]:
        """The numbers that stand in rows."""
        return tuple(result for result in self._results if isinstance(result, Table))

    @property
    def spikes(self) -> SpikeWatch | None:
        """What became more than chance explains; None where the log has no dates of receipt."""
        return next((result for result in self._results if isinstance(result, SpikeWatch)), None)

    @property
    def switched_off(self) -> tuple[SwitchedOff, ...]:
        """What cannot be computed on this log."""
        return tuple(result for result in self._results if isinstance(result, SwitchedOff))

    @property
    def _results(self) -> Iterator[Result]:
        return chain.from_iterable(self.topics.values())


def summarise(facts: Facts, quality: Sequence[str]) -> Summary:
    """Compute every figure."""
    return Summary(facts.now, compute(facts), tuple(quality))


def missing_columns(layout: Layout) -> Iterator[str]:
    """What is switched off because the log has no such column, or has it twice, a line each."""
    twice = headers_twice(layout)
    yield from (found.sentence for found in twice)
    told = {found.field for found in twice}
    for field in missing_fields(layout):
        if field not in told:
            yield f'There is no column "{BY_FIELD[field].header}": what needs it is switched off.'


def currency_sentence(shown: str) -> Iterator[str]:
    """By what right amounts that name no currency are counted in one."""
    if shown:
        yield f"Amounts that name no currency are counted as {shown}, for so the sheet shows them."


def not_written(receipts: Iterable[Receipt]) -> Iterator[str]:
    """Which cells of our own columns could not be written: there Row Check may be mute."""
    whys = Counter(
        (BY_FIELD[receipt.change.field].header, receipt.detail)
        for receipt in receipts
        if receipt.change.field in OUR_FIELDS
        and receipt.outcome in (Outcome.REFUSED, Outcome.VANISHED)
    )
    for (header, why), cells in sorted(whys.items()):
        number = "1 cell" if cells == 1 else f"{cells} cells"
        yield f"{number} of {header} could not be written: {why.rstrip('.')}."


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that somebody should look at this week.

    Attributes:
        text: What it is, in a sentence.
        cases: The cases to look at, the first of them: what people call each, and how it is known.
        more: How many cases more there are.
        is_in_queue: Whether the queue of flagged cases lists them.
    """

    text: str
    cases: Sequence[tuple[str, str]] = ()
    more: int = 0
    is_in_queue: bool = False

    @property
    def line(self) -> str:
        """The sentence with its cases."""
        more = ", \u2026" if self.more else ""
        return (
            f"{self.text}: {', '.join(name for name, _ in self.cases)}{more}"
            if self.cases
            else self.text
        )


def notices(summary: Summary) -> tuple[Notice, ...]:
    """What somebody should look at this week, the most pressing first."""
    figures = {figure.name: figure for figure in summary.figures}
    overdue = figures.get("overdue")
    found = []
    if overdue is not None and overdue.value:
        verb = "is" if overdue.value == 1 else "are"
        text = f"{_cases(overdue.value)} {verb} overdue; Needs attention lists them."
        found.append(Notice(text, is_in_queue=True))
    watch = summary.spikes
    if watch is not None and watch.learnt is None:
        found += map(_spike_notice, watch.spikes)
    return tuple(found)


def needs_eyes(summary: Summary) -> tuple[str, ...]:
    """The same, a line each; or that there is nothing."""
    return tuple(notice.line for notice in notices(summary)) or (NOTHING,)


def _cases(count: Number) -> str:
    return "1 case" if count == 1 else f"{count:,} cases"


def number_text(value: Number | str | None, measure: Measure) -> str:
    """A number as text, for where there are no number formats; a dash where there is none."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if measure is Measure.SHARE:
        return f"{value:.1%}"
    if measure is Measure.AMOUNT and value == round(value, 2):
        return f"{value:,.2f}"
    is_measured = measure in (Measure.DAYS, Measure.AVERAGE, Measure.A_YEAR)
    return f"{value:,.1f}" if is_measured else f"{value:,}"


def in_words(duration: Duration) -> str:
    """The median and its limits, the time by which nine in ten are done, and how many are open."""
    if not duration.used:
        return NOT_KNOWN
    if duration.median is None or duration.late is None:
        return f"too few to say: {duration.ended:,} of {duration.used:,} have ended"
    half, late = (_range(estimate, duration) for estimate in (duration.median, duration.late))
    return f"half {half}, nine in ten {late}; {duration.still_open:,} open"


def _range(estimate: Estimate, duration: Duration) -> str:
    """``within 1.5 days (1.0-2.5)``; in hours what takes less than a day."""
    if estimate.value is None:
        return "not reached yet"
    is_short = estimate.value < duration.day
    unit = "hours" if is_short else "days"
    unit = f"business {unit}" if duration.clock is Clock.BUSINESS else unit
    length = _HOUR if is_short else duration.day
    low, high = (
        "?" if limit is None else f"{limit / length:,.1f}"
        for limit in (estimate.lower, estimate.upper)
    )
    return f"within {estimate.value / length:,.1f} {unit} ({low}\u2013{high})"


def spike_lines(watch: SpikeWatch) -> tuple[str, ...]:
    """What is to be told of spikes, a line each."""
    if watch.learnt is not None:
        return (f"learning: {watch.learnt} of {watch.to_learn} weeks",)
    return tuple(_spike_notice(spike).line for spike in watch.spikes) or ("nothing unusual",)


def spikes_told(watch: SpikeWatch) -> str:
    """How many spikes there are."""
    if watch.learnt is not None or not watch.spikes:
        return spike_lines(watch)[0]
    over = sum(spike.normal_since is not None for spike in watch.spikes)
    counts = (len(watch.spikes) - over, "in force"), (over, "back to normal")
    return ", ".join(f"{count} {state}" for count, state in counts if count)


def value_told(result: Figure | Duration | SpikeWatch | SwitchedOff) -> str:
    """What a figure says, where it stands in one line."""
    if isinstance(result, Figure):
        return number_text(result.value, result.measure)
    if isinstance(result, Duration):
        return in_words(result)
    if isinstance(result, SpikeWatch):
        return spikes_told(result)
    return f"switched off: {result.why}"


def _spike_notice(spike: Spike) -> Notice:
    state = "" if spike.is_new else f", since the week from {spike.since}"
    if spike.normal_since is not None:
        state = f", back to normal with the week from {spike.normal_since}"
    parts = ", ".join(part.category for part in spike.parts)
    more = f", above all {parts}" if parts else ""
    return Notice(
        f"{spike.text}{state}{more}",
        cases=tuple(zip_longest(spike.cases, spike.keys, fillvalue="")),
        more=spike.count - len(spike.cases),
    )


def shown_rows(table: Table) -> tuple[tuple[str, *tuple[Number | str | None, ...]], ...]:
    """The rows as people read them: a last one that is not over yet says so."""
    if not table.rows:
        return ((NO_ROWS,),)
    *before, (name, *numbers) = table.rows
    return (*before, (f"{name}, so far" if table.is_running else name, *numbers))


def basis(used: int, left_out: Sequence[LeftOut]) -> str:
    """How many cases a figure rests on, and which it could not use."""
    reasons = "; ".join(f"{reason.cases:,} left out: {reason.why}" for reason in left_out)
    return f"n = {used:,}" + (f"; {reasons}." if reasons else ".")


def to_json(summary: Summary) -> Mapping[str, Any]:
    """The Summary as plain values: docs/summary-json.md tells programs what they may rely on."""
    return {
        "version": JSON_VERSION,
        "as_of": summary.as_of.isoformat(),
        "figures": [_figure_json(figure) for figure in summary.figures],
        "durations": {one.name: _duration_json(one) for one in summary.durations},
        "spikes": _spikes_json(summary.spikes) if summary.spikes else None,
        "tables": {table.name: _table_json(table) for table in summary.tables},
        "switched_off": {one.name: one.why for one in summary.switched_off},
        "data_quality": list(summary.quality),
    }


def _figure_json(figure: Figure) -> Mapping[str, Any]:
    return {
        "name": figure.name,
        "label": figure.label,
        "value": _plain(figure.value),
        "measure": figure.measure.value,
        "unit": figure.unit,
        "definition": figure.definition,
        "used": figure.used,
        "left_out": _left_out_json(figure.left_out),
    }


def _duration_json(duration: Duration) -> Mapping[str, Any]:
    return {
        "label": duration.label,
        "definition": duration.definition,
        "clock": duration.clock.value,
        "day_seconds": duration.day.total_seconds(),
        "median": _estimate_json(duration.median),
        "late": _estimate_json(duration.late),
        "ended": duration.ended,
        "still_open": duration.still_open,
        "used": duration.used,
        "left_out": _left_out_json(duration.left_out),
    }


def _spikes_json(watch: SpikeWatch) -> Mapping[str, Any]:
    return {
        "definition": watch.definition,
        "learnt_weeks": watch.learnt,
        "weeks_to_learn": watch.to_learn,
        "spikes": [_spike_json(spike) for spike in watch.spikes],
        "used": watch.used,
        "left_out": _left_out_json(watch.left_out),
    }


def _spike_json(spike: Spike) -> Mapping[str, Any]:
    return {
        "dimension": spike.dimension.value,
        "category": spike.category,
        "text": spike.text,
        "since": spike.since.isoformat(),
        "is_since_seen": spike.is_since_seen,
        "is_new": spike.is_new,
        "normal_since": spike.normal_since.isoformat() if spike.normal_since else None,
        "count": spike.count,
        "first_week": spike.first_week.isoformat(),
        "weeks": spike.weeks,
        "usual_low": spike.usual_low,
        "usual_high": spike.usual_high,
        "baseline_weeks": spike.baseline_weeks,
        "ratio": spike.ratio,
        "cases": list(spike.cases),
        "parts": [_spike_json(part) for part in spike.parts],
    }


def _estimate_json(estimate: Estimate | None) -> Mapping[str, float | None] | None:
    if estimate is None:
        return None
    limits = {"value": estimate.value, "lower": estimate.lower, "upper": estimate.upper}
    return {
        name: None if limit is None else limit.total_seconds() for name, limit in limits.items()
    }


def _table_json(table: Table) -> Mapping[str, Any]:
    return {
        "title": table.title,
        "definition": table.definition,
        "columns": [
            {"head": column.head, "measure": column.measure.value} for column in table.columns
        ],
        "rows": [list(map(_plain, row)) for row in table.rows],
        "is_running": table.is_running,
        "used": table.used,
        "left_out": _left_out_json(table.left_out),
    }


def _left_out_json(left_out: Sequence[LeftOut]) -> list[Mapping[str, Any]]:
    return [{"cases": reason.cases, "why": reason.why} for reason in left_out]


def _plain(value: Number | str | None) -> float | str | None:
    return str(value) if isinstance(value, Decimal) else value
