"""kill -9 of a supervisor, then a new start of it: how often does each of its agents run?

`.venv/bin/python contrib/bench/supervisor/survive.py`; peers whose programs are in PATH are shown
beside ours. runit, s6 and daemontools are left out: their main process starts nothing itself.
"""

import os
import signal
import sys
import time
from pathlib import Path

from peers import available, instances
from rig import Ear, Ours, Plain, Subject, build, until, workshop

AGENTS = ["one", "two", "three"]
SETTLED = 4.0
"""Seconds in which whoever wants to start something again has done it."""


def shown(counts: dict[str, int]) -> str:
    """Say how many of each run."""
    return " ".join(f"{name} {count}x" for name, count in counts.items())


def killed(subject: Subject, work: Path) -> dict[str, int]:
    """Start, kill, start again; return how many of each agent run in the end."""
    ear = Ear(work)
    subject.configure({name: ear.command(work, name) for name in AGENTS})
    subject.up()
    until(lambda: all(instances(work, AGENTS).values()), f"the start of {subject.name}")
    time.sleep(1)
    os.kill(subject.pid(), signal.SIGKILL)
    if isinstance(subject, Plain | Ours) and subject.process:
        subject.process.wait()
    time.sleep(1)
    left = instances(work, AGENTS)
    subject.up()
    time.sleep(SETTLED)
    found = instances(work, AGENTS)
    print(f"{subject.name:<12} after kill -9: {shown(left)}; started again: {shown(found)}")
    subject.down()
    return found


def main() -> int:
    """Print a line for each; 1 if one of ours is missing or runs twice."""
    with workshop() as work:
        names = [one.name for one in available(work, "runsvdir", "s6-svscan", "svscan")]
    for name in names:
        with workshop() as work:
            build(work, "hello")
            killed(next(one for one in available(work) if one.name == name), work)
    with workshop() as work:
        build(work, "hello")
        ours = killed(Ours(work), work)
    return 0 if set(ours.values()) == {1} else 1


if __name__ == "__main__":
    sys.exit(main())
