"""*Pure*: what the states wait in, and how every run begins."""

from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import NEVER, Unit
from pa_units.contracts.status import State
from pa_units.supervisor import restart_policy
from pa_units.supervisor.events import Await, Effect, Now, StartCommand, StartMain

Effects = tuple[Effect, ...]
NOTHING: Effects = ()

WAITS, PRE, MAIN, POST = "waits", "pre-start", "main", "post-start"
"""Of starting: for the needs of the unit, for its hooks, for its main process."""
RELOAD = "reload"
"""Of running: for the reload command."""
STOP_HOOK, STOP_COMMAND, LEAVE = "pre-stop", "stop-command", "leave"
TERM, KILL, STOP_POST = "term", "kill", "post-stop"
"""Of stopping: for its commands, for the main process to obey, for all others to be gone."""

KILL_WAIT = 1.0
"""Seconds between tries to kill what is left: only a process in an uninterruptible sleep needs
more than one."""
KILL_TRIES = 10


def begin(plan: RunPlan, unit: Unit, now: Now) -> Effects:
    """Start, with nothing known of this run."""
    unit.state, unit.phase, unit.step, unit.then = State.STARTING, WAITS, 0, ""
    unit.run, unit.due_mono, unit.due_us = "", 0.0, 0
    unit.result, unit.code, unit.status, unit.words = restart_policy.SUCCESS, NEVER, 0, ""
    return (Await(),) if plan.needs else pre(plan, unit, now)


def pre(plan: RunPlan, unit: Unit, now: Now) -> Effects:
    """Run the hook of this step; after the last one the main process. Each may take as long as the
    start: `TimeoutStartSec=`, systemd.service(5)."""
    if unit.step < len(plan.pre_start):
        unit.phase, unit.due_mono = PRE, start_due(plan, now)
        return (StartCommand(plan.pre_start[unit.step]),)
    unit.phase, unit.step, unit.words = MAIN, 0, ""
    unit.due_mono = 0.0 if plan.type == "exec" else start_due(plan, now)
    return (StartMain(),)


def start_due(plan: RunPlan, now: Now) -> float:
    """Return when a step of a start has taken too long."""
    return now.mono + plan.start_timeout / 1000 if plan.start_timeout else 0.0


def no_helper(unit: Unit) -> None:
    """There is no command under way any more."""
    unit.helper = unit.helper_start_time = 0
