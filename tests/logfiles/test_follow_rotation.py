"""Following a log while it is rotated in earnest: every line once, in order."""

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pa_units.logfiles import tail
from pa_units.logfiles.copies import Log
from pa_units.logfiles.past import every, last
from pa_units.logfiles.tail import Tail
from tests.shared.rotating import RENAMED, WAYS, Way, rotate

pytestmark = pytest.mark.slow


@pytest.fixture
def log() -> Iterator[Path]:
    """A log where our cutter works."""
    if os.geteuid() != 0:
        pytest.skip("needs root: an ordinary user has no directory that is safe up to /")
    place = Path(tempfile.mkdtemp(prefix="pa-follow-", dir="/var/lib"))
    (place / "bot.log").touch()
    yield place / "bot.log"
    shutil.rmtree(place)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(6))
def test_every_line_comes_once(log: Path, way: Way, seed: int) -> None:
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
            if moment.random() < 0.3 and (way is not RENAMED or not moment.randrange(3)):
                if way is RENAMED:
                    seen += [line.text for line in followed.fresh()]
                rotate(log, way)
        for _ in range(50):
            seen += [line.text for line in followed.fresh()]
    assert [int(line[:6]) for line in seen] == list(range(count))


@pytest.mark.parametrize("way", WAYS)
def test_the_past_is_one_stream(log: Path, way: Way) -> None:
    lines = [b"%06d" % number for number in range(5000)]
    for start in range(0, 5000, 1000):
        with log.open("ab") as file:
            file.write(b"".join(line + b"\n" for line in lines[start : start + 1000]))
        if start < 4000:
            rotate(log, way)
    assert list(every(Log(str(log)))) == lines
    assert last(Log(str(log)), 3500) == lines[-3500:]


def test_a_line_that_goes_on_in_the_next_file_is_whole(log: Path) -> None:
    Path(f"{log}.1").write_bytes(b"one\ntw")
    log.write_bytes(b"o\nthree\n")
    assert list(every(Log(str(log)))) == [b"one", b"two", b"three"]
    assert last(Log(str(log)), 2) == [b"two", b"three"]
