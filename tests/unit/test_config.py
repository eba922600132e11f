"""Settings come from a file and the environment, and every mistake in them is told at once."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from refundsheet.config import Settings, load_settings
from refundsheet.config.settings import default_ledger_url
from refundsheet.core.columns import BY_FIELD, CUSTOMER_AND_ORDER
from refundsheet.core.desk import Desk, Meaning, Reason, Span, Unit
from refundsheet.core.model import Severity
from refundsheet.errors import ConfigurationError, ExitCode

CONFIG = Path(__file__).parents[2] / "config"
EXAMPLE = CONFIG / "refundsheet.example.toml"

Load = Callable[..., Settings]


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("REFUNDSHEET_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load settings from a TOML text."""

    def load_text(text: str, *, required: bool = False) -> Settings:
        file = tmp_path / "test.toml"
        file.write_text(text, encoding="utf-8")
        return load_settings(file, required=required)

    return load_text


@pytest.fixture
def mistakes(load: Load) -> Callable[..., list[str]]:
    """The mistakes that loading a text tells, one a line."""

    def told(text: str, *, required: bool = False) -> list[str]:
        with pytest.raises(ConfigurationError) as caught:
            load(text, required=required)
        return str(caught.value).splitlines()[1:]

    return told


def test_without_a_file_everything_has_its_default() -> None:
    settings = load_settings(None, required=False)

    assert settings == Settings()
    assert settings.desk([2026]) == Desk()
    assert settings.poll_seconds == 20
    assert settings.google.base_url == "https://sheets.googleapis.com"


def test_the_file_in_the_working_directory_is_read(tmp_path: Path) -> None:
    (tmp_path / "refundsheet.toml").write_text('[log]\ntab = "Refunds"', encoding="utf-8")

    assert load_settings(None, required=False).log.tab == "Refunds"


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"There is no file .*team\.toml") as caught:
        load_settings(tmp_path / "team.toml", required=False)

    assert caught.value.exit_code is ExitCode.USAGE


def test_a_folder_in_place_of_the_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        load_settings(tmp_path, required=False)


def test_a_file_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "refundsheet.toml").write_bytes('[log]\ntab = "Erstattungen für"'.encode("latin-1"))

    with pytest.raises(ConfigurationError, match="save it as UTF-8"):
        load_settings(None, required=False)


def test_a_slip_in_the_toml_is_told_with_its_line(load: Load) -> None:
    with pytest.raises(ConfigurationError, match=r"not valid TOML: .*line 2, column 7"):
        load("poll_seconds = 5\n[grace\nreads = 2")


# --- the example and the demo ---


def test_the_example_says_exactly_the_defaults() -> None:
    assert load_settings(EXAMPLE, required=False) == Settings()


