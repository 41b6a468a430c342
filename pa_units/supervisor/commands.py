"""*Pure*: commands beside the main process: hooks, reload and stop commands."""

from collections.abc import Callable

from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import EXITED, Unit
from pa_units.contracts.status import State
from pa_units.supervisor import restart_policy
from pa_units.supervisor.events import Ended, HelperEnded, Now, Refused
from pa_units.supervisor.phases import (
    LEAVE,
    MAIN,
    NOTHING,
    POST,
    PRE,
    RELOAD,
    STOP_COMMAND,
    STOP_HOOK,
    STOP_POST,
    TERM,
    Effects,
    no_helper,
    pre,
)
from pa_units.supervisor.starting import ended, post, run
from pa_units.supervisor.stopping import stop_hook, stop_post, take_down, term, wind_down


def refused(plan: RunPlan, unit: Unit, event: Refused, now: Now) -> Effects:
    """A process could not be started: it ended before it began."""
    unit.words = event.words
    if unit.state is State.STARTING and unit.phase == MAIN:
        effects = ended(plan, unit, Ended(EXITED, event.status), now)
    else:
        effects = helper_ended(plan, unit, HelperEnded(EXITED, event.status), now)
    unit.words = unit.words or event.words
    return effects


def helper_ended(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now) -> Effects:
    """The command under way is gone."""
    no_helper(unit)
    follow = _FOLLOW.get((unit.state, unit.phase))
    return follow(plan, unit, event, now) if follow else NOTHING


def _ok(event: HelperEnded) -> bool:
    return event.code == EXITED and event.status == 0


def _blame(unit: Unit, event: HelperEnded) -> None:
    unit.words = unit.words or f"{unit.phase}: {restart_policy.describe(event.code, event.status)}"


def _after_pre(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now) -> Effects:
    if _ok(event):
        unit.step += 1
        return pre(plan, unit, now)
    _blame(unit, event)
    return ended(plan, unit, Ended(event.code, event.status), now)


def _after_post(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now) -> Effects:
    if _ok(event):
        unit.step += 1
        return post(plan, unit, now)
    _blame(unit, event)
    unit.result, unit.then = "exit-code", "policy"
    return take_down(plan, unit, now, hooks=False)


def _after_reload(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now) -> Effects:
    words = "" if _ok(event) else f"{RELOAD}: {restart_policy.describe(event.code, event.status)}"
    effects = run(plan, unit, now)
    unit.words = words
    return effects


def _after_stop_hook(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now) -> Effects:
    unit.step += 1
    return stop_hook(plan, unit, now)


def _after_stop_command(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now) -> Effects:
    """It was run instead of the signal, so the main process has its time to leave by itself."""
    if not _ok(event):
        return term(plan, unit, now)
    unit.phase, unit.due_mono = LEAVE, now.mono + plan.stop_timeout / 1000
    return NOTHING


def _after_term(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now) -> Effects:
    return NOTHING if unit.pid else wind_down(plan, unit, now, leftovers=True)


def _after_stop_post(plan: RunPlan, unit: Unit, event: HelperEnded, now: Now) -> Effects:
    unit.step += 1
    return stop_post(plan, unit, now)


_FOLLOW: dict[tuple[State, str], Callable[[RunPlan, Unit, HelperEnded, Now], Effects]] = {
    (State.STARTING, PRE): _after_pre,
    (State.STARTING, POST): _after_post,
    (State.RUNNING, RELOAD): _after_reload,
    (State.STOPPING, STOP_HOOK): _after_stop_hook,
    (State.STOPPING, STOP_COMMAND): _after_stop_command,
    (State.STOPPING, TERM): _after_term,
    (State.STOPPING, STOP_POST): _after_stop_post,
}
