"""What is appended to log files from now on."""

import os
from collections.abc import Iterable, Iterator, Mapping
from time import sleep
from typing import NamedTuple

from pa_units.kit.files import telling
from pa_units.logfiles.lines import LONGEST, settled

POLL_S = 0.2
"""How often a followed file is looked at; tail(1) without inotify takes 1 s."""

_CHUNK = 1 << 20
_REMEMBERED = 256
"""Bytes before our offset by which we see that a file was cut at its front."""
_BLOCK = 4096
"""What is cut off is a number of whole blocks (FALLOC_FL_COLLAPSE_RANGE, fallocate(2))."""


class Line(NamedTuple):
    """One line of a file, without its line end."""

    path: str
    text: bytes


def ends(paths: Iterable[str]) -> dict[str, int]:
    """Return for each file the offset after its last whole line; 0 for one that is not there.

    Raises PaError for what cannot be read.
    """
    return {path: _end(path) for path in paths}


def _end(path: str) -> int:
    fd = _open(path)
    if fd < 0:
        return 0
    try:
        return settled(fd)
    finally:
        os.close(fd)


def follow(starts: Mapping[str, int]) -> Iterator[Line]:
    """Yield lines as they are appended to files, from the given offsets on, without end."""
    with Tail(starts) as tail:
        while True:
            silent = True
            for line in tail.fresh():
                silent = False
                yield line
            if silent:
                sleep(POLL_S)


class Tail:
    """Files under our eyes.

    One that was replaced is read to its end, then its successor; one that was cut is gone on with
    where we were, or read from its beginning; one that is not there is waited for. Lines of one
    file come in order, once they are finished; one of more than a megabyte in pieces.
    """

    def __init__(self, starts: Mapping[str, int]) -> None:
        self._files = [_Followed(path, offset) for path, offset in starts.items()]

    def __enter__(self) -> "Tail":
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._files:
            one.close()

    def fresh(self) -> Iterator[Line]:
        """Give the lines that were finished since the last look, at most a megabyte of each file
        at a time."""
        for one in self._files:
            yield from one.fresh()


class _Followed:
    def __init__(self, path: str, offset: int) -> None:
        self.path = path
        self.fd = _open(path)
        self.offset = offset
        self.rest = b""
        self.before = b"" if self.fd < 0 else _before(self.fd, offset)

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def fresh(self) -> list[Line]:
        found = self._read()
        if not found and self._replaced():
            found = self._read()
        return found

    def _read(self) -> list[Line]:
        if self.fd < 0:
            return []
        if self._is_cut():
            self._find_again()
        data = os.pread(self.fd, _CHUNK, self.offset)
        if not data:
            return []
        self.offset += len(data)
        self.before = (self.before + data)[-_REMEMBERED:]
        *lines, self.rest = (self.rest + data).split(b"\n")
        if len(self.rest) >= LONGEST:
            lines.append(self.rest)
            self.rest = b""
        return [Line(self.path, line) for line in lines]

    def _is_cut(self) -> bool:
        return _before(self.fd, self.offset) != self.before

    def _find_again(self) -> None:
        """Go on behind what we have read, if that is still there some blocks further ahead."""
        size = os.fstat(self.fd).st_size
        highest = self.offset - _BLOCK * max(1, -(-(self.offset - size) // _BLOCK))
        for offset in range(highest, len(self.before) - 1, -_BLOCK):
            if _before(self.fd, offset) == self.before:
                self.offset = offset
                return
        self.offset, self.rest, self.before = 0, b"", b""

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
        self.close()
        self.fd, self.offset, self.rest, self.before = _open(self.path), 0, b"", b""
        return True


def _before(fd: int, offset: int) -> bytes:
    start = max(0, offset - _REMEMBERED)
    return os.pread(fd, offset - start, start)


def _open(path: str) -> int:
    with telling("read", path):
        try:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return -1
