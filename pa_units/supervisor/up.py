"""*Pure*: the way up, and the end of a main process."""

from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import Unit
from pa_units.contracts.status import State
from pa_units.supervisor import judge
from pa_units.supervisor.down import take_down, wind_down
from pa_units.supervisor.events import (
    Ended,
    Event,
    FindDaemon,
    Found,
    Launch,
    NotFound,
    Now,
    Run,
    Spawned,
)
from pa_units.supervisor.phases import KILL, MAIN, POST, PRE, STOP_POST, WAITS, Step, begin


def start_fresh(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    return begin(judge.anew(unit)._replace(wanted=True))


def start_again(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    return begin(judge.counted(unit))


def ready(plan: RunPlan, unit: Unit, _: Event, now: Now) -> Step:
    return pre(plan, unit._replace(step=0), now) if unit.phase == WAITS else (unit, ())


def pre(plan: RunPlan, unit: Unit, now: Now) -> Step:
    """Each hook may take as long as the start: `TimeoutStartSec=`, systemd.service(5)."""
    if unit.step < len(plan.pre_start):
        waiting = unit._replace(phase=PRE, due_mono=now.mono + plan.start_timeout / 1000)
        return waiting, (Run(plan.pre_start[unit.step]),)
    due = 0.0 if plan.type == "exec" else now.mono + plan.start_timeout / 1000
    return unit._replace(phase=MAIN, due_mono=due, words=""), (Launch(),)


def spawned_start(plan: RunPlan, unit: Unit, event: Spawned, now: Now) -> Step:
    if unit.phase != MAIN:
        return helper_spawned(plan, unit, event, now)
    alive = unit._replace(pid=event.pid, born=event.born)
    return post(plan, alive._replace(step=0), now) if plan.type == "exec" else (alive, ())


def found(plan: RunPlan, unit: Unit, event: Found, now: Now) -> Step:
    return post(plan, unit._replace(pid=event.pid, born=event.born, step=0), now)


def not_found(plan: RunPlan, unit: Unit, event: NotFound, now: Now) -> Step:
    # systemd's word for a start that did not go as its type demands
    failed = unit._replace(result="protocol", words=event.words, then="judge")
    return wind_down(plan, failed, now, leftovers=True)


def post(plan: RunPlan, unit: Unit, now: Now) -> Step:
    if unit.step < len(plan.post_start):
        waiting = unit._replace(phase=POST, due_mono=now.mono + plan.start_timeout / 1000)
        return waiting, (Run(plan.post_start[unit.step]),)
    if not unit.pid:  # a oneshot: it is done
        return wind_down(plan, unit._replace(then="judge"), now, leftovers=True)
    return running(plan, unit._replace(active_us=now.wall_us), now), ()


def running(plan: RunPlan, unit: Unit, now: Now) -> Unit:
    """Wait for stability only if there is something to forget: else nothing is ever due."""
    due = now.mono + plan.reset_after / 1000 if unit.restarts else 0.0
    return unit._replace(state=State.RUNNING, phase="", step=0, due_mono=due, words="")


def ended(plan: RunPlan, unit: Unit, event: Ended, now: Now) -> Step:
    ended = recorded(plan, unit, event, now)
    if unit.state is State.STARTING and unit.phase == MAIN and ended.result == judge.SUCCESS:
        if plan.type == "forking":
            return ended, (FindDaemon(),)
        if plan.type == "oneshot":
            return post(plan, ended._replace(step=0), now)
    if unit.state is not State.STOPPING:
        return wind_down(plan, ended._replace(then="judge"), now, leftovers=event.leftovers)
    if unit.phase in (KILL, STOP_POST):
        return ended, ()
    return wind_down(plan, ended, now, leftovers=event.leftovers)


def recorded(plan: RunPlan, unit: Unit, event: Ended, now: Now) -> Unit:
    failed_before = unit.result != judge.SUCCESS
    result = unit.result if failed_before else judge.result(plan, event.code, event.status)
    return unit._replace(
        pid=0, born=0, code=event.code, status=event.status, ended_us=now.wall_us, result=result
    )


def restart_run(plan: RunPlan, unit: Unit, event: Event, now: Now) -> Step:
    if unit.phase == WAITS:
        return start_fresh(plan, unit, event, now)
    return take_down(plan, unit._replace(wanted=True, then="start"), now)


def helper_spawned(plan: RunPlan, unit: Unit, event: Spawned, now: Now) -> Step:
    return unit._replace(helper=event.pid, helper_born=event.born), ()
