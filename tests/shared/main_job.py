"""The user's own agent on a machine: the steps that several tests take."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from machines import Machine

EXAMPLES = Path(__file__).parents[2] / "contrib" / "examples"
SPEC = "/root/trading-bot.yaml"
KEY = "s3cr3t-value-of-the-key"
WITH_KEY = {"TRADING_API_KEY": KEY}


def prepare(machine: Machine, spec: str | None = None) -> None:
    """Put the program and its spec in place; `spec` replaces the verbatim one."""
    home = "/home/kbot/trading"
    program = (EXAMPLES / "trading_bot.py").read_text()
    machine.path(f"{home}/trading_bot.py").write_text(program)
    machine.path(f"{home}/prod.yaml").write_text("market: none\n")
    machine.path(SPEC).write_text(spec or (EXAMPLES / "trading-bot.yaml").read_text())
    machine.run(["chown", "-R", "kbot:kbot", home])


def status(machine: Machine, name: str = "trading-bot") -> dict[str, Any]:
    """One item of `pa status --json`."""
    done = machine.run(["pa", "status", name, "--json"], check=False)
    (item,) = json.loads(done.stdout)
    return dict(item)


def wait_for(machine: Machine, state: str, seconds: float) -> dict[str, Any]:
    """Poll until the agent is in a state."""
    end = time.monotonic() + seconds
    while True:
        item = status(machine)
        if item["state"] == state:
            return item
        assert time.monotonic() < end, f"still {item['state']} ({item['reason']}) after {seconds}s"
        time.sleep(0.1)


def main_pid(machine: Machine, unit: str = "trading-bot.service") -> int:
    """The main process as the host numbers it: the only one in the unit's control group."""
    group = machine.group / "payload" / "system.slice" / unit / "cgroup.procs"
    try:
        pids = [int(pid) for pid in group.read_text().split()]
    except FileNotFoundError:
        return 0
    found = [pid for pid in pids if _runs_the_bot(pid)]
    return found[0] if found else 0


def _runs_the_bot(pid: int) -> bool:
    try:
        return b"trading_bot.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def started_at(pid: int) -> float:
    """When a process began, in seconds since boot (proc_pid_stat(5), field 22)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


def kill_and_wait(machine: Machine, seconds: float) -> float | None:
    """Kill the main process; return how long its successor took to begin, None without one."""
    victim = main_pid(machine)
    assert victim, "the agent does not run"
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    os.kill(victim, signal.SIGKILL)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pid = main_pid(machine)
        if pid not in (0, victim):
            return started_at(pid) - before
        time.sleep(0.02)
    return None
