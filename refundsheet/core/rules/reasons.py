"""Rules about the reason for the refund."""

from refundsheet.core.cells import reads_blank
from refundsheet.core.columns import quoted
from refundsheet.core.desk import Desk
from refundsheet.core.model import RefundCase


def other_needs_note(case: RefundCase, desk: Desk) -> str | None:
    """A reason that explains nothing by itself."""
    reason = desk.listed_reason(case.reason).reason
    if reason is None or not reason.needs_note or case.notes.strip():
        return None
    return f'The reason is "{reason.label}". Please say in the notes what happened.'


def reason_missing(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001
    """A case of which nobody knows why it came."""
    return (
        "There is no reason, so it is missing in the figures by reason."
        if reads_blank(case.reason)
        else None
    )


def reason_near_miss(case: RefundCase, desk: Desk) -> str | None:
    """A wording one slip away from the list: it is counted apart until it is corrected."""
    listed = desk.listed_reason(case.reason)
    if not listed.is_slip:
        return None
    suggestion = listed.suggestion
    return f'Reason "{quoted(case.reason)}" is counted by itself. Did you mean {suggestion}?'


def reason_not_listed(case: RefundCase, desk: Desk) -> str | None:
    """Another wording is grouped as typed, with a suggestion where one is near."""
    listed = desk.listed_reason(case.reason)
    if listed.reason is not None or listed.is_slip or reads_blank(case.reason):
        return None
    hint = f" Did you mean {listed.suggestion}?" if listed.suggestion else ""
    return f'Reason "{quoted(case.reason)}" is not on the list, so it is counted by itself.{hint}'
