"""Carries out a plan on the log: looks at the cells once more, judges, and reads the receipts."""

import logging
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import zip_longest
from time import monotonic

from refundsheet.core.model import Cell, Change, Outcome, Plan, Receipt
from refundsheet.errors import (
    AnswerLostError,
    MissingTabError,
    OtherZoneError,
    OutsideGridError,
    RefusedError,
    SheetError,
)
from refundsheet.sheets import judged, selftest
from refundsheet.sheets.batch import (
    Batch,
    after,
    answer_ranges,
    bulk_requests,
    formats,
    grow,
    with_twins,
)
from refundsheet.sheets.grid import Answer, a1, same_cell
from refundsheet.sheets.judged import Bench, Judgement
from refundsheet.sheets.layout import Request
from refundsheet.sheets.look import CLOSER_LOOK_FIELDS, LOOK_FIELDS, Look, read_look
from refundsheet.sheets.selftest import SelfTest
from refundsheet.sheets.store import Asked, Journal, Tab
from refundsheet.sheets.task import Task, judged_together, pieces
from refundsheet.sheets.transport import Json, SpreadsheetClient
from refundsheet.sheets.trust import Mode, Trust

_log = logging.getLogger(__name__)

#: How many cells of our own columns go in one request: at some 200 bytes each it stays below 2 MB.
_LARGEST_BULK = 5000

#: The self-test is made before a process first writes, and again after so many seconds.
_TEST_EVERY = 24 * 3600.0

#: What could not be written is left alone for so many seconds, so that a protected cell does not cost
#: two requests in every pass.
_REFUSED_FOR = 15 * 60.0

#: How often what was written wrongly is tried to be taken back.
_MOST_TRIES_BACK = 4


