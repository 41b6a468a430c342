"""*Pure*: states × events → the next state and what is to be done.

stopped ─Start→ starting ─up→ running ─Ended→ (stopping) → restarting ─Due→ starting …
A state waits in one of its phases; at most one time is waited for (`due_mono`).
"""

from collections.abc import Callable
from typing import Any

from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import Unit
from pa_units.contracts.status import State
from pa_units.supervisor import commands, restart_policy, starting, stopping
from pa_units.supervisor.events import (
    Due,
    Ended,
    EndHelper,
    Event,
    Found,
    Freeze,
    HelperEnded,
    LeftoversGone,
    NotFound,
    Now,
    Pause,
    Ready,
    Refused,
    Reload,
    Reset,
    Restart,
    Resume,
    Signal,
    Spawned,
    Start,
    StartCommand,
    Stop,
    Thaw,
)
from pa_units.supervisor.phases import NOTHING, RELOAD, Effects, no_helper, start_due


def step(plan: RunPlan, unit: Unit, event: Event, now: Now) -> Effects:
    """Change `unit` as `event` wants it, and return what is to be done. What cannot happen in its
    state changes nothing."""
    handler = _TABLE.get((unit.state, type(event)))
    if handler is None:
        return NOTHING
    before = unit.state
    effects = handler(plan, unit, event, now)
    if unit.state is not before:
        unit.since_us = now.wall_us
    return effects


def objection(plan: RunPlan, unit: Unit, request: type[Event]) -> str:
    """Say why a request cannot be served now; "" if it can."""
    if request is Resume:
        return "" if unit.state is State.PAUSED else "it is not paused"
    if request in (Reload, Pause) and unit.state is not State.RUNNING:
        return "it is not running"
    if request is Reload and not (plan.reload_command or plan.reload_signal):
        return "its spec has neither reload_command nor reload_signal"
    busy = request in (Reload, Pause) and unit.phase == RELOAD
    return "a reload is under way" if busy else ""


def _reload(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    if objection(plan, unit, Reload):
        return NOTHING
    if plan.reload_command is None:
        return (Signal(plan.reload_signal),)
    unit.phase, unit.words = RELOAD, ""
    unit.due_mono = start_due(plan, now)
    return (StartCommand(plan.reload_command),)


def _pause(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    if unit.phase:
        return NOTHING
    unit.state, unit.due_mono = State.PAUSED, 0.0
    return (Freeze(),)


def _resume(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    starting.run(plan, unit, now)
    return (Thaw(),)


def _want(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    unit.wanted = True
    return NOTHING


def _reset(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    restart_policy.count_anew(unit)
    if unit.state is State.RUNNING and not unit.phase:
        unit.due_mono = 0.0
    elif unit.state is State.FAILED:
        unit.state, unit.result, unit.words = State.STOPPED, restart_policy.SUCCESS, ""
    return NOTHING


def _due_run(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    if unit.phase == RELOAD:
        helper = unit.helper
        no_helper(unit)
        starting.run(plan, unit, now)
        unit.words = "the reload took too long"
        return (EndHelper(helper),)
    restart_policy.count_anew(unit)
    unit.due_mono = 0.0
    return NOTHING


_Handler = Callable[[RunPlan, Unit, Any, Now], Effects]

_BY_STATE: dict[State, dict[type[Any], _Handler]] = {
    State.STOPPED: {
        Start: starting.start_fresh,
        Restart: starting.start_fresh,
        Stop: stopping.stop_idle,
        Reset: _reset,
    },
    State.FAILED: {
        Start: starting.start_fresh,
        Restart: starting.start_fresh,
        Stop: stopping.stop_idle,
        Reset: _reset,
    },
    State.STARTING: {
        Start: _want,
        Restart: starting.restart_run,
        Stop: stopping.stop_start,
        Reset: _reset,
        Ready: starting.ready,
        Spawned: starting.spawned,
        Refused: commands.refused,
        Ended: starting.ended,
        HelperEnded: commands.helper_ended,
        Found: starting.found,
        NotFound: starting.not_found,
        Due: starting.late_start,
    },
    State.RUNNING: {
        Start: _want,
        Restart: starting.restart_run,
        Stop: stopping.stop_run,
        Reload: _reload,
        Reset: _reset,
        Pause: _pause,
        Spawned: starting.helper_spawned,
        Refused: commands.refused,
        Ended: starting.ended,
        HelperEnded: commands.helper_ended,
        Due: _due_run,
    },
    State.PAUSED: {
        Start: _want,
        Restart: starting.restart_run,
        Stop: stopping.stop_run,
        Reset: _reset,
        Resume: _resume,
        Ended: starting.ended,
    },
    State.RESTARTING: {
        Start: starting.start_fresh,
        Restart: starting.start_fresh,
        Stop: stopping.stop_waiting,
        Reset: _reset,
        Due: starting.start_again,
    },
    State.STOPPING: {
        Start: stopping.start_stopping,
        Restart: stopping.start_stopping,
        Stop: stopping.stop_stopping,
        Spawned: starting.helper_spawned,
        Refused: commands.refused,
        Ended: starting.ended,
        HelperEnded: commands.helper_ended,
        LeftoversGone: stopping.leftovers_gone,
        Due: stopping.late_stop,
    },
}

_TABLE: dict[tuple[State, type[Any]], _Handler] = {
    (state, event): handler
    for state, handlers in _BY_STATE.items()
    for event, handler in handlers.items()
}
