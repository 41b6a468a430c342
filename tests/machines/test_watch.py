"""Files whose change restarts or reloads an agent, on a real systemd."""

import time

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
CLEAN = "rm -r /etc/linked /etc/folder.d /etc/reloads.yaml"


def pids(machine: Machine) -> dict[str, int]:
    return {name: one["pid"] for name, one in statuses(machine).items()}


def path_unit(machine: Machine, name: str) -> str:
    asked = machine.run(["systemctl", "is-active", f"pa-watch-{name}.path"], check=False)
    return asked.stdout.strip()


def test_changes_are_followed_while_an_agent_runs(machine: Machine) -> None:
    machine.shell(PREPARE)
    with installed(machine, SPEC) as done:
        assert "leads through a symlink: /etc/linked is watched too" in done.stderr
        verify(machine, *(f"pa-watch-{name}.path" for name in ("linked", "folder", "reloads")))
        verify(machine, *(f"pa-watch-{name}.service" for name in ("linked", "reloads")))
        before = pids(machine)
        assert path_unit(machine, "linked") == "active"
        assert path_unit(machine, "idle") == "inactive"

        machine.shell(f"{SWAP}; {BURST}; echo second >/etc/reloads.yaml")
        until(lambda: pids(machine)["linked"] not in (0, before["linked"]), 6, "a restart")
        until(lambda: pids(machine)["folder"] not in (0, before["folder"]), 6, "a restart")
        seen = machine.path(SEEN)
        until(lambda: seen.exists() and seen.read_text() == "second\n" * 2, 6, "two reloads")
        time.sleep(1.5)
        after = statuses(machine)
        assert after["idle"]["state"] == "stopped", "what was stopped stays so"
        assert after["reloads"]["restarts"] == 0
        # A burst is answered once or twice, and restarts of ours do not use the budget up.
        starts = machine.shell("journalctl -b -u folder.service -o cat | grep -c '^Started'")
        assert 2 <= int(starts) <= 4
        for _ in range(3):
            known = pids(machine)["linked"]
            machine.shell("echo more >/etc/linked/note")
            until(lambda known=known: pids(machine)["linked"] not in (0, known), 6, "a restart")
        until(lambda: status(machine, "linked")["state"] == "running", 6, "up again")

        # A second file of the same unit, one that was not there.
        machine.shell("echo third >/etc/reloads.yaml; sleep 1.5; echo x >/etc/other.yaml")
        until(lambda: seen.read_text().count("third") == 4, 6, "a reload for each file")

        machine.run(["pa", "stop", "folder"])
        assert path_unit(machine, "folder") == "inactive"
        machine.shell("echo late >/etc/folder.d/file; sleep 1.5")
        assert status(machine, "folder")["state"] == "stopped"
    machine.shell(f"{CLEAN} /etc/other.yaml")
