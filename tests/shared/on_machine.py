"""Agents on a machine: install some from a text, ask for their status, take them away."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from subprocess import CompletedProcess
from typing import Any

from machines import Machine

SPEC = "/root/agents.yaml"

Status = dict[str, Any]


def install(
    machine: Machine, spec: str, *options: str, check: bool = True
) -> CompletedProcess[str]:
    """Install every agent of a text."""
    machine.path(SPEC).write_text(spec)
    return machine.run(["pa", "install", SPEC, *options], check=check)


@contextmanager
def installed(machine: Machine, spec: str) -> Iterator[CompletedProcess[str]]:
    """Agents that are there inside the block and leave nothing behind it."""
    try:
        yield install(machine, spec)
    finally:
        machine.run(["pa", "uninstall", "--all", "--purge"])
        left = machine.run(["systemctl", "list-units", "--all", "--plain", "--no-legend", "pa-*"])
        assert not left.stdout, left.stdout


def statuses(machine: Machine, *names: str) -> dict[str, Status]:
    """`pa status --json` by name."""
    done = machine.run(["pa", "status", *names, "--json"], check=False)
    return {item["name"]: item for item in json.loads(done.stdout)}


def status(machine: Machine, name: str) -> Status:
    """Of one agent."""
    return statuses(machine, name)[name]


def replicas(machine: Machine, name: str) -> dict[str, Status]:
    """Of each replica of an agent."""
    return {one["name"]: one for one in status(machine, name)["replicas"]}


def pids(found: Mapping[str, Status]) -> dict[str, int]:
    """The main process of each."""
    return {name: one["pid"] for name, one in found.items()}


def until(holds: Callable[[], object], seconds: float, what: str) -> None:
    """Poll until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds}s in vain: {what}"
        time.sleep(0.1)


def verify(machine: Machine, *units: str) -> None:
    """systemd-analyze verify has nothing to say."""
    done = machine.run(["systemd-analyze", "verify", "--man=no", *units], check=False)
    assert done.stdout + done.stderr == ""
