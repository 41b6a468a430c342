"""The past of a log and what follows: each line once, with a rotation in every gap between."""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pa_units.logfiles import onward as room
from pa_units.logfiles.copies import Log
from pa_units.logfiles.onward import onward
from tests.shared.rotating import COLLAPSED, RENAMED, WAYS, Way, rotate

pytestmark = pytest.mark.slow

END = b"end"
LOOKS = 1000
"""after these a line that has not come is lost"""
WAY_NAMES = ("collapsed", "compressed", "truncated", "renamed")


@pytest.fixture
def log() -> Iterator[Path]:
    """A log where our cutter works."""
    if os.geteuid() != 0:
        pytest.skip("needs root: an ordinary user has no directory that is safe up to /")
    place = Path(tempfile.mkdtemp(prefix="pa-onward-", dir="/var/lib"))
    yield place / "bot.log"
    shutil.rmtree(place)


class Writer(threading.Thread):
    """Numbers its lines, and writes on while its log is rotated."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self.log, self.count, self.is_needed = log, 0, True
        self.stopped = threading.Event()

    def write(self, lines: int) -> None:
        with self.log.open("ab", buffering=0) as file:
            for _ in range(lines):
                file.write(b"%06d%s\n" % (self.count, b"." * (self.count % 60)))
                self.count += 1

    def run(self) -> None:
        while not self.stopped.is_set():
            self.write(7)
            time.sleep(0.001)
        while self.is_needed:
            with self.log.open("ab") as file:
                file.write(END + b"\n")
            time.sleep(0.05)

    def __enter__(self) -> "Writer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.is_needed = False
        self.join()


class Gaps:
    """Counts the steps of a reader between which another process may come, and comes."""

    def __init__(self, patch: pytest.MonkeyPatch, comes: dict[int, Callable[[], None]]) -> None:
        self.comes, self.passed = comes, 0
        patch.setattr(room, "Followed", self.before(room.Followed))
        for name in ("_look", "_of_copy", "_is_being_made", "_ids", "_is_still", "contents"):
            patch.setattr(room, name, self.before(getattr(room, name)))
        patch.setattr(room.past, "last", self.before(room.past.last))

    def before(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*given: object) -> object:
            self.come()
            return step(*given)

        return stepping

    def come(self) -> None:
        self.passed += 1
        self.comes.pop(self.passed, lambda: None)()


def numbers(lines: list[bytes]) -> list[int]:
    return [int(line[:6]) for line in lines]


def read(log: Path, count: int | None, gaps: Gaps, stop: Callable[[], None]) -> list[int]:
    """All lines up to the last one, as `logs -f` reads them."""
    opened = onward(Log(str(log)), count)
    try:
        seen: list[bytes] = []
        for line in opened.past:
            gaps.come()
            seen.append(line)
        stop()
        for _ in range(LOOKS):
            if END in seen:
                break
            seen += opened.file.fresh()
            time.sleep(0.001)
        return numbers(seen[: seen.index(END)])
    finally:
        opened.file.close()


def coming(log: Path, way: Way, first: int, apart: int) -> dict[int, Callable[[], None]]:
    """Each step of two rotations in a gap of its own."""

    def one(step: Callable[[Path], None]) -> Callable[[], None]:
        return lambda: step(log)

    return {first + apart * number: one(step) for number, step in enumerate(way * 2)}


@pytest.mark.parametrize("way", [COLLAPSED, RENAMED], ids=["collapsed", "renamed"])
@pytest.mark.parametrize("count", [None, 500], ids=["all", "last"])
@pytest.mark.parametrize("apart", [1, 700])
@pytest.mark.parametrize("first", [2, 6, 13])
def test_its_writer_goes_on(
    log: Path, monkeypatch: pytest.MonkeyPatch, way: Way, count: int | None, first: int, apart: int
) -> None:
    writer = Writer(log)
    for _ in range(3):
        writer.write(700)
        rotate(log, way)
    writer.write(700)
    with writer:
        gaps = Gaps(monkeypatch, coming(log, way, first, apart))
        found = read(log, count, gaps, writer.stopped.set)
    assert found == list(range(found[0], writer.count))
    assert found[0] == 0 if count is None else len(found) >= count


@pytest.mark.parametrize("way", WAYS, ids=WAY_NAMES)
@pytest.mark.parametrize("count", [None, 900], ids=["all", "last"])
@pytest.mark.parametrize("apart", [1, 5])
def test_in_every_gap(
    log: Path, monkeypatch: pytest.MonkeyPatch, way: Way, count: int | None, apart: int
) -> None:
    """Nobody writes meanwhile: what copytruncate loses is not the reader's to find."""
    for first in range(1, 25, 2):
        writer = Writer(log)
        for _ in range(2):
            writer.write(400)
            rotate(log, way)
        writer.write(300 * (first % 3))
        comes = coming(log, way, first, apart)
        with monkeypatch.context() as patch:
            found = read(log, count, Gaps(patch, comes), partial(end, writer))
        assert found[-1] == writer.count - 1
        assert found == list(range(found[0], writer.count)), first
        assert found[0] == max(0, writer.count - 50 - count) if count else not found[0]
        for file in log.parent.iterdir():
            file.unlink()


def end(writer: Writer) -> None:
    writer.write(50)
    with writer.log.open("ab") as file:
        file.write(END + b"\n")
