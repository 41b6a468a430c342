"""Following a log while it is rotated in earnest: every line once, in order."""

import gzip
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pa_units.logfiles import tail
from pa_units.logfiles.copies import Log
from pa_units.logfiles.past import every, last
from pa_units.logfiles.tail import Tail

pytestmark = pytest.mark.slow

CUT = Path(__file__).parents[2] / "templates" / "helpers" / "cut"


@pytest.fixture
def log() -> Iterator[Path]:
    """A log where our cutter works."""
    if os.geteuid() != 0:
        pytest.skip("needs root: an ordinary user has no directory that is safe up to /")
    place = Path(tempfile.mkdtemp(prefix="pa-follow-", dir="/var/lib"))
    (place / "bot.log").touch()
    yield place / "bot.log"
    shutil.rmtree(place)


def shift(log: Path) -> Path:
    """What logrotate does first: older copies get the next number. Returns where to copy to."""
    for number in range(8, 0, -1):
        for ending in ("", ".gz"):
            old = Path(f"{log}.{number}{ending}")
            if old.exists():
                old.rename(f"{log}.{number + 1}{ending}")
    return Path(f"{log}.1")


def collapsed(log: Path) -> None:
    copy = shift(log)
    shutil.copyfile(log, copy)
    subprocess.run([sys.executable, "-IS", str(CUT), str(log), str(copy)], check=True)


def compressed(log: Path) -> None:
    collapsed(log)
    copy = Path(f"{log}.1")
    Path(f"{copy}.gz").write_bytes(gzip.compress(copy.read_bytes()))
    copy.unlink()


def truncated(log: Path) -> None:
    time.sleep(0.01)  # two in one tick of the kernel's clock have one time
    shutil.copyfile(log, shift(log))
    os.truncate(log, 0)


def renamed(log: Path) -> None:
    log.rename(shift(log))
    log.touch()


WAYS = (collapsed, compressed, truncated, renamed)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(6))
def test_every_line_comes_once(log: Path, way: Callable[[Path], None], seed: int) -> None:
    moment, count = random.Random(seed), 0
    seen: list[bytes] = []
    with Tail(tail.ends([str(log)])) as followed:
        for _ in range(40):
            with log.open("ab") as file:
                for _ in range(moment.choice((0, 1, 20, 900))):
                    file.write(b"%06d%s\n" % (count, b"." * moment.randrange(60)))
                    count += 1
            for _ in range(moment.choice((0, 1, 2))):
                seen += [line.text for line in followed.fresh()]
            if moment.random() < 0.3 and (way is not renamed or not moment.randrange(3)):
                if way is renamed:
                    seen += [line.text for line in followed.fresh()]
                way(log)
        for _ in range(50):
            seen += [line.text for line in followed.fresh()]
    assert [int(line[:6]) for line in seen] == list(range(count))


@pytest.mark.parametrize("way", WAYS)
def test_the_past_is_one_stream(log: Path, way: Callable[[Path], None]) -> None:
    lines = [b"%06d" % number for number in range(5000)]
    for start in range(0, 5000, 1000):
        with log.open("ab") as file:
            file.write(b"".join(line + b"\n" for line in lines[start : start + 1000]))
        if start < 4000:
            way(log)
    assert list(every(Log(str(log)))) == lines
    assert last(Log(str(log)), 3500) == lines[-3500:]


def test_a_line_that_goes_on_in_the_next_file_is_whole(log: Path) -> None:
    Path(f"{log}.1").write_bytes(b"one\ntw")
    log.write_bytes(b"o\nthree\n")
    assert list(every(Log(str(log)))) == [b"one", b"two", b"three"]
    assert last(Log(str(log)), 2) == [b"two", b"three"]
