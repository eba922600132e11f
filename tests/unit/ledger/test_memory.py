"""What is recorded is recalled, exactly."""

import dataclasses
import json
import string
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refundsheet.core.memory import Memory, Observation, Owed, Remembered, Seen, Visit
from refundsheet.core.model import Moment, RefundCase
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import Flag, Learnt, RaisedFlag, SettingsInForce, SheetKey
from refundsheet.ledger.serialise import SHAPE, Reader, dump_remembered
from refundsheet.ledger.tables import SheetText

BERLIN = ZoneInfo("Europe/Berlin")
NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)
LATER = NINE + timedelta(hours=1)


def remembered(key: str = "R-1", **content: str) -> Remembered:
    case = RefundCase(case_id=key, **content)  # pyright: ignore[reportArgumentType] - texts only
    return Remembered(key=key, case=case, adopted=False, first_seen=NINE, still_since=NINE)


def observation(field: str, before: str = "", after: str = "") -> Observation:
    return Observation(
        case="R-1", field=field, before=before, after=after, not_before=None, not_after=LATER
    )


def test_nothing_is_remembered_of_an_unknown_sheet(ledger: Ledger, sheet: SheetKey) -> None:
    assert ledger.recall(sheet) == Memory()


def test_a_case_is_recalled_as_it_was_recorded(ledger: Ledger, sheet: SheetKey) -> None:
    case = dataclasses.replace(
        remembered(),
        case=RefundCase(
            case_id="R-1",
            amount=Decimal("12.50"),
            requested_at=date(2026, 10, 25),
            last_action_at=datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1),
        ),
        written={"resolved_at": 46037.3958, "case_id": "R-1"},
        backfilled=("case_id", "resolved_at"),
        owed={"paid_at": Owed(LATER, "status became Refunded")},
    )

    headers = {"status": (2, "Sta\x00tus")}
    learnt = Learnt(
        at=LATER,
        baseline_at=NINE,
        fields=["status"],
        headers=headers,
        waiting=["r-7", "\x1ee\x00"],
        remembered=[case],
    )
    ledger.record(sheet, learnt)

    assert ledger.recall(sheet) == Memory(
        baseline_at=NINE,
        last_read_at=LATER,
        fields=frozenset({"status"}),
        headers=headers,
        waiting=frozenset({"r-7", "\x1ee\x00"}),
        cases={"R-1": case},
    )


def test_a_ledger_closed_and_opened_again_remembers(url: str, sheet: SheetKey) -> None:
    with Ledger.open(url) as first:
        first.record(sheet, Learnt(at=NINE, remembered=[remembered()], texts=["Stale"]))

    with Ledger.open(url) as second:
        assert second.recall(sheet).cases == {"R-1": remembered()}
        assert second.recall(sheet).texts == {"Stale"}


def test_the_latest_record_of_a_case_counts(ledger: Ledger, sheet: SheetKey) -> None:
    ledger.record(
        sheet, Learnt(at=NINE, baseline_at=NINE, remembered=[remembered(), remembered("R-2")])
    )
    ledger.record(sheet, Learnt(at=LATER, remembered=[remembered(status="Approved")]))

    memory = ledger.recall(sheet)

    assert memory.cases == {"R-1": remembered(status="Approved"), "R-2": remembered("R-2")}
    assert (memory.baseline_at, memory.last_read_at) == (NINE, LATER)


def test_a_forgotten_case_is_gone(ledger: Ledger, sheet: SheetKey) -> None:
    ledger.record(sheet, Learnt(at=NINE, remembered=[remembered("~half"), remembered("R-2")]))

    ledger.record(sheet, Learnt(at=LATER, forgotten=["~half", "never there"]))

    assert list(ledger.recall(sheet).cases) == ["R-2"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(SheetKey("1kWf7", 5), id="another tab"),
        pytest.param(SheetKey("copy", 0), id="a copy of the spreadsheet"),
    ],
)
def test_sheets_share_nothing(ledger: Ledger, sheet: SheetKey, other: SheetKey) -> None:
    ledger.record(
        sheet,
        Learnt(
            at=NINE,
            remembered=[remembered()],
            texts=["Stale"],
            raised=[RaisedFlag("R-1", "Stale", "Stale: …")],
            observations=[observation("status")],
        ),
    )
    ledger.set_published(sheet, "Summary", {"A1": 1})
    ledger.set_settings_in_force(sheet, SettingsInForce("{}", NINE))
    ledger.begin_pass(sheet, NINE)

    assert ledger.recall(other) == Memory()
    assert not ledger.flags(other)
    assert not ledger.observations(other)
    assert not ledger.passes(other)
    assert ledger.published(other, "Summary") is None
    assert ledger.settings_in_force(other) is None


def test_texts_are_kept_whatever_their_length(ledger: Ledger, sheet: SheetKey) -> None:
    long = "Two rows have this ID. " * 2_000
    ledger.record(sheet, Learnt(at=NINE, texts=[long, long, "Stale"]))
    ledger.record(sheet, Learnt(at=LATER, texts=[long]))

    assert ledger.recall(sheet).texts == {long, "Stale"}


