"""`pa test` on a real systemd: one run beside the unit, and the wall that a program needs open."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from machines import Machine
from machines.roots import DEFAULT_SUITES, SUITES

pytestmark = pytest.mark.machine

NETLINK = ["AF_UNIX AF_INET AF_INET6 AF_NETLINK"]
FILTER = ["@system-service", "~@privileged"]

BREAKS: dict[str, tuple[str, dict[str, list[str]]]] = {
    "jit": ("import mmap; mmap.mmap(-1, 4096, prot=7)", {"MemoryDenyWriteExecute": ["no"]}),
    "nice": ("import os; os.nice(1)", {"SystemCallFilter": FILTER}),
    "cores": ("import os; os.sched_setaffinity(0, {0})", {"SystemCallFilter": FILTER}),
    "cards": ("import socket; socket.if_nameindex()", {"RestrictAddressFamilies": NETLINK}),
    "machine": ("open('/proc/meminfo').read()", {"ProcSubset": ["all"]}),
    "both": (
        "import os, mmap; os.nice(1); mmap.mmap(-1, 4096, prot=7)",
        {"MemoryDenyWriteExecute": ["no"], "SystemCallFilter": FILTER},
    ),
}
"""Programs that `tight` breaks, with the switches that have to be opened"""

SPEC = """
agents:
  - {name: node, cmd: [node, -e, "process.exit(0)"], hardening: tight, auto_start: false}
  - {name: bare, cmd: [python3, -c, "open('/usr/x', 'w')"], hardening: off, auto_start: false,
     user: kbot}
  - name: fine
    cmd: [sh, -c, "echo hello; exec sleep 1000"]
    auto_start: false
    max_restarts: 2
    logging: {stdout: /var/log/fine.log}
  - {name: bad, cmd: [sh, -c, "echo oh no >&2; exit 7"], auto_start: false, restart_policy: always}
  - {name: up, cmd: sleep 1000}
"""


def spec() -> str:
    rows = (
        f"  - {{name: {name}, cmd: [python3, -c, {json.dumps(code)}], hardening: tight, "
        "auto_start: false}\n"
        for name, (code, _) in BREAKS.items()
    )
    return SPEC + "".join(rows)


UNTOUCHED = "systemctl show -P NRestarts,StateChangeTimestamp fine; ls /run/systemd/system"


@pytest.fixture(scope="module", params=[SUITES[suite].systemd for suite in DEFAULT_SUITES])
def agents(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """Installed once per machine."""
    machine: Machine = request.getfixturevalue(f"machine{request.param}")
    machine.path("/root/trial.yaml").write_text(spec())
    machine.run(["pa", "install", "/root/trial.yaml"])
    yield machine
    machine.run(["pa", "uninstall", "--all", "--purge"])
    machine.shell("rm -f /root/trial.yaml")


def trial(machine: Machine, *words: str, code: int = 0) -> Any:
    done = machine.run(["pa", "test", *words, "--json"], check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)[0] if code != 2 else json.loads(done.stdout)


def test_bisect(agents: Machine) -> None:
    """The right switches, no more of them, and the line that is printed is one that works."""
    wanted = {name: switches for name, (_, switches) in BREAKS.items()}
    wanted["node"] = {"MemoryDenyWriteExecute": ["no"]}
    found = {name: trial(agents, name, "--bisect", "--for", "10s") for name in wanted}
    assert {name: item["switches"] for name, item in found.items()} == wanted
    assert found["cards"]["spec_line"] == (
        "hardening: {level: tight, RestrictAddressFamilies: AF_UNIX AF_INET AF_INET6 AF_NETLINK}"
    )
    assert max(item["trials"] for item in found.values()) <= 8
    opened = "".join(
        f"  - {{name: {name}, cmd: [python3, -c, {json.dumps(BREAKS[name][0])}], "
        f"auto_start: false, {found[name]['spec_line']}}}\n"
        for name in BREAKS
    )
    agents.path("/root/trial.yaml").write_text(SPEC + opened)
    agents.run(["pa", "install", "/root/trial.yaml"])
    for name in BREAKS:
        assert trial(agents, name)["run"]["works"], name


def test_what_is_not_the_sandbox(agents: Machine) -> None:
    assert trial(agents, "bad", "--bisect", code=1)["switches"] == {}
    assert trial(agents, "bare", "--bisect", code=1)["switches"] == {}
    works = trial(agents, "fine", "--bisect", "--for", "1s")
    assert (works["works"], works["trials"]) == (True, 1)


def test_one_run(agents: Machine) -> None:
    before = agents.shell(UNTOUCHED)
    item = trial(agents, "fine", "--for", "1s")
    assert (item["run"]["works"], item["run"]["ended"]) == (True, False)
    assert item["lines"] == ["hello"], "to the journal"
    assert item["run"]["memory"] > 0 and item["run"]["tasks"] >= 1
    assert item["security"]["exposure"] <= 1.3
    assert agents.path("/var/log/fine.log").read_text() == ""
    bad = trial(agents, "bad", code=1)
    assert (bad["run"]["reason"], bad["lines"]) == ("exit code 7", ["oh no"])
    assert agents.shell(UNTOUCHED) == before, "nothing of it stays"
    assert "pa-test" not in agents.shell("systemctl list-units --all --no-legend 'pa-test-*'")
    refused = trial(agents, "up", code=2)
    assert "cannot test up: it is running" in refused["errors"][0]["message"]


def test_everything_short_of_a_start(agents: Machine) -> None:
    points = {point["check"]: point for point in trial(agents, "up", "--dry-run")["points"]}
    assert {point["verdict"] for point in points.values()} == {"ok"}, points
    assert list(points) == ["spec", "unit file", "program", "user", "sandbox"]
    agents.shell("echo 'Foo=bar' >> /etc/systemd/system/fine.service")
    agents.shell("sed -i 's/^ExecStart=.*/ExecStart=relative/' /etc/systemd/system/bad.service")
    try:
        fine = trial(agents, "fine", "--dry-run", code=1)["points"]
        bad = trial(agents, "bad", "--dry-run", code=1)["points"]
    finally:
        agents.run(["pa", "install", "--force", "/root/trial.yaml"])
    wrong = {point["check"]: point["verdict"] for point in fine if point["verdict"] != "ok"}
    assert wrong == {"unit file": "problem", "drift": "warning"}
    assert {"unit file"} <= {point["check"] for point in bad if point["verdict"] == "problem"}


def test_scores(agents: Machine) -> None:
    table = agents.run(["pa", "status", "--security"]).stdout.splitlines()
    rows = {line.split()[0]: line.split()[1:] for line in table[1:]}
    assert rows["up"][0] == "1.2" and float(rows["bare"][0]) >= 9, table
    one = agents.run(["pa", "status", "--security", "up"]).stdout
    assert "1.2" in one and "PrivateNetwork=" in one