def keys(content: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """Every key of a TOML file in dotted form; the entries of a list count as one."""
    for key, value in content.items():
        tables = [value] if isinstance(value, dict) else value
        if isinstance(tables, list) and tables and isinstance(tables[0], dict):
            yield from (name for table in tables for name in keys(table, f"{before}{key}."))
        else:
            yield before + key


def keys_of(model: type[BaseModel], before: str = "") -> Iterator[str]:
    """Every key of the settings in dotted form."""
    for key, field in model.model_fields.items():
        section = next(iter(getattr(field.annotation, "__args__", ())), field.annotation)
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from keys_of(section, f"{before}{key}.")
        elif before + key not in ("log.headers", "rules", "holidays.half_days"):
            yield before + key


def test_the_example_names_every_key_and_no_other() -> None:
    uncommented = re.sub(r"^#(?=\w+ = )", "", EXAMPLE.read_text("utf-8"), flags=re.MULTILINE)
    named = set(keys(tomllib.loads(uncommented)))

    half_days = {f"holidays.half_days.2026-12-{day}" for day in (24, 31)}
    assert half_days <= named
    examples = {"log.headers.order_id", "rules.reason_not_listed", *half_days}
    assert named - examples == set(keys_of(Settings))


def test_every_key_of_the_example_can_be_uncommented(load: Load) -> None:
    text = re.sub(r"^#(?=\w+ = )", "", EXAMPLE.read_text("utf-8"), flags=re.MULTILINE)

    settings = load(text.replace("/d/…", "/d/1kWf7"), required=True)

    assert settings.spreadsheet_id == "1kWf7"
    assert settings.holidays.country == "DE"


def test_the_example_names_every_field_of_the_log() -> None:
    text = EXAMPLE.read_text("utf-8")

    assert all(field in text for field in (*BY_FIELD, CUSTOMER_AND_ORDER.field))


def test_the_demo_only_shortens_the_waiting() -> None:
    demo = load_settings(CONFIG / "demo.toml", required=False)

    assert demo.poll_seconds <= 5
    assert demo.grace.seconds <= 5
    waiting = {"grace": Settings().grace, "poll_seconds": 20}
    assert demo.model_copy(update=waiting) == Settings()


# --- what can be set ---


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("1kWf7-x_Y", id="the id"),
        pytest.param("https://docs.google.com/spreadsheets/d/1kWf7-x_Y/edit#gid=0", id="address"),
        pytest.param("https://docs.google.com/spreadsheets/u/1/d/1kWf7-x_Y/edit", id="2nd account"),
        pytest.param("https://docs.google.com/spreadsheets/d/1kWf7-x_Y?usp=sharing", id="shared"),
        pytest.param("http://127.0.0.1:8737/spreadsheets/d/1kWf7-x_Y", id="local server"),
        pytest.param(" 1kWf7-x_Y ", id="pasted with blanks"),
    ],
)
def test_a_spreadsheet_is_named_by_its_id_or_address(load: Load, value: str) -> None:
    assert load(f'spreadsheet = "{value}"', required=True).spreadsheet_id == "1kWf7-x_Y"


def test_without_a_spreadsheet_its_id_is_a_clear_error(load: Load) -> None:
    with pytest.raises(ConfigurationError, match="spreadsheet: is missing"):
        _ = load("").spreadsheet_id


