"""What is told of spikes: each one once, from the week it began with until it is back to normal.

The weeks gone by are tested again from the log as it is known now. So nothing has to be remembered
of them, and a case that is typed late counts in the week it came in.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from refundsheet.core.follow_up import words
from refundsheet.core.memory import Remembered
from refundsheet.core.statistics.course import NO_RECEIPT
from refundsheet.core.statistics.facts import Facts
from refundsheet.core.statistics.figures import (
    Column,
    Dimension,
    Figure,
    Measure,
    Spike,
    SpikeWatch,
    Table,
    left_out,
)
from refundsheet.core.statistics.groups import BLANK
from refundsheet.core.statistics.spikes import (
    ALL,
    BASELINE_WEEKS,
    FOUR_WEEKS,
    LEARNING_WEEKS,
    LOOKS,
    WEEKLY,
    WEEKS_TO_NORMAL,
    Category,
    Episode,
    Finding,
    Spikes,
    Walk,
    walk,
)
from refundsheet.core.statistics.vigilance import Vigilance, watch
from refundsheet.core.statistics.weeks import (
    WEEK,
    is_open_week,
    last_complete_weeks,
    local_day,
    monday_of,
)

#: So many of the last complete weeks are tested, to find where what is in force began.
TESTED_WEEKS = 26
#: For so many weeks it is said that something is back to normal.
NEWS_WEEKS = 4
#: So many of the cases behind a spike are named.
NAMED_CASES = 10
#: For so many reasons and products it is said from where on a rise would be seen.
SHOWN_CATEGORIES = 10

_SERIES_WEEKS = TESTED_WEEKS + FOUR_WEEKS.weeks + BASELINE_WEEKS
#: Weeks in which the shop was closed are passed over; so many more are looked at for them.
_CLOSED_AT_MOST = 24
#: A log begins when one in so many of its cases had come: a single old one typed in is no beginning.
_STRAYS = 100

_Name = Callable[[Remembered], str]
#: Each look at the last week, with how it watches each dimension.
_Watched = Sequence[tuple[Spikes, Mapping[str, Vigilance]]]
#: Dimension and its categories with their weekly counts, as a key.
_Counts = tuple[tuple[str, tuple[tuple[str, tuple[int, ...]], ...]], ...]


@dataclass(frozen=True, slots=True)
class _Series:
    """The cases received in each complete week in which the shop was open, oldest first.

    Attributes:
        names: How the categories of each dimension are called, where the log has a column for it.
        counts: Of each dimension the cases of each category, week by week.
    """

    weeks: tuple[date, ...]
    cases: tuple[list[Remembered], ...]
    names: Mapping[Dimension, _Name]
    counts: _Counts

    @property
    def overall(self) -> tuple[int, ...]:
        """All cases of each week."""
        return tuple(map(len, self.cases))

    @property
    def first_tested(self) -> int:
        """The place of the first week that is tested."""
        return max(len(self.weeks) - TESTED_WEEKS, 0)


def announcements(facts: Facts) -> tuple[SpikeWatch, Figure, Table, Figure]:
    """The spikes in force and those just over, and what is to be thought of them."""
    series = _series(facts)
    walked, watched = _tested(series.overall, series.counts)
    return (
        _spike_watch(walked, series, facts),
        _false_alarms(watched, series),
        _seen_from(watched, series),
        _typed_late(facts),
    )


@lru_cache(maxsize=8)
def _tested(overall: tuple[int, ...], counts: _Counts) -> tuple[Walk, _Watched]:
    """Test the weeks; most of what changes in a log changes none of their counts, so it is kept."""
    walked = walk(overall, {name: dict(categories) for name, categories in counts}, TESTED_WEEKS)
    return walked, [(spikes, watch(spikes)) for spikes in walked.latest]


def _series(facts: Facts) -> _Series:
    zone, names, weeks = facts.calendar.zone, _names(facts), _weeks(facts)
    index = {week: place for place, week in enumerate(weeks)}
    cases: tuple[list[Remembered], ...] = tuple([] for _ in weeks)
    for known in facts.cases:
        received = known.case.requested_at
        place = None if received is None else index.get(monday_of(received, zone))
        if place is not None:
            cases[place].append(known)
    counts = tuple((dimension.value, _counts(cases, name)) for dimension, name in names.items())
    return _Series(weeks, cases, names, counts)


def _counts(
    cases: Sequence[Sequence[Remembered]], name: _Name
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Each category with its cases in each week."""
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(cases))
    for place, received in enumerate(cases):
        for category, count in Counter(map(name, received)).items():
            counts[category][place] = count
    counts.pop(BLANK, None)  # nobody can be sent to look after what has no name
    return tuple((category, tuple(weekly)) for category, weekly in sorted(counts.items()))


