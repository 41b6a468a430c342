"""*Pure*: the way down: hooks, the signal, the grace, what is left, and what follows."""

from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import Unit
from pa_units.contracts.status import State
from pa_units.supervisor import restart_policy
from pa_units.supervisor.events import (
    EndHelper,
    Event,
    KillLeftovers,
    Now,
    Signal,
    StartCommand,
    Thaw,
)
from pa_units.supervisor.phases import (
    KILL,
    KILL_TRIES,
    KILL_WAIT,
    NOTHING,
    STOP_COMMAND,
    STOP_HOOK,
    STOP_POST,
    TERM,
    WAITS,
    Effects,
    begin,
    no_helper,
)


def stop_idle(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    """Nothing runs."""
    unit.wanted = False
    return NOTHING


def stop_waiting(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    """Nothing runs yet."""
    unit.state, unit.phase, unit.wanted = State.STOPPED, "", False
    unit.due_mono, unit.due_us = 0.0, 0
    return NOTHING


def stop_start(plan: RunPlan, unit: Unit, event: Event, now: Now) -> Effects:
    """Stop in the middle of a start."""
    if unit.phase == WAITS:
        return stop_waiting(plan, unit, event, now)
    return stop_run(plan, unit, event, now)


def stop_run(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    """Stop what runs."""
    unit.wanted, unit.then = False, ""
    return take_down(plan, unit, now)


def stop_stopping(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    """Stay down afterwards."""
    unit.wanted, unit.then = False, ""
    return NOTHING


def start_stopping(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    """Come up again afterwards."""
    unit.wanted, unit.then = True, "start"
    return NOTHING


def take_down(plan: RunPlan, unit: Unit, now: Now, *, hooks: bool = True) -> Effects:
    """Hooks of a stop are for a main process that lives; a paused one must be able to obey."""
    before: Effects = (Thaw(),) if unit.state is State.PAUSED else NOTHING
    if unit.helper and unit.pid:
        before = (*before, EndHelper(unit.helper))
        no_helper(unit)
    unit.state, unit.step, unit.due_us = State.STOPPING, 0, 0
    return before + (stop_hook(plan, unit, now) if hooks and unit.pid else term(plan, unit, now))


def stop_hook(plan: RunPlan, unit: Unit, now: Now) -> Effects:
    """Run the hook of this step; after the last one the stop command, or else the signal."""
    unit.due_mono = now.mono + plan.stop_timeout / 1000
    if unit.step < len(plan.pre_stop):
        unit.phase = STOP_HOOK
        return (StartCommand(plan.pre_stop[unit.step]),)
    if plan.stop_command is not None:
        unit.phase = STOP_COMMAND
        return (StartCommand(plan.stop_command),)
    return term(plan, unit, now)


def term(plan: RunPlan, unit: Unit, now: Now) -> Effects:
    """The main process is asked, which knows its children: `KillMode=mixed`, systemd.kill(5)."""
    if not unit.pid and not unit.helper:
        return wind_down(plan, unit, now, leftovers=True)
    unit.phase, unit.due_mono = TERM, now.mono + plan.stop_timeout / 1000
    return (Signal(plan.stop_signal, plan.signal_all),)


def wind_down(plan: RunPlan, unit: Unit, now: Now, *, leftovers: bool) -> Effects:
    """Nothing of a run outlives it: what is left would hold its ports and files."""
    unit.step = 0
    if not leftovers and not unit.helper:
        return stop_post(plan, unit, now)
    no_helper(unit)
    unit.state, unit.phase = State.STOPPING, KILL
    unit.due_mono, unit.due_us = now.mono + KILL_WAIT, 0
    return (KillLeftovers(),)


def leftovers_gone(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    """Nothing is left."""
    if unit.phase != KILL:
        return NOTHING
    unit.step = 0
    return stop_post(plan, unit, now)


def stop_post(plan: RunPlan, unit: Unit, now: Now) -> Effects:
    """Run the hook of this step; after the last one the unit is down."""
    if unit.step >= len(plan.post_stop):
        return settle(plan, unit, now)
    unit.state, unit.phase = State.STOPPING, STOP_POST
    unit.due_mono = now.mono + plan.stop_timeout / 1000
    return (StartCommand(plan.post_stop[unit.step]),)


def settle(plan: RunPlan, unit: Unit, now: Now) -> Effects:
    """The unit is down: what now?"""
    then = unit.then
    unit.phase, unit.step, unit.then, unit.due_mono = "", 0, "", 0.0
    no_helper(unit)
    if then == "start":
        restart_policy.count_anew(unit)
        return begin(plan, unit, now)
    if then == "policy":
        restart_policy.decide(plan, unit, now)
        return NOTHING
    unit.state, unit.wanted = State.STOPPED, False
    # It was asked for: how it ended is no failure, unless it had to be killed.
    if unit.result != restart_policy.TIMEOUT:
        unit.result = restart_policy.SUCCESS
    return NOTHING


def late_stop(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Effects:
    """A step of the stop takes too long."""
    if unit.phase == KILL:
        return _kill_again(unit, now)
    helper = unit.helper
    no_helper(unit)
    if unit.phase in (STOP_HOOK, STOP_COMMAND):
        return (EndHelper(helper), *term(plan, unit, now))
    if unit.phase == STOP_POST:
        return (EndHelper(helper), *settle(plan, unit, now))
    unit.result = restart_policy.TIMEOUT
    return wind_down(plan, unit, now, leftovers=True)


def _kill_again(unit: Unit, now: Now) -> Effects:
    if unit.step < KILL_TRIES:
        unit.step, unit.due_mono = unit.step + 1, now.mono + KILL_WAIT
        return (KillLeftovers(),)
    unit.state, unit.phase, unit.step, unit.then = State.FAILED, "", 0, ""
    unit.wanted, unit.due_mono = False, 0.0
    unit.words = "processes that cannot be killed are left"
    return NOTHING
