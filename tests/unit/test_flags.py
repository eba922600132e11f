"""The flags of a shared log, pass by pass: at adoption, after new settings, and told to people."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from refundsheet.config import Settings
from refundsheet.config.settings import GraceSettings, LegalSettings, StatusSettings
from refundsheet.core.desk import Meaning, Span
from refundsheet.core.model import Cell
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import SettingsInForce
from refundsheet.reconcile import Reconciler
from tests.shops import HEADERS, NOW, Shop, done, serial
from tests.teams import MemoryTeam

DAY = timedelta(days=1)
OLD, RECENT = serial(NOW - 70 * DAY), serial(NOW - 7 * DAY)
LOG: Sequence[Sequence[Cell]] = [
    HEADERS,
    ["R-1", "1001", "New", "", RECENT],
    ["R-2", "1002", "Approved", "", RECENT],
    ["R-3", "1003", "Refunded", "", RECENT],
    ["R-4", "1004", "New", "", OLD],
    ["R-5", "1005", "Under Review", "", ""],
]
STRICT = StatusSettings.model_validate({"label": "New", "meaning": Meaning.OPEN, "limit": "1 bh"})


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A log that has been learnt, with two flags on it."""
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        made = Shop(MemoryTeam(LOG), ledger)
        made.sync()
        made.sync()
        yield made


def set_up(shop: Shop, settings: Settings) -> None:
    """Somebody edits the settings and starts refundsheet again."""
    shop.settings = settings.model_copy(update={"grace": GraceSettings(reads=1, seconds=0)})
    shop.reconciler = Reconciler(shop.store, shop.ledger, shop.settings)


def summary(shop: Shop) -> list[str]:
    return [str(cell) for cell in shop.team.page("Summary").values()]


def remarks(shop: Shop) -> str:
    """What the Needs attention tab says besides its cases."""
    return str(shop.team.page("Needs attention")[2, 0])


def flags(shop: Shop) -> dict[str, str]:
    """Case ID to what stands in its Follow-up cell."""
    header, *rows = shop.team.rows()
    place = header.index("Follow-up")
    return {str(row[0]): str(row[place]) for row in rows if len(row) > place and row[place]}


def test_old_cases_are_one_line_and_not_flags(shop: Shop) -> None:
    report = shop.sync()

    assert list(flags(shop)) == ["R-1", "R-2"]
    assert [(old.case, old.row) for old in report.old] == [("R-4", 5), ("R-5", 6)]
    assert [line for line in summary(shop) if line.startswith("2 old open cases: ")]
    assert "2 old open cases: " in remarks(shop)


def test_an_old_case_that_somebody_touches_is_flagged_like_others(shop: Shop) -> None:
    shop.type("R-4", "Notes", "found it again")
    shop.sync()

    report = shop.sync(after=2 * DAY)

    assert "R-4" in report.raised
    assert [old.case for old in report.old] == ["R-5"]
    assert [line for line in summary(shop) if line.startswith("1 old open case: ")]


def test_other_settings_judge_everything_anew_and_the_summary_says_so(shop: Shop) -> None:
    before = flags(shop)
    set_up(shop, Settings(legal=LegalSettings(enabled=True, days=5, warning_days=3)))

    report = shop.sync()

    assert report.by_settings == 2
    assert (report.raised, report.cleared) == ({}, ())
    assert {case for case, field in done(report) if field == "follow_up"} == {"R-1", "R-2"}
    assert all("the legal 5 days ended" in text for text in flags(shop).values())
    assert flags(shop) != before
    assert "2 flags changed by new settings (Mon 2 Nov 10:03)." in summary(shop)
    assert "2 flags changed by new settings" in remarks(shop)


def test_new_settings_are_told_for_a_week_and_counted_once(shop: Shop) -> None:
    set_up(shop, Settings(statuses=(STRICT,)))
    assert shop.sync().by_settings > 0

    second = shop.sync()
    assert second.by_settings == 0
    assert done(second) == set()
    shop.sync(after=6 * DAY)
    assert any("changed by new settings" in line for line in summary(shop))
    shop.sync(after=2 * DAY)
    assert not any("changed by new settings" in line for line in summary(shop))


def test_settings_that_change_no_flag_are_not_told(shop: Shop) -> None:
    set_up(shop, Settings(reasons=()))

    report = shop.sync()

    assert report.by_settings == 0
    assert not any("changed by new settings" in line for line in summary(shop))


def test_a_dry_run_says_what_new_settings_would_change(shop: Shop) -> None:
    set_up(shop, Settings(legal=LegalSettings(days=5, warning_days=3)))

    would = [shop.sync(dry_run=True).by_settings for _ in range(2)]

    assert would == [2, 2]
    assert shop.sync().by_settings == 2


def test_a_flag_that_was_raised_meanwhile_is_no_doing_of_the_settings(shop: Shop) -> None:
    shop.type("R-3", "Status", "Under Review")  # a closed case is opened again
    earlier = {"escalate": Span.parse("3 bd")}
    statuses = (
        s.model_copy(update=earlier if s.label == "Approved" else {})
        for s in shop.settings.statuses
    )
    set_up(shop, Settings(statuses=tuple(statuses)))

    report = shop.sync()

    assert (report.by_settings, list(report.raised)) == (1, ["R-3"])
    assert "second limit 3 business days" in flags(shop)["R-2"]


@pytest.mark.parametrize("text", ["what?", json.dumps({"legal": {"days": "two"}})])
def test_settings_of_another_version_that_are_not_understood_change_nothing(
    shop: Shop, text: str
) -> None:
    shop.ledger.set_settings_in_force(shop.sheet, SettingsInForce(text, shop.now))
    set_up(shop, Settings())

    assert shop.sync().by_settings == 0
    holding = shop.ledger.settings_in_force(shop.sheet)
    assert holding is not None
    assert holding.text == shop.settings.deciding()


def test_a_flag_is_gone_in_the_pass_in_which_its_reason_is(shop: Shop) -> None:
    shop.type("R-2", "Status", "Refunded")

    report = shop.sync()

    assert report.cleared == ("R-2",)
    assert list(flags(shop)) == ["R-1"]


def test_the_text_that_says_the_same_is_not_written_again(shop: Shop) -> None:
    assert [done(shop.sync(after=timedelta(hours=hours))) for hours in (1, 30)] == [set(), set()]


def test_what_was_overdue_is_never_made_not_to_have_been(shop: Shop) -> None:
    shop.type("R-2", "Status", "Refunded")
    shop.sync()

    [once] = [flag for flag in shop.ledger.flags(shop.sheet) if flag.case == "r-2"]
    assert (once.kind, once.cleared_at) == ("escalate", shop.now)
    assert once in shop.ledger.flags(shop.sheet, at=shop.now - timedelta(seconds=30))
