"""The figures of the Summary: one module a family of formulas, values in and values out."""
