"""Time the status of many agents (state, pid, CPU, memory, restarts) against `systemctl show` of
the same units and against `supervisorctl status` of as many programs.

On machines of the test bench: `.venv/bin/python contrib/bench/status_many.py [SUITE [AGENTS]]`.
supervisor 4.3.0 comes from the package index, into an environment in the machine.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from turns import FLOOR, PYTHON, Limit, command, inside, measure, show, told

if TYPE_CHECKING:
    from machines import Machine

ROUNDS = 9
STATUS, SHOW, SUPERVISOR = "pa status", "systemctl show", "supervisorctl status"
LIMITS = (Limit(STATUS, SHOW, 0.2), Limit(STATUS, SUPERVISOR, 0.4))
SHOWN = "Id,LoadState,ActiveState,SubState,MainPID,NRestarts,MemoryCurrent,CPUUsageNSec"
PEER = "/root/supervisor"
CONFIG = f"""[supervisord]
logfile=/dev/null
logfile_maxbytes=0
pidfile={PEER}/pid
[unix_http_server]
file={PEER}/sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{PEER}/sock
"""
PROGRAM = """[program:{}]
command=sleep infinity
stdout_logfile=NONE
stderr_logfile=NONE
startsecs=0
"""


def names(count: int) -> list[str]:
    """The agents, and the programs."""
    return [f"bench-{number:04}" for number in range(count)]


def rows(count: int) -> None:
    """Runs in the machine."""
    units = [f"{name}.service" for name in names(count)]
    control = [f"{PEER}/bin/supervisorctl", "-c", f"{PEER}/conf", "status"]
    found = {
        FLOOR: command([PYTHON, "-c", "pass"]),
        STATUS: command(["pa", "status"]),
        "pa status --json": command(["pa", "status", "--json"]),
        "pa is-active of all": command(["pa", "is-active", *names(count)]),
        "pa list": command(["pa", "list"]),
        "completion of a name": command(["pa", "__names"]),
        SHOW: command(["systemctl", "show", "-p", SHOWN, *units]),
        SUPERVISOR: command(control),
    }
    told(measure(found, ROUNDS))


def install(machine: "Machine", count: int) -> None:
    """Start the agents under systemd, and as many programs under supervisord."""
    # Hundreds of sandboxes that end at once have stopped a kernel, see docs/test-bench.md.
    agent = "  - {{name: {}, cmd: [sleep, infinity], hardening: off}}\n"
    spec = "".join(map(agent.format, names(count)))
    machine.path("/root/many.yaml").write_text(f"agents:\n{spec}")
    machine.run(["pa", "install", "/root/many.yaml", "--no-block"], timeout=300)
    with tempfile.TemporaryDirectory() as wheels:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", wheels]
        subprocess.run([*pip, "supervisor==4.3.0", "setuptools<81"], check=True)
        machine.path("/root/wheels").mkdir()
        for wheel in Path(wheels).iterdir():
            machine.path(f"/root/wheels/{wheel.name}").write_bytes(wheel.read_bytes())
    machine.run(["python3", "-m", "venv", PEER], timeout=120)
    offline = ["--no-index", "--find-links", "/root/wheels", "supervisor", "setuptools"]
    machine.run([f"{PEER}/bin/pip", "install", "--quiet", *offline], timeout=120)
    programs = "".join(map(PROGRAM.format, names(count)))
    machine.path(f"{PEER}/conf").write_text(CONFIG + programs)
    machine.run([f"{PEER}/bin/supervisord", "-c", f"{PEER}/conf"], timeout=120)
    running = (
        f"systemctl is-active 'bench-*' | grep -cx active; pgrep -cx sleep | grep -x {2 * count}"
    )
    machine.shell(f"for _ in $(seq 120); do {running} && exit; sleep 1; done; exit 1")


def main(arguments: list[str]) -> int:
    """Print one table per suite; 1 if a limit does not hold."""
    import machines

    suites = arguments[:1] or ["bookworm", "trixie"]
    count = int(arguments[1]) if len(arguments) > 1 else 500
    good = True
    for suite in suites:
        with machines.make(suite) as machine:
            install(machine, count)
            found = inside(machine, Path(__file__).name, str(count))
            good = show(f"{suite}, {count} agents", found, LIMITS, SHOW) and good
    return 0 if good else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        rows(int(sys.argv[2]))
    else:
        sys.exit(main(sys.argv[1:]))
