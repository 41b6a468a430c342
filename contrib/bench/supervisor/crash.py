"""Crash to running again: from kill -9 of an agent to the entry of main() of its successor, beside
a supervisor of twenty lines in C.

`.venv/bin/python contrib/bench/supervisor/crash.py [KILLS]`; peers whose programs are in PATH are
measured too (`peers.py`). Subjects take turns. `single`: the agent had run for more than a second;
`loop`: for a tenth of one, as in a crash loop.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from peers import available
from rig import Ear, Ours, Plain, Said, Subject, Verdict, build, percentile, workshop

REGIMES = {"single": (1.1, 1.6), "loop": (0.08, 0.2)}
SLOW_KILLS = 4
"""of peers that wait a second or more"""
FLOOR = "floor-in-C"


def subjects(work: Path) -> list[Subject]:
    """The floor, ours as an ordinary agent, and with what posix_spawn(3) alone cannot do."""
    found: list[Subject] = [Plain(FLOOR, lambda given: [str(work / "restart"), *given[FLOOR]])]
    plain = Ours(work)
    found.append(plain)
    if not os.getuid():
        own = Ours(work, user="nobody", cwd="/tmp", umask=0o027)
        own.name = "pa-own-user-cwd-umask"
        found.append(own)
    return found


def latencies(
    ear: Ear, names: list[str], kills: int, lived: tuple[float, float], running: dict[str, Said]
) -> dict[str, list[float]]:
    """Kill each in turn; return milliseconds."""
    taken: dict[str, list[float]] = {name: [] for name in names}
    dice = random.Random(7)
    for _ in range(kills):
        for name in names:
            wait = dice.uniform(*lived) - (time.monotonic_ns() - running[name].at) / 1e9
            time.sleep(max(0.0, wait))
            began = time.monotonic_ns()
            os.kill(running[name].pid, signal.SIGKILL)
            running[name] = ear.one(name)
            taken[name].append((running[name].at - began) / 1e6)
    return taken


def main(kills: int) -> int:
    """Print a table; 1 if a promise is not kept."""
    verdict = Verdict()
    with workshop() as work:
        build(work, "hello", "restart")
        ear = Ear(work)
        ours = subjects(work)
        others = available(work, "honcho")  # it ends when an agent does
        running = {}
        for subject in (*ours, *others):
            subject.configure({subject.name: ear.command(work, subject.name)})
            subject.up()
            running[subject.name] = ear.one(subject.name)
        time.sleep(1)
        for regime, lived in REGIMES.items():
            taken = latencies(ear, [one.name for one in ours], kills, lived, running)
            taken |= latencies(ear, [one.name for one in others], SLOW_KILLS, lived, running)
            show(regime, taken, verdict, [one.name for one in ours[1:]])
        for subject in (*ours, *others):
            subject.down()
    return 0 if verdict.good else 1


def show(regime: str, taken: dict[str, list[float]], verdict: Verdict, promised: list[str]) -> None:
    """Print one regime."""
    floor = taken[FLOOR]
    middle, high = percentile(floor, 0.5), percentile(floor, 0.95)
    print(f"{regime:<28} {'p50 ms':>9} {'p95 ms':>9}   × floor p50, p95")
    for name, times in taken.items():
        mine, most = percentile(times, 0.5), percentile(times, 0.95)
        print(f"  {name:<26} {mine:9.2f} {most:9.2f} {mine / middle:9.2f} {most / high:9.2f}")
    for name in promised:
        verdict.at_most(f"{name}: p50", percentile(taken[name], 0.5) / middle, 2)
        verdict.at_most(f"{name}: p95", percentile(taken[name], 0.95) / high, 3)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 40))
