"""A scripted team at work on the sheet between passes: it types, sorts, decides, and is called away."""

import re
from collections.abc import Callable, Iterator
from random import Random

from refundsheet.demo.generate import any_product, any_reason, customer_name, order_number
from refundsheet.demo.people import SeenRow, SheetByHand
from refundsheet.demo.vocabulary import NEWS, REASONS, TEAM

_OPEN = ("New", "Under Review", "Approved", "Processing", "Awaiting Customer", "Awaiting Return")
_DECIDED = ("Refunded", "Replaced", "Store Credit", "Rejected")
#: By which columns a team looks at its log.
_SORTED_BY = ("Status", "Date Request Received", "Assigned To", "Order ID", "Product")
_NUMBERED = re.compile(r"R-(\d{4})-(\d{4,})")

#: Something a colleague does: done when the iterator has given its lines, one a step.
_Act = Callable[[], Iterator[str]]


class Team:
    """Four colleagues who work on one sheet; the same seed on the same sheet does the same things.

    Args:
        sheet: Where they work.
        seed: Decides who does what.
    """

    def __init__(self, sheet: SheetByHand, seed: int) -> None:
        self._sheet = sheet
        self._dice = Random(seed)  # noqa: S311 - a play, no secret
        self._turn = 0
        #: The customer of a row somebody began and left half typed.
        self._half_typed = ""
        self._closed_here: list[str] = []

    def work(self) -> Iterator[str]:
        """What is done before the next pass, a line in words after each step."""
        acts = self._acts(self._turn)
        self._turn += 1
        for act in acts:
            yield from act()

    def _acts(self, turn: int) -> tuple[_Act, ...]:
        """The first turns show what there is to see; later ones are improvised."""
        if turn == 0:
            return (
                self._enter_without_id,
                self._enter_without_date,
                self._settle_a_flag,
                self._add_note,
                self._sort,
                self._begin_and_leave,
            )
        if turn == 1:
            return self._finish_half_typed, self._reopen_old, self._approve, self._move_row
        usual: list[_Act] = [self._finish_half_typed] if self._half_typed else []
        usual += self._dice.sample(self._improvised, 4)
        return tuple(usual)

    @property
    def _improvised(self) -> tuple[_Act, ...]:
        often = (self._settle_a_flag, self._settle_a_flag, self._add_note, self._approve)
        return (
            *often,
            self._enter_without_id,
            self._insert_and_enter,
            self._sort,
            self._move_row,
            self._reopen_own,
            self._begin_and_leave,
        )

    # --- new cases ---

    def _enter_without_id(self) -> Iterator[str]:
        """A new case without an ID and a date, typed in two steps."""
        yield from self._enter(self._sheet.first_free_row())

    def _insert_and_enter(self) -> Iterator[str]:
        """An empty row in the midst of the log, and a new case in it."""
        row = self._dice.choice(self._sheet.look()).number
        self._sheet.insert_above(row)
        yield f"{self._someone()} inserted an empty row {row} in the midst of the log"
        yield from self._enter(row)

    def _enter(self, row: int) -> Iterator[str]:
        who, customer = self._someone(), customer_name(self._dice)
        self._sheet.type(row, {"Customer Name": customer, "Order ID": order_number(self._dice)})
        yield f"{who} began a new row: {customer} and the order number so far"
        yield self._complete(row, who, customer)

    def _complete(self, row: int, who: str, customer: str) -> str:
        product, reason = any_product(self._dice), any_reason(self._dice)
        cells: dict[str, str | float] = {
            "Product": product.name,
            "Amount": product.price,
            "Currency": "EUR",
            "Reason for Refund": reason,
            "Status": "New",
            "Assigned To": who,
            "Notes & Communications": f"Customer: {self._dice.choice(REASONS[reason][1])}.",
        }
        self._sheet.type(row, cells)
        return f"{who} completed {customer}'s row, without a Case ID and without dates"

    def _enter_without_date(self) -> Iterator[str]:
        """A new case with the next ID, typed by somebody who forgets the date."""
        who, rows = self._someone(), self._sheet.look()
        row, case_id = self._sheet.first_free_row(), _next_id(rows)
        customer = customer_name(self._dice)
        first = {
            "Case ID": case_id,
            "Customer Name": customer,
            "Order ID": order_number(self._dice),
        }
        self._sheet.type(row, first)
        product = any_product(self._dice)
        rest: dict[str, str | float] = {
            "Product": product.name,
            "Amount": product.price,
            "Currency": "EUR",
            "Reason for Refund": any_reason(self._dice),
            "Status": "Under Review",
            "Assigned To": who,
        }
        self._sheet.type(row, rest)
        yield f"{who} entered {case_id} for {customer} and forgot the date received"

    def _begin_and_leave(self) -> Iterator[str]:
        """A row of which no more than the customer's name is there when the phone rings."""
        if self._half_typed:
            return
        self._half_typed = customer_name(self._dice)
        self._sheet.type(self._sheet.first_free_row(), {"Customer Name": self._half_typed})
        yield f"{self._someone()} began a row, typed {self._half_typed}, and the phone rang"

    def _finish_half_typed(self) -> Iterator[str]:
        """The row that was left half typed, wherever it stands by now."""
        customer, self._half_typed = self._half_typed, ""
        for row in self._sheet.look():
            if row.text("Customer Name") == customer and not row.text("Status"):
                self._sheet.type(row.number, {"Order ID": order_number(self._dice)})
                yield self._complete(row.number, self._someone(), customer)
                return

    # --- cases that go on ---

    def _settle_a_flag(self) -> Iterator[str]:
        """A flagged case is decided; its dates are left to refundsheet."""
        row = self._pick(lambda row: _is_flagged(row) and not row.text("Date of Last Action"))
        row = row or self._pick(_is_flagged)
        if row is not None:
            status, was = self._dice.choice(_DECIDED), row.text("Follow-up").partition(":")[0]
            self._sheet.type(row.number, {"Status": status})
            self._closed_here.append(row.text("Case ID"))
            yield f'{self._someone()} set {_name(row)} to {status}; its flag was "{was}"'

    def _approve(self) -> Iterator[str]:
        row = self._pick(lambda row: row.text("Status") in ("New", "Under Review"))
        if row is not None:
            self._sheet.type(row.number, {"Status": "Approved"})
            yield f"{self._someone()} approved {_name(row)}"

    def _add_note(self) -> Iterator[str]:
        row = self._pick(
            lambda row: row.text("Status") in _OPEN and not row.text("Date of Last Action")
        )
        if row is not None:
            who, news = self._someone(), self._dice.choice(NEWS)
            before = row.text("Notes & Communications")
            self._sheet.type(
                row.number, {"Notes & Communications": f"{before}\n{who}: {news}".strip()}
            )
            yield f"{who} noted on {_name(row)}: {news}"

    def _reopen_old(self) -> Iterator[str]:
        """A case the team closed long ago, with a resolution date of its own."""
        rows = [row for row in self._sheet.look() if row.text("Status") == "Refunded"]
        dated = [row for row in rows if row.text("Resolution Date") and not row.text("Row Check")]
        yield from self._reopen(dated[len(dated) // 2] if dated else None)

    def _reopen_own(self) -> Iterator[str]:
        """A case that was closed while refundsheet looked on: its stamp is ours to take back."""
        yield from self._reopen(
            self._pick(
                lambda row: (
                    row.text("Case ID") in self._closed_here
                    and row.text("Resolution Date") != ""
                    and row.text("Status") in _DECIDED
                )
            )
        )

    def _reopen(self, row: SeenRow | None) -> Iterator[str]:
        if row is not None:
            self._sheet.type(row.number, {"Status": "Under Review"})
            yield f"{self._someone()} reopened {_name(row)}: the customer wrote again"

    # --- the table itself ---

    def _sort(self) -> Iterator[str]:
        header, descending = self._dice.choice(_SORTED_BY), self._dice.random() < 1 / 3
        self._sheet.sort(header, descending=descending)
        yield f"{self._someone()} sorted the log by {header}" + (", last first" * descending)

    def _move_row(self) -> Iterator[str]:
        rows = self._sheet.look()
        moved, target = self._dice.sample(rows, 2)
        self._sheet.move_above(moved.number, target.number)
        yield f"{self._someone()} dragged {_name(moved)} from row {moved.number} to row {target.number}"

    def _pick(self, fits: Callable[[SeenRow], bool]) -> SeenRow | None:
        """A case that fits, of those that nobody is still typing or has to put right first."""
        found = [row for row in self._sheet.look() if _is_in_order(row) and fits(row)]
        return self._dice.choice(found) if found else None

    def _someone(self) -> str:
        return self._dice.choice(TEAM)


def _is_in_order(row: SeenRow) -> bool:
    dated = row.text("Case ID") and row.text("Date Request Received")
    return bool(dated) and not row.text("Row Check")


def _is_flagged(row: SeenRow) -> bool:
    is_open = row.text("Status") in _OPEN and not row.text("Resolution Date")
    return is_open and row.text("Follow-up") != ""


def _name(row: SeenRow) -> str:
    return row.text("Case ID") or row.text("Order ID") or row.text("Customer Name")


def _next_id(rows: list[SeenRow]) -> str:
    """The ID after the highest, as a colleague would look it up."""
    found = [match for row in rows if (match := _NUMBERED.fullmatch(row.text("Case ID")))]
    year, number = max((int(match[1]), int(match[2])) for match in found)
    return f"R-{year}-{number + 1:04d}"
