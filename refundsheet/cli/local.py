"""``refundsheet local``: serve spreadsheets on loopback and say where they are."""

import csv
from collections.abc import Iterator
from pathlib import Path

import typer

from refundsheet.errors import UsageError
from refundsheet.localsheets.server import LocalServer


def serve_local(
    *, port: int, data: Path | None, load: list[Path], locale: str, time_zone: str
) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    missing = [str(path) for path in load if not path.is_file()]
    if missing:
        raise UsageError(f"There is no file {', '.join(missing)}; --load takes .csv and .csv.gz.")
    try:
        server = LocalServer(data=data, port=port)
    except OSError as error:
        raise UsageError(
            f"Port {port} of this machine cannot be used ({error.strerror}); choose another "
            "with --port, or 0 for a free one."
        ) from error
    for path in load:
        typer.echo(f"loading {path.name} …", err=True)
        try:
            server.load_csv(path, locale=locale, time_zone=time_zone)
        except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
            raise UsageError(f"{path.name} cannot be loaded: {error}.") from error
    if not server.spreadsheets():
        server.add_spreadsheet("Refunds", locale=locale, time_zone=time_zone)
    for line in _where_it_is(server, data):
        typer.echo(line)
    server.run()


def _where_it_is(server: LocalServer, data: Path | None) -> Iterator[str]:
    """What somebody needs who wants to look at the sheet, and to let refundsheet work on it."""
    yield f"Serving on {server.base_url} (Ctrl-C stops it)"
    for key, title in server.spreadsheets():
        yield f"  {key}  {title}"
    yield f"To look at it, open {server.base_url}/ in a browser."
    yield "To make it a refund desk, give in another terminal, with its id:"
    yield f"  refundsheet init --base-url {server.base_url} --spreadsheet ID"
    kept = f"It is kept in {data}." if data else "It is gone at the end; --data FILE would keep it."
    yield kept
