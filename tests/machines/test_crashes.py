"""Commands that are killed, starved of disk, raced and cut off: each agent is wholly the old or
wholly the new after the next command, on disk, in the ledger and as a process.

`PA_SOAK=1` kills as often as the pages say; without it a few moments each are tried.
"""

import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import many_agents as many
import pytest

from machines import Machine

COUNT = 20
SOAK = bool(os.environ.get("PA_SOAK"))
OFTEN = {"install": 20, "apply": 20, "rollback": 10, "uninstall": 10}
KILLS = OFTEN if SOAK else {"install": 3, "apply": 2, "rollback": 2, "uninstall": 1}

KILLED_AT = """
"$@" >/root/said 2>&1 &
pa=$!
if [ "$FROM" = writing ]; then
    until [ -e /var/lib/pa/staging.json ] || [ -e /var/lib/pa/commit.json ]; do
        kill -0 $pa 2>/dev/null || break
        read -rt 0.001 <> <(:) || :
    done
fi
sleep "$AFTER"
kill -9 $pa 2>/dev/null || :
wait $pa || :
"""
"""Kills a command so many seconds after its start, or after it begins to write."""


@pytest.fixture
def both(machine252: Machine, machine257: Machine) -> Iterator[tuple[Machine, Machine]]:
    """Both versions, side by side: most of the time passes in waiting."""
    pair = (machine252, machine257)
    for machine in pair:
        many.write_other(machine)
        machine.run(["pa", "install", many.OTHER, "--no-block"])
    try:
        yield pair
    finally:
        for machine in pair:
            machine.run(["pa", "uninstall", "--all", "--purge"], check=False)
            machine.shell(f"rm -rf {many.SPECS} {many.OTHER}")


def on_both(pair: tuple[Machine, Machine], act: Callable[[Machine], object]) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(act, pair))


def kill(machine: Machine, moment: random.Random, *command: str) -> None:
    """Half of the moments lie anywhere in the command, half where it writes and starts."""
    writing = moment.random() < 0.5
    env = {
        "FROM": "writing" if writing else "start",
        "AFTER": f"{moment.uniform(0, 0.4 if writing else 1.5):.3f}",
    }
    machine.run(["bash", "-c", KILLED_AT, "kill", *command], env=env, timeout=120)


def next_command(machine: Machine) -> None:
    machine.run(["pa", "install", many.OTHER, "--no-block"], timeout=120)


def _killed(machine: Machine, verb: str) -> None:
    moment = random.Random(f"{verb} {machine.disk.home.name[:8]}")
    before = dict.fromkeys(many.names(COUNT), many.ABSENT)
    outcomes = set()
    for version in range(1, KILLS[verb] + 1):
        many.write_specs(machine, COUNT, version)
        kill(machine, moment, "pa", verb, many.SPECS, "--no-block")
        next_command(machine)
        now = many.settled(machine, COUNT)
        new = dict.fromkeys(many.names(COUNT), version)
        assert now in (before, new), f"killed {verb} to version {version}: {now}"
        many.no_leftovers(machine)
        outcomes.add("new" if now == new else "old")
        before = now
    if SOAK:
        assert outcomes == {"old", "new"}, "the moments were badly chosen"


def test_killed_install(both: tuple[Machine, Machine]) -> None:
    on_both(both, lambda machine: _killed(machine, "install"))


def test_killed_apply(both: tuple[Machine, Machine]) -> None:
    on_both(both, lambda machine: _killed(machine, "apply"))


def test_killed_rollback(both: tuple[Machine, Machine]) -> None:
    on_both(both, _killed_rollbacks)


def _killed_rollbacks(machine: Machine) -> None:
    moment = random.Random(f"rollback {machine.disk.home.name[:8]}")
    many.write_specs(machine, 1, 1)
    machine.run(["pa", "install", many.SPECS])
    many.write_specs(machine, 1, 2)
    machine.run(["pa", "install", many.SPECS])
    now = many.settled(machine, 1)["many00"]
    for _turn in range(KILLS["rollback"]):
        back = {1: 2, 2: 1}[now]
        kill(machine, moment, "pa", "rollback", "many00", "--to", str(back), "--no-block")
        next_command(machine)
        found = many.settled(machine, 1)["many00"]
        assert found in (now, back)
        many.no_leftovers(machine)
        now = found


def test_killed_uninstall(both: tuple[Machine, Machine]) -> None:
    on_both(both, _killed_uninstalls)


def _killed_uninstalls(machine: Machine) -> None:
    moment = random.Random(f"uninstall {machine.disk.home.name[:8]}")
    for version in range(1, KILLS["uninstall"] + 1):
        many.write_specs(machine, 5, version)
        machine.run(["pa", "install", many.SPECS, "--no-block"])
        many.settled(machine, 5)
        kill(machine, moment, "pa", "uninstall", "many*")
        next_command(machine)
        ledger = {name: many._in_ledger(machine, name) for name in many.names(5)}
        assert len(set(ledger.values())) == 1, "an uninstall is all or nothing"
        if many.ABSENT in ledger.values():
            assert many.settled(machine, 5) == ledger
        # Else it was killed after it had stopped them, which is no change of what is installed.
        machine.run(["pa", "start", "--all", "--no-block"])
        assert many.settled(machine, 5) == ledger
        many.no_leftovers(machine)
