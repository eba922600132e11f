"""Small pictures of figures: sparklines for the terminal, SVG for the page that is mailed."""

from collections.abc import Sequence
from html import escape

#: Told apart in print, and by people who see no red or green (Okabe and Ito's set).
COLOURS = ("#0072b2", "#d55e00", "#009e73")
_BLOCKS = "▁▂▃▄▅▆▇█"

_WIDTH, _HEIGHT = 600, 240
_LEFT, _BOTTOM, _TOP = 44, 34, 10
_TICKS = 4
_MOST_LABELS = 8

Series = Sequence[float | None]


def sparkline(values: Series) -> str:
    """The values as a row of blocks, from none to the highest; a space where there is none."""
    highest = max((value for value in values if value is not None), default=0)
    top = len(_BLOCKS) - 1
    return "".join(
        " " if value is None else _BLOCKS[round(value / highest * top) if highest > 0 else 0]
        for value in values
    )


def lines_svg(title: str, labels: Sequence[str], series: Sequence[tuple[str, Series]]) -> str:
    """A line for each series over the same labels."""
    frame = _Frame(labels, [values for _, values in series])
    drawn = [
        f'<polyline fill="none" stroke="{colour}" stroke-width="2.5" points="{frame.points(values)}"/>'
        for (_, values), colour in zip(series, COLOURS, strict=False)
    ]
    return frame.svg(title, drawn, [name for name, _ in series])


def columns_svg(title: str, labels: Sequence[str], values: Series) -> str:
    """An upright bar for each label."""
    frame = _Frame(labels, [values])
    return frame.svg(title, list(frame.columns(values)), [])


def bars_svg(title: str, labels: Sequence[str], values: Series) -> str:
    """A lying bar for each label, with its number at the end."""
    highest = max((value for value in values if value), default=1)
    rows = list(zip(labels, values, strict=True))
    height = 26 * len(rows) + 10
    parts = [
        f'<text x="212" y="{26 * row + 20}" text-anchor="end">{escape(_short(label))}</text>'
        f'<rect x="220" y="{26 * row + 6}" width="{(value or 0) / highest * 320:.1f}" height="18" '
        f'fill="{COLOURS[0]}"/>'
        f'<text x="{226 + (value or 0) / highest * 320:.1f}" y="{26 * row + 20}">{value or 0:g}</text>'
        for row, (label, value) in enumerate(rows)
    ]
    return _wrapped(title, height, parts, [])


class _Frame:
    """Axes for some series over the same labels, from 0 up to a round number."""

    def __init__(self, labels: Sequence[str], series: Sequence[Series]) -> None:
        self._labels = labels
        found = [value for values in series for value in values if value is not None]
        self._top = _round_up(max(found, default=1))
        self._step = (_WIDTH - _LEFT - 10) / max(1, len(labels))

    def points(self, values: Series) -> str:
        """The points of a line."""
        return " ".join(
            f"{self._x(place):.1f},{self._y(value):.1f}"
            for place, value in enumerate(values)
            if value is not None
        )

    def columns(self, values: Series) -> Sequence[str]:
        """The bars of a series."""
        wide = self._step * 0.7
        return [
            f'<rect x="{self._x(place) - wide / 2:.1f}" y="{self._y(value):.1f}" width="{wide:.1f}" '
            f'height="{self._y(0) - self._y(value):.1f}" fill="{COLOURS[0]}"/>'
            for place, value in enumerate(values)
            if value is not None
        ]

    def svg(self, title: str, drawn: Sequence[str], names: Sequence[str]) -> str:
        """The whole picture."""
        return _wrapped(title, _HEIGHT, [*self._grid(), *drawn, *self._names()], names)

    def _x(self, place: int) -> float:
        return _LEFT + (place + 0.5) * self._step

    def _y(self, value: float) -> float:
        return _HEIGHT - _BOTTOM - value / self._top * (_HEIGHT - _BOTTOM - _TOP)

    def _grid(self) -> list[str]:
        heights = [self._top * tick / _TICKS for tick in range(_TICKS + 1)]
        return [
            f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{self._y(at):.1f}" y2="{self._y(at):.1f}" '
            f'stroke="currentColor" stroke-opacity=".15"/>'
            f'<text x="{_LEFT - 6}" y="{self._y(at) + 4:.1f}" text-anchor="end">{at:g}</text>'
            for at in heights
        ]

    def _names(self) -> list[str]:
        every = -(-len(self._labels) // _MOST_LABELS)
        return [
            f'<text x="{self._x(place):.1f}" y="{_HEIGHT - 12}" text-anchor="middle">'
            f"{escape(label)}</text>"
            for place, label in enumerate(self._labels)
            if place % every == 0
        ]


def _wrapped(title: str, height: int, parts: Sequence[str], names: Sequence[str]) -> str:
    legend = "".join(
        f'<span><i class="c{number}"></i>{escape(name)}</span>' for number, name in enumerate(names)
    )
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {_WIDTH} {height}" '
        f'role="img" aria-label="{escape(title, quote=True)}">{"".join(parts)}</svg>'
        f"<p>{legend}</p></figure>"
    )


def _round_up(value: float) -> float:
    """The next number that divides well into four."""
    step = 1
    while True:
        for factor in (4, 8, 12, 20):
            if value <= factor * step:
                return factor * step
        step *= 10 if step == 1 else 2


def _short(label: str) -> str:
    return label if len(label) <= 28 else f"{label[:27]}…"  # noqa: PLR2004 - what fits beside the bars
