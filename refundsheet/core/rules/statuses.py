"""Rules about the Status cell."""

from refundsheet.core.columns import quoted
from refundsheet.core.desk import Desk
from refundsheet.core.model import RefundCase


def unknown_status(case: RefundCase, desk: Desk) -> str | None:
    """A label that is nobody's: the case is treated as open until somebody says otherwise."""
    if not case.status.strip() or desk.recognise(case.status).is_known:
        return None
    return (
        f'Status "{quoted(case.status)}" is not on the list, so the case counts as open. '
        "Choose one from the list."
    )


def status_near_miss(case: RefundCase, desk: Desk) -> str | None:
    """A label one slip away from a known one is understood, and the correction offered."""
    suggestion = desk.recognise(case.status).suggestion
    if not suggestion:
        return None
    return f'Status "{quoted(case.status)}" is read as {suggestion}. If that is right, choose {suggestion}.'


def no_status(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001 - every rule is asked alike
    """A blank status tells nobody what is next."""
    return (
        None
        if case.status.strip()
        else "The status is blank. Choose one, so that the case is followed up."
    )
