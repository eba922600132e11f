"""The cases a new log can begin with, so that there is something to see: one of each kind that matters."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from refundsheet.core.case_ids import next_ids
from refundsheet.core.model import Cell
from refundsheet.core.serials import to_serial

_FRIDAY = 4
#: Days since it was received, customer, product, amount, reason, status, owner, days since the last
#: action, notes; a blank date is left for refundsheet to fill in.
_CASES = (
    (0, "Example buyer 1", "Desk lamp", 34.9, "Damaged or defective", "New", "", None, ""),
    (8, "Example buyer 2", "Rain jacket", 79.0, "Size or fit", "Under Review", "Sam", 6,
     "asked for a photo of the label"),
    (9, "Example buyer 3", "Headphones", 129.0, "Wrong item", "Approved", "Kim", 3,
     "money back agreed on the phone"),
    (4, "Example buyer 4", "Tea set", 22.5, "Missing item or part", "Awaiting Customer", "Sam", 3,
     "which cup is missing?"),
    (12, "Example buyer 5", "Backpack", 58.0, "Changed mind", "Refunded", "Kim", 8, "paid back"),
    (11, "Example buyer 6", "Phone case", 12.0, "Damaged", "Under Reveiw", "Sam", 3,
     "a slip in Status: see Row Check"),
)  # fmt: skip


def example_cases(now: datetime, zone: ZoneInfo, pattern: str) -> Iterator[Mapping[str, Cell]]:
    """Example cases: field to content, with dates that reach back from the day of ``now``.

    Args:
        now: The time of the pass.
        zone: The spreadsheet's.
        pattern: How Case IDs are made, as the settings say it.
    """
    today = now.astimezone(zone).date()
    for case_id, case in zip(next_ids((), pattern, today.year), _CASES, strict=False):
        received, customer, product, amount, reason, status, owner, acted, notes = case
        last_action = None if acted is None else _serial(today, acted, zone)
        yield {
            "case_id": case_id,
            "customer_name": customer,
            "order_id": f"EXAMPLE-{case_id.rpartition('-')[2]}",
            "product": product,
            "amount": amount,
            "currency": "EUR",
            "requested_at": _serial(today, received, zone),
            "reason": reason,
            "status": status,
            "owner": owner,
            "notes": notes,
            "last_action_at": last_action,
            "resolved_at": last_action if status == "Refunded" else None,
        }


def _serial(today: date, days: int, zone: ZoneInfo) -> float:
    """Ten in the morning, so many days ago or on the Friday before, as the sheet holds it."""
    day = today - timedelta(days=days)
    day -= timedelta(days=max(day.weekday() - _FRIDAY, 0))
    return to_serial(datetime.combine(day, time(10), zone), zone)
