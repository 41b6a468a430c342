"""The comments and blank lines of a YAML text. libyaml drops them: they are what no node covers."""

from collections.abc import Iterator
from typing import NamedTuple

from pa_units.spec.text.nodes import MappingNode, Node, ScalarNode, Tree, split_lines


class Comment(NamedTuple):
    """A comment with its sign, or "" for a blank line. Line and column count from 0."""

    line: int
    column: int
    text: str
    alone: bool
    """nothing stands before it on its line"""


def comments(tree: Tree) -> list[Comment]:
    """Return the comments of a document, in order."""
    covered: dict[int, list[tuple[int, int]]] = {}
    for node in _scalars(tree.root):
        _cover(covered, node)
    found = []
    for number, line in enumerate(split_lines(tree.text)):
        if (comment := _in_line(number, line, covered.get(number, []))) is not None:
            found.append(comment)
    return found


def _scalars(node: Node | None) -> Iterator[ScalarNode]:
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, MappingNode):
        for pair in node.value:
            for part in pair:
                yield from _scalars(part)
    elif node is not None:
        for item in node.value:
            yield from _scalars(item)


def _cover(covered: dict[int, list[tuple[int, int]]], node: ScalarNode) -> None:
    first, last = node.start_mark, node.end_mark
    for line in range(first.line, last.line + 1):
        start = first.column if line == first.line else 0
        end = last.column if line == last.line else 1 << 30
        if node.style in ("|", ">") and line == first.line:
            end = start + 1  # what follows the sign of a block may be a comment
        covered.setdefault(line, []).append((start, end))


def _in_line(number: int, line: str, covered: list[tuple[int, int]]) -> Comment | None:
    if not line.strip():
        return None if covered else Comment(number, 0, "", True)
    at = line.find("#")
    while at >= 0:
        begins = at == 0 or line[at - 1] in " \t"
        if begins and not any(start <= at < end for start, end in covered):
            return Comment(number, at, line[at:].rstrip(), not line[:at].strip())
        at = line.find("#", at + 1)
    return None
