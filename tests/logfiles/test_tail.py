"""Following log files that grow, are rotated in every way, and come and go."""

import os
from pathlib import Path

import pytest

from pa_units.kit.errors import PaError
from pa_units.logfiles import tail
from pa_units.logfiles.tail import Tail

BLOCK = 4096


def texts(followed: Tail) -> list[bytes]:
    return [line.text for line in followed.fresh()]


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_lines_come_when_they_are_finished(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"old\nunfin")
    with Tail(tail.ends([str(path)])) as followed:
        assert texts(followed) == []
        append(path, b"ished\nnext")
        assert texts(followed) == [b"unfinished"]
        append(path, b"\n\n")
        assert texts(followed) == [b"next", b""]


def test_a_new_file_takes_over(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n")
    with Tail(tail.ends([str(path)])) as followed:
        path.rename(tmp_path / "log.1")
        append(tmp_path / "log.1", b"2\n")
        path.write_bytes(b"3\n")
        assert texts(followed) == [b"2"]
        assert texts(followed) == [b"3"]


def test_a_file_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with Tail(tail.ends([str(path)])) as followed:
        assert texts(followed) == []
        path.write_bytes(b"1\n")
        assert texts(followed) == [b"1"]


def test_copytruncate(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n2\n")
    with Tail(tail.ends([str(path)])) as followed:
        os.truncate(path, 0)
        append(path, b"3\n4\n5\n")
        assert texts(followed) == [b"3", b"4", b"5"]


@pytest.mark.parametrize("grown", [0, 20_000])
def test_cut_at_its_front(tmp_path: Path, grown: int) -> None:
    """As FALLOC_FL_COLLAPSE_RANGE leaves it: shorter by whole blocks, what was written after our
    last look still in it, and possibly longer again than it was."""
    path = tmp_path / "log"
    written = b"".join(b"line %d\n" % number for number in range(5_000))
    path.write_bytes(written)
    with Tail(tail.ends([str(path)])) as followed:
        more = b"".join(b"more %d\n" % number for number in range(grown))
        cut = len(written) // BLOCK * BLOCK - BLOCK
        path.write_bytes((written + more + b"last\n")[cut:])
        found = texts(followed)
        assert len(found) == grown + 1
        assert found[-1] == b"last"


def test_an_endless_line_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"")
    with Tail(tail.ends([str(path)])) as followed:
        path.write_bytes(b"x" * (5 << 20))
        pieces = [texts(followed) for _ in range(5)]
    assert b"".join(piece for found in pieces for piece in found) == b"x" * (5 << 20)


def test_several_files(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("a", "b")]
    with Tail(dict.fromkeys(paths, 0)) as followed:
        for path in paths:
            append(Path(path), f"{path}\n".encode())
        assert [(line.path, line.text.decode()) for line in followed.fresh()] == [
            (path, path) for path in paths
        ]


def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(PaError, match="cannot read"):
        tail.ends([f"{tmp_path}/{'x' * 300}"])


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n")
    before = len(os.listdir("/proc/self/fd"))
    with Tail({str(path): 0}) as followed:
        path.rename(tmp_path / "log.1")
        path.write_bytes(b"2\n")
        assert texts(followed) == [b"1"]
        assert texts(followed) == [b"2"]
    assert len(os.listdir("/proc/self/fd")) == before
