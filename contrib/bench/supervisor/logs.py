"""Output of an agent into its log: lines, and blocks of 64 KiB, beside the least that copies a pipe
into a file in C, with read(2) and with splice(2).

`.venv/bin/python contrib/bench/supervisor/logs.py [MEGABYTES [ROUNDS]]`. Ours and the peers roll
their files at 20 MB and keep them all, which the floors need not; every line is counted afterwards.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import NamedTuple

from peers import available
from rig import Ours, Subject, Verdict, build, cpu_seconds, mentioning, until, workshop

from pa_units.contracts.run_plan import LogFile

LINE = 100
SHAPES = {"lines": 1, "blocks": 655}
"""Lines of 100 bytes per write(2)."""
ROLL = 20 << 20
SETTLED = 0.3
"""Seconds; the agent waits for one."""
COPY, SPLICE = "floor: read, write", "floor: splice"


class Taken(NamedTuple):
    """Of one run."""

    speed: float
    """MB/s from the first write to the last byte in a file"""
    cpu: float
    """seconds on a processor per GB, of whoever copies"""


Run = Callable[[Path, int, int], Taken]


def writer(work: Path, lines: int, each: int) -> list[str]:
    """Return the command of the agent."""
    return [str(work / "writer"), str(lines), str(each), str(work / "done")]


def floor(how: str) -> Run:
    """A pipe with the agent at one end."""

    def run(work: Path, lines: int, each: int) -> Taken:
        logs = work / how
        logs.mkdir()
        copier = subprocess.Popen([work / "copy", logs / "log", how], stdin=subprocess.PIPE)
        assert copier.stdin
        agent = subprocess.Popen(writer(work, lines, each), stdout=copier.stdin)
        copier.stdin.close()
        taken = measured(work, logs, lines, copier.pid)
        agent.kill()
        agent.wait()
        copier.wait()
        return taken

    return run


def supervised(make: Callable[[Path], tuple[Subject, Path]]) -> Run:
    """An agent under a supervisor, which writes below a certain directory."""

    def run(work: Path, lines: int, each: int) -> Taken:
        subject, logs = make(work)
        subject.configure({"agent": writer(work, lines, each)})
        subject.up()
        until(lambda: mentioning(str(work / "writer")), "the start of the agent")
        time.sleep(SETTLED)
        taken = measured(work, logs, lines, subject.pid())
        subject.down()
        return taken

    return run


def ours(work: Path) -> tuple[Subject, Path]:
    """The built-in supervisor."""
    subject = Ours(work)
    log = LogFile(f"{subject.places.logs}/agent.log", ROLL, 999, compress=False)
    subject.changes["stdout"] = log
    return subject, Path(subject.places.logs)


def supervisord(work: Path) -> tuple[Subject, Path]:
    """The peer."""
    subject = next(one for one in available(work) if one.name == "supervisord")
    return subject, work / "supervisord"


def measured(work: Path, logs: Path, lines: int, copier: int) -> Taken:
    """Wait for the last byte, then look whether all lines are there."""
    used = cpu_seconds(copier)
    until(lambda: size(logs) >= lines * LINE, "the last byte")
    ended = time.monotonic_ns()
    used = cpu_seconds(copier) - used
    until((work / "done").exists, "the end of the agent")
    began = int((work / "done").read_text())
    (work / "done").unlink()
    check(logs, lines)
    megabytes = lines * LINE / 1e6
    return Taken(megabytes / (ended - began) * 1e9, used / megabytes * 1000)


def size(logs: Path) -> int:
    """Return the bytes in all files; one may be renamed meanwhile."""
    with suppress(FileNotFoundError):
        return sum(file.stat().st_size for file in logs.iterdir())
    return 0


def check(logs: Path, lines: int) -> None:
    """Every line is there once, in order, in one file."""
    expected = 0
    for file in sorted(logs.iterdir(), key=_age, reverse=True):
        data = file.read_bytes()
        numbers = data.split(b"\n")
        if numbers.pop() or [*map(int, (line[:11] for line in numbers))] != [
            *range(expected, expected + len(numbers))
        ]:
            raise SystemExit(f"{file.name}: a line is torn, missing, doubled or out of order")
        expected += len(numbers)
    if expected != lines:
        raise SystemExit(f"{lines - expected} lines are lost")


def _age(file: Path) -> int:
    number = file.suffix[1:]
    return int(number) if number.isdigit() else 0


def main(megabytes: int, rounds: int) -> int:
    """Print a table for each shape; 1 if a promise is not kept."""
    verdict = Verdict()
    runs: dict[str, Run] = {
        COPY: floor("read"),
        SPLICE: floor("splice"),
        "pa": supervised(ours),
        "supervisord": supervised(supervisord),
    }
    if not shutil.which("supervisord"):
        del runs["supervisord"]
    for shape, each in SHAPES.items():
        taken: dict[str, list[Taken]] = {name: [] for name in runs}
        for _ in range(rounds):
            for name, run in runs.items():
                with workshop() as work:
                    build(work, "writer", "copy")
                    taken[name].append(run(work, megabytes * 10_000, each))
        rows = {name: Taken(*map(median, zip(*all_, strict=True))) for name, all_ in taken.items()}
        show(shape, rows, verdict)
    return 0 if verdict.good else 1


def show(shape: str, rows: dict[str, Taken], verdict: Verdict) -> None:
    """Print one shape."""
    copy, ours = rows[COPY], rows["pa"]
    print(f"{shape:<22} {'MB/s':>8} {'CPU s/GB':>9}   × read, write")
    for name, (speed, cpu) in rows.items():
        print(f"  {name:<20} {speed:8.0f} {cpu:9.2f} {speed / copy.speed:9.2f}")
    if shape == "lines":
        verdict.at_least("pa: speed ÷ copy in C", ours.speed / copy.speed, 0.95)
    else:
        verdict.at_least("pa: speed ÷ splice in C", ours.speed / rows[SPLICE].speed, 0.85)
    verdict.at_most("pa: CPU s/GB", ours.cpu, 0.8)
    if "supervisord" in rows:
        verdict.at_least("pa: speed ÷ supervisord", ours.speed / rows["supervisord"].speed, 1)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(*given, *(400, 5)[len(given) :])))
