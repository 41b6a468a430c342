"""*Pure*: the way down: hooks, the signal, the grace, what is left, and what follows."""

from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import Unit
from pa_units.contracts.status import State
from pa_units.supervisor import judge
from pa_units.supervisor.events import (
    Effect,
    EndHelper,
    Event,
    Now,
    Run,
    Signal,
    Sweep,
    Thaw,
)
from pa_units.supervisor.phases import (
    KILL,
    KILL_WAIT,
    STOP_COMMAND,
    STOP_HOOK,
    STOP_POST,
    TERM,
    WAITS,
    Step,
    begin,
)


def stop_idle(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    return unit._replace(wanted=False), ()


def stop_waiting(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    down = unit._replace(state=State.STOPPED, phase="", wanted=False, due_mono=0.0, due_us=0)
    return down, ()


def stop_start(plan: RunPlan, unit: Unit, event: Event, now: Now) -> Step:
    if unit.phase == WAITS:
        return stop_waiting(plan, unit, event, now)
    return take_down(plan, unit._replace(wanted=False, then=""), now)


def stop_run(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    return take_down(plan, unit._replace(wanted=False, then=""), now)


def stop_stopping(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    return unit._replace(wanted=False, then=""), ()


def start_stopping(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    return unit._replace(wanted=True, then="start"), ()


def take_down(plan: RunPlan, unit: Unit, now: Now, *, hooks: bool = True) -> Step:
    """Hooks of a stop are for a main process that lives; a paused one must be able to obey."""
    before: tuple[Effect, ...] = (Thaw(),) if unit.state is State.PAUSED else ()
    if unit.helper and unit.pid:
        before = (*before, EndHelper(unit.helper))
        unit = unit._replace(helper=0, helper_born=0)
    down = unit._replace(state=State.STOPPING, step=0, due_us=0)
    after, effects = stop_hook(plan, down, now) if hooks and unit.pid else term(plan, down, now)
    return after, (*before, *effects)


def stop_hook(plan: RunPlan, unit: Unit, now: Now) -> Step:
    due = now.mono + plan.stop_timeout / 1000
    if unit.step < len(plan.pre_stop):
        run = Run(plan.pre_stop[unit.step])
        return unit._replace(phase=STOP_HOOK, due_mono=due), (run,)
    if plan.stop_command is not None:
        return unit._replace(phase=STOP_COMMAND, due_mono=due), (Run(plan.stop_command),)
    return term(plan, unit, now)


def term(plan: RunPlan, unit: Unit, now: Now) -> Step:
    """The main process is asked, which knows its children: `KillMode=mixed`, systemd.kill(5)."""
    if not unit.pid and not unit.helper:
        return wind_down(plan, unit, now, leftovers=True)
    due = now.mono + plan.stop_timeout / 1000
    return unit._replace(phase=TERM, due_mono=due), (Signal(plan.stop_signal),)


def wind_down(plan: RunPlan, unit: Unit, now: Now, *, leftovers: bool) -> Step:
    """Nothing of a run outlives it: what is left would hold its ports and files."""
    if leftovers or unit.helper:
        due = now.mono + KILL_WAIT
        swept = unit._replace(helper=0, helper_born=0, due_mono=due, due_us=0)
        return swept._replace(state=State.STOPPING, phase=KILL, step=0), (Sweep(),)
    return stop_post(plan, unit._replace(step=0), now)


def swept(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    if unit.phase != KILL:
        return unit, ()
    return stop_post(plan, unit._replace(step=0), now)


def stop_post(plan: RunPlan, unit: Unit, now: Now) -> Step:
    if unit.step < len(plan.post_stop):
        due = now.mono + plan.stop_timeout / 1000
        waiting = unit._replace(state=State.STOPPING, phase=STOP_POST, due_mono=due)
        return waiting, (Run(plan.post_stop[unit.step]),)
    return settle(plan, unit, now)


def settle(plan: RunPlan, unit: Unit, now: Now) -> Step:
    still = unit._replace(phase="", step=0, then="", helper=0, helper_born=0, due_mono=0.0)
    if unit.then == "start":
        return begin(judge.anew(still))
    if unit.then == "judge":
        return judge.verdict(plan, still, now), ()
    # Asked for: how it ended is no failure, unless it had to be killed.
    result = still.result if still.result == judge.TIMEOUT else judge.SUCCESS
    return still._replace(state=State.STOPPED, wanted=False, result=result), ()
