import socket
import time
from pathlib import Path

import pytest
import requests

from refundsheet.localsheets.server import LocalServer, NotLoopbackError
from tests.unit.localsheets.callers import Book, Caller, lines, span

CSV = "Case ID,Received,Amount\nA1,2026-11-01,$5.00\nA2,,007\n"


def test_an_address_others_can_reach_is_refused() -> None:
    with pytest.raises(NotLoopbackError):
        LocalServer(host="0.0.0.0")  # noqa: S104


@pytest.mark.parametrize("header", [{"Host": "sheets.example"}, {"Origin": "http://evil.example"}])
def test_a_request_that_means_another_place_is_refused(
    caller: Caller, header: dict[str, str]
) -> None:
    answer = requests.get(f"{caller.base_url}/v4/spreadsheets/x", headers=header, timeout=5)
    assert answer.status_code == 403


def test_answers_look_like_googles(book: Book) -> None:
    answer = book.caller.call("GET", f"{book.path}/values/A1")
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert answer.text == '{\n  "range": "Sheet1!A1",\n  "majorDimension": "ROWS"\n}\n'
    compact = book.caller.call("GET", f"{book.path}/values/A1", prettyPrint="false")
    assert compact.text == '{"range":"Sheet1!A1","majorDimension":"ROWS"}\n'


def test_the_body_of_an_answer_does_not_wait_until_its_head_is_acknowledged() -> None:
    with LocalServer() as server, requests.Session() as people:
        people.get(f"{server.base_url}/control", timeout=5)
        (connection,) = server._connections._open.values()
        options = connection.get_extra_info("socket")
        assert options.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_unknown_spreadsheet_is_not_found(caller: Caller) -> None:
    refusal = caller.refused("GET", "/v4/spreadsheets/nobody")
    assert refusal == (404, "Requested entity was not found.")
    answer = caller.call("GET", "/drive/v3/files/nobody")
    assert answer.json()["error"]["errors"][0]["reason"] == "notFound"


def test_a_method_that_is_not_there_yet_is_refused_by_name(book: Book) -> None:
    code, text = book.caller.refused("GET", f"/drive/v3/files/{book.spreadsheet_id}/revisions")
    assert (code, "drive.revisions.list" in text) == (501, True)


def test_a_stray_slash_is_forgiven(book: Book) -> None:
    assert book.caller.ok("GET", f"{book.path}/")["spreadsheetId"] == book.spreadsheet_id


def test_a_mask_that_fits_nothing_is_refused(book: Book) -> None:
    answer = book.caller.call("GET", book.path, fields="content")
    error = answer.json()["error"]
    assert error["message"] == "Request contains an invalid argument."
    assert "for path 'content'" in error["details"][0]["fieldViolations"][0]["description"]


def test_a_masked_get_with_nothing_to_show_is_an_empty_object(book: Book) -> None:
    assert book.get(fields="namedRanges") == {}
    assert book.get(fields="sheets.properties.tabColor") == {"sheets": [{"properties": {}}]}
    assert book.get(fields="sheets.data.rowData.values.note") == {"sheets": [{"data": [{}]}]}


def test_a_book_is_created_with_the_tabs_it_names(caller: Caller) -> None:
    made = caller.ok(
        "POST",
        "/v4/spreadsheets",
        {
            "properties": {"title": "B", "locale": "de_DE"},
            "sheets": [{"properties": {"title": "T"}}],
        },
    )
    assert [sheet["properties"]["title"] for sheet in made["sheets"]] == ["T"]
    assert made["properties"]["locale"] == "de_DE"


def test_files_are_found_by_name_copied_and_deleted(book: Book) -> None:
    book.write("A1", [["kept"]])
    path = f"/drive/v3/files/{book.spreadsheet_id}"
    copy = book.caller.ok("POST", f"{path}/copy", {"name": "Its twin"})
    listed = book.caller.ok("GET", "/drive/v3/files", q="name = 'Its twin' and trashed = false")
    assert [file["id"] for file in listed["files"]] == [copy["id"]]
    assert book.caller.call("DELETE", path).status_code == 204
    twin = book.caller.ok("GET", f"/v4/spreadsheets/{copy['id']}/values/A1")
    assert twin["values"] == [["kept"]]


