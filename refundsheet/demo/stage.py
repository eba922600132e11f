"""The stage of the demo: a local server with a generated log, a ledger, and refundsheet before them."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import refundsheet
from refundsheet.config import Settings, load_settings
from refundsheet.config.settings import GoogleSettings
from refundsheet.daemon import open_log, open_spreadsheet
from refundsheet.demo.generate import generate
from refundsheet.demo.people import SheetByHand
from refundsheet.errors import UsageError
from refundsheet.init import Desk
from refundsheet.localsheets.server import LocalServer
from refundsheet.reconcile import Reconciler

ZONE = ZoneInfo("Europe/Berlin")
#: What the log is called where the settings name none.
LOG_TAB = "Refund Log"

_HERE = Path(__file__).parent
#: Beside the package in a wheel, and where it is written in a checkout.
_SETTINGS_FILES = (
    _HERE / "demo.toml",
    Path(refundsheet.__file__).parent.parent / "config" / "demo.toml",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything the demo plays on."""

    sheet: SheetByHand
    settings: Settings
    reconciler: Reconciler


@contextmanager
def open_stage(*, port: int, seed: int, now: datetime) -> Generator[Stage]:
    """Start the server, load the log, open the ledger; all of it is gone afterwards.

    Args:
        port: The port on 127.0.0.1; 0 takes a free one.
        seed: Another seed, another log.
        now: When the generated log ends.

    Raises:
        UsageError: The port is taken.
    """
    settings = demo_settings()
    with (
        tempfile.TemporaryDirectory(prefix="refundsheet-demo-") as folder,
        _server(port, Path(folder)) as server,
        _new_sheet(server.base_url, settings, seed, now) as sheet,
    ):
        here = settings.at(
            spreadsheet=sheet.spreadsheet_id,
            base_url=server.base_url,
            ledger_url=f"sqlite:///{(Path(folder) / 'ledger.sqlite').as_posix()}",
        )
        desk = Desk(open_spreadsheet(here), here)  # as `refundsheet init`: colours, dropdowns, tabs
        desk.carry_out(desk.additions(now, with_examples=False))
        with open_log(here) as (store, ledger):
            yield Stage(sheet, here, Reconciler(store, ledger, here))


def demo_settings() -> Settings:
    """The settings of config/demo.toml; the environment may say otherwise."""
    path = next(path for path in _SETTINGS_FILES if path.is_file())
    settings = load_settings(path, required=False)
    # A key somebody has for Google is of no use here, and not looked at.
    return settings.model_copy(update={"google": GoogleSettings()})


def _new_sheet(base_url: str, settings: Settings, seed: int, now: datetime) -> SheetByHand:
    cases = generate(seed, now.astimezone(ZONE))
    return SheetByHand.create(base_url, settings.log.tab or LOG_TAB, cases, ZONE)


def _server(port: int, folder: Path) -> LocalServer:
    try:
        return LocalServer(data=folder / "sheets.sqlite", port=port)
    except OSError as error:
        raise UsageError(
            f"Port {port} of this machine cannot be used ({error.strerror}); choose another "
            "with --port, or 0 for a free one."
        ) from error
