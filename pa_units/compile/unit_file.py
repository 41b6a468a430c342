"""The unit-file type: ordered sections of directives, rendered by a template, read back."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from pa_units.compile.unit_text import UnitText


class Directive(NamedTuple):
    """`key=value` in a section. A key may come several times; their order is kept."""

    section: str
    key: str
    value: UnitText


class Section(NamedTuple):
    """The directives of one section as they are laid out."""

    name: str
    directives: tuple[Directive, ...]


def directives(section: str, *pairs: tuple[str, UnitText]) -> tuple[Directive, ...]:
    """Spell several directives of one section."""
    # Half of the time of Directive(…), of which an agent has sixty.
    return tuple([_new(Directive, (section, key, value)) for key, value in pairs])


_new = tuple.__new__


def sections(items: Iterable[Directive]) -> tuple[Section, ...]:
    """Group directives by section, in the order in which sections first appear."""
    grouped: dict[str, list[Directive]] = {}
    for item in items:
        grouped.setdefault(item.section, []).append(item)
    return tuple(Section(name, tuple(group)) for name, group in grouped.items())


def parse(text: str) -> tuple[Directive, ...]:
    """Read a unit file as systemd.syntax(7) does: comments, continuation lines, blank ends.

    A comment inside a continuation is skipped; a backslash at the end that is not itself escaped
    joins lines with a blank.
    """
    found: list[Directive] = []
    section = ""
    for entry in _logical_lines(text):
        if entry.startswith("[") and entry.endswith("]"):
            section = entry[1:-1]
        elif "=" in entry:
            key, _, value = entry.partition("=")
            found.append(Directive(section, key.rstrip(_BLANKS), UnitText(value.strip(_BLANKS))))
    return tuple(found)


_BLANKS = " \t\n\r"
"""WHITESPACE of systemd's src/basic/string-util.h: other blanks of Unicode are letters to it."""


def _logical_lines(text: str) -> Iterable[str]:
    pending = ""
    for physical in text.split("\n"):
        if physical.lstrip(_BLANKS).startswith(("#", ";")):
            continue
        if (len(physical) - len(physical.rstrip("\\"))) % 2:
            pending += physical[:-1] + " "
            continue
        whole = (pending + physical).strip(_BLANKS)
        pending = ""
        if whole:
            yield whole


_UNESCAPES = {"n": "\n", "t": "\t", "r": "\r", "s": " ", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def split_words(value: str) -> tuple[str, ...]:
    """Split a value into words: quotes removed, C escapes resolved, `%%` and `$` left alone.

    Raises ValueError for an unbalanced quote.
    """
    found: list[str] = []
    rest = value.strip(_BLANKS)
    while rest:
        word, rest = _next_word(rest)
        found.append(word)
    return tuple(found)


def _next_word(text: str) -> tuple[str, str]:
    word: list[str] = []
    quote = ""
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\" and at + 1 < len(text):
            piece, at = _unescape(text, at + 1)
            word.append(piece)
            continue
        at += 1
        if character == quote:
            quote = ""
        elif quote:
            word.append(character)
        elif character in "\"'":
            quote = character
        elif character in _BLANKS:
            return "".join(word), text[at:].lstrip(_BLANKS)
        else:
            word.append(character)
    if quote:
        raise ValueError("unbalanced quote")
    return "".join(word), ""


def _unescape(text: str, at: int) -> tuple[str, int]:
    """Resolve the escape whose character after the backslash is at `at`."""
    character = text[at]
    if character == "x" and re.fullmatch("[0-9a-fA-F]{2}", text[at + 1 : at + 3]):
        return chr(int(text[at + 1 : at + 3], 16)), at + 3
    return _UNESCAPES.get(character, character), at + 1
