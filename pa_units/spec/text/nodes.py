"""A document as a tree of nodes that know their place, and the plain values in it.

Values keep the text they have in the file. Their meaning comes from the field they stand in, so
`no`, `012` and `1.10` are what the field takes them for, as in YAML 1.2 or better.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pa_units.contracts.bundle import Loc
from pa_units.spec.problems import Mark

__all__ = ["MappingNode", "Node", "ScalarNode", "SequenceNode"]

NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Unreadable(ValueError):
    """The text is no document. Line and column count from 0."""

    def __init__(
        self, message: str, hint: str = "", at: tuple[int, int] = (0, 0), code: str = "syntax"
    ) -> None:
        super().__init__(message)
        self.message, self.hint, self.at, self.code = message, hint, at, code


class Tree(NamedTuple):
    """A document: its text and the node at its top, None for an empty one."""

    file: str
    text: str
    root: Node | None

    def mark(self, line: int, column: int) -> Mark:
        """Return the place of a line and a column that count from 0."""
        lines = split_lines(self.text)
        return Mark(self.file, line + 1, column + 1, lines[line] if line < len(lines) else "")

    def mark_of(self, node: Node) -> Mark:
        """Return where `node` begins."""
        return self.mark(node.start_mark.line, node.start_mark.column)


@lru_cache(maxsize=2)
def split_lines(text: str) -> list[str]:
    """Return the lines of `text`, cut where YAML 1.1 and so libyaml cut them."""
    return re.split("\r\n|[\r\n\x85\u2028\u2029]", text)


def place(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column, from 0, of an offset."""
    return text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset) - 1


class Plain:
    """Turns nodes into texts, None, lists and mappings. Mappings with a key that is given twice, or
    that is no scalar, are left in `doubtful`."""

    def __init__(self) -> None:
        self.doubtful: list[MappingNode] = []

    def value(self, node: Node) -> object:
        """Return the value of any node."""
        if type(node) is MappingNode:
            return self.mapping(node)
        if type(node) is ScalarNode:
            return None if node.value in NULLS and not node.style else node.value
        return [self.value(item) for item in node.value]

    def mapping(self, node: MappingNode) -> dict[str, object]:
        """Return the entries of a mapping; of a key given twice the last."""
        found: dict[str, object] = {}
        for key, value in node.value:
            if type(key) is not ScalarNode:
                self.doubtful.append(node)
            elif type(value) is ScalarNode:  # most nodes: spares them a call
                text = value.value
                found[key.value] = None if text in NULLS and not value.style else text
            else:
                found[key.value] = self.value(value)
        if len(found) != len(node.value) and node not in self.doubtful:
            self.doubtful.append(node)
        return found


_INTEGER = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,16}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.?[0-9]*)([eE][-+]?[0-9]{1,3})?")


def typed(node: Node) -> object:
    """Return the node with the types of YAML 1.2's core schema, for values that no field gives a
    meaning to."""
    if isinstance(node, MappingNode):
        return {key.value: typed(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [typed(item) for item in node.value]
    text = str(node.value)
    if isinstance(node, ScalarNode) and node.style:
        return text
    if text in NULLS:
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text) and isfinite(number := float(text)):
        return number
    return text


def entry(node: Node, step: str | int) -> tuple[Node, Node] | None:
    """Return the key and the value that `step` names below `node`; an item is its own key.

    A name also finds the item of a list that begins with it: `env: [NAME=value]`.
    """
    if isinstance(node, MappingNode):
        for key, value in reversed(node.value):
            if key.value == str(step):
                return key, value
    elif isinstance(node, SequenceNode):
        if isinstance(step, int):
            return (node.value[step],) * 2 if step < len(node.value) else None
        for item in node.value:
            if isinstance(item, ScalarNode) and item.value.partition("=")[0] == step:
                return item, item
    return None


def walk(node: Node, loc: Loc) -> Iterator[tuple[Node, Node]]:
    """Yield the key and value of each step of `loc`, as far as the document goes."""
    for step in loc:
        if (found := entry(node, step)) is None:
            return
        yield found
        node = found[1]
