"""Rotations of a log in earnest, each in the steps between which a reader may come."""

import gzip
import os
import runpy
import shutil
import time
from collections.abc import Callable
from pathlib import Path

Way = tuple[Callable[[Path], None], ...]
"""The steps of one rotation"""

CUTTER = runpy.run_path(str(Path(__file__).parents[2] / "templates" / "helpers" / "cut"))


def shift(log: Path) -> Path:
    """What logrotate does first: older copies get the next number. Returns where to copy to."""
    for number in range(8, 0, -1):
        for ending in ("", ".gz"):
            old = Path(f"{log}.{number}{ending}")
            if old.exists():
                old.rename(f"{log}.{number + 1}{ending}")
    return Path(f"{log}.1")


def copied(log: Path) -> None:
    time.sleep(0.01)  # two in one tick of the kernel's clock have one time
    shutil.copyfile(log, shift(log))


def cut(log: Path) -> None:
    """In this process: an interpreter of its own takes longer than what it does."""
    live, copy = (CUTTER["opened"](str(path)) for path in (log, f"{log}.1"))
    try:
        assert CUTTER["cut"](live, copy) == ""
    finally:
        os.close(live)
        os.close(copy)


def packed(log: Path) -> None:
    copy = Path(f"{log}.1")
    Path(f"{copy}.gz").write_bytes(gzip.compress(copy.read_bytes()))
    copy.unlink()


def emptied(log: Path) -> None:
    os.truncate(log, 0)


def moved(log: Path) -> None:
    time.sleep(0.01)
    log.rename(shift(log))
    log.touch()


COLLAPSED = (copied, cut)
COMPRESSED = (copied, cut, packed)
TRUNCATED = (copied, emptied)
RENAMED = (moved,)
WAYS: tuple[Way, ...] = (COLLAPSED, COMPRESSED, TRUNCATED, RENAMED)


def rotate(log: Path, way: Way) -> None:
    """All steps of one rotation."""
    for step in way:
        step(log)
