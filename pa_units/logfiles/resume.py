"""Where a reader of a log goes on after the log was cut.

A copy of logrotate(8) holds what the log began with, at the same offsets. So who had read to an
offset knows how much of which copy is missing: the copies and the log follow each other without a
gap, but for the filler at the head of each.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from pa_units.kit.errors import PaError
from pa_units.logfiles.copies import FILLER, Log, copies, filler, head, opened, size, written

if TYPE_CHECKING:
    from io import BufferedIOBase

REMEMBERED = 256
"""bytes before an offset by which a place in a file is known again"""
_HEAD = 1 << 16
_CHUNK = 1 << 20
_BLOCK = 4096
_ROTATIONS = 9
"""that may have come between two looks"""
_TRIES = 3
"""a copy gets another name when it is compressed"""


class Resumed(NamedTuple):
    """How to go on."""

    missed: Iterator[bytes]
    """what copies hold that was not read yet"""
    offset: int
    """then, in the log"""
    anew: bool = False
    """nothing of what was read is there any more: the log was emptied"""


class _Piece(NamedTuple):
    """One of the files that follow each other."""

    path: str
    begin: int
    """behind its filler"""
    end: int


def before(fd: int, offset: int) -> bytes:
    """Return what stands before an offset."""
    start = max(0, offset - REMEMBERED)
    return os.pread(fd, offset - start, start)


def evidence(remembered: bytes) -> bytes:
    """Return what of it is not filler: nothing at the head of a file."""
    end = remembered.rfind(FILLER + b"\n")
    return remembered[end + 2 :] if end >= 0 else remembered.lstrip(FILLER)


def newest(path: str) -> float:
    """Return when the newest copy of a log was last written, 0: there is none."""
    return max(map(written, copies(Log(path))), default=0.0)


def renamed_since(path: str, was: os.stat_result) -> list[str]:
    """Return the copies that are younger than the file `was`, which had the name of the log, the
    oldest first."""
    younger: list[str] = []
    for copy in copies(Log(path)):
        with suppress(FileNotFoundError):
            now = os.stat(copy)
            # Compressed it is another file, of the same time.
            if os.path.samestat(was, now) or now.st_mtime <= was.st_mtime:
                break
            younger.append(copy)
    return younger[::-1]


def rotated_since(path: str, fd: int, known: float) -> bool:
    """Is there a copy newer than `known` of what the log does not hold any more? Asked by who has
    read nothing of it yet."""
    newer = [copy for copy in copies(Log(path)) if written(copy) > known]
    if len(newer) != 1:
        return bool(newer)
    with suppress(OSError, PaError, EOFError):
        # As long as it is being made, the log begins with it.
        return not os.pread(fd, _HEAD, 0).startswith(head(newer[0]))
    return False


def resume(path: str, fd: int, offset: int, remembered: bytes, known: float) -> Resumed:
    """Find the place again that was at `offset`, after the bytes `remembered`, when the newest copy
    was of the time `known`."""
    for _ in range(_TRIES):
        with suppress(FileNotFoundError):
            return _resume(path, fd, offset, remembered, known)
    return Resumed(iter(()), 0, anew=True)


def _resume(path: str, fd: int, offset: int, remembered: bytes, known: float) -> Resumed:
    live = _Piece("", filler(os.pread(fd, _HEAD, 0)), os.fstat(fd).st_size)
    every = copies(Log(path))[:_ROTATIONS]
    probable = sum(written(copy) > known for copy in every)
    pieces = [*(_piece(copy) for copy in reversed(every)), live]
    for rotations in dict.fromkeys((probable, *range(len(every) + 1))):
        following = pieces[len(every) - rotations :]
        found = _place(following, offset)
        if found and _is_there(_before_in(following[found[0]], fd, found[1]), remembered):
            return _from(following[found[0] :], found[1])
    return _cut_without_copy(fd, offset, remembered) or Resumed(iter(()), live.begin, anew=True)


def _piece(copy: str) -> _Piece:
    try:
        return _Piece(copy, filler(head(copy)), size(copy))
    except (OSError, PaError):
        return _Piece(copy, 0, -1)


def _place(pieces: list[_Piece], offset: int) -> tuple[int, int] | None:
    """Which piece, and where in it, was at `offset` when the first of them was the log."""
    for number, piece in enumerate(pieces):
        if offset <= piece.end:
            return number, offset
        if number + 1 < len(pieces):
            offset = offset - piece.end + pieces[number + 1].begin
    return None


def _before_in(piece: _Piece, fd: int, offset: int) -> bytes:
    if not piece.path:
        return before(fd, offset)
    with suppress(OSError, PaError, EOFError), opened(piece.path) as file:
        file.seek(max(0, offset - REMEMBERED))
        return file.read(min(offset, REMEMBERED))
    return b""


def _is_there(found: bytes, remembered: bytes) -> bool:
    """What stood there may be filler by now."""
    kept = evidence(found)
    return evidence(remembered).endswith(kept) and (len(kept) == len(remembered) or kept != found)


def _from(pieces: list[_Piece], offset: int) -> Resumed:
    live, first = pieces[-1], pieces[0]
    if first is live:
        return Resumed(iter(()), offset)
    starts = [offset, *(piece.begin for piece in pieces[1:-1])]
    # Opened now: soon they will have other names.
    files = [opened(piece.path) for piece in pieces[:-1]]
    parts = zip(files, starts, strict=True)
    return Resumed((chunk for file, at in parts for chunk in _rest(file, at)), live.begin)


def _rest(file: "BufferedIOBase", start: int) -> Iterator[bytes]:
    with file, suppress(EOFError):
        file.seek(start)
        while data := file.read(_CHUNK):
            yield data


def _cut_without_copy(fd: int, offset: int, remembered: bytes) -> Resumed | None:
    """Somebody else may cut a log at its front and keep nothing: by whole blocks (fallocate(2))."""
    shorter = offset - os.fstat(fd).st_size
    highest = offset - _BLOCK * max(1, -(-shorter // _BLOCK))
    for at in range(highest, len(remembered) - 1, -_BLOCK):
        if before(fd, at) == remembered:
            return Resumed(iter(()), at)
    return None
