"""The Summary as one page of HTML that needs nothing else: to mail, to print, to keep."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from refundsheet.cli.drawing import COLOURS, bars_svg, columns_svg, lines_svg
from refundsheet.core.report import PassReport
from refundsheet.core.statistics.figures import (
    Duration,
    Figure,
    Measure,
    Number,
    SpikeWatch,
    SwitchedOff,
    Table,
)
from refundsheet.core.statistics.registry import Result
from refundsheet.core.summary import (
    Summary,
    basis,
    needs_eyes,
    number_text,
    shown_rows,
    value_told,
)
from refundsheet.errors import UsageError

_HEADLINES = ("open", "waiting", "approved_unpaid", "overdue", "decided_in_time")

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2321;--faint:#56605c;--line:#d5dad7;--paper:#fff;--ground:#f4f5f4}
@media(prefers-color-scheme:dark){:root{--ink:#e7ecea;--faint:#a3ada9;--line:#343b38;--paper:#171b1a;--ground:#101312}}
*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground);margin:0}
main{max-width:1080px;margin:0 auto;padding:28px 20px 60px}h1{font-size:24px;margin:0}
h2{font-size:18px;margin:34px 0 8px}h3{font-size:15px;margin:20px 0 4px}
.as-of,.note{color:var(--faint);font-size:13px}.note{margin:2px 0 8px;max-width:75ch}
.head{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:18px 0}
.head div,figure,.eyes{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:12px 16px}
.head b{display:block;font-size:30px;font-weight:650;line-height:1.2}.eyes h3{margin:0}.eyes ul{margin:4px 0;padding-left:20px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(440px,1fr));gap:12px}
figure{margin:0}figcaption{font-weight:600}svg{width:100%;height:auto;font-size:12px;fill:currentColor}
figure p{margin:0;font-size:13px;display:flex;gap:16px}i{display:inline-block;width:12px;height:12px;margin-right:6px}
table{border-collapse:collapse;background:var(--paper);border:1px solid var(--line)}
th,td{padding:4px 12px;border-bottom:1px solid var(--line);text-align:right;font-variant-numeric:tabular-nums}
th{font-weight:600}td:first-child,th:first-child,td.text,th.text{text-align:left}
@media print{body{background:none}.charts{grid-template-columns:1fr 1fr}}
""" + "".join(f".c{number}{{background:{colour}}}" for number, colour in enumerate(COLOURS))


def write_summary(file: Path, report: PassReport) -> None:
    """Write the page.

    Raises:
        UsageError: The file cannot be written.
    """
    try:
        file.write_text(summary_html(report.summary, report.log.snapshot.title), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from None


def summary_html(summary: Summary, title: str) -> str:
    """The page.

    Args:
        summary: The figures.
        title: The log's.
    """
    return "".join(_parts(summary, title))


def _parts(summary: Summary, title: str) -> Iterator[str]:
    name = escape(title)
    yield (
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{name}: summary</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style><main><h1>{name}</h1>"
        f'<p class="as-of">Figures as of {summary.as_of:%A, %d %B %Y, %H:%M %Z}</p>'
    )
    yield f'<div class="head">{"".join(_headlines(summary))}</div>'
    lines = "".join(f"<li>{escape(line)}</li>" for line in needs_eyes(summary))
    yield f'<section class="eyes"><h3>What needs eyes</h3><ul>{lines}</ul></section>'
    yield f'<h2>At a glance</h2><div class="charts">{"".join(_charts(summary))}</div>'
    for topic, results in summary.topics.items():
        if results:
            yield f"<h2>{escape(topic.value)}</h2>{_lines(results)}"
            yield from (_table(result) for result in results if isinstance(result, Table))
    if summary.quality:
        told = "".join(f"<li>{escape(line)}</li>" for line in summary.quality)
        yield f"<h2>The log as a whole</h2><ul>{told}</ul>"
    yield "</main></html>\n"


def _headlines(summary: Summary) -> Iterator[str]:
    figures = {figure.name: figure for figure in summary.figures}
    for name in _HEADLINES:
        figure = figures.get(name)
        if figure is not None and figure.value is not None:
            value = number_text(figure.value, figure.measure)
            yield f"<div><b>{escape(value)}</b>{escape(figure.label)}</div>"


def _charts(summary: Summary) -> Iterator[str]:
    """The same four that stand on the tab, of those the log has figures for."""
    tables = {table.name: table for table in summary.tables}
    if weekly := tables.get("weekly"):
        complete = weekly.rows[:-1]  # a week that is not over yet would look like a fall
        labels = [str(row[0])[5:] for row in complete]
        heads = [column.head for column in weekly.columns]
        series = [(heads[at], [_number(row[at]) for row in complete]) for at in (1, 2, 4)]
        yield lines_svg("Received, resolved and open, by week", labels, series)
    if ageing := tables.get("ageing"):
        title = "Open cases by business days since the last action"
        yield columns_svg(title, *_column(ageing, 1))
    if reasons := tables.get("by_reason"):
        yield bars_svg("Cases by reason", *_column(reasons, 1))
    if months := tables.get("resolution_by_month"):
        yield columns_svg("Median days to resolution, by month of receipt", *_column(months, 3))


def _column(table: Table, at: int) -> tuple[list[str], list[float | None]]:
    return [str(row[0]) for row in table.rows], [_number(row[at]) for row in table.rows]


def _number(value: Number | str | None) -> float | None:
    return None if value is None or isinstance(value, str) else float(value)


def _lines(results: tuple[Result, ...]) -> str:
    rows = "".join(_line(result) for result in results if not isinstance(result, Table))
    return f"<table>{rows}</table>" if rows else ""


def _line(result: Figure | Duration | SpikeWatch | SwitchedOff) -> str:
    value = value_told(result)
    note = "" if isinstance(result, SwitchedOff) else _note(result)
    return (
        f"<tr><td>{escape(result.label)}</td><td class=text>{escape(value)}</td>"
        f'<td class="text note">{note}</td></tr>'
    )


def _note(result: Figure | Duration | SpikeWatch | Table) -> str:
    return escape(f"{result.definition} {basis(result.used, result.left_out)}")


def _table(table: Table) -> str:
    kinds = ["text" if column.measure is Measure.TEXT else "" for column in table.columns]
    heads = "".join(
        f'<th class="{kind}">{escape(column.head)}</th>'
        for column, kind in zip(table.columns, kinds, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td class="{kind}">{escape(number_text(value, column.measure))}</td>'
            for value, column, kind in zip(row, table.columns, kinds, strict=False)
        )
        + "</tr>"
        for row in shown_rows(table)
    )
    return (
        f'<h3>{escape(table.title)}</h3><p class="note">{_note(table)}</p>'
        f"<table><tr>{heads}</tr>{rows}</table>"
    )
