"""register, set, edit on a real systemd: the origin where it can be, else the copy."""

import json
from collections.abc import Iterator

import pytest

from machines import Machine

SPEC = """\
# two of ours
agents:
  - name: one
    cmd: sleep 1001   # the first
    env: {LEVEL: info}
  - name: two
    cmd: sleep 1002
"""
ORIGIN = "/root/ours.yaml"


@pytest.fixture
def ours(machine: Machine) -> Iterator[Machine]:
    machine.path(ORIGIN).write_text(SPEC)
    machine.run(["pa", "install", ORIGIN])
    yield machine
    machine.run(["pa", "uninstall", "--all", "--purge"])


def pid(machine: Machine, name: str) -> int:
    done = machine.run(["pa", "status", name, "--json"], check=False)
    return int(json.loads(done.stdout)[0]["pid"])


def test_set_changes_the_origin_and_restarts_that_agent_alone(ours: Machine) -> None:
    one, two = pid(ours, "one"), pid(ours, "two")
    ours.run(["pa", "set", "one", "env.LEVEL=debug", "resources.tasks=20"])
    expected = SPEC.replace("info", "debug").replace(
        "{LEVEL: debug}\n", "{LEVEL: debug}\n    resources:\n      tasks: 20\n"
    )
    assert ours.path(ORIGIN).read_text() == expected
    assert ours.run(["systemctl", "show", "-P", "TasksMax", "one"]).stdout.strip() == "20"
    assert pid(ours, "one") not in (0, one)
    assert pid(ours, "two") == two


def test_a_refused_change_changes_nothing(ours: Machine) -> None:
    before = pid(ours, "one")
    done = ours.run(["pa", "set", "one", "stop_timeout=0"], check=False)
    assert (done.returncode, f"{ORIGIN}:" in done.stderr) == (2, True), done.stderr
    assert ours.path(ORIGIN).read_text() == SPEC
    assert pid(ours, "one") == before
    assert ours.run(["pa", "set", "one", "frobs=1"], check=False).returncode == 2
    assert ours.run(["pa", "set", "one", "nothing"], check=False).returncode == 2


def test_a_changed_origin_is_left_alone(ours: Machine) -> None:
    edited = SPEC + "# being edited\n"
    ours.path(ORIGIN).write_text(edited)
    ours.run(["pa", "set", "one", "env.LEVEL=warn"])
    assert ours.path(ORIGIN).read_text() == edited
    assert "LEVEL=warn" in ours.run(["systemctl", "show", "-p", "Environment", "one"]).stdout
    assert "changed here" in ours.run(["pa", "status", "one"]).stdout


def test_edit_applies_what_the_editor_saved(ours: Machine) -> None:
    editor = {"EDITOR": "sed -i s/1001/1003/"}
    ours.run(["pa", "edit", "one"], env=editor)
    assert "sleep 1003   # the first" in ours.path(ORIGIN).read_text()
    assert "sleep 1003" in ours.run(["systemctl", "show", "-p", "ExecStart", "one"]).stdout
    broken = ours.run(["pa", "edit", "one"], env={"EDITOR": "sed -i s/cmd/cmdd/"}, check=False)
    assert broken.returncode == 2
    assert "did you mean 'cmd'?" in broken.stderr
    kept = broken.stderr.rpartition("kept in ")[2].strip()
    assert "cmdd: sleep 1003" in ours.path(kept).read_text()
    assert "cmdd" not in ours.path(ORIGIN).read_text()
    unchanged = ours.run(["pa", "edit", "one"], env={"EDITOR": "true"})
    assert "nothing was changed" in unchanged.stderr


def test_register_installs_without_starting(machine: Machine) -> None:
    command = ["pa", "register", "reg", "--cmd", "sleep 1004", "--auto-start", "--env", "A=b"]
    machine.run(command)
    try:
        item = json.loads(machine.run(["pa", "status", "reg", "--json"], check=False).stdout)[0]
        assert (item["state"], item["enabled"]) == ("stopped", True)
        assert machine.run(command, check=False).returncode == 2
        machine.run(["pa", "start", "reg"])
        machine.run(["pa", "set", "reg", "env.A=c"])
        assert "A=c" in machine.run(["systemctl", "show", "-p", "Environment", "reg"]).stdout
    finally:
        machine.run(["pa", "unregister", "reg", "--purge"])
    assert machine.run(["pa", "status", "reg"], check=False).returncode == 4
