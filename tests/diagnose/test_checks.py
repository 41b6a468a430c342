"""Each check by evidence: what it fires on, and what leaves it silent."""

import pytest

from pa_units.contracts.ledger import Installed
from pa_units.contracts.refs import Scope, UnitRef
from pa_units.contracts.status import AgentStatus, State
from pa_units.diagnose.evidence import Changed, Evidence, Log, Needed, Seen
from pa_units.diagnose.finding import Likelihood
from pa_units.diagnose.judge import findings
from pa_units.diagnose.table import CHECKS
from pa_units.drive.states import Exit, UnitState
from pa_units.journal.events import Run
from pa_units.measure.listeners import Listener
from pa_units.measure.room import Room
from pa_units.observe.program import Program
from pa_units.observe.reach import Who
from pa_units.observe.unit_files import Setting

NOW = 1_800_000_000_000_000
HOUR = 3_600_000_000
MIB = 1 << 20
FILE = "/etc/systemd/system/bot.service"

AGENT = Installed("bot", "0", (UnitRef("bot.service", Scope.SYSTEM),), True, "kbot")
STATUS = AgentStatus("bot", "bot.service", State.RUNNING, since_us=NOW - HOUR)
UNIT = UnitState("bot.service", "loaded", "active", "running", main_pid=7, result="success")
WELL = Evidence(
    AGENT,
    NOW,
    status=STATUS,
    unit=UNIT,
    settings=(
        Setting("Service", "ExecStart", "/usr/bin/bot", FILE),
        Setting("Service", "Restart", "on-failure", FILE),
    ),
    who=Who(1001, frozenset({1001}), "kbot"),
    program=Program("/usr/bin/bot", True, "elf", mode_runs=True),
    home=Program("/srv/bot", True, "directory"),
    rooms=(Room("/srv", 50 * MIB, 100 * MIB, 1000, False),),
)


def restarting(code: int = 1, status: int = 1, *said: str, result: str = "exit-code") -> Evidence:
    """It ended so, after it said that."""
    unit = UNIT._replace(
        active="activating", sub="auto-restart", result=result, exit=Exit(code, status, NOW - 5)
    )
    state = STATUS._replace(state=State.RESTARTING, restarts=1, reason=f"exit code {status}")
    return WELL._replace(status=state, unit=unit, said=said)


def failed(code: int = 1, status: int = 1, *said: str, result: str = "exit-code") -> Evidence:
    """The same, for good."""
    seen = restarting(code, status, *said, result=result)
    assert seen.status
    unit = seen.unit._replace(active="failed", sub="failed")
    return seen._replace(unit=unit, status=seen.status._replace(state=State.FAILED))


def stopped(**run: object) -> Evidence:
    """It is down, and the journal knows its last run."""
    last = Run("bot.service", "1" * 32, NOW - HOUR, NOW - 5, result="success")
    return WELL._replace(
        status=STATUS._replace(state=State.STOPPED),
        unit=UNIT._replace(active="inactive", sub="dead", main_pid=0),
        runs=(last._replace(**run),),
    )


def program(**changes: object) -> Evidence:
    """Its program is otherwise than it should be, and so systemd says 203."""
    assert WELL.program
    return restarting(1, 203)._replace(program=WELL.program._replace(**changes))


def walled(directive: str, value: str, seen: Evidence) -> Evidence:
    """It stands between this wall."""
    return seen._replace(settings=(*WELL.settings, Setting("Service", directive, value, FILE)))


def with_limit(seen: Evidence) -> Evidence:
    return seen._replace(unit=seen.unit._replace(memory_max=64 * MIB))


KILLED, TRAP, SYSCALL = 9, 5, 31
PORT = Listener(8080, 99, "nginx: master", "nginx.service")
MISSING = {"/data/x": Seen("/data/x", True)}

