"""What the benches share: commands take turns, and a machine runs a bench file inside.

Other work on the host slows all rows alike only if they are measured side by side, so the rows of a
table take turns, and what is quoted is a ratio of medians: of wall clock, and of CPU time, which
hardly minds a busy host. PYTHONDONTWRITEBYTECODE would make every import slow: it is taken away.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

HERE = Path(__file__).parent
PYTHON = "/opt/pa/bin/python"
"""The interpreter of `pa` in a machine of the test bench."""
FLOOR = "python -c pass"


class Taken(NamedTuple):
    """Milliseconds."""

    wall: float
    cpu: float
    """of the process and its children; of nobody else, PID 1 included"""


Row = Callable[[], Taken]


def command(argv: Sequence[str], codes: Sequence[int] = (0,)) -> Row:
    """A whole process, from its start to its end; output goes to /dev/null."""
    env = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    null = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]

    def act() -> Taken:
        began = time.perf_counter()
        pid = os.posix_spawnp(argv[0], list(argv), env, file_actions=null)
        _, status, used = os.wait4(pid, 0)
        wall = time.perf_counter() - began
        code = os.waitstatus_to_exitcode(status)
        if code not in codes:
            raise SystemExit(f"{' '.join(argv[:6])}: exit code {code}")
        return Taken(wall * 1000, (used.ru_utime + used.ru_stime) * 1000)

    return act


def measure(rows: Mapping[str, Row], rounds: int) -> dict[str, Taken]:
    """Return the medians; the first time of each does not count."""
    for act in rows.values():
        act()
    times: dict[str, list[Taken]] = {name: [] for name in rows}
    for _ in range(rounds):
        for name, act in rows.items():
            times[name].append(act())
    return {name: Taken(*map(median, zip(*taken, strict=True))) for name, taken in times.items()}


class Limit(NamedTuple):
    """A row takes at most so many times as long as another."""

    row: str
    of: str
    ratio: float


def show(title: str, rows: Mapping[str, Taken], limits: Sequence[Limit], base: str) -> bool:
    """Print a table with ratios to `base`; return whether every limit holds, by wall clock."""
    print(f"{title}\n  {'':<30} {'wall':>9} {'CPU':>9}   wall ×  CPU ×   (× {base})")
    for name, taken in rows.items():
        wall, cpu = (mine / floor for mine, floor in zip(taken, rows[base], strict=True))
        print(f"  {name:<30} {taken.wall:7.1f}ms {taken.cpu:7.1f}ms {wall:8.2f} {cpu:6.2f}")
    good = True
    for row, of, most in limits:
        ratio = rows[row].wall / rows[of].wall
        good = good and ratio <= most
        print(f"  {'ok ' if ratio <= most else 'NO '} {row}: {ratio:.2f} of {most} × {of}")
    return good


def inside(machine: object, file: str, *arguments: str, timeout: float = 900) -> dict[str, Taken]:
    """Run a bench file in a machine with `--inside` and return the rows that it prints."""
    import machines

    assert isinstance(machine, machines.Machine)
    machine.path("/root/bench").mkdir(exist_ok=True)
    for name in (file, "turns.py"):
        machine.path(f"/root/bench/{name}").write_text((HERE / name).read_text())
    argv = [PYTHON, f"/root/bench/{file}", "--inside", *arguments]
    printed = machine.run(argv, timeout=timeout).stdout.splitlines()[-1]
    return {name: Taken(*taken) for name, taken in json.loads(printed).items()}


def told(rows: Mapping[str, Taken]) -> None:
    """Hand the rows over to `inside`."""
    print(json.dumps(rows), file=sys.stdout)
