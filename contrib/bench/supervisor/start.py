"""Start of 500 agents: from the command of the supervisor to the entry of main() of the last one,
beside a loop of posix_spawn in Python.

`.venv/bin/python contrib/bench/supervisor/start.py [AGENTS [ROUNDS]]`; `peers.py` names the peers.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from peers import available
from rig import HERE, Ear, Ours, Plain, Subject, Verdict, build, workshop

FLOOR = "floor-in-Python"
SLOW_ROUNDS = 1
Make = Callable[[Path], Subject]


def floor(work: Path) -> Subject:
    """The least that does it."""

    def argv(commands: dict[str, list[str]]) -> list[str]:
        (work / "commands").write_text(json.dumps([*commands.values()]))
        return [sys.executable, "-I", "-S", str(HERE / "start_floor.py"), str(work / "commands")]

    return Plain(FLOOR, argv)


@contextmanager
def fresh(make: Make) -> Iterator[tuple[Path, Subject]]:
    """A subject in a directory of its own, and nothing of it afterwards."""
    with workshop() as work:
        build(work, "hello")
        subject = make(work)
        yield work, subject
        subject.down()


def once(make: Make, count: int) -> float:
    """Return milliseconds from the command to the last agent."""
    with fresh(make) as (work, subject):
        ear = Ear(work)
        names = [f"agent-{number:03}" for number in range(count)]
        subject.configure({name: ear.command(work, name) for name in names})
        began = time.monotonic_ns()
        subject.up()
        open_ones, last = set(names), 0
        while open_ones:
            said = ear.hear()
            if said is None:
                raise SystemExit(f"{subject.name}: {len(open_ones)} agents did not come up")
            open_ones.discard(said.name)
            last = max(last, said.at)
        return (last - began) / 1e6


def peers() -> dict[str, Make]:
    """Return those that are there, to be made anew each time."""
    with workshop() as work:
        found = [subject.name for subject in available(work)]

    def make(name: str) -> Make:
        return lambda work: next(one for one in available(work) if one.name == name)

    return {name: make(name) for name in found}


def main(count: int, rounds: int) -> int:
    """Print a table; 1 if the promise is not kept."""
    ours: dict[str, Make] = {FLOOR: floor, "pa": Ours}
    taken: dict[str, list[float]] = {}
    for number in range(rounds):
        for name, make in ours.items() if number else (ours | peers()).items():
            taken.setdefault(name, []).append(once(make, count))
    middle = median(taken[FLOOR])
    print(f"{count} agents{'':<20} {'ms':>9}   × floor")
    for name, times in taken.items():
        print(f"  {name:<28} {median(times):9.1f} {median(times) / middle:9.2f}")
    verdict = Verdict()
    verdict.at_most("pa", median(taken["pa"]) / middle, 2)
    return 0 if verdict.good else 1


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*(*given, *(500, 7)[len(given) :])))
