"""How far the log can be trusted: what is wrong with its rows, and what it has no column for."""

from collections import Counter

from refundsheet.core.model import Severity
from refundsheet.core.statistics.facts import Facts
from refundsheet.core.statistics.figures import Column, Measure, Table


def problems(facts: Facts) -> Table:
    """How many rows break each rule, the worst first."""
    rows: Counter[tuple[Severity, str]] = Counter()
    for found in facts.violations:
        rows.update({(v.severity, v.rule) for v in found if v.severity >= Severity.WARNING})
    ranked = sorted(rows, key=lambda kind: (-kind[0], -rows[kind], kind[1]))
    return Table(
        "problems",
        "What is wrong with rows",
        "Rows by what is wrong with them, as their Row Check says; a row with several problems "
        "counts in each.",
        (
            Column("What", Measure.TEXT),
            Column("How serious", Measure.TEXT),
            Column("Rows"),
        ),
        tuple(
            (rule.replace("_", " ").capitalize(), severity.name.lower(), rows[severity, rule])
            for severity, rule in ranked
        ),
        len(facts.cases),
        facts.typing,
    )
