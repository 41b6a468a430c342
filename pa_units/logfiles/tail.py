"""What is appended to log files from now on."""

from collections.abc import Iterable, Iterator, Mapping
from time import sleep
from typing import NamedTuple

from pa_units.logfiles.followed import Followed

POLL_S = 0.2
"""How often a followed file is looked at; tail(1) without inotify takes 1 s."""


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
    file = Followed(path)
    try:
        return file.end()
    finally:
        file.close()


class Tail:
    """Files under our eyes.

    One that was replaced is read to its end, then its successor; one that was cut is gone on with
    where we were, through its rotated copies; one that is not there is waited for. Lines of one
    file come in order, once they are finished; one of more than a megabyte in pieces.
    """

    def __init__(self, starts: Mapping[str, int]) -> None:
        self._files = [Followed(path, offset) for path, offset in starts.items()]

    def __enter__(self) -> "Tail":
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._files:
            one.close()

    def add(self, file: Followed) -> None:
        """Take one more."""
        self._files.append(file)

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
            yield from (Line(one.path, text) for text in one.fresh())