SAMPLES: dict[str, tuple[Evidence, ...]] = {
    "init-system": (Evidence(AGENT, NOW, silent="cannot ask systemd: no bus"),),
    "unit": (
        WELL._replace(unit=UNIT._replace(load="masked", active="inactive")),
        stopped()._replace(unit=UnitState("bot.service", "bad-setting", "inactive")),
        WELL._replace(unit=UNIT._replace(needs_reload=True)),
    ),
    "command-missing": (
        program(exists=False),
        restarting(1, 127, "sh: 1: frob: not found"),
        restarting(1, 127, "/usr/bin/env: 'frob': No such file or directory"),
    ),
    "not-executable": (
        program(mode_runs=False),
        program(kind="directory"),
        program(barred="/usr/bin/bot"),
        program(barred="/usr"),
        restarting(1, 126, "sh: 1: ./x: Permission denied"),
    ),
    "interpreter": (
        program(kind="script", interpreter="/usr/bin/python", lost="/usr/bin/python"),
        program(kind="script", interpreter="/bin/sh\r", lost="/bin/sh\r"),
        program(kind="elf", foreign="aarch64"),
        program(kind="text"),
        program(kind="empty"),
    ),
    "account": (
        restarting(1, 217)._replace(who=None),
        restarting(1, 216)._replace(no_group="staff2"),
        restarting(1, 217),
    ),
    "working-directory": (
        restarting(1, 200)._replace(home=Program("/srv/bot")),
        restarting(1, 200)._replace(home=Program("/srv/bot", True, "file")),
        restarting(1, 200)._replace(home=Program("/srv/bot", True, "directory", barred="/srv")),
    ),
    "needed-file": (
        walled("EnvironmentFile", "/x.env", failed(0, 0, result="resources"))._replace(
            paths={"/x.env": Seen("/x.env", False)}
        ),
        failed(1, 243),
    ),
    "log-file": (
        failed(1, 209)._replace(logs=(Log("/gone/x.log", -1, MIB),)),
        failed(1, 209),
    ),
    "drift": (
        WELL._replace(changed=(Changed("edited", FILE),)),
        failed()._replace(changed=(Changed("missing", FILE),)),
    ),
    "port": (
        restarting(1, 1, "Error: listen EADDRINUSE: address already in use :::8080")._replace(
            listeners=(PORT,)
        ),
        restarting(1, 1, "OSError: [Errno 98] Address already in use"),
        failed(0, 0)._replace(
            agent=AGENT._replace(starts=(UnitRef("bot.socket", Scope.SYSTEM),)), listeners=(PORT,)
        ),
    ),
    "environment": (
        restarting(1, 1, "KeyError: 'API_KEY'"),
        restarting(1, 2, "sh: 1: API_KEY: parameter not set"),
        restarting(1, 1, "Error: environment variable API_KEY is required"),
        restarting(1, 1, "fatal: DATABASE_URL is not set"),
    ),
    "library": (
        restarting(1, 1, "ModuleNotFoundError: No module named 'yaml'"),
        restarting(1, 1, "Error: Cannot find module 'express'"),
        restarting(1, 127, "bot: error while loading shared libraries: libfoo.so.1: cannot open"),
    ),
    "disk": (
        restarting(1, 1, "OSError: [Errno 28] No space left on device"),
        WELL._replace(rooms=(Room("/srv", 0, 100 * MIB, 1000, False),)),
        WELL._replace(rooms=(Room("/srv", 50 * MIB, 100 * MIB, 0, False),)),
        WELL._replace(rooms=(Room("/srv", 5 * MIB, 1000 * MIB, 9, False),)),
    ),
    "memory": (
        restarting(2, KILLED, result="oom-kill"),
        with_limit(restarting(2, KILLED, result="oom-kill")),
        restarting(1, 1, "MemoryError"),
        restarting(2, 6, "FATAL ERROR: Reached heap limit - JavaScript heap out of memory"),
        with_limit(WELL._replace(status=STATUS._replace(memory=60 * MIB))),
    ),
    "limits": (
        restarting(1, 1, "OSError: [Errno 24] Too many open files: '/x'"),
        restarting(1, 1, "RuntimeError: can't start new thread"),
    ),
    "permission": (
        restarting(1, 1, "PermissionError: [Errno 13] Permission denied: '/srv/key'")._replace(
            paths={"/srv/key": Seen("/srv/key", True, "root:root 0600", "/srv/key")}
        ),
    ),
    "sandbox": (
        restarting(1, 226),
        walled("SystemCallFilter", "@system-service", restarting(3, SYSCALL, result="core-dump")),
        walled("MemoryDenyWriteExecute", "yes", restarting(3, TRAP, result="core-dump")),
        walled("ProtectSystem", "strict", restarting(1, 1, "Read-only file system: '/data/x'")),
        walled(
            "ProcSubset", "pid", restarting(1, 1, "No such file or directory: '/proc/meminfo'")
        )._replace(paths={"/proc/meminfo": Seen("/proc/meminfo", True)}),
        walled(
            "SystemCallFilter", "~@resources", restarting(1, 1, "nice: Operation not permitted")
        ),
    ),
    "dependency": (
        WELL._replace(
            status=STATUS._replace(state=State.STARTING),
            needs=(Needed("db", "healthy", "failed", "exit code 1"),),
        ),
    ),
    "health": (
        restarting(2, 15, result="watchdog"),
        WELL._replace(unit=UNIT._replace(status_text="unhealthy (503 in 9 ms)")),
        restarting(1, 1, "not ready within 3s: Connection refused"),
    ),
    "start-time": (failed(2, 15, result="timeout"), failed(0, 0, result="protocol")),
    "stop-ignored": (
        WELL._replace(status=STATUS._replace(state=State.STOPPING)),
        failed(2, KILLED, result="timeout")._replace(
            told=("bot.service: State 'stop-sigterm' timed out. Killing.",)
        ),
    ),
    "not-applied": (
        WELL._replace(outdated=True),
        WELL._replace(changed=(Changed("origin changed", "/root/bot.yaml"),)),
    ),
    "drop-in": (
        WELL._replace(
            settings=(*WELL.settings, Setting("Service", "Restart", "no", f"{FILE}.d/x.conf"))
        ),
    ),
    "clock": (
        WELL._replace(agent=AGENT._replace(installed=NOW / 1e6 + 86_400)),
        restarting(1, 1, "x509: certificate has expired or is not yet valid"),
    ),
    "clean-exit": (stopped(),),
    "exit-code": (restarting(1, 3), restarting(1, 202), restarting(2, 15), failed(1, 137)),
    "start-limit": (
        failed(1, 1, result="start-limit-hit"),
        failed()._replace(agent=AGENT._replace(max_restarts=1)),
    ),
    "log-size": (WELL._replace(logs=(Log("/var/log/x.log", 5 * MIB, MIB),)),),
    "memory-growth": (WELL._replace(memory=(10 * MIB, 12 * MIB, 14 * MIB, 16 * MIB)),),
    "lingering": (WELL._replace(agent=AGENT._replace(scope=Scope.USER), lingers=False),),
    "stopped": (
        stopped(asked=True),
        stopped()._replace(runs=()),
        stopped()._replace(runs=(), agent=AGENT._replace(auto_start=False)),
        WELL._replace(status=STATUS._replace(state=State.PAUSED)),
    ),
}


