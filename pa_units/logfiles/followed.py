"""One log file that is read as it grows, through every kind of rotation."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, suppress

from pa_units.kit.files import telling
from pa_units.logfiles.copies import FILLER
from pa_units.logfiles.lines import LONGEST, settled
from pa_units.logfiles.past import Keep, contents
from pa_units.logfiles.resume import (
    REMEMBERED,
    before,
    evidence,
    newest,
    renamed_since,
    resume,
    rotated_since,
)

_CHUNK = 1 << 20
_PATIENCE = 5
"""Looks that are waited for the end of a cut; after these, filler is what the agent prints."""


class Followed:
    """A log, read from an offset on."""

    def __init__(self, path: str, offset: int = 0) -> None:
        self.path = path
        self.fd = _open(path)
        self.known = newest(path)
        self._read_to(offset)
        self.rest = b""
        self.held = ExitStack()
        self.missed: Iterator[bytes] = iter(())
        self.patience = _PATIENCE

    def _read_to(self, offset: int) -> None:
        self.offset = self.size = offset
        self.before = b"" if self.fd < 0 else before(self.fd, offset)

    def place(self, offset: int, known: float) -> None:
        """Go on at an offset, of the time at which the newest copy was `known`."""
        self._read_to(offset)
        self.known = known

    def start_with(self, data: bytes, begin: int, size: int, known: float) -> None:
        """Take `data` as what the file of `size` begins with, give it from `begin` on, and go on
        after it.

        So there is something to know the place by: at the head of a file nothing tells it from
        the one before.
        """
        self.offset, self.size = len(data), size
        self.before = data[-REMEMBERED:]
        self.known = known
        self.missed = iter((data[begin:],))

    def end(self) -> int:
        """Return the offset after the last whole line; 0: the file is not there."""
        return settled(self.fd) if self.fd >= 0 else 0

    def close(self) -> None:
        """Read no more."""
        self.held.close()
        self._close()

    def _close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def fresh(self) -> list[bytes]:
        """Return the lines that were finished since the last look, of a megabyte at most."""
        return split(self._whole(self._data()))

    def past(self, older: Iterator[bytes], size: int, keep: Keep | None) -> Iterator[bytes]:
        """Give the lines of `older`, what stood before this, and of the next `size` bytes, or of
        as many as there are."""
        select = split if keep is None else keep.lines
        for data in older:
            yield from select(self._whole(data))
        while size > 0 and (data := self._data()):
            size -= len(data)
            yield from select(self._whole(data))

    def _data(self) -> bytes:
        found = self._read()
        if not found and self._replaced():
            found = self._read()
        return found

    def _read(self) -> bytes:
        data = next(self.missed, b"")
        if not data and self.fd >= 0:
            if self._is_cut():
                self._find_again()
            data = next(self.missed, b"") or self._appended()
        return data

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

    def _whole(self, data: bytes) -> bytes:
        """The lines that `data` finishes; a longer one than LONGEST in pieces."""
        data = self.rest + data
        end = data.rfind(b"\n") + 1
        end = end if len(data) - end < LONGEST else len(data)
        self.rest = data[end:]
        return data[:end]

    def _is_cut(self) -> bool:
        """A file that is cut is shorter afterwards, but may have grown again."""
        was, self.size = self.size, os.fstat(self.fd).st_size
        shorter = self.size < max(was, self.offset)
        if shorter or before(self.fd, self.offset) != self.before:
            return True
        # At the head of a file nothing tells it from the one before.
        at_head = self.size > self.offset and not evidence(self.before)
        return at_head and self._has_name() and rotated_since(self.path, self.fd, self.known)

    def _find_again(self) -> None:
        """Go on where we were: in a rotated copy, if there is something that we had not read."""
        found = resume(self.path, self.fd, self.offset, self.before, self.known)
        self.known = newest(self.path)
        self.missed, self.offset = found.missed, found.offset
        if found.anew:
            self.rest = b""
        self.before = before(self.fd, self.offset)

    def _has_name(self) -> bool:
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(self.fd), os.stat(self.path))
        return False

    def _replaced(self) -> bool:
        """Take the file that now has the name, if it is another one; True if there is more."""
        try:
            now = os.stat(self.path)
        except FileNotFoundError:
            return False
        if self.fd < 0:
            self._take([])
            return True
        had = os.fstat(self.fd)
        if os.path.samestat(had, now):
            return False
        between = renamed_since(self.path, had)
        if not between and not now.st_size:
            # Its writer may still have the old one open (logrotate: `create`, then `postrotate`).
            return False
        if had.st_size <= self.offset:
            self._take(between)
        return True

    def _take(self, between: list[str]) -> None:
        """Go on with what was renamed since, then with the file that has the name."""
        with suppress(FileNotFoundError):
            missed = contents(between, self.held)
            known = newest(self.path)
            self._close()
            self.fd = _open(self.path)
            self.missed = missed
            self.place(0, known)


def split(block: bytes) -> list[bytes]:
    """Return the lines of a block of whole lines, without their ends."""
    return block.removesuffix(b"\n").split(b"\n") if block else []


def _open(path: str) -> int:
    with telling("read", path):
        try:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return -1
