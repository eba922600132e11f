"""``refundsheet init``: settings by asking, then the desk in the spreadsheet, each step told before it is done."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import typer

from refundsheet.cli.passes import parse_now
from refundsheet.config import Settings, load_settings
from refundsheet.config.load import DEFAULT_FILE, settings_of
from refundsheet.daemon import open_spreadsheet, wall_clock
from refundsheet.errors import UsageError
from refundsheet.init import Desk, Proposal

_HEADING = "# Written by refundsheet init; config/refundsheet.example.toml explains every key.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command was given.

    Attributes:
        spreadsheet: Its address or id; None asks, where there is no file yet.
        credentials: The key file.
        base_url: A local server's address.
        tab: The log's tab.
    """

    config: Path | None
    spreadsheet: str | None
    credentials: Path | None
    base_url: str | None
    tab: str | None
    sample: bool
    remove: bool
    dry_run: bool
    yes: bool
    now: str | None


def init(wanted: Wanted) -> None:
    """Write the settings where there are none; lay out the workbook, or take away what is ours."""
    path = wanted.config or DEFAULT_FILE
    content = None if path.exists() else dict(_content(wanted))
    settings = _settings(wanted, path, content)
    desk = Desk(open_spreadsheet(settings), settings)
    zone = desk.zone
    if content and not (wanted.dry_run or wanted.remove):
        # Only now: settings that lead nowhere would stand in the way of the next try.
        _write(path, content)
        typer.echo(f"Wrote the settings to {path}.")
    now = parse_now(wanted.now, zone) if wanted.now else wall_clock()
    if wanted.remove:
        _go(desk, lambda: desk.removals(now), wanted, "taken away", _REMOVED)
    else:
        look = partial(desk.additions, now, with_examples=wanted.sample)
        _go(desk, look, wanted, "added", _ADDED)


_ADDED = (
    "Done. Next: refundsheet doctor looks whether everything is in place, and refundsheet run keeps "
    "the log from then on."
)
_REMOVED = "Done. What your team typed is as it was; the ledger on this machine is kept."


def _go(desk: Desk, look: Callable[[], Proposal], wanted: Wanted, verb: str, done: str) -> None:
    """Tell, ask, and do what was agreed to; what changed while the question stood is told anew."""
    proposal = look()
    while True:
        if not proposal.pieces:
            typer.echo(f'"{proposal.spreadsheet}": there is nothing to be {verb}.')
            return
        _tell(proposal, verb)
        if wanted.dry_run:
            return
        if wanted.yes:
            break
        if not _agreed():
            typer.echo("Nothing was done.")
            return
        told, proposal = proposal, look()
        if proposal.words == told.words:
            break
        typer.echo("The spreadsheet has changed while you were reading.")
    desk.carry_out(proposal)
    typer.echo(done)


def _tell(proposal: Proposal, verb: str) -> None:
    typer.echo(f'In "{proposal.spreadsheet}" this is to be {verb}, and nothing else is touched:')
    for words in proposal.words:
        typer.echo(f"  {words}")
    for remark in proposal.remarks:
        typer.echo(remark)


def _agreed() -> bool:
    try:
        return typer.confirm("Go on?")
    except typer.Abort:
        raise UsageError("Nothing was done: nobody said yes. Give --yes to go on.") from None


# --- the settings ---


def _settings(wanted: Wanted, path: Path, content: Mapping[str, Any] | None) -> Settings:
    """Those of the file; where there is none, those that its content would stand for."""
    if content is not None:
        return settings_of(content, path, required=True)
    settings = load_settings(path, required=True)
    _must_agree(path, settings, wanted)
    return settings


def _must_agree(path: Path, settings: Settings, wanted: Wanted) -> None:
    """What is asked for beside a file must be what the file says: it is never written anew."""
    given = {name: value for name, value in _content_given(wanted).items() if value}
    said = settings_of(given, path, required=False)
    differing = [
        name
        for name, is_given, one, other in (
            ("spreadsheet", "spreadsheet" in given, said.spreadsheet, settings.spreadsheet),
            ("google", "google" in given, said.google, settings.google),
            ("log", "log" in given, said.log.tab, settings.log.tab),
        )
        if is_given and one != other
    ]
    if differing:
        raise UsageError(
            f"{path} is there already, and its {' and '.join(differing)} differs from what you give "
            "here: change it there, or write another file with --config."
        )


def _content(wanted: Wanted) -> Iterator[tuple[str, Any]]:
    """The content of a new file, asking for what is not given and has no default."""
    given = _content_given(wanted)
    if "spreadsheet" not in given and not os.environ.get("REFUNDSHEET_SPREADSHEET"):
        given["spreadsheet"] = _asked("The spreadsheet (its address in the browser, or its ID)")
        is_google = not (wanted.base_url or os.environ.get("REFUNDSHEET_GOOGLE__BASE_URL"))
        if is_google and wanted.credentials is None:
            key = _asked("The key file of the service account (blank: what gcloud has set up)", "")
            given |= {"google": {"credentials": key}} if key else {}
    yield from given.items()


def _content_given(wanted: Wanted) -> dict[str, Any]:
    google = {
        "base_url": wanted.base_url,
        "credentials": wanted.credentials and str(wanted.credentials),
    }
    content = {
        "spreadsheet": wanted.spreadsheet,
        "google": {name: value for name, value in google.items() if value},
        "log": {"tab": wanted.tab} if wanted.tab else {},
    }
    return {name: value for name, value in content.items() if value}


def _asked(question: str, default: str | None = None) -> str:
    try:
        return typer.prompt(question, default=default, show_default=False).strip()
    except typer.Abort:
        raise UsageError(
            "No spreadsheet is named: give --spreadsheet with its address, or type it when asked."
        ) from None


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """A file that only its owner reads; one that came meanwhile is left as it is."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
    with os.fdopen(file, "w", encoding="utf-8") as out:
        out.write(_HEADING + "".join(_toml(content)))


def _toml(content: Mapping[str, Any]) -> Iterator[str]:
    """Texts, and sections of texts; a JSON string is a TOML string."""
    for name, value in content.items():
        if not isinstance(value, Mapping):
            yield f"{name} = {json.dumps(value)}\n"
    for name, section in content.items():
        if isinstance(section, Mapping):
            yield f"\n[{name}]\n"
            yield from (f"{key} = {json.dumps(value)}\n" for key, value in section.items())
