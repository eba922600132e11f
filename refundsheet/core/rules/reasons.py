"""Rules about the reason for the refund."""

from refundsheet.core.columns import comparable, quoted
from refundsheet.core.desk import Desk
from refundsheet.core.model import RefundCase


def other_needs_note(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001
    """A reason that explains nothing by itself."""
    if case.notes or comparable(case.reason) != "other":
        return None
    return 'The reason is "Other". Please say in the notes what happened.'


def reason_not_listed(case: RefundCase, desk: Desk) -> str | None:
    """Another wording is grouped as typed, with a suggestion where one is near."""
    listed = desk.listed_reason(case.reason)
    if not case.reason or listed.is_known:
        return None
    hint = f" Did you mean {listed.suggestion}?" if listed.suggestion else ""
    return f'Reason "{quoted(case.reason)}" is not on the list, so it is counted by itself.{hint}'
