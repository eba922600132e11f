"""How a write is guarded: as the product does it, and with a part of the guard left out.

The simulation has to fail where a part is missing, or its silence would mean nothing.
"""

from dataclasses import replace
from enum import Enum

from refundsheet.core.model import Plan


class Guard(Enum):
    """Which part of the compared key is left out."""

    JUDGED = "judged, as it is"
    NAIVE = "by row number, unguarded"
    NO_PREMISE = "without the premise"
    NO_NEIGHBOURS = "without the neighbours"
    NO_NONCE = "without the nonce"


def plan_of(guard: Guard, plan: Plan) -> Plan:
    """The plan as it is compared under a guard."""
    if guard in (Guard.NO_NONCE, Guard.NAIVE):
        return replace(plan, nonce=None)
    if guard is not Guard.NO_PREMISE:
        return plan
    return replace(plan, changes=tuple(replace(change, premise=()) for change in plan.changes))
