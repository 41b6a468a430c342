"""*Pure*: what to do about a unit that the last supervisor left in the middle of something."""

from collections.abc import Callable
from typing import NamedTuple

from pa_units.contracts.run_plan import Command, RunPlan
from pa_units.contracts.run_state import EXITED, UNKNOWN, Unit
from pa_units.contracts.status import State
from pa_units.supervisor.events import (
    Await,
    Effect,
    Ended,
    Event,
    HelperEnded,
    Launch,
    Run,
    Signal,
    Spawned,
    Sweep,
)
from pa_units.supervisor.phases import (
    KILL,
    LEAVE,
    MAIN,
    POST,
    PRE,
    RELOAD,
    STOP_COMMAND,
    STOP_HOOK,
    STOP_POST,
    TERM,
    WAITS,
)

_EXIT_UNKNOWN = Ended(UNKNOWN, 0, leftovers=True)


class Found(NamedTuple):
    """What of a unit is there."""

    main: bool = False
    """the main process lives"""
    leader: tuple[int, int] | None = None
    """pid and birth of a main process that was started, but not yet written down"""


class Plan(NamedTuple):
    """What to do."""

    unit: Unit
    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()
    kill_helpers: bool = False
    """commands under way are ended: nobody would learn their result"""


def take_over(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    """Return how a unit goes on."""
    if unit.pid and not found.main:
        return Plan(unit, (_EXIT_UNKNOWN,))
    follow = _HOW.get((unit.state, unit.phase))
    if follow is None:
        return Plan(unit)
    free = unit._replace(helper=0, helper_born=0)
    return follow(plan, free, found)._replace(kill_helpers=unit.phase in _BESIDE)


_BESIDE = frozenset({PRE, POST, RELOAD, STOP_HOOK, STOP_COMMAND, STOP_POST})


def _wait_again(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    return Plan(unit, effects=(Await(),))


def _main_again(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    if unit.pid:
        return Plan(unit)
    if found.leader:
        return Plan(unit, (Spawned(*found.leader),))
    return Plan(unit, effects=(Launch(),))


def _hook_again(unit: Unit, hooks: tuple[Command, ...]) -> Plan:
    """The plan may be another than the one that it was begun with."""
    if unit.step < len(hooks):
        return Plan(unit, effects=(Run(hooks[unit.step]),))
    return Plan(unit, (HelperEnded(EXITED, 0),))


def _pre_again(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    return _hook_again(unit, plan.pre_start)


def _post_again(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    return _hook_again(unit, plan.post_start)


def _reload_over(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    return Plan(unit._replace(phase="", due_mono=0.0))


def _term_again(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    return Plan(unit._replace(phase=TERM), effects=(Signal(plan.stop_signal),))


def _sweep_again(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    return Plan(unit, effects=(Sweep(),))


def _stop_post_again(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    return _hook_again(unit, plan.post_stop)


def _stay(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    return Plan(unit)


_HOW: dict[tuple[State, str], Callable[[RunPlan, Unit, Found], Plan]] = {
    (State.STARTING, WAITS): _wait_again,
    (State.STARTING, PRE): _pre_again,
    (State.STARTING, MAIN): _main_again,
    (State.STARTING, POST): _post_again,
    (State.RUNNING, RELOAD): _reload_over,
    (State.STOPPING, STOP_HOOK): _term_again,
    (State.STOPPING, STOP_COMMAND): _term_again,
    (State.STOPPING, LEAVE): _stay,
    # A phase is written down when its signal is sent, and a second one may mean something else.
    (State.STOPPING, TERM): _stay,
    (State.STOPPING, KILL): _sweep_again,
    (State.STOPPING, STOP_POST): _stop_post_again,
}
