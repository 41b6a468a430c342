"""Time `pa install` against an admin who has the same units ready: writes them, `systemctl
daemon-reload`, `systemctl start`. Both until every agent runs, and pa's own command alone, too.

On machines of the test bench: `.venv/bin/python contrib/bench/install_many.py [SUITE [AGENTS…]]`.
"""

import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from subprocess import run
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from turns import Limit, Taken, inside, show, told

READY = Path("/root/ready")
SPEC = "/root/many.yaml"
ROUNDS = {500: 3, 1: 9}
BY_HAND, INSTALL, WAITING = "by hand", "pa install --no-block", "pa install"


def quietly(*argv: str) -> None:
    run(argv, check=True, capture_output=True)


def rows(count: int) -> None:
    """Runs in the machine, where the compiled units are ready."""
    names = [f"bench-{number:04}.service" for number in range(count)]
    files = {
        Path("/") / path.relative_to(READY): path.read_bytes()
        for path in READY.rglob("*")
        if path.is_file() and not path.is_symlink()
    }

    def by_hand() -> None:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o644 if path.is_relative_to("/etc") else 0o755)
        quietly("systemctl", "daemon-reload")
        quietly("systemctl", "start", *names)

    def clear() -> None:
        for some in slices(names):
            quietly("systemctl", "stop", *some)
        for path in files:
            path.unlink()
        quietly("systemctl", "daemon-reload")

    def uninstall() -> None:
        for some in slices(names):
            quietly("pa", "uninstall", *some, "--purge")

    times: dict[str, list[Try]] = {BY_HAND: [], INSTALL: [], WAITING: []}
    for _ in range(ROUNDS.get(count, 3)):
        times[BY_HAND].append(_timed(by_hand, names))
        clear()
        times[INSTALL].append(_timed(lambda: quietly("pa", "install", SPEC, "--no-block"), names))
        uninstall()
        if count == 1:
            times[WAITING].append(_timed(lambda: quietly("pa", "install", SPEC), names))
            uninstall()
    told(
        {
            f"{name}{what}": taken
            for name, tries in times.items()
            if tries
            for what, taken in _medians(tries).items()
        }
    )


def slices(names: Sequence[str]) -> list[Sequence[str]]:
    """Few at once: the ends of 500 sandboxed services have hung a kernel (6.18, the queue in which
    programs of seccomp filters are freed)."""
    return [names[at : at + 50] for at in range(0, len(names), 50)]


class Try(NamedTuple):
    """Seconds."""

    returned: float
    """until the command ended"""
    up: float
    """until every unit had a process"""
    cpu: float
    """of the command and of PID 1"""


def _timed(act: Callable[[], None], names: Sequence[str]) -> Try:
    groups = [Path(f"/sys/fs/cgroup/system.slice/{name}/cgroup.procs") for name in names]
    used, began = _cpu(), time.monotonic()
    act()
    returned = time.monotonic() - began
    while groups:
        groups = [group for group in groups if not _has_process(group)]
        time.sleep(0.005)
    up = time.monotonic() - began
    while run(["systemctl", "list-jobs", "--no-legend"], capture_output=True).stdout:
        time.sleep(0.1)
    return Try(returned, up, _cpu() - used)


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    fields = Path("/proc/1/stat").read_text().rpartition(")")[2].split()
    manager = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return children.ru_utime + children.ru_stime + manager


def _has_process(group: Path) -> bool:
    try:
        return bool(group.read_text())
    except OSError:
        return False


def _medians(tries: Sequence[Try]) -> dict[str, Taken]:
    cpu = median(one.cpu for one in tries) * 1000
    return {
        "": Taken(median(one.up for one in tries) * 1000, cpu),
        ", returns": Taken(median(one.returned for one in tries) * 1000, cpu),
    }


def main(arguments: list[str]) -> int:
    """Print two tables per suite; 1 if a limit does not hold."""
    import machines

    suites = arguments[:1] or ["bookworm", "trixie"]
    counts = [int(count) for count in arguments[1:]] or [1, 500]
    good = True
    for suite in suites:
        for count in counts:
            with machines.make(suite) as machine:
                spec = "".join(
                    f"  - {{name: bench-{number:04}, cmd: [sleep, infinity], hardening: off}}\n"
                    for number in range(count)
                )
                machine.path(SPEC).write_text(f"agents:\n{spec}")
                machine.run(["pa", "compile", SPEC, "-o", str(READY)], timeout=300)
                found = inside(machine, Path(__file__).name, str(count))
            limits = (Limit(INSTALL, BY_HAND, 3.0 if count == 1 else 1.0),)
            good = show(f"{suite}, {count} agents", found, limits, BY_HAND) and good
    return 0 if good else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        rows(int(sys.argv[2]))
    else:
        sys.exit(main(sys.argv[1:]))
