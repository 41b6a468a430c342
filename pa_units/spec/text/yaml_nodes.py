"""YAML text to nodes: the only door to PyYAML's parser."""

from typing import Any

import yaml

from pa_units.spec.text.nodes import Node, Unreadable, split_lines

MAX_DEPTH = 100


class _Untyped:
    # PyYAML's resolver guesses a type for each scalar with regular expressions: a third of the
    # time, for tags that nobody here reads.
    def resolve(self, kind: object, value: object, implicit: object) -> None:
        return None

    def descend_resolver(self, parent: Node | None, index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


class _Counted(_Untyped):
    # PyYAML composes on the C stack without a bound: 100,000 brackets end in a segmentation fault.
    depth = 0

    def descend_resolver(self, parent: Node | None, index: object) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH and parent:
            at = (parent.start_mark.line, parent.start_mark.column)
            raise Unreadable(f"nested deeper than {MAX_DEPTH} levels", "", at, "too-deep")

    def ascend_resolver(self) -> None:
        self.depth -= 1


# What a deeper tree must have: many flow brackets, or a long run of block indicators. Counting
# costs a third more, so ordinary files are spared.
_INDICATORS = bytes.maketrans(b" -?:", b"----")
_LONG_RUN = b"-" * MAX_DEPTH


def _may_be_deep(data: bytes) -> bool:
    brackets = data.count(b"[") + data.count(b"{") - data.count(b"${")
    return brackets > MAX_DEPTH or _LONG_RUN in data.translate(_INDICATORS)


def _parser(data: bytes) -> Any:
    base = _Counted if _may_be_deep(data) else _Untyped
    if yaml.__with_libyaml__:
        from yaml._yaml import CParser

        return type("Parser", (base, CParser), {})(data)
    from yaml.loader import BaseLoader

    return type("Parser", (base, BaseLoader), {})(data)


def compose(text: str) -> Node | None:
    """Return the node at the top of the document, None when it is empty. Raises `Unreadable`."""
    try:
        root: Node | None = _parser(text.encode()).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise _unreadable(error, text) from None
    except yaml.YAMLError as error:
        raise Unreadable(str(error)) from None
    return root


_ADVICE = (
    (
        "cannot start any token",
        "\t",
        "a tab where YAML wants spaces",
        "indent with spaces",
    ),
    (
        "cannot start any token",
        "@`%",
        "a plain value cannot begin with this character",
        "put the value in quotes",
    ),
    (
        "mapping values are not allowed",
        ":",
        "a ': ' that YAML does not expect here",
        "put the value in quotes if the ': ' belongs to it; else check the indentation",
    ),
    (
        "another document",
        "",
        "a second document begins here",
        "one file holds one document: list the agents under 'agents:'",
    ),
    (
        "expected '-' indicator",
        "",
        "a key among the items of a list",
        "check the indentation, or begin the line with '- '",
    ),
    (
        "did not find expected key",
        "",
        "the lines before do not end here",
        "check quotes and indentation",
    ),
)
"""what libyaml says, the character it stands at, and what to tell people instead"""


def _unreadable(error: yaml.MarkedYAMLError, text: str) -> Unreadable:
    problem, context = str(error.problem), str(error.context or "")
    mark = error.problem_mark
    if error.context_mark and ("quoted" in context or "flow" in context):
        mark = error.context_mark  # where the quote or bracket opens, not where it is missed
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = split_lines(text)
    char = lines[line][column : column + 1] if line < len(lines) else ""
    for said, chars, message, hint in _ADVICE:
        if said in problem and (not chars or (char and char in chars)):
            return Unreadable(message, hint, (line, column))
    return Unreadable(f"{context}: {problem}" if context else problem, "", (line, column))
