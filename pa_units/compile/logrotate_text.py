"""Values as logrotate(8) reads them back. Only the functions here make a `RotateText`, and
rendering refuses a plain string.

A path stands in double quotes and is then a pattern of glob(7). logrotate cannot quote a brace and
reads names bytewise; a quote or a backslash in a name ends badly in one of its versions or another,
so such a name is not written at all.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_PLAIN = re.compile(r"[A-Za-z0-9_./+:@-]+")
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\"'\\{}*?\[\]]")


class RotateText(str):
    """Text that may stand in a file for logrotate as it is."""

    __slots__ = ()


NOTHING = RotateText()


class Block(NamedTuple):
    """Logs that are rotated in one way."""

    logs: RotateText
    lines: RotateText
    script: RotateText
    """after each rotation; may be empty"""
    check: RotateText
    """before anything is done; a failure leaves all as it is; may be empty"""


def speakable(path: str) -> bool:
    """Can logrotate be told of this file?"""
    return not _UNSPEAKABLE.search(path)


def logs(paths: Sequence[str]) -> RotateText:
    """The names of logs, one a line. Raises ValueError unless they are `speakable`."""
    if not all(map(speakable, paths)):
        raise ValueError(f"logrotate cannot be told of all of {paths!r}")
    return RotateText("\n".join([f'"{path}"' for path in paths]))


@lru_cache(maxsize=256)  # hundreds of agents are rotated in a few ways
def lines(directives: tuple[str, ...]) -> RotateText:
    """Directives of ours, one a line."""
    return RotateText("\n".join([f"    {words}" for words in directives]))


def shell(program: str, *words: str) -> RotateText:
    """A command line of a script. Words of ours: unit names, `$1`; the program's path may have
    blanks in it, below a home."""
    quoted = program if _PLAIN.fullmatch(program) else "'" + program.replace("'", "'\\''") + "'"
    return RotateText("        " + " ".join((quoted, *words)))


def word(path: str) -> str:
    """A path that is `speakable`, as a word of a script."""
    return f"'{path}'"


def comment(words: str) -> RotateText:
    """A line for people."""
    return RotateText(f"# {words}")
