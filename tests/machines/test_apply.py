"""`plan`, `apply --prune`, `rollback`, drift: a directory of specs and what is installed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from machines import Machine

SPECS = "/root/specs"
ELSEWHERE = "/root/elsewhere.yaml"


def write(machine: Machine, name: str, seconds: int, more: str = "") -> None:
    machine.path(SPECS).mkdir(exist_ok=True)
    text = f"name: {name}\ncmd: sleep {seconds}\nstop_timeout: 2s\n{more}"
    machine.path(f"{SPECS}/{name}.yaml").write_text(text)


@pytest.fixture
def clean(machine: Machine) -> Iterator[Machine]:
    try:
        yield machine
    finally:
        machine.run(["pa", "uninstall", "--all", "--purge"], check=False)
        machine.shell(f"rm -rf {SPECS} {ELSEWHERE} /etc/systemd/system/bot.service.d")
        machine.run(["systemctl", "daemon-reload"])


def item(machine: Machine, name: str) -> dict[str, Any]:
    (found,) = json.loads(machine.run(["pa", "status", name, "--json"], check=False).stdout)
    return dict(found)


def pids(machine: Machine) -> dict[str, int]:
    listed = json.loads(machine.run(["pa", "status", "--json"]).stdout)
    return {one["name"]: one["pid"] for one in listed}


def plan(machine: Machine, *words: str) -> tuple[int, dict[str, Any]]:
    done = machine.run(["pa", "plan", SPECS, "--json", *words], check=False)
    return done.returncode, {one["agent"]: one for one in json.loads(done.stdout)}


def test_a_directory_is_applied_and_pruned(clean: Machine) -> None:
    clean.path(ELSEWHERE).write_text("name: elsewhere\ncmd: sleep 3000\n")
    clean.run(["pa", "install", ELSEWHERE])
    for name in ("one", "two", "three"):
        write(clean, name, 3000)
    code, found = plan(clean)
    assert code == 8
    assert {(one["action"], one["step"]) for one in found.values()} == {("create", "start")}
    clean.run(["pa", "apply", SPECS])
    before = pids(clean)
    assert set(before) == {"elsewhere", "one", "two", "three"} and all(before.values())

    assert plan(clean)[0] == 0
    again = json.loads(clean.run(["pa", "apply", SPECS, "--prune", "--json"]).stdout)
    assert {one["action"] for one in again} == {"same"}
    assert pids(clean) == before, "nothing changed, nothing was restarted"

    write(clean, "one", 3001)
    clean.path(f"{SPECS}/two.yaml").unlink()
    code, found = plan(clean, "--prune")
    assert code == 8
    assert {name: (one["action"], one["step"]) for name, one in found.items()} == {
        "one": ("update", "restart"),
        "two": ("remove", "stop"),
        "three": ("same", ""),
    }
    result = json.loads(clean.run(["pa", "apply", SPECS, "--prune", "--json"]).stdout)
    assert {one["agent"]: one["action"] for one in result} == {
        "one": "update",
        "two": "remove",
        "three": "same",
    }
    after = pids(clean)
    assert set(after) == {"elsewhere", "one", "three"}
    assert after["three"] == before["three"] and after["one"] != before["one"]
    assert clean.run(["pgrep", "-fc", "sleep 3000"]).stdout == "2\n", "two has ended"
    assert not clean.path("/etc/systemd/system/two.service").exists()


def test_without_prune_nothing_is_uninstalled(clean: Machine) -> None:
    for name in ("one", "two"):
        write(clean, name, 3000)
    clean.run(["pa", "apply", SPECS])
    clean.path(f"{SPECS}/two.yaml").unlink()
    clean.run(["pa", "apply", SPECS])
    assert set(pids(clean)) == {"one", "two"}


def test_an_empty_directory_prunes_nothing(clean: Machine) -> None:
    """What is not mounted looks like that."""
    write(clean, "one", 3000)
    clean.run(["pa", "apply", SPECS])
    clean.path(f"{SPECS}/one.yaml").unlink()
    done = clean.run(["pa", "apply", SPECS, "--prune"], check=False)
    assert done.returncode == 2
    assert "is it mounted?" in done.stderr and "pa uninstall one" in done.stderr
    assert set(pids(clean)) == {"one"}


def test_what_stopped_is_started_again(clean: Machine) -> None:
    write(clean, "one", 3000)
    clean.run(["pa", "apply", SPECS])
    clean.run(["pa", "stop", "one"])
    code, found = plan(clean)
    assert (code, found["one"]["action"], found["one"]["step"]) == (8, "same", "start")
    clean.run(["pa", "apply", SPECS])
    assert item(clean, "one")["state"] == "running"


def test_a_bad_spec_changes_nothing(clean: Machine) -> None:
    write(clean, "one", 3000)
    clean.run(["pa", "apply", SPECS])
    write(clean, "one", 3001)
    clean.path(f"{SPECS}/two.yaml").write_text("name: two\ncmmd: sleep 3000\n")
    done = clean.run(["pa", "apply", SPECS], check=False)
    assert done.returncode == 2 and "did you mean 'cmd'" in done.stderr
    assert "sleep 3000" in clean.path("/etc/systemd/system/one.service").read_text()


def test_not_started_is_not_forgotten(clean: Machine) -> None:
    """--no-start leaves the version before running; nobody calls that up to date."""
    write(clean, "bot", 3000)
    clean.run(["pa", "apply", SPECS])
    before = item(clean, "bot")["pid"]
    write(clean, "bot", 3001)
    clean.run(["pa", "apply", SPECS, "--no-start"])
    now = item(clean, "bot")
    assert now["pid"] == before
    assert now["reason"] == "an earlier version; pa restart bot"
    code, found = plan(clean)
    assert (code, found["bot"]["step"]) == (8, "restart")
    assert "bot: restarted" in clean.run(["pa", "apply", SPECS]).stdout
    assert item(clean, "bot")["reason"] == "" and plan(clean)[0] == 0


def test_words_for_people_restart_nothing(clean: Machine) -> None:
    write(clean, "bot", 3000)
    clean.run(["pa", "apply", SPECS])
    before = item(clean, "bot")["pid"]
    write(clean, "bot", 3000, "description: the bot\nlabels: {team: a}\n")
    code, found = plan(clean)
    assert (code, found["bot"]["action"], found["bot"]["step"]) == (8, "update", "")
    assert "bot: is up to date" in clean.run(["pa", "apply", SPECS]).stdout
    assert item(clean, "bot")["pid"] == before
    assert clean.run(["systemctl", "show", "-P", "Description", "bot"]).stdout == "the bot\n"
    assert clean.run(["systemctl", "show", "-P", "NeedDaemonReload", "bot"]).stdout == "no\n"


def test_back_and_forth(clean: Machine) -> None:
    for seconds in (3001, 3002, 3003):
        write(clean, "bot", seconds)
        clean.run(["pa", "apply", SPECS])
    foreseen = clean.run(["pa", "rollback", "bot", "--dry-run"]).stdout
    assert foreseen.startswith("bot: from version 3 to version 2\n")
    assert "bot: restarted" in clean.run(["pa", "rollback", "bot"]).stdout
    assert running(clean) == "3002"
    clean.run(["pa", "rollback", "bot", "--to", "1"])
    assert running(clean) == "3001"
    versions = json.loads(clean.run(["pa", "history", "bot", "--json"]).stdout)
    assert [(one["number"], one["current"]) for one in versions] == [
        (1, True),
        (2, False),
        (3, False),
    ]
    refused = clean.run(["pa", "rollback", "bot"], check=False)
    assert refused.returncode == 1 and "this is its first version" in refused.stderr
    unknown = clean.run(["pa", "rollback", "bot", "--to", "9"], check=False)
    assert unknown.returncode == 1 and "pa history bot" in unknown.stderr


def running(machine: Machine) -> str:
    pid = item(machine, "bot")["pid"]
    return machine.path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[1].decode()


EDITOR = """#!/bin/sh
for file; do :; done  # the last word: 257 says the line to begin at before it
sed -i '/^### Anything between here/a [Service]\\nNice=7' "$file"
"""


def test_systemctl_edit_survives_and_is_listed(clean: Machine) -> None:
    write(clean, "bot", 3001)
    clean.run(["pa", "apply", SPECS])
    clean.path("/root/editor").write_text(EDITOR)
    clean.shell("chmod +x /root/editor")
    clean.shell("SYSTEMD_EDITOR=/root/editor script -qec 'systemctl edit bot' /dev/null")
    drop_in = "/etc/systemd/system/bot.service.d/override.conf"
    text = clean.path(drop_in).read_text()
    assert "Nice=7" in text
    changes: list[list[str]] = [
        ["apply", SPECS],
        ["set", "bot", "description=another"],
        ["rollback", "bot"],
        ["install", f"{SPECS}/bot.yaml", "--force"],
        ["disable", "bot"],
    ]
    write(clean, "bot", 3002)
    for words in changes:
        clean.run(["pa", *words])
        assert clean.path(drop_in).read_text() == text, words
        assert f"drop-in {drop_in}" in item(clean, "bot")["drift"], words
    clean.run(["pa", "restart", "bot"])
    assert clean.run(["systemctl", "show", "-P", "Nice", "bot"]).stdout == "7\n"
    assert f"drop-in {drop_in}" in clean.run(["pa", "status", "bot"]).stdout
    assert drop_in in clean.run(["pa", "plan", SPECS], check=False).stdout
    clean.run(["pa", "uninstall", "bot"])
    assert clean.path(drop_in).read_text() == text, "the admin's, not ours to remove"


def test_drift_is_told(clean: Machine) -> None:
    write(clean, "bot", 3000)
    clean.run(["pa", "apply", SPECS])
    assert item(clean, "bot")["drift"] == []
    unit = "/etc/systemd/system/bot.service"
    clean.shell(f"echo '# a remark' >>{unit}; echo '# more' >>{SPECS}/bot.yaml")
    found = item(clean, "bot")["drift"]
    assert f"{unit} was edited by hand" in found
    assert f"its spec {SPECS}/bot.yaml has changed since the install" in found
    assert f"{unit} was edited by hand" in clean.run(["pa", "status", "bot"]).stdout
    (listed,) = json.loads(clean.run(["pa", "status", "--json"]).stdout)
    assert listed["drift"] is None, "a list of all does not look"
    assert f"{unit}: changed by hand, stays" in clean.run(["pa", "plan", SPECS], check=False).stdout

    write(clean, "bot", 3001)
    code, planned = plan(clean)
    (file,) = [one for one in planned["bot"]["files"] if one["path"] == unit]
    assert code == 8 and (file["conflict"], file["refused"]) == ("edited", True)
    refused = clean.run(["pa", "apply", SPECS], check=False)
    assert refused.returncode == 1 and "it was edited by hand" in refused.stderr
    assert running(clean) == "3000"
    clean.run(["pa", "apply", SPECS, "--force"])
    assert running(clean) == "3001" and item(clean, "bot")["drift"] == []


FOREIGN = "/run/systemd/system/theirs.service"


@pytest.mark.parametrize("name", ["theirs", "systemd-journald", "dbus-org.freedesktop.login1"])
def test_units_and_aliases_of_others_are_not_replaced(clean: Machine, name: str) -> None:
    """Wherever systemd looks for units: a file of ours would hide theirs."""
    clean.path(FOREIGN).write_text("[Service]\nExecStart=/bin/sleep 9\n")
    try:
        write(clean, name, 3000)
        done = clean.run(["pa", "install", SPECS, "--force"], check=False)
        assert done.returncode == 2
        assert f"'{name}.service' that is not ours" in done.stderr
        assert clean.run(["pa", "status", "--json"]).stdout == "[]\n"
    finally:
        clean.path(FOREIGN).unlink()


def test_another_user_needs_a_word(clean: Machine) -> None:
    write(clean, "bot", 3000, "user: bob\n")
    clean.run(["pa", "apply", SPECS])
    write(clean, "bot", 3000, "user: kbot\n")
    assert plan(clean)[1]["bot"]["user_before"] == "bob"
    refused = clean.run(["pa", "apply", SPECS], check=False)
    assert refused.returncode == 2
    assert "would no longer run as bob" in refused.stderr and "--user-changed" in refused.stderr
    assert item(clean, "bot")["user"] == "bob"
    clean.run(["pa", "apply", SPECS, "--user-changed"])
    assert item(clean, "bot")["user"] == "kbot"


def test_dry_run_changes_nothing(clean: Machine) -> None:
    write(clean, "bot", 3000)
    clean.run(["pa", "apply", SPECS])
    write(clean, "bot", 3001)
    listing = "find /etc /var/lib/pa /usr/local /root -xdev -printf '%p %T@ %s\\n' | sort"
    before, pid = clean.shell(listing), item(clean, "bot")["pid"]
    for words in (
        ["install", SPECS],
        ["apply", SPECS, "--prune"],
        ["uninstall", "bot"],
        ["rollback", "bot", "--to", "1"],
        ["set", "bot", "description=x"],
        ["start", "bot"],
        ["stop", "bot"],
        ["restart", "bot"],
        ["enable", "bot"],
        ["disable", "bot", "--now"],
        ["reload", "bot"],
        ["pause", "bot"],
        ["resume", "bot"],
        ["kill", "bot"],
        ["secret", "set", "bot", "KEY"],
        ["secret", "rm", "bot", "KEY"],
    ):
        clean.run(["pa", *words, "--dry-run"], input="v\n")
        assert clean.shell(listing) == before, words
        assert item(clean, "bot")["pid"] == pid, words
