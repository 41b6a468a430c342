"""Dependants on a machine: they wait for health, survive failures of others, restart with them."""

import time
from collections.abc import Iterator

import pytest

from machines import Machine

HOME = "/srv/order"

BASE = f"""\
#!/bin/sh
# Fails its first try; after that it is ready half a second after its start, unless it is broken.
cd {HOME} || exit 9
rm -f ready
[ -e tried ] || {{ touch tried; exit 3; }}
[ ! -e broken ] || exit 4
sleep 0.5
touch ready
exec sleep 1000
"""

MIGRATION = f"""\
#!/bin/sh
cd {HOME} || exit 9
sleep 0.3
[ -e half ] || {{ touch half; exit 3; }}
touch migrated
"""

BASE_SPEC = f"""
agents:
  - name: order-base
    cmd: {HOME}/base
    cwd: {HOME}
    backoff: {{initial_delay: 300ms, max_delay: 600ms}}
    health_check: {{command: test -e {HOME}/ready, interval: 1s, timeout: 1s, retries: 3}}
"""
LATE_SPEC = """
name: order-late
cmd: sleep 1000
depends_on: {order-started: {condition: healthy}, order-base: {condition: healthy}}
"""
SPEC = f"""{BASE_SPEC}
  - name: order-migration
    cmd: {HOME}/migration
    cwd: {HOME}
    type: oneshot
    backoff: {{initial_delay: 300ms, max_delay: 600ms}}
  - name: order-started
    cmd: sleep 1000
    depends_on: [order-base]
  - name: order-healthy
    cmd: {{shell: "test -e {HOME}/ready && exec sleep 1000"}}
    max_restarts: 0
    start_timeout: 1s
    depends_on: {{order-base: {{condition: healthy}}}}
  - name: order-migrated
    cmd: {{shell: "test -e {HOME}/migrated && exec sleep 1000"}}
    max_restarts: 0
    depends_on: {{order-migration: {{condition: completed_successfully}}}}
  - name: order-follower
    cmd: sleep 1000
    max_restarts: 1
    depends_on: {{order-base: {{condition: healthy, restart: true}}}}
  - name: order-chain
    cmd: sleep 1000
    depends_on: {{order-follower: {{restart: true}}}}
"""
NAMES = ("base", "migration", "started", "healthy", "migrated", "follower", "chain")


@pytest.fixture
def installed(machine: Machine) -> Iterator[Machine]:
    """All of them, installed while none is running."""
    machine.shell(f"install -d -o kbot -g kbot {HOME}")
    for name, text in (("base", BASE), ("migration", MIGRATION)):
        machine.path(f"{HOME}/{name}").write_text(text)
        machine.path(f"{HOME}/{name}").chmod(0o755)
    machine.path("/root/order.yaml").write_text(SPEC)
    machine.run(["pa", "install", "--no-block", "/root/order.yaml"])
    yield machine
    machine.run(["pa", "uninstall", "--purge", *(f"order-{name}" for name in NAMES)])
    machine.shell(f"rm -rf {HOME}")


def shown(machine: Machine, name: str, *names: str) -> tuple[str, ...]:
    """Properties of an agent's service."""
    found = everywhere(machine, *names)[name]
    return tuple(found[one] for one in names)


def everywhere(machine: Machine, *names: str) -> dict[str, dict[str, str]]:
    """Properties of all services, by one command."""
    units = [f"order-{name}.service" for name in NAMES]
    asked = [f"--property={one}" for one in names]
    blocks = machine.run(["systemctl", "show", *asked, *units]).stdout.split("\n\n")
    found = [dict(line.partition("=")[::2] for line in one.splitlines()) for one in blocks]
    return dict(zip(NAMES, found, strict=True))


def active(machine: Machine) -> dict[str, str]:
    """The state of every agent."""
    return {name: one["ActiveState"] for name, one in everywhere(machine, "ActiveState").items()}


def until(machine: Machine, wanted: dict[str, str], seconds: float = 15) -> None:
    """Wait until agents are in these states."""
    end = time.monotonic() + seconds
    while True:
        found = {name: state for name, state in active(machine).items() if name in wanted}
        if found == wanted:
            return
        assert time.monotonic() < end, (found, machine.shell("journalctl -n 60 -o cat"))
        time.sleep(0.1)


def pids(machine: Machine) -> dict[str, str]:
    return {name: one["MainPID"] for name, one in everywhere(machine, "MainPID").items()}


ALL_UP = dict.fromkeys(NAMES, "active")


