"""Comments put back between lines that were written anew."""

from bisect import bisect_right
from collections import defaultdict
from typing import NamedTuple

from pa_units.spec.text.comments import Comment

INSIDE = 1 << 30
"""column of a line that no comment can belong to"""


class Line(NamedTuple):
    """A line to write, and where its key stands in the source (from 0; -1: nowhere)."""

    indent: int
    text: str
    source: int
    column: int

    @property
    def start(self) -> int:
        """The column at which its key is written."""
        return self.indent + 2 if self.text.startswith("- ") else self.indent


def woven(lines: list[Line], found: list[Comment]) -> str:
    """Return the lines with each comment at the line that it stood at, or before the next one."""
    order = sorted(range(len(lines)), key=lambda index: (lines[index].source, index))
    sources = [lines[index].source for index in order]
    above: dict[int, list[str]] = defaultdict(list)
    beside: dict[int, str] = {}
    for comment in found:
        after = bisect_right(sources, comment.line)
        if not comment.alone and after and sources[after - 1] == comment.line:
            beside[order[after - 1]] = comment.text
            continue
        following = order[after] if after < len(order) else len(lines)
        before = [lines[index] for index in order[:after]]
        indent = _indent(comment, before, lines[following] if following < len(lines) else None)
        above[following].append((" " * indent + comment.text).rstrip())
    written: list[str] = []
    for index, line in enumerate(lines):
        written += above[index]
        text = " " * line.indent + line.text
        written.append(f"{text}  {beside[index]}" if index in beside else text)
    return _joined(written + above[len(lines)])


def _indent(comment: Comment, before: list[Line], following: Line | None) -> int:
    """A comment that stands deeper than what follows belongs to the block before it."""
    if following:
        dash = 2 if following.text.startswith("- ") else 0
        if not comment.alone or comment.column <= following.column - dash:
            return following.indent
    for line in reversed(before):
        if line.column <= comment.column:
            return line.start if line.column == comment.column else line.start + 2
    return 0


def _joined(lines: list[str]) -> str:
    """Return the lines without blank ones at both ends, and never two in a row."""
    kept = [line for line, last in zip(lines, ["", *lines], strict=False) if line or last]
    return "\n".join(kept).rstrip("\n") + "\n"
