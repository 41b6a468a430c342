"""Reading the journals of real machines through journalctl(1)."""

import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from machines import Machine
from pa_units.contracts.refs import Scope
from pa_units.journal import events
from pa_units.journal.entries import Entry
from pa_units.journal.read import Query, read, stream
from pa_units.kit.errors import PermissionProblem, UsageError

UNITS = "/etc/systemd/system"
PROGRAM = """\
import sys, time
for number in range(6):
    print(sys.argv[1], number, flush=True)
    time.sleep(0.05)
sys.stdout.buffer.write(b"bytes \\xff\\x01\\n" + b"x" * 5000 + b"\\n")
print("Gr\\u00fcn", file=sys.stderr)
"""
TALKER = "[Service]\nType=oneshot\nExecStart=python3 -X utf8 /etc/pa-talk.py %N\n"
CRASHER = """\
[Unit]
StartLimitBurst=3
StartLimitIntervalSec=infinity
[Service]
Type=exec
Restart=on-failure
RestartSec=100ms
ExecStart=sh -c 'sleep 0.2; exit 3'
"""
Env = dict[str, str]


@pytest.fixture
def reach(tmp_path: Path) -> Callable[..., Env]:
    """An environment in which `journalctl` is the one inside the machine."""

    def made(machine: Machine, user: str = "root", **env: str) -> Env:
        directory = tmp_path / user
        directory.mkdir(exist_ok=True)
        pairs = " ".join(f"{name}={value}" for name, value in env.items())
        program = directory / "journalctl"
        program.write_text(
            "#!/bin/sh\n"
            f"exec nsenter -t {machine.pid} -a runuser -u {user} -- "
            f'env {pairs} journalctl "$@"\n'
        )
        program.chmod(0o755)
        return {"PATH": f"{directory}:/usr/sbin:/usr/bin:/sbin:/bin"}

    return made


@pytest.fixture
def talkers(machine: Machine) -> Iterator[tuple[str, ...]]:
    """Two units that talk at the same time, and have ended."""
    names = ("pa-ann", "pa-ben")
    machine.path("/etc/pa-talk.py").write_text(PROGRAM)
    for name in names:
        machine.path(f"{UNITS}/{name}.service").write_text(TALKER)
    machine.shell("systemctl daemon-reload; systemctl start pa-ann pa-ben; journalctl --sync")
    yield tuple(f"{name}.service" for name in names)
    for name in names:
        machine.path(f"{UNITS}/{name}.service").unlink()
    machine.path("/etc/pa-talk.py").unlink()
    machine.shell("systemctl daemon-reload")


def texts(entries: list[Entry]) -> list[str]:
    return [entry.text for entry in entries if not entry.by_manager]


def test_units_come_interleaved(
    machine: Machine, talkers: tuple[str, ...], reach: Callable[..., Env]
) -> None:
    found = read(Query(talkers, Scope.SYSTEM), reach(machine))
    assert {entry.unit for entry in found} == set(talkers)
    own = [entry for entry in found if not entry.by_manager]
    assert [entry.time_us for entry in own] == sorted(entry.time_us for entry in own)
    changes = sum(a.unit != b.unit for a, b in pairwise(own))
    assert changes > 2, "one after the other is not interleaved"
    assert any(entry.text.startswith("Starting") for entry in found if entry.by_manager)


def test_every_line_is_whole(
    machine: Machine, talkers: tuple[str, ...], reach: Callable[..., Env]
) -> None:
    messages = [entry.message for entry in read(Query(talkers[:1], Scope.SYSTEM), reach(machine))]
    assert b"bytes \xff\x01" in messages
    assert b"x" * 5000 in messages
    assert "Grün".encode() in messages


