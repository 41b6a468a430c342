"""*Pure*: how a main process ended, and what follows: rest, restart later, or give up."""

from signal import SIGHUP, SIGINT, SIGPIPE, SIGTERM, Signals

from pa_units.contracts.run_plan import Exits, RunPlan
from pa_units.contracts.run_state import DUMPED, EXITED, KILLED, UNKNOWN, Unit
from pa_units.contracts.status import State
from pa_units.supervisor.events import Now

SUCCESS, TIMEOUT = "success", "timeout"
_RESULTS = {EXITED: "exit-code", KILLED: "signal", DUMPED: "core-dump", UNKNOWN: "exit unknown"}
"""The words of systemd (`Result=`, org.freedesktop.systemd1(5)); the last one is ours."""

_CLEAN_SIGNALS = frozenset({SIGHUP, SIGINT, SIGTERM, SIGPIPE})
"""Ends that are no failure: `SuccessExitStatus=`, systemd.service(5)."""

_LARGEST_EXPONENT = 64
"""Above it every delay is the longest one, and the power could overflow."""


def is_clean(plan: RunPlan, code: int, status: int) -> bool:
    """Is this end a success?"""
    if _among(plan.success, code, status):
        return True
    return status == 0 if code == EXITED else code == KILLED and status in _CLEAN_SIGNALS


def _among(exits: Exits, code: int, status: int) -> bool:
    return status in (exits.codes if code == EXITED else exits.signals) and code != UNKNOWN


def result(plan: RunPlan, code: int, status: int) -> str:
    """Return the word for this end."""
    return SUCCESS if is_clean(plan, code, status) else _RESULTS[code]


def describe(code: int, status: int) -> str:
    """Say how a process ended."""
    if code == EXITED:
        return f"exit code {status}"
    if code == UNKNOWN:
        return "exit unknown"
    return f"killed by {_name(status)}"


def _name(number: int) -> str:
    try:
        return Signals(number).name
    except ValueError:
        return f"signal {number}"


def delay(plan: RunPlan, restarts: int) -> float:
    """Return the seconds before the next restart, after so many."""
    growth = plan.multiplier ** min(restarts, _LARGEST_EXPONENT)
    return float(min(plan.longest_delay, plan.first_delay * growth)) / 1000


def decide(plan: RunPlan, unit: Unit, now: Now) -> None:
    """Put a unit whose run has ended by itself into the state that follows."""
    if not _restarts(plan, unit):
        unit.state = State.STOPPED if unit.result == SUCCESS else State.FAILED
        unit.wanted = False
        return
    _open_window(plan, unit, now)
    if 0 <= plan.max_restarts <= unit.window_count:
        unit.state, unit.wanted = State.FAILED, False
        return
    wait = delay(plan, unit.restarts)
    unit.state = State.RESTARTING
    unit.due_mono = now.mono + wait
    unit.due_us = now.wall_us + round(wait * 1_000_000)


def _restarts(plan: RunPlan, unit: Unit) -> bool:
    if not unit.wanted or plan.policy == "never":
        return False
    if _among(plan.force_restart, unit.code, unit.status):
        return True
    if unit.result != TIMEOUT and _among(plan.no_restart, unit.code, unit.status):
        return False
    # A oneshot that succeeded has done what it is for (Restart=, systemd.service(5)).
    return unit.result != SUCCESS or (plan.policy == "always" and plan.type != "oneshot")


def _open_window(plan: RunPlan, unit: Unit, now: Now) -> None:
    """The window begins with its first restart, as that of `StartLimitIntervalSec=` does."""
    if plan.restart_window and now.mono - unit.window_mono >= plan.restart_window / 1000:
        unit.window_mono, unit.window_count = now.mono, 0


def count(unit: Unit) -> None:
    """Count one more automatic restart."""
    unit.restarts += 1
    unit.window_count += 1


def count_anew(unit: Unit) -> None:
    """Forget what was counted."""
    unit.restarts = unit.window_count = 0
    unit.window_mono = 0.0
