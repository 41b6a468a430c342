"""What a log holds: the file itself and its rotated copies, as logrotate(8) names them."""

import os
import re
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from functools import partial
from io import BufferedIOBase
from itertools import islice
from typing import IO, NamedTuple

from pa_units.kit.files import telling
from pa_units.logfiles.lines import backward, forward

Keep = Callable[[bytes], object]
"""Is this line wanted?"""

_COPY = re.compile(r"[.-]\d[\d-]*(\.gz)?")
"""`.1`, `.2.gz`, with `dateext` `-20260131.gz`."""


class Log(NamedTuple):
    """A log, and what must not be taken for a copy of it."""

    path: str
    others: Collection[str] = ()
    """logs of their own: `/var/log/bot-1` may be another agent's"""


def written(path: str) -> float:
    """Return when a file was last written, seconds since the epoch; 0: there is none."""
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def last(log: Log, count: int, keep: Keep | None = None, end: int | None = None) -> list[bytes]:
    """Return the last `count` lines that are wanted, oldest first; rotated copies are looked into
    when the file itself does not have so many.

    `end` is the offset at which the file ends for us. Raises PaError for what cannot be read.
    """
    found = _last_of_file(log.path, count, keep, end)
    for copy in copies(log) if len(found) < count else ():
        found = _last_of_copy(copy, count - len(found), keep) + found
        if len(found) >= count:
            break
    return found


def every(log: Log, keep: Keep | None = None, end: int | None = None) -> Iterator[bytes]:
    """Give all lines that are wanted, oldest first, those of rotated copies before."""
    for copy in reversed(copies(log)):
        yield from _of_copy(copy, keep)
    with telling("read", log.path):
        try:
            file = open(log.path, "rb", buffering=0)  # noqa: SIM115 (closed below)
        except FileNotFoundError:
            return
        with file:
            yield from _wanted(forward(partial(_up_to, file, end)), keep)


def _up_to(file: IO[bytes], end: int | None, size: int) -> bytes:
    left = size if end is None else min(size, end - file.tell())
    return file.read(left) if left > 0 else b""


def _wanted(lines: Iterator[bytes], keep: Keep | None) -> Iterator[bytes]:
    return lines if keep is None else filter(keep, lines)


def copies(log: Log) -> list[str]:
    """The rotated copies, the newest first by their times: numbers grow with age, dates fall."""
    directory, _, name = log.path.rpartition("/")
    try:
        entries = set(os.listdir(directory))
    except OSError:
        return []
    found = [
        f"{directory}/{entry}"
        for entry in entries
        if entry.startswith(name)
        and _COPY.fullmatch(entry, len(name))
        # Half-written as long as what it is made of is there.
        and entry.removesuffix(".gz") not in entries - {entry}
    ]
    return sorted(set(found) - set(log.others), key=written, reverse=True)


def _last_of_file(path: str, count: int, keep: Keep | None, end: int | None) -> list[bytes]:
    with telling("read", path):
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return []
        try:
            lines = backward(fd, os.fstat(fd).st_size if end is None else end)
            return list(islice(_wanted(lines, keep), count))[::-1]
        finally:
            os.close(fd)


def _last_of_copy(path: str, count: int, keep: Keep | None) -> list[bytes]:
    if path.endswith(".gz"):
        return list(deque(_of_copy(path, keep), count))
    return _last_of_file(path, count, keep, None)


def _of_copy(path: str, keep: Keep | None) -> Iterator[bytes]:
    with telling("read", path):
        try:
            file = _opened(path)
        except FileNotFoundError:  # it has been rotated away meanwhile
            return
        with file, suppress(EOFError):  # being compressed just now
            yield from _wanted(forward(file.read), keep)


def _opened(path: str) -> BufferedIOBase:
    if not path.endswith(".gz"):
        return open(path, "rb")
    import gzip

    return gzip.open(path)
