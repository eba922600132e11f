"""What the README lists is what the code does."""

import re
from pathlib import Path

from refundsheet.core.rules.catalogue import CATALOGUE

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def rows_below(heading: str) -> list[tuple[str, ...]]:
    """The rows of the first table below a heading, without its head."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\|(.+)\|$", section, re.MULTILINE)[2:]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]


def test_the_table_of_rules_is_the_catalogue() -> None:
    rules = [(f"`{rule.id}`", rule.severity.name.lower(), rule.meaning) for rule in CATALOGUE]
    assert rows_below("What it checks") == rules
