"""BooleanConditions: whether one is complete for where it is used."""

from __future__ import annotations

from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.schema import Json

_NONE = range(1)
_ONE = range(1, 2)
_TWO = range(2, 3)
_AT_MOST_TWO = range(3)
_ANY = range(10_000)
_RELATIVE = frozenset({"DATE_BEFORE", "DATE_AFTER", "DATE_ON_OR_BEFORE", "DATE_ON_OR_AFTER"})
FORMATTING, VALIDATION, FILTERS = "conditional formatting", "data validation", "filters"

#: How many values each condition takes.
_COUNTS = {
    **dict.fromkeys(("NUMBER_BETWEEN", "NUMBER_NOT_BETWEEN"), _TWO),
    **dict.fromkeys(("DATE_BETWEEN", "DATE_NOT_BETWEEN"), _TWO),
    **dict.fromkeys(("TEXT_IS_EMAIL", "TEXT_IS_URL", "DATE_IS_VALID", "BLANK", "NOT_BLANK"), _NONE),
    "BOOLEAN": _AT_MOST_TWO,
    "ONE_OF_LIST": _ANY,
}
#: Conditions that one use knows and another does not (documented).
_ONLY = {
    **dict.fromkeys(("TEXT_IS_EMAIL", "TEXT_IS_URL", "DATE_IS_VALID"), frozenset({VALIDATION})),
    **dict.fromkeys(("DATE_BETWEEN", "DATE_NOT_BETWEEN"), frozenset({VALIDATION})),
    **dict.fromkeys(("DATE_ON_OR_BEFORE", "DATE_ON_OR_AFTER"), frozenset({VALIDATION})),
    **dict.fromkeys(("ONE_OF_RANGE", "ONE_OF_LIST", "BOOLEAN"), frozenset({VALIDATION})),
    **dict.fromkeys(("TEXT_STARTS_WITH", "TEXT_ENDS_WITH"), frozenset({FORMATTING, FILTERS})),
    **dict.fromkeys(("BLANK", "NOT_BLANK"), frozenset({FORMATTING, FILTERS})),
    **dict.fromkeys(("TEXT_NOT_EQ", "DATE_NOT_EQ", "FILTER_EXPRESSION"), frozenset({FILTERS})),
}


def check_condition(condition: Json, use: str) -> None:
    """Refuse a condition without a type, with the wrong number of values, or of another use.

    Raises:
        RequestError: naming the type.
    """
    kind: str = condition.get("type", "CONDITION_TYPE_UNSPECIFIED")
    if kind == "CONDITION_TYPE_UNSPECIFIED":
        raise RequestError("No condition type specified.")
    if use not in _ONLY.get(kind, {use}):
        raise RequestError(f"Condition type '{kind}' is not supported for {use}.")
    values: list[Json] = condition.get("values", [])
    if len(values) not in _COUNTS.get(kind, _ONE):
        raise RequestError(f"Invalid number of values for condition type '{kind}': {len(values)}")
    for value in values:
        _check_value(kind, value, use)


def _check_value(kind: str, value: Json, use: str) -> None:
    if "relativeDate" in value and (use == VALIDATION or kind not in _RELATIVE):
        raise RequestError(f"relativeDate is not supported for condition type '{kind}'.")
    if kind == "CUSTOM_FORMULA" and not value.get("userEnteredValue", "").startswith(("=", "+")):
        raise RequestError(
            f"Invalid ConditionValue.userEnteredValue: {value.get('userEnteredValue')}"
        )