@pytest.mark.parametrize(
    ("kind", "status", "written"),
    [
        ("429", 429, False),
        ("500", 500, False),
        ("503", 503, False),
        ("503_after", 503, True),
        ("html_502", 502, False),
    ],
)
def test_a_planned_fault_hits_once(book: Book, kind: str, status: int, written: bool) -> None:  # noqa: FBT001
    book.caller.ok("POST", "/control", {"faults": [{"kind": kind, "match": "values.update"}]})
    path = f"{book.path}/values/A1"
    answer = book.caller.call("PUT", path, {"values": [["w"]]}, valueInputOption="RAW")
    assert answer.status_code == status
    assert (book.read("A1") == [["w"]]) is written


@pytest.mark.parametrize(
    ("kind", "written"), [("cut_before", False), ("cut_after", True), ("truncated", True)]
)
def test_a_cut_connection_may_or_may_not_have_had_its_effect(
    book: Book,
    kind: str,
    written: bool,  # noqa: FBT001
) -> None:
    book.caller.ok("POST", "/control", {"faults": [{"kind": kind}]})
    path = f"{book.path}/values/A1"
    with pytest.raises(requests.RequestException):
        book.caller.call("PUT", path, {"values": [["w"]]}, valueInputOption="RAW")
    assert (book.read("A1") == [["w"]]) is written


def test_a_late_request_arrives_after_it_was_given_up(book: Book) -> None:
    fault = {"kind": "late", "match": "values.update", "delay_seconds": 0.2}
    book.caller.ok("POST", "/control", {"faults": [fault]})
    path = f"{book.path}/values/A1"
    with pytest.raises(requests.ConnectionError):
        book.caller.call("PUT", path, {"values": [["w"]]}, valueInputOption="RAW")
    assert book.read("A1") == []
    time.sleep(0.4)
    assert book.read("A1") == [["w"]]


def test_a_full_quota_is_refused_as_recorded(book: Book) -> None:
    book.caller.ok("POST", "/control", {"quota": {"reads": 1, "writes": 1}})
    assert book.read("A1") == []
    answer = book.caller.call("GET", f"{book.path}/values/A1")
    error = answer.json()["error"]
    assert answer.status_code == 429
    assert "Retry-After" not in answer.headers
    assert error["details"][0]["metadata"]["quota_limit"] == "ReadRequestsPerMinutePerUser"


def test_reads_and_writes_have_quotas_of_their_own_and_a_search_is_a_read(book: Book) -> None:
    book.caller.ok("POST", "/control", {"quota": {"reads": 1, "writes": 1}})
    book.batch(*[{"updateCells": {"start": {}, "fields": "note"}}] * 3)  # counts once
    search = f"{book.path}/developerMetadata:search"
    book.caller.ok("POST", search, {"dataFilters": []})
    assert book.caller.call("POST", search, {"dataFilters": []}).status_code == 429
    request = {"requests": [{"updateCells": {"start": {}, "fields": "note"}}]}
    refused = book.caller.call("POST", f"{book.path}:batchUpdate", request).json()["error"]
    assert refused["details"][0]["metadata"]["quota_metric"].endswith("/write_requests")
    other = Caller(book.caller.base_url, "another")
    assert other.call("GET", book.path).status_code == 200  # every token has its own


def test_every_answer_takes_its_latency(book: Book) -> None:
    book.caller.ok("POST", "/control", {"latency_seconds": 0.05})
    started = time.monotonic()
    book.read("A1")
    assert time.monotonic() - started >= 0.05


@pytest.mark.parametrize(
    ("verb", "path", "query", "code"),
    [
        pytest.param("GET", "", {}, 401, id="nobody at all"),
        pytest.param("GET", "/values/A1", {}, 401, id="nobody reads values"),
        pytest.param("GET", "", {"access_token": "t"}, 200, id="a token in the address"),
        pytest.param("GET", "", {"key": "k"}, 403, id="an API key reads nothing private"),
        pytest.param("PUT", "/values/A1", {"key": "k"}, 401, id="nor writes (NGS suite)"),
        pytest.param("POST", ":getByDataFilter", {"key": "k"}, 401, id="nor filters"),
    ],
)
def test_who_calls_must_be_known(
    book: Book, verb: str, path: str, query: dict[str, str], code: int
) -> None:
    nobody = Caller(book.caller.base_url, token="")
    answer = nobody.call(verb, f"{book.path}{path}", {} if verb != "GET" else None, **query)
    assert answer.status_code == code


