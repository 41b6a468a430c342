"""What is appended to log files from now on."""

import os
from collections.abc import Iterable, Iterator, Mapping
from time import sleep
from typing import NamedTuple

from pa_units.kit.files import telling
from pa_units.logfiles.copies import FILLER
from pa_units.logfiles.lines import LONGEST, settled
from pa_units.logfiles.resume import REMEMBERED, before, evidence, newest, resume, rotated_since

POLL_S = 0.2
"""How often a followed file is looked at; tail(1) without inotify takes 1 s."""

_CHUNK = 1 << 20
_PATIENCE = 5
"""Looks that are waited for the end of a cut; after these, filler is what the agent prints."""


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


class Tail:
    """Files under our eyes.

    One that was replaced is read to its end, then its successor; one that was cut is gone on with
    where we were, through its rotated copies; one that is not there is waited for. Lines of one
    file come in order, once they are finished; one of more than a megabyte in pieces.
    """

    def __init__(self, starts: Mapping[str, int]) -> None:
        self._files = [_Followed(path, offset) for path, offset in starts.items()]

    def __enter__(self) -> "Tail":
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._files:
            one.close()

    def follow(self) -> Iterator[Line]:
        """Give lines as they are appended, without end."""
        while True:
            silent = True
            for line in self.fresh():
                silent = False
                yield line
            if silent:
                sleep(POLL_S)

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
        self.size = offset
        self.rest = b""
        self.before = b"" if self.fd < 0 else before(self.fd, offset)
        self.missed: Iterator[bytes] = iter(())
        self.patience = _PATIENCE
        self.known = newest(path)

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
        data = next(self.missed, b"")
        if not data and self.fd >= 0:
            if self._is_cut():
                self._find_again()
            data = next(self.missed, b"") or self._appended()
        return self._lines(data) if data else []

    def _appended(self) -> bytes:
        data = os.pread(self.fd, _CHUNK, self.offset)
        if FILLER in data and self.patience:
            # A cut is under way: in a moment these lines are in the copy alone.
            self.patience -= 1
            return b""
        self.patience = _PATIENCE
        self.offset += len(data)
        self.before = (self.before + data)[-REMEMBERED:]
        return data

    def _lines(self, data: bytes) -> list[Line]:
        *lines, self.rest = (self.rest + data).split(b"\n")
        if len(self.rest) >= LONGEST:
            lines.append(self.rest)
            self.rest = b""
        return [Line(self.path, line) for line in lines]

    def _is_cut(self) -> bool:
        """A file that is cut is shorter afterwards, but may have grown again."""
        was, self.size = self.size, os.fstat(self.fd).st_size
        shorter = self.size < max(was, self.offset)
        if shorter or before(self.fd, self.offset) != self.before:
            return True
        # At the head of a file nothing tells it from the one before.
        at_head = self.size > self.offset and not evidence(self.before)
        return at_head and rotated_since(self.path, self.fd, self.known)

    def _find_again(self) -> None:
        """Go on where we were: in a rotated copy, if there is something that we had not read."""
        found = resume(self.path, self.fd, self.offset, self.before, self.known)
        self.known = newest(self.path)
        self.missed, self.offset = found.missed, found.offset
        if found.anew:
            self.rest = b""
        self.before = before(self.fd, self.offset)

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
        self.fd, self.offset, self.size, self.rest, self.before = _open(self.path), 0, 0, b"", b""
        self.known = newest(self.path)
        return True


def _open(path: str) -> int:
    with telling("read", path):
        try:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return -1
