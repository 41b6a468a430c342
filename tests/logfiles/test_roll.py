"""Rolling a log: at line ends, nothing lost or doubled, also when it is interrupted anywhere."""

import os
import stat
from pathlib import Path

import pytest

from pa_units.logfiles import roll


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "bot.log"


def opened(log: Path, text: bytes = b"", keep: int = 3) -> int:
    fd = roll.open_log(str(log), keep)
    os.write(fd, text)
    return fd


def everything(log: Path) -> bytes:
    """The text in its order: what is kept, oldest first, then the live file."""
    rolled = [Path(name) for name in roll.rolled(str(log))]
    return b"".join(file.read_bytes() for file in (*reversed(rolled), log))


def test_the_unfinished_line_goes_on_in_the_new_file(log: Path) -> None:
    fd = opened(log, b"one\ntwo\nthr")
    new = roll.roll(str(log), fd, 3)
    assert log.read_bytes() == b"thr"
    assert (log.parent / "bot.log.1").read_bytes() == b"one\ntwo\n"
    os.lseek(new, 0, os.SEEK_END)
    os.write(new, b"ee\n")
    assert everything(log) == b"one\ntwo\nthree\n"
    assert sorted(os.listdir(log.parent)) == ["bot.log", "bot.log.1"]
    os.close(fd)
    os.close(new)


def test_a_file_that_ends_with_a_line(log: Path) -> None:
    fd = opened(log, b"one\n")
    new = roll.roll(str(log), fd, 3)
    assert log.read_bytes() == b""
    os.close(fd)
    os.close(new)


def test_no_more_than_asked_are_kept(log: Path) -> None:
    for number in range(6):
        fd = opened(log, b"%d\n" % number)
        os.close(roll.roll(str(log), fd, 2))
        os.close(fd)
    names = sorted(os.listdir(log.parent))
    assert names == ["bot.log", "bot.log.1", "bot.log.2"]
    assert everything(log) == b"4\n5\n"


def test_compressed_ones_keep_their_ending(log: Path) -> None:
    (log.parent / "bot.log.1").write_bytes(b"plain")
    (log.parent / "bot.log.2.gz").write_bytes(b"packed")
    roll.shift(str(log), 5)
    assert sorted(os.listdir(log.parent)) == ["bot.log.2", "bot.log.3.gz"]


def test_a_gap_ends_the_shift(log: Path) -> None:
    """So a shift that was interrupted is finished, not repeated."""
    for number in (1, 3):
        (log.parent / f"bot.log.{number}").write_text(str(number))
    roll.shift(str(log), 5)
    assert sorted(os.listdir(log.parent)) == ["bot.log.2", "bot.log.3"]


def test_mode_and_owner_go_on(log: Path) -> None:
    fd = opened(log, b"one\n")
    os.fchmod(fd, 0o644)
    if not os.getuid():
        os.fchown(fd, 1, 2)
    before = os.fstat(fd)
    new = roll.roll(str(log), fd, 3)
    after = os.fstat(new)
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert stat.S_IMODE(after.st_mode) == 0o644
    os.close(fd)
    os.close(new)


def test_a_line_without_an_end_is_not_torn(log: Path) -> None:
    fd = opened(log, b"x" * 3_000_000)
    assert roll.roll(str(log), fd, 3) == -1
    assert os.listdir(log.parent) == ["bot.log"]
    os.close(fd)


@pytest.mark.parametrize("kind", ["symlink", "fifo", "directory"])
def test_what_is_no_regular_file_is_refused(log: Path, kind: str) -> None:
    if kind == "symlink":
        log.symlink_to(log.parent / "elsewhere")
    elif kind == "fifo":
        os.mkfifo(log)
    else:
        log.mkdir()
    with pytest.raises(OSError):
        roll.open_log(str(log), 3)
    assert not (log.parent / "elsewhere").exists()


CALLS = ("open", "write", "fchmod", "ftruncate", "rename", "unlink")
STEPS = 12


class Killed(BaseException):
    """Stands for SIGKILL: no handler of the code under test runs after it."""


class DyingOs:
    """The os module, in which the process dies before its n-th change."""

    def __init__(self, dies_before: int) -> None:
        self.left = dies_before

    def __getattr__(self, name: str) -> object:
        real = getattr(os, name)
        if name not in CALLS:
            return real

        def call(*args: object, **more: object) -> object:
            if name != "open" or (args[1] & os.O_CREAT):  # type: ignore[operator]  (its flags)
                self.left -= 1
                if self.left < 0:
                    raise Killed
            return real(*args, **more)

        return call


@pytest.mark.parametrize("step", range(STEPS))
@pytest.mark.parametrize("rest", [b"", b"unfinish"])
def test_a_kill_at_any_step(
    log: Path, step: int, rest: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (log.parent / "bot.log.1").write_bytes(b"old\n")
    fd = opened(log, b"one\ntwo\n" + rest)
    dying = DyingOs(step)
    monkeypatch.setattr(roll, "os", dying)
    try:
        roll.roll(str(log), fd, 9)
    except Killed:
        done = False
    else:
        done = True
    monkeypatch.setattr(roll, "os", os)
    os.close(fd)
    again = roll.open_log(str(log), 9)
    os.write(again, b"ed\n")
    os.close(again)
    assert everything(log) == b"old\none\ntwo\n" + rest + b"ed\n"
    assert not [name for name in os.listdir(log.parent) if name.startswith(".")]
    assert done or step < STEPS - 1, "raise STEPS: not every step was tried"


def test_a_full_disk_leaves_the_old_file_as_it_was(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fd = opened(log, b"one\ntwo\nthr")
    real = os.rename

    def rename(source: str, target: str) -> None:
        if source.endswith(".rest~"):
            raise OSError(28, "no space left on device")
        real(source, target)

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(OSError, match="no space"):
        roll.roll(str(log), fd, 3)
    monkeypatch.setattr(os, "rename", real)
    assert everything(log) == b"one\ntwo\nthr"
    assert os.listdir(log.parent) == ["bot.log"]
    os.close(fd)
