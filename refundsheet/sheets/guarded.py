"""The fallback where the judge cannot be relied on: write, look what was there, take back what was wrong.

One batch copies each row as it is to the hidden tab and writes the cells. The answer shows both. Where
the row was not the expected one, the write was wrong from that instant on, and it is taken back by a
batch of its own (writer.py). That leaves a moment in which a wrong value can be seen: it is why the
judged write is preferred wherever the self-test allows it.
"""

from collections.abc import Iterator, Sequence

from refundsheet.core.model import Cell, Outcome, Receipt
from refundsheet.sheets import judged
from refundsheet.sheets.grid import Answer, cells_request, same_cell
from refundsheet.sheets.judged import Bench, Judgement
from refundsheet.sheets.layout import Request


def build(bench: Bench, judgements: Sequence[Judgement]) -> list[Request]:
    """The requests of one batch, in their order."""
    requests = list(judged.template(bench))
    for index, judgement in enumerate(judgements):
        requests += judged.keep_evidence(bench, index, judgement)
        requests += judged.lay_actual(bench, judgement, bench.receipt(index))
        requests += _write(bench, judgement)
    return requests + judged.sign(bench, len(judgements))


def _write(bench: Bench, judgement: Judgement) -> Iterator[Request]:
    if judgement.put_back is not None:
        yield from judged.put_back(bench, judgement, bench.log_id, judgement.row)
        return
    for column, change in judgement.changes.items():
        yield cells_request(bench.log_id, judgement.row, column, [change.after])


def read_receipts(
    bench: Bench, judgements: Sequence[Judgement], answer: Answer
) -> Iterator[Receipt]:
    """What became of each change; a false match is a write on a row that was another."""
    if answer.entered(bench.hidden_id, bench.header, 0) != bench.new_nonce:
        detail = "the receipts were not ours: somebody edited the hidden tab"
        for judgement in judgements:
            yield from judged.all_alike(judgement, Outcome.UNKNOWN, detail)
        return
    for index, judgement in enumerate(judgements):
        row = bench.receipt(index)
        expected = judged.expected_row(bench, judgement)
        if _is_as_expected(bench, row, expected, answer):
            yield from judged.read_back(bench, judgement, answer)
        else:
            detail = judged.why_lost(bench, row, judgement, answer)
            yield from judged.all_alike(judgement, Outcome.FALSE_MATCH, detail)


def _is_as_expected(bench: Bench, row: int, expected: Sequence[Cell], answer: Answer) -> bool:
    return all(
        same_cell(answer.entered(bench.hidden_id, row, slot), expected[slot])
        for slot in range(*bench.key)
    )
