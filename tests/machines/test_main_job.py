"""The main job on a real systemd: the user's own file, verbatim, from install to purge."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from main_job import KEY, SPEC, WITH_KEY, kill_and_wait, prepare, status, wait_for

from machines import Machine

TICK = 0.01
"""resolution of a process's start time, in seconds"""
LATEST = 3.0
"""lateness that a busy test host may add, in seconds; on an idle one it is 0.1 to 0.3"""

LEFT = {
    "/var/log/journal",
    "/var/lib/systemd",
    "/var/lib/private",
    "/var/cache",
    "/var/tmp",
    "/etc/.pwd.lock",
}
"""What a machine may gain meanwhile without us: journal, timer stamps, private temp directories."""


def listing(machine: Machine) -> set[str]:
    found = machine.shell("find /etc /var /opt /usr -xdev | sort").splitlines()
    return {path for path in found if not any(path.startswith(left) for left in LEFT)}


def test_install_run_and_leave_nothing(machine: Machine) -> None:
    prepare(machine)
    before = listing(machine)
    machine.run(["pa", "install", SPEC], env=WITH_KEY)
    try:
        item = status(machine)
        assert (item["state"], item["user"], item["enabled"]) == ("running", "kbot", True)
        owner = machine.run(["ps", "-o", "user=", "-p", str(item["pid"])]).stdout.strip()
        assert owner == "kbot"
        shown = machine.run(["systemctl", "status", "trading-bot"]).stdout
        assert "active (running)" in shown and "enabled" in shown
        # Type=exec: the unit is up before the program listens.
        machine.shell(
            "for i in $(seq 50); do curl -sf localhost:8080/health && exit; sleep .1; done; exit 1"
        )
        verified = machine.run(["systemd-analyze", "verify", "trading-bot.service"])
        assert verified.stdout + verified.stderr == ""
        again = machine.run(["pa", "install", SPEC])
        assert "up to date" in again.stdout, "the stored key is used where none is given"
        assert status(machine)["pid"] == item["pid"], "nothing changed, nothing was restarted"
    finally:
        machine.run(["pa", "uninstall", "trading-bot", "--purge"])
    assert listing(machine) == before
    units = machine.run(["systemctl", "list-units", "--all", "--plain", "--no-legend"]).stdout
    assert "trading" not in units and "pa-" not in units
    assert machine.run(["pa", "status", "trading-bot"], check=False).returncode == 4


def test_security_score(machine: Machine) -> None:
    prepare(machine)
    machine.run(["pa", "install", SPEC], env=WITH_KEY)
    try:
        command = ["systemd-analyze", "security", "--no-pager", "trading-bot.service"]
        score = machine.run(command).stdout.splitlines()[-1].partition(": ")[2].split()[0]
        assert float(score) <= 1.3
    finally:
        machine.run(["pa", "uninstall", "trading-bot", "--purge"])


def test_secret_is_seen_by_nobody_else(machine: Machine) -> None:
    prepare(machine)
    machine.run(["pa", "install", SPEC], env=WITH_KEY)
    try:
        assert KEY in machine.shell(
            "tr '\\0' '\\n' </proc/$(pa status trading-bot --json | "
            "python3 -c 'import json,sys; print(json.load(sys.stdin)[0][\"pid\"])')/environ"
        )
        shown = machine.shell("systemctl show trading-bot; systemctl cat trading-bot; journalctl")
        assert KEY not in shown
        holders = machine.shell(
            f"grep -rlF {KEY} /etc /run /var /usr/local /opt /home /tmp 2>/dev/null || true"
        ).split()
        assert holders, "the value must be stored somewhere"
        for path in holders:
            mode = machine.run(["stat", "-c", "%a %U", path]).stdout.split()
            assert mode == ["600", "root"], f"{path} holds the key with mode {mode}"
        refused = machine.run(["cat", holders[0]], user="kbot", check=False)
        assert "Permission denied" in refused.stderr
    finally:
        machine.run(["pa", "uninstall", "trading-bot", "--purge"])


def test_restarts_follow_the_explained_series(
    machine252: Machine, machine257: Machine, record_property: Callable[[str, object], None]
) -> None:
    """Both versions at once: the series of the user's file takes half a minute."""
    with ThreadPoolExecutor(2) as both:
        for lateness in both.map(_follow_series, (machine252, machine257)):
            record_property("lateness", lateness)
            assert max(lateness) < LATEST, f"late by {lateness}"
            assert min(lateness) > -TICK, f"earlier than promised: {lateness}"


def _follow_series(machine: Machine) -> list[float]:
    prepare(machine)
    machine.run(["pa", "install", SPEC], env=WITH_KEY)
    try:
        explained = json.loads(machine.run(["pa", "explain", SPEC, "--json"]).stdout)[0]
        promised = [delay / 1000 for delay in explained["delays_ms"]]
        assert len(promised) == explained["budget"] == 5
        lateness = []
        for number, delay in enumerate(promised, start=1):
            took = kill_and_wait(machine, delay + 5)
            assert took is not None, f"no restart {number}"
            lateness.append(round(took - delay, 3))
        assert kill_and_wait(machine, 1) is None
        failed = wait_for(machine, "failed", 40)
        assert failed["reason"].startswith("gave up after 5 restarts: killed by SIGKILL")
        assert machine.run(["pa", "status", "trading-bot"], check=False).returncode == 3
        machine.run(["pa", "start", "trading-bot"])
        again = status(machine)
        assert (again["state"], again["restarts"]) == ("running", 0)
        return lateness
    finally:
        machine.run(["pa", "uninstall", "trading-bot", "--purge"])


QUICK = """
name: trading-bot
cmd: python trading_bot.py
cwd: /home/kbot/trading
max_restarts: 2
env: {API_KEY: x}
backoff: {initial_delay: 300ms, max_delay: 1s, multiplier: 2, reset_after: 10s}
"""


def test_count_starts_anew_after_stability(machine252: Machine, machine257: Machine) -> None:
    with ThreadPoolExecutor(2) as both:
        # From 254 on the present start is not counted any more once the count was forgotten.
        list(both.map(_stay_up_twice, (machine252, machine257), (2, 3)))


def _stay_up_twice(machine: Machine, allowed: int) -> None:
    prepare(machine, QUICK)
    machine.run(["pa", "install", SPEC])
    try:
        for _round in range(2):
            for _restart in range(2):
                assert kill_and_wait(machine, 5) is not None
            time.sleep(8)
            assert status(machine)["restarts"] == 2, "the count was forgotten too early"
            time.sleep(5)
            assert status(machine)["restarts"] == 0, "the count was not forgotten"
        assert _restarts_until_failed(machine) == allowed
    finally:
        machine.run(["pa", "uninstall", "trading-bot", "--purge"])


def _restarts_until_failed(machine: Machine) -> int:
    restarts = 0
    while kill_and_wait(machine, 3) is not None:
        restarts += 1
    wait_for(machine, "failed", 10)
    return restarts
