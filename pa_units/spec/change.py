"""Set values in the text of a spec: only what is set changes, comments and layout stay."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from yaml.error import Mark

from pa_units.contracts.bundle import Loc
from pa_units.kit.errors import UsageError
from pa_units.spec.document import Document
from pa_units.spec.draft import Draft, dotted
from pa_units.spec.text import emit
from pa_units.spec.text.nodes import MappingNode, Node, ScalarNode, SequenceNode

Load = Callable[[str], Document]

_AS_IT_STANDS = re.compile(r"[\[{].*[\]}]|\d+(\.\d+)?|true|false", re.DOTALL)
"""Lists, mappings, numbers and flags are taken as they were typed."""
_BARE_IN_FLOW = re.compile(r"[^,\[\]{}#:\"'\s]+")


def changed(text: str, load: Load, agent: str, assignments: Mapping[Loc, str]) -> str:
    """Return the text of a spec with values set, each at its canonical place inside an agent.

    A place that is not there yet is added to the deepest block that leads to it. `load` reads a
    text. Raises UsageError for what only a person can edit.
    """
    for loc, value in assignments.items():
        document = load(text)
        draft = document.drafts.get(agent)
        if draft is None:
            raise UsageError(f"cannot find the agent '{agent}' in {document.tree.file}")
        if document.tree.file.endswith(".json"):
            text = _in_json(document, draft, loc, value)
        else:
            text = _Text(document).set(draft, loc, value)
    return text


def _in_json(document: Document, draft: Draft, loc: Loc, value: str) -> str:
    """JSON has no comments to lose: it is read, changed and written again."""
    data: Any = json.loads(document.tree.text)
    below = data
    for step in _path_to(document.tree.root, draft.node) or ():
        below = below[step]
    *way, last = map(str, draft.source_of(loc))
    for step in way:
        below = below.setdefault(step, {}) if isinstance(below, dict) else None
    if isinstance(below, list):
        below[:] = [item for item in below if str(item).partition("=")[0] != last]
        below.append(f"{last}={value}")
    elif isinstance(below, dict):
        below[last] = json.loads(value) if _AS_IT_STANDS.fullmatch(value) else value
    else:
        raise UsageError(f"'{dotted(loc[:-1])}' is no block", "use pa edit")
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _path_to(node: Node | None, wanted: Node) -> tuple[str | int, ...] | None:
    """Where a node stands below another one."""
    if node is wanted:
        return ()
    steps: Iterable[tuple[str | int, Node]] = ()
    if isinstance(node, MappingNode):
        steps = ((key.value, item) for key, item in node.value)
    elif isinstance(node, SequenceNode):
        steps = enumerate(node.value)
    for step, item in steps:
        if (rest := _path_to(item, wanted)) is not None:
            return (step, *rest)
    return None


class _Text:
    """A document's text that can be cut at the places its nodes know."""

    def __init__(self, document: Document) -> None:
        self.text = document.tree.text
        self.starts = [0]
        for line in self.text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def set(self, draft: Draft, loc: Loc, value: str) -> str:
        """Return the text with one value set."""
        written = draft.written(loc)
        if written is None:
            return self._added(draft, loc, value)
        key, node = written
        if isinstance(node, MappingNode | SequenceNode) and not node.flow_style:
            raise UsageError(
                f"'{dotted(loc)}' is a block of its own",
                f"set its parts, such as {dotted(loc)}.KEY=VALUE, or use pa edit",
            )
        # An item `NAME=value` of a list is its own key.
        new = f"{loc[-1]}={value}" if key is node else value
        return self._replaced(node, self._spelled(new, flow=self._in_flow(node)))

    def _added(self, draft: Draft, loc: Loc, value: str) -> str:
        depth = len(loc) - 1
        while depth and draft.written(loc[:depth]) is None:
            depth -= 1
        found = draft.written(loc[:depth]) if depth else None
        parent = found[1] if found else draft.node
        rest = tuple(str(step) for step in loc[depth:])
        if isinstance(parent, SequenceNode) and len(rest) == 1:
            return self._appended(parent, f"{rest[0]}={value}")
        if not isinstance(parent, MappingNode):
            raise UsageError(f"'{dotted(loc[:depth])}' is no block", "use pa edit")
        if parent.flow_style:
            return self._added_in_flow(parent, rest, value)
        indent = parent.value[0][0].start_mark.column
        lines = [
            f"{' ' * (indent + 2 * step)}{emit.scalar(name)}:" for step, name in enumerate(rest)
        ]
        lines[-1] += f" {self._spelled(value, flow=False)}"
        return self._inserted_after(parent, lines)

    def _added_in_flow(self, parent: Node, rest: tuple[str, ...], value: str) -> str:
        entry = self._spelled(value, flow=True)
        for depth, name in enumerate(reversed(rest)):
            entry = f"{self._spelled(name, flow=True)}: {entry}"
            entry = f"{{{entry}}}" if depth < len(rest) - 1 else entry
        end = self._offset(parent.end_mark) - 1
        last = len(self.text[:end].rstrip())
        comma = ", " if parent.value else ""
        return f"{self.text[:last]}{comma}{entry}{self.text[last:]}"

    def _appended(self, parent: SequenceNode, item: str) -> str:
        if parent.flow_style:
            end = self._offset(parent.end_mark) - 1
            comma = ", " if parent.value else ""
            return f"{self.text[:end]}{comma}{self._spelled(item, flow=True)}{self.text[end:]}"
        indent = parent.value[0].start_mark.column - 2
        return self._inserted_after(parent, [f"{' ' * indent}- {self._spelled(item, flow=False)}"])

    def _inserted_after(self, node: Node, lines: list[str]) -> str:
        end = _last(node).end_mark
        # A block scalar ends at the start of the line after it.
        line = end.line if end.column == 0 else end.line + 1
        at = self.starts[min(line, len(self.starts) - 1)]
        before = self.text[:at]
        gap = "" if not before or before.endswith("\n") else "\n"
        return before + gap + "".join(f"{line}\n" for line in lines) + self.text[at:]

    def _replaced(self, node: Node, new: str) -> str:
        start, end = self._offset(node.start_mark), self._offset(node.end_mark)
        block = isinstance(node, ScalarNode) and node.style in ("|", ">")
        return self.text[:start] + new + ("\n" if block else "") + self.text[end:]

    def _spelled(self, value: str, *, flow: bool) -> str:
        if _AS_IT_STANDS.fullmatch(value):
            return value
        if flow:
            return value if _BARE_IN_FLOW.fullmatch(value) else emit.quoted(value)
        return emit.scalar(value)

    def _in_flow(self, node: Node) -> bool:
        """Inside brackets a comma ends a value: quoting is right in both places."""
        line = self.text[self.starts[node.start_mark.line] : self._offset(node.start_mark)]
        return "{" in line or "[" in line

    def _offset(self, mark: Mark) -> int:
        return self.starts[mark.line] + mark.column


def _last(node: Node) -> Node:
    """The last scalar or bracket below a node: a block ends where the next thing begins."""
    while isinstance(node, MappingNode | SequenceNode) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node
