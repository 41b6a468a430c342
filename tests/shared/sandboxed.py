"""Agents between their walls on a machine: programs that say what they cannot do."""

import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from machines import Machine

PROGRAMS = Path(__file__).parents[1] / "machines" / "programs"
SHARED = "/usr/local/lib/programs"
FILES = {"web": "web.py", "node": "web.js", "shell": "worker.sh"}
_RUN = {"web": "python3", "node": "node", "shell": "bash"}


class Scope(NamedTuple):
    """A manager of a machine, and who works under it."""

    machine: Machine
    user: str | None
    env: dict[str, str]

    @property
    def owner(self) -> str:
        return self.user or "kbot"

    @property
    def homes(self) -> tuple[str, ...]:
        """Where agents have their `cwd`; "" is a state directory of their own."""
        return ("", f"/home/{self.owner}") if self.user else ("", "/home/kbot", "/srv")

    def run(self, *argv: str, check: bool = True) -> str:
        return self.machine.run(list(argv), user=self.user, env=self.env, check=check).stdout

    def systemctl(self, *words: str, check: bool = True) -> str:
        return self.run("systemctl", *(["--user"] if self.user else []), *words, check=check)

    def state(self, name: str) -> str:
        """The state directory of an agent; before 254 below the configuration of a user."""
        if not self.user:
            return f"/var/lib/private/{name}"
        old = self.machine.shell("systemctl --version | head -1").startswith("systemd 252")
        return f"/home/{self.user}/{'.config' if old else '.local/state'}/{name}"

    def install(self, spec: str) -> None:
        path = "/var/tmp/sandboxed.yaml"
        self.machine.path(path).write_text(spec)
        self.run("pa", "install", "--no-block", path)


class Worker(NamedTuple):
    """One of the programs, somewhere, under some level."""

    name: str
    command: str
    cwd: str
    level: str

    @property
    def kind(self) -> str:
        return self.name.split("-")[1]

    def text(self) -> str:
        lines = [f"- name: {self.name}", f"  cmd: {self.command}", "  restart_policy: never"]
        lines += [f"  hardening: {self.level}"] + [f"  cwd: {self.cwd}"] * bool(self.cwd)
        return "".join(f"  {line}\n" for line in lines)


def workers(scope: Scope, label: str, port: int, level: str = "") -> list[Worker]:
    """Every program at every place; `label` is the level if there is no other.

    In a home the program itself stands there too. The shell asks the web service beside it, which
    has the first of two ports.
    """
    found = []
    for number, home in enumerate(scope.homes):
        for kind, file in FILES.items():
            name = f"{label}-{kind}-{number}"
            cwd = f"{home}/{name}" if home else ""
            where = cwd if home.startswith("/home/") else SHARED
            one = port + 2 * number + (kind == "node")
            command = f"{_RUN[kind]} {where}/{file} {one}"
            found.append(Worker(name, command, cwd, level or label))
    return found


def install(scope: Scope, kept: Iterable[Worker]) -> None:
    """Put them where they work and start them."""
    for worker in kept:
        if worker.cwd:
            copy = f"mkdir -p {worker.cwd}; cp {SHARED}/* {worker.cwd}"
            scope.machine.shell(f"{copy}; chown -R {scope.owner}: {worker.cwd}")
    scope.install("agents:\n" + "".join(worker.text() for worker in kept))


def reports(scope: Scope, kept: Iterable[Worker], seconds: float = 40) -> dict[str, Any]:
    """By worker: which of its works failed, and why."""
    waiting = {worker.name: worker for worker in kept}
    found: dict[str, Any] = {}
    end = time.monotonic() + seconds
    while waiting and time.monotonic() < end:
        time.sleep(0.2)
        for name, worker in list(waiting.items()):
            path = scope.machine.path(f"{worker.cwd or scope.state(name)}/report.json")
            if path.exists():
                found[name] = json.loads(path.read_text())
                del waiting[name]
    assert not waiting, (sorted(waiting), scope.machine.shell("journalctl -n 40 -o cat"))
    return found


def remove(scope: Scope, kept: Iterable[Worker]) -> None:
    scope.run("pa", "uninstall", "--purge", *(worker.name for worker in kept))
    scope.machine.shell("rm -rf " + " ".join(worker.cwd for worker in kept if worker.cwd))
