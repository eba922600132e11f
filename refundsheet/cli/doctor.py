"""Walks the chain from the settings to a service that runs, link by link, to the first one that is broken."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer

from refundsheet.cli.status import NEVER, OVERDUE, ago, status_of
from refundsheet.config import Settings, load_settings
from refundsheet.config.load import DEFAULT_FILE
from refundsheet.core import chain
from refundsheet.core.chain import Finding, Link, State, noted, sound
from refundsheet.core.clock import clock_sentence
from refundsheet.core.columns import header_names
from refundsheet.core.parse import ParsedLog, parse
from refundsheet.daemon import open_ledger, open_spreadsheet, wall_clock
from refundsheet.errors import ExitCode, QuotaError, RefundsheetError
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.logbook import Logbook
from refundsheet.ledger.records import SheetKey
from refundsheet.sheets.credentials import is_on_this_machine
from refundsheet.sheets.google import GoogleSheetStore
from refundsheet.sheets.inspection import ask_to_edit, closed_areas, how_to_open, server_time
from refundsheet.sheets.setup import in_words, what_is_missing


def walk(config: Path | None) -> Iterator[Finding]:
    """Each link as it is found; after a broken one the others are not looked at."""
    is_broken = False
    with ExitStack() as stack:
        for link, look in _Visit(config, wall_clock(), stack).looks():
            if is_broken:
                yield Finding(link, State.UNSEEN, "")
                continue
            found = _found(link, look)
            is_broken = found.state is State.BROKEN
            yield found


def _found(link: Link, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except QuotaError as error:
        return chain.broken(Link.QUOTA, str(error), error.exit_code)
    except RefundsheetError as error:
        return chain.broken(link, str(error), error.exit_code)


class _Visit:
    """What is looked at; each link uses what those before it have opened.

    Args:
        config: The settings file somebody named.
        now: When the command was given.
        stack: Closes what was opened.
    """

    def __init__(self, config: Path | None, now: datetime, stack: ExitStack) -> None:
        self._config = config
        self._now = now
        self._stack = stack

    def looks(self) -> Sequence[tuple[Link, Callable[[], Finding]]]:
        """The links in their order, each with the look at it."""
        return (
            (Link.SETTINGS, self._at_settings),
            (Link.KEY, self._at_key),
            (Link.CONNECTION, self._at_connection),
            (Link.CLOCK, self._at_clock),
            (Link.SPREADSHEET, self._at_spreadsheet),
            (Link.EDITOR, self._at_editor),
            (Link.LOG, self._at_log),
            (Link.PROTECTION, self._at_protection),
            (Link.ZONE, self._at_zone),
            (Link.LEDGER, self._at_ledger),
            (Link.QUOTA, self._at_quota),
            (Link.LEASE, self._at_lease),
            (Link.SERVICE, self._at_service),
        )

    @cached_property
    def _settings(self) -> Settings:
        return load_settings(self._config, required=True)

    @cached_property
    def _store(self) -> GoogleSheetStore:
        return open_spreadsheet(self._settings)

    @cached_property
    def _server_time(self) -> datetime | None:
        return server_time(self._store.client)

    @cached_property
    def _log(self) -> ParsedLog:
        names = header_names(self._settings.log.headers)
        return parse(self._store.read(self._now), names=names)

    @cached_property
    def _ledger(self) -> Ledger:
        return self._stack.enter_context(open_ledger(self._settings))

    def _at_settings(self) -> Finding:
        is_on_this_machine(self._settings.google.base_url)  # an address nobody can use is refused
        spreadsheet = self._settings.spreadsheet_id
        file = self._config or DEFAULT_FILE
        where = str(file) if file.is_file() else "the environment"
        return sound(Link.SETTINGS, f"{where} names the spreadsheet {spreadsheet}")

    def _at_key(self) -> Finding:
        account = self._store.client.access.account
        key = self._settings.google.credentials
        if is_on_this_machine(self._settings.google.base_url):
            return sound(Link.KEY, "a server on this machine asks for none")
        if key is None:
            return sound(Link.KEY, f"Google's application default credentials {account}".strip())
        return chain.key_file(str(key), key.stat().st_mode)

    def _at_connection(self) -> Finding:
        _ = self._server_time
        return sound(Link.CONNECTION, f"{self._store.client.access.base_url} answers")

    def _at_clock(self) -> Finding:
        return chain.clock(self._now, self._server_time)

    def _at_spreadsheet(self) -> Finding:
        answer = self._store.client.get_json(params={"fields": "properties.title"})
        return sound(Link.SPREADSHEET, f'"{answer["properties"]["title"]}" may be read')

    def _at_editor(self) -> Finding:
        ask_to_edit(self._store.client)
        return sound(Link.EDITOR, "it may be changed, too")

    def _at_log(self) -> Finding:
        log, book = self._log, self._store.book
        missing = in_words(what_is_missing(log.layout, book, (), self._settings.tabs.hidden))
        coming = f"; the first pass will {' and '.join(missing)}" if missing else ""
        return sound(Link.LOG, f'{len(log.rows)} rows in the tab "{log.snapshot.title}"{coming}')

    def _at_protection(self) -> Finding:
        client, title = self._store.client, self._log.snapshot.title
        closed = closed_areas(client)
        ours = [tab for _, tab in self._settings.tabs if closed.get(tab)]
        areas = closed.get(title, ())  # it may have got another name this very moment
        columns = chain.barred_columns(self._log.layout, len(self._log.rows), areas)
        return chain.protection(columns, ours, how_to_open(client))

    def _at_zone(self) -> Finding:
        return chain.zone(self._log.snapshot.zone, self._now.astimezone())

    def _at_ledger(self) -> Finding:
        return sound(Link.LEDGER, f"{self._ledger.place} can be written")

    def _at_quota(self) -> Finding:
        last = self._ledger.last_pass(self._settings.spreadsheet_id)
        return chain.quota((last.report or {}).get("quota_left") if last else None)

    def _at_lease(self) -> Finding:
        snapshot = self._log.snapshot
        logbook = Logbook(self._ledger, SheetKey(snapshot.spreadsheet_id, snapshot.sheet_id))
        local = self._now.astimezone(ZoneInfo(snapshot.zone))
        behind = clock_sentence(logbook.recall(), local)
        taken = logbook.stands(snapshot.marks, local).sentence
        if sentence := behind or taken:
            return chain.broken(Link.LEASE, sentence, ExitCode.REFUSED_AS_UNSAFE)
        return sound(Link.LEASE, "nobody else keeps this log")

    def _at_service(self) -> Finding:
        status = status_of(self._ledger, self._settings, self._now)
        if status["last_pass"] is None:
            return noted(Link.SERVICE, NEVER)
        last = f"The last pass was run {status['run']}, {ago(status['minutes_ago'])}"
        if not status["healthy"]:
            return noted(Link.SERVICE, f"{last}: {OVERDUE}")
        return sound(Link.SERVICE, last)


_SIGNS = {
    State.SOUND: ("✓", typer.colors.GREEN),
    State.NOTED: ("!", typer.colors.YELLOW),
    State.BROKEN: ("✗", typer.colors.RED),
    State.UNSEEN: ("·", typer.colors.BRIGHT_BLACK),
}
_WIDTH = max(len(link.value) for link in Link)


def print_walk(findings: Iterator[Finding]) -> ExitCode:
    """Each link on a line of its own, as soon as it is known; the command's answer."""
    seen: list[Finding] = []
    for found in findings:
        sign, colour = _SIGNS[found.state]
        said = found.said or found.state.value
        typer.echo(f"{typer.style(sign, fg=colour)} {found.link.value:<{_WIDTH}}  {said}")
        seen.append(found)
    code = chain.answer_of(seen)
    if code is ExitCode.DONE:
        typer.echo("All is well.")
    return code


def to_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """The same as plain values; "broken" is the link at which the chain ends, or None."""
    ends = [found.link.value for found in findings if found.state is State.BROKEN]
    return {
        "sound": chain.answer_of(findings) is ExitCode.DONE,
        "broken": ends[0] if ends else None,
        "links": [
            {"link": found.link.value, "state": found.state.value, "said": found.said}
            for found in findings
        ],
    }
