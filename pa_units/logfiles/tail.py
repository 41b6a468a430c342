"""The end of a log file, and what comes after it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from time import sleep
from typing import NamedTuple

_BLOCK = 1 << 16
POLL_S = 0.2
"""How often a followed file is looked at; tail(1) without inotify takes 1 s."""


class Line(NamedTuple):
    """One line of a file, without its line end."""

    path: str
    text: bytes


def last_lines(path: str, count: int) -> tuple[list[bytes], int]:
    """Return the last `count` lines of a file and the offset after them; reads from the end.

    An absent file has no lines. A last line that is not finished counts as one.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return [], 0
    try:
        return _read_back(fd, count)
    finally:
        os.close(fd)


def _read_back(fd: int, count: int) -> tuple[list[bytes], int]:
    end = at = os.fstat(fd).st_size
    if count <= 0:
        return [], end
    data = b""
    while at > 0 and data.count(b"\n") <= count:
        start = max(0, at - _BLOCK)
        data = os.pread(fd, at - start, start) + data
        at = start
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines[-count:], end


def follow(starts: Mapping[str, int]) -> Iterator[Line]:
    """Yield lines as they are appended to files, from the given offsets on, without end.

    A file that was replaced or cut is read from its beginning; one that is not there is waited
    for. Lines of one file come in order; a line is given once it is finished.
    """
    followed = [_Followed(path, offset) for path, offset in starts.items()]
    while True:
        fresh = [line for one in followed for line in one.fresh()]
        yield from fresh
        if not fresh:
            sleep(POLL_S)


class _Followed:
    """One file under our eyes: its descriptor, how far we read, and an unfinished line."""

    def __init__(self, path: str, offset: int) -> None:
        self.path = path
        self.fd = _open(path)
        self.offset = offset
        self.rest = b""

    def fresh(self) -> Sequence[Line]:
        """Return the lines that were finished since the last look."""
        found = self._read()
        if not found and self._replaced():
            found = self._read()
        return found

    def _read(self) -> list[Line]:
        if self.fd < 0:
            return []
        if os.fstat(self.fd).st_size < self.offset:
            self.offset, self.rest = 0, b""
        data = os.pread(self.fd, 1 << 20, self.offset)
        self.offset += len(data)
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [Line(self.path, line) for line in lines]

    def _replaced(self) -> bool:
        """Take the file that now has the name, if it is another one."""
        try:
            now = os.stat(self.path)
        except FileNotFoundError:
            return False
        if self.fd >= 0:
            had = os.fstat(self.fd)
            if (had.st_dev, had.st_ino) == (now.st_dev, now.st_ino):
                return False
            os.close(self.fd)
        self.fd, self.offset, self.rest = _open(self.path), 0, b""
        return True


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return -1
