"""Text that fits a terminal."""

import textwrap

from pa_units.cli import out
from pa_units.cli.columns import limit

_LEAST = 20


def wrapped(begin: str, text: str, indent: int, style: str = "") -> None:
    """Print `text` behind `begin`, which is `indent` columns wide: on a terminal broken between
    words, never within one, since commands are copied; in a pipe not at all."""
    wide = limit()
    pieces = [text]
    if wide:
        pieces = textwrap.wrap(
            text, max(wide - indent, _LEAST), break_long_words=False, break_on_hyphens=False
        )
    for number, piece in enumerate(pieces or [""]):
        out.line((" " * indent if number else begin) + out.paint(piece, style))
