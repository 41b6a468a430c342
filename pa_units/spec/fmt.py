"""Canonical formatting: canonical names in block style, two spaces; comments and the order of the
file are kept, values keep their words."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pa_units.contracts.bundle import Loc
from pa_units.kit.errors import UsageError
from pa_units.spec.daemon import SECTIONS
from pa_units.spec.document import Document
from pa_units.spec.draft import Draft
from pa_units.spec.text import anchors, emit
from pa_units.spec.text.comments import comments
from pa_units.spec.text.nodes import MappingNode, Node, ScalarNode, SequenceNode, typed
from pa_units.spec.text.weave import INSIDE, Line, woven

_WIDE = 72  # columns that a list on one line may fill
_PLAIN_NUMBER = re.compile(r"\d+(\.\d+)?")


def formatted(document: Document) -> str:
    """Return the text of a loaded spec in canonical form. Raises `UsageError`."""
    tree, root = document.tree, document.tree.root
    if document.errors or not isinstance(root, MappingNode):
        raise UsageError(f"cannot format {tree.file}: it has errors")
    if anchors.present(root):
        raise UsageError(f"cannot format {tree.file}: its YAML aliases or tags would be lost")
    if any(key.value in SECTIONS for key, _ in root.value):
        raise UsageError(f"cannot format {tree.file}: it configures another daemon too")
    drafts = {id(draft.node): draft for draft in document.drafts.values()}
    if tree.text.lstrip().startswith("{") and tree.file.endswith(".json"):
        return json.dumps(_values(root, drafts), indent=2, ensure_ascii=False) + "\n"
    return woven(list(_document(root, drafts)), comments(tree))


Drafts = Mapping[int, Draft]


def _document(root: MappingNode, drafts: Drafts) -> Iterator[Line]:
    if draft := drafts.get(id(root)):
        yield from _mapping(draft, draft.raw, (), 0)
        return
    for key, value in root.value:
        place = key.start_mark.line, key.start_mark.column
        if key.value in ("agents", "services"):
            yield Line(0, "agents:", *place)
            yield from _agents(value, drafts)
        elif key.value == "agent":
            yield Line(0, "agents:", *place)
            yield from _as_item(list(_mapping(drafts[id(value)], drafts[id(value)].raw, (), 4)))
        elif key.value.startswith("x-"):
            free = Draft(root, {key.value: typed(value)})
            yield from _entry(free, key.value, free.raw[key.value], (key.value,), 0)


def _agents(node: Node, drafts: Drafts) -> Iterator[Line]:
    if isinstance(node, SequenceNode):
        for item in node.value:
            yield from _as_item(list(_mapping(drafts[id(item)], drafts[id(item)].raw, (), 4)))
        return
    for key, item in node.value:
        draft = drafts[id(item)]
        yield Line(2, f"{emit.scalar(key.value)}:", key.start_mark.line, key.start_mark.column)
        unnamed = {name: value for name, value in draft.raw.items() if name != "name"}
        yield from _mapping(draft, unnamed, (), 4)


def _as_item(lines: list[Line]) -> Iterator[Line]:
    first, *rest = lines
    yield first._replace(indent=first.indent - 2, text=f"- {first.text}")
    yield from rest


def _mapping(draft: Draft, value: Mapping[str, object], loc: Loc, indent: int) -> Iterator[Line]:
    blocks = []
    for key, item in value.items():
        if not loc and key == "x-*" and isinstance(item, dict):
            blocks += [list(_entry(draft, name, item[name], (name,), indent)) for name in item]
        else:
            blocks.append(list(_entry(draft, key, item, (*loc, key), indent)))
    known = [block[0].source for block in blocks if block[0].source >= 0]
    for block in sorted(blocks, key=lambda block: (block[0].source < 0, block[0].source)):
        # What was added by a respelling stands with what was there before it.
        yield from (_placed(line, max(known, default=-1)) for line in block)


def _placed(line: Line, source: int) -> Line:
    return line if line.source >= 0 else line._replace(source=source)


def _entry(draft: Draft, key: str, value: object, loc: Loc, indent: int) -> Iterator[Line]:
    written = draft.written(loc)
    node = written[1] if written else None
    head = f"{emit.scalar(key)}:"
    below: list[Line] = []
    if isinstance(value, dict | list) and value:
        inline = _inline(draft, value, loc, node)
        if not inline or indent + len(head) + len(inline) > _WIDE:
            below = list(_below(draft, value, loc, indent + 2))
        head += f" {inline}" if not below else ""
    else:
        text, *block = _scalar(value, node)
        head += f" {text}" if text else ""
        below = [Line(indent + 2, line, -1, INSIDE) for line in block]
    mark = written[0].start_mark if written else None
    place = (mark.line, mark.column) if mark else below[0][2:] if below else (-1, INSIDE)
    yield Line(indent, head, *place)
    yield from (_placed(line, place[0]) for line in below)


def _below(draft: Draft, value: object, loc: Loc, indent: int) -> Iterator[Line]:
    if isinstance(value, dict):
        yield from _mapping(draft, value, loc, indent)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _item(draft, item, (*loc, index), indent)


def _item(draft: Draft, value: object, loc: Loc, indent: int) -> Iterator[Line]:
    written = draft.written(loc) or draft.entry(loc)
    place = written[0].start_mark.line, written[0].start_mark.column
    if isinstance(value, dict | list) and value:
        yield from _as_item(list(_below(draft, value, loc, indent + 2)))
        return
    text, *block = _scalar(value, written[1] if draft.written(loc) else None)
    yield Line(indent, f"- {text}", *place)
    yield from (Line(indent + 2, line, place[0], INSIDE) for line in block)


def _inline(draft: Draft, value: object, loc: Loc, node: Node | None) -> str:
    """Return a list or mapping on one line where the user wrote it so, else nothing."""
    if not isinstance(node, MappingNode | SequenceNode) or not node.flow_style:
        return ""
    parts = []
    items = value.items() if isinstance(value, dict) else enumerate(_list(value))
    for step, item in items:
        written = draft.written((*loc, step))
        text, *block = (
            [_inline(draft, item, (*loc, step), written[1] if written else None)]
            if isinstance(item, dict | list) and item
            else _scalar(item, written[1] if written else None)
        )
        if block or not text:
            return ""
        if not isinstance(item, dict | list) and text[0] != '"' and set(text) & set(",[]{}"):
            text = emit.quoted(text)
        parts.append(f"{emit.scalar(step)}: {text}" if isinstance(step, str) else text)
    joined = ", ".join(parts)
    return f"{{{joined}}}" if isinstance(value, dict) else f"[{joined}]"


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _scalar(value: object, node: Node | None) -> list[str]:
    """Return a value as it was written, quotes only where they are needed; a block as its sign and
    its lines."""
    if not isinstance(node, ScalarNode) or (isinstance(value, str) and node.value != value):
        moved = isinstance(value, str) and _PLAIN_NUMBER.fullmatch(value)
        return [str(value) if moved else emit.scalar(value)]
    text = str(node.value)
    if not node.style and "\n" not in text:
        return [text]
    if node.style in ("|", ">") and _fits_block(text):
        sign = "|" if text.endswith("\n") else "|-"
        return [sign, *text.removesuffix("\n").split("\n")]
    return [emit.scalar(text)]


def _fits_block(text: str) -> bool:
    lines = text.removesuffix("\n").split("\n")
    return all(line.isprintable() and line for line in lines) and lines[0][0] not in " \t"


def _values(root: MappingNode, drafts: Drafts) -> dict[str, Any]:
    """Return the document with canonical names, for JSON."""
    found: dict[str, Any] = {}
    if draft := drafts.get(id(root)):
        found.update(_value(draft, draft.raw, ()))
        return found
    for key, value in root.value:
        if key.value in ("agents", "services", "agent"):
            nodes = value.value if key.value != "agent" else [value]
            found["agents"] = [
                _value(drafts[id(node)], drafts[id(node)].raw, ())
                for node in (pair[1] if isinstance(pair, tuple) else pair for pair in nodes)
            ]
        elif key.value.startswith("x-"):
            found[key.value] = typed(value)
    return found


def _value(draft: Draft, value: object, loc: Loc) -> Any:
    if isinstance(value, dict):
        free = value.get("x-*", {}) if not loc else {}
        known = {k: _value(draft, v, (*loc, k)) for k, v in value.items() if loc or k != "x-*"}
        return known | free
    if isinstance(value, list):
        return [_value(draft, item, (*loc, index)) for index, item in enumerate(value)]
    written = draft.written(loc)
    same = written and isinstance(written[1], ScalarNode) and written[1].value == value
    return typed(written[1]) if written and same else value
