"""`--confirm-within`: a new version that does not come up is rolled back, whoever looks on."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from machines import Machine

SPECS = "/root/trial"
GOOD = "sleep 4000"
BAD = 'sh -c "sleep 0.3; echo no config; exit 3"'


def write(machine: Machine, name: str, cmd: str, more: str = "") -> str:
    machine.path(SPECS).mkdir(exist_ok=True)
    path = f"{SPECS}/{name}.yaml"
    text = (
        f"name: {name}\ncmd: {cmd}\nmax_restarts: 1\nstop_timeout: 2s\n"
        f"backoff: {{initial_delay: 200ms, max_delay: 200ms}}\n{more}"
    )
    machine.path(path).write_text(text)
    return path


@pytest.fixture
def clean(machine: Machine) -> Iterator[Machine]:
    try:
        yield machine
    finally:
        machine.run(["pa", "uninstall", "--all", "--purge"], check=False)
        machine.shell(f"rm -rf {SPECS} /run/healthy")


def item(machine: Machine, name: str) -> dict[str, Any]:
    (found,) = json.loads(machine.run(["pa", "status", name, "--json"], check=False).stdout)
    return dict(found)


def watchers(machine: Machine) -> str:
    listed = ["systemctl", "list-units", "--plain", "--no-legend", "pa-confirm-*"]
    return machine.run(listed).stdout


def until_judged(machine: Machine, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while watchers(machine):
        assert time.monotonic() < end, "the watch does not end"
        time.sleep(0.2)


def is_as_before(machine: Machine, name: str, pid: int) -> None:
    """The version before is back: in the ledger, on disk, and running anew."""
    ledger = json.loads(machine.path("/var/lib/pa/ledger.json").read_text())["agents"]
    assert ledger[name]["generation"] == 1
    assert "sleep 4000" in machine.path(f"/etc/systemd/system/{name}.service").read_text()
    assert "sleep 4000" in machine.path(f"/etc/pa/agents/{name}.yaml").read_text()
    now = item(machine, name)
    assert now["state"] == "running" and now["pid"] != pid
    assert "sleep\x004000" in machine.path(f"/proc/{now['pid']}/cmdline").read_text()


def test_a_version_that_crashes_is_rolled_back(clean: Machine) -> None:
    path = write(clean, "bot", GOOD)
    clean.run(["pa", "install", path, "--confirm-within", "20s"])
    before = item(clean, "bot")["pid"]
    write(clean, "bot", BAD)
    done = clean.run(["pa", "install", path, "--confirm-within", "20s"], check=False)
    assert done.returncode == 1
    assert "bot: not up in time: gave up after 1 restart: exit code 3" in done.stderr
    assert "    no config" in done.stderr, "what it printed"
    assert "bot: rolled back to the version before" in done.stderr
    is_as_before(clean, "bot", before)
    assert "rolled back: gave up" in clean.run(["pa", "history", "bot"]).stdout
    assert watchers(clean) == ""


def test_also_when_the_terminal_is_gone(clean: Machine) -> None:
    path = write(clean, "bot", GOOD)
    clean.run(["pa", "install", path])
    before = item(clean, "bot")["pid"]
    write(clean, "bot", BAD)
    written = "grep -q '\"generation\":2' /var/lib/pa/ledger.json"
    clean.shell(
        f"setsid pa install {path} --confirm-within 20s & "
        f"until {written}; do sleep .05; done; kill -9 $!; wait || :"
    )
    until_judged(clean)
    is_as_before(clean, "bot", before)


def test_a_watcher_that_is_killed_goes_on(clean: Machine) -> None:
    path = write(clean, "bot", GOOD)
    clean.run(["pa", "install", path])
    before = item(clean, "bot")["pid"]
    write(clean, "bot", 'sh -c "sleep 3; exit 3"')
    clean.run(["pa", "install", path, "--confirm-within", "15s", "--no-block"])
    clean.run(["systemctl", "kill", "-s", "KILL", "pa-confirm-*"])
    time.sleep(2)
    until_judged(clean)
    is_as_before(clean, "bot", before)


def test_not_up_in_time(clean: Machine) -> None:
    """It lives, but never for long enough: no crash loop passes for up."""
    path = write(clean, "bot", GOOD)
    clean.run(["pa", "install", path])
    before = item(clean, "bot")["pid"]
    write(clean, "bot", 'sh -c "sleep 1; exit 3"', "restart_policy: always\n")
    text = clean.path(path).read_text().replace("max_restarts: 1\n", "")
    clean.path(path).write_text(text)
    done = clean.run(["pa", "install", path, "--confirm-within", "6s"], check=False)
    assert done.returncode == 1
    assert "bot: not up in time:" in done.stderr
    is_as_before(clean, "bot", before)


def test_all_of_an_install_goes_back(clean: Machine) -> None:
    """Agents of one install may rely on each other: none of them stays at the new version."""
    for name in ("one", "two"):
        write(clean, name, GOOD)
    clean.run(["pa", "apply", SPECS])
    clean.run(["pa", "stop", "two"])
    write(clean, "one", BAD)
    write(clean, "two", "sleep 4001")
    write(clean, "new", "sleep 4002")
    command = ["pa", "apply", SPECS, "--confirm-within", "20s", "--json"]
    done = clean.run(command, check=False)
    assert done.returncode == 1
    results = {one["agent"]: one for one in json.loads(done.stdout)}
    assert {name for name, one in results.items() if one["rolled_back"]} == {"one", "two"}
    assert results["new"]["uninstalled_again"]
    assert item(clean, "one")["state"] == "running"
    assert item(clean, "two")["state"] == "stopped", "as it was before"
    assert clean.run(["pa", "status", "new"], check=False).returncode == 4
    assert not clean.path("/etc/systemd/system/new.service").exists()
    assert clean.run(["pgrep", "-f", "sleep 4002"], check=False).returncode == 1


def test_what_is_not_started_is_not_on_trial(clean: Machine) -> None:
    path = write(clean, "bot", GOOD, "auto_start: false\n")
    done = clean.run(["pa", "install", path, "--confirm-within", "30s"])
    assert "bot: installed" in done.stdout and watchers(clean) == ""
    assert item(clean, "bot")["state"] == "stopped"


def test_a_refused_install_leaves_no_watch(clean: Machine) -> None:
    path = write(clean, "bot", GOOD)
    clean.run(["pa", "install", path])
    unit = clean.path("/etc/systemd/system/bot.service")
    unit.write_text(unit.read_text() + "# by hand\n")
    write(clean, "bot", "sleep 4001")
    command = ["pa", "install", path, "--confirm-within", "30s"]
    refused = clean.run(command, check=False)
    assert refused.returncode == 1 and "it was edited by hand" in refused.stderr
    assert watchers(clean) == ""
    assert "bot: is up, pid" in clean.run([*command, "--force"]).stdout


def test_a_good_version_is_kept(clean: Machine) -> None:
    path = write(clean, "bot", GOOD)
    done = clean.run(["pa", "install", path, "--confirm-within", "30s"])
    assert "bot: is up, pid" in done.stdout
    assert watchers(clean) == "" and not list(clean.path("/run/pa/confirm").glob("*.json"))
    again = clean.run(["pa", "install", path, "--confirm-within", "30s"])
    assert again.stdout == "bot: is up to date\n", "nothing changed, nothing is on trial"


def gated(sign: str) -> str:
    return (
        f"health_check: {{command: test -e {sign}, interval: 1s, timeout: 1s, gate: true}}\n"
        "start_timeout: 60s\n"
    )


def test_health_counts_where_it_is_gated(clean: Machine) -> None:
    path = write(clean, "bot", GOOD, gated("/run/healthy"))
    clean.shell("touch /run/healthy")
    clean.run(["pa", "install", path])
    before = item(clean, "bot")["pid"]
    assert clean.run(["pa", "wait", "bot", "--for", "healthy"]).stdout.startswith("bot: is healthy")
    write(clean, "bot", "sleep 4001", gated("/run/never-there"))
    done = clean.run(["pa", "install", path, "--confirm-within", "4s"], check=False)
    assert done.returncode == 1
    assert "bot: not up in time:" in done.stderr
    assert "bot: rolled back to the version before" in done.stderr
    is_as_before(clean, "bot", before)


def test_wait(clean: Machine) -> None:
    path = write(clean, "bot", GOOD)
    clean.run(["pa", "install", path])
    assert "is running" in clean.run(["pa", "wait", "bot"]).stdout
    late = clean.run(["pa", "wait", "bot", "--for", "stopped", "--timeout", "1s"], check=False)
    assert late.returncode == 1
    assert "not stopped: still running after 1s" in late.stderr
    waiting = clean.start(["pa", "wait", "bot", "--for", "stopped"])
    clean.run(["pa", "stop", "bot"])
    assert waiting.communicate(timeout=30)[0] == "bot: is stopped\n"
    unknown = clean.run(["pa", "wait", "bot", "--for", "healthy"], check=False)
    assert unknown.returncode == 2
    assert "nothing tells when it is" in unknown.stderr and "health_check" in unknown.stderr
