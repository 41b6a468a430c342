"""systemd's states → ours, as a table."""

import pytest

from pa_units.contracts.ledger import Installed
from pa_units.contracts.refs import Scope, UnitRef
from pa_units.contracts.status import State
from pa_units.drive.states import Exit, UnitState
from pa_units.observe.exits import cause
from pa_units.observe.states import judge, one_moment

AGENT = Installed(
    "bot",
    "digest",
    (UnitRef("bot.service", Scope.SYSTEM),),
    auto_start=True,
    user="kbot",
    max_restarts=2,
    delays_ms=(1000, 2000, 4000),
)
KILLED = Exit(2, 9, 50_000_000)


def unit(active: str, sub: str = "", **more: object) -> UnitState:
    return UnitState(load="loaded", active=active, sub=sub)._replace(**more)


@pytest.mark.parametrize(
    ("seen", "state", "reason", "next_us"),
    [
        (unit("active", "running"), State.RUNNING, "", None),
        (unit("reloading", "reload"), State.RUNNING, "", None),
        (unit("inactive", "dead", result="success"), State.STOPPED, "", None),
        (UnitState(load="not-found", active="inactive"), State.STOPPED, "", None),
        (UnitState(load="masked", active="inactive"), State.STOPPED, "its unit is masked", None),
        (unit("activating", "start"), State.STARTING, "", None),
        (unit("activating", "start-pre"), State.STARTING, "", None),
        (unit("deactivating", "stop-sigterm"), State.STOPPING, "", None),
        (
            unit("activating", "auto-restart", restarts=1, result="signal", exit=KILLED),
            State.RESTARTING,
            "killed by SIGKILL",
            52_000_000,
        ),
        (
            unit("activating", "start-pre", restarts=2, activating_since_us=50_100_000),
            State.RESTARTING,
            "",
            52_000_000,
        ),
        (
            unit("activating", "auto-restart", restarts=2, result="signal", exit=KILLED),
            State.RESTARTING,
            "giving up: killed by SIGKILL",
            None,
        ),
        (
            unit("failed", "failed", restarts=2, result="exit-code", exit=Exit(1, 3, 1)),
            State.FAILED,
            "gave up after 2 restarts: exit code 3",
            None,
        ),
        (
            unit("failed", "failed", restarts=0, result="exit-code", exit=Exit(1, 203, 1)),
            State.FAILED,
            "exit code 203: cannot execute the program",
            None,
        ),
        (unit("from-the-future", "new"), State.STOPPED, "", None),
    ],
)
def test_judge(seen: UnitState, state: State, reason: str, next_us: int | None) -> None:
    assert judge(seen, AGENT) == (state, reason, next_us)


def test_a_wait_that_began_while_it_was_read() -> None:
    torn = unit("activating", "auto-restart", restarts=1, exit=Exit(0, 0, 0))
    assert one_moment(torn).sub == "start-pre"
    whole = unit("activating", "auto-restart", restarts=0, exit=KILLED)
    assert one_moment(whole) is whole


def test_an_agent_without_restarts_never_gives_up() -> None:
    never = AGENT._replace(max_restarts=0)
    failed = unit("failed", "failed", result="exit-code", exit=Exit(1, 1, 1))
    assert judge(failed, never).reason == "exit code 1"


def test_who_ran_out_of_memory() -> None:
    """The result is one and the same; the figures tell, as far as this systemd keeps them."""

    def of(most: int | None, peak: int | None) -> str:
        killed = unit("failed", result="oom-kill", exit=Exit(2, 9, 1))
        return cause(killed._replace(memory_max=most, memory_peak=peak))

    assert of(64 << 20, 63 << 20) == "killed by the kernel: above its memory limit of 64.0M"
    assert "the machine ran out of memory; its own limit of 64.0M" in of(64 << 20, 9 << 20)
    assert of(None, 9 << 20) == "killed by the kernel: the machine ran out of memory"
    assert of(64 << 20, None) == "killed by the kernel: out of memory, with a limit of 64.0M"


@pytest.mark.parametrize(
    ("result", "ended", "words"),
    [
        ("success", Exit(1, 0, 1), ""),
        ("exit-code", Exit(1, 1, 1), "exit code 1"),
        ("signal", Exit(2, 15, 1), "killed by SIGTERM"),
        ("core-dump", Exit(3, 11, 1), "crashed with a core dump (killed by SIGSEGV, core dumped)"),
        ("oom-kill", Exit(2, 9, 1), "killed by the kernel: out of memory (killed by SIGKILL)"),
        ("watchdog", Exit(2, 15, 1), "unhealthy or silent for too long (killed by SIGTERM)"),
        ("resources", None, "a file that it needs is missing or not readable"),
        ("a-new-result", None, "a-new-result"),
        ("signal", Exit(2, 99, 1), "killed by signal 99"),
    ],
)
def test_cause(result: str, ended: Exit | None, words: str) -> None:
    assert cause(unit("failed", result=result, exit=ended)) == words
