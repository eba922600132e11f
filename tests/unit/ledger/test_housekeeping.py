"""Passes, flags, our own tabs, settings, size and pruning."""

from datetime import UTC, datetime, timedelta

import pytest

from refundsheet.core.memory import Observation, Remembered
from refundsheet.core.model import Change, RefundCase
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import (
    Flag,
    IntentState,
    Learnt,
    PassRecord,
    RaisedFlag,
    SettingsInForce,
    SheetKey,
)

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)
TEN, ELEVEN, NOON = (NINE + timedelta(hours=hours) for hours in (1, 2, 3))
STALE = RaisedFlag("R-1", "Stale", "Stale: New since Mon")


def observation(case: str, at: datetime, field: str = "status") -> Observation:
    return Observation(
        case=case, field=field, before="New", after="Approved", not_before=NINE, not_after=at
    )


def change(case: str) -> Change:
    return Change(
        case=case, label="R-1", row=2, field="paid_at", before=None, after=1.5, reason="paid"
    )


def test_passes_are_listed_newest_first_with_what_they_did(ledger: Ledger, sheet: SheetKey) -> None:
    first, second = ledger.begin_pass(sheet, NINE), ledger.begin_pass(sheet, TEN)
    ledger.end_pass(first, {"written": 3})

    assert ledger.passes(sheet) == [
        PassRecord(second, TEN, None),
        PassRecord(first, NINE, {"written": 3}),
    ]
    assert len(ledger.passes(sheet, limit=1)) == 1


def test_a_flag_is_raised_once_and_keeps_its_time_when_its_text_changes(
    ledger: Ledger, sheet: SheetKey
) -> None:
    ledger.record(sheet, Learnt(at=NINE, raised=[STALE]))
    ledger.record(
        sheet, Learnt(at=TEN, raised=[RaisedFlag("R-1", "Stale", "Stale: limit now 3 days")])
    )

    assert ledger.flags(sheet) == [Flag("R-1", "Stale", "Stale: limit now 3 days", NINE)]


def test_a_cleared_flag_stays_in_the_history_and_can_be_raised_again(
    ledger: Ledger, sheet: SheetKey
) -> None:
    ledger.record(sheet, Learnt(at=NINE, raised=[STALE]))
    ledger.record(sheet, Learnt(at=TEN, cleared=[("R-1", "Stale"), ("R-1", "Deadline")]))
    ledger.record(sheet, Learnt(at=ELEVEN, raised=[STALE]))

    assert ledger.flags(sheet) == [
        Flag("R-1", "Stale", STALE.text, NINE, TEN),
        Flag("R-1", "Stale", STALE.text, ELEVEN),
    ]
    assert ledger.flags(sheet, standing=True) == [Flag("R-1", "Stale", STALE.text, ELEVEN)]


@pytest.mark.parametrize(
    ("at", "stood"),
    [
        pytest.param(NINE - timedelta(seconds=1), [], id="before anything"),
        pytest.param(NINE, ["R-1"], id="from the moment it was raised"),
        pytest.param(TEN, ["R-2"], id="until it was cleared"),
        pytest.param(NOON, ["R-2", "R-1"], id="raised again, and the other one all the while"),
    ],
)
def test_which_flags_stood_at_a_time_is_known_for_ever(
    ledger: Ledger, sheet: SheetKey, at: datetime, stood: list[str]
) -> None:
    ledger.record(sheet, Learnt(at=NINE, raised=[STALE]))
    ledger.record(
        sheet,
        Learnt(at=TEN, cleared=[("R-1", "Stale")], raised=[RaisedFlag("R-2", "Stale", "why")]),
    )
    ledger.record(sheet, Learnt(at=ELEVEN, raised=[STALE]))

    assert [flag.case for flag in ledger.flags(sheet, at=at)] == stood


def test_observations_are_found_by_field_and_by_pass(ledger: Ledger, sheet: SheetKey) -> None:
    run = ledger.begin_pass(sheet, TEN)
    status, notes = observation("R-1", TEN), observation("R-1", NINE, "notes")
    ledger.record(sheet, Learnt(at=TEN, pass_number=run, observations=[status]))
    ledger.record(sheet, Learnt(at=TEN, observations=[notes]))

    assert ledger.observations(sheet) == [notes, status]
    assert ledger.observations(sheet, "status") == [status]
    assert ledger.observations(sheet, pass_number=run) == [status]


def test_the_history_of_a_renamed_case_follows_it(ledger: Ledger, sheet: SheetKey) -> None:
    run = ledger.begin_pass(sheet, NINE)
    ledger.intend(sheet, run, [change("R-1")], nonce="n", expected=[[]])
    old = Remembered(key="R-1", case=RefundCase(), adopted=True, first_seen=NINE, still_since=NINE)
    ledger.record(
        sheet,
        Learnt(at=NINE, remembered=[old], observations=[observation("R-1", NINE)], raised=[STALE]),
    )

    ledger.record(sheet, Learnt(at=TEN, renamed={"R-1": "R-7"}))

    assert not ledger.recall(sheet).cases
    assert ledger.observations(sheet) == [observation("R-7", NINE)]
    assert ledger.flags(sheet) == [Flag("R-7", "Stale", STALE.text, NINE)]
    assert ledger.open_intents(sheet)[0].change == change("R-7")


