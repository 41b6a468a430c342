"""Lines of files, forwards and backwards; logs with their rotated copies."""

import gzip
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pa_units.kit.errors import PaError
from pa_units.logfiles import lines, past
from pa_units.logfiles.copies import Log
from pa_units.logfiles.search import Search


def split(data: bytes) -> list[bytes]:
    """What both directions must agree with."""
    found = data.split(b"\n")
    return found[:-1] if not found[-1] else found


def both_ways(path: Path, block: int) -> tuple[list[bytes], list[bytes]]:
    before = lines._BLOCK
    lines._BLOCK = block
    fd = os.open(path, os.O_RDONLY)
    try:
        back = list(lines.backward(fd, os.fstat(fd).st_size))
        ahead = list(lines.forward(lambda size: os.read(fd, size)))
    finally:
        os.close(fd)
        lines._BLOCK = before
    return ahead, back[::-1]


@given(
    data=st.lists(st.sampled_from([b"\n", b"a", b"\xff\x00", b"longer"])), block=st.integers(1, 9)
)
def test_both_directions_agree(
    tmp_path_factory: pytest.TempPathFactory, data: list[bytes], block: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "lines"
    path.write_bytes(b"".join(data))
    assert both_ways(path, block) == (split(b"".join(data)), split(b"".join(data)))


def test_a_line_without_end_comes_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * (3 * lines.LONGEST) + b"\nend\n")
    ahead, back = both_ways(path, 1 << 16)
    for found in (ahead, back):
        assert b"".join(found) == b"x" * (3 * lines.LONGEST) + b"end"
        assert max(map(len, found)) < 2 * lines.LONGEST


@pytest.mark.parametrize(
    ("data", "at"), [(b"", 0), (b"a", 0), (b"a\n", 2), (b"a\nb", 2), (b"\n\n", 2)]
)
def test_where_whole_lines_end(tmp_path: Path, data: bytes, at: int) -> None:
    path = tmp_path / "log"
    path.write_bytes(data)
    with path.open("rb") as file:
        assert lines.settled(file.fileno()) == at


@pytest.fixture
def rotated(tmp_path: Path) -> Log:
    """Ten lines in a log and three copies, each older than the next; and files that are none."""
    path = tmp_path / "bot.log"
    contents = {
        "bot.log.3.gz": "0 1 2",
        "bot.log.2.gz": "3 4 5",
        "bot.log.1": "6 7",
        "bot.log": "8 9",
        "bot.log-1": "another agent's",
        "bot.log.old": "no copy",
        "bot.logger.1": "no copy",
        "bot.log.1.gz": "half-written",
    }
    for age, (name, words) in enumerate(reversed(contents.items())):
        data = "".join(f"{word}\n" for word in words.split()).encode()
        file = tmp_path / name
        file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        os.utime(file, (time.time() - age, time.time() - age))
    return Log(str(path), (f"{path}-1",))


@pytest.mark.parametrize("count", range(12))
def test_the_last_lines_reach_into_copies(rotated: Log, count: int) -> None:
    everything = [str(number).encode() for number in range(10)]
    assert past.last(rotated, count) == (everything[-count:] if count else [])
    assert list(past.every(rotated)) == everything


def test_wanted_lines_alone(rotated: Log) -> None:
    odd = Search(re.compile("[13579]$"))
    assert past.last(rotated, 3, odd) == [b"5", b"7", b"9"]
    assert list(past.every(rotated, odd)) == [b"1", b"3", b"5", b"7", b"9"]
    assert past.last(rotated, 3, end=2) == [b"6", b"7", b"8"]


def test_empty_lines_are_lines(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a\n\n\nb\n")
    assert (
        list(past.every(Log(str(path)))) == past.last(Log(str(path)), 9) == [b"a", b"", b"", b"b"]
    )


def test_what_is_not_there_has_no_lines(tmp_path: Path) -> None:
    log = Log(str(tmp_path / "no" / "log"))
    assert (past.last(log, 5), list(past.every(log))) == ([], [])


def test_a_broken_copy_is_told(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"a\n")
    (tmp_path / "log.1.gz").write_bytes(b"not gzip at all")
    with pytest.raises(PaError, match=r"cannot read .*log\.1\.gz"):
        past.last(Log(str(tmp_path / "log")), 5)
    whole = gzip.compress(b"b\n" * 100_000)
    (tmp_path / "log.1.gz").write_bytes(whole[: len(whole) // 2])
    assert past.last(Log(str(tmp_path / "log")), 1) == [b"a"]
    assert past.last(Log(str(tmp_path / "log")), 2)[-1] == b"a"


def test_a_gigabyte_is_no_matter(tmp_path: Path) -> None:
    """Sparse, so that the disk does not mind either; the reader cannot know."""
    path = tmp_path / "log"
    with path.open("wb") as file:
        file.truncate(1 << 30)
        file.seek(0, os.SEEK_END)
        file.write(b"".join(b"\nline %d" % number for number in range(100)))
    script = (
        "import resource, time; from pa_units.logfiles import past; began = time.perf_counter();"
        f"found = past.last(past.Log({str(path)!r}), 20); took = time.perf_counter() - began;"
        "print(len(found), took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    found, took, peak_kb = map(float, done.stdout.split())
    assert found == 20
    assert took < 0.1
    assert peak_kb < resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + 30_000
