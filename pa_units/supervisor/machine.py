"""*Pure*: states × events → the next state and what is to be done.

stopped ─Start→ starting ─up→ running ─Ended→ (stopping) → restarting ─Due→ starting …
A state waits in one of its phases; at most one time is waited for (`due_mono`).
"""

from collections.abc import Callable
from typing import Any

from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import Unit
from pa_units.contracts.status import State
from pa_units.supervisor import beside, down, judge, up
from pa_units.supervisor.events import (
    Due,
    Ended,
    EndHelper,
    Event,
    Found,
    Freeze,
    HelperEnded,
    NotFound,
    Now,
    Pause,
    Ready,
    Refused,
    Reload,
    Reset,
    Restart,
    Resume,
    Run,
    Signal,
    Spawned,
    Start,
    Stop,
    Sweep,
    Swept,
    Thaw,
)
from pa_units.supervisor.phases import (
    KILL,
    KILL_TRIES,
    KILL_WAIT,
    RELOAD,
    STOP_COMMAND,
    STOP_HOOK,
    STOP_POST,
    Step,
)


def step(plan: RunPlan, unit: Unit, event: Event, now: Now) -> Step:
    """Return what `event` makes of a unit. What cannot happen in its state changes nothing."""
    handler = _TABLE.get((unit.state, type(event)))
    if handler is None:
        return unit, ()
    after, effects = handler(plan, unit, event, now)
    if after.state is not unit.state:
        after = after._replace(since_us=now.wall_us)
    return after, effects


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


def _reload(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    if objection(plan, unit, Reload):
        return unit, ()
    if plan.reload_command is None:
        return unit, (Signal(plan.reload_signal),)
    due = now.mono + plan.start_timeout / 1000
    return unit._replace(phase=RELOAD, due_mono=due, words=""), (Run(plan.reload_command),)


def _pause(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    if unit.phase:
        return unit, ()
    return unit._replace(state=State.PAUSED, due_mono=0.0), (Freeze(),)


def _resume(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    return up.running(plan, unit, now), (Thaw(),)


def _want(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    return unit._replace(wanted=True), ()


def _reset(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    forgotten = judge.anew(unit)
    if unit.state is State.RUNNING and not unit.phase:
        return forgotten._replace(due_mono=0.0), ()
    if unit.state is State.FAILED:
        return forgotten._replace(state=State.STOPPED, result=judge.SUCCESS, words=""), ()
    return forgotten, ()


def _late_start(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    late = unit._replace(result=judge.TIMEOUT, words=f"{unit.phase} took too long", then="judge")
    return down.take_down(plan, late, now, hooks=False)


def _due_run(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    if unit.phase == RELOAD:
        late = up.running(plan, unit._replace(helper=0, helper_born=0), now)
        return late._replace(words="the reload took too long"), (EndHelper(unit.helper),)
    return judge.anew(unit)._replace(due_mono=0.0), ()


def _due_stop(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    free = unit._replace(helper=0, helper_born=0)
    if unit.phase in (STOP_HOOK, STOP_COMMAND):
        after, effects = down.term(plan, free, now)
        return after, (EndHelper(unit.helper), *effects)
    if unit.phase == STOP_POST:
        after, effects = down.settle(plan, free, now)
        return after, (EndHelper(unit.helper), *effects)
    if unit.phase == KILL:
        return _kill_again(plan, unit, now)
    killed = unit._replace(result=judge.TIMEOUT)
    return down.wind_down(plan, killed, now, leftovers=True)


def _kill_again(plan: RunPlan, unit: Unit, now: Now) -> Step:
    if unit.step < KILL_TRIES:
        again = unit._replace(step=unit.step + 1, due_mono=now.mono + KILL_WAIT)
        return again, (Sweep(),)
    stuck = unit._replace(state=State.FAILED, phase="", step=0, then="", wanted=False, due_mono=0.0)
    return stuck._replace(words="processes that cannot be killed are left"), ()


_Handler = Callable[[RunPlan, Unit, Any, Now], Step]

_BY_STATE: dict[State, dict[type[Any], _Handler]] = {
    State.STOPPED: {
        Start: up.start_fresh,
        Restart: up.start_fresh,
        Stop: down.stop_idle,
        Reset: _reset,
    },
    State.FAILED: {
        Start: up.start_fresh,
        Restart: up.start_fresh,
        Stop: down.stop_idle,
        Reset: _reset,
    },
    State.STARTING: {
        Start: _want,
        Restart: up.restart_run,
        Stop: down.stop_start,
        Reset: _reset,
        Ready: up.ready,
        Spawned: up.spawned_start,
        Refused: beside.refused,
        Ended: up.ended,
        HelperEnded: beside.helper_ended,
        Found: up.found,
        NotFound: up.not_found,
        Due: _late_start,
    },
    State.RUNNING: {
        Start: _want,
        Restart: up.restart_run,
        Stop: down.stop_run,
        Reload: _reload,
        Reset: _reset,
        Pause: _pause,
        Spawned: up.helper_spawned,
        Refused: beside.refused,
        Ended: up.ended,
        HelperEnded: beside.helper_ended,
        Due: _due_run,
    },
    State.PAUSED: {
        Start: _want,
        Restart: up.restart_run,
        Stop: down.stop_run,
        Reset: _reset,
        Resume: _resume,
        Ended: up.ended,
    },
    State.RESTARTING: {
        Start: up.start_fresh,
        Restart: up.start_fresh,
        Stop: down.stop_waiting,
        Reset: _reset,
        Due: up.start_again,
    },
    State.STOPPING: {
        Start: down.start_stopping,
        Restart: down.start_stopping,
        Stop: down.stop_stopping,
        Spawned: up.helper_spawned,
        Refused: beside.refused,
        Ended: up.ended,
        HelperEnded: beside.helper_ended,
        Swept: down.swept,
        Due: _due_stop,
    },
}

_TABLE: dict[tuple[State, type[Any]], _Handler] = {
    (state, event): handler
    for state, handlers in _BY_STATE.items()
    for event, handler in handlers.items()
}
