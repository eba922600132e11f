"""Every figure of the Summary, in its order, with the columns it cannot do without."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from refundsheet.core.columns import BY_FIELD
from refundsheet.core.parse import collector_resting
from refundsheet.core.statistics import (
    announcements,
    counts,
    durations,
    quality,
    shares,
    targets,
    weekly,
)
from refundsheet.core.statistics.facts import Facts
from refundsheet.core.statistics.figures import Duration, Figure, SpikeWatch, SwitchedOff, Table

Result = Figure | Table | Duration | SpikeWatch | SwitchedOff


class Topic(Enum):
    """What figures are grouped by, in their order."""

    NOW = "Now"
    SPIKES = "Spikes"
    WEEKS = "By week"
    SPEED = "How long it takes"
    TARGETS = "Targets"
    SHARES = "What it is about"
    QUALITY = "Data quality"


@dataclass(frozen=True, slots=True)
class Statistic:
    """One figure, or several of a kind.

    Attributes:
        name: What it is called in the JSON output; stable.
        label: What people read where it is switched off.
        needs: The fields without whose columns it means nothing.
    """

    topic: Topic
    name: str
    label: str
    compute: Callable[[Facts], Result | tuple[Result, ...]]
    needs: tuple[str, ...] = ()


STATISTICS = (
    Statistic(Topic.NOW, "open", "Open", counts.open_cases),
    Statistic(Topic.NOW, "waiting", "Waiting", counts.waiting_cases),
    Statistic(Topic.NOW, "approved_unpaid", "Approved and unpaid", counts.unpaid_cases),
    Statistic(
        Topic.NOW,
        "approved_unpaid_amount",
        "Approved and unpaid, amounts",
        counts.unpaid_amounts,
        ("amount",),
    ),
    Statistic(Topic.NOW, "overdue", "Overdue", counts.overdue_cases),
    Statistic(Topic.NOW, "by_status", "By status", counts.by_status),
    Statistic(Topic.NOW, "by_owner", "Open cases by owner", counts.by_owner, ("owner",)),
    Statistic(Topic.NOW, "ageing", "Business days since the last action", counts.ageing),
    Statistic(Topic.SPIKES, "spikes", "Spikes", announcements.announcements, ("requested_at",)),
    Statistic(Topic.WEEKS, "weekly", "By week", weekly.weekly, ("requested_at",)),
    Statistic(
        Topic.SPEED, "first_action", "First action", durations.first_action, ("requested_at",)
    ),
    Statistic(Topic.SPEED, "decision", "Decision", durations.decision, ("requested_at",)),
    Statistic(Topic.SPEED, "payout", "Payout", durations.payout),
    Statistic(
        Topic.SPEED,
        "resolution_working",
        "Resolution, without waiting for others",
        durations.working_time,
        ("requested_at",),
    ),
    Statistic(
        Topic.SPEED,
        "resolution_elapsed",
        "Resolution, as the customer waits",
        durations.elapsed_time,
        ("requested_at",),
    ),
    Statistic(
        Topic.SPEED,
        "resolution_by_month",
        "Time to resolution by month of receipt",
        durations.resolution_by_month,
        ("requested_at",),
    ),
    Statistic(
        Topic.TARGETS,
        "decided_in_time",
        "Decided in time",
        targets.decided_in_time,
        ("requested_at",),
    ),
    Statistic(
        Topic.TARGETS,
        "resolved_in_time",
        "Closed in time",
        targets.resolved_in_time,
        ("requested_at",),
    ),
    Statistic(Topic.TARGETS, "opened_again", "Opened again", targets.opened_again),
    Statistic(Topic.SHARES, "by_reason", "By reason", shares.by_reason, ("requested_at", "reason")),
    Statistic(
        Topic.SHARES, "by_product", "By product", shares.by_product, ("requested_at", "product")
    ),
    Statistic(
        Topic.SHARES, "amounts", "Amounts by currency", shares.amounts, ("requested_at", "amount")
    ),
    Statistic(Topic.QUALITY, "problems", "What is wrong with rows", quality.problems),
)


def compute(facts: Facts) -> Mapping[Topic, tuple[Result, ...]]:
    """Every figure by its topic; of those that lack a column, why they are switched off."""
    found: dict[Topic, tuple[Result, ...]] = dict.fromkeys(Topic, ())
    with collector_resting():
        for statistic in STATISTICS:
            found[statistic.topic] += _results(statistic, facts)
    return found


def _results(statistic: Statistic, facts: Facts) -> tuple[Result, ...]:
    missing = [field for field in statistic.needs if field not in facts.fields]
    if missing:
        headers = " and no column ".join(f'"{BY_FIELD[field].header}"' for field in missing)
        return (SwitchedOff(statistic.name, statistic.label, f"The log has no column {headers}."),)
    results = statistic.compute(facts)
    return results if isinstance(results, tuple) else (results,)