def _names(facts: Facts) -> Mapping[Dimension, _Name]:
    names: dict[Dimension, _Name] = {
        Dimension.REASON: lambda known: facts.reasons[known.case.reason],
        Dimension.PRODUCT: lambda known: facts.products[known.case.product],
    }
    return {dimension: name for dimension, name in names.items() if dimension.value in facts.fields}


def _weeks(facts: Facts) -> tuple[date, ...]:
    """The complete weeks of the log in which the shop was open, as far back as it matters."""
    zone = facts.calendar.zone
    received = (known.case.requested_at for known in facts.cases)
    days = sorted(local_day(moment, zone) for moment in received if moment is not None)
    begin = monday_of(days[len(days) // _STRAYS], zone) if days else date.max
    complete = last_complete_weeks(_SERIES_WEEKS + _CLOSED_AT_MOST, facts.now, zone)
    since = (week for week in complete if week >= begin)
    return tuple(week for week in since if is_open_week(week, facts.calendar))[-_SERIES_WEEKS:]


def _spike_watch(walked: Walk, series: _Series, facts: Facts) -> SpikeWatch:
    learnt = max(len(series.weeks) - WEEKLY.weeks, 0)
    undated = sum(known.case.requested_at is None for known in facts.cases)
    return SpikeWatch(
        name="spikes",
        label="Spikes",
        definition="Complete weeks in which more cases came than chance explains, alone or "
        f"{FOUR_WEEKS.weeks} together, compared with up to {BASELINE_WEEKS} open weeks before them; "
        f"in force until {WEEKS_TO_NORMAL} normal weeks have gone by.",
        spikes=_news(walked, series, facts),
        learnt=learnt if learnt < LEARNING_WEEKS else None,
        to_learn=LEARNING_WEEKS,
        used=sum(series.overall),
        left_out=left_out(undated, NO_RECEIPT) + facts.typing,
    )


def _news(walked: Walk, series: _Series, facts: Facts) -> tuple[Spike, ...]:
    """The spikes to tell of; what rose with all refunds is told with them while that lasts."""
    tested = len(series.weeks) - series.first_tested
    parts: list[Spike] = []
    others: list[Spike] = []
    is_all_up = any(episode.normal_week is None for episode in walked.episodes(ALL))
    for category in walked.flagged:
        for episode in walked.episodes(category):
            is_over = episode.normal_week is not None
            age = tested - (episode.normal_week or tested)
            if is_over and (age > NEWS_WEEKS or episode.with_all):
                continue
            spike = _spike(category, episode, walked, series, facts)
            (parts if episode.with_all and is_all_up else others).append(spike)
    parts.sort(key=_order)
    others.sort(key=_order)
    return tuple(
        replace(spike, parts=tuple(parts)) if _is_all_up(spike) else spike for spike in others
    )


def _is_all_up(spike: Spike) -> bool:
    return spike.dimension is Dimension.ALL and spike.normal_since is None


def _spike(
    category: Category, episode: Episode, walked: Walk, series: _Series, facts: Facts
) -> Spike:
    finding = walked.flagged[category][episode.last_flagged_week]
    assert finding is not None  # noqa: S101 - it is the week that was flagged
    low, high = finding.usual_range
    begun, last = (
        series.first_tested + week for week in (episode.first_week, episode.last_flagged_week)
    )
    first = last + 1 - finding.look.weeks
    named = _named(_cases_of(category, series, range(first, last + 1)))
    normal = episode.normal_week
    return Spike(
        dimension=Dimension(category[0] or Dimension.ALL),
        category=category[1],
        text=_text(category, finding, series.weeks[first], facts),
        since=series.weeks[begun],
        is_since_seen=episode.first_week > 0 or not series.first_tested,
        is_new=begun == len(series.weeks) - 1,
        normal_since=None if normal is None else series.weeks[series.first_tested + normal],
        count=finding.count,
        first_week=series.weeks[first],
        weeks=finding.look.weeks,
        usual_low=low,
        usual_high=high,
        baseline_weeks=finding.baseline_weeks,
        ratio=finding.ratio,
        cases=tuple(named),
        keys=tuple(named.values()),
    )


def _cases_of(category: Category, series: _Series, weeks: Iterable[int]) -> Iterator[Remembered]:
    """The cases of a category that came in some weeks."""
    dimension, wanted = category
    name = series.names[Dimension(dimension)] if dimension else None
    for week in weeks:
        for known in series.cases[week]:
            if name is None or name(known) == wanted:
                yield known


def _text(category: Category, finding: Finding, first: date, facts: Facts) -> str:
    """What came when, and what usually does: ``Wrong item: 9 in the week from Mon 2 Nov, …``."""
    low, high = finding.usual_range
    usually = f"{low}\u2013{high}" if low < high else f"{low}"
    span = "the week" if finding.look.weeks == 1 else f"the {finding.look.weeks} weeks"
    what = category[1] if category != ALL else f"All refunds are up {finding.ratio:.1f}\u00d7"
    return (
        f"{what}: {finding.count} in {span} from {words(first, facts.now)}, "
        f"usually {usually} ({finding.baseline_weeks} weeks)"
    )


def _named(cases: Iterable[Remembered]) -> Mapping[str, str]:
    """What people call the first of some cases, each name once, and how these are known."""
    named: dict[str, str] = {}
    for known in cases:
        named.setdefault(_called(known), known.key)
        if len(named) == NAMED_CASES:
            break
    return named


def _called(known: Remembered) -> str:
    """What people call a case."""
    return known.case.case_id or known.case.order_id or known.case.customer_name


def _order(spike: Spike) -> tuple[bool, bool, str, float, str]:
    """All cases together first, then what is in force, the reasons before the products."""
    is_part = spike.dimension is not Dimension.ALL
    is_over = spike.normal_since is not None
    kind = "" if spike.dimension is Dimension.REASON else spike.dimension.value
    return is_part, is_over, kind, -spike.ratio, spike.category


def _false_alarms(watched: _Watched, series: _Series) -> Figure:
    expected = sum(one.false_alarms for _, dimensions in watched for one in dimensions.values())
    return Figure(
        "false_alarms",
        "False alarms a year to expect",
        expected if watched else None,
        "Spikes that would be announced in a year by chance alone at this number of cases, from "
        "the distributions the test compares with.",
        sum(series.overall),
        measure=Measure.A_YEAR,
    )


def _seen_from(watched: _Watched, series: _Series) -> Table:
    """From how many cases on a rise is seen: what lies below, the test cannot tell from chance."""
    usual = dict(_frequent(watched[0][0])) if watched else {}
    not_learnt = [None] * (len(LOOKS) - len(watched))
    seen = {
        (dimension, name): [looks[dimension].seen_from.get(name) for _, looks in watched]
        for dimension, name in usual
    }
    return Table(
        "seen_from",
        "What the spike test can see",
        "How many cases of a kind it takes to be called a spike, if it alone is up; fewer cannot be "
        "told from chance at this number of cases.",
        (
            Column("Kind", Measure.TEXT),
            Column("Usually a week", Measure.AVERAGE),
            Column("Seen from, in a week"),
            Column(f"Seen from, in {FOUR_WEEKS.weeks} weeks"),
        ),
        tuple(
            (name or "All refunds", usual[dimension, name], *seen[dimension, name], *not_learnt)
            for dimension, name in usual
        ),
        sum(series.overall),
    )


def _frequent(spikes: Spikes) -> Iterator[tuple[Category, float]]:
    """All cases, and of each dimension the categories that are most frequent, with what is usual."""
    yield ALL, spikes.overall.usual
    for dimension, findings in spikes.by_dimension.items():
        ranked = sorted(findings.items(), key=lambda item: (-item[1].usual, item[0]))
        for name, finding in ranked[:SHOWN_CATEGORIES]:
            yield (dimension, name), finding.usual


def _typed_late(facts: Facts) -> Figure:
    """Cases that were not there yet when their week was over."""
    zone = facts.calendar.zone
    running = monday_of(facts.now, zone)
    received = [
        known
        for known in facts.cases
        if known.case.requested_at is not None
        and monday_of(known.case.requested_at, zone) == running - WEEK
    ]
    seen = [known for known in received if not known.adopted]
    return Figure(
        "typed_late",
        "Typed late, of last week",
        sum(local_day(known.first_seen, zone) >= running for known in seen),
        "Cases received in the last complete week whose rows came after it had ended; its test has "
        "been made again with them.",
        len(seen),
        left_out(len(received) - len(seen), "there before refundsheet"),
    )
