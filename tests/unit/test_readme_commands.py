"""Each command the README shows works."""

import re
import shlex
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import requests
import typer
from typer.testing import CliRunner, Result

from refundsheet.cli import app
from refundsheet.localsheets.server import LocalServer

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
LOG = """Case ID,Order ID,Status,Date Request Received,Date of Last Action,Resolution Date
R-1,1001,New,2026-11-02,2026-11-03,
R-2,1002,Refunded,2026-10-28,2026-10-30,
,1003,Wibble,2026-11-04,2026-11-04,
"""
COMMANDS: Mapping[str, Any] = typer.main.get_group(app).commands
#: These go on until they are stopped; tests/acceptance runs them as processes.
SERVES = {"demo", "local", "run"}
#: These are followed as the README tells them, by tests of their own.
TOLD_AS_STORIES = {"the-id-it-printed", "1001"}
#: What the README's placeholders stand for.
VALUES = {
    "N": "1",
    "DAY": "2026-11-01",
    "FILE": "written",
    "FILE.csv": "cases.csv",
    "FILE.sqlite": "sheets.sqlite",
    "csv|jsonl": "jsonl",
}
#: What these cannot do without.
ALWAYS = {
    "init": ["--yes"],
    "export": ["cases"],
    "undo": ["--run", "1"],
    "forget": ["--order", "X"],
}


def in_the_table() -> list[list[str]]:
    """Each command of the table by itself, and with each of its options."""
    _, _, table = README.partition("\n| command |")
    found: list[list[str]] = []
    for line in table.partition("\n\n")[0].splitlines()[2:]:
        name, _, options = re.split(r" (?<!\\)\| ", line.strip("| "))
        name = name.strip("`")
        given = [with_values(shlex.split(o, posix=False)) for o in re.findall("`(.+?)`", options)]
        always = ALWAYS.get(name, [])
        found += [[name, *always, *words] for words in ([], *given) if words[:1] != always[:1]]
    return found


def with_values(words: list[str]) -> list[str]:
    values = [VALUES.get(word.replace("\\|", "|"), word) for word in words]
    return [*values, datetime.now(UTC).isoformat()] if values[-1] == "--now" else values


def blocks() -> list[list[str]]:
    """The lines of each block of code, without their comments."""
    found = re.findall(r"^```\w*\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    return [[line.partition("  #")[0].strip() for line in block.splitlines()] for block in found]


def spans() -> list[str]:
    """What stands between backticks in the text."""
    text = re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL)
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)]


def shown() -> list[str]:
    """Every line of a block, and every span, that somebody could type."""
    return [line for block in blocks() for line in block] + spans()


def of_refundsheet(line: str) -> list[str] | None:
    """The arguments, where the line is a command of ours: named in full, or with an option."""
    words = shlex.split(line) if line.isascii() and line.count("'") % 2 == 0 else []
    words = words[words.index("refundsheet") + 1 :] if "refundsheet" in words[:4] else words
    is_ours = words[:1] != [] and words[0] in COMMANDS and not line.startswith("export REFUND")
    return with_values(words) if is_ours and (len(words) > 1 or "refundsheet" in line) else None


def completed(words: list[str]) -> list[str]:
    """A command of the text with what it cannot do without, where the text leaves that out."""
    name, *given = words
    always = ALWAYS.get(name, [])
    is_whole = set(always) & set(given) or (name == "export" and given[:1] != [])
    return words if is_whole else [name, *always, *given]


def run(words: list[str]) -> Result:
    """A command that is shown works: it ends as the table of exit codes says of one that did."""
    result = CliRunner().invoke(app, words)
    assert result.exit_code in {0, 1}, (words, result.output)
    assert result.output or VALUES["FILE"] in words, words
    return result


@pytest.fixture
def new_desk(
    local_server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], dict[str, str]]:
    """Loads ``cases.csv``, for a ledger that knows nothing of it; gives what is to be exported."""

    def load() -> dict[str, str]:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "cases.csv").write_text(LOG)
        spreadsheet = local_server.load_csv(tmp_path / "cases.csv")
        exported = {
            "REFUNDSHEET_GOOGLE__BASE_URL": local_server.base_url,
            "REFUNDSHEET_SPREADSHEET": spreadsheet,
        }
        ledger = {"REFUNDSHEET_LEDGER__URL": f"sqlite:///{tmp_path / spreadsheet}.sqlite"}
        for name, value in {**exported, **ledger}.items():
            monkeypatch.setenv(name, value)
        return exported

    return load


def test_the_table_of_commands_has_them_all() -> None:
    assert {name for name, *_ in in_the_table()} == set(COMMANDS)


