"""Logs: rolled at line ends, compressed, held back on a full disk, never lost or torn."""

import gzip
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from supervised import PYTHON, Host, until

from pa_units.contracts.run_plan import LogFile
from pa_units.contracts.status import State

pytestmark = pytest.mark.slow

as_root = pytest.mark.skipif(os.getuid() != 0, reason="mounting takes root")

PRINTING = """
import os, sys, time
count, size, pause = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
lines = [b'#%07d ' % n + b'x' * (n % 300) + b'\\n' for n in range(count)]
text = b''.join(lines)
at = 0
while at < len(text):
    at += os.write(1, text[at:at + size])
    if pause: time.sleep(pause)
time.sleep(1000)
"""
"""Prints numbered lines in writes that do not end where lines end."""


def printer(host: Host, count: int, size: int, pause: float = 0.0, **log: object) -> LogFile:
    file = LogFile(str(host.logs / "bot.log"))._replace(**log)  # type: ignore[arg-type]  (a test)
    words = (PYTHON, "-I", "-S", "-c", PRINTING, str(count), str(size), str(pause))
    host.add("bot", *words, stdout=file)
    return file


def files(host: Host) -> list[Path]:
    """Oldest first."""
    found = [file for file in host.logs.iterdir() if not file.name.startswith(".")]
    return sorted(found, key=_age, reverse=True)


def _age(file: Path) -> int:
    word = file.name.removesuffix(".gz").rpartition(".")[2]
    return int(word) if word.isdigit() else 0


def text(file: Path) -> bytes:
    data = file.read_bytes()
    return gzip.decompress(data) if file.name.endswith(".gz") else data


def numbers(host: Host) -> list[int]:
    """Of whole lines: the last one of the live file may be under way."""
    parts = [text(file) for file in files(host)]
    assert all(part.endswith(b"\n") for part in parts[:-1]), "a line was torn"
    return [int(line[1:8]) for line in b"".join(parts).split(b"\n")[:-1]]


def last(host: Host) -> int:
    """The last number that is in the live file; a roll may be under way."""
    try:
        lines = (host.logs / "bot.log").read_bytes().split(b"\n")
    except FileNotFoundError:
        return -1
    return int(lines[-2][1:8]) if len(lines) > 1 else -1


def complete(host: Host, count: int) -> None:
    until(lambda: last(host) == count - 1, 60)
    assert numbers(host) == list(range(count))


@pytest.mark.parametrize(("size", "pause"), [(1 << 16, 0.0), (37, 0.0), (5000, 0.001)])
def test_rolled_at_line_ends(host: Host, size: int, pause: float) -> None:
    count = 20_000 if size > 100 else 3_000
    printer(host, count, size, pause, max_size=100_000, max_files=99, compress=False)
    host.up()
    complete(host, count)
    assert len(files(host)) > 4
    assert all(90_000 < file.stat().st_size <= 100_000 for file in files(host)[:-1])


def test_old_ones_go_and_the_rest_is_compressed(host: Host) -> None:
    printer(host, 20_000, 4096, 0.001, max_size=100_000, max_files=4)
    host.up()
    until(lambda: last(host) == 19_999, 60)
    until(lambda: all(file.name.endswith(".gz") for file in files(host)[:-1]))
    until(lambda: not [name for name in os.listdir(host.logs) if name.startswith(".")])
    assert len(files(host)) == 5
    seen = numbers(host)
    assert seen == list(range(seen[0], 20_000))


def test_a_line_without_an_end_is_kept_whole(host: Host) -> None:
    script = "import os, time; os.write(1, b'x' * 50000 + b'\\n' + b'y\\n'); time.sleep(1000)"
    log = LogFile(str(host.logs / "bot.log"), max_size=1000, max_files=9, compress=False)
    host.python("bot", script, stdout=log)
    host.up()
    until(lambda: b"".join(map(text, files(host))) == b"x" * 50000 + b"\ny\n")


def test_times_before_the_lines(host: Host) -> None:
    log = LogFile(str(host.logs / "bot.log"), timestamps=True)
    host.add("bot", "printf 'one\\ntw'; sleep 0.3; printf 'o\\n'; exec sleep 1000", stdout=log)
    host.up()
    printed = host.says("bot", "o\n")
    lines = [line.split(" ", 1) for line in printed.splitlines()]
    assert [line[1] for line in lines] == ["one", "two"]
    assert all(time.strptime(line[0], "%Y-%m-%dT%H:%M:%SZ") for line in lines)


def test_a_log_that_somebody_removed_or_cut(host: Host) -> None:
    host.add("bot", "while :; do echo line; sleep 0.02; done")
    host.up()
    host.says("bot", "line")
    (host.logs / "bot.log").unlink()
    host.says("bot", "line")
    os.truncate(host.logs / "bot.log", 0)
    until(lambda: host.log("bot"))
    assert set(host.log("bot").split("\n")) <= {"line", ""}


def test_a_symlink_is_not_followed(host: Host) -> None:
    """The directory of a log belongs to root; if it does not, this is the last line of defence."""
    target = host.home / "target"
    (host.logs / "bot.log").symlink_to(target)
    host.add("bot", "echo line; exec sleep 1000")
    host.up()
    host.runs("bot")
    until(lambda: "output waits: cannot write" in host.unit("bot").words)
    assert not target.exists()


@pytest.fixture
def small_disk(host: Host) -> Iterator[Path]:
    """A file system of 300 KB for the logs."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k,mode=755", "tmpfs", str(host.logs)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    yield host.logs
    if host.process and host.process.poll() is None:
        host.kill()
    subprocess.run(["umount", "-l", str(host.logs)], check=True)


@as_root
@pytest.mark.parametrize("kill", [False, True])
def test_a_full_disk_blocks_the_agent_and_loses_nothing(
    host: Host, small_disk: Path, kill: bool
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 200_000)
    count = 2_000  # 300 KB, with what fits into the pipe more than the disk holds
    printer(host, count, 4096, max_size=1_000_000, compress=False)
    host.up()
    words = until(lambda: host.unit("bot").words)
    assert words.startswith("output waits: cannot write")
    assert words.endswith("no space left on device")
    assert host.state("bot") is State.RUNNING
    if kill:
        host.kill()
        host.up()
        until(lambda: host.unit("bot").words)
    ballast.unlink()
    mounted = subprocess.run(["mount", "-o", "remount,size=2m", str(small_disk)], check=True)
    assert mounted.returncode == 0
    until(lambda: numbers(host)[-1:] == [count - 1])
    assert numbers(host) == list(range(count))
    until(lambda: not host.unit("bot").words)


def test_without_a_log_output_is_thrown_away(host: Host) -> None:
    host.add("bot", "echo line; exec sleep 1000", stdout=None)
    host.up()
    host.runs("bot")
    assert not (host.logs / "bot.log").exists()


def test_the_last_words_are_in_the_log_before_the_end_is_told(host: Host) -> None:
    script = "import os; os.write(1, b'%s\\nlast words\\n' % (b'x' * 60000)); os._exit(3)"
    host.python("bot", script, max_restarts=0, boot=False)
    host.up()
    for _ in range(20):
        host.ask("start", "bot")
        host.reaches("bot", State.FAILED)
        host.ask("stop", "bot")
    assert host.log("bot").count("last words") == 20
