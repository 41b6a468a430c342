"""JSON text to the same nodes. YAML would read most of it, but not its surrogate pairs and tabs."""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out
from typing import NamedTuple

from pa_units.spec.text.nodes import MappingNode, Node, ScalarNode, SequenceNode, Unreadable, place

MAX_DEPTH = 100

_TOKEN = re.compile(r'[ \t\r\n,:]*([\[\]{}"]|[^\s\[\]{},:"]+)')

_NO_JSON = frozenset(("NaN", "Infinity", "-Infinity"))
"""what Python's reader takes besides"""


class _Place(NamedTuple):
    line: int
    column: int


def compose(text: str) -> Node | None:
    """Return the node at the top of the document. Raises `Unreadable`."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(error.msg.lower(), "", (error.lineno - 1, error.colno - 1)) from None
    except RecursionError:
        pass  # far below the depth that the builder refuses, at its place
    return _Builder(text).build()


class _Builder:
    """Builds the tree of a text that is known to be JSON."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.line, self.line_start, self.seen = 0, 0, 0
        self.open: list[tuple[Node, list[Node]]] = []

    def build(self) -> Node:
        at = 0
        while True:
            found = _TOKEN.match(self.text, at)
            assert found is not None
            node, at = self._token(found)
            if node is None:
                continue
            if not self.open:
                return node
            self.open[-1][1].append(node)

    def _token(self, found: re.Match[str]) -> tuple[Node | None, int]:
        sign, start = found[1], found.start(1)
        if sign in "[{":
            self._open(sign, self._place(start))
            return None, found.end()
        if sign in "]}":
            return self._close(), found.end()
        if sign == '"':
            value, end = scanstring(self.text, start + 1)
            _check(value, self.text, start)
            return self._scalar(value, start, '"'), end
        if sign in _NO_JSON:
            raise Unreadable(f"{sign} is not JSON", "", self._place(start))
        return self._scalar(sign, start, ""), found.end()

    def _scalar(self, value: str, start: int, style: str) -> Node:
        at = self._place(start)
        # Our places have what is read of yaml's marks: a line and a column.
        return ScalarNode(None, value, at, at, style)  # type: ignore[arg-type]

    def _open(self, sign: str, at: _Place) -> None:
        if len(self.open) == MAX_DEPTH:
            raise Unreadable(f"nested deeper than {MAX_DEPTH} levels", "", at, "too-deep")
        kind = MappingNode if sign == "{" else SequenceNode
        # As in _scalar.
        self.open.append((kind(None, [], at, at), []))  # type: ignore[arg-type]

    def _close(self) -> Node:
        node, children = self.open.pop()
        if isinstance(node, MappingNode):
            node.value = list(zip(children[::2], children[1::2], strict=True))
        else:
            node.value = children
        return node

    def _place(self, offset: int) -> _Place:
        if breaks := self.text.count("\n", self.seen, offset):
            self.line += breaks
            self.line_start = self.text.rfind("\n", self.seen, offset) + 1
        self.seen = offset
        return _Place(self.line, offset - self.line_start)


def _check(value: str, text: str, start: int) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unreadable(
            "half a surrogate pair", "", place(text, start), "control-character"
        ) from None
