"""What a log lacks before refundsheet can work on it; adding is all that is ever done to it."""

from collections.abc import Sequence
from dataclasses import replace

from refundsheet.core.columns import BY_FIELD, OUR_FIELDS
from refundsheet.core.headers import headers_twice
from refundsheet.core.model import Layout
from refundsheet.core.pages import Page
from refundsheet.sheets.store import Book, Setup


def what_is_missing(layout: Layout, book: Book, pages: Sequence[Page], hidden_tab: str) -> Setup:
    """Our columns after the last header, our tabs, and nothing that is there already.

    A column that is there twice is not missing: people are told to head only one of them so.
    """
    there = layout.columns.keys() | {twice.field for twice in headers_twice(layout)}
    return Setup(
        columns=tuple(BY_FIELD[name] for name in OUR_FIELDS if name not in there),
        column_index=_after_last_header(layout),
        header_row=layout.header_row,
        pages=tuple(page for page in pages if book.tab(page.title) is None),
        hidden_tab="" if book.tab(hidden_tab) else hidden_tab,
    )


def layout_after(layout: Layout, setup: Setup) -> Layout:
    """The layout once our columns are there: they are fresh, so nothing known moves."""
    headers = list(layout.headers[: setup.column_index])
    columns = dict(layout.columns)
    for index, column in enumerate(setup.columns, setup.column_index):
        headers.append(column.header)
        columns[column.field] = index
    return replace(layout, headers=tuple(headers), columns=columns)


def in_words(setup: Setup) -> tuple[str, ...]:
    """The same as people read it, a line each."""
    columns = [f'add the column "{column.header}" at the right end' for column in setup.columns]
    tabs = [f'add the tab "{page.title}"' for page in setup.pages]
    hidden = [f'add the hidden tab "{setup.hidden_tab}"'] if setup.hidden_tab else []
    return (*columns, *tabs, *hidden)


def _after_last_header(layout: Layout) -> int:
    filled = [index for index, header in enumerate(layout.headers) if header.strip()]
    return max(filled) + 1 if filled else 0
