"""Tells systemd how the service stands, as sd_notify(3) describes it."""

import os
import socket

READY = "READY=1"
STOPPING = "STOPPING=1"
#: Fed from the pass loop: a loop that hangs is not fed, and systemd starts the service anew.
WATCHDOG = "WATCHDOG=1"


def notify(*states: str) -> None:
    """Send states, or do nothing where nobody listens; a listener that is gone is no mistake of ours."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # Linux's abstract namespace
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        try:
            listener.sendto("\n".join(states).encode(), address)
        except OSError:
            return
