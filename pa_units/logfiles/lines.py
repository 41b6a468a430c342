"""Lines of a file, forwards and backwards, in bounded memory."""

import os
from collections.abc import Callable, Iterator

_BLOCK = 1 << 16
LONGEST = 1 << 20
"""Bytes; a longer line comes in pieces."""


def forward(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Give the lines of what `read(size)` returns, without their ends, until it returns nothing.

    A last line that is not finished counts as one.
    """
    rest = b""
    while data := read(_BLOCK):
        *lines, rest = (rest + data).split(b"\n")
        yield from lines
        if len(rest) >= LONGEST:
            yield rest
            rest = b""
    if rest:
        yield rest


def whole_lines(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Give what `read(size)` returns in blocks that end at the end of a line; the last one may
    not."""
    rest = b""
    while data := read(_BLOCK):
        cut = data.rfind(b"\n") + 1
        if cut or len(rest) >= LONGEST:
            yield rest + data[:cut]
            rest = data[cut:]
        else:
            rest += data
    if rest:
        yield rest


def backward(fd: int, end: int, begin: int = 0) -> Iterator[bytes]:
    """Give the lines between the offsets `begin` and `end`, the last one first."""
    at = end - 1 if end > begin and os.pread(fd, 1, end - 1) == b"\n" else end
    rest = b""
    while at > begin:
        start = max(begin, at - _BLOCK)
        rest, *lines = (os.pread(fd, at - start, start) + rest).split(b"\n")
        at = start
        yield from reversed(lines)
        if len(rest) >= LONGEST and at > begin:
            yield rest
            rest = b""
    if end > begin:
        yield rest


def settled(fd: int) -> int:
    """Return the offset after the last whole line, so that who goes on from there gets the line
    that is being written in one piece."""
    at = end = os.fstat(fd).st_size
    while at > max(0, end - LONGEST):
        start = max(0, at - _BLOCK)
        found = os.pread(fd, at - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        at = start
    return end if at else 0
