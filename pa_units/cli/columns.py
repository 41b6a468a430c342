"""Tables that fit: on a terminal the last columns are cut at its width, in a pipe nothing is."""

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from pa_units.cli import out

_GAP = "  "
_MORE = "…"


class Column(NamedTuple):
    """One column of a table; numbers stand on the right."""

    title: str
    right: bool = False
    least: int = 0
    """how narrow it may be made where the terminal is too narrow for all; 0: never"""


Rows = Sequence[Sequence[str]]


def table(columns: Sequence[Column], rows: Rows) -> None:
    """Print rows under titles."""
    head, *body = lines(columns, rows, limit())
    out.line(out.paint(head, "dim"))
    for line in body:
        out.line(line)


def limit() -> int:
    """How many characters a line may have; 0: any number. COLUMNS as ls(1) takes it."""
    if (stated := os.environ.get("COLUMNS", "")).isdecimal():
        return int(stated)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        return 0


def lines(columns: Sequence[Column], rows: Rows, limit: int = 0) -> list[str]:
    """Lay out titles and rows, each column as wide as its widest cell, and at most `limit`
    together, as far as columns may be cut. Pure."""
    cells = [[column.title for column in columns], *rows]
    sizes = [list(map(width, row)) for row in cells]
    widths = [max(column) for column in zip(*sizes, strict=True)]
    if limit:
        widths = _fitted(columns, widths, limit)
    return [_row(row, size, columns, widths) for row, size in zip(cells, sizes, strict=True)]


def _fitted(columns: Sequence[Column], widths: Sequence[int], limit: int) -> list[int]:
    """Cut from the last column on that may be cut."""
    fitted = list(widths)
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - limit
    for at in range(len(columns) - 1, -1, -1):
        if over > 0 and columns[at].least:
            taken = min(over, max(fitted[at] - columns[at].least, 0))
            fitted[at] -= taken
            over -= taken
    return fitted


def _row(
    cells: Sequence[str], sizes: Sequence[int], columns: Sequence[Column], widths: Sequence[int]
) -> str:
    parts = []
    for cell, size, column, wide in zip(cells, sizes, columns, widths, strict=True):
        shown = cell
        if size > wide:
            shown = _cut(cell, wide)
            size = width(shown)
        blank = " " * (wide - size)
        parts.append(blank + shown if column.right else shown + blank)
    return _GAP.join(parts).rstrip()


def _cut(cell: str, wide: int) -> str:
    """Columns that may be cut hold plain text, no colours."""
    kept = cell
    while kept and width(kept) > wide - 1:
        kept = kept[:-1]
    return kept + _MORE


def width(cell: str) -> int:
    """How many columns of a terminal a text takes, colour codes none and Chinese letters two."""
    if cell.isascii() and "\x1b" not in cell:
        return len(cell)
    import re
    from unicodedata import combining, east_asian_width

    plain = re.sub("\x1b\\[[0-9;]*m", "", cell)
    return sum((east_asian_width(sign) in "WF") + (not combining(sign)) for sign in plain)
