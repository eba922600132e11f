"""The README's tables say what the registry does, for every kind and method Google has."""

import re
from pathlib import Path
from typing import Any

import pytest

import refundsheet.localsheets
from refundsheet.localsheets import schema
from refundsheet.localsheets.batch_update import HANDLERS
from refundsheet.localsheets.routes import METHODS
from refundsheet.localsheets.switches import Switches, switches_shown
from tests.discovery import document
from tests.unit.localsheets import test_edges, test_edges_of_methods
from tests.unit.localsheets.callers import Book

_README = (Path(refundsheet.localsheets.__file__).parent / "README.md").read_text(encoding="utf-8")
_ROW = re.compile(
    r"^\| (?P<names>[^|]+) \| (?P<state>done|partly|refused) \|(?P<missing>[^|]*)\|$", re.MULTILINE
)


def _section(title: str) -> str:
    return _README.split(f"## {title}\n")[1].split("\n## ")[0]


def _states(title: str) -> dict[str, str]:
    """What each name in a table's first column is said to be."""
    rows = _ROW.finditer(_section(title))
    found = [
        (name, row["state"]) for row in rows for name in re.findall(r"`([^`]+)`", row["names"])
    ]
    assert len(found) == len(dict(found)), "a name stands in two rows"
    return dict(found)


def test_every_kind_of_request_google_has_is_in_the_table() -> None:
    kinds = set(document()["schemas"]["Request"]["properties"])
    assert set(_states("Kinds of request")) == kinds == set(schema.fields_of("Request"))


def test_a_kind_is_refused_exactly_where_the_registry_lacks_it() -> None:
    refused = {kind for kind, state in _states("Kinds of request").items() if state == "refused"}
    assert refused == set(schema.fields_of("Request")) - set(HANDLERS)


def test_a_partly_built_kind_or_method_says_what_is_missing() -> None:
    rows = list(_ROW.finditer(_README))
    assert rows
    assert [
        row["names"] for row in rows if row["state"] == "partly" and not row["missing"].strip()
    ] == []


def test_every_method_of_the_sheets_api_is_in_the_table_and_built() -> None:
    listed = re.findall(r"^\| (`spreadsheets.*?) \| (\w+)", _section("Methods"), re.MULTILINE)
    named = {
        name.rsplit(".", 1)[-1] for names, _ in listed for name in re.findall(r"`([^`]+)`", names)
    }
    known = set(schema.methods("sheets"))
    assert named == {method.rsplit(".", 1)[-1] for method in known}
    assert known <= set(METHODS)
    assert {state for _, state in listed} <= {"done", "partly"}


@pytest.mark.parametrize(("name", "value"), switches_shown(Switches()).items())
def test_every_switch_is_listed_with_its_default(name: str, value: Any) -> None:
    shown = value if isinstance(value, str) else str(value).lower()
    assert f"| `{name}` | `{shown}` |" in _section("What nobody knows: switches")


#: Who heard a sentence from Google itself.
_HEARD = ("REC", "LIVE", "3P", "DOC", "§5")


def test_every_sentence_nobody_heard_from_google_is_listed_as_our_own() -> None:
    listed = re.findall(r"`([^`]+)`", _section("Sentences of our own"))
    patterns = [re.sub(r"\bN\b", r"-?\\d+", re.escape(text)) for text in listed]
    ours = re.compile("|".join(re.sub(r"\bX\b", ".*", pattern) for pattern in patterns))
    edges = (*test_edges.EDGES, *test_edges_of_methods.EDGES)
    unheard = (edge for edge in edges if not any(name in edge.fact for name in _HEARD))
    sentences = [edge.then for edge in unheard if isinstance(edge.then, str)]
    assert [text for text in sentences if not ours.fullmatch(text)] == []


def test_the_functions_listed_as_unknown_show_a_name_error(book: Book) -> None:
    names = re.findall(r"`([A-Z_]+)`", _section("Formulas"))
    assert len(names) > 10
    book.write("A1", [[f"={name}(1)"] for name in names], "USER_ENTERED")
    assert book.read("A:A") == [["#NAME?"]] * len(names)
    assert book.read("A:A", "FORMULA") == [[f"={name}(1)"] for name in names]
