"""What the figures are computed from: the cases as they are known, and what they are judged by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.desk import Desk, Meaning, Status
from refundsheet.core.follow_up import Flag
from refundsheet.core.memory import Remembered
from refundsheet.core.model import Moment, RefundCase, Violation
from refundsheet.core.statistics.figures import LeftOut, left_out
from refundsheet.core.statistics.groups import group_names
from refundsheet.core.statistics.weeks import WEEK, local_day, monday_of


class Step(NamedTuple):
    """The entry of a case into a status."""

    at: datetime
    status: Status


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The log at one moment.

    Attributes:
        cases: Every case of the log, with what is remembered of it.
        flags: Key to flag, of the cases that need somebody.
        now: The time of the figures, rounded down to the hour, in the sheet's zone.
        fields: The fields the log has a column for.
        violations: What is wrong with the rows, row by row.
        old: How many open cases are not flagged because they were old at adoption.
        being_typed: How many rows were left out because somebody is still typing them.
        shown_currency: The currency in which the log shows amounts that name none; "" for no one.
        weeks: For how many complete weeks the figures by week and of the recent past look back.
    """

    cases: Sequence[Remembered]
    flags: Mapping[str, Flag]
    desk: Desk
    calendar: BusinessCalendar
    now: datetime
    fields: frozenset[str]
    violations: Sequence[Sequence[Violation]] = ()
    old: int = 0
    being_typed: int = 0
    shown_currency: str = ""
    weeks: int = 26

    def currency(self, case: RefundCase) -> str:
        """The currency of a case's amount; its own, else the one that the column shows."""
        return case.currency or self.shown_currency or "no currency"

    def status(self, label: str) -> Status:
        """Which of the team's statuses a cell says."""
        return self.desk.recognise(label).status

    def meaning(self, label: str) -> Meaning:
        """What a status cell means."""
        return self.desk.recognise(label).status.meaning

    def steps(self, known: Remembered) -> tuple[Step, ...]:
        """The statuses a case was seen in; they are asked for again and again, and so are kept."""
        if not known.visits:
            return ()
        found = self._steps.get(id(known))
        if found is None:
            found = tuple(Step(visit.at, self.status(visit.status)) for visit in known.visits)
            self._steps[id(known)] = found
        return found

    @cached_property
    def _steps(self) -> dict[int, tuple[Step, ...]]:
        return {}

    def of(self, *meanings: Meaning) -> list[Remembered]:
        """The cases whose status has one of these meanings."""
        return [known for known in self.cases if self.meaning(known.case.status) in meanings]

    @cached_property
    def recent_since(self) -> date:
        """The first day of the recent past: of the first week that the figures by week show."""
        return monday_of(self.now, self.calendar.zone) - self.weeks * WEEK

    @property
    def period(self) -> str:
        """The recent past in words."""
        return f"the last {self.weeks} weeks and the running one"

    def is_recent(self, moment: Moment | None) -> bool:
        """Whether it lies in the recent past, the running week among it."""
        return moment is not None and local_day(moment, self.calendar.zone) >= self.recent_since

    @cached_property
    def reasons(self) -> Mapping[str, str]:
        """Reason as typed to the one it is counted as."""
        typed = (known.case.reason for known in self.cases)
        return group_names(typed, self.desk.canonical_reason)

    @cached_property
    def products(self) -> Mapping[str, str]:
        """Product as typed to the one it is counted as."""
        return group_names(known.case.product for known in self.cases)

    @property
    def typing(self) -> tuple[LeftOut, ...]:
        """The rows that are no cases yet, as a reason to name."""
        return left_out(self.being_typed, "still being typed")


def known_by_its_row(case: RefundCase, now: datetime) -> Remembered:
    """A case of which nothing is known but what its row says now, as where the row is in doubt."""
    return Remembered(key="", case=case, adopted=True, first_seen=now, still_since=now)