class LogWriter:
    """Writes the log of one spreadsheet."""

    def __init__(self, client: SpreadsheetClient) -> None:
        self._client = client
        self._trust = Trust()
        self._tested_at = 0.0
        self._refused: dict[tuple[str, str, Cell], tuple[float, str]] = {}

    def fence(
        self, hidden: Tab, claim: Sequence[Cell] = (), asked: Sequence[Asked] = ()
    ) -> tuple[Outcome | None, ...]:
        """Make every request sent before match nothing any more, and read what their receipts tell.

        Args:
            hidden: Our hidden tab.
            claim: A new nonce, and the lease beside it.
            asked: The writes of which nobody knows yet what became of them.
        """
        row, column = judged.LAST_NONCE
        told = {bounds for one in asked for bounds in judged.fenced_ranges(one.expected)}
        ranges = [(row, row + 1, column, column + 1), *sorted(told)]
        body: Json = {
            "requests": judged.fence(hidden.sheet_id, claim or [secrets.token_hex(16)]),
            "includeSpreadsheetInResponse": True,
            "responseIncludeGridData": True,
            "responseRanges": [a1(hidden, *bounds) for bounds in ranges],
        }
        # A fence that is sent again finds its own nonce, and so tells nothing that is not true.
        response = self._client.send_batch(body, fields=judged.ANSWER_FIELDS, repeatable=True)
        answer = Answer(response["updatedSpreadsheet"])
        return tuple(
            judged.read_fenced(hidden.sheet_id, one.nonce, one.expected, answer) for one in asked
        )

    def write(self, plan: Plan, log: Tab, hidden: Tab, journal: Journal) -> tuple[Receipt, ...]:
        """Write each change where its case stands, if it is still as expected."""
        receipts = list(self._refused_before(plan.changes))
        left_out = {receipt.change for receipt in receipts}
        changes = tuple(change for change in plan.changes if change not in left_out)
        if changes:
            self.test(hidden)
            receipts += self._write(replace(plan, changes=changes), log, hidden, journal)
        self._remember_refused(receipts)
        return tuple(receipts)

    def _write(self, plan: Plan, log: Tab, hidden: Tab, journal: Journal) -> list[Receipt]:
        task = Task(plan, tells_blanks=self._trust.tells_blanks)
        look = self._look(task, log, hidden)
        if look.zone and plan.zone not in {"", look.zone}:
            raise OtherZoneError(f"the spreadsheet's time zone has become {look.zone}")
        if plan.nonce is not None and not same_cell(look.nonce, plan.nonce):
            why = "another writer was there in between"
            return [Receipt(change, Outcome.LOST, why) for change in plan.changes]
        receipts = list(task.drop_refused(look, self._trust.why_waiting))
        flags = pieces(task.take_bulk(look, receipts), _LARGEST_BULK)
        receipts += task.leave_for_later()
        rows = judged_together(task.judgements(look))
        waiting = [
            Batch(task.bench(look, j), j, f) for j, f in zip_longest(rows, flags, fillvalue=())
        ]
        while waiting:
            batch = waiting.pop(0)
            sent, look = self._send(batch, look, journal)
            receipts += sent
            if any(receipt.outcome is Outcome.UNKNOWN for receipt in sent):
                left = (change for later in waiting for change in later.changes)
                why = "not sent: an answer before it was lost"
                return receipts + [Receipt(change, Outcome.LOST, why) for change in left]
            if waiting and self._trust.minds_filters:
                look = look.with_filters_of(self._look(task, log, hidden))
                waiting = list(self._without_hidden(waiting, look, receipts))
        return receipts

    def _without_hidden(
        self, batches: Iterable[Batch], look: Look, receipts: list[Receipt]
    ) -> Iterator[Batch]:
        """The batches that are left without rows that wait, because people have set a filter meanwhile."""
        for batch in batches:
            whys = {j.row: self._trust.why_waiting(j.row, look) for j in batch.judgements}
            for judgement in batch.judgements:
                if why := whys[judgement.row]:
                    receipts += judged.all_alike(judgement, Outcome.WAITING, why)
            left = [judgement for judgement in batch.judgements if not whys[judgement.row]]
            if left or batch.bulk:
                yield replace(batch, judgements=left)

    def _look(self, task: Task, log: Tab, hidden: Tab) -> Look:
        """The one read before writing: formulas, formats, merges, protection and the nonce."""
        fields = CLOSER_LOOK_FIELDS if self._trust.tells_blanks else LOOK_FIELDS
        looks: list[Look] = []
        for ranges in task.ranges(log):
            query = {"ranges": [a1(hidden, 0, 1, 0, 1), *ranges], "fields": fields}
            answer = self._client.get_json(params=query)
            looks.append(read_look(answer, log, hidden, is_needed=task.needs))
        return reduce(Look.then, looks)

    def _send(self, batch: Batch, look: Look, journal: Journal) -> tuple[list[Receipt], Look]:
        """One batch and its receipts; one that is refused goes again in halves, down to the culprit."""
        batch, mode = batch.signed(look.nonce), self._trust.mode(batch)
        more = [*formats(batch, look), *bulk_requests(batch.bench.log_id, batch.bulk)]
        body = self._body(batch, mode, look, more)
        journal.sent(batch.changes, nonce=batch.bench.new_nonce, expected=batch.expected)
        try:
            response = self._client.send_batch(body, fields=judged.ANSWER_FIELDS)
        except AnswerLostError:
            why = "the answer was lost: it may have been written, or may still be"
            return _settle(batch, Outcome.UNKNOWN, why, journal), look
        except (MissingTabError, OutsideGridError):
            return _settle(batch, Outcome.LOST, "rows or tabs were removed", journal), look
        except RefusedError as error:
            return self._send_halves(batch, str(error), look, journal)
        answer = Answer(response["updatedSpreadsheet"])
        receipts = list(mode.read(batch.bench, batch.judgements, answer))
        receipts += [Receipt(flag.change, Outcome.DONE) for flag in batch.bulk]
        receipts = with_twins(batch, receipts, answer, look)
        journal.settled(receipts)
        receipts = self._explained(batch, receipts, look)
        look = after(batch, look)
        return self._take_back(batch, receipts, answer, look, journal)

    def _explained(self, batch: Batch, receipts: list[Receipt], look: Look) -> list[Receipt]:
        """The receipts; those of cells that do not hold what was written say why, and where it is.

        One more read, and only then. Where nothing explains it, pastes are not trusted any more.
        """
        vanished = {r.change for r in receipts if r.outcome is Outcome.VANISHED}
        if not vanished:
            return receipts
        cells = {
            change: (judgement.row, column)
            for judgement in batch.judgements
            for column, change in judgement.changes.items()
            if change in vanished
        }
        try:
            now = self._whole_columns({c for _, c in cells.values()}, after(batch, look))
        except SheetError:
            return receipts  # what is known already has to do
        told: dict[Change, str] = {}
        for change, cell in cells.items():
            why = now.refusal(*cell) or self._trust.why_waiting(cell[0], now)
            self._trust = self._trust if why else replace(self._trust, has_lost_cells=True)
            told[change] = "; ".join(filter(None, [why, _where_it_is(batch, change, cell, now)]))
        return [replace(r, detail=told.get(r.change) or r.detail) for r in receipts]

    def _body(self, batch: Batch, mode: Mode, look: Look, more: Iterable[Request] = ()) -> Json:
        """What leaves."""
        return {
            "requests": [
                *self._trust.without_our_filter(look),
                *grow(batch, look),
                *mode.build(batch.bench, batch.judgements),
                *more,
            ],
            "includeSpreadsheetInResponse": True,
            "responseIncludeGridData": True,
            "responseRanges": answer_ranges(batch, look),
        }

    def _send_halves(
        self, batch: Batch, why: str, look: Look, journal: Journal
    ) -> tuple[list[Receipt], Look]:
        halves = batch.halves()
        if not halves:
            return _settle(batch, Outcome.REFUSED, why, journal), look
        _settle(batch, Outcome.LOST, "refused together with others, sent again in halves", journal)
        receipts: list[Receipt] = []
        for half in halves:
            sent, look = self._send(half, look, journal)
            receipts += sent
        return receipts, look

    def _take_back(
        self,
        batch: Batch,
        receipts: list[Receipt],
        answer: Answer,
        look: Look,
        journal: Journal,
    ) -> tuple[list[Receipt], Look]:
        """Put back what stood in cells that were written by mistake, where it still can be done."""
        wrong = {r.change for r in receipts if r.outcome is Outcome.FALSE_MATCH}
        if not wrong:
            return receipts, look
        self._trust = replace(self._trust, false_matches=self._trust.false_matches + 1)
        kept = [receipt for receipt in receipts if receipt.change not in wrong]
        found: list[Receipt] = []
        for index, judgement in enumerate(batch.judgements):
            if wrong.isdisjoint(judgement.changes.values()):
                continue
            case = answer.entered(
                batch.bench.hidden_id, batch.bench.evidence(index), batch.bench.id_column
            )
            mistake = Mistake(judgement, batch.bench.evidence(index), case)
            outcome, look = self._undo(mistake, batch.bench, look, journal)
            detail = "it had been written over something else; that was put back"
            if outcome is not Outcome.UNDONE:
                detail = "it was written over something else, and that could not be put back"
            found += [Receipt(change, outcome, detail) for change in judgement.changes.values()]
        journal.settled(found)
        return kept + found, look

    def _undo(
        self, mistake: "Mistake", bench: Bench, look: Look, journal: Journal
    ) -> tuple[Outcome, Look]:
        """Look where the wrong value is now, and put back what was there before; a few times."""
        for _ in range(_MOST_TRIES_BACK):
            look = self._look_for(mistake, bench, look)
            judgement = mistake.undone(bench, look)
            if judgement is None:
                return Outcome.UNRESOLVED, look
            bench = replace(bench, offset=judged.LARGEST_BATCH)
            batch = Batch(bench, (judgement,)).signed(look.nonce)
            mode = self._trust.mode(batch)
            journal.sent((), nonce=batch.bench.new_nonce, expected=())
            try:
                response = self._client.send_batch(
                    self._body(batch, mode, look), fields=judged.ANSWER_FIELDS
                )
            except (AnswerLostError, RefusedError):
                continue
            answer = Answer(response["updatedSpreadsheet"])
            look = after(batch, look)
            read = mode.read(batch.bench, batch.judgements, answer)
            if all(receipt.outcome is Outcome.DONE for receipt in read):
                return Outcome.UNDONE, look
        return Outcome.UNRESOLVED, look

    def _look_for(self, mistake: "Mistake", bench: Bench, look: Look) -> Look:
        """The columns in which the wrong value and its case are, from top to bottom."""
        return self._whole_columns({bench.id_column, *mistake.judgement.changes}, look)

    def _whole_columns(self, columns: Iterable[int], look: Look) -> Look:
        ranges = [a1(look.hidden, 0, 1, 0, 1)]
        ranges += [a1(look.log, 0, look.log.row_count, c, c + 1) for c in sorted(set(columns))]
        answer = self._client.get_json(params={"ranges": ranges, "fields": LOOK_FIELDS})
        return read_look(answer, look.log, look.hidden)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What people should know of how their log is written; nothing before the first write."""
        return tuple(self._trust.cautions)

    def test(self, hidden: Tab) -> SelfTest:
        """What Google does with what the judged write rests on; tried anew once a day.

        Two write requests, on the hidden tab alone.
        """
        test = self._trust.test
        if test is None or monotonic() - self._tested_at > _TEST_EVERY:
            trials = self._try(hidden, selftest.trial_requests(hidden.sheet_id))
            later = self._try(hidden, selftest.later_requests(hidden.sheet_id))
            test = selftest.evaluate(hidden.sheet_id, trials, later)
            self._trust, self._tested_at = Trust(test), monotonic()
            _log.info("%s", test.in_words())
        return test

    def _try(self, hidden: Tab, requests: list[Request]) -> Json:
        body: Json = {
            "requests": requests,
            "includeSpreadsheetInResponse": True,
            "responseIncludeGridData": True,
            "responseRanges": [a1(hidden, *bounds) for bounds in selftest.answer_rows()],
        }
        return self._client.send_batch(body, fields=selftest.ANSWER_FIELDS, repeatable=True)

    def _refused_before(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        for change in changes:
            at, why = self._refused.get(_place(change), (float("-inf"), ""))
            if monotonic() - at < _REFUSED_FOR:
                yield Receipt(change, Outcome.REFUSED, why)

    def _remember_refused(self, receipts: Sequence[Receipt]) -> None:
        for receipt in receipts:
            if receipt.outcome is Outcome.REFUSED:
                self._refused.setdefault(_place(receipt.change), (monotonic(), receipt.detail))
            else:
                self._refused.pop(_place(receipt.change), None)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A write that hit something else than it was meant for.

    Attributes:
        evidence: The row of the hidden tab that holds what stood there before.
        case: What the ID column of the row that was hit held.
    """

    judgement: Judgement
    evidence: int
    case: Cell

    def undone(self, bench: Bench, look: Look) -> Judgement | None:
        """The way back: the row that was hit, or the only one of that case with our very values."""
        changes = self.judgement.changes
        rows = [row for row in range(look.log.row_count) if self._is_there(row, bench, look)]
        row = self.judgement.row
        if row not in rows or not self._is_between_the_same(row, bench, look):
            if len(rows) != 1:
                return None
            row = rows[0]
        held = {column: change.after for column, change in changes.items()}
        return Judgement(
            row=row,
            compared={bench.id_column: self.case} | held,
            above=look.value_at(row - 1, bench.id_column),
            below=look.value_at(row + 1, bench.id_column),
            changes=changes,
            put_back=self.evidence,
        )

    def _is_between_the_same(self, row: int, bench: Bench, look: Look) -> bool:
        """Whether the rows around it are still those between which the wrong one was hit."""
        beside = ((row - 1, self.judgement.above), (row + 1, self.judgement.below))
        return all(same_cell(look.value_at(near, bench.id_column), was) for near, was in beside)

    def _is_there(self, row: int, bench: Bench, look: Look) -> bool:
        return same_cell(look.value_at(row, bench.id_column), self.case, exact=True) and all(
            same_cell(look.value_at(row, column), change.after, exact=True)
            for column, change in self.judgement.changes.items()
        )


def _settle(batch: Batch, outcome: Outcome, why: str, journal: Journal) -> list[Receipt]:
    receipts = [Receipt(change, outcome, why) for change in batch.changes]
    journal.settled(receipts)
    return receipts


def _where_it_is(batch: Batch, change: Change, cell: tuple[int, int], look: Look) -> str:
    """Which row holds what another one was to hold, where that is not one of many."""
    (row, column), written = cell, {judgement.row for judgement in batch.judgements}
    others = set(range(look.log.row_count)) - written - {row}
    found = [r for r in others if same_cell(look.value_at(r, column), change.after, exact=True)]
    return f"what was written there stands in row {found[0] + 1}" if len(found) == 1 else ""


def _place(change: Change) -> tuple[str, str, Cell]:
    return change.case, change.field, change.after