def test_last_lines_and_what_came_after(
    machine: Machine, talkers: tuple[str, ...], reach: Callable[..., Env]
) -> None:
    env = reach(machine)
    everything = read(Query(talkers, Scope.SYSTEM), env)
    assert read(Query(talkers, Scope.SYSTEM, lines=3), env) == everything[-3:]
    fourth = everything[3]
    assert read(Query(talkers, Scope.SYSTEM, after=fourth.cursor), env) == everything[4:]
    assert read(Query(talkers, Scope.SYSTEM, since="+1h"), env) == []
    until = f"@{everything[0].time_us // 1000000 - 1}"
    assert read(Query(talkers, Scope.SYSTEM, until=until), env) == []


def test_search(machine: Machine, talkers: tuple[str, ...], reach: Callable[..., Env]) -> None:
    env = reach(machine)
    query = Query(talkers, Scope.SYSTEM, grep="^pa-ann [35]$")
    assert texts(read(query, env))[-2:] == ["pa-ann 3", "pa-ann 5"]
    assert read(Query(talkers, Scope.SYSTEM, grep="never said"), env) == []
    with pytest.raises(UsageError, match="cannot search the journal"):
        read(Query(talkers, Scope.SYSTEM, since="nonsense"), env)


def test_following(machine: Machine, talkers: tuple[str, ...], reach: Callable[..., Env]) -> None:
    env = reach(machine)
    last = read(Query(talkers, Scope.SYSTEM, lines=1), env)[0]
    with stream(Query(talkers[:1], Scope.SYSTEM, after=last.cursor), env, follow=True) as entries:
        machine.shell("systemctl start pa-ann")
        seen = []
        for entry in entries:
            seen.append(entry.text)
            if entry.text == "pa-ann 5":
                break
    assert [text for text in seen if text.startswith("pa-ann ")] == [
        f"pa-ann {number}" for number in range(6)
    ]


def test_unknown_unit_has_no_lines(machine: Machine, reach: Callable[..., Env]) -> None:
    assert read(Query(("pa-never.service",), Scope.SYSTEM), reach(machine)) == []


def test_ordinary_user_is_told(machine: Machine, reach: Callable[..., Env]) -> None:
    env = reach(machine, "kbot")
    query = Query(("dbus.service",), Scope.SYSTEM)
    with pytest.raises(PermissionProblem) as raised:
        read(query, env)
    assert "systemd-journal" in raised.value.hint
    with pytest.raises(PermissionProblem), stream(query, env, follow=True) as entries:
        list(entries)


def test_user_scope(machine: Machine, reach: Callable[..., Env]) -> None:
    user_env = machine.user_env("bob")
    run = ["systemd-run", "--user", "--wait", "--unit=pa-hello", "sh", "-c", "echo hello; exit 4"]
    machine.run(run, user="bob", env=user_env, check=False)
    machine.run(["journalctl", "--sync"])
    env = reach(machine, "bob", **user_env)
    found = read(Query(("pa-hello.service",), Scope.USER), env)
    assert "hello" in texts(found)
    (run_,) = events.runs(["pa-hello.service"], Scope.USER, env=env)[-1:]
    assert (run_.exit_code, run_.exit_status, run_.result) == ("exited", 4, "exit-code")


def test_restart_history(machine: Machine, reach: Callable[..., Env]) -> None:
    machine.path(f"{UNITS}/pa-crash.service").write_text(CRASHER)
    since = f"@{int(time.time()) - 1}"
    try:
        machine.shell(
            "systemctl daemon-reload; systemctl start pa-crash; "
            "until systemctl -q is-failed pa-crash; do sleep 0.05; done; journalctl --sync"
        )
        found = events.runs(["pa-crash.service"], Scope.SYSTEM, since, reach(machine))
    finally:
        machine.path(f"{UNITS}/pa-crash.service").unlink()
        machine.shell("systemctl reset-failed pa-crash; systemctl daemon-reload")
    assert len({run.invocation for run in found}) == 3
    assert [run.restart for run in found] == [1, 2, 0]
    assert [run.gave_up for run in found] == [False, False, True]
    assert {(run.exit_code, run.exit_status, run.result) for run in found} == {
        ("exited", 3, "exit-code")
    }
    assert all(run.started_us < run.ended_us and not run.asked for run in found)
