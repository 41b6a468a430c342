"""Many agents in one directory, in numbered versions, and whether each is wholly of one of them."""

import json
import re
import time
from pathlib import Path
from typing import NamedTuple

from machines import Machine

SPECS = "/root/many"
OTHER = "/root/other.yaml"
UNITS = "/etc/systemd/system"
STATE = "/var/lib/pa"

ABSENT = 0
"""The version of an agent that is not installed."""


class Found(NamedTuple):
    """The version of an agent, as each part of it says."""

    ledger: int
    unit: int
    copy: int
    enabled: bool
    process: int


def names(count: int) -> list[str]:
    return [f"many{number:02}" for number in range(count)]


def write_specs(machine: Machine, count: int, version: int) -> None:
    """All agents in one version: what they run says which."""
    directory = machine.path(SPECS)
    directory.mkdir(exist_ok=True)
    for name in names(count):
        spec = f"name: {name}\ncmd: sleep {1_000_000 + version}\nstop_timeout: 2s\n"
        (directory / f"{name}.yaml").write_text(spec)


def write_other(machine: Machine) -> None:
    """An agent that none of these tests is about: its install is the next command."""
    machine.path(OTHER).write_text("name: other\ncmd: sleep 2000000\n")


def versions(machine: Machine, count: int) -> dict[str, int]:
    """The version of each agent. Fails for one that is of two, or half there."""
    found = {name: _found(machine, name) for name in names(count)}
    for name, parts in found.items():
        numbers = {parts.ledger, parts.unit, parts.copy, parts.process}
        assert len(numbers) == 1, f"{name} is half of each: {parts}"
        assert parts.enabled is (parts.ledger != ABSENT), f"{name}: {parts}"
    return {name: parts.ledger for name, parts in found.items()}


def settled(machine: Machine, count: int, seconds: float = 20) -> dict[str, int]:
    """The same, once systemd has done what it was told."""
    end = time.monotonic() + seconds
    while True:
        try:
            return versions(machine, count)
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def no_leftovers(machine: Machine) -> None:
    """Nothing of an interrupted command remains on disk."""
    left = machine.shell("find /etc /var/lib/pa /var/log /usr/local -name '*.pa-*~' -print")
    assert left == ""
    for name in ("staging.json", "commit.json", "due.json"):
        assert not machine.path(f"{STATE}/{name}").exists(), name


def _found(machine: Machine, name: str) -> Found:
    enabled = machine.path(f"{UNITS}/multi-user.target.wants/{name}.service")
    return Found(
        ledger=_in_ledger(machine, name),
        unit=_version(machine.path(f"{UNITS}/{name}.service")),
        copy=_version(machine.path(f"/etc/pa/agents/{name}.yaml")),
        enabled=enabled.is_symlink(),
        process=_running(machine, name),
    )


def _in_ledger(machine: Machine, name: str) -> int:
    ledger = machine.path(f"{STATE}/ledger.json")
    agents = json.loads(ledger.read_text())["agents"] if ledger.exists() else {}
    if name not in agents:
        return ABSENT
    number = agents[name]["generation"]
    return _version(machine.path(f"{STATE}/generations/{name}/{number}.json"))


def _version(path: Path) -> int:
    try:
        text = path.read_text()
    except FileNotFoundError:
        return ABSENT
    found = {int(number) for number in re.findall(r"\b1000(\d{3})\b", text)}
    assert len(found) == 1, f"{path} is of versions {found}"
    return found.pop()


def _running(machine: Machine, name: str) -> int:
    group = machine.group / "payload" / "system.slice" / f"{name}.service" / "cgroup.procs"
    try:
        pids = group.read_text().split()
        words = [Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in pids]
    except (FileNotFoundError, ProcessLookupError):
        return ABSENT
    sleeping = [int(word[1]) - 1_000_000 for word in words if word[0].endswith(b"sleep")]
    return sleeping[0] if len(sleeping) == 1 else ABSENT
