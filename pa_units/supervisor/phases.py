"""*Pure*: what the states wait in, and how every run begins."""

from pa_units.contracts.run_state import NEVER, Unit
from pa_units.contracts.status import State
from pa_units.supervisor import judge
from pa_units.supervisor.events import Await, Effect

Step = tuple[Unit, tuple[Effect, ...]]

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


def begin(unit: Unit) -> Step:
    """Return a unit that starts, with nothing known of this run."""
    clean = unit._replace(
        state=State.STARTING, phase=WAITS, step=0, then="", run="", due_mono=0.0, due_us=0
    )
    return clean._replace(result=judge.SUCCESS, code=NEVER, status=0, words=""), (Await(),)
