"""Hooks, stops, reloads, exit codes, who runs it: the lines of each."""

import pytest
from compiling import compiled, placement

from pa_units.contracts.facts import Placement
from pa_units.contracts.refs import Scope
from pa_units.spec.model import Agent

HOOKS = """
name: a
cmd: sleep 1
stop_command: /bin/stop
hooks:
  pre_start: [/bin/one, {shell: "two && three"}]
  post_start: /bin/four
  pre_stop: /bin/five
  post_stop: /bin/six
"""


def test_hooks_around_our_own_lines() -> None:
    found = compiled(HOOKS + "max_restarts: 3\nhealth_check: {tcp: 1, gate: true}\n", 252)
    before, *hooks = found.lines("a", "ExecStartPre")
    assert before.startswith("+/usr/local/lib/pa/0/backoff")
    assert hooks == ["/bin/one", '/bin/sh -c "two && three"']
    gate, arm, hook = found.lines("a", "ExecStartPost")
    assert ("/gate " in gate, "pa-stable" in arm, hook) == (True, True, "/bin/four")
    assert found.lines("a", "ExecStop")[1:] == ["-/bin/five", "/bin/stop"]
    assert found.lines("a", "ExecStopPost") == ["-/bin/six"]


@pytest.mark.parametrize(
    ("more", "reload", "force"),
    [
        ("reload_signal: SIGHUP", '/bin/sh -c "kill -HUP ${MAINPID}"', ["SIGHUP"]),
        ("reload_signal: USR1", '/bin/sh -c "kill -USR1 ${MAINPID}"', []),
        ("reload_signal: HUP\nrestart_policy: always", '/bin/sh -c "kill -HUP ${MAINPID}"', []),
        ("reload_signal: HUP\nmax_restarts: 0", '/bin/sh -c "kill -HUP ${MAINPID}"', []),
        ("reload_signal: SIGRTMIN+3", '/bin/sh -c "kill -RTMIN+3 ${MAINPID}"', []),
        ("reload_command: /bin/r -x", "/bin/r -x", []),
    ],
)
def test_reload(more: str, reload: str, force: list[str]) -> None:
    found = compiled(f"name: a\ncmd: sleep 1\n{more}")
    assert found.lines("a", "ExecReload") == [reload]
    assert found.lines("a", "RestartForceExitStatus") == force


def test_exit_codes() -> None:
    found = compiled(
        "name: a\ncmd: b\nsuccess_exit_codes: [3, TEMPFAIL]\nno_restart_exit_codes: [4, USR1]"
    )
    assert found.lines("a", "SuccessExitStatus") == ["3 TEMPFAIL"]
    assert found.lines("a", "RestartPreventExitStatus") == ["4 SIGUSR1"]


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        ("", ["yes", "", ""]),
        ("group: disk", ["yes", "", "disk"]),
        ("cwd: /home/bob", ["", "bob", ""]),
        ("cwd: /home/bob\ngroup: disk", ["", "bob", "disk"]),
        ("user: x\ngroup: disk", ["", "x", "disk"]),
    ],
)
def test_who_runs_it(more: str, lines: list[str]) -> None:
    found = compiled(f"name: a\ncmd: b\n{more}")
    keys = ("DynamicUser", "User", "Group")
    assert ["".join(found.lines("a", key)) for key in keys] == lines


def test_a_group_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def placed(agent: Agent) -> Placement:
        return placement(agent)._replace(no_group=True)

    monkeypatch.setattr("compiling.placement", placed)
    assert compiled("name: a\ncmd: b\ngroup: c").note("group-missing").hint == "make it: groupadd c"


def test_a_user_manager_becomes_nobody_else() -> None:
    found = compiled("name: a\ncmd: b\nuser: x\ngroup: y\nnice: -5", scope=Scope.USER)
    assert [note.loc for note in found.bundle.errors] == [("user",), ("group",)]
    assert found.note("nice-ignored")
    assert compiled("name: a\ncmd: b\nuser: bob\ngroup: bob", scope=Scope.USER).codes() == set()


def test_process() -> None:
    found = compiled("name: a\ncmd: b\nnice: -5\numask: '0077'")
    assert (found.line("a", "Nice"), found.line("a", "UMask")) == ("-5", "0077")
