"""Roll a log file that we alone append to: NAME becomes NAME.1, at the end of a line.

A kill at any point loses nothing and doubles nothing: the beginning of an unfinished line is in
`.NAME.rest~` before it is cut off the old file, and `open_log` finishes what was interrupted.
"""

import os
import stat
from collections.abc import Iterator

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_BLOCK = 1 << 16
LONGEST_LINE = 1 << 20
"""Bytes at the end of a file in which a line end is looked for; a longer line delays the roll."""


def open_log(path: str, keep: int) -> int:
    """Open a log for appending, made if it is not there; its position is its end.

    Raises OSError, also for what is no regular file or a symlink.
    """
    _finish(path, keep)
    fd = os.open(path, _FLAGS, 0o640)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(0, "not a regular file", path)
    os.lseek(fd, 0, os.SEEK_END)
    return fd


def roll(path: str, fd: int, keep: int) -> int:
    """Give the file of `fd` the name NAME.1, older ones the next number, and return its successor.

    Not more than `keep` are kept. Returns -1, and nothing is changed, if the file has no line end
    in its last megabyte. Raises OSError; then the old file goes on.
    """
    size = os.fstat(fd).st_size
    cut = _line_end(fd, size)
    if cut < 0:
        return -1
    content = os.pread(fd, size - cut, cut)
    successor = _successor(_rest_of(path), fd, content)
    try:
        os.ftruncate(fd, cut)
        _change_names(path, keep)
    except OSError:
        os.close(successor)
        _undo(path, fd, cut, content)
        raise
    return successor


def _change_names(path: str, keep: int) -> None:
    shift(path, keep)
    os.rename(path, f"{path}.1")
    os.rename(_rest_of(path), path)


def _undo(path: str, fd: int, cut: int, content: bytes) -> None:
    if not _exists(path):
        os.rename(f"{path}.1", path)
    os.pwrite(fd, content, cut)
    os.unlink(_rest_of(path))


def _rest_of(path: str) -> str:
    directory, _, name = path.rpartition("/")
    return f"{directory}/.{name}.rest~"


def _successor(rest: str, old: int, content: bytes) -> int:
    was = os.fstat(old)
    fd = os.open(rest, _NEW, 0o600)
    try:
        if os.write(fd, content) < len(content):
            raise OSError(28, "no space left on device", rest)
        now = os.fstat(fd)
        if (now.st_uid, now.st_gid) != (was.st_uid, was.st_gid):
            os.fchown(fd, was.st_uid, was.st_gid)
        os.fchmod(fd, stat.S_IMODE(was.st_mode))
    except OSError:
        os.close(fd)
        os.unlink(rest)
        raise
    return fd


def _line_end(fd: int, size: int) -> int:
    """Return the offset after the last line end, -1 if there is none near the end."""
    at = size
    while at > 0 and size - at < LONGEST_LINE:
        start = max(0, at - _BLOCK)
        found = os.pread(fd, at - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        at = start
    return -1


def _finish(path: str, keep: int) -> None:
    """Finish or undo a roll that was interrupted. The old file ends with a whole line from the
    moment that it was cut, and that is after its rest was written."""
    rest = _rest_of(path)
    if not os.path.lexists(rest):
        return
    if _exists(path) and not _ends_a_line(path):
        os.unlink(rest)
        return
    if _exists(path):
        _change_names(path, keep)
    else:
        os.rename(rest, path)


def _ends_a_line(path: str) -> bool:
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        size = os.fstat(fd).st_size
        return size == 0 or os.pread(fd, 1, size - 1) == b"\n"
    finally:
        os.close(fd)


def _exists(path: str) -> bool:
    return os.path.lexists(path)


ENDINGS = ("", ".gz")


def rolled(path: str) -> Iterator[str]:
    """Give the rolled files of a log, the newest first, up to the first free number."""
    number = 1
    while name := _numbered(path, number):
        yield name
        number += 1


def _numbered(path: str, number: int) -> str:
    names = (f"{path}.{number}{ending}" for ending in ENDINGS)
    return next((name for name in names if _exists(name)), "")


def shift(path: str, keep: int) -> None:
    """Free the name NAME.1. Files above the first free number stay, so that a shift that was
    interrupted is finished, not repeated."""
    names = list(rolled(path))
    _drop_doubles(path, len(names))
    for name in names[max(keep - 1, 0) :]:
        os.unlink(name)
    for number, name in reversed(list(enumerate(names[: max(keep - 1, 0)], start=1))):
        os.rename(name, _next_name(path, name, number))


def _drop_doubles(path: str, count: int) -> None:
    """A compressed file gets its name when it is whole; a kill may come before the plain one is
    removed."""
    for number in range(1, count + 1):
        if _exists(f"{path}.{number}") and _exists(f"{path}.{number}.gz"):
            os.unlink(f"{path}.{number}.gz")


def _next_name(path: str, name: str, number: int) -> str:
    ending = name.removeprefix(f"{path}.{number}")
    return f"{path}.{number + 1}{ending}"