def test_an_id_as_long_as_a_cell_can_be_is_kept(ledger: Ledger, sheet: SheetKey) -> None:
    long = string.ascii_letters * 961  # 49 972 characters
    ledger.record(
        sheet, Learnt(at=NINE, remembered=[remembered(long)], raised=[RaisedFlag(long, "a", "")])
    )

    assert ledger.recall(sheet).cases[long].case.case_id == long
    assert ledger.flags(sheet)[0].case == long


ANY_TEXT = st.text(st.characters(exclude_categories=()))  # half surrogate pairs among them
ZONES = st.sampled_from([BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kathmandu"), UTC])
FIXED = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(timezones=ZONES | FIXED, allow_imaginary=True).map(
    lambda at: at.replace(fold=at.fold if isinstance(at.tzinfo, ZoneInfo) else 0)
)
WHOLE_SECONDS = TIMES.map(lambda at: at.replace(microsecond=0))
MOMENTS = st.dates() | TIMES | WHOLE_SECONDS
INSTANTS = TIMES.filter(lambda at: 1 < at.year < 9999).map(lambda at: at.astimezone(UTC))
CELLS = ANY_TEXT | st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none()


def of_kind(hint: object) -> st.SearchStrategy[object]:
    """Any value a field of a record can have."""
    kinds: list[tuple[object, st.SearchStrategy[object]]] = [
        (str, ANY_TEXT),
        (Decimal | None, st.none() | st.decimals(allow_nan=False)),
        (Moment | None, st.none() | MOMENTS),
    ]
    return next(strategy for kind, strategy in kinds if hint == kind)


CASES = st.builds(
    RefundCase,
    **{field.name: of_kind(field.type) for field in dataclasses.fields(RefundCase)},
)
SEEN = st.builds(Seen, not_before=st.none() | INSTANTS, not_after=INSTANTS)
VISITS = st.builds(Visit, status=ANY_TEXT, not_before=st.none() | INSTANTS, not_after=INSTANTS)
REMEMBERED = st.builds(
    Remembered,
    key=ANY_TEXT,
    case=CASES,
    adopted=st.booleans(),
    first_seen=INSTANTS,
    still_since=INSTANTS,
    still_reads=st.integers(1, 10**9),
    settled=st.booleans(),
    status_since=st.none() | INSTANTS,
    acted_at=st.none() | INSTANTS,
    visits=st.lists(VISITS, max_size=5).map(tuple),
    first_action=st.none() | SEEN,
    written=st.dictionaries(ANY_TEXT, CELLS),
    owed=st.dictionaries(ANY_TEXT, st.builds(Owed, INSTANTS, ANY_TEXT)),
    missing_since=st.none() | INSTANTS,
    missing_reads=st.integers(0, 10**9),
    removed=st.booleans(),
)


@given(case=REMEMBERED)
def test_any_case_comes_back_exactly(case: Remembered) -> None:
    back = Reader(SHAPE)(case.key, dump_remembered(case))

    assert repr(back) == repr(case)  # equality alone would let a date pass for another zone's time
    assert back.case.__class__ is RefundCase
    assert [getattr(m, "fold", 0) for m in moments(back)] == [
        getattr(m, "fold", 0) for m in moments(case)
    ]


def moments(case: Remembered) -> list[object]:
    return [getattr(case.case, field.name) for field in dataclasses.fields(RefundCase)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(case=REMEMBERED, text=ANY_TEXT)
def test_any_case_goes_through_the_database(
    ledger: Ledger, sheet: SheetKey, case: Remembered, text: str
) -> None:
    seen = observation("status", before=text, after=text)
    flag = RaisedFlag(case.key, "Stale", text)
    known = len(ledger.observations(sheet))
    ledger.record(
        sheet, Learnt(at=NINE, remembered=[case], observations=[seen], texts=[text], raised=[flag])
    )

    memory = ledger.recall(sheet)
    assert repr(memory.cases[case.key]) == repr(case)
    assert text in memory.texts
    assert ledger.observations(sheet)[known:] == [seen]
    assert Flag(case.key, "Stale", text, NINE) in ledger.flags(sheet)


@given(text=ANY_TEXT)
def test_any_text_is_stored_as_text_every_database_takes(text: str) -> None:
    kind = SheetText()
    stored = kind.process_bind_param(text, None)  # pyright: ignore[reportArgumentType] - not used

    assert stored is not None
    assert "\x00" not in stored
    assert stored.encode().decode() == stored
    assert kind.process_result_value(stored, None) == text  # pyright: ignore[reportArgumentType]


def test_a_moment_in_the_hour_that_comes_twice_equals_what_the_sheet_says_next_time() -> None:
    second = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)
    case = dataclasses.replace(remembered(), case=RefundCase(requested_at=second))

    back = Reader(SHAPE)("R-1", dump_remembered(case))

    assert back.case == RefundCase(requested_at=second)


def test_a_case_stored_before_a_field_existed_has_its_default() -> None:
    older = [name for name in SHAPE if name not in {"owed", "visits", "case.snooze_until"}]
    values = dict(zip(SHAPE, json.loads(dump_remembered(remembered())), strict=True))
    record = json.dumps([values[name] for name in older])

    assert Reader(older)("R-1", record) == remembered()
