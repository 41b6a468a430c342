"""*Pure*: commands beside the main process: hooks, reload and stop commands."""

from collections.abc import Callable

from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import EXITED, Unit
from pa_units.contracts.status import State
from pa_units.supervisor import judge
from pa_units.supervisor.down import stop_hook, stop_post, take_down, term, wind_down
from pa_units.supervisor.events import (
    Ended,
    HelperEnded,
    Now,
    Refused,
)
from pa_units.supervisor.phases import (
    LEAVE,
    MAIN,
    POST,
    PRE,
    RELOAD,
    STOP_COMMAND,
    STOP_HOOK,
    STOP_POST,
    TERM,
    Step,
)
from pa_units.supervisor.up import ended, post, pre, running


def refused(plan: RunPlan, unit: Unit, event: Refused, now: Now) -> Step:
    told = unit._replace(words=event.words)
    if unit.state is State.STARTING and unit.phase == MAIN:
        return ended(plan, told, Ended(EXITED, event.status), now)
    after, effects = helper_ended(plan, told, HelperEnded(EXITED, event.status), now)
    return (after if after.words else after._replace(words=event.words)), effects


def helper_ended(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now) -> Step:
    ok = event.code == EXITED and event.status == 0
    done = unit._replace(helper=0, helper_born=0)
    following = _AFTER_HELPER.get((unit.state, unit.phase))
    return following(plan, done, event, now, ok) if following else (done, ())


def _after_pre(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now, ok: bool) -> Step:
    if ok:
        return pre(plan, unit._replace(step=unit.step + 1), now)
    return ended(plan, _blamed(unit, event), Ended(event.code, event.status), now)


def _after_post(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now, ok: bool) -> Step:
    if ok:
        return post(plan, unit._replace(step=unit.step + 1), now)
    failed = _blamed(unit, event)._replace(result="exit-code", then="judge")
    return take_down(plan, failed, now, hooks=False)


def _after_reload(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now, ok: bool) -> Step:
    up = running(plan, unit, now)
    return (up if ok else _blamed(unit, event)._replace(phase="", due_mono=up.due_mono)), ()


def _after_stop_hook(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now, ok: bool) -> Step:
    return stop_hook(plan, unit._replace(step=unit.step + 1), now)


def _after_stop_command(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now, ok: bool) -> Step:
    if not ok:
        return term(plan, unit, now)
    return unit._replace(phase=LEAVE, due_mono=now.mono + plan.stop_timeout / 1000), ()


def _after_term(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now, ok: bool) -> Step:
    return (unit, ()) if unit.pid else wind_down(plan, unit, now, leftovers=True)


def _after_stop_post(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now, ok: bool) -> Step:
    return stop_post(plan, unit._replace(step=unit.step + 1), now)


def _blamed(unit: Unit, event: HelperEnded) -> Unit:
    return unit._replace(words=unit.words or f"{unit.phase}: {judge.how(event.code, event.status)}")


_AFTER_HELPER: dict[tuple[State, str], Callable[..., Step]] = {
    (State.STARTING, PRE): _after_pre,
    (State.STARTING, POST): _after_post,
    (State.RUNNING, RELOAD): _after_reload,
    (State.STOPPING, STOP_HOOK): _after_stop_hook,
    (State.STOPPING, STOP_COMMAND): _after_stop_command,
    (State.STOPPING, TERM): _after_term,
    (State.STOPPING, STOP_POST): _after_stop_post,
}