def test_every_command_shown_is_understood() -> None:
    lines = [words for line in shown() if (words := of_refundsheet(line))]
    assert len(lines) > 10
    for name, *words in [*lines, *in_the_table()]:
        assert COMMANDS[name].make_context(name, words)


def test_the_list_of_commands_tells_each_in_a_whole_sentence() -> None:
    told = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80"}).stdout
    assert "Example: refundsheet " in told
    assert "..." not in told.partition("Commands:")[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_has_an_example_that_is_understood(name: str) -> None:
    [example] = re.findall(r"Example: refundsheet (.+)", " ".join(COMMANDS[name].help.split()))
    of, *words = shlex.split(example.partition(" > ")[0])
    assert of == name
    assert COMMANDS[name].make_context(name, words)


def test_every_option_shown_by_itself_is_one_of_ours() -> None:
    ours = {
        opt for c in COMMANDS.values() for p in c.params for opt in (*p.opts, *p.secondary_opts)
    }
    alone = {span.split()[0] for span in spans() if span.startswith("--")}
    assert alone <= ours


def test_a_log_of_ones_own_goes_as_the_readme_tells_it(
    new_desk: Callable[[], dict[str, str]],
) -> None:
    told = next(block for block in blocks() if any("export " in line for line in block))
    exports = [line.split(" ", 1)[1].partition("=")[0] for line in told if "export " in line]
    assert set(exports) == set(new_desk())

    typed = [words for line in told if (words := of_refundsheet(line)) and words[0] not in SERVES]
    said = {" ".join(words): run(words).stdout for words in typed}

    assert "Wibble" in said["check"]
    assert "Would write" in said["sync --dry-run"]
    assert "Wrote" in said["sync"]
    assert "Open" in said["summary"]


def test_a_new_desk_goes_as_the_readme_tells_it(
    local_server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    told = next(block for block in blocks() if any(" init " in line for line in block))
    here = {
        "http://127.0.0.1:8737": local_server.base_url,
        "the-id-it-printed": local_server.add_spreadsheet("Refunds"),
    }
    for line in told:
        words = [here.get(word, word) for word in of_refundsheet(line) or ()]
        if words[0] == "init":
            assert "6 example cases" in run([*words, "--yes"]).stdout
        elif words[0] not in SERVES:
            run(words)
    assert "Wrote" in run(["sync"]).stdout


def test_a_customer_is_forgotten_as_the_readme_tells_it(
    new_desk: Callable[[], dict[str, str]],
) -> None:
    log = new_desk()
    run(["sync"])
    book = f"{log['REFUNDSHEET_GOOGLE__BASE_URL']}/v4/spreadsheets/{log['REFUNDSHEET_SPREADSHEET']}"
    people = {"Authorization": "Bearer people"}
    case = requests.post(f"{book}/values/A2:Z2:clear", headers=people, timeout=5)
    assert case.ok, case.text
    run(["sync"])

    told = next(block for block in blocks() if any("forget" in line for line in block))
    first, second = [run(words).stdout for line in told if (words := of_refundsheet(line))]
    assert "1001" in first
    assert second != first


def test_every_command_of_the_table_and_the_text_does_something(
    new_desk: Callable[[], object], local_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_desk()
    in_the_text = [completed(words) for line in shown() if (words := of_refundsheet(line))]
    told = dict.fromkeys(map(tuple, [*in_the_table(), *in_the_text]))
    for words in map(list, told):
        if {words[0], *words} & TOLD_AS_STORIES:
            continue
        if words[0] == "undo":  # once it is done, there is nothing more to take back
            new_desk()
            run(["sync", "--backfill"])
        if "--sample" in words:  # for a log without cases
            monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", local_server.add_spreadsheet("Empty"))
        if words[0] not in SERVES:
            run(words)
        if "--sample" in words:
            new_desk()


def test_what_developers_are_told_to_run_is_there() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    lines = [words for line in shown() if (words := line.split())[:1] == ["uv"]]
    for words in lines:
        for before, word in pairwise(words):
            if before == "--group":
                assert word in groups
            elif before == "-m" or (before == "python" and word != "-m"):
                options = re.findall(r"--[a-z-]+", " ".join(words))
                assert all(f'"{option}"' in source_of(word) for option in options), words


def source_of(name: str) -> str:
    """The program that `python` or `python -m` runs by that name."""
    path = ROOT / name if name.endswith(".py") else ROOT / name.replace(".", "/")
    files = [path, path.with_suffix(".py"), path / "__main__.py"]
    return next(file for file in files if file.is_file()).read_text("utf-8")
