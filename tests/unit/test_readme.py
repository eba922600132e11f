"""What the README lists is what the code does."""

import re
from datetime import timedelta
from pathlib import Path

from refundsheet.core.desk import DEFAULT_STATUSES, Desk, Status
from refundsheet.core.follow_up import FlagKind, Timer, follow_up
from refundsheet.core.memory import Remembered
from refundsheet.core.model import RefundCase
from refundsheet.core.rules.catalogue import CATALOGUE
from tests.passes import CALENDAR, MONDAY

TUESDAY = MONDAY + timedelta(days=1, minutes=10)
README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def tables_below(heading: str) -> list[list[tuple[str, ...]]]:
    """The rows of every table below a heading, without its head."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    tables = re.findall(r"(?:^\|.+\|\n)+", section, re.MULTILINE)
    return [
        [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in rows]
        for _, _, *rows in (table.splitlines() for table in tables)
    ]


def test_the_table_of_rules_is_the_catalogue() -> None:
    rules = [(f"`{rule.id}`", rule.severity.name.lower(), rule.meaning) for rule in CATALOGUE]
    assert tables_below("What it checks") == [rules]


def test_the_table_of_flags_has_every_kind_from_the_most_pressing_down() -> None:
    kinds, _ = tables_below("What it flags")
    assert [(word, overdue) for word, _, overdue in kinds] == [
        (kind.word, "yes" if kind.is_overdue else "no") for kind in sorted(FlagKind, reverse=True)
    ]


def test_the_table_of_limits_is_what_holds_by_default() -> None:
    _, limits = tables_below("What it flags")
    assert limits == [
        (
            status.label,
            meaning_of(status),
            *(str(span or "-") for span in (status.due_soon, status.limit, status.escalate)),
        )
        for status in DEFAULT_STATUSES
        if status.limit
    ]


def meaning_of(status: Status) -> str:
    """What a status means, with what else is set about it."""
    longest = f"{status.longest_pause} at most" if status.longest_pause else ""
    urgent = "urgent" if status.urgent else ""
    return ", ".join(filter(None, (status.meaning.value, longest, urgent)))


def test_the_flag_the_readme_quotes_is_one_that_is_written() -> None:
    case = Remembered(
        key="r-1",
        case=RefundCase(status="Approved"),
        adopted=False,
        first_seen=TUESDAY,
        still_since=TUESDAY,
        status_since=TUESDAY,
    )
    flag = follow_up(case, Desk(), CALENDAR, Timer(TUESDAY + timedelta(days=2)))
    assert flag is not None
    assert flag.text in " ".join(README.split())
