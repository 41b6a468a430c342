"""Values as logrotate(8) reads them back. Only the functions here make a `RotateText`, and
rendering refuses a plain string.

A path stands in double quotes and is then a pattern of glob(7). logrotate cannot quote a brace and
reads names bytewise; a quote or a backslash in a name ends badly in one of its versions or another,
so such a name is not written at all.
"""

import re
from typing import NamedTuple

_PLAIN = re.compile(r"[A-Za-z0-9_./+:@-]+")
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\"'\\{}*?\[\]]")


class RotateText(str):
    """Text that may stand in a file for logrotate as it is."""

    __slots__ = ()


class Block(NamedTuple):
    """Logs that are rotated in one way."""

    logs: tuple[RotateText, ...]
    lines: tuple[RotateText, ...]
    script: tuple[RotateText, ...]
    """after each rotation"""
    check: tuple[RotateText, ...] = ()
    """before anything is done; a failure leaves all as it is"""


def speakable(path: str) -> bool:
    """Can logrotate be told of this file?"""
    return not _UNSPEAKABLE.search(path)


def log(path: str) -> RotateText:
    """The name of a log. Raises ValueError unless it is `speakable`."""
    if not speakable(path):
        raise ValueError(f"logrotate cannot be told of {path!r}")
    return RotateText(f'"{path}"')


def line(words: str) -> RotateText:
    """A directive of ours."""
    return RotateText(f"    {words}")


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
