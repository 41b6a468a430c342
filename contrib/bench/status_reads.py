"""Time the reads behind `pa status` of many units against `systemctl show` of the same units.

On a machine of the test bench: `cd contrib && python3 -m bench.status_reads [SUITE [UNITS]]`.
All rows of a table come from one run, in turns, so that their ratios hold on a busy host as well.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, run

ROUNDS = 7
PYTHON = "/opt/pa/bin/python"
UNIT = "[Service]\nType=exec\nExecStart=sleep infinity\n"
WHOLE = """
import sys
from pa_units.contracts.refs import Scope
from pa_units.drive import systemd
from pa_units.measure.cgroup import hierarchy, usages
names = sys.argv[1:]
systemd.read(Scope.SYSTEM, {}, names)
usages([f"/system.slice/{name}" for name in names], hierarchy())
"""
SHOWN = "Id,LoadState,ActiveState,SubState,MainPID,NRestarts,MemoryCurrent,CPUUsageNSec"


def measure(rows: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median of each row in milliseconds; the rows take turns."""
    times: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(ROUNDS):
        for name, act in rows.items():
            started = time.perf_counter()
            act()
            times[name].append((time.perf_counter() - started) * 1000)
    return {name: median(taken) for name, taken in times.items()}


def command(argv: Sequence[str]) -> Callable[[], object]:
    return lambda: run(argv, check=True, stdout=DEVNULL)


def inside(names: list[str]) -> None:
    """Measure in the machine and print the rows as JSON."""
    from pa_units.contracts.refs import Scope
    from pa_units.drive import read
    from pa_units.drive.wire import MANY, Wire, open_bus
    from pa_units.measure.cgroup import hierarchy, usages

    def over(calls: int, reads: Callable[[Wire], object]) -> Callable[[], object]:
        def act() -> None:
            with open_bus(Scope.SYSTEM, {}, calls=calls) as wire:
                reads(wire)

        return act

    groups = [f"/system.slice/{name}" for name in names]
    rows = {
        "python -c pass": command([PYTHON, "-c", "pass"]),
        "systemctl show (process)": command(["systemctl", "show", "-p", SHOWN, *names]),
        "ours (process): states and figures": command([PYTHON, "-c", WHOLE, *names]),
        "  states, manager's socket": over(MANY, lambda wire: read.states(wire, names)),
        "  states, bus": over(1, lambda wire: read.states(wire, names)),
        "  list alone, bus": over(1, lambda wire: read.list_units(wire, names)),
        "  details of one, bus": over(1, lambda wire: read.details(wire, names[0])),
        "  control groups": lambda: usages(groups, hierarchy()),
    }
    for act in rows.values():
        act()
    print(json.dumps(measure(rows)))


def bench(suite: str, count: int) -> float:
    """Print the table of one machine; return ours ÷ systemctl show."""
    import machines
    from pa_units.contracts.refs import Scope
    from pa_units.drive import systemd

    names = [f"bench-{number:04}.service" for number in range(count)]
    with machines.make(suite) as machine:
        env = {"DBUS_SYSTEM_BUS_ADDRESS": machine.bus_address}
        for name in names:
            machine.path(f"/etc/systemd/system/{name}").write_text(UNIT)
        systemd.reload(Scope.SYSTEM, env)
        failed = [result for result in systemd.start(Scope.SYSTEM, env, names) if not result.ok]
        if failed:
            raise SystemExit(f"cannot start the units: {failed[0].message}")
        machine.path("/root/status_reads.py").write_text(Path(__file__).read_text())
        argv = [PYTHON, "/root/status_reads.py", "--inside", *names]
        rows: dict[str, float] = json.loads(machine.run(argv, timeout=600).stdout)
    show = rows["systemctl show (process)"]
    print(f"{suite}, {count} units, median of {ROUNDS}")
    for name, taken in rows.items():
        print(f"  {name:<38} {taken:8.1f} ms  {taken / show:6.3f} x systemctl show")
    return rows["ours (process): states and figures"] / show


def main(argv: list[str]) -> int:
    if argv[:1] == ["--inside"]:
        inside(argv[1:])
        return 0
    suites = argv[:1] or ["bookworm", "trixie"]
    count = int(argv[1]) if len(argv) > 1 else 500
    ratios = [bench(suite, count) for suite in suites]
    return 0 if max(ratios) <= 0.2 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
