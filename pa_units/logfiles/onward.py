"""The past of a log, and what follows it: each line once, whatever is rotated meanwhile.

What is shown and what is followed are one stream. All of the past is read from copies that are
held open, then by the reader that follows. The last lines are read backwards, and that counts only
if nothing was rotated before the end of it.
"""

import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from pa_units.kit.errors import PaError
from pa_units.logfiles import past
from pa_units.logfiles.copies import FILLER, Log, copies, filler, head, written
from pa_units.logfiles.followed import Followed
from pa_units.logfiles.past import Keep, contents

_HEAD = 1 << 16
_COMPARED = 4096
"""Bytes at the head of a log that a copy of it has too; a cut takes whole blocks"""
_BEING_MADE_S = 30
"""A copy that was written longer ago, seconds, is not being made"""
_LOOKS = 20
_PAUSE_S = 0.05
"""20 looks are a second: what a cut and its fsync(2) take. Then we take the way that needs no
pause of the rotations, or take filler for what the agent prints."""


class Onward(NamedTuple):
    """A log from which no line is missed."""

    past: Iterator[bytes]
    """its lines up to now"""
    file: Followed
    """gives those after it, once the past was read"""


class _Rotations(NamedTuple):
    """What a log has been through: equal as long as nothing is rotated."""

    ids: tuple[int, int] | None
    """of the live file; None: it is not there"""
    copies: tuple[tuple[str, int, int, int], ...]
    """path, inode, size, time"""
    being_made: str
    """a copy of what the live file still holds; "" if there is none"""
    known: float
    """when the newest of the others was written, seconds since the epoch"""


class _Look(NamedTuple):
    rotations: _Rotations
    head: bytes
    """of the live file"""
    size: int
    """of all of it"""

    @property
    def is_amid_a_cut(self) -> bool:
        return FILLER in self.head[filler(self.head) :]


def onward(log: Log, count: int | None, keep: Keep | None = None) -> Onward:
    """Open a log: its last `count` lines that are wanted, or all (None), and what follows.

    The last lines are read at once. Raises PaError for what cannot be read.
    """
    if count is None:
        return _all(log, keep)
    for _ in range(_LOOKS):
        file = Followed(log.path)
        look = _look(log, file.fd)
        file.place(file.end(), look.rotations.known)
        if not look.rotations.being_made and not look.is_amid_a_cut:
            lines = past.last(log, count, keep, file.offset)
            if _is_still(look, _look(log, file.fd)):
                return Onward(iter(lines), file)
        file.close()
        time.sleep(_PAUSE_S)
    found = _all(log, keep)
    return found._replace(past=iter(deque(found.past, count)))


def _all(log: Log, keep: Keep | None) -> Onward:
    for left in reversed(range(_LOOKS)):
        file = Followed(log.path)
        look = _look(log, file.fd)
        with suppress(FileNotFoundError):
            older = contents([path for path, *_ in reversed(look.rotations.copies)], file.held)
            is_settled = _is_still(look, _look(log, file.fd)) and not look.is_amid_a_cut
            if is_settled or not left:
                return _from_the_head(file, look, older, keep)
        file.close()
        time.sleep(_PAUSE_S)
    raise PaError(f"cannot read {log.path}: its copies change their names all the time")


def _from_the_head(
    file: Followed, look: _Look, older: Iterator[bytes], keep: Keep | None
) -> Onward:
    begin, size = filler(look.head), max(look.size, len(look.head))
    file.start_with(look.head, begin, size, look.rotations.known)
    return Onward(file.past(older, size - begin, keep), file)


def _look(log: Log, fd: int) -> _Look:
    """Look at the copies, then at the log: a copy that is finished between the two is one that the
    log still begins with, or does not count yet."""
    found = copies(log)
    known = tuple(_of_copy(path) for path in found)
    first = os.pread(fd, _HEAD, 0) if fd >= 0 else b""
    being_made = found[0] if found and _is_being_made(found[0], fd, first) else ""
    settled = tuple(one for one in known if one[0] != being_made)
    gone = [path for path in copies(Log(log.path)) if path != being_made]
    newest = max(map(written, gone), default=0.0)
    rotations = _Rotations(_ids(log.path, fd), settled, being_made, newest)
    return _Look(rotations, first, os.fstat(fd).st_size if fd >= 0 else 0)


def _of_copy(path: str) -> tuple[str, int, int, int]:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return path, 0, 0, 0
    return path, found.st_ino, found.st_size, found.st_mtime_ns


def _ids(path: str, fd: int) -> tuple[int, int] | None:
    """Of the file that has the name; of none that another one has taken it from."""
    try:
        now = os.stat(path)
    except FileNotFoundError:
        return None
    return (now.st_dev, now.st_ino) if fd >= 0 and os.path.samestat(now, os.fstat(fd)) else (0, 0)


def _is_being_made(copy: str, fd: int, first: bytes) -> bool:
    """Does the log still hold what the copy does? Such a copy is one of the next moment."""
    if time.time() - written(copy) > _BEING_MADE_S or not first:
        return False
    with suppress(OSError, EOFError, PaError):
        copied = head(copy)[:_COMPARED]
        is_longer = os.fstat(fd).st_size >= os.stat(copy).st_size
        return is_longer and first.startswith(copied)
    return False


def _is_still(was: _Look, now: _Look) -> bool:
    same = was.rotations == now.rotations and was.rotations.ids != (0, 0)
    return same and now.head.startswith(was.head)
