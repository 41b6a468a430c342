"""`pa diagnose` on a real systemd: agents that are really broken, and agents that are well."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from broken_agents import BROKEN, CLEAN, PREPARE, spec

from machines import Machine
from machines.roots import DEFAULT_SUITES, SUITES

pytestmark = pytest.mark.machine

SPEC = "/root/broken.yaml"
UNITS = "/etc/systemd/system"
LEDGER = "/var/lib/pa/ledger.json"


@pytest.fixture(scope="module", params=[SUITES[suite].systemd for suite in DEFAULT_SUITES])
def broken(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """All of them on one machine, broken."""
    machine: Machine = request.getfixturevalue(f"machine{request.param}")
    machine.shell(PREPARE)
    machine.path(SPEC).write_text(spec())
    try:
        machine.run(["pa", "install", "--no-block", SPEC])
        _break(machine)
        _settle(machine)
        yield machine
    finally:
        machine.run(["pa", "uninstall", "--all", "--purge"], check=False)
        machine.shell(f"set +e; {CLEAN} rm -rf {UNITS}/overridden.service.d {SPEC}; true")


def _break(machine: Machine) -> None:
    for one in BROKEN.values():
        if one.breaks == "CLOCK":
            _install_in_the_future(machine)
        elif one.breaks:
            machine.shell(one.breaks.replace("UNITS", UNITS))
    again = [f"{name}.service" for name, one in BROKEN.items() if one.starts]
    machine.run(["systemctl", "daemon-reload"])
    machine.run(["systemctl", "--no-block", "restart", *again], check=False)


def _install_in_the_future(machine: Machine) -> None:
    """What a clock that was a day ahead at the install and is right now leaves."""
    ledger = json.loads(machine.path(LEDGER).read_text())
    ledger["agents"]["clock"]["installed"] = time.time() + 86_400
    machine.path(LEDGER).write_text(json.dumps(ledger))


def _settle(machine: Machine) -> None:
    machine.shell(
        "for name in given-up config deaf overridden; do"
        '  timeout 20 sh -c "until systemctl -q is-failed $name; do sleep 0.1; done"; done;'
        "sleep 2; journalctl --sync"
    )


def diagnose(machine: Machine, *names: str, code: int | None = None) -> dict[str, Any]:
    done = machine.run(["pa", "diagnose", *names, "--json"], check=False)
    assert code is None or done.returncode == code, done.stdout + done.stderr
    return {item["name"]: item for item in json.loads(done.stdout)}


def test_the_right_cause_comes_first(broken: Machine) -> None:
    found = diagnose(broken, *BROKEN, code=1)
    wrong = {
        name: (one.check, [finding["check"] for finding in found[name]["findings"]])
        for name, one in BROKEN.items()
        if not found[name]["findings"] or found[name]["findings"][0]["check"] != one.check
    }
    assert not wrong, json.dumps({name: found[name] for name in wrong}, indent=1)
    for name in BROKEN:
        for finding in found[name]["findings"]:
            assert finding["cause"] and finding["next"], (name, finding)


def test_who_is_well_gets_no_finding(broken: Machine) -> None:
    found = diagnose(broken, "well*", code=0)
    assert len(found) == 10, list(found)
    assert {name: item["findings"] for name, item in found.items() if item["findings"]} == {}


def test_the_host(broken: Machine) -> None:
    done = broken.run(["pa", "doctor", "--json"], check=False)
    found = {item["check"]: item for item in json.loads(done.stdout)}
    version = broken.shell("systemctl --version | head -1 | cut -d' ' -f2").strip()
    assert found["systemd"]["words"].startswith(f"systemd {version}")
    assert found["bus"]["verdict"] == found["logrotate"]["verdict"] == "ok"
    assert done.returncode == any(item["verdict"] == "problem" for item in found.values())


def test_without_a_bus(broken: Machine) -> None:
    """The files are judged all the same, and nobody waits."""
    env = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere"}
    script = (
        "mount --bind /dev/null /run/systemd/private; mount -t tmpfs none /run/dbus;"
        "pa diagnose no-bit --json; pa doctor --json"
    )
    done = broken.run(["unshare", "--mount", "sh", "-c", script], env=env, check=False)
    (item,), points = _documents(done.stdout)
    checks = [finding["check"] for finding in item["findings"]]
    assert checks[:2] == ["init-system", "not-executable"], done.stdout
    assert {point["check"]: point["verdict"] for point in points}["bus"] == "problem"


def _documents(text: str) -> list[Any]:
    first, end = json.JSONDecoder().raw_decode(text)
    return [first, json.loads(text[end:])]
