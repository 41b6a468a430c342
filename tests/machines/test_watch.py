"""Files whose change restarts or reloads an agent, on a real systemd."""

import time
from collections.abc import Iterator

import pytest
from on_machine import installed, status, statuses, until, verify

from machines import Machine

SPEC = """
agents:
- name: linked
  cmd: [sleep, "1000"]
  watch: {paths: [/etc/linked/app.yaml]}
  max_restarts: 2
- name: folder
  cmd: [sleep, "1000"]
  watch: {paths: [/etc/folder.d]}
- name: reloads
  cmd: [/bin/sh, -c, "trap 'cat /etc/reloads.yaml >> seen' HUP; while :; do sleep 1 & wait; done"]
  watch: {paths: [/etc/reloads.yaml, /etc/other.yaml], action: reload}
  reload_signal: HUP
  replicas: 2
- name: idle
  cmd: [sleep, "1000"]
  auto_start: false
  watch: {paths: [/etc/folder.d]}
"""
SEEN = "/var/lib/private/reloads/seen"

PREPARE = """
mkdir -p /etc/linked/v1 /etc/linked/v2 /etc/folder.d
echo 1 >/etc/linked/v1/app.yaml; echo 2 >/etc/linked/v2/app.yaml
ln -sfn v1 /etc/linked/..data; ln -sfn ..data/app.yaml /etc/linked/app.yaml
echo first >/etc/reloads.yaml
"""
SWAP = "cd /etc/linked; ln -sfn v2 ..tmp; mv -T ..tmp ..data"
BURST = "for i in $(seq 30); do echo $i >/etc/folder.d/file; sleep 0.02; done"
CLEAN = "rm -rf /etc/linked /etc/folder.d /etc/reloads.yaml /etc/other.yaml"
PATIENCE_S = 20
"""A change is followed in a tenth of a second on an idle host."""


def pids(machine: Machine) -> dict[str, int]:
    return {name: one["pid"] for name, one in statuses(machine).items()}


def path_unit(machine: Machine, name: str) -> str:
    asked = machine.run(["systemctl", "is-active", f"pa-watch-{name}.path"], check=False)
    return asked.stdout.strip()


@pytest.fixture
def watched(machine: Machine) -> Iterator[Machine]:
    """The files that agents watch; of an earlier try nothing is left."""
    machine.shell(f"{CLEAN}; {PREPARE}")
    yield machine
    machine.shell(CLEAN)


def starts(machine: Machine, unit: str, since: str) -> int:
    """How often a unit was started after a cursor of the journal."""
    show = ["journalctl", "-u", unit, "-o", "cat", "--after-cursor", since]
    return machine.run(show).stdout.count("Started ")


def cursor(machine: Machine) -> str:
    """Where the journal is now."""
    machine.run(["journalctl", "--sync"])
    return machine.shell("journalctl -n 0 --show-cursor | sed -n 's/^-- cursor: //p'").strip()


def test_changes_are_followed_while_an_agent_runs(watched: Machine) -> None:
    machine = watched
    since = cursor(machine)
    with installed(machine, SPEC) as done:
        assert "leads through a symlink: /etc/linked is watched too" in done.stderr
        verify(machine, *(f"pa-watch-{name}.path" for name in ("linked", "folder", "reloads")))
        verify(machine, *(f"pa-watch-{name}.service" for name in ("linked", "reloads")))
        before = pids(machine)
        assert path_unit(machine, "linked") == "active"
        assert path_unit(machine, "idle") == "inactive"

        machine.shell(f"{SWAP}; {BURST}; echo second >/etc/reloads.yaml")
        until(lambda: pids(machine)["linked"] not in (0, before["linked"]), PATIENCE_S, "a restart")
        until(lambda: pids(machine)["folder"] not in (0, before["folder"]), PATIENCE_S, "a restart")
        seen = machine.path(SEEN)
        until(
            lambda: seen.exists() and seen.read_text() == "second\n" * 2, PATIENCE_S, "two reloads"
        )
        time.sleep(1.5)
        after = statuses(machine)
        assert after["idle"]["state"] == "stopped", "what was stopped stays so"
        assert after["reloads"]["restarts"] == 0
        # A burst is answered once or twice, and restarts of ours do not use the budget up.
        assert 2 <= starts(machine, "folder.service", since) <= 4
        for _ in range(3):
            known = pids(machine)["linked"]
            machine.shell("echo more >/etc/linked/note")
            until(
                lambda known=known: pids(machine)["linked"] not in (0, known),
                PATIENCE_S,
                "a restart",
            )
        until(lambda: status(machine, "linked")["state"] == "running", PATIENCE_S, "up again")

        # A second file of the same unit, one that was not there.
        machine.shell("echo third >/etc/reloads.yaml; sleep 1.5; echo x >/etc/other.yaml")
        until(lambda: seen.read_text().count("third") == 4, PATIENCE_S, "a reload for each file")

        machine.run(["pa", "stop", "folder"])
        assert path_unit(machine, "folder") == "inactive"
        machine.shell("echo late >/etc/folder.d/file; sleep 1.5")
        assert status(machine, "folder")["state"] == "stopped"
