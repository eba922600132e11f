"""What docs/summary-json.md promises to programs is what the command prints."""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from refundsheet.core.model import RefundCase
from refundsheet.core.statistics.figures import Measure
from refundsheet.core.statistics.registry import STATISTICS
from refundsheet.core.statistics.weeks import WEEK
from refundsheet.core.summary import JSON_VERSION, summarise, to_json
from tests.figures import FRIDAY, facts

DOCUMENT = (Path(__file__).parents[3] / "docs" / "summary-json.md").read_text("utf-8")


def documented(heading: str) -> list[tuple[set[str], str]]:
    """What stands in code in the first cell of each row below a heading, and the second cell."""
    section = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", section, re.MULTILINE)
    return [(set(re.findall("`(.+?)`", first)), second) for first, second in rows[1:]]


def keys(heading: str) -> set[str]:
    return set().union(*(names for names, _ in documented(heading)))


@cache
def told() -> Any:
    """The figures of a shop whose reason "Odd" has just risen with all others."""
    first = date(2026, 3, 30)
    weeks = [first + WEEK * n for n in range(33)]
    counts = [4] * 32 + [40]
    cases = [
        RefundCase(
            case_id=f"R-{week}-{n}",
            status="Approved",
            reason="Odd" if n % 2 else "Even",
            product="Kettle",
            amount=Decimal(5),
            currency="EUR",
            requested_at=week,
            approved_at=week,
        )
        for week, count in zip(weeks, counts, strict=True)
        for n in range(count)
    ]
    return json.loads(json.dumps(to_json(summarise(facts(*cases, now=FRIDAY), ()))))


def objects(heading: str) -> Iterator[dict[str, Any]]:
    """Every object of a kind."""
    match heading:
        case "The whole":
            yield told()
        case "A figure":
            yield from told()["figures"]
        case "A duration":
            yield from told()["durations"].values()
        case "A time":
            times = (
                one[kind] for one in told()["durations"].values() for kind in ("median", "late")
            )
            yield from filter(None, times)
        case "A table":
            yield from told()["tables"].values()
        case "Spikes":
            yield told()["spikes"]
        case _:
            yield from told()["spikes"]["spikes"]


HEADINGS = re.findall(r"^## (.+)$", DOCUMENT, re.MULTILINE)


@pytest.mark.parametrize("heading", HEADINGS[:-1])
def test_every_key_is_documented_and_every_documented_key_is_there(heading: str) -> None:
    found = [set(one) for one in objects(heading)]
    assert found
    assert all(names == keys(heading) for names in found)


def test_every_name_a_program_may_ask_for_is_documented() -> None:
    figures, durations, tables, _ = (
        set(re.findall("`(.+?)`", second)) for _, second in documented("The names")
    )
    assert {one["name"] for one in told()["figures"]} == figures
    assert set(told()["durations"]) == durations
    assert set(told()["tables"]) == tables
    assert {one.name for one in STATISTICS} - {"spikes"} <= figures | durations | tables


def test_every_measure_is_documented() -> None:
    said = DOCUMENT.partition("| `measure` |")[2] + DOCUMENT.partition("| `columns` |")[2]
    assert all(f"`{measure.value}`" in said for measure in Measure)


def test_the_version_is_the_documented_one() -> None:
    assert f"the version of this form: {JSON_VERSION} |" in DOCUMENT
    assert told()["version"] == JSON_VERSION
