"""Tags, aliases and merge keys of YAML: checked and resolved on the tree, before values are built.

An alias is the same node again, so a small file can describe an endless document.
"""

import re

from pa_units.spec.text.nodes import MappingNode, Node, ScalarNode, SequenceNode, Unreadable

MAX_EXPANDED = 2_000_000
MAX_DEPTH = 100

_USED = re.compile(r"[!&*](?<![^\s\[{,].)\S|<<\s*:")
_RARE = ("!", "&", "*", "<<")
"""Without one of these nothing is used; `in` looks at the speed of memchr(3), `re` at each sign."""

_TYPES = ("str", "int", "float", "bool", "map", "seq")
_HARMLESS_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in _TYPES)


def present(root: Node) -> bool:
    """Say whether a document that was read has tags, or values that stand in several places."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen or node.tag:
            return True
        seen.add(id(node))
        waiting += _children(node)
    return False


def resolve(root: Node, text: str) -> None:
    """Refuse foreign tags, endless and exploding aliases; put merged keys in place."""
    if any(sign in text for sign in _RARE) and _USED.search(text):
        _Resolver().visit(root)


class _Resolver:
    def __init__(self) -> None:
        self.seen: dict[int, tuple[int, int] | None] = {}
        """size and depth of each node, by id; None while it is being visited"""

    def visit(self, node: Node) -> tuple[int, int]:
        if id(node) in self.seen:
            if (known := self.seen[id(node)]) is None:
                raise _unreadable(node, "an alias of this value is part of it", "endless-alias")
            return known
        self.seen[id(node)] = None
        if node.tag is not None and node.tag not in _HARMLESS_TAGS:
            raise _unreadable(node, f"unknown tag '{node.tag}'", "unknown-tag")
        below = [self.visit(child) for child in _children(node)]
        size = 1 + sum(size for size, _ in below)
        depth = 1 + max((depth for _, depth in below), default=0)
        if size > MAX_EXPANDED or depth > MAX_DEPTH:
            raise _unreadable(node, "the aliases below expand without bound", "alias-explosion")
        if isinstance(node, MappingNode):
            _merge(node)
        self.seen[id(node)] = size, depth
        return size, depth


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


def _merge(node: MappingNode) -> None:
    """Put the entries of `<<` before the node's own, which win (yaml.org/type/merge.html)."""
    own = [pair for pair in node.value if pair[0].value != "<<" or pair[0].style]
    if len(own) == len(node.value):
        return
    taken = {key.value for key, _ in own if isinstance(key, ScalarNode)}
    merged: dict[str, tuple[Node, Node]] = {}
    for key, value in node.value:
        if key.value == "<<" and not key.style:
            for source in value.value if isinstance(value, SequenceNode) else [value]:
                if not isinstance(source, MappingNode):
                    raise _unreadable(value, "'<<' takes a mapping or a list of them", "bad-merge")
                for pair in source.value:
                    merged.setdefault(pair[0].value, pair)
    node.value = [pair for name, pair in merged.items() if name not in taken] + own


def _unreadable(node: Node, message: str, code: str) -> Unreadable:
    return Unreadable(message, "", (node.start_mark.line, node.start_mark.column), code)
