"""Lines that a regular expression matches, found in blocks of many lines.

A part of the expression that must be in every match is looked for first, in the whole block: most
blocks have none, and then no line is cut out of them.
"""

import re
from collections.abc import Iterable, Iterator

_UNCLEAR = re.compile(r"\||\(\?|\\[xuUN0-9A]")
"""alternatives, extensions, letters by number, and what means the beginning of all"""
_CROSSES_LINES = re.compile(r"\[\^|\\[sSDW]")
"""could run through a whole block, again and again"""
_SHORTEST = 3
"""letters; a shorter part is in most lines"""


class Search:
    """A regular expression, asked of lines."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._search = pattern.search
        self._part = literal(pattern.pattern)
        self._ignores_case = bool(pattern.flags & re.IGNORECASE)
        # Without a capital letter in it, an expression that ignores case finds in lower case what
        # it would find; without the flag that is several times as fast.
        if self._ignores_case and pattern.pattern == pattern.pattern.lower():
            pattern = re.compile(pattern.pattern, pattern.flags & ~re.IGNORECASE)
        else:
            self._part = "" if self._ignores_case else self._part
        self._within = re.compile(pattern.pattern, pattern.flags | re.MULTILINE).search
        plain = self._part == pattern.pattern
        self._finds_matches = plain or not _CROSSES_LINES.search(pattern.pattern)
        self._find = self._find_part if plain or not self._finds_matches else self._find_match

    def __call__(self, line: bytes) -> bool:
        """Does it match a line?"""
        return bool(self._search(line.decode(errors="replace")))

    def lines(self, block: bytes) -> Iterator[bytes]:
        """Give the lines of a block that match, without their ends."""
        # Letters beyond ASCII may have a lower case within it.
        if not self._part or not block.isascii():
            yield from filter(self, _split(block))
            return
        text = block.decode()
        text = text.lower() if self._ignores_case else text
        for start, end in self._spans(text):
            yield block[start:end]

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where lines that match stand. What begins in a line and ends in it is a match of that
        line; else the line is asked alone."""
        find, at = self._find, 0
        while (found := find(text, at)) is not None:
            first, last = found
            start, end = text.rfind("\n", 0, first) + 1, text.find("\n", first)
            end = end if end >= 0 else len(text)
            if (self._finds_matches and last <= end) or self._within(text, start, end):
                yield start, end
            if (at := end + 1) > len(text):
                return

    def _find_part(self, text: str, at: int) -> tuple[int, int] | None:
        first = text.find(self._part, at)
        return None if first < 0 else (first, first + len(self._part))

    def _find_match(self, text: str, at: int) -> tuple[int, int] | None:
        match = self._within(text, at)
        return match.span() if match else None


def _split(block: bytes) -> Iterable[bytes]:
    return block.removesuffix(b"\n").split(b"\n") if block else ()


_TOKEN = re.compile(
    r"""(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])   # [a-z]
    |   (?P<class>\\[a-zA-Z0-9])              # \d
    |   (?P<count>\{[^}]*\}|[*?])             # what is before may be missing
    |   (?P<group>[()])
    |   (?P<sign>[.^$+\]{}])
    |   \\?(?P<letter>.)""",
    re.VERBOSE | re.DOTALL,
)


def literal(pattern: str) -> str:
    """Return the longest run of plain letters that every match of an expression holds; "" if that
    cannot be seen at a glance."""
    if _UNCLEAR.search(pattern) or not pattern.isascii():
        return ""
    runs, depth = [""], 0
    for token in _TOKEN.finditer(pattern):
        kind, text = token.lastgroup, token.group(token.lastgroup or 0)
        if kind == "letter" and not depth:
            runs[-1] += text
            continue
        depth += {"(": 1, ")": -1}.get(text, 0) if kind == "group" else 0
        if kind == "count":
            runs[-1] = runs[-1][:-1]
        runs.append("")
    found = max(runs, key=len)
    return found if len(found) >= _SHORTEST else ""
