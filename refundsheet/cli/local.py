"""``refundsheet local``: serve spreadsheets on loopback and say where they are."""

import csv
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
    typer.echo(f"Serving on {server.base_url} (Ctrl-C stops it)")
    for key, title in server.spreadsheets():
        typer.echo(f"  {key}  {title}")
    typer.echo(f"To use it: REFUNDSHEET_GOOGLE__BASE_URL={server.base_url}")
    server.run()
