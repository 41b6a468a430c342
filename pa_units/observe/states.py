"""systemd's states → ours. Pure."""

from typing import NamedTuple

from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import State
from pa_units.drive.states import UnitState
from pa_units.observe.exits import cause

_ACTIVE = {
    "active": State.RUNNING,
    "reloading": State.RUNNING,
    "refreshing": State.RUNNING,
    "activating": State.STARTING,
    "deactivating": State.STOPPING,
    "failed": State.FAILED,
    "inactive": State.STOPPED,
    "maintenance": State.STOPPED,
}

_WAITING = frozenset({"auto-restart", "auto-restart-queued"})
WAITING_IN_HELPER = "start-pre"
"""Before 254 the delay passes in `ExecStartPre=`."""

HELPER_BASE_MS = 100
"""`RestartSec=` where a helper waits for the rest of the delay."""

_ENDING = {"start": "", "exited": "completed"}
"""Substates of a oneshot whose program runs, or has run and whose success is remembered. systemd
calls the first `activating`: to it the whole run is the start."""

_UNUSABLE = {
    "not-found": "",
    "masked": "its unit is masked",
    "bad-setting": "its unit has a setting that systemd refuses",
    "error": "systemd cannot load its unit",
}
"""Load states of a unit that cannot be started. Not found: nobody asked for it yet."""


class Judged(NamedTuple):
    """The state of an agent, why, and when its next start is due (microseconds, or None)."""

    state: State
    reason: str
    next_us: int | None


def judge(unit: UnitState, agent: Installed) -> Judged:
    """Say what an agent is doing, from what systemd knows of its unit."""
    state = _ACTIVE.get(unit.active, State.STOPPED)
    if unit.load in _UNUSABLE and state is State.STOPPED:
        return Judged(State.STOPPED, _UNUSABLE[unit.load], None)
    restarts = unit.restarts or 0
    if state is State.STARTING and (
        unit.sub in _WAITING or (unit.sub == WAITING_IN_HELPER and restarts)
    ):
        return _restarting(unit, agent, restarts)
    if state is State.FAILED:
        return Judged(state, _failure(unit, agent, restarts), None)
    if agent.ends and unit.sub in _ENDING:
        return Judged(State.RUNNING, _ENDING[unit.sub], None)
    return Judged(state, cause(unit) if state is State.STOPPED else "", None)


def one_moment(unit: UnitState) -> UnitState:
    """A list reads the state before the rest: a wait that began in between is told by the exit
    that systemd has forgotten."""
    if unit.sub in _WAITING and unit.exit is not None and not unit.exit.at_us:
        return unit._replace(sub=WAITING_IN_HELPER)
    return unit


def _restarting(unit: UnitState, agent: Installed, restarts: int) -> Judged:
    ended = cause(unit)
    if unit.sub in _WAITING and agent.max_restarts is not None and restarts >= agent.max_restarts:
        # From 254 on one more delay passes after the last allowed crash.
        return Judged(State.RESTARTING, _and("giving up", ended), None)
    return Judged(State.RESTARTING, ended, _due(unit, agent, restarts))


def _due(unit: UnitState, agent: Installed, restarts: int) -> int | None:
    """When the wait that is under way ends: it began with the exit of the main process, or, where
    a helper waits, with the start that it is a part of."""
    if not agent.delays_ms:
        return None
    if unit.sub == WAITING_IN_HELPER:
        # RestartSec= has passed before the helper began.
        began, passed, waited_ms = unit.activating_since_us, restarts - 1, _base(agent)
    else:
        began, passed, waited_ms = unit.exit.at_us if unit.exit else 0, restarts, 0
    delay_ms = agent.delays_ms[min(max(passed, 0), len(agent.delays_ms) - 1)]
    return began + (delay_ms - waited_ms) * 1000 if began else None


def _base(agent: Installed) -> int:
    return min(HELPER_BASE_MS, agent.delays_ms[0])


def _failure(unit: UnitState, agent: Installed, restarts: int) -> str:
    ended = cause(unit)
    most = agent.max_restarts
    if most is not None and most > 0 and restarts >= most:
        return gave_up(most, ended)
    return ended


def gave_up(most: int, ended: str) -> str:
    """Say that no further restart follows."""
    times = "restart" if most == 1 else "restarts"
    return _and(f"gave up after {most} {times}", ended)


def _and(words: str, ended: str) -> str:
    return f"{words}: {ended}" if ended else words
