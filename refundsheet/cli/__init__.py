"""The commands: parse, load the settings, call one function, print, choose the exit code.

What a command needs is imported inside it, so that ``refundsheet --help`` answers at once.
"""

import sys
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

from refundsheet.cli.choices import Format, What
from refundsheet.errors import ExitCode, RefundsheetError
from refundsheet.service.heap import give_back_large_blocks

if TYPE_CHECKING:
    from refundsheet.config import Settings

Parameters = ParamSpec("Parameters")

app = typer.Typer(
    name="refundsheet",
    help="Keeps a shared refund log in Google Sheets honest.\n\n"
    "To begin with, on this machine and without an account: refundsheet demo\n\n"
    "Example: refundsheet check --help",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Config = Annotated[
    Path | None, typer.Option("--config", help="The settings file [default: refundsheet.toml]")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Now = Annotated[
    str | None,
    typer.Option(help="Pretend it is this time (ISO, in the sheet's zone unless it names one)."),
]
TakeOver = Annotated[
    bool,
    typer.Option(
        "--take-over", help="Keep the log from now on, although another refundsheet does so."
    ),
]
AcceptClock = Annotated[
    bool,
    typer.Option(
        "--accept-clock",
        help="This machine's clock is right, although the ledger knows later times.",
    ),
]


def main() -> None:
    """Run the command line; an error is one sentence and its own exit code."""
    give_back_large_blocks()
    app()


def _command(function: Callable[Parameters, ExitCode | None]) -> Callable[Parameters, None]:
    """A function as a command: its answer is the exit code, its errors are sentences."""

    @wraps(function)
    def command(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        try:
            code = function(*args, **kwargs)
        except RefundsheetError as error:
            if kwargs.get("debug"):
                traceback.print_exc()
            typer.echo(f"refundsheet: {error}", err=True)
            raise typer.Exit(error.exit_code) from None
        except BrokenPipeError:  # the reader of a pipe has seen enough
            sys.stderr.close()
            raise typer.Exit(ExitCode.DONE) from None
        raise typer.Exit(code or ExitCode.DONE)

    return command


def _settings(config: Path | None) -> "Settings":
    from refundsheet.config import load_settings

    return load_settings(config, required=config is not None)


@app.command()
@_command
def init(  # noqa: PLR0913 - a command has as many options as it has
    *,
    spreadsheet: Annotated[
        str | None, typer.Option(help="The spreadsheet's address, or its ID.")
    ] = None,
    credentials: Annotated[
        Path | None, typer.Option(help="The key file of the service account.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="The address of a local server, instead of Google's.")
    ] = None,
    tab: Annotated[str | None, typer.Option(help="The tab with the refund cases.")] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="Begin a new log with a few example cases.")
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take away what is refundsheet's, and only that.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what it would do, and do nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    now: Now = None,
    config: Config = None,
    debug: Debug = False,
) -> None:
    """Set up a desk: the settings file by asking, then the workbook. Telling it comes before doing it.

    An empty spreadsheet becomes a refund log with all it needs. To a log that is there only what it
    lacks is added: no column moves, and nobody's rule, filter, format or note is touched.

    Example: refundsheet init --spreadsheet https://docs.google.com/spreadsheets/d/… --sample
    """
    from refundsheet.cli.init import Wanted
    from refundsheet.cli.init import init as set_up

    set_up(
        Wanted(
            config=config,
            spreadsheet=spreadsheet,
            credentials=credentials,
            base_url=base_url,
            tab=tab,
            sample=sample,
            remove=remove,
            dry_run=dry_run,
            yes=yes,
            now=now,
        )
    )


@app.command()
@_command
def sync(  # noqa: PLR0913 - a command has as many options as it has
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print every cell it would write, and why.")
    ] = False,
    backfill: Annotated[
        bool,
        typer.Option(
            "--backfill",
            help="Complete the cases that were there before refundsheet: give them IDs, and date "
            "the resolution of closed ones by their last action.",
        ),
    ] = False,
    allow_large_change: Annotated[
        bool,
        typer.Option(
            "--allow-large-change", help="Carry out a plan that looks too large to be true."
        ),
    ] = False,
    take_over: TakeOver = False,
    accept_clock: AcceptClock = False,
    create_settings: Annotated[
        bool,
        typer.Option(
            "--create-settings",
            help="Make a Settings tab, where the team changes statuses, limits, hours and rules.",
        ),
    ] = False,
    json: Json = False,
    now: Now = None,
    config: Config = None,
    debug: Debug = False,
) -> ExitCode:
    """Make one pass over the log: check, stamp, flag, summarise.

    Example: refundsheet sync --dry-run
    """
    from refundsheet.cli.passes import one_pass
    from refundsheet.cli.render import print_json, print_pass
    from refundsheet.core.report import Options

    options = Options(
        dry_run=dry_run,
        backfill=backfill,
        allow_large_change=allow_large_change,
        take_over=take_over,
        accept_clock=accept_clock,
        create_settings=create_settings,
    )
    report = one_pass(_settings(config), options, now)
    if json:
        print_json({**report.to_json(), "changes": report.changes_json()})
    else:
        print_pass(report, dry_run=dry_run)
    return ExitCode.DONE if dry_run or report.is_whole else ExitCode.REFUSED_AS_UNSAFE


@app.command()
@_command
def check(  # noqa: PLR0913 - a command has as many options as it has
    *,
    notes: Annotated[bool, typer.Option("--notes", help="Tell where the notes are too.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="List every row, not the first ones of each kind.")
    ] = False,
    old: Annotated[
        bool,
        typer.Option(
            "--old", help="List the open cases that were old at first and are not flagged, instead."
        ),
    ] = False,
    json: Json = False,
    now: Now = None,
    config: Config = None,
    debug: Debug = False,
) -> ExitCode:
    """Tell what is wrong and what to do; nothing is written. Exit code 1 where there is anything.

    Example: refundsheet check --json > problems.json
    """
    from refundsheet.cli.check import print_check, print_old
    from refundsheet.cli.passes import one_pass
    from refundsheet.cli.render import print_json
    from refundsheet.core.model import Severity
    from refundsheet.core.report import Options

    report = one_pass(_settings(config), Options(dry_run=True, allow_large_change=True), now)
    if old:
        print_json(report.old_json()) if json else print_old(report)
        return ExitCode.DONE
    if json:
        print_json(report.violations_json())
    else:
        print_check(report, notes=notes, everything=everything)
    worst = report.worst
    return ExitCode.PROBLEMS_FOUND if worst >= Severity.WARNING else ExitCode.DONE


@app.command()
@_command
def summary(
    *,
    json: Json = False,
    html: Annotated[
        Path | None, typer.Option(help="Write them to one page of HTML, to mail or to keep.")
    ] = None,
    now: Now = None,
    config: Config = None,
    debug: Debug = False,
) -> None:
    """Print the figures of the Summary tab. Nothing is written to the sheet.

    Example: refundsheet summary --html summary.html
    """
    from refundsheet.cli.passes import one_pass
    from refundsheet.cli.render import print_json, print_summary
    from refundsheet.core.report import Options
    from refundsheet.core.summary import to_json

    report = one_pass(_settings(config), Options(dry_run=True, allow_large_change=True), now)
    if html is not None:
        from refundsheet.cli.summary_html import write_summary

        write_summary(html, report)
    elif json:
        print_json(to_json(report.summary))
    else:
        print_summary(report.summary)


@app.command()
@_command
def history(
    *,
    case: Annotated[str | None, typer.Option(help="Only what is about this case.")] = None,
    run: Annotated[int | None, typer.Option(help="Only what this run saw and wrote.")] = None,
    json: Json = False,
    config: Config = None,
    debug: Debug = False,
) -> None:
    """Print what changed in the log, by whom and why. It comes from the ledger.

    Example: refundsheet history --case R-2026-0042
    """
    from refundsheet.cli.history import entries_told, print_history, to_json
    from refundsheet.cli.render import print_json

    entries, zone = entries_told(_settings(config), case, run)
    if json:
        print_json([to_json(entry, zone) for entry in entries])
    else:
        print_history(entries, zone)


@app.command()
@_command
def export(  # noqa: PLR0913 - a command has as many options as it has
    what: Annotated[What, typer.Argument(help="What to export.")],
    *,
    form: Annotated[
        Format, typer.Option("--format", help="CSV for spreadsheets, or a JSON object a line.")
    ] = Format.CSV,
    output: Annotated[
        Path | None, typer.Option(help="The file to write [default: standard output]")
    ] = None,
    since: Annotated[str, typer.Option(help="Only what is not older than this day (ISO).")] = "",
    exact: Annotated[
        bool,
        typer.Option(
            "--exact", help="No apostrophe before texts that a spreadsheet would take for formulas."
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    config: Config = None,
    debug: Debug = False,
) -> None:
    """Write out cases, what changed in them, or their flags. Nothing else is written.

    Example: refundsheet export changes --since 2026-11-01 --output november.csv
    """
    from refundsheet.cli.export import Export
    from refundsheet.cli.export import export as write_out

    wanted = Export(what=what, form=form, output=output, since=since, exact=exact, force=force)
    write_out(_settings(config), wanted)


@app.command()
@_command
def undo(  # noqa: PLR0913 - a command has as many options as it has
    *,
    run: Annotated[int, typer.Option(help="The run whose writes to take back.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what it would take back.")
    ] = False,
    json: Json = False,
    now: Now = None,
    config: Config = None,
    debug: Debug = False,
) -> ExitCode:
    """Take back what a run wrote, where it still stands. It is not written again.

    Example: refundsheet undo --run 17 --dry-run
    """
    from refundsheet.cli.passes import undo_pass
    from refundsheet.cli.render import print_json, print_undo, undo_json

    report, undoing = undo_pass(_settings(config), run, now, dry_run=dry_run)
    if json:
        print_json(undo_json(report, undoing))
    else:
        print_undo(report, undoing, dry_run=dry_run)
    return ExitCode.DONE if dry_run or report.is_whole else ExitCode.REFUSED_AS_UNSAFE


@app.command()
@_command
def forget(  # noqa: PLR0913 - a command has as many options as it has
    *,
    order: Annotated[str, typer.Option(help="Forget the cases of this order.")] = "",
    case: Annotated[str, typer.Option(help="Forget the case of this Case ID.")] = "",
    customer: Annotated[str, typer.Option(help="Forget all cases of this customer.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what it would remove.")] = False,
    json: Json = False,
    now: Now = None,
    config: Config = None,
    debug: Debug = False,
) -> ExitCode:
    """Remove what is kept of a customer whose rows you have deleted.

    It leaves the ledger, the History tab and the hidden tab.

    Example: refundsheet forget --order 1001 --dry-run
    """
    from refundsheet.cli.forget import forget as forget_now

    given = {"order_id": order, "case_id": case, "customer_name": customer}
    return forget_now(_settings(config), given, now, dry_run=dry_run, json=json)


@app.command()
@_command
def run(
    *,
    take_over: TakeOver = False,
    accept_clock: AcceptClock = False,
    config: Config = None,
    debug: Debug = False,
) -> None:
    """Keep the log honest until stopped: a pass every poll_seconds. SIGTERM ends it cleanly.

    Example: refundsheet run --config /etc/refundsheet.toml
    """
    from refundsheet.core.report import Options
    from refundsheet.daemon import run_until_signal

    options = Options(take_over=take_over, accept_clock=accept_clock)
    run_until_signal(_settings(config), options)


@app.command()
@_command
def status(*, json: Json = False, config: Config = None, debug: Debug = False) -> ExitCode:
    """Tell how the service stands: last and next pass, flags, quota. Exit code 1 where it is silent.

    Example: refundsheet status
    """
    from refundsheet.cli.render import print_json
    from refundsheet.cli.status import print_status, status_now

    found = status_now(_settings(config))
    if json:
        print_json(found)
    else:
        print_status(found)
    return ExitCode.DONE if found["healthy"] else ExitCode.PROBLEMS_FOUND


@app.command()
@_command
def doctor(*, json: Json = False, config: Config = None, debug: Debug = False) -> ExitCode:
    """Name the first thing that is broken, and its cure.

    It walks from the settings to the running service. No cell is written. Exit code 1 where something is worth a look.

    Example: refundsheet doctor
    """
    from refundsheet.cli.doctor import print_walk, to_json, walk
    from refundsheet.cli.render import print_json
    from refundsheet.core.chain import answer_of

    if not json:
        return print_walk(walk(config))
    findings = list(walk(config))
    print_json(to_json(findings))
    return answer_of(findings)


@app.command()
@_command
def local(  # noqa: PLR0913 - a command has as many options as it has
    *,
    port: Annotated[int, typer.Option(help="The port on 127.0.0.1; 0 takes a free one.")] = 8737,
    data: Annotated[
        Path | None, typer.Option(help="Keep the spreadsheets in this SQLite file.")
    ] = None,
    load: Annotated[
        list[Path] | None, typer.Option(help="Make a spreadsheet of a .csv or .csv.gz file.")
    ] = None,
    locale: Annotated[str, typer.Option(help="The locale of new spreadsheets.")] = "en_US",
    timezone: Annotated[str, typer.Option(help="Their time zone.")] = "Etc/GMT",
    debug: Debug = False,
) -> None:
    """Serve spreadsheets on this machine as Google does. No account is needed.

    Where there is none yet, it begins with an empty one.

    Example: refundsheet local --load cases.csv
    """
    from refundsheet.cli.local import serve_local

    serve_local(port=port, data=data, load=load or [], locale=locale, time_zone=timezone)


@app.command()
@_command
def demo(
    *,
    passes: Annotated[int, typer.Option(help="End after so many passes; 0 runs on.")] = 0,
    team: Annotated[
        bool, typer.Option("--team/--no-team", help="Whether a scripted team works on the sheet.")
    ] = True,
    port: Annotated[int, typer.Option(help="The port on 127.0.0.1; 0 takes a free one.")] = 0,
    seed: Annotated[int, typer.Option(help="Another seed, another log and team.")] = 1,
    debug: Debug = False,
) -> None:
    """Show it all on this machine: a log, a team, and refundsheet.

    Example: refundsheet demo --passes 3
    """
    from refundsheet.demo import run_demo

    run_demo(passes=passes, with_team=team, port=port, seed=seed)
