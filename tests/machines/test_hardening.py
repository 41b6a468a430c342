"""The walls on a machine: which ones stand, and that real programs work between them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sandbox_probe
import sandboxed
from sandboxed import FILES, PROGRAMS, SHARED, Scope

from machines import Machine
from pa_units.compile.systemd.costs import COSTS
from pa_units.compile.systemd.profiles import IMPOSSIBLE_FOR_USERS, LEVELS


@pytest.fixture(params=["system", "user"])
def scope(machine: Machine, request: pytest.FixtureRequest) -> Iterator[Scope]:
    machine.path(SHARED).mkdir(exist_ok=True)
    for program in (*PROGRAMS.iterdir(), Path(sandbox_probe.__file__)):
        (machine.path(SHARED) / program.name).write_text(program.read_text())
    user = "bob" if request.param == "user" else None
    yield Scope(machine, user, machine.user_env(user) if user else {})
    machine.shell(f"rm -rf {SHARED}")


BROKEN = {work for cost in COSTS if cost.level == "tight" for work in cost.works}
"""`program work` that the table says `tight` breaks; a program alone: nothing of it works"""


OPENED = """{level: tight, MemoryDenyWriteExecute: no, ProcSubset: all,
    RestrictAddressFamilies: AF_UNIX AF_INET AF_INET6 AF_NETLINK,
    SystemCallFilter: ["@system-service", "~@privileged"]}"""
"""The ways out of tight that the table names, all of them"""


def test_programs(scope: Scope) -> None:
    """Under strict all of everything works; under tight what the table says is broken is, and the
    switches that it names bring it back."""
    strict = sandboxed.workers(scope, "strict", 8100)
    tight = sandboxed.workers(scope, "tight", 8110)
    opened = sandboxed.workers(scope, "opened", 8120, OPENED)[: len(FILES)]
    dead = [worker for worker in tight if FILES[worker.kind] in BROKEN]
    kept = [*strict, *tight, *opened]
    try:
        sandboxed.install(scope, kept)
        found = sandboxed.reports(scope, [one for one in kept if one not in dead])
        whole = {one.name: found[one.name] for one in (*strict, *opened)}
        assert {name: broken for name, broken in whole.items() if broken} == {}
        for worker in tight:
            if worker not in dead:
                assert found[worker.name].keys() == _broken(scope, FILES[worker.kind]), worker
        failed = [f"{worker.name}.service" for worker in dead]
        assert scope.systemctl("is-failed", *failed).split() == ["failed"] * len(dead)
    finally:
        sandboxed.remove(scope, kept)


def _broken(scope: Scope, program: str) -> set[str]:
    works = {work.split()[1] for work in BROKEN if work.startswith(f"{program} ")}
    # A user manager cannot hide a part of /proc.
    return works - {"machine"} if scope.user else works


PROBE = """
  - name: walls-{level}
    cmd: [/usr/bin/python3, {shared}/sandbox_probe.py, '{reference}']
    cwd: {cwd}
    type: oneshot
    hardening: {level}
    logging: {{stdout: {log}}}
"""


def test_walls(scope: Scope) -> None:
    """Each directive of each level holds, and without the level it does not."""
    machine = scope.machine
    marks = "/tmp/outside-of-the-sandbox /home/nobody-lives-here"
    machine.shell(f"mkdir -p /usr/lib/modules {marks}")
    reference = {
        kind: machine.shell(f"readlink /proc/self/ns/{kind}").strip()
        for kind in ("uts", "user", "ipc", "mnt")
    }
    cwd = f"{scope.homes[-1]}/walls"
    machine.shell(f"mkdir -p {cwd}; chown {scope.owner}: {cwd}")
    try:
        scope.install(
            "agents:"
            + "".join(
                PROBE.format(
                    level=level,
                    shared=SHARED,
                    reference=json.dumps(reference),
                    cwd=cwd,
                    log=_log(scope, level),
                )
                for level in LEVELS
            )
        )
        scope.systemctl("start", *(f"walls-{level}.service" for level in LEVELS))
        for level in LEVELS:
            lines = machine.path(_log(scope, level)).read_text().splitlines()
            found = {name for name, holds in json.loads(lines[-1]).items() if holds}
            assert found == _expected(scope, level), level
        _scores(scope)
    finally:
        scope.run("pa", "uninstall", "--purge", *(f"walls-{level}" for level in LEVELS))
        machine.shell(f"rm -rf {cwd} {marks}")


def _log(scope: Scope, level: str) -> str:
    return f"{scope.state('x')[:-2]}/walls-{level}.log" if scope.user else f"/var/log/walls-{level}"


ALSO = {"no AF_NETLINK": "tight", "~@resources": "tight"}
"""Checks of a value rather than of a directive, with the level that has it"""


def _expected(scope: Scope, level: str) -> set[str]:
    directives = set(LEVELS[level])
    if level == "relaxed":
        directives.remove("ProtectSystem")  # full: /var stays writable
    if scope.user and directives:
        directives = directives - IMPOSSIBLE_FOR_USERS | {"PrivateUsers", "PrivateMounts"}
    elif directives:
        directives.add("PrivateMounts")  # comes with every wall around files
    also = {name for name, first in ALSO.items() if first == level}
    return directives.intersection(sandbox_probe.CHECKS) | also


def _scores(scope: Scope) -> None:
    """What systemd itself says, as docs/hardening.md does."""
    if scope.user:
        return
    said = {
        level: scope.run("systemd-analyze", "security", "--no-pager", f"walls-{level}.service")
        for level in ("off", "relaxed", "strict")
    }
    scores = {level: float(re.findall(r": (\d+\.\d) ", text)[-1]) for level, text in said.items()}
    assert scores["strict"] <= 1.3 and scores["relaxed"] <= 4.8 and scores["off"] > 9, scores
