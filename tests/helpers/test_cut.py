"""The cutter by itself: what a log and its copies hold, with a writer that never waits."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

CUT = Path(__file__).parents[2] / "templates" / "helpers" / "cut"
FILLER = b"\x16"
BLOCK = 4096

WRITER = """
import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
for number in range(int(sys.argv[2])):
    os.write(fd, b"%09d %s\\n" % (number, b"x" * (number * 7 % 190)))
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory below directories of root alone, on a disk: /tmp is everybody's."""
    if os.geteuid() != 0:
        pytest.skip("needs root: an ordinary user has no directory that is safe up to /")
    path = Path(tempfile.mkdtemp(prefix="pa-cut-", dir="/var/lib"))
    yield path
    shutil.rmtree(path)


def cut(live: Path, copy: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-IS", str(CUT), str(live), str(copy)], capture_output=True, text=True
    )


def rotate(live: Path, number: int) -> Path:
    """What logrotate does with `copy` and our script."""
    copy = live.with_name(f"{live.name}.{number}")
    shutil.copyfile(live, copy)
    done = cut(live, copy)
    assert done.returncode == 0, done.stderr
    return copy


def kept(path: Path) -> list[bytes]:
    """The lines of a file, without filler."""
    return [line for line in path.read_bytes().splitlines() if line.strip(FILLER) or not line]


@pytest.mark.parametrize("size", [0, 5, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 70_001])
def test_every_line_is_there_once(place: Path, size: int) -> None:
    live = place / "bot.log"
    lines = [b"%06d" % number for number in range(size // 7)]
    live.write_bytes(b"".join(line + b"\n" for line in lines))
    copy = rotate(live, 1)
    assert kept(copy) == lines
    assert kept(live) == []
    assert live.stat().st_size <= BLOCK + 1


@pytest.mark.parametrize("size", [2 * BLOCK + 1, 2 * BLOCK, 2 * BLOCK - 1])
def test_filler_is_no_empty_line(place: Path, size: int) -> None:
    """One byte of filler would be a line end alone."""
    live = place / "bot.log"
    live.write_bytes(b"a" * (size - 1) + b"\n")
    rotate(live, 1)
    assert live.read_bytes() != b"\n"
    assert kept(live) == []


def test_an_unfinished_line_stays_whole(place: Path) -> None:
    live = place / "bot.log"
    live.write_bytes(b"a" * 9000 + b"\nbegun")
    copy = rotate(live, 1)
    with live.open("ab") as more:
        more.write(b" and ended\n")
    assert copy.read_bytes() == b"a" * 9000 + b"\n"
    assert kept(live) == [b"begun and ended"]


def test_writer_that_never_waits(place: Path) -> None:
    live = place / "bot.log"
    live.touch()
    count = 400_000
    copies = []
    with subprocess.Popen([sys.executable, "-c", WRITER, str(live), str(count)]) as writer:
        while writer.poll() is None or not copies:
            if live.stat().st_size > 1 << 20:
                copies.append(rotate(live, len(copies) + 1))
    assert len(copies) > 2
    numbers = [int(line[:9]) for path in (*copies, live) for line in kept(path)]
    assert numbers == list(range(count))


def test_a_front_that_cannot_be_cut_is_truncated(place: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(place)], check=True)
    try:
        live = place / "bot.log"
        live.write_bytes(b"line\n" * 4000)
        copy = rotate(live, 1)
        assert copy.read_bytes() == b"line\n" * 4000
        assert live.read_bytes() == b""
    finally:
        subprocess.run(["umount", str(place)], check=True)


def _symlink(live: Path, copy: Path, victim: Path) -> None:
    live.unlink()
    live.symlink_to(victim)


def _hard_link(live: Path, copy: Path, victim: Path) -> None:
    live.unlink()
    live.hardlink_to(victim)


def _pipe(live: Path, copy: Path, victim: Path) -> None:
    live.unlink()
    os.mkfifo(live)


def _link_to_directory(live: Path, copy: Path, victim: Path) -> None:
    shutil.move(live.parent, victim.parent / "moved")
    live.parent.symlink_to(victim.parent / "moved")


def _open_directory(live: Path, copy: Path, victim: Path) -> None:
    live.parent.chmod(0o777)


def _foreign_directory(live: Path, copy: Path, victim: Path) -> None:
    os.chown(live.parent, 1000, 1000)


def _foreign_file(live: Path, copy: Path, victim: Path) -> None:
    os.chown(live, 1000, 1000)


def _another_file(live: Path, copy: Path, victim: Path) -> None:
    live.write_bytes(b"other\n" * 3000)


ATTACKS = (
    *(_symlink, _hard_link, _pipe, _link_to_directory),
    *(_open_directory, _foreign_directory, _foreign_file, _another_file),
)


def test_what_may_be_cut_is_told_beforehand(place: Path) -> None:
    live = place / "bot.log"
    live.write_bytes(b"line\n")
    argv = [sys.executable, "-IS", str(CUT), "--check", str(live), str(place / "none")]
    assert subprocess.run(argv).returncode == 0
    assert live.read_bytes() == b"line\n"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__.strip("_"))
def test_nothing_is_cut_that_is_not_ours(place: Path, attack: object) -> None:
    assert callable(attack)
    victim = place / "shadow"
    victim.write_bytes(b"root\n" * 5000)
    log = place / "logs" / "bot.log"
    log.parent.mkdir(mode=0o755)
    copy = log.with_name("bot.log.1")
    for path in (log, copy):
        path.write_bytes(b"root\n" * 5000)
    attack(log, copy, victim)
    before = victim.read_bytes()
    if attack is not _another_file:
        checked = subprocess.run([sys.executable, "-IS", str(CUT), "--check", str(log)])
        assert checked.returncode == 1
    done = cut(log, copy)
    assert done.returncode == 1
    assert "cannot cut" in done.stderr
    assert victim.read_bytes() == before
    if log.is_file():
        assert log.stat().st_size in (len(before), 18000), "nothing was taken out"