def test_an_api_key_reads_what_is_shared_with_anyone(book: Book) -> None:
    share = {"type": "anyone", "role": "reader"}
    book.caller.ok("POST", f"/drive/v3/files/{book.spreadsheet_id}/permissions", share)
    nobody = Caller(book.caller.base_url, token="")
    assert nobody.ok("GET", book.path, key="k")["spreadsheetId"] == book.spreadsheet_id
    assert nobody.call("GET", "/drive/v3/files", key="k").json()["error"]["errors"][0] == {
        "message": "Login Required.",
        "domain": "global",
        "reason": "required",
        "location": "Authorization",
        "locationType": "header",
    }


def test_a_tab_is_copied_from_a_book_to_read_but_not_into_one(book: Book) -> None:
    made = book.caller.ok("POST", "/v4/spreadsheets", {})
    path = f"{book.path}/sheets/0:copyTo"
    for target, access, code in (
        (made["spreadsheetId"], {book.spreadsheet_id: "reader"}, 200),
        (book.spreadsheet_id, {}, 403),
        ("nobody", {book.spreadsheet_id: "writer"}, 404),
    ):
        book.caller.ok("POST", "/control", {"access": access})
        answer = book.caller.call("POST", path, {"destinationSpreadsheetId": target})
        assert answer.status_code == code


@pytest.mark.parametrize(
    ("role", "read", "write"), [("writer", 200, 200), ("reader", 200, 403), ("none", 403, 403)]
)
def test_a_book_can_be_shared_less(book: Book, role: str, read: int, write: int) -> None:
    book.caller.ok("POST", "/control", {"access": {book.spreadsheet_id: role}})
    path = f"{book.path}/values/A1"
    assert book.caller.call("GET", path).status_code == read
    body = {"values": [[1]]}
    assert book.caller.call("PUT", path, body, valueInputOption="RAW").status_code == write
    file = f"/drive/v3/files/{book.spreadsheet_id}"
    exported = book.caller.call("GET", f"{file}/export", mimeType="text/csv")
    assert exported.status_code == (404 if role == "none" else 200)


def test_the_clock_can_be_fixed(book: Book) -> None:
    book.caller.ok("POST", "/control", {"now": "2026-03-04T12:00:00+00:00"})
    book.write("A1", [["=TODAY()", "1-2"]], "USER_ENTERED")
    assert book.read("A1:B1") == [[46085, 46024]]


@pytest.mark.parametrize(
    "wanted",
    [
        {"nonsense": 1},
        {"switches": {"x": 1}},
        {"switches": {"formulas_wait": "false"}},
        {"faults": [{"kind": "x"}]},
        {"faults": [{"kind": "500", "time": 2}]},
        {"faults": [{"kind": "500"}, {"kind": "late", "delay_seconds": "soon"}]},
        {"now": "2026"},
        {"now": 2026},
        {"now": "2026-03-04T12:00:00+00:00", "latency_seconds": "long"},
        {"latency_seconds": -1},
        {"quota": {"reads": "60"}},
        {"quota": {"read": 60}},
        {"quota": 60},
        {"access": {"book": "owner"}},
        {"access": ["book"]},
        {"callers": None},
        {"require_token": "false"},
        ["now"],
    ],
)
def test_a_control_that_is_none_is_refused(caller: Caller, wanted: object) -> None:
    before = caller.ok("GET", "/control")
    assert caller.call("POST", "/control", wanted).status_code == 400
    assert caller.ok("GET", "/control") == before


def test_a_csv_file_is_entered_as_a_person_would(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(CSV, encoding="utf-8")
    with LocalServer() as server:
        key = server.load_csv(file, locale="en_US", time_zone="Europe/Berlin")
        assert server.spreadsheets() == [(key, "log")]
        found = Book(Caller(server.base_url), key).read("log")
    assert found == [["Case ID", "Received", "Amount"], ["A1", 46327, 5], ["A2", "", 7]]


def test_what_was_acknowledged_is_there_after_a_restart(tmp_path: Path) -> None:
    file, data = tmp_path / "log.csv", tmp_path / "state.db"
    file.write_text(CSV, encoding="utf-8")
    with LocalServer(data=data) as server:
        key = server.load_csv(file)
        book = Book(Caller(server.base_url), key)
        noted = {"range": span((0, 1), (0, 1)), "cell": {"note": "n"}, "fields": "note"}
        book.batch(
            {"insertDimension": {"range": lines("ROWS", 1, 2)}},
            {"addSheet": {"properties": {"sheetId": 5, "title": "Two"}}},
            {"repeatCell": noted},
        )
        before = book.get(includeGridData="true")
    with LocalServer(data=data) as server:
        after = Book(Caller(server.base_url), key).get(includeGridData="true")
    assert after == before