def test_every_check_has_a_sample() -> None:
    assert list(SAMPLES) == [check.name for check in CHECKS]


@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_told_first(name: str) -> None:
    for number, seen in enumerate(SAMPLES[name]):
        found = findings(seen)
        assert found and found[0].check == name, (number, found)
        assert found[0].cause and found[0].next and all(found[0].evidence), found[0]


def test_who_is_well_has_no_finding() -> None:
    chatty = ("GET /index.html 200", "listening on port 8080", "wrote /data/x")
    for seen in (
        WELL,
        WELL._replace(said=chatty),
        WELL._replace(memory=(10 * MIB, 12 * MIB, 11 * MIB, 13 * MIB)),
        WELL._replace(logs=(Log("/var/log/x.log", MIB, MIB),)),
        WELL._replace(needs=(Needed("db", "started", "failed"),)),
        WELL._replace(changed=(Changed("drop-in", f"{FILE}.d/empty.conf"),)),
        WELL._replace(status=STATUS._replace(state=State.SCHEDULED)),
    ):
        assert findings(seen) == (), seen


def test_a_known_cause_leaves_the_bare_exit_code_out() -> None:
    names = [one.check for one in findings(SAMPLES["port"][0])]
    assert names == ["port"]
    both = SAMPLES["start-limit"][1]
    assert [one.check for one in findings(both)] == ["start-limit", "exit-code"]


def test_the_surest_comes_first() -> None:
    seen = failed(1, 127, "sh: 1: frob: not found", "KeyError: 'API_KEY'")._replace(who=None)
    ranked = [one.likelihood for one in findings(seen)]
    assert ranked == sorted(ranked, key=list(Likelihood).index)
    assert len(set(ranked)) > 1


def test_an_exit_that_systemd_forgot_comes_from_the_journal() -> None:
    """On 252 a start that waits in a helper has no exit any more."""
    seen = restarting(0, 0, result="success")
    run = Run("bot.service", "1" * 32, NOW - 9, NOW - 5, "exited", 203, "exit-code")
    seen = seen._replace(unit=seen.unit._replace(exit=None), runs=(run,))
    assert seen.exited(203)
    assert seen.result == "exit-code"
