"""*Pure*: the way up, and the end of a main process."""

from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import Unit
from pa_units.contracts.status import State
from pa_units.supervisor import restart_policy
from pa_units.supervisor.events import (
    Ended,
    Event,
    FindDaemon,
    Found,
    NotFound,
    Now,
    Spawned,
    StartCommand,
)
from pa_units.supervisor.phases import (
    KILL,
    MAIN,
    NOTHING,
    POST,
    STOP_POST,
    WAITS,
    Effects,
    begin,
    pre,
    start_due,
)
from pa_units.supervisor.stopping import take_down, wind_down


def start_fresh(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    """Start because somebody wants it."""
    restart_policy.count_anew(unit)
    unit.wanted = True
    return begin(plan, unit, now)


def start_again(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    """Start because the delay has passed."""
    restart_policy.count(unit)
    return begin(plan, unit, now)


def restart_run(plan: RunPlan, unit: Unit, event: Event, now: Now) -> Effects:
    """Stop what runs, then start."""
    if unit.phase == WAITS:
        return start_fresh(plan, unit, event, now)
    unit.wanted, unit.then = True, "start"
    return take_down(plan, unit, now)


def ready(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    """What it waited for is there."""
    return pre(plan, unit, now) if unit.phase == WAITS else NOTHING


def spawned(plan: RunPlan, unit: Unit, event: Spawned, now: Now) -> Effects:
    """A process of the start runs its program."""
    if unit.phase != MAIN:
        return helper_spawned(plan, unit, event, now)
    unit.pid, unit.start_time = event.pid, event.start_time
    return post(plan, unit, now) if plan.type == "exec" else NOTHING


def helper_spawned(plan: RunPlan, unit: Unit, event: Spawned, now: Now) -> Effects:
    """A command beside the main process runs."""
    unit.helper, unit.helper_start_time = event.pid, event.start_time
    return NOTHING


def found(plan: RunPlan, unit: Unit, event: Found, now: Now) -> Effects:
    """A forking program has left its daemon."""
    unit.pid, unit.start_time = event.pid, event.start_time
    return post(plan, unit, now)


def not_found(plan: RunPlan, unit: Unit, event: NotFound, now: Now) -> Effects:
    """A forking program has left none: systemd calls such a start a protocol error."""
    unit.result, unit.words, unit.then = "protocol", event.words, "policy"
    return wind_down(plan, unit, now, leftovers=True)


def post(plan: RunPlan, unit: Unit, now: Now) -> Effects:
    """Run the hook of this step; after the last one the unit is up."""
    if unit.step < len(plan.post_start):
        unit.phase, unit.due_mono = POST, start_due(plan, now)
        return (StartCommand(plan.post_start[unit.step]),)
    if not unit.pid:  # a oneshot: it is done
        unit.then = "policy"
        return wind_down(plan, unit, now, leftovers=True)
    unit.active_us = now.wall_us
    return run(plan, unit, now)


def run(plan: RunPlan, unit: Unit, now: Now) -> Effects:
    """Be up. Stability is waited for only if there is something to forget: else nothing is due."""
    unit.state, unit.phase, unit.step, unit.words = State.RUNNING, "", 0, ""
    unit.due_mono = now.mono + plan.reset_after / 1000 if unit.restarts else 0.0
    return NOTHING


def ended(plan: RunPlan, unit: Unit, event: Ended, now: Now) -> Effects:
    """The main process is gone."""
    _record(plan, unit, event, now)
    if unit.state is State.STOPPING:
        if unit.phase in (KILL, STOP_POST):
            return NOTHING
        return wind_down(plan, unit, now, leftovers=event.leftovers)
    if (
        unit.state is State.STARTING
        and unit.phase == MAIN
        and unit.result == restart_policy.SUCCESS
    ):
        if plan.type == "forking":
            return (FindDaemon(),)
        if plan.type == "oneshot":
            return post(plan, unit, now)
    unit.then = "policy"
    return wind_down(plan, unit, now, leftovers=event.leftovers)


def _record(plan: RunPlan, unit: Unit, event: Ended, now: Now) -> None:
    if unit.result == restart_policy.SUCCESS:  # else it is the end that was due to that
        unit.result = restart_policy.result(plan, event.code, event.status)
    unit.pid = unit.start_time = 0
    unit.code, unit.status, unit.ended_us = event.code, event.status, now.wall_us


def late_start(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    """A step of the start takes too long."""
    unit.result, unit.then = restart_policy.TIMEOUT, "policy"
    unit.words = "the start took too long" if unit.phase == MAIN else f"{unit.phase} took too long"
    return take_down(plan, unit, now, hooks=False)
