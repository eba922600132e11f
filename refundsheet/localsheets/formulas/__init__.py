"""Formulas: what they come to, and how their references follow copies and structural changes."""

from refundsheet.localsheets.formulas.book import Formula, Grid, SheetCells, Value
from refundsheet.localsheets.formulas.evaluation import Evaluation, Key, evaluate
from refundsheet.localsheets.formulas.references import (
    adjust_for_delete,
    adjust_for_insert,
    rename_names,
    rename_sheet,
    shift_formula,
)

__all__ = [
    "Evaluation",
    "Formula",
    "Grid",
    "Key",
    "SheetCells",
    "Value",
    "adjust_for_delete",
    "adjust_for_insert",
    "evaluate",
    "rename_names",
    "rename_sheet",
    "shift_formula",
]