def test_ids_can_move_up_by_one(ledger: Ledger, sheet: SheetKey) -> None:
    ledger.record(sheet, Learnt(at=NINE, raised=[STALE, RaisedFlag("R-2", "Stale", "the second")]))

    ledger.record(sheet, Learnt(at=TEN, renamed={"R-1": "R-2", "R-2": "R-3"}))

    assert [(flag.case, flag.text) for flag in ledger.flags(sheet, standing=True)] == [
        ("R-2", STALE.text),
        ("R-3", "the second"),
    ]


def test_a_case_that_takes_a_flagged_id_has_one_flag(ledger: Ledger, sheet: SheetKey) -> None:
    ledger.record(sheet, Learnt(at=NINE, raised=[STALE, RaisedFlag("R-2", "Stale", "of another")]))

    ledger.record(sheet, Learnt(at=TEN, renamed={"R-1": "R-2"}))

    assert ledger.flags(sheet) == [
        Flag("R-2", "Stale", STALE.text, NINE),
        Flag("R-2", "Stale", "of another", NINE, TEN),
    ]


def test_what_was_published_is_known_by_tab(ledger: Ledger, sheet: SheetKey) -> None:
    assert ledger.published(sheet, "Summary") is None

    ledger.set_published(sheet, "Summary", {"A1": "Open", "B1": 12.0, "B2": None})
    ledger.set_published(sheet, "Needs attention", {})
    ledger.set_published(sheet, "Summary", {"A1": "Open", "B1": 13.0})

    assert ledger.published(sheet, "Summary") == {"A1": "Open", "B1": 13.0}
    assert ledger.published(sheet, "Needs attention") == {}


def test_the_latest_settings_are_in_force(ledger: Ledger, sheet: SheetKey) -> None:
    assert ledger.settings_in_force(sheet) is None

    ledger.set_settings_in_force(sheet, SettingsInForce('{"limit": 2}', NINE))
    ledger.set_settings_in_force(sheet, SettingsInForce('{"limit": 3}', TEN, 12))

    assert ledger.settings_in_force(sheet) == SettingsInForce('{"limit": 3}', TEN, 12)


def test_pruning_drops_what_is_over_and_keeps_what_stands(ledger: Ledger, sheet: SheetKey) -> None:
    old, recent = ledger.begin_pass(sheet, NINE), ledger.begin_pass(sheet, ELEVEN)
    over, waiting = ledger.intend(
        sheet, old, [change("R-1"), change("R-2")], nonce="n", expected=[[], []]
    )
    ledger.settle({over: (IntentState.DONE, ""), waiting: (IntentState.UNKNOWN, "")})
    both = [observation("R-1", NINE), observation("R-1", ELEVEN)]
    ledger.record(sheet, Learnt(at=NINE, pass_number=old, observations=both, texts=["Stale"]))
    ledger.record(sheet, Learnt(at=NINE, raised=[STALE, RaisedFlag("R-2", "Stale", "still")]))
    ledger.record(sheet, Learnt(at=NINE, cleared=[("R-1", "Stale")]))
    for limit, since in enumerate((NINE, TEN, NOON)):
        ledger.set_settings_in_force(sheet, SettingsInForce(f'{{"limit": {limit}}}', since))

    dropped = ledger.prune(ELEVEN)

    assert dropped == 4  # an observation, a flag, an intent and the settings before those at ten
    assert ledger.observations(sheet) == [observation("R-1", ELEVEN)]
    assert ledger.flags(sheet) == [Flag("R-2", "Stale", "still", NINE)]
    assert [intent.number for intent in ledger.intents(sheet)] == [waiting]
    assert [run.number for run in ledger.passes(sheet)] == [recent, old]
    assert ledger.recall(sheet).texts == {"Stale"}
    assert ledger.settings_in_force(sheet) == SettingsInForce('{"limit": 2}', NOON)
    assert ledger.prune(ELEVEN) == 0


def test_numbers_of_pruned_passes_and_intents_are_not_used_again(
    ledger: Ledger, sheet: SheetKey
) -> None:
    run = ledger.begin_pass(sheet, NINE)
    (number,) = ledger.intend(sheet, run, [change("R-1")], nonce="n", expected=[[]])
    ledger.settle({number: (IntentState.LOST, "")})
    ledger.prune(NOON)

    again = ledger.begin_pass(sheet, NOON)
    (later,) = ledger.intend(sheet, again, [change("R-1")], nonce="m", expected=[[]])

    assert again > run
    assert later > number


def test_the_size_grows_and_pruning_gives_the_room_back(ledger: Ledger, sheet: SheetKey) -> None:
    empty = ledger.size_bytes()
    ledger.record(
        sheet,
        Learnt(at=NINE, observations=[observation(f"R-{number}", NINE) for number in range(5_000)]),
    )
    full = ledger.size_bytes()

    ledger.prune(NOON)

    assert empty > 0
    assert full > empty + 300_000
    if ledger.place.endswith(".sqlite"):  # PostgreSQL takes its time
        assert ledger.size_bytes() < empty + 100_000
