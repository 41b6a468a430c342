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


def backward(fd: int, end: int) -> Iterator[bytes]:
    """Give the lines before the offset `end`, the last one first."""
    at = end - 1 if end and os.pread(fd, 1, end - 1) == b"\n" else end
    rest = b""
    while at > 0:
        start = max(0, at - _BLOCK)
        rest, *lines = (os.pread(fd, at - start, start) + rest).split(b"\n")
        at = start
        yield from reversed(lines)
        if len(rest) >= LONGEST and at:
            yield rest
            rest = b""
    if end:
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
