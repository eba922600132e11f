from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from refundsheet.demo.generate import HEADERS, generate
from refundsheet.demo.people import SPARE_ROWS, SheetByHand
from refundsheet.demo.team import Team
from refundsheet.errors import SheetError
from refundsheet.localsheets.server import LocalServer

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ZONE)
TURNS = 4


def new_sheet(server: LocalServer) -> SheetByHand:
    return SheetByHand.create(server.base_url, "Refund Log", generate(1, NOW), ZONE)


@pytest.fixture
def sheet(local_server: LocalServer) -> Iterator[SheetByHand]:
    with new_sheet(local_server) as made:
        yield made


def test_the_log_arrives_in_the_sheet_as_it_was_generated(sheet: SheetByHand) -> None:
    header, *rows = sheet.values("Refund Log")
    assert header[header.index("Status") + 1 :][:2] == ["Follow-up", "Follow-up By"]
    assert [name for name in header if not name.startswith("Follow-up")] == list(HEADERS)
    assert len(rows) == len(generate(1, NOW))
    assert isinstance(sheet.look()[0].cells["Date Request Received"], float)


def test_the_same_seed_does_the_same_things_to_the_same_sheet(local_server: LocalServer) -> None:
    done: list[object] = []
    for _ in range(2):
        with new_sheet(local_server) as sheet:
            team = Team(sheet, seed=7)
            lines = [line for _ in range(TURNS) for line in team.work()]
            done.append((lines, sheet.values("Refund Log")))
    assert done[0] == done[1]


def test_the_team_loses_no_case_and_tells_what_it_did_in_words(sheet: SheetByHand) -> None:
    before = {row.text("Order ID") for row in sheet.look()}
    team = Team(sheet, seed=2)
    lines = [line for _ in range(TURNS) for line in team.work()]
    assert before <= {row.text("Order ID") for row in sheet.look()}
    assert any("sorted the log by" in line for line in lines)
    assert any("dragged" in line for line in lines)
    assert not [line for line in lines if set(line) & set("{}[]<>")]


def test_a_log_without_room_gets_more_rows(sheet: SheetByHand) -> None:
    last = len(generate(1, NOW)) + 1 + SPARE_ROWS
    sheet.type(last, {"Customer Name": "Zoe A."})
    free = sheet.first_free_row()
    sheet.type(free, {"Customer Name": "Ada B."})
    assert sheet.look()[-1].number == free == last + 1


def test_a_column_somebody_removed_ends_the_play_with_a_sentence(sheet: SheetByHand) -> None:
    with pytest.raises(SheetError, match='does not find the column "Colour"'):
        sheet.type(2, {"Colour": "green"})