def test_dependants(installed: Machine) -> None:
    """One installation, step by step: each step begins where the one before left."""
    until(installed, ALL_UP)
    _started_in_order(installed)
    _an_install_knows_its_neighbours(installed)
    _a_crash_restarts_followers_alone(installed)
    _a_restart_by_hand_does_the_same(installed)
    _a_broken_dependency_is_waited_for(installed)
    _a_stop_in_the_wait_is_clean(installed)


def _started_in_order(machine: Machine) -> None:
    assert shown(machine, "base", "NRestarts") == ("1",)
    assert shown(machine, "migration", "NRestarts", "SubState") == ("1", "exited")
    for name in ("healthy", "migrated", "follower", "chain", "started"):
        assert shown(machine, name, "NRestarts", "StatusText", "Result") == ("0", "", "success")
    up = int(shown(machine, "base", "ActiveEnterTimestampMonotonic")[0])
    for name in ("healthy", "follower"):
        assert int(shown(machine, name, "ExecMainStartTimestampMonotonic")[0]) >= up


def _an_install_knows_its_neighbours(machine: Machine) -> None:
    """The base alone keeps its gate; who comes later can rely on it, and on nothing else."""
    machine.path("/root/one.yaml").write_text(BASE_SPEC)
    before = pids(machine)
    machine.run(["pa", "install", "/root/one.yaml"])
    assert pids(machine) == before
    assert "/gate " in machine.shell("systemctl cat order-base.service")
    machine.path("/root/one.yaml").write_text(LATE_SPEC)
    refused = machine.run(["pa", "install", "/root/one.yaml"], check=False)
    said = refused.stdout + refused.stderr
    assert refused.returncode == 2
    assert "'order-started' was installed without a gate" in said
    assert "health_check: {gate: true}" in said and "'order-base'" not in said


def _a_crash_restarts_followers_alone(machine: Machine) -> None:
    before = pids(machine)
    machine.run(["systemctl", "kill", "--signal=KILL", "--kill-whom=main", "order-base.service"])
    _settle_changed(machine, before, {"base", "follower", "chain"})


def _a_restart_by_hand_does_the_same(machine: Machine) -> None:
    before = pids(machine)
    machine.run(["pa", "restart", "order-base"])
    _settle_changed(machine, before, {"base", "follower", "chain"})


def _settle_changed(machine: Machine, before: dict[str, str], wanted: set[str]) -> None:
    """Wait until just these run anew, and stay so."""
    end = time.monotonic() + 15
    while _changed(machine, before) != wanted:
        assert time.monotonic() < end, (before, pids(machine))
        time.sleep(0.1)
    until(machine, ALL_UP)
    time.sleep(1)
    assert _changed(machine, before) == wanted
    assert shown(machine, "follower", "NRestarts", "Result") == ("0", "success")


def _changed(machine: Machine, before: dict[str, str]) -> set[str]:
    return {name for name, pid in pids(machine).items() if pid not in ("0", before[name])}


def _a_broken_dependency_is_waited_for(machine: Machine) -> None:
    """While it fails again and again its followers run on; one that starts now waits, longer than
    its own start may take."""
    before = pids(machine)
    machine.shell(f"touch {HOME}/broken; systemctl kill --signal=KILL order-base.service")
    machine.shell("systemctl restart --no-block order-healthy.service")
    end = time.monotonic() + 30
    while int(shown(machine, "base", "NRestarts")[0]) < 3:
        assert time.monotonic() < end
        time.sleep(0.3)
    assert _changed(machine, before) <= {"base"}
    state = shown(machine, "healthy", "ActiveState", "SubState", "Job")
    # Under RestartMode=direct the start of the base goes on through its failures, and a start that
    # comes after it has not begun.
    assert state[:2] == ("activating", "start-pre") or (state[0] == "inactive" and state[2] != "0")
    machine.shell(f"rm {HOME}/broken")
    _settle_changed(machine, before, {"base", "follower", "chain", "healthy"})


def _a_stop_in_the_wait_is_clean(machine: Machine) -> None:
    machine.run(["pa", "stop", "order-base", "order-follower"])
    until(machine, {"base": "inactive", "follower": "inactive", "chain": "active"})
    machine.shell(f"touch {HOME}/broken")
    machine.shell("systemctl start --no-block order-follower.service")
    machine.run(["pa", "stop", "order-base"])  # its start is given up, the wait for it begins
    until(machine, {"follower": "activating"})
    time.sleep(0.5)
    (words,) = shown(machine, "follower", "StatusText")
    assert words.startswith("waits: order-base.service is ")
    machine.run(["pa", "stop", "order-follower"])
    assert shown(machine, "follower", "ActiveState", "Result") == ("inactive", "success")
    machine.shell(f"rm {HOME}/broken")
