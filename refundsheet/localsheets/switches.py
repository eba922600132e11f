"""What nobody knows about Google, as switches: documented or observed, else the more hostile."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum


class FilteredPaste(Enum):
    """What copyPaste does where a filter hides rows of its source or destination."""

    #: Hidden rows are copied and written like any other.
    EXACT = "exact"
    #: Hidden rows are left out: their place keeps what it had.
    SKIPPED = "skipped"
    #: Visible rows only, closed up: everything lands further up (source) or down (destination).
    DISPLACED = "displaced"


class Compare(Enum):
    """What deleteDuplicates compares."""

    DISPLAY = "display"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Switches:
    """The unknowns in force, set through the control route."""

    filtered_paste: FilteredPaste = FilteredPaste.EXACT
    duplicates_compare: Compare = Compare.DISPLAY
    #: Whether deleteDuplicates takes a blank cell and an empty text for equal.
    duplicates_blank_is_empty: bool = True
    #: Whether the formulas a batch writes have no value until it is done.
    formulas_wait: bool = False
    #: Whether formats move up with the cells deleteDuplicates moves.
    duplicates_move_formats: bool = True
    #: Whether developer metadata goes with its row when a person sorts (the API's sort: it does).
    sort_moves_metadata: bool = True
    #: Whether deleteTable takes the contents of the cells along (others saw it do so) or leaves them.
    table_delete_clears: bool = True


def switches_from(values: dict[str, str | bool], current: Switches) -> Switches:
    """The switches with some changed, by their names and plain values.

    Raises:
        ValueError: an unknown switch or a value it does not have.
    """
    settings = {item.name: getattr(current, item.name) for item in fields(Switches)}
    for name, value in values.items():
        if name not in settings:
            raise ValueError(f"There is no switch {name}; there are {', '.join(settings)}.")
        kind = type(settings[name])
        if kind is bool and not isinstance(value, bool):
            raise ValueError(f"The switch {name} is true or false, not {value!r}.")
        settings[name] = kind(value)
    return Switches(**settings)


def switches_shown(current: Switches) -> dict[str, str | bool]:
    """The switches by name with plain values."""
    shown = {item.name: getattr(current, item.name) for item in fields(Switches)}
    return {
        name: value.value if isinstance(value, Enum) else value for name, value in shown.items()
    }
