"""pause, resume, kill, reload, list, show, stats on a real systemd, one install for all."""

import json
from collections.abc import Iterator

import pytest

from machines import Machine

SPEC = """
agents:
  - {name: web, cmd: python3 -m http.server 8090 --bind 127.0.0.1, labels: {team: a}}
  - {name: deaf, cmd: [sh, -c, "trap '' HUP; while :; do sleep 1; done"], reload_signal: SIGHUP}
  - {name: off, cmd: sleep 1000, auto_start: false}
"""


@pytest.fixture
def agents(machine: Machine) -> Iterator[Machine]:
    machine.path("/root/control.yaml").write_text(SPEC)
    machine.run(["pa", "install", "/root/control.yaml"])
    yield machine
    machine.run(["pa", "uninstall", "--all", "--purge"])


def pa(machine: Machine, *words: str) -> tuple[int, str]:
    done = machine.run(["pa", *words], check=False)
    return done.returncode, done.stdout + done.stderr


def test_verbs_that_need_a_running_agent(agents: Machine) -> None:
    assert pa(agents, "status", "off")[0] == 3
    for verb in ("kill", "pause", "resume", "reload"):
        code, said = pa(agents, verb, "off")
        assert (code, "it does not run" in said) == (7, True), said
    assert pa(agents, "stop", "off")[0] == 0

    assert pa(agents, "pause", "-l", "team=a") == (0, "web: paused\n")
    assert pa(agents, "is-active", "web") == (0, "paused\n")
    refused = agents.run(["curl", "-sm", "0.3", "localhost:8090"], check=False)
    assert refused.returncode == 28, "a paused agent must not answer"
    assert pa(agents, "resume", "web") == (0, "web: resumed\n")
    agents.run(["curl", "-sf", "localhost:8090"])

    code, said = pa(agents, "reload", "web")
    assert (code, "neither reload_command nor reload_signal" in said) == (1, True), said
    assert pa(agents, "reload", "deaf") == (0, "deaf: reloaded\n")

    assert pa(agents, "kill", "deaf", "-s", "KILL", "--whole") == (0, "deaf: got KILL\n")
    code, said = pa(agents, "kill", "web", "-s", "frob")
    assert (code, "'frob' is not a signal" in said) == (2, True), said


def test_looking(agents: Machine) -> None:
    listed = json.loads(pa(agents, "list", "--json")[1])
    assert {item["name"] for item in listed} == {"web", "deaf", "off"}
    code, shown = pa(agents, "show", "web", "-p", "Restart", "-p", "MainPID")
    pid = agents.run(["systemctl", "show", "-P", "MainPID", "web"]).stdout.strip()
    assert (code, shown) == (0, f"Restart=on-failure\nMainPID={pid}\n")
    assert pa(agents, "show", "web", "-p", "Frob")[0] == 2

    figures = {item["name"]: item for item in json.loads(pa(agents, "stats", "--json")[1])}
    assert figures["web"]["memory"] > 1_000_000
    assert figures["web"]["pids"] == [int(pid)]
    assert figures["off"]["memory"] is None

    status = json.loads(pa(agents, "status", "w*", "--json")[1])
    assert [item["name"] for item in status] == ["web"]
    assert pa(agents, "status", "x*")[0] == 4