def test_the_environment_wins_over_the_file(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", "http://127.0.0.1:8737/")
    monkeypatch.setenv("REFUNDSHEET_POLL_SECONDS", "5")
    monkeypatch.setenv("REFUNDSHEET_LAST_ACTION_FIELDS", '["status"]')
    monkeypatch.setenv("REFUNDSHEET_LOG__HEADERS__ORDER_ID", "Bestellnummer")
    monkeypatch.setenv("REFUNDSHEET_HOLIDAYS__DATES", '["2026-12-24"]')
    monkeypatch.setenv("REFUNDSHEET_STATUSES", '[{"label": "Neu", "meaning": "open"}]')
    monkeypatch.setenv("REFUNDSHEET_HOURS__FRIDAY", "")
    monkeypatch.setenv("REFUNDSHEET_RULES__OWNER_MISSING", "off")

    settings = load('poll_seconds = 60\n[google]\nbase_url = "http://x"\ncredentials = "key.json"')

    assert settings.poll_seconds == 5
    assert settings.google.base_url == "http://127.0.0.1:8737"
    assert settings.google.credentials == Path("key.json")
    assert settings.last_action_fields == ("status",)
    assert settings.log.headers == {"order_id": "Bestellnummer"}
    assert settings.holidays.dates == (date(2026, 12, 24),)
    assert [status.label for status in settings.statuses] == ["Neu"]
    assert settings.hours.friday == ()
    assert settings.desk([2026]).grades == {"owner_missing": None}


def test_a_spreadsheet_named_in_the_environment_is_enough(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", "1kWf7")

    assert load("", required=True).spreadsheet_id == "1kWf7"


def test_the_desk_works_as_the_settings_say(load: Load) -> None:
    desk = load(
        """
        reasons = ["Broken"]
        case_ids = "RB-####"
        last_action_fields = ["notes"]
        old_case_days = 30
        [grace]
        reads = 3
        seconds = 5
        [rules]
        owner_missing = "off"
        amount_zero = "problem"
        [hours]
        monday = "09:00-12:30, 13:30-17:00"
        sunday = "10:00-24:00"
        [holidays]
        dates = [2026-12-24]
        half_days = { 2026-12-31 = "10:00-12:00" }
        [legal]
        enabled = false
        [[statuses]]
        label = "Geld zurück"
        meaning = "paid"
        payout = false
        [[statuses]]
        label = "Neu"
        meaning = "open"
        due_soon = "6 business hours"
        limit = "1 business day"
        synonyms = ["Offen"]
        """
    ).desk([2026])

    assert desk.reasons == (Reason(label="Broken"),)
    assert (desk.case_ids, desk.last_action_fields, desk.old_case_days) == (
        "RB-####",
        ("notes",),
        30,
    )
    assert desk.grades == {"owner_missing": None, "amount_zero": Severity.PROBLEM}
    assert (desk.grace_reads, desk.grace_seconds) == (3, 5)
    assert desk.hours[1] == ((time(9), time(12, 30)), (time(13, 30), time(17)))
    assert desk.hours[7] == ((time(10), time(0)),)
    assert desk.holidays == {date(2026, 12, 24)}
    assert desk.half_days == {date(2026, 12, 31): ((time(10), time(12)),)}
    assert desk.legal_days is None
    assert [status.meaning for status in desk.statuses] == [Meaning.PAID, Meaning.OPEN]
    assert not desk.statuses[0].payout
    assert desk.statuses[1].due_soon == Span(6, Unit.BUSINESS_HOURS)
    assert desk.labels["offen"].label == "Neu"


@pytest.mark.parametrize(
    "text",
    [
        'reasons = ["Broken", {label = "Lost", synonyms = ["Gone"]}, "Other"]',
        """
        [[reasons]]
        label = "Broken"
        [[reasons]]
        label = "Lost"
        synonyms = ["Gone"]
        [[reasons]]
        label = "Other"
        needs_note = true
        """,
    ],
    ids=["a list", "sections"],
)
def test_reasons_are_words_or_words_with_synonyms(load: Load, text: str) -> None:
    assert load(text).desk([2026]).reasons == (
        Reason(label="Broken"),
        Reason(label="Lost", synonyms=("Gone",)),
        Reason(label="Other", needs_note=True),
    )


@pytest.mark.parametrize(
    ("written", "due_soon"),
    [
        ('meaning = "open"\nlimit = "2 bd"', "1.5 business days"),
        ('meaning = "approved"\nlimit = "14 days"', "10 days"),
        ('meaning = "open"\nlimit = "1 day"', "None"),
        ('meaning = "open"\nlimit = "2 bd"\ndue_soon = "1 bd"', "1 business day"),
        ('meaning = "open"\nlimit = "2 bd"\ndue_soon = "never"', "None"),
        ('meaning = "open"', "None"),
        ('meaning = "waiting"\nlimit = "5 bd"', "None"),
        ('meaning = "waiting"\nlimit = "4 bd"\nlongest_pause = "4 bd"', "3 business days"),
    ],
)
def test_due_soon_is_at_three_quarters_of_the_limit(
    load: Load, written: str, due_soon: str
) -> None:
    (status,) = load(f'[[statuses]]\nlabel = "A"\n{written}').desk(()).statuses
    assert str(status.due_soon) == due_soon


def test_the_holidays_of_a_country_are_known(load: Load) -> None:
    settings = load(
        '[holidays]\ncountry = "DE"\nsubdivision = "BY"\ndates = [2027-02-08]', required=False
    )

    holidays = settings.desk([2026]).holidays

    assert date(2026, 1, 6) in holidays  # Epiphany, in Bavaria
    assert date(2027, 2, 8) in holidays
    assert date(2025, 12, 25) not in holidays


def test_the_list_of_holidays_is_loaded_only_for_a_country() -> None:
    script = (
        "import sys; from refundsheet.config import Settings; "
        "Settings().desk([2026]); print('holidays' in sys.modules)"
    )

    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own

    assert done.stdout.strip() == "False"


def test_the_same_settings_serve_another_sheet() -> None:
    settings = Settings().at(
        spreadsheet="demo", base_url="http://127.0.0.1:1", ledger_url="sqlite://"
    )

    assert settings.spreadsheet_id == "demo"
    assert settings.google.base_url == "http://127.0.0.1:1"
    assert settings.ledger.url == "sqlite://"


def test_settings_that_decided_once_are_read_back_from_their_text(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = load(
        """
        last_action_fields = ["notes"]
        old_case_days = 30
        [hours]
        saturday = "09:00-12:00"
        [holidays]
        half_days = { 2026-12-24 = "09:00-12:30" }
        [rules]
        reason_not_listed = "off"
        [[statuses]]
        label = "Check"
        meaning = "open"
        limit = "2 bd"
        due_soon = "never"
        """
    )
    monkeypatch.setenv("REFUNDSHEET_OLD_CASE_DAYS", "7")  # what holds now is no matter

    assert Settings().as_decided_by(then.deciding()) == then


def test_deciding_settings_differ_where_flags_do(load: Load) -> None:
    usual = Settings().deciding()

    assert load("poll_seconds = 60").deciding() == usual
    assert load("[legal]\ndays = 30").deciding() != usual
    assert load('[hours]\nsaturday = "09:00-12:00"').deciding() != usual
    assert "1.5 business days" in usual


@pytest.mark.parametrize(
    ("platform", "variables", "url"),
    [
        pytest.param(
            "linux",
            {"XDG_STATE_HOME": "/srv/state"},
            "sqlite:////srv/state/refundsheet/ledger.sqlite",
            id="state directory of the user",
        ),
        pytest.param(
            "linux",
            {"XDG_STATE_HOME": "", "HOME": "/home/ada"},
            "sqlite:////home/ada/.local/state/refundsheet/ledger.sqlite",
            id="home directory",
        ),
        pytest.param(
            "darwin",
            {"HOME": "/Users/ada"},
            "sqlite:////Users/ada/Library/Application Support/refundsheet/ledger.sqlite",
            id="macOS",
        ),
        pytest.param(
            "win32",
            {"LOCALAPPDATA": "C:/Users/ada/AppData/Local"},
            "sqlite:///C:/Users/ada/AppData/Local/refundsheet/ledger.sqlite",
            id="Windows",
        ),
    ],
)
def test_the_ledger_stands_where_the_platform_keeps_state(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], url: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert default_ledger_url() == url


# --- mistakes ---


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            '[hours]\nsaturday = "9-17"',
            "hours.saturday: '9-17' is not an interval like 09:00-17:00: "
            'write for example "09:00-12:30, 13:30-17:00", or "" for a closed day',
            id="hours that are none",
        ),
        pytest.param(
            "[hours]\nmonday = 9", "hours.monday: '9' is not an interval", id="hours as a number"
        ),
        pytest.param(
            '[[statuses]]\nlabel = "New"\nmeaning = "open"\nlimit = 2',
            'statuses[1].limit: "2" is not a length of time: write for example ',
            id="a length without its unit",
        ),
        pytest.param(
            '[hours]\nmonday = "09:00-12:00, 11:00-17:00"',
            'overlap or are not in order: write for example "09:00-12:30',
            id="hours that overlap",
        ),
        pytest.param(
            '[hours]\nmonday = ""\ntuesday = ""\nwednesday = ""\nthursday = ""\nfriday = ""',
            'hours: the desk is closed on all days: write for example monday = "09:00-17:00"',
            id="a desk that never opens",
        ),
        pytest.param(
            '[hours]\nsamstag = ""', "hours.samstag: there is no such key; ", id="foreign weekday"
        ),
        pytest.param(
            "pol_seconds = 5",
            "pol_seconds: there is no such key; did you mean poll_seconds?",
            id="a slip in a key",
        ),
        pytest.param(
            "[grace]\nmercy = 5",
            "grace.mercy: there is no such key; there are reads, seconds",
            id="an unknown key in a section",
        ),
        pytest.param(
            "poll_seconds = 0",
            "poll_seconds: must be greater than or equal to 1, not 0",
            id="a number out of range",
        ),
        pytest.param(
            'old_case_days = "long"',
            "old_case_days: must be a valid integer, unable to parse string as an integer, "
            "not 'long'",
            id="no number",
        ),
        pytest.param(
            'spreadsheet = "Refund Log"',
            'spreadsheet: "Refund Log" is neither the id of a spreadsheet nor its address',
            id="the title of a spreadsheet",
        ),
        pytest.param(
            'spreadsheet = "https://docs.google.com/document/"',
            "spreadsheet: ",
            id="another address",
        ),
        pytest.param(
            '[google]\nbase_url = "localhost:8737"',
            'google.base_url: "localhost:8737" is not the address of a server',
            id="an address without http",
        ),
        pytest.param(
            '[ledger]\nurl = "/var/lib/ledger.sqlite"',
            "ledger.url: this is not the address of a database: write for example "
            '"sqlite:////var/lib/refundsheet/ledger.sqlite"',
            id="a path in place of an address",
        ),
        pytest.param(
            '[log.headers]\norder = "Order"',
            'log.headers.order: "order" is not a field of the log: write one of case_id, ',
            id="a header for an unknown field",
        ),
        pytest.param(
            '[log.headers]\norder_id = "Nr."\ncase_id = "NR"',
            'log.headers: "NR" is there twice',
            id="one header for two fields",
        ),
        pytest.param(
            'last_action_fields = ["status", "follow_up"]',
            'last_action_fields[2]: "follow_up" is not a field of the log: write one of case_id',
            id="a field that is ours",
        ),
        pytest.param(
            'reasons = ["Broken", "broken!"]', 'reasons: "broken!" is there twice', id="twice"
        ),
        pytest.param(
            'reasons = ["Lost", {label = "Late", synonyms = ["lost"]}]',
            'reasons: "lost" is there twice',
            id="a synonym of two reasons",
        ),
        pytest.param(
            "reasons = [3]", "reasons[1]: 3 is no reason: write its words", id="no reason"
        ),
        pytest.param(
            '[[reasons]]\nlabel = "Late"\nsynonym = []',
            "reasons[1].synonym: there is no such key; did you mean synonyms?",
            id="a slip in a reason",
        ),
        pytest.param(
            '[[statuses]]\nlabel = "A"\nmeaning = "open"\nsynonyms = ["X"]\n'
            '[[statuses]]\nlabel = "B"\nmeaning = "paid"\nsynonyms = ["x"]',
            'statuses: "x" is there twice',
            id="a synonym of two statuses",
        ),
        pytest.param(
            'case_ids = "R-{number}"',
            'case_ids: "R-{number}" is not a pattern for Case IDs',
            id="a pattern without digits",
        ),
        pytest.param(
            '[[statuses]]\nlabel = "New"\nmeaning = "new"',
            "statuses[1].meaning: must be 'open', 'waiting', 'approved', 'paid' or 'closed', "
            "not 'new'",
            id="an unknown meaning",
        ),
        pytest.param(
            '[[statuses]]\nlabel = "New"',
            "statuses[1].meaning: is missing",
            id="no meaning",
        ),
        pytest.param(
            '[[statuses]]\nlabel = "New"\nmeaning = "open"\nlimt = "2 bd"',
            "statuses[1].limt: there is no such key; did you mean limit?",
            id="a slip in a status",
        ),
        pytest.param(
            '[[statuses]]\nlabel = "New"\nmeaning = "open"\nlimit = "2 weeks"',
            'statuses[1].limit: "2 weeks" is not a length of time: write for example ',
            id="no length of time",
        ),
        pytest.param(
            '[[statuses]]\nlabel = "New"\nmeaning = "open"\nlimit = "2 bd"\nescalate = "1 bd"',
            'statuses[1]: the limits of "New" are out of order: 2 business days is not before 1',
            id="the second limit first",
        ),
        pytest.param(
            '[[statuses]]\nlabel = "New"\nmeaning = "open"\ndue_soon = "9 bh"\nlimit = "1 bd"',
            'the limits of "New" are out of order: 9 business hours is not before 1',
            id="nine hours of a day that has eight",
        ),
        pytest.param(
            '[[statuses]]\nlabel = "New"\nmeaning = "open"\nlimit = "7 bd"\nescalate = "6 days"',
            'statuses[1]: the limits of "New" are out of order: 7 business days is not before 6 days',
            id="seven business days are never six of the calendar",
        ),
        pytest.param(
            '[[statuses]]\nlabel = "New"\nmeaning = "open"\nlongest_pause = "2 bd"',
            'statuses[1]: "New" has a longest_pause, but its clock never stands still',
            id="a pause of a clock that runs",
        ),
        pytest.param(
            2 * '[[statuses]]\nlabel = "New"\nmeaning = "open"\n',
            'statuses: "New" is there twice',
            id="a status twice",
        ),
        pytest.param("statuses = []", "statuses: name at least one status", id="no status at all"),
        pytest.param(
            '[holidays]\ncountry = "Atlantis"', "holidays: no holidays are known: ", id="no code"
        ),
        pytest.param(
            '[holidays]\nsubdivision = "BY"',
            "holidays: a subdivision without its country",
            id="a subdivision alone",
        ),
        pytest.param(
            "[legal]\ndays = 5",
            "legal: the warning after 10 days comes later than the 5 days",
            id="a warning too late",
        ),
        pytest.param(
            '[log]\ntab = "Refunds"\n[tabs]\nsummary = "refunds"',
            'tabs.summary: "refunds" is the name of log.tab already',
            id="two tabs of one name",
        ),
        pytest.param(
            '[rules]\nreason_nt_listed = "off"',
            'rules.reason_nt_listed: "reason_nt_listed" is not a rule; did you mean reason_not_listed?',
            id="a slip in a rule",
        ),
        pytest.param(
            '[rules]\nzzz = "off"', 'rules.zzz: "zzz" is not a rule; the README lists', id="no rule"
        ),
        pytest.param(
            '[rules]\nno_status = "fatal"',
            "rules.no_status: must be 'off', 'note', 'warning' or 'problem', not 'fatal'",
            id="no grade",
        ),
        pytest.param('reasons = "Broken"', "reasons: Broken is not a list: ", id="no list"),
        pytest.param("reasons = 3", 'reasons: must be a list, for example ["one"', id="a number"),
        pytest.param('[tabs]\nsummary = " "', "tabs.summary: is empty: ", id="no name"),
        pytest.param(
            '[google]\ncredentials = \'{"type": "service_account"}\'',
            "google.credentials: this is not the name of a file",
            id="the key itself in place of its file",
        ),
        pytest.param(
            "google = 3",
            "google: is a section: write its keys below a line [google]",
            id="no section",
        ),
    ],
)
def test_a_mistake_is_told_with_its_key(
    mistakes: Callable[..., list[str]], text: str, told: str
) -> None:
    (line,) = mistakes(text)

    assert told in line


