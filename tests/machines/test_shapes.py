"""Agents of several units where their manager is another one, or begins anew."""

import json
from collections.abc import Callable

import pytest
from on_machine import install, statuses, until

from machines import Machine
from machines.roots import DEFAULT_SUITES

SPEC = """
agents:
- {{name: many, cmd: [sleep, "1000"], replicas: 2, logging: {{stdout: {home}/many.log}}}}
- {{name: timed, cmd: /bin/true, schedule: "@yearly", max_restarts: 1, restart_policy: on-failure}}
- {{name: opened, cmd: [sleep, "1000"], sockets: [{{listen: {home}/opened.sock}}]}}
- {{name: watching, cmd: [sleep, "1000"], watch: {{paths: {home}/watched}}}}
"""
STATES = {"many": "running", "timed": "scheduled", "opened": "listening", "watching": "running"}


def test_in_a_user_manager(machine: Machine) -> None:
    env = machine.user_env("bob")

    def pa(*words: str) -> str:
        return machine.run(["pa", *words], user="bob", env=env).stdout

    def found() -> dict[str, dict[str, object]]:
        return {item["name"]: item for item in json.loads(pa("status", "--json"))}

    machine.path("/home/bob/agents.yaml").write_text(SPEC.format(home="/home/bob"))
    pa("install", "/home/bob/agents.yaml")
    try:
        before = found()
        assert {name: one["state"] for name, one in before.items()} == STATES
        assert machine.path("/home/bob/many@2.log").exists()
        connect = "import socket; socket.socket(socket.AF_UNIX).connect('/home/bob/opened.sock')"
        machine.run(["python3", "-c", connect], user="bob")
        assert "timed: restarted" in pa("restart", "timed")
        machine.run(["touch", "/home/bob/watched"], user="bob")
        until(
            lambda: found()["watching"]["pid"] not in (0, before["watching"]["pid"]), 6, "restart"
        )
        now = found()
        assert (now["opened"]["state"], now["timed"]["state"]) == ("running", "scheduled")
    finally:
        pa("uninstall", "--all", "--purge")


@pytest.mark.parametrize("suite", DEFAULT_SUITES)
def test_a_boot_brings_all_of_them_up(suite: str, fresh_machine: Callable[[str], Machine]) -> None:
    machine = fresh_machine(suite)
    install(machine, SPEC.format(home="/var/log"))
    machine.halt()
    machine.boot()

    def states() -> dict[str, str]:
        return {name: one["state"] for name, one in statuses(machine).items()}

    until(lambda: states() == STATES, 10, "all up")
    path = machine.run(["systemctl", "is-active", "pa-watch-watching.path"]).stdout
    assert path == "active\n"
