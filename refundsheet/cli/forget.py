"""Somebody is forgotten, and people are told what was removed, what remains, and what they must do."""

from collections.abc import Iterator, Mapping

import typer

from refundsheet.cli.passes import forget_somebody
from refundsheet.cli.render import print_json
from refundsheet.config import Settings
from refundsheet.core.forget import Forgotten, Wanted
from refundsheet.errors import ExitCode, UsageError

_BEYOND = (
    "What refundsheet cannot reach: Google keeps earlier versions of the spreadsheet (File > Version "
    "history), and copies or exports of the spreadsheet and of the ledger are yours to delete."
)


def forget(
    settings: Settings, given: Mapping[str, str], now: str | None, *, dry_run: bool, json: bool
) -> ExitCode:
    """Remove what is kept of the one who was given.

    Args:
        settings: The team's settings.
        given: Field to what people gave for it, "" for nothing.
        now: The time, where it was given.
        dry_run: Only tell what there is.
        json: Tell it as JSON.

    Raises:
        UsageError: Not exactly one was given.
    """
    asked = [Wanted(field, text.strip()) for field, text in given.items() if text.strip()]
    if len(asked) != 1:
        raise UsageError("Say whom to forget by one of --order, --case and --customer.")
    forgotten = forget_somebody(settings, asked[0], now, dry_run=dry_run)
    if json:
        print_json(_plain(forgotten))
    else:
        for line in _lines(forgotten, dry_run=dry_run):
            typer.echo(line)
    return ExitCode.REFUSED_AS_UNSAFE if forgotten.left and not dry_run else ExitCode.DONE


def _plain(forgotten: Forgotten) -> Mapping[str, object]:
    return {
        "run": forgotten.run,
        **forgotten.to_json(),
        "case_ids_kept": forgotten.gone.case_ids,
        "history_rows_left": forgotten.left,
        "other_tabs": forgotten.elsewhere,
    }


def _lines(forgotten: Forgotten, *, dry_run: bool) -> Iterator[str]:
    said = forgotten.gone.wanted.said
    if forgotten.is_nothing:
        yield f"Nothing is kept of {said}."
    else:
        yield f"{'Would remove' if dry_run else 'Removed'} of {said}:"
        yield from _removed(forgotten)
    yield from _remaining(forgotten)
    if not forgotten.is_nothing:
        yield _BEYOND


def _removed(forgotten: Forgotten) -> Iterator[str]:
    ledger = forgotten.ledger
    parts = (
        _counted(ledger.cases, "case"),
        _counted(ledger.changes, "change people made", "changes people made"),
        _counted(ledger.lines, "line of the history", "lines of the history"),
        _counted(ledger.writes, "write"),
        _counted(ledger.flags, "flag"),
        _counted(ledger.texts, "text"),
        _counted(ledger.reports, "report of a pass", "reports of passes"),
    )
    yield f"  from the ledger: {', '.join(filter(None, parts)) or 'nothing'}"
    yield f"  from the History tab: {_counted(forgotten.history_rows, 'row') or 'nothing'}"
    yield "  from the hidden tab: all it holds below its first row"


def _remaining(forgotten: Forgotten) -> Iterator[str]:
    """What is there still, and what is to be done about it."""
    if ids := forgotten.gone.case_ids:
        yield (
            "Kept in the ledger and on the History tab, so that it is never given to another case: "
            f"the bare Case ID {', '.join(ids)}."
        )
    if left := forgotten.left:
        rows = ", ".join(map(str, left))
        yield (
            f"Somebody has written in or beside these rows of the History tab, so they stay: {rows}. "
            "Delete them there, and run this again."
        )
    for title in forgotten.elsewhere:
        yield f'The tab "{title}" may tell of them too. It is yours: delete there what does.'


def _counted(number: int, one: str, more: str = "") -> str:
    """How many, in words; "" for none."""
    return f"{number:,} {one if number == 1 else more or one + 's'}" if number else ""