def test_all_mistakes_are_told_at_once(
    mistakes: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFUNDSHEET_POLL_SECOND", "5")
    monkeypatch.setenv("REFUNDSHEET_REASONS", "Broken, Lost")
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_UR", "x")

    lines = mistakes(
        """
        old_case_days = 0
        [hours]
        saturday = "9-17"
        [[statuses]]
        label = ""
        meaning = "open"
        """,
        required=True,
    )

    assert [line.partition(":")[0] for line in lines] == [
        "REFUNDSHEET_POLL_SECOND",
        "old_case_days",
        "reasons",
        "google.base_ur",
        "hours.saturday",
        "statuses[1].label",
        "spreadsheet",
    ]
    assert lines[0].endswith("did you mean poll_seconds?")


@pytest.mark.parametrize("name", ["REFUNDSHEET_SHARED", "REFUNDSHEET_TEST_POSTGRES"])
def test_variables_of_the_tests_are_no_settings(
    load: Load, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "x")

    assert load("") == Settings()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('[ledger]\nurl = "mysql://ada:hunter2@host/refunds"', id="a password"),
        pytest.param('[ledger]\nurl = ["hunter2"]', id="in a list"),
        pytest.param(
            'ledger = "postgresql://ada:hunter2@host/refunds"', id="in the section's place"
        ),
        pytest.param("[google]\ncredentials = 3\nhunter2 = 1", id="an unknown key beside it"),
    ],
)
def test_secrets_are_never_repeated(mistakes: Callable[..., list[str]], text: str) -> None:
    told = "\n".join(mistakes(text))

    assert "hunter2" not in told.replace("google.hunter2", "")


def test_the_ledgers_address_is_not_shown_with_the_settings() -> None:
    settings = Settings().at(
        spreadsheet="x", base_url="http://x", ledger_url="postgresql://ada:hunter2@host/refunds"
    )

    assert "hunter2" not in repr(settings)
