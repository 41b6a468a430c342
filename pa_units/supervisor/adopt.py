"""*Pure*: what to do about a unit that the last supervisor left in the middle of something."""

from collections.abc import Callable
from typing import NamedTuple

from pa_units.contracts.run_plan import Command, RunPlan
from pa_units.contracts.run_state import EXITED, NEVER, UNKNOWN, Unit
from pa_units.contracts.status import State
from pa_units.supervisor import restart_policy
from pa_units.supervisor.events import (
    Await,
    Effect,
    Ended,
    Event,
    HelperEnded,
    KillLeftovers,
    Signal,
    Spawned,
    StartCommand,
    StartMain,
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
    no_helper,
)

_EXIT_UNKNOWN = Ended(UNKNOWN, 0, leftovers=True)


class Found(NamedTuple):
    """What of a unit is there."""

    main: bool = False
    """the main process lives"""
    unrecorded: tuple[int, int] | None = None
    """pid and start time of a main process of the next run: started, but not yet written down"""
    leader: tuple[int, int] | None = None
    """the same of this run, whose start was under way"""


class Plan(NamedTuple):
    """What to do."""

    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()


def take_over(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    """Return how a unit goes on. Commands beside its main process are dead by now: nobody would
    have learned their result."""
    no_helper(unit)
    if found.unrecorded:
        return _started_since(unit, found.unrecorded)
    if unit.pid and not found.main:
        return Plan((_EXIT_UNKNOWN,))
    follow = _HOW.get((unit.state, unit.phase))
    return follow(plan, unit, found) if follow else Plan()


def _started_since(unit: Unit, leader: tuple[int, int]) -> Plan:
    """The record is one step behind. What was up or about to be ended and was started again by
    itself; anything else somebody wanted up."""
    if unit.state in (State.RUNNING, State.RESTARTING):
        restart_policy.count(unit)
    unit.state, unit.step, unit.then, unit.words = State.STARTING, 0, "", ""
    unit.result, unit.code, unit.due_mono = restart_policy.SUCCESS, NEVER, 0.0
    unit.run, unit.phase, unit.pid, unit.wanted = unit.next_run, MAIN, 0, True
    return Plan((Spawned(*leader),))


def _wait_again(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    return Plan(effects=(Await(),))


def _main_again(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    if unit.pid:
        return Plan()
    if found.leader:
        return Plan((Spawned(*found.leader),))
    return Plan(effects=(StartMain(),))


def _hook_again(unit: Unit, hooks: tuple[Command, ...]) -> Plan:
    """The plan may be another than the one that it was begun with."""
    if unit.step < len(hooks):
        return Plan(effects=(StartCommand(hooks[unit.step]),))
    return Plan((HelperEnded(EXITED, 0),))


def _pre_again(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    return _hook_again(unit, plan.pre_start)


def _post_again(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    return _hook_again(unit, plan.post_start)


def _reload_over(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    unit.phase, unit.due_mono = "", 0.0
    return Plan()


def _term_again(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    unit.phase = TERM
    return Plan(effects=(Signal(plan.stop_signal, plan.signal_all),))


def _kill_leftovers_again(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    return Plan(effects=(KillLeftovers(),))


def _stop_post_again(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    return _hook_again(unit, plan.post_stop)


def _stay(plan: RunPlan, unit: Unit, found: Found) -> Plan:
    return Plan()


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
    (State.STOPPING, KILL): _kill_leftovers_again,
    (State.STOPPING, STOP_POST): _stop_post_again,
}
