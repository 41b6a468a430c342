"""What a log holds: its rotated copies and the file itself, read as one stream."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from pa_units.kit.files import telling
from pa_units.logfiles.copies import Log, copies, filler, is_compressed, opened
from pa_units.logfiles.lines import backward, forward, whole_lines

if TYPE_CHECKING:
    from io import BufferedIOBase

_BLOCK = 1 << 18
_TAIL = 1 << 20
"""Bytes at the end of a compressed copy that are kept while it is read"""


class Keep(Protocol):
    """Which lines are wanted."""

    def __call__(self, line: bytes) -> bool:
        """Is this one?"""

    def lines(self, block: bytes) -> Iterator[bytes]:
        """Those of a block of whole lines."""


def last(log: Log, count: int, keep: Keep | None = None, end: int | None = None) -> list[bytes]:
    """Return the last `count` lines that are wanted, oldest first; rotated copies are looked into
    when the file itself does not have so many.

    `end` is the offset at which the file ends for us. Raises PaError for what cannot be read.
    """
    if count <= 0:
        return []
    found = _backward(log, end)
    wanted = found if keep is None else filter(keep, found)
    return list(islice(wanted, count))[::-1]


def every(log: Log, keep: Keep | None = None) -> Iterator[bytes]:
    """Give all lines that are wanted, oldest first, those of rotated copies before."""
    read = _Stream(log).read
    if keep is None:
        return forward(read)
    return (line for block in whole_lines(read) for line in keep.lines(block))


def contents(paths: list[str], held: ExitStack) -> Iterator[bytes]:
    """Return what copies hold, one after the other, without their filler. They are opened now,
    since soon they will have other names, and closed with `held`.

    Raises FileNotFoundError for one that has another name already.
    """
    files = [held.enter_context(opened(path)) for path in paths]
    return (chunk for path, file in zip(paths, files, strict=True) for chunk in _of(path, file))


class _Stream:
    """All that a log holds, without the filler at the head of each file: a line that goes on in
    the next one is whole."""

    def __init__(self, log: Log) -> None:
        paths = [*reversed(copies(log)), log.path]
        self._chunks = (chunk for path in paths for chunk in self._read_of(path))

    def read(self, _: int = 0) -> bytes:
        """The next piece, empty at the end."""
        return next(self._chunks, b"")

    def _read_of(self, path: str) -> Iterator[bytes]:
        try:
            file = opened(path)
        except FileNotFoundError:  # it has been rotated away meanwhile
            return
        yield from _of(path, file)


def _of(path: str, file: "BufferedIOBase") -> Iterator[bytes]:
    with file, telling("read", path):
        yield from _without_filler(_pieces(file))


def _pieces(file: "BufferedIOBase") -> Iterator[bytes]:
    with suppress(EOFError):  # being compressed just now
        while data := file.read(_BLOCK):
            yield data


def _without_filler(chunks: Iterator[bytes]) -> Iterator[bytes]:
    for first in chunks:
        yield first[filler(first) :]
        break
    yield from chunks


def _backward(log: Log, end: int | None) -> Iterator[bytes]:
    """All lines, the last one first. The first line of a file may begin in the one before."""
    begun: bytes | None = None
    for path in (log.path, *copies(log)):
        for ends, line in _of_file(path, end if path == log.path else None):
            if begun is not None:
                yield from (begun,) if ends else ()
                line = line if ends else line + begun
            begun = line
    if begun is not None:
        yield begun


def _of_file(path: str, end: int | None) -> Iterator[tuple[bool, bytes]]:
    """The lines of a file, the last one first, each with whether a line end follows it."""
    try:
        if is_compressed(path):
            yield from _marked(_of_compressed(path))
            return
        with telling("read", path):
            try:
                fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return
            try:
                size = os.fstat(fd).st_size if end is None else end
                start = filler(os.pread(fd, min(size, _BLOCK), 0))
                ends = size > start and os.pread(fd, 1, size - 1) == b"\n"
                for line in backward(fd, size, start):
                    yield ends, line
                    ends = True
            finally:
                os.close(fd)
    except FileNotFoundError:
        return


def _marked(found: tuple[bool, Iterator[bytes]]) -> Iterator[tuple[bool, bytes]]:
    ends, lines = found
    for line in lines:
        yield ends, line
        ends = True


def _of_compressed(path: str) -> tuple[bool, Iterator[bytes]]:
    """Whether it ends with a line end, and its lines, the last one first."""
    kept, dropped = b"", 0
    with opened(path) as file, telling("read", path):
        for data in _without_filler(_pieces(file)):
            kept += data
            if len(kept) > 2 * _TAIL:
                dropped += len(kept) - _TAIL
                kept = kept[-_TAIL:]
    lines = kept.removesuffix(b"\n").split(b"\n") if kept else []
    return kept.endswith(b"\n"), _reversed(path, lines, whole=not dropped)


def _reversed(path: str, lines: list[bytes], *, whole: bool) -> Iterator[bytes]:
    if whole:
        yield from reversed(lines)
        return
    # Its first line is cut off somewhere.
    given = lines[:0:-1]
    yield from given
    yield from islice(_unpacked(path), len(given), None)


def _unpacked(path: str) -> Iterator[bytes]:
    """All of it, once the tail was not enough."""
    from tempfile import TemporaryFile

    with opened(path) as file, telling("read", path), TemporaryFile() as plain:
        for data in _without_filler(_pieces(file)):
            plain.write(data)
        plain.flush()
        yield from backward(plain.fileno(), plain.tell())
