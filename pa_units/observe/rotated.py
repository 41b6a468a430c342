"""Which files logrotate(8) is told of already, and by whom.

A log that two files name is a "duplicate log entry": logrotate skips the second block, ends with 1,
and a pattern stops at the duplicate, so that logs behind it are never rotated.
"""

import os
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache

_NAMES = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|(/\S*)')
_SCRIPTS = ("postrotate", "prerotate", "firstaction", "lastaction", "preremove")


def claimed_by(path: str, own: str, root: str = "") -> str:
    """Return the file that names a log, or a pattern for it; `own` does not count, nor do
    files that cannot be read. "" if there is none."""
    for file in _files(root):
        if file != own and any(_matches(path, pattern) for pattern in _patterns(root + file)):
            return file
    return ""


def _matches(path: str, pattern: str) -> bool:
    """As glob(7) does: a `*` ends at a slash."""
    return pattern.count("/") == path.count("/") and fnmatchcase(path, pattern)


@cache
def _files(root: str) -> tuple[str, ...]:
    directory = "/etc/logrotate.d"
    try:
        names = sorted(os.listdir(root + directory))
    except OSError:
        names = []
    shown = (name for name in names if not name.endswith("~"))
    return ("/etc/logrotate.conf", *(f"{directory}/{name}" for name in shown))


@cache
def _patterns(file: str) -> tuple[str, ...]:
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as lines:
            return tuple(_outside(lines.read()))
    except OSError:
        return ()


def _outside(text: str) -> Iterator[str]:
    """The names that stand before each brace."""
    inside, script = False, False
    for line in map(str.strip, text.splitlines()):
        if script:
            script = line != "endscript"
        elif inside:
            script = line in _SCRIPTS
            inside = not line.startswith("}")
        elif line.startswith(("/", '"', "'")):
            yield from (next(filter(None, found), "") for found in _NAMES.findall(line))
            inside = line.endswith("{")
        else:
            inside = line.startswith("{") and not line.endswith("}")
